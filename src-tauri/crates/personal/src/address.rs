//! Postal addresses: by the road and a building's number, or by the village and a lot's.

use crate::Kind;
use crate::page::{Hit, Page, is_hangul, is_word};
use crate::places;

/// Words that announce an address.
const CUES: &[&str] =
    &["주소", "소재지", "거주지", "주거지", "등록지", "사업장", "송달장소", "본점", "본적", "등록기준지", "도로명"];
/// What may follow a number at once: particles, and words that speak of the place.
const FOLLOWERS: &[&str] = &[
    "에",
    "으로",
    "로",
    "이며",
    "이고",
    "이다",
    "입니다",
    "임",
    "이",
    "을",
    "를",
    "은",
    "는",
    "의",
    "와",
    "과",
    "까지",
    "부터",
    "번지",
    "소재",
    "일원",
    "일대",
    "인근",
    "앞",
    "옆",
    "내",
    "번",
];
/// What counts things, and so makes of the number before it a count.
const UNITS: &[&str] = &[
    "명", "개", "건", "년", "월", "일", "차", "회", "곳", "세대", "가구", "필지", "동", "호", "km", "㎞", "m", "㎡",
    "만", "억", "원", "층", "여",
];
/// What the names of buildings end with.
const BUILDINGS: &[&str] = &[
    "아파트",
    "빌라",
    "빌딩",
    "타워",
    "오피스텔",
    "맨션",
    "주택",
    "프라자",
    "플라자",
    "센터",
    "상가",
    "청사",
    "연립",
    "타운",
    "마을",
    "하우스",
    "파크",
    "캐슬",
    "자이",
    "푸르지오",
    "래미안",
    "힐스테이트",
    "더샵",
    "편한세상",
    "아이파크",
    "스카이",
    "시청",
    "구청",
    "군청",
    "도청",
    "회관",
];

/// An address that starts at a place.
pub(crate) fn at(page: &Page, place: usize) -> Option<Hit> {
    let front = front(page, place)?;
    let cued = page.context_before(place, 10).has(CUES);
    let end = number(page, &front)?;
    Some(Hit::new(Kind::Address, place, details(page, end), front.province || cued))
}

/// An address without city and province, at a place where one is announced.
pub(crate) fn bare(page: &Page, place: usize) -> Option<Hit> {
    let end = road(page, place)?;
    Some(Hit::new(Kind::Address, place, details(page, end), false))
}

/// Where a word that announces an address ends, and the address it announces may start.
pub(crate) fn announced(page: &Page, place: usize) -> Option<usize> {
    let word = page.any(place, &["주소", "주 소", "주  소", "소재지", "거주지", "송달장소"])?;
    let mark = page.past_spaces(word, 3);
    let mark = if matches!(page.at(mark), ':' | '|') { mark + 1 } else { mark };
    let start = page.past_spaces(mark, 3);
    (start > word && is_hangul(page.at(start))).then_some(start)
}

/// Where the part of an address that a mask leaves to be read ends: the province, the city, the district.
pub(crate) fn kept(page: &Page, place: usize) -> usize {
    front(page, place).map_or(place, |front| front.kept)
}

/// What an address begins with.
struct Front {
    /// Whether with a province.
    province: bool,
    /// How many cities, counties and districts there are.
    districts: usize,
    /// Where the last of them ends.
    kept: usize,
    /// Where the road or the village starts.
    next: usize,
}

fn front(page: &Page, place: usize) -> Option<Front> {
    let glued = is_hangul(page.before(place)) || is_word(page.before(place));
    let mut front = Front { province: false, districts: 0, kept: place, next: place };
    if let Some(end) = places::province(page, place) {
        let long = end - place > 3;
        let spaced = page.at(end) == ' ';
        let apart = spaced || district(page, end, false).is_some();
        if apart && (long || !glued) {
            front = Front { province: true, districts: 0, kept: end, next: page.past_spaces(end, 2) };
        }
    }
    if glued && !front.province {
        return None;
    }
    while front.districts < 3 {
        let Some(end) = district(page, front.next, front.province) else { break };
        front.kept = end;
        front.next = page.past_spaces(end, 2);
        front.districts += 1;
    }
    (front.province || front.districts > 0).then_some(front)
}

/// A city, county or district; behind a province, one of any name.
fn district(page: &Page, place: usize, any_name: bool) -> Option<usize> {
    let known = places::district(page, place);
    known.or_else(|| {
        let end = page.past(place, 6, is_hangul);
        let named =
            any_name && end >= place + 2 && page.at(end) == ' ' && matches!(page.before(end), '시' | '군' | '구');
        named.then_some(end)
    })
}

/// Where the number of the building or the lot ends.
fn number(page: &Page, front: &Front) -> Option<usize> {
    let next = town(page, front.next).unwrap_or(front.next);
    if let Some(end) = road(page, next) {
        return Some(end);
    }
    if let Some(end) = post_box(page, next) {
        return Some(end);
    }
    let village = village(page, next)?;
    lot(page, village).or_else(|| flat_in(page, village)).or_else(|| post_box(page, village))
}

/// A box at a post office: 사서함 12호, 종로우체국 사서함 12호.
fn post_box(page: &Page, place: usize) -> Option<usize> {
    let office = page.past(place, 10, is_hangul);
    let at = match (office >= place + 3).then(|| page.word(office - 3, "우체국")).flatten() {
        Some(end) => page.past_spaces(end, 1),
        None => place,
    };
    let end = numbers(page, page.past_spaces(page.word(at, "사서함")?, 1))?;
    page.word(end, "호").filter(|&end| followed(page, end))
}

/// 읍 or 면, and where what follows it starts.
fn town(page: &Page, place: usize) -> Option<usize> {
    let end = page.past(place, 5, is_hangul);
    (end >= place + 2 && matches!(page.before(end), '읍' | '면') && page.at(end) == ' ')
        .then(|| page.past_spaces(end, 2))
}

/// 동, 리 or 가; or a town itself, where the lot follows it.
fn village(page: &Page, place: usize) -> Option<usize> {
    let end = page.past(place, 9, |each| is_hangul(each) || each.is_ascii_digit());
    // A lot may follow without a space: 역삼동123-4.
    let end = (place + 2..=end).find(|&at| {
        let more = page.at(at);
        let split = more.is_ascii_digit()
            && page.any(page.past(at, 3, |each| each.is_ascii_digit()), &["가", "동", "리"]).is_none();
        matches!(page.before(at), '동' | '리' | '가' | '읍' | '면') && (at == end || split)
    });
    match end {
        Some(end) => Some(page.past_spaces(end, 2)),
        // 세종 조치원읍 in `town` took the town; the lot follows it at once.
        None if page.at(place).is_ascii_digit() || page.at(place) == '산' => {
            matches!(page.back(place, 2), '읍' | '면').then_some(place)
        }
        None => None,
    }
}

/// A road with its number.
fn road(page: &Page, place: usize) -> Option<usize> {
    let part = |each: char| is_hangul(each) || each.is_ascii_alphanumeric() || matches!(each, '.' | '·');
    let run = page.past(place, 16, part);
    (place + 1..run)
        .filter(|&last| last > place && matches!(page.at(last), '로' | '길'))
        .find_map(|last| after_road(page, last + 1))
}

/// The lane and the building's number behind a road's name.
fn after_road(page: &Page, place: usize) -> Option<usize> {
    let lane = page.past_spaces(place, 1);
    let digits = page.past(lane, 5, |each| each.is_ascii_digit());
    if digits > lane {
        let kind = page.past(digits, 2, |each| matches!(each, '번' | '가' | '나' | '다' | '라' | '마' | '바' | '안'));
        if page.at(kind) == '길' {
            return building(page, kind + 1);
        }
    }
    building(page, place)
}

fn building(page: &Page, place: usize) -> Option<usize> {
    let at = page.past_spaces(place, 2);
    let at = page.word(at, "지하").map_or(at, |under| page.past_spaces(under, 1));
    let end = numbers(page, at)?;
    followed(page, end).then_some(end)
}

/// One number, or two that a hyphen joins.
fn numbers(page: &Page, place: usize) -> Option<usize> {
    let end = page.past(place, 6, |each| each.is_ascii_digit());
    if end == place || end > place + 5 || page.at(place) == '0' {
        return None;
    }
    if page.at(end) == '-' && page.at(end + 1).is_ascii_digit() {
        let second = page.past(end + 1, 5, |each| each.is_ascii_digit());
        return (second <= end + 5).then_some(second);
    }
    Some(end)
}

/// Whether what follows a number leaves it an address's.
fn followed(page: &Page, end: usize) -> bool {
    let (after, next) = (page.at(end), page.at(end + 1));
    match after {
        _ if is_word(after) => false,
        '.' | ',' | '-' | '~' | ':' if next.is_ascii_digit() => false,
        '%' | '㎡' | '㎞' => false,
        _ if is_hangul(after) => {
            page.any(end, FOLLOWERS).is_some()
                && page.any(end, &["이상", "이하", "이내", "여", "로부터", "인"]).is_none()
        }
        _ => true,
    }
}

fn lot(page: &Page, place: usize) -> Option<usize> {
    let at = page.word(place, "산").map_or(place, |mountain| page.past_spaces(mountain, 1));
    let end = numbers(page, at)?;
    if !followed(page, end) {
        return None;
    }
    let sign = page.word(page.past_spaces(end, 1), "번지");
    let plain = (at..end).all(|each| page.at(each) != '-');
    let counts = page.at(end) == ' ' && plain && page.any(end + 1, UNITS).is_some();
    match sign {
        Some(sign) => Some(sign),
        None => (!counts).then_some(end),
    }
}

/// A block of flats without its number: 은마아파트 3동 501호.
fn flat_in(page: &Page, place: usize) -> Option<usize> {
    let name = page.past(place, 14, |each| is_hangul(each) || each.is_ascii_alphanumeric());
    if name < place + 2 {
        return None;
    }
    let block = flat(page, page.past_spaces(name, 2))?;
    let room = flat(page, page.past_spaces(block, 2))?;
    (page.before(block) == '동' && page.before(room) == '호').then_some(room)
}

/// Where the block, the floor, the room, the building and the quarter in brackets behind the number end.
fn details(page: &Page, end: usize) -> usize {
    let mut end = end;
    for _ in 0..6 {
        let comma = page.past_spaces(end, 1);
        let comma = if page.at(comma) == ',' { comma + 1 } else { end };
        let next = page.past_spaces(comma, 2);
        if next == end && page.at(end) != '(' {
            break;
        }
        let item = flat(page, next).or_else(|| quarter(page, next)).or_else(|| named(page, next));
        match item {
            Some(item) => end = item,
            None => break,
        }
    }
    end
}

/// 101동, 제3호, B102호, 지하 1층.
fn flat(page: &Page, place: usize) -> Option<usize> {
    let at = page.any(place, &["제", "지하", "B", "비"]).map_or(place, |prefix| page.past_spaces(prefix, 1));
    let digits = page.past(at, 5, |each| each.is_ascii_digit());
    let digits = match digits - at {
        0 if page.at(at).is_ascii_uppercase() || matches!(page.at(at), '가' | '나' | '다' | '라' | '마' | '바') => {
            at + 1
        }
        0 | 5 => return None,
        _ => digits,
    };
    let digits = if page.at(digits) == '-' { page.past(digits + 1, 4, |each| each.is_ascii_digit()) } else { digits };
    let end = page.any(digits, &["동", "호실", "호", "층", "단지", "블록", "블럭"])?;
    let after = page.at(end);
    (!is_word(after) && (!is_hangul(after) || page.any(end, FOLLOWERS).is_some())).then_some(end)
}

/// (세종로, 정부서울청사)
fn quarter(page: &Page, place: usize) -> Option<usize> {
    if page.at(place) != '(' {
        return None;
    }
    let close = page.past(place + 1, 32, |each| each != ')' && each != '\n' && each != '(');
    let word = page.past(place + 1, 12, |each| is_hangul(each) || each.is_ascii_digit());
    let place_name =
        matches!(page.before(word), '동' | '가' | '리' | '로' | '읍' | '면') || ends_as_building(page, place + 1, word);
    let whole = matches!(page.at(word), ')' | ',');
    (page.at(close) == ')' && word > place + 1 && whole && place_name).then_some(close + 1)
}

/// A building's name.
fn named(page: &Page, place: usize) -> Option<usize> {
    let word = page.past(place, 14, |each| is_hangul(each) || each.is_ascii_alphanumeric());
    if word < place + 2 {
        return None;
    }
    let end = (place + 2..=word).rev().find(|&end| ends_as_building(page, place, end));
    match end {
        Some(end) if end == word || page.any(end, FOLLOWERS).is_some() => Some(end),
        // Any name, where a block or a room follows it.
        _ => flat(page, page.past_spaces(word, 1)).filter(|_| is_hangul(page.at(place)) && page.at(word) == ' '),
    }
}

fn ends_as_building(page: &Page, start: usize, end: usize) -> bool {
    BUILDINGS.iter().any(|name| {
        let length = name.chars().count();
        end >= start + length && page.word(end - length, name).is_some()
    })
}
