use std::fs;
use std::sync::Barrier;

use proptest::prelude::*;

use super::*;
use crate::NewWay;
use crate::cost::Cost;
use crate::ways::create_at;

const RIGHT: &str = "올바른 암호입니다";
const WRONG: &str = "틀린 암호입니다";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    create_at(folder.path(), NewWay::Password(RIGHT), Cost::new(8, 1).unwrap()).unwrap();
    folder
}

/// How long a try is to wait, in milliseconds; `None` where the password was looked at.
fn told(folder: &Path, password: &str, now_ms: i64) -> Option<i64> {
    match try_password(folder, password, now_ms) {
        Err(Error::Wait { ms }) => Some(ms),
        Ok(_) | Err(Error::Wrong) => None,
        Err(other) => panic!("{other:?}"),
    }
}

/// A folder where wrong passwords were tried, each as soon as it could be, until the next is to wait this long; gives
/// the clock and the wait as well.
fn waiting(at_least_ms: i64) -> (tempfile::TempDir, i64, i64) {
    let (folder, mut now) = (folder(), 10_000_000_000);
    loop {
        match told(folder.path(), WRONG, now) {
            Some(ms) if ms >= at_least_ms => return (folder, now, ms),
            Some(ms) => now += ms,
            None => {}
        }
    }
}

#[test]
fn a_thousand_wrong_passwords_wait_ever_longer_and_all_fail_alike() {
    let folder = folder();
    let (mut now, mut waits) = (1_000_000, Vec::new());
    for number in 0..1000 {
        let wait = match try_password(folder.path(), &format!("틀린 암호 {number}"), now) {
            Err(Error::Wait { ms }) => {
                // Not even the right one is looked at before its time.
                assert!(matches!(try_password(folder.path(), RIGHT, now + ms - 1), Err(Error::Wait { ms: 1 })));
                now += ms;
                assert!(matches!(try_password(folder.path(), WRONG, now), Err(Error::Wrong)), "{number}");
                ms
            }
            Err(Error::Wrong) => 0,
            other => panic!("{number}: {other:?}"),
        };
        waits.push(wait);
    }
    assert!(waits.is_sorted());
    assert_eq!(waits[..7], [0, 0, 0, 0, 1000, 2000, 4000]);
    assert_eq!(*waits.last().unwrap(), LONGEST_WAIT_MS);
    let (_, failed) = try_password(folder.path(), RIGHT, now + LONGEST_WAIT_MS).unwrap();
    assert_eq!(failed.len(), KEPT);
    try_password(folder.path(), WRONG, now + LONGEST_WAIT_MS).unwrap_err();
    assert_eq!(told(folder.path(), RIGHT, now + LONGEST_WAIT_MS), None, "a right one begins anew");
}

#[test]
fn after_a_clock_set_back_waiting_once_more_is_enough_and_needed() {
    for back_to in [i64::MIN, -1, 0, 9_999_999_999] {
        let (folder, _, ms) = waiting(8000);
        assert_eq!(told(folder.path(), RIGHT, back_to), Some(ms), "the whole wait, from {back_to}");
        assert_eq!(told(folder.path(), RIGHT, back_to + ms - 1), Some(1), "not a moment less, from {back_to}");
        assert_eq!(told(folder.path(), RIGHT, back_to + ms), None, "as told, from {back_to}");
    }
}

#[test]
fn a_clock_set_forward_and_back_gives_one_try_and_then_the_whole_next_wait() {
    let (folder, now, ms) = waiting(8000);
    let hour = 60 * 60 * 1000;
    // From a wait of an hour a program cannot tell it.
    assert_eq!(told(folder.path(), WRONG, now + hour), None);
    assert_eq!(told(folder.path(), RIGHT, now), Some(2 * ms));
    assert_eq!(told(folder.path(), RIGHT, now + 2 * ms), None);
}

#[test]
fn of_many_tries_at_once_no_more_are_looked_at_than_one_after_another() {
    let folder = folder();
    let start = Barrier::new(16);
    let looked_at = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    told(folder.path(), WRONG, 1_000_000).is_none()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).filter(|looked_at| *looked_at).count()
    });
    assert_eq!(looked_at, 4);
}

#[test]
fn a_damaged_file_heals_and_damaging_it_gains_nothing() {
    let table: [&[u8]; 6] = [b"", b"{", b"\xff\xff", b"[]", b"{\"failures\":-1,\"last_ms\":0}", &[b' '; 1 << 20]];
    for bytes in table {
        let folder = folder();
        fs::write(folder.path().join(FILE), bytes).unwrap();
        let now = 5_000_000;
        assert_eq!(told(folder.path(), RIGHT, now), Some(LONGEST_WAIT_MS), "no shorter than any wait");
        assert_eq!(told(folder.path(), RIGHT, now + LONGEST_WAIT_MS - 1), Some(1));
        assert_eq!(told(folder.path(), RIGHT, now + LONGEST_WAIT_MS), None);
        assert_eq!(told(folder.path(), WRONG, now + LONGEST_WAIT_MS), None);
    }
}

#[test]
fn what_is_no_file_heals_too() {
    let folder = folder();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/dev/zero", folder.path().join(FILE)).unwrap();
    #[cfg(not(unix))]
    fs::write(folder.path().join(FILE), [0; 1 << 20]).unwrap();
    assert_eq!(unreported(folder.path()).unwrap(), Vec::<i64>::new());
    reported(folder.path(), &[1]).unwrap();
    assert_eq!(told(folder.path(), RIGHT, 7), Some(LONGEST_WAIT_MS));
    assert!(fs::symlink_metadata(folder.path().join(FILE)).unwrap().is_file());
    let (_, times) = try_password(folder.path(), RIGHT, 7 + LONGEST_WAIT_MS).unwrap();
    assert_eq!(times, [7], "the trail has an entry of it");
}

#[test]
fn failed_tries_stay_until_the_trail_has_them_and_hold_nobody_up() {
    let folder = folder();
    for now in [10, 20, 20, 30] {
        assert!(matches!(try_password(folder.path(), WRONG, now), Err(Error::Wrong)));
    }
    let now = 10_000;
    assert_eq!(unreported(folder.path()).unwrap(), [10, 20, 20, 30]);
    // The program ends before the trail has them, twice.
    for _ in 0..2 {
        assert_eq!(try_password(folder.path(), RIGHT, now).unwrap().1, [10, 20, 20, 30]);
    }
    // A wrong one meanwhile is not let go with those before it.
    assert!(matches!(try_password(folder.path(), WRONG, now), Err(Error::Wrong)));
    reported(folder.path(), &[10, 20]).unwrap();
    assert_eq!(try_password(folder.path(), RIGHT, now).unwrap().1, [20, 30, now]);
    reported(folder.path(), &[20, 30, now, 77]).unwrap();
    assert!(try_password(folder.path(), RIGHT, now).unwrap().1.is_empty());
    for number in 0..4 {
        assert!(matches!(try_password(folder.path(), WRONG, now), Err(Error::Wrong)), "{number}: the delay began anew");
    }
    // Accounting for them shortens no wait.
    reported(folder.path(), &unreported(folder.path()).unwrap()).unwrap();
    assert_eq!(told(folder.path(), RIGHT, now), Some(1000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn however_the_clock_is_set_waiting_as_told_ends_and_setting_it_back_saves_no_time(
        steps in proptest::collection::vec((-100_000_i64..=0, 0_i64..5000), 1..20)
    ) {
        let (folder, mut real, ms) = waiting(4000);
        let (mut set_back, mut may_try_at) = (0, real + ms);
        for (jump, waited) in steps {
            set_back += jump;
            real += waited;
            match told(folder.path(), WRONG, real + set_back) {
                None => {
                    prop_assert!(real >= may_try_at, "looked at {} ms early", may_try_at - real);
                    let ms = told(folder.path(), WRONG, real + set_back);
                    may_try_at = real + ms.unwrap();
                }
                Some(ms) => {
                    // Not tried: only a look at whether the wait would end, on a copy.
                    let copy = tempfile::tempdir().unwrap();
                    for name in ["keys.json", FILE] {
                        fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
                    }
                    prop_assert_eq!(told(copy.path(), RIGHT, real + set_back + ms), None);
                }
            }
        }
    }
}
