//! Loanwords that are often spelled otherwise than the standard (외래어 표기법) has them.

/// A spelling that is met in documents, and the standard one.
const SPELLINGS: [(&str, &str); 54] = [
    ("가디건", "카디건"),
    ("까페", "카페"),
    ("네비게이션", "내비게이션"),
    ("데이타", "데이터"),
    ("데스크탑", "데스크톱"),
    ("디지탈", "디지털"),
    ("랩탑", "랩톱"),
    ("레져", "레저"),
    ("레포트", "리포트"),
    ("렌트카", "렌터카"),
    ("로보트", "로봇"),
    ("로얄티", "로열티"),
    ("리더쉽", "리더십"),
    ("리모콘", "리모컨"),
    ("링겔", "링거"),
    ("매니져", "매니저"),
    ("메뉴얼", "매뉴얼"),
    ("메세지", "메시지"),
    ("멤버쉽", "멤버십"),
    ("모니타", "모니터"),
    ("밧데리", "배터리"),
    ("밧테리", "배터리"),
    ("버켓", "버킷"),
    ("벤쳐", "벤처"),
    ("비젼", "비전"),
    ("비지니스", "비즈니스"),
    ("브로셔", "브로슈어"),
    ("샷시", "섀시"),
    ("센타", "센터"),
    ("소세지", "소시지"),
    ("스케쥴", "스케줄"),
    ("스티로폴", "스티로폼"),
    ("심포지움", "심포지엄"),
    ("써비스", "서비스"),
    ("악세사리", "액세서리"),
    ("알콜", "알코올"),
    ("앙케이트", "앙케트"),
    ("어플리케이션", "애플리케이션"),
    ("에어콘", "에어컨"),
    ("워크샵", "워크숍"),
    ("인턴쉽", "인턴십"),
    ("카다로그", "카탈로그"),
    ("캐비넷", "캐비닛"),
    ("커텐", "커튼"),
    ("컨퍼런스", "콘퍼런스"),
    ("컨텐츠", "콘텐츠"),
    ("콘트롤", "컨트롤"),
    ("타겟", "타깃"),
    ("텔레비젼", "텔레비전"),
    ("파트너쉽", "파트너십"),
    ("팜플렛", "팸플릿"),
    ("판넬", "패널"),
    ("프로포잘", "프러포절"),
    ("플랭카드", "플래카드"),
];

/// The standard spellings of what a normalised text spells otherwise, with spaces between them; `None` where there is
/// nothing of the kind.
pub fn standard(text: &str) -> Option<String> {
    let met: Vec<&str> = SPELLINGS.iter().filter(|(met, _)| text.contains(met)).map(|(_, standard)| *standard).collect();
    (!met.is_empty()).then(|| met.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spelled_otherwise_is_known_by_its_standard_spelling() {
        assert_eq!(standard("디지탈 컨텐츠 제작 지원"), Some("디지털 콘텐츠".to_owned()));
        assert_eq!(standard("디지털 콘텐츠 제작 지원"), None);
    }

    #[test]
    fn no_spelling_is_listed_twice_or_leads_to_another() {
        for (at, (met, standard)) in SPELLINGS.iter().enumerate() {
            assert_ne!(met, standard);
            assert!(!SPELLINGS[..at].iter().any(|(before, _)| before == met), "{met}");
            assert!(!SPELLINGS.iter().any(|(other, _)| other == standard), "{standard}");
        }
    }
}
