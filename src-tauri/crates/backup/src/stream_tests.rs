//! Whatever is done to a stream, what is read of it is what was written, or an error.

use proptest::prelude::*;

use super::*;

const HEAD: &[u8] = b"head";
const SEALED: usize = CHUNK + TAG;

fn key() -> Key {
    Key::new([3; 32])
}

/// Bytes that are nowhere alike.
fn content(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn sealed(plain: &[u8], piece: usize) -> Vec<u8> {
    let mut sealer = Sealer::new(Vec::new(), &key(), &[1; NONCE], HEAD.to_vec());
    for part in plain.chunks(piece) {
        sealer.write_all(part).unwrap();
    }
    sealer.finish().unwrap()
}

/// What is read before the end or an error, and whether it came to the end.
fn read(sealed: &[u8], piece: usize) -> (Vec<u8>, bool) {
    let mut opener = Opener::new(sealed, &key(), &[1; NONCE], HEAD.to_vec());
    let (mut plain, mut part) = (Vec::new(), vec![0; piece]);
    loop {
        match opener.read(&mut part) {
            Ok(0) => return (plain, true),
            Ok(given) => plain.extend_from_slice(&part[..given]),
            Err(error) => {
                assert_eq!(error.kind(), io::ErrorKind::InvalidData);
                // It stays so.
                assert!(opener.read(&mut part).is_err());
                return (plain, false);
            }
        }
    }
}

/// Lengths around the ends of chunks.
fn length() -> impl Strategy<Value = usize> {
    let near = (0_usize..4, -2_i64..3).prop_map(|(chunks, more)| (chunks as i64 * CHUNK as i64 + more).max(0) as usize);
    prop_oneof![near, 0..3 * CHUNK]
}

fn damaged(sealed: &[u8], plain: &[u8], piece: usize) {
    let (given, ended) = read(sealed, piece);
    assert!(!ended, "it was taken for whole");
    assert!(plain.starts_with(&given), "something else was read");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read(length in length(), pieces in (1_usize..200_000, 1_usize..200_000)) {
        let plain = content(length);
        let sealed = sealed(&plain, pieces.0);
        prop_assert_eq!(read(&sealed, pieces.1), (plain, true));
    }

    #[test]
    fn every_cut_is_found(length in length(), at in any::<prop::sample::Index>(), piece in 1_usize..100_000) {
        let plain = content(length);
        let sealed = sealed(&plain, CHUNK);
        damaged(&sealed[..at.index(sealed.len())], &plain, piece);
    }

    #[test]
    fn every_changed_byte_is_found(length in length(), at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let plain = content(length);
        let mut sealed = sealed(&plain, CHUNK);
        let at = at.index(sealed.len());
        sealed[at] ^= flip;
        damaged(&sealed, &plain, CHUNK);
    }

    #[test]
    fn chunks_are_not_moved_left_out_or_repeated(chunks in 2_usize..5, from in 0_usize..5, to in 0_usize..5, last in 0_usize..100) {
        let plain = content(chunks * CHUNK + last);
        let whole = sealed(&plain, CHUNK);
        let (from, to) = (from % chunks, to % chunks);
        let of = |at: usize| whole[at * SEALED..((at + 1) * SEALED).min(whole.len())].to_vec();
        let all: Vec<Vec<u8>> = (0..whole.len().div_ceil(SEALED)).map(of).collect();
        let mut swapped = all.clone();
        swapped.swap(from, to);
        if from != to {
            damaged(&swapped.concat(), &plain, CHUNK);
        }
        let mut without = all.clone();
        without.remove(from);
        damaged(&without.concat(), &plain, CHUNK);
        let mut twice = all.clone();
        twice.insert(to, all[from].clone());
        damaged(&twice.concat(), &plain, CHUNK);
    }

    #[test]
    fn what_is_appended_is_found(length in length(), more in prop::collection::vec(any::<u8>(), 1..100)) {
        let plain = content(length);
        let longer = [sealed(&plain, CHUNK), more].concat();
        damaged(&longer, &plain, CHUNK);
    }

    #[test]
    fn anything_else_is_no_stream(bytes in prop::collection::vec(any::<u8>(), 0..1000)) {
        damaged(&bytes, &[], CHUNK);
    }
}

#[test]
fn another_key_nonce_or_head_opens_nothing() {
    let plain = content(CHUNK + 1);
    let sealed = sealed(&plain, CHUNK);
    let table = [
        (Key::new([4; 32]), [1; NONCE], HEAD),
        (key(), [2; NONCE], HEAD),
        (key(), [1; NONCE], b"Head"),
    ];
    for (key, nonce, head) in table {
        let mut opener = Opener::new(&sealed[..], &key, &nonce, head.to_vec());
        assert!(opener.read(&mut [0]).is_err());
    }
}
