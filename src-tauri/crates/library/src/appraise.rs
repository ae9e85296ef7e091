//! What a document's text says about how it is to be kept.

use std::collections::BTreeMap;

use documents::Block;
use personal::Kind;
use policy::{Grade, Signals, propose};
use vault::Appraisal;

/// Bytes of a document's beginning in which markings of its grade are looked for: they stand on the first pages, and
/// further on a text speaks of others' secrets.
const MARKED: usize = 64 * 1024;

/// The grade that a document's name, text and personal information speak for, and how much of that it holds.
/// `default` is the agency's grade for a document that nothing speaks for.
pub fn appraise(name: &str, blocks: &[Block], default: Option<Grade>) -> Appraisal {
    let mut counts = BTreeMap::new();
    let mut beginning = String::new();
    for block in blocks {
        for (kind, count) in personal::counts(&personal::find(&block.text)) {
            *counts.entry(kind).or_insert(0) += count;
        }
        if beginning.len() < MARKED {
            beginning.push_str(&block.text);
            beginning.push('\n');
        }
    }
    let of = |kinds: &[Kind]| kinds.iter().filter_map(|kind| counts.get(kind)).sum();
    let signals = Signals {
        name,
        text: &beginning,
        identity_numbers: of(&[Kind::ResidentNumber, Kind::ForeignerNumber, Kind::Passport, Kind::DriverLicence]),
        contacts: of(&[Kind::Phone, Kind::Email, Kind::Address, Kind::Name]),
        accounts: of(&[Kind::Account, Kind::Card]),
    };
    let proposal = propose(&signals);
    match default {
        Some(default) if default > proposal.grade => Appraisal {
            grade: default,
            reasons: vec!["기관 정책이 정한 기본 등급입니다.".to_owned()],
            personal: counts,
        },
        _ => Appraisal { grade: proposal.grade, reasons: proposal.reasons, personal: counts },
    }
}

#[cfg(test)]
mod tests {
    use documents::{BlockKind, Locator};

    use super::*;

    fn paragraph(text: &str) -> Block {
        let locator = Locator { section: 0, paragraph: 0, page: None };
        Block { kind: BlockKind::Paragraph, text: text.to_owned(), heading_path: Vec::new(), locator }
    }

    #[test]
    fn a_document_is_graded_by_its_name_its_markings_and_its_personal_information() {
        let table: [(&str, &str, Option<Grade>, Grade); 6] = [
            ("계획.hwpx", "올해 체육대회 계획을 알립니다.", None, Grade::O),
            ("대외비_계획.hwpx", "올해 체육대회 계획을 알립니다.", None, Grade::S),
            ("명단.hwpx", "성명: 홍길동, 주민등록번호 900101-1234567", None, Grade::S),
            ("계획.hwpx", "올해 체육대회 계획을 알립니다.", Some(Grade::S), Grade::S),
            ("Ⅱ급비밀_계획.hwpx", "계획", Some(Grade::S), Grade::C),
            ("명단.hwpx", "성명: 홍길동, 주민등록번호 900101-1234567", Some(Grade::O), Grade::S),
        ];
        for (name, text, default, wanted) in table {
            let appraisal = appraise(name, &[paragraph(text)], default);
            assert_eq!(appraisal.grade, wanted, "{name}: {text} {default:?} {:?}", appraisal.reasons);
            assert!(!appraisal.reasons.is_empty());
        }
    }

    #[test]
    fn personal_information_is_counted_over_all_blocks() {
        let blocks = [paragraph("연락처 010-1234-5678"), paragraph("또는 010-8765-4321, 주민등록번호 900101-1234567")];
        let counts = appraise("명단", &blocks, None).personal;
        assert_eq!((counts[&Kind::Phone], counts[&Kind::ResidentNumber]), (2, 1));
    }
}
