//! A whole letter with much that is wrong, what is found in it, and what is left when all is mended.

use style::{Severity, check, fix_all};

const LETTER: &str = "\
수신  ○○시장(정보통신과장)
(경유)
제목  2026년 행정정보 홈페이지 개선 사업 추진계획 알림

1. 관련 : 디지털정책과-1234(2026.2.27.)
2. 상기 호와 관련하여 금번 사업을 다음과 같이 추진하오니, 기 제출한 자료를 익일까지 수정하여 송부하여 주시기 바랍니다.
  가. 일 시 : 2026년 3월 4일(화) 오후 2시 30분
  나. 장소:본관 3층 회의실
  라. 소요 예산: 금 1250000원
   1) 매뉴얼을 제작하고 MOU를 체결하도록 하겠습니다.
3. 보안성을 제고할 필요성이 있으므로 타 기관의 애로사항을 취합하여 개선되어질 수 있게 하겠습니다.

붙임 : 1. 추진계획 1부
2. 참석자 명단 1부. 끝

○○부장관
";

#[test]
fn a_letter_with_much_that_is_wrong() {
    let told: Vec<String> = check(LETTER)
        .into_iter()
        .map(|each| {
            let mark = if each.severity == Severity::Advice { "?" } else { "!" };
            format!("{mark} {:<8}\t{:?} → {:?}", each.rule.korean(), each.found, each.fix.unwrap_or_default())
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"");
}

#[test]
fn the_letter_mended() {
    insta::assert_snapshot!(fix_all(LETTER), @"");
}

#[test]
fn a_message_says_the_rule_and_its_basis() {
    let findings = check("시행일은 2026.3.1.이고 매뉴얼을 금번에 배포합니다.");
    let told: Vec<String> = findings.into_iter().map(|each| each.message).collect();
    insta::assert_snapshot!(told.join("\n"), @"");
}

#[test]
fn a_letter_in_form_has_no_mistake() {
    let letter = "\
수신  ○○시장(총무과장)
(경유)
제목  교육 참석 협조 요청

1. 관련: 총무과-1234(2026. 2. 27.)
2. 교육을 다음과 같이 하오니 직원이 참석할 수 있도록 협조하여 주시기 바랍니다.
  가. 일시: 2026. 3. 4.(수) 14:00~16:00
  나. 장소: 본관 3층 회의실
  다. 강사료: 금300,000원(금삼십만원)

붙임  1. 교육 계획 1부.
      2. 참석자 명단 1부.  끝.

○○부장관
";
    let found: Vec<String> = check(letter).into_iter().map(|each| format!("{:?} {}", each.rule, each.found)).collect();
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(fix_all(letter), letter);
}
