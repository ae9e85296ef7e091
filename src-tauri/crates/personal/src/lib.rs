//! Finds and masks personal information in Korean text.
//!
//! The finder walks through the text once. At each place it looks a bounded number of characters ahead and back, so its
//! time grows with the text's length and never faster, whatever the text.

mod account;
mod address;
mod check;
mod email;
mod ip;
pub mod labelled;
mod mask;
mod mention;
mod name;
mod number;
mod page;
mod phone;
mod places;
mod plate;
mod scan;
mod table;
mod words;

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use mask::mask;

/// What a piece of personal information is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 주민등록번호, with a valid date of birth.
    ResidentNumber,
    /// 외국인등록번호, with a valid date of birth.
    ForeignerNumber,
    /// 여권번호.
    Passport,
    /// 운전면허번호.
    DriverLicence,
    /// 사업자등록번호, with its check digit.
    BusinessNumber,
    /// 법인등록번호.
    CorporateNumber,
    /// 카드번호, with a known prefix and its check digit.
    Card,
    /// 계좌번호, near a bank's name or a word that speaks of accounts.
    Account,
    /// 전화번호: mobile, landline, by internet, of a call centre.
    Phone,
    /// 전자우편 주소.
    Email,
    /// 주소 with a building's or a lot's number.
    Address,
    /// 차량번호.
    Vehicle,
    /// IPv4 or IPv6.
    IpAddress,
    /// 이름 that the words around it announce, here or elsewhere in the text.
    Name,
}

impl Kind {
    /// All of them, in their order.
    pub const ALL: [Self; 14] = [
        Self::ResidentNumber,
        Self::ForeignerNumber,
        Self::Passport,
        Self::DriverLicence,
        Self::BusinessNumber,
        Self::CorporateNumber,
        Self::Card,
        Self::Account,
        Self::Phone,
        Self::Email,
        Self::Address,
        Self::Vehicle,
        Self::IpAddress,
        Self::Name,
    ];

    /// Its word in files and messages between programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::ResidentNumber => "resident_number",
            Self::ForeignerNumber => "foreigner_number",
            Self::Passport => "passport",
            Self::DriverLicence => "driver_licence",
            Self::BusinessNumber => "business_number",
            Self::CorporateNumber => "corporate_number",
            Self::Card => "card",
            Self::Account => "account",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Address => "address",
            Self::Vehicle => "vehicle",
            Self::IpAddress => "ip_address",
            Self::Name => "name",
        }
    }

    /// The kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What a person reads.
    pub fn korean(self) -> &'static str {
        match self {
            Self::ResidentNumber => "주민등록번호",
            Self::ForeignerNumber => "외국인등록번호",
            Self::Passport => "여권번호",
            Self::DriverLicence => "운전면허번호",
            Self::BusinessNumber => "사업자등록번호",
            Self::CorporateNumber => "법인등록번호",
            Self::Card => "카드번호",
            Self::Account => "계좌번호",
            Self::Phone => "전화번호",
            Self::Email => "전자우편 주소",
            Self::Address => "주소",
            Self::Vehicle => "차량번호",
            Self::IpAddress => "IP 주소",
            Self::Name => "이름",
        }
    }
}

/// How much speaks for a find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Its form.
    Likely,
    /// Its form, and a check digit or the words around it.
    Sure,
}

/// A piece of personal information.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// Where it is, in bytes of the text; on borders of characters.
    pub range: Range<usize>,
    /// How much speaks for it.
    pub confidence: Confidence,
}

/// Finds personal information, in the order of the text and never overlapping, in time linear in the text.
pub fn find(text: &str) -> Vec<Found> {
    let hits = scan::scan(&page::Page::new(text));
    let (mut place, mut byte) = (0, 0);
    let mut byte_of = |wanted: usize| {
        byte += text[byte..].char_indices().nth(wanted - place).map_or(text.len() - byte, |(on, _)| on);
        place = wanted;
        byte
    };
    hits.into_iter()
        .map(|hit| Found { kind: hit.kind, range: byte_of(hit.start)..byte_of(hit.end), confidence: hit.confidence })
        .collect()
}

/// How many of each kind there are; a kind that there is none of is left out.
pub fn counts(found: &[Found]) -> BTreeMap<Kind, u32> {
    let mut counts = BTreeMap::new();
    for each in found {
        *counts.entry(each.kind).or_default() += 1;
    }
    counts
}
