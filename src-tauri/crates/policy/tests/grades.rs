//! Which grade a document is proposed, and how a person changes it.
#![allow(clippy::unwrap_used)]

use policy::Grade::{self, C, O, S};
use policy::{Policy, Signals, highest, propose, raise_or_lower};
use proptest::prelude::*;

/// A text and its grade.
const TEXTS: &[(&str, Grade)] = &[
    // Nothing to see.
    ("", O),
    ("2026년 봄철 산불 예방 안내", O),
    ("협조해 주셔서 감사합니다.", O),
    ("인사말씀을 드리겠습니다.", O),
    ("국민과 함께하는 정부", O),
    // Secrets.
    ("Ⅰ급비밀", C),
    ("Ⅱ급 비밀", C),
    ("3급비밀", C),
    ("II급 비밀 제2026-1호", C),
    ("이 문서는 Ⅲ 급 비 밀 이다", C),
    ("  [ 비 밀 ]  ", C),
    ("<극비>", C),
    ("C(기밀)", C),
    ("TOP SECRET", C),
    ("군사기밀이 포함되어 있음", C),
    ("수사보고(참고인 진술 청취)", C),
    ("피의자 신문조서", C),
    ("비밀번호를 바꾸어 주십시오.", O),
    ("비밀유지 의무를 진다.", O),
    ("비밀투표로 한다.", O),
    ("준비 밀가루 3급", O),
    ("Ⅲ급비밀 해제", O),
    ("Ⅱ급 비밀취급 인가 신청", O),
    ("군사기밀 보호법 교육 안내", O),
    ("공급비밀", O),
    // 대외비.
    ("대외비", S),
    ("※ 대 외 비 ※", S),
    ("이 자료는 대외비로 관리합니다.", S),
    ("대외비(2027. 12. 31.까지)", S),
    ("대외비이며 공개 대상이 아님", S),
    ("대외비를 직원이 아닌 자에게 주지 마십시오.", S),
    ("대외비 해제 전까지 복사하지 마십시오.", S),
    ("대외비 해제 예정", S),
    ("대외비 해제", O),
    ("대외비가 아님", O),
    ("대외비 지정 해제된 문서", O),
    ("상대 외 비교 대상", O),
    ("대외비교 분석", O),
    // Not public.
    ("비공개", S),
    ("비공개 회의 결과", S),
    ("비공개 대상이 아님", O),
    ("비공개 대상 정보에 해당하지 않음", O),
    ("비공개 여부를 검토한다.", O),
    ("비공개 세부기준 개정 안내", O),
    ("공개 구분: 비공개(5)", S),
    ("공개 구분: 비공개(2)", C),
    ("공개 구분: 부분공개(6)", S),
    ("□ 비공개 ■ 공개", O),
    ("■ 비공개 □ 공개", S),
    ("□ 비공개 사유", S),
    ("「공공기관의 정보공개에 관한 법률」 제9조제1항제5호에 따라 비공개", S),
    ("「공공기관의 정보공개에 관한 법률」 제9조 제1항 제2호에 해당", C),
    ("정보공개법 제9조제1항제5호·제4호에 따른 비공개 정보", C),
    ("정보공개법 제9조에 따라 비공개합니다.", S),
    ("정보공개법 제9조제1항제5호에 해당하지 않음", O),
    ("정보공개법 제9조의 비공개 대상이 아님", O),
    ("정보공개법 제5조에 따라 누구나 청구할 수 있다.", O),
    // Duties, people, audits, tenders.
    ("직무상 비밀에 관한 사항이 들어 있음", S),
    ("직무상 비밀을 누설하여서는 아니 된다.", O),
    ("개인정보가 포함된 문서입니다.", S),
    ("개인정보 처리방침", O),
    ("비밀문서와 개인정보 파일은 재택근무 장소로 가져갈 수 없다.", O),
    ("개인정보 파일 대장", S),
    ("개인정보 보호 교육 안내", O),
    ("인사기록카드", S),
    ("근무성적평정 결과", S),
    ("근무성적평정 규정", O),
    ("징계의결 요구서", S),
    ("자체감사 처분요구서(안)", S),
    ("예정가격 조서", S),
    ("예정 가격: 금 120,000,000원", S),
    ("예정가격 이하로 입찰한 자", O),
    ("예정가격의 결정방법", O),
    ("영업비밀 해당 자료", S),
    ("내부 검토 중인 안입니다.", S),
    ("외부 유출 금지", S),
];

#[test]
fn words_in_the_text_speak_for_a_grade() {
    let wrong: Vec<_> = TEXTS
        .iter()
        .map(|(text, grade)| (text, grade, propose(&Signals { text, ..Signals::default() })))
        .filter(|(_, grade, proposal)| proposal.grade != **grade)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_name_of_the_file_speaks_for_a_grade() {
    for (name, grade) in [
        ("회의록.hwpx", O),
        ("[대외비]_예산안.hwpx", S),
        ("예산안_대외비.pdf", S),
        ("2026_Ⅱ급비밀_계획.hwp", C),
        ("수사보고_최종.docx", C),
        ("비밀번호 변경 안내.pdf", O),
        ("대외비-해제.pdf", O),
        ("비공개.txt", S),
    ] {
        let proposal = propose(&Signals { name, ..Signals::default() });
        assert_eq!(proposal.grade, grade, "{name}: {:?}", proposal.reasons);
    }
}

#[test]
fn personal_information_makes_a_document_sensitive_and_the_officials_own_contacts_do_not() {
    for (identity_numbers, contacts, accounts, grade) in
        [(0, 0, 0, O), (1, 0, 0, S), (0, 9, 0, O), (0, 10, 0, S), (0, 0, 1, S), (5000, 5000, 5000, S)]
    {
        let signals = Signals { identity_numbers, contacts, accounts, ..Signals::default() };
        assert_eq!(propose(&signals).grade, grade, "{signals:?}");
    }
}

#[test]
fn the_reasons_are_said_once_each_and_the_weightiest_first() {
    let text = "대외비\n3급비밀\n대외비\n";
    let proposal = propose(&Signals { text, identity_numbers: 2, ..Signals::default() });
    assert_eq!(
        proposal.reasons,
        [
            "본문에 ‘Ⅲ급비밀’ 표시가 있습니다.",
            "본문에 ‘대외비’ 표시가 있습니다.",
            "주민등록번호 같은 고유식별정보가 2건 있습니다.",
        ]
    );
}

#[test]
fn lowering_needs_a_reason_of_five_letters_and_raising_needs_none() {
    for (current, wanted, reason, result) in [
        (O, S, None, Ok(S)),
        (S, C, Some(""), Ok(C)),
        (S, S, None, Ok(S)),
        (S, O, None, Err("grade_reason_needed")),
        (C, S, Some(""), Err("grade_reason_needed")),
        (C, O, Some("공개 가능"), Err("grade_reason_needed")),
        (C, O, Some(" 공 \n 개 \t 함 "), Err("grade_reason_needed")),
        (C, O, Some("공개 결정됨"), Ok(O)),
    ] {
        let found = raise_or_lower(current, wanted, reason).map_err(|error| error.code());
        assert_eq!(found, result, "{current} to {wanted} for {reason:?}");
    }
}

#[test]
fn a_policy_that_forbids_lowering_forbids_it_with_a_reason_too() {
    let mut policy = Policy::default();
    assert_eq!(policy.change_grade(C, O, Some("공개 결정됨")).unwrap(), O);
    policy.grades.forbid_lowering = true;
    let refused = policy.change_grade(C, O, Some("공개 결정됨")).map_err(|error| error.code());
    assert_eq!(refused, Err("grade_lowering_forbidden"));
    assert_eq!(policy.change_grade(O, C, None).unwrap(), C);
}

#[test]
fn a_grade_is_read_as_it_is_written() {
    for grade in [O, S, C] {
        let (small, spaced) = (grade.letter().to_lowercase(), format!(" {grade} "));
        for text in [grade.letter(), grade.korean(), grade.label(), &small, &spaced] {
            assert_eq!(text.parse::<Grade>().unwrap(), grade, "{text:?}");
        }
    }
    assert_eq!(S.label(), "S(민감)");
    for text in ["", "D", "비밀", "CS"] {
        assert_eq!(text.parse::<Grade>().map_err(|error| error.code()), Err("grade_unknown"), "{text:?}");
    }
}

#[test]
fn c_is_above_s_is_above_o() {
    assert_eq!(highest([O, C, S]), Some(C));
    assert_eq!(highest([O, S]), Some(S));
    assert_eq!(highest([]), None);
}

proptest! {
    #[test]
    fn any_text_is_proposed_some_grade_with_a_reason(text in "(?s).{0,200}", name in ".{0,40}") {
        let proposal = propose(&Signals { text: &text, name: &name, ..Signals::default() });
        prop_assert!(!proposal.reasons.is_empty());
    }

    #[test]
    fn more_text_never_lowers_the_grade(place in 0..TEXTS.len(), more in "[가-힣 ]{0,30}") {
        let (text, grade) = TEXTS[place];
        let longer = format!("{more}\n{text}\n{more}");
        let proposal = propose(&Signals { text: &longer, ..Signals::default() });
        prop_assert!(proposal.grade >= grade, "{:?}", proposal.reasons);
    }
}
