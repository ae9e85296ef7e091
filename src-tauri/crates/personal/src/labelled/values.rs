//! Values made by rule, as officials write them. None of them was ever given to anyone on purpose.

use super::places::{BUILDINGS, PLACES, ROADS};
use crate::check;

/// SplitMix64: small, and the same everywhere.
pub(super) struct Draw(pub(super) u64);

impl Draw {
    /// The next number below `end`, which is above none.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    pub(super) fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    pub(super) fn one_of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len() as u64) as usize]
    }

    /// Whether one of a hundred draws falls among the first `percent`.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }
}

fn values(text: &str) -> Vec<u8> {
    text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect()
}

fn with_check(first: String, by: impl Fn(&[u8]) -> u8) -> String {
    let check = by(&values(&first));
    format!("{first}{check}")
}

/// Groups of digits of these lengths, joined by hyphens.
fn grouped(digits: &str, lengths: &[usize]) -> String {
    let mut groups = Vec::new();
    let mut start = 0;
    for length in lengths {
        groups.push(&digits[start..start + length]);
        start += length;
    }
    groups.join("-")
}

/// The same number as people also write it: another hyphen, spaces around it, full-width digits.
fn dressed(draw: &mut Draw, number: &str) -> String {
    let hyphen = match draw.below(100) {
        0..75 => "-",
        75..92 => draw.one_of(&["‐", "–", "—", "－", "‑"]),
        92..98 => " - ",
        _ => "~",
    };
    let wide = draw.chance(5);
    number
        .chars()
        .map(|each| match each {
            '-' => hyphen.to_owned(),
            '0'..='9' if wide => char::from_u32(each as u32 - 0x30 + 0xFF10).unwrap_or(each).to_string(),
            _ => each.to_string(),
        })
        .collect()
}

fn born(draw: &mut Draw) -> (String, bool) {
    let year = draw.between(1930, 2023);
    let month = draw.between(1, 12);
    let day = draw.between(1, u64::from(check::days(year as u32, month as u32)));
    (format!("{:02}{month:02}{day:02}", year % 100), year >= 2000)
}

fn person(draw: &mut Draw, first: u64, by: fn(&[u8]) -> u8) -> String {
    let (date, late) = born(draw);
    let century = first + u64::from(late) * 2 + draw.below(2);
    let front = format!("{date}{century}{}", draw.digits(5));
    let number = if draw.chance(70) { with_check(front, by) } else { format!("{front}{}", draw.digits(1)) };
    let number = if draw.chance(85) { grouped(&number, &[6, 7]) } else { number };
    dressed(draw, &number)
}

pub(super) fn resident(draw: &mut Draw) -> String {
    person(draw, 1, check::resident)
}

pub(super) fn foreigner(draw: &mut Draw) -> String {
    person(draw, 5, check::foreigner)
}

pub(super) fn passport(draw: &mut Draw) -> String {
    let letter = draw.one_of(&["M", "S", "R", "O", "D", "G", "P"]);
    if draw.chance(60) {
        let inner = char::from(b'A' + draw.below(26) as u8);
        format!("{letter}{}{inner}{}", draw.digits(3), draw.digits(4))
    } else {
        format!("{letter}{}", draw.digits(8))
    }
}

pub(super) fn driver(draw: &mut Draw) -> String {
    let rest = format!("{}-{}-{}", draw.digits(2), draw.digits(6), draw.digits(2));
    let number = match draw.below(10) {
        0 => format!("{} {rest}", draw.one_of(&["서울", "경기", "부산", "충남", "전북", "제주"])),
        1 => format!("{}{}", draw.between(11, 26), rest.replace('-', "")),
        _ => format!("{}-{rest}", draw.between(11, 26)),
    };
    dressed(draw, &number)
}

pub(super) fn business(draw: &mut Draw) -> String {
    let front = format!("{}{:02}{}", draw.between(101, 899), draw.between(1, 89), draw.digits(4));
    let number = with_check(front, check::business);
    let number = if draw.chance(92) { grouped(&number, &[3, 2, 5]) } else { number };
    dressed(draw, &number)
}

pub(super) fn corporate(draw: &mut Draw) -> String {
    let office = draw.one_of(&["1101", "1301", "2801", "1801", "1601", "2101", "1341", "1244"]);
    let form = draw.one_of(&["11", "14", "21", "22", "41"]);
    let number = with_check(format!("{office}{form}{}", draw.digits(6)), check::corporate);
    let number = if draw.chance(92) { grouped(&number, &[6, 7]) } else { number };
    dressed(draw, &number)
}

pub(super) fn card(draw: &mut Draw) -> String {
    if draw.chance(10) {
        let front = format!("37{}", draw.digits(12));
        return grouped(&with_check(front, check::luhn), &[4, 6, 5]);
    }
    let prefix = draw.one_of(&["4", "51", "55", "53", "62", "3562", "9410", "9490"]);
    let front = format!("{prefix}{}", draw.digits(15 - prefix.len()));
    let number = with_check(front, check::luhn);
    match draw.below(10) {
        0 => number,
        1 | 2 => grouped(&number, &[4, 4, 4, 4]).replace('-', " "),
        _ => dressed(draw, &grouped(&number, &[4, 4, 4, 4])),
    }
}

/// Banks, with how they part their accounts' numbers.
pub(super) const BANKS: &[(&str, &[usize])] = &[
    ("국민은행", &[6, 2, 6]),
    ("신한은행", &[3, 3, 6]),
    ("우리은행", &[4, 3, 6]),
    ("하나은행", &[3, 6, 5]),
    ("농협", &[3, 4, 4, 2]),
    ("농협은행", &[3, 4, 4, 2]),
    ("기업은행", &[3, 6, 2, 3]),
    ("우체국", &[6, 2, 6]),
    ("카카오뱅크", &[4, 2, 7]),
    ("새마을금고", &[4, 4, 4, 1]),
    ("대구은행", &[3, 2, 6, 1]),
    ("부산은행", &[3, 4, 4, 2]),
    ("토스뱅크", &[4, 4, 4]),
];

pub(super) fn account(draw: &mut Draw, lengths: &[usize]) -> String {
    let first = draw.between(1, 9);
    let number = format!("{first}{}", draw.digits(lengths.iter().sum::<usize>() - 1));
    if draw.chance(8) {
        return number;
    }
    dressed(draw, &grouped(&number, lengths))
}

/// A number's place in its exchange, never all zeroes.
fn line(draw: &mut Draw) -> String {
    format!("{:04}", draw.between(1, 9999))
}

pub(super) fn mobile(draw: &mut Draw) -> String {
    let prefix = if draw.chance(93) { "010" } else { draw.one_of(&["011", "016", "019"]) };
    let middle = draw.between(if prefix == "010" { 2000 } else { 200 }, if prefix == "010" { 9999 } else { 999 });
    let last = line(draw);
    match draw.below(20) {
        0 => format!("{prefix}{middle}{last}"),
        1 => format!("{prefix}.{middle}.{last}"),
        2 => format!("{prefix} {middle} {last}"),
        3 => format!("+82-{}-{middle}-{last}", &prefix[1..]),
        4 => format!("+82 {}-{middle}-{last}", &prefix[1..]),
        _ => dressed(draw, &format!("{prefix}-{middle}-{last}")),
    }
}

pub(super) fn landline(draw: &mut Draw) -> String {
    let last = line(draw);
    if draw.chance(10) {
        return format!("{}-{last}", draw.one_of(&["1588", "1577", "1644", "1899", "1522"]));
    }
    let area = draw.one_of(&["02", "02", "031", "032", "033", "042", "044", "051", "053", "062", "064", "070"]);
    let middle = if area == "070" || (area == "02" && draw.chance(80)) {
        draw.between(2000, 8999)
    } else {
        draw.between(200, 899)
    };
    match draw.below(10) {
        0 | 1 => format!("({area}){middle}-{last}"),
        2 => format!("{area}){middle}-{last}"),
        3 => format!("({area}) {middle}-{last}"),
        4 => format!("{area}.{middle}.{last}"),
        _ => dressed(draw, &format!("{area}-{middle}-{last}")),
    }
}

pub(super) fn email(draw: &mut Draw) -> String {
    let local = match draw.below(6) {
        0 => format!("{}.{}", draw.one_of(&["kim", "lee", "park"]), draw.one_of(&["mh", "jy", "sw"])),
        1 => format!("minwon{}", draw.below(100)),
        2 => format!("{}_{}", draw.one_of(&["civil", "tax", "help"]), draw.below(10_000)),
        3 => draw.one_of(&["홍보팀", "민원실", "총무과"]).to_owned(),
        _ => format!("{}{}", draw.one_of(&["abc", "sunny", "hankyul", "user", "Damdang"]), draw.below(1000)),
    };
    let domain = draw.one_of(&["example.com", "example.go.kr", "mail.example.or.kr", "example.ac.kr", "example.net"]);
    format!("{local}@{domain}")
}

pub(super) fn address(draw: &mut Draw) -> String {
    let (provinces, district, villages) = PLACES[draw.below(PLACES.len() as u64) as usize];
    let province = draw.one_of(provinces);
    let front = if district.is_empty() { province.to_owned() } else { format!("{province} {district}") };
    let village = draw.one_of(villages);
    let number = |draw: &mut Draw| match draw.below(3) {
        0 => format!("{}-{}", draw.between(1, 999), draw.between(1, 60)),
        _ => draw.between(1, 999).to_string(),
    };
    let flat = |draw: &mut Draw| match draw.below(4) {
        0 => format!("{}동 {}호", draw.between(101, 130), draw.between(101, 2504)),
        1 => format!("{}층", draw.between(1, 20)),
        2 => format!("{}호", draw.between(101, 999)),
        _ => format!("{} {}동 {}호", draw.one_of(BUILDINGS), draw.between(101, 120), draw.between(101, 2004)),
    };
    if draw.chance(65) {
        let road = draw.one_of(ROADS);
        let lane = match draw.below(6) {
            0 => format!("{road}{}번길", draw.between(1, 200)),
            1 => format!("{road} {}길", draw.between(1, 60)),
            _ => road.to_owned(),
        };
        let mut all = format!("{front} {lane} {}", number(draw));
        if draw.chance(40) {
            all = format!("{all}, {}", flat(draw));
        }
        if draw.chance(25) && village.ends_with('동') {
            all = format!("{all} ({village})");
        }
        return all;
    }
    let mountain = if village.ends_with('리') && draw.chance(30) { "산 " } else { "" };
    let lot = if draw.chance(50) { "번지" } else { "" };
    let all = format!("{front} {village} {mountain}{}{lot}", number(draw));
    if draw.chance(30) { format!("{all} {}", flat(draw)) } else { all }
}

pub(super) fn vehicle(draw: &mut Draw) -> String {
    let letter = draw.one_of(&[
        "가", "나", "다", "마", "거", "너", "버", "서", "고", "노", "모", "소", "누", "루", "무", "하", "허", "바",
        "사", "자",
    ]);
    let last = line(draw);
    match draw.below(10) {
        0 | 1 => {
            let region = draw.one_of(&["서울", "경기", "부산", "인천", "전남", "충북"]);
            let front = draw.between(10, 99);
            if draw.chance(50) {
                format!("{region} {front} {letter} {last}")
            } else {
                format!("{region}{front}{letter}{last}")
            }
        }
        2..=4 => format!("{}{letter}{last}", draw.between(100, 799)),
        5 => format!("{}{letter} {last}", draw.between(100, 799)),
        6 | 7 => format!("{}{letter}{last}", draw.between(10, 69)),
        _ => format!("{}{letter} {last}", draw.between(10, 69)),
    }
}

pub(super) fn ip(draw: &mut Draw) -> String {
    let first = draw.one_of(&[&10, &172, &192, &203, &211, &125, &61]);
    format!("{first}.{}.{}.{}", draw.below(256), draw.below(256), draw.between(1, 254))
}

pub(super) fn ip6(draw: &mut Draw) -> String {
    let group = |draw: &mut Draw| format!("{:x}", draw.between(1, 0xFFFF));
    if draw.chance(50) {
        format!("2001:db8::{}:{}", group(draw), group(draw))
    } else {
        let rest: Vec<String> = (0..6).map(|_| group(draw)).collect();
        format!("2001:db8:{}", rest.join(":"))
    }
}

const SURNAMES: &str =
    "김김김김김이이이이박박박최최정정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진";
const GIVEN: &str = "가경규기나다도동라람리린명미민병보빈상서석선섭성소수숙순승시아연영예온용우욱원유윤율은이인일재정제주준지진찬채철태하한해현형혜호홍화환효훈희";

pub(super) fn name(draw: &mut Draw) -> String {
    let pick = |draw: &mut Draw, from: &str| from.chars().nth(draw.below(from.chars().count() as u64) as usize);
    let surname = match draw.below(40) {
        0 => draw.one_of(&["남궁", "황보", "선우", "제갈"]).to_owned(),
        _ => pick(draw, SURNAMES).into_iter().collect(),
    };
    let count = if draw.chance(5) { 1 } else { 2 };
    let given: String = (0..count).filter_map(|_| pick(draw, GIVEN)).collect();
    format!("{surname}{given}")
}

/// What is no one's: dates, amounts, numbers of documents and of things.
pub(super) fn filler(draw: &mut Draw, word: &str) -> Option<String> {
    let (year, month, day) = (draw.between(2005, 2026), draw.between(1, 12), draw.between(1, 28));
    Some(match word {
        "date" => match draw.below(6) {
            0 => format!("{year}. {month}. {day}."),
            1 => format!("{year}.{month:02}.{day:02}."),
            2 => format!("{year}-{month:02}-{day:02}"),
            3 => format!("{year}년 {month}월 {day}일"),
            4 => format!("{}.{month}.{day}.", year % 100),
            _ => format!("’{:02}.{month}.{day}.", year % 100),
        },
        "time" => format!("{:02}:{:02}", draw.below(24), draw.below(60)),
        "amount" => match draw.below(5) {
            0 => format!("{}억 {},{}00만원", draw.between(1, 90), draw.between(1, 9), draw.between(1, 9)),
            1 => format!("{},{}천원", draw.between(1, 900), draw.digits(3)),
            2 => format!("{}{}원", draw.between(1, 9), draw.digits(6)),
            3 => format!("금 {},{},000원", draw.between(1, 900), draw.digits(3)),
            _ => format!("{},{},{}원", draw.between(1, 900), draw.digits(3), draw.digits(3)),
        },
        "docno" => draw.between(11, 39_999).to_string(),
        "n" => draw.between(1, 120).to_string(),
        "count" => match draw.below(3) {
            0 => format!("{},{}", draw.between(1, 90), draw.digits(3)),
            _ => draw.between(2, 999).to_string(),
        },
        "percent" => format!("{}.{}%", draw.between(1, 99), draw.below(10)),
        "version" => match draw.below(4) {
            0 => format!("{}.{}.{}.{}", draw.between(1, 20), draw.below(30), draw.below(30), draw.below(250)),
            1 => format!("{}.0.{}.{}", draw.between(1, 20), draw.between(1000, 29_999), draw.below(5000)),
            _ => format!("{}.{}.{}", draw.between(1, 20), draw.below(30), draw.below(30)),
        },
        "section" => {
            format!("{}.{}.{}.{}", draw.between(1, 9), draw.between(1, 9), draw.between(1, 9), draw.between(1, 9))
        }
        "meter" => match draw.below(3) {
            0 => format!("{},{}.{}", draw.between(1, 90), draw.digits(3), draw.below(10)),
            1 => format!("0{}", draw.digits(5)),
            _ => format!("1{}", draw.digits(6)),
        },
        "product" => match draw.below(5) {
            0 => format!("KR-{year}-{}-{}", draw.digits(4), draw.digits(4)),
            1 => format!("AB{}-{}-{}", draw.digits(2), draw.digits(4), draw.digits(3)),
            2 => format!("SM-G{}N", draw.digits(3)),
            3 => format!("C{}", draw.digits(7)),
            _ => format!("PN{}-{}", draw.digits(3), draw.digits(7)),
        },
        "hash" => (0..*draw.one_of(&[&8u64, &16, &16])).map(|_| format!("{:04x}", draw.below(0x1_0000))).collect(),
        "bid" => format!("{year}{month:02}{}-00", draw.digits(5)),
        "serial" => match draw.below(2) {
            0 => format!("{year}-{}", draw.digits(7)),
            _ => format!("1AA-{:02}{month:02}-{}", year % 100, draw.digits(7)),
        },
        "track" => match draw.below(2) {
            0 => format!("6{}-{}-{}", draw.digits(3), draw.digits(4), draw.digits(4)),
            _ => format!("6{}", draw.digits(11)),
        },
        "barcode" => with_check(format!("880{}", draw.digits(9)), check::barcode),
        "isbn" => format!("979-11-{}-{}-{}", draw.digits(5), draw.digits(2), draw.below(10)),
        "latitude" => format!("3{}.{}", draw.between(3, 8), draw.digits(6)),
        "longitude" => format!("12{}.{}", draw.between(4, 9), draw.digits(6)),
        "zip" => format!("0{}", draw.digits(4)),
        _ => return None,
    })
}
