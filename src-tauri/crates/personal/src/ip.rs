//! Addresses of the Internet Protocol.

use std::net::Ipv6Addr;

use crate::Kind;
use crate::number::{Groups, Join};
use crate::page::{Hit, Page, is_word};

const CUES: &[&str] =
    &["ip", "아이피", "서버", "server", "접속", "게이트웨이", "dns", "host", "주소", "출발지", "목적지"];
const VERSIONS: &[&str] =
    &["버전", "version", "ver", "ver.", "펌웨어", "릴리스", "빌드", "build", "firmware", "rev", "개정"];
const SECTIONS: &[&str] = &["제", "절", "장", "항", "조", "목", "호", "부록", "표", "그림", "section", "§", "참조"];

/// Four octets, the first of the groups the first.
pub(crate) fn four(groups: &Groups) -> Option<Hit> {
    let page = groups.page;
    let mut octets = [0u32; 4];
    for (index, octet) in octets.iter_mut().enumerate() {
        let group = groups.get(index)?;
        let padded = group.len() > 1 && page.at(group.start) == '0';
        if group.len() > 3 || padded || index < 3 && (group.mark != '.' || group.join != Join::Tight) {
            return None;
        }
        *octet = page.digits(group.start, group.end).fold(0, |sum, digit| sum * 10 + u32::from(digit));
    }
    let last = groups.get(3)?;
    let (start, end) = (groups.first().start, last.end);
    // From one address to another: 192.168.0.1~192.168.0.9.
    let range = |mark: char, beside: char| {
        matches!(mark, '~' | '-') && beside.is_ascii_digit() && (octets[0] == 10 || octets[0] > 31)
    };
    let (before, after) = (page.before(start), page.at(end));
    let bare = |each: char| !is_word(each) && !matches!(each, '.' | '-' | '~' | ',');
    let ends = bare(after)
        || matches!(after, '.' | ',') && !page.at(end + 1).is_ascii_digit()
        || range(after, page.at(end + 1));
    let joined = !ends || !(bare(before) || before == ',' || range(before, page.back(start, 2)));
    // Neither nothing nor a mask of a network is anyone's address.
    if joined || octets.iter().any(|&octet| octet > 255) || octets[..2] == [255, 255] || octets == [0; 4] {
        return None;
    }
    let context = page.context_before(start, 12);
    let near = |words| context.distance(words).unwrap_or(usize::MAX);
    let cued = near(CUES) <= 8;
    if near(VERSIONS) <= 6 && near(VERSIONS) < near(CUES) {
        return None;
    }
    // The numbers of sections and versions are small; those of sections are never nothing.
    let small = octets.iter().all(|&octet| octet <= 31);
    let after = page.at(page.past_spaces(end, 2));
    let section = near(SECTIONS) <= 2 || matches!(after, '절' | '장' | '항' | '조' | '목');
    let ordinal = small && !cued && (octets[0] < 10 || octets.iter().all(|&octet| octet > 0));
    if ordinal || small && section && near(CUES) > near(SECTIONS) {
        return None;
    }
    Some(Hit::new(Kind::IpAddress, start, end, cued || !small))
}

/// Groups of hexadecimal digits that colons part, from a place on.
pub(crate) fn six(page: &Page, place: usize) -> Option<Hit> {
    let before = page.before(place);
    if is_word(before) || matches!(before, ':' | '.' | '-') {
        return None;
    }
    let first = page.past(place, 5, |each| each.is_ascii_hexdigit());
    if page.at(first) != ':' || first > place + 4 {
        return None;
    }
    let mut end = page.past(place, 46, |each| each.is_ascii_hexdigit() || each == ':');
    if is_word(page.at(end)) || page.at(end) == '.' && page.at(end + 1).is_ascii_digit() {
        return None;
    }
    // What a sentence goes on with.
    if page.before(end) == ':' && page.back(end, 2) != ':' {
        end -= 1;
    }
    let text: String = (place..end).map(|at| page.at(at)).collect();
    let groups = text.split(':').filter(|group| !group.is_empty()).count();
    let sound = groups >= 3 && text.contains(|each: char| each.is_ascii_digit()) && text.parse::<Ipv6Addr>().is_ok();
    sound.then(|| Hit::new(Kind::IpAddress, place, end, true))
}
