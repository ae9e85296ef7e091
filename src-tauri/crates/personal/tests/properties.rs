//! What holds for every text.

use std::time::{Duration, Instant};

use personal::labelled::{Set, generate};
use personal::{Confidence, Kind, find, mask};
use proptest::prelude::*;

/// Pieces that personal information is made of, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("-".to_owned()),
        Just(" ".to_owned()),
        Just("\n".to_owned()),
        "[0-9]{1,7}",
        "[０-９]{1,6}",
        "[-~–－./:|,() @+\t]{1,2}",
        "(010|02|031|1588|\\+82|900101|M123A4567|4111|110|192\\.168)",
        "(성명|이름|주소|신청인|계좌|은행|여권|면허|카드|법인|차량|씨|님|귀하|홍길동|김가상|남궁민수)",
        "(서울|서울특별시|종로구|세종대로|경기도|수원시|청운동|산|번지|동|호|층|길|로)",
        "[가-힣]{1,3}",
        "[a-fA-F0-9:]{1,5}",
        "[a-z]{1,4}@[a-z]{1,4}\\.(com|kr)",
        "\\| (성명|계좌번호|비고) \\|",
        "[A-Z]",
        "\\*{1,3}",
        "\\PC",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Sentences of offices, side by side.
fn sentences() -> impl Strategy<Value = String> {
    (any::<u64>(), prop_oneof![Just(" "), Just("\n"), Just(""), Just(" | ")]).prop_map(|(seed, between)| {
        let texts: Vec<String> = generate(seed, 4, Set::Tuned).into_iter().map(|sentence| sentence.text).collect();
        texts.join(between)
    })
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![1 => any::<String>(), 4 => pieces(), 2 => sentences()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn finds_lie_on_borders_of_characters_in_order_and_apart(text in texts()) {
        let mut end = 0;
        for found in find(&text) {
            prop_assert!(found.range.start >= end && found.range.start < found.range.end, "{found:?} in {text:?}");
            prop_assert!(text.get(found.range.clone()).is_some(), "{found:?} in {text:?}");
            end = found.range.end;
        }
    }

    #[test]
    fn nothing_found_crosses_a_line(text in texts()) {
        for found in find(&text) {
            prop_assert!(!text[found.range.clone()].contains('\n'), "{found:?} in {text:?}");
        }
    }

    #[test]
    fn a_mask_keeps_the_number_of_characters_and_hides_what_was_found(text in texts()) {
        let found = find(&text);
        let (masked, hidden) = mask(&text, |_| true);
        prop_assert_eq!(masked.chars().count(), text.chars().count());
        prop_assert_eq!(hidden.len(), found.len());
        for (before, after) in found.iter().zip(&hidden) {
            prop_assert_eq!(before.kind, after.kind);
            let (plain, covered) = (&text[before.range.clone()], &masked[after.range.clone()]);
            prop_assert_eq!(plain.chars().count(), covered.chars().count());
            prop_assert!(covered.matches('*').count() > plain.matches('*').count(), "{} as {}", plain, covered);
        }
    }

    #[test]
    fn of_a_masked_kind_nothing_sure_is_left(text in texts(), chosen in 0..Kind::ALL.len()) {
        let one = Kind::ALL[chosen];
        for kinds in [&Kind::ALL[..], &[one]] {
            let (masked, _) = mask(&text, |kind| kinds.contains(&kind));
            for left in find(&masked) {
                let sure = left.confidence == Confidence::Sure && kinds.contains(&left.kind);
                prop_assert!(!sure, "{left:?} {:?} is left in {masked:?} of {text:?}", &masked[left.range.clone()]);
            }
        }
    }
}

/// Texts that would cost a finder most that looks at what it has already seen again and again.
#[test]
fn time_grows_with_the_text_and_no_faster() {
    let worst = [
        "1",
        "1-",
        "1 ",
        "1.",
        "0-",
        "010-1234-",
        "a@",
        "@",
        "a.",
        "a:",
        ":",
        "f:f",
        "김",
        "성 ",
        "성명 ",
        "성명 김가상, ",
        "| 성명 ",
        "|",
        "| 성명 | 김가상 |\n",
        "주소 ",
        "서울",
        "서울 ",
        "서울 중구 ",
        "서울 중구 가로 1 1동 ",
        "경기도 수원시 종로",
        "가로",
        "로",
        "(",
        "홍길동 씨 ",
        "홍길동 ",
        "홍길동(45",
        "홍길동 02-123-4567 ",
        "+1 ",
        "1234김가상, ",
        "계좌 110-123-",
        "한국.",
        "*",
        "\n",
    ];
    for piece in worst {
        let text = piece.repeat(2_000_000 / piece.len());
        let start = Instant::now();
        let found = find(&text).len();
        let taken = start.elapsed();
        // Time that grows with the square of two million characters is hours.
        assert!(taken < Duration::from_secs(20), "{piece:?}: {taken:?} for {found} finds");
    }
}
