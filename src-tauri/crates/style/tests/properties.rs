//! What holds for every text.

use proptest::prelude::*;
use style::{Severity, check, fix, fix_all};

/// Pieces that the rules look at, in any order.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,5}",
        "[-~.:,/()'’‘“”\"%·ㆍ\n\t ]{1,3}",
        "[년월일시분원금제조항끝부]",
        "(2026|26|3|1|12)[.년/-] ?[0-9]{1,2}[.월/-] ?[0-9]{1,2}[.일]?",
        "\\([일월화수목금토]\\)",
        "(오전|오후|AM|PM) ?",
        "\n(1\\.|2\\.|가\\.|나\\.|1\\)|가\\)|\\(1\\)|①|㉮|□|붙임:? ?|수신 |제목 )",
        "(금 ?|일금)[0-9]{1,7}원(\\([금일이삼십백천만원]{1,5}\\))?",
        "(금번|상기|매뉴얼|홈페이지|로드맵|제고하|수령하|되어지|보여지|기 제출한|타 기관|동 건|MOU|과반수 이상|시달)",
        "(을|를|이|가|은|는|와|으로|로|여|였다|ㅂ니다|고|며|합니다|한)",
        "[가-힣]{1,3}",
        "(https?://a\\.kr/|a@b\\.kr|계획서\\.hwp)",
        "(계획서 1부\\.?|  ?끝\\.?|바랍니다\\.)",
        "\\PC",
    ];
    let pieces = prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat());
    prop_oneof![1 => any::<String>(), 6 => pieces]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn findings_lie_on_borders_in_order_and_apart(text in texts()) {
        let mut end = 0;
        for finding in check(&text) {
            prop_assert!(finding.range.start >= end && !finding.range.is_empty(), "{finding:?} in {text:?}");
            prop_assert_eq!(text.get(finding.range.clone()), Some(finding.found.as_str()));
            let units: Vec<u16> = text.encode_utf16().collect();
            let cut = String::from_utf16_lossy(&units[finding.range_utf16.clone()]);
            prop_assert_eq!(&cut, &finding.found);
            prop_assert!(finding.fix.as_deref() != Some(finding.found.as_str()), "{finding:?}");
            end = finding.range.end;
        }
    }

    #[test]
    fn mending_all_comes_to_rest(text in texts()) {
        let once = fix_all(&text);
        prop_assert_eq!(&fix_all(&once), &once, "from {:?}", text);
        let left = check(&once).into_iter().find(|each| each.severity == Severity::Mistake && each.fix.is_some());
        prop_assert!(left.is_none(), "{left:?} left in {once:?}");
    }

    #[test]
    fn one_correction_changes_its_place_only(text in texts()) {
        for finding in check(&text) {
            let Some(mended) = fix(&text, &finding) else {
                prop_assert!(finding.fix.is_none());
                continue;
            };
            prop_assert!(mended.starts_with(&text[..finding.range.start]));
            prop_assert!(mended.ends_with(&text[finding.range.end..]));
        }
    }
}

#[test]
fn a_finding_of_another_text_mends_nothing() {
    let findings = check("금번 행사");
    assert_eq!(findings.len(), 1);
    assert_eq!(fix("이번 행사", &findings[0]), None);
}

#[test]
fn time_grows_with_the_text_only() {
    for piece in ["<", "“", "1", "1.", "금1원(", "   ", "2026.3.", "가:", "제 ", "~ ", "붙임 1부", "1. 가\n", "금번"] {
        let text = piece.repeat(20_000);
        let start = std::time::Instant::now();
        check(&text);
        assert!(start.elapsed().as_secs() < 5, "{piece:?} took {:?}", start.elapsed());
    }
}
