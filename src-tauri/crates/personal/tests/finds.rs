//! What a find is, and what is none.
#![allow(clippy::unwrap_used)]

use personal::{Confidence, Kind, find};

#[test]
fn what_is_no_ones_is_left_alone() {
    for text in [
        "시행일 2024. 11. 25. ~ 2024. 12. 31.",
        "총 1,234,567원(금 일백이십삼만원)",
        "「민원 처리에 관한 법률」 제12조제3항제4호 및 같은 법 시행령 제34조의2",
        "행정안전부-1234(2024. 11. 25.)호",
        "관련: 총무과-56789호, 세무1과-123",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "550e8400-e29b-41d4-a716-446655440000",
        "버전 3.1.4, 25.1.0.2 펌웨어",
        "인구 12,345명, 세대 5,678세대(전년 대비 3.4% 증가)",
        "계량기 012345, 사용량 1234kWh",
        "제품 KR-2024-0123-4567, SM-G991N, AB12-3456-789",
        "접수번호 2024-1234567, 1AA-2411-0123456",
        "입찰공고번호 20241125123-00",
        "37.566512, 126.978012",
        "14:30 ~ 16:00 (90분)",
        "ISBN 979-11-12345-67-8",
        "우편번호 03171",
        "3.1운동 100주년 기념",
        "1597-1598년의 기록",
    ] {
        assert_eq!(find(text), [], "{text}");
    }
}

#[test]
fn a_check_digit_or_a_word_makes_it_sure() {
    let table = [
        ("900101-1234568", Confidence::Sure),
        ("900101-1234567", Confidence::Likely),
        ("900101-5234561", Confidence::Sure),
        ("900101-5234567", Confidence::Likely),
        ("법인등록번호 110111-1234569", Confidence::Sure),
        ("M123A4567", Confidence::Likely),
        ("여권 M123A4567", Confidence::Sure),
        ("11-12-123456-01", Confidence::Likely),
        ("면허 11-12-123456-01", Confidence::Sure),
        ("01012345678", Confidence::Likely),
        ("휴대폰 01012345678", Confidence::Sure),
        ("신청인 홍길동", Confidence::Likely),
        ("신청인: 홍길동", Confidence::Sure),
        ("12가 3456", Confidence::Likely),
        ("차량 12가 3456", Confidence::Sure),
    ];
    for (text, confidence) in table {
        let found: Vec<Confidence> = find(text).iter().map(|each| each.confidence).collect();
        assert_eq!(found, [confidence], "{text}");
    }
}

#[test]
fn several_of_a_form_are_each_found() {
    let text = "성명: 홍길동  주민번호: 900101-1234567\n주소: 서울특별시 종로구 세종대로 209, 3층\n전화: 010-1234-5678 \
                (hong@example.com)\n계좌: 신한은행 110-123-456789\n차량: 12가3456";
    let kinds: Vec<Kind> = find(text).iter().map(|each| each.kind).collect();
    use Kind::*;
    assert_eq!(kinds, [Name, ResidentNumber, Address, Phone, Email, Account, Vehicle]);
    assert!(personal::counts(&find(text)).values().all(|&count| count == 1));
}

#[test]
fn words_of_kinds_are_fixed_and_lead_back() {
    let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
    assert_eq!(
        words,
        [
            "resident_number",
            "foreigner_number",
            "passport",
            "driver_licence",
            "business_number",
            "corporate_number",
            "card",
            "account",
            "phone",
            "email",
            "address",
            "vehicle",
            "ip_address",
            "name",
        ]
    );
    for kind in Kind::ALL {
        assert_eq!(Kind::from_word(kind.word()), Some(kind));
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("{:?}", kind.word()));
        assert_eq!(serde_json::from_str::<Kind>(&format!("{:?}", kind.word())).unwrap(), kind);
        assert!(!kind.korean().is_empty());
    }
    assert_eq!(Kind::from_word("주소"), None);
    assert!(Kind::ALL.is_sorted());
}
