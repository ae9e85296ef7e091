//! The bill of materials: CycloneDX 1.5, the same bytes for the same sources.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::download::hex;
use crate::shipped::{Component, Kind, PROGRAMS};

/// The bill of `components`, which are in order, of this version of the program, made at `seconds` since 1970.
pub fn bill(components: &[Component], version: &str, seconds: u64) -> Value {
    let root = format!("pkg:generic/naratmal@{version}");
    let programs = components.iter().filter(|component| PROGRAMS.contains(&&*component.name));
    let others = components.iter().filter(|component| component.kind != Kind::Crate);
    let mut holds: Vec<String> = programs.chain(others).map(Component::purl).collect();
    holds.sort();
    holds.dedup();
    let mut depends = vec![json!({ "ref": root, "dependsOn": holds })];
    depends.extend(components.iter().map(|component| json!({ "ref": component.purl(), "dependsOn": component.depends })));
    let mut bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": moment(seconds),
            "tools": { "components": [{ "type": "application", "name": "cargo xtask bundle", "version": version }] },
            "component": {
                "type": "application", "bom-ref": root, "name": "naratmal", "version": version,
                "licenses": [{ "expression": "Apache-2.0" }], "purl": root,
            },
        },
        "components": components.iter().map(of_component).collect::<Vec<_>>(),
        "dependencies": depends,
    });
    // Random numbers would make every bill another one: this one is of what it says.
    bill["serialNumber"] = Value::from(serial(&bill.to_string()));
    bill
}

fn of_component(component: &Component) -> Value {
    let purl = component.purl();
    let kind = match (component.kind, &*component.name) {
        (_, name) if PROGRAMS.contains(&name) => "application",
        (Kind::Native, "mecab-ko-dic" | "Pretendard GOV") => "file",
        _ => "library",
    };
    let mut value = json!({
        "type": kind, "bom-ref": purl, "name": component.name, "version": component.version, "purl": purl,
    });
    if !component.license.is_empty() {
        value["licenses"] = json!([{ "expression": component.license }]);
    }
    if let Some(sha256) = &component.sha256 {
        value["hashes"] = json!([{ "alg": "SHA-256", "content": sha256 }]);
    }
    // Some packages name a place in words of git that are no address.
    if component.repository.starts_with("https://") {
        value["externalReferences"] = json!([{ "type": "vcs", "url": component.repository }]);
    }
    value
}

/// A UUID of version 8: what it is made from is ours to say.
fn serial(text: &str) -> String {
    let mut bytes = Sha256::digest(text);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let digits = hex(&bytes[..16]);
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..32]];
    format!("urn:uuid:{}", parts.join("-"))
}

/// Seconds since 1970 as "2026-03-01T00:00:00Z".
pub fn moment(seconds: u64) -> String {
    let (mut days, rest) = (seconds / 86_400, seconds % 86_400);
    let leap = |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    let (hours, minutes) = (rest / 3600, rest / 60 % 60);
    format!("{year:04}-{:02}-{:02}T{hours:02}:{minutes:02}:{:02}Z", month + 1, days + 1, rest % 60)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn component(kind: Kind, name: &str, depends: &[&str]) -> Component {
        Component {
            kind,
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: "MIT".to_owned(),
            authors: Vec::new(),
            repository: "git+https://example.org/source".to_owned(),
            sha256: Some("ab".repeat(32)),
            depends: depends.iter().map(|purl| (*purl).to_owned()).collect::<BTreeSet<_>>(),
            texts: Vec::new(),
        }
    }

    #[test]
    fn a_bill_names_every_part_once_and_what_it_is_made_of() {
        let components = [
            component(Kind::Crate, "naratmal", &["pkg:cargo/serde@1.0.0"]),
            component(Kind::Crate, "serde", &[]),
            component(Kind::Npm, "marked", &[]),
            component(Kind::Native, "pdfium", &[]),
        ];
        let made = bill(&components, "0.1.0", 0);
        let refs: Vec<&str> = made["components"].as_array().expect("a list").iter().filter_map(|part| part["bom-ref"].as_str()).collect();
        assert_eq!(refs, ["pkg:cargo/naratmal@1.0.0", "pkg:cargo/serde@1.0.0", "pkg:npm/marked@1.0.0", "pkg:generic/pdfium@1.0.0"]);
        let of = |name: &str| {
            let mut depends = made["dependencies"].as_array().expect("a list").iter();
            depends.find(|each| each["ref"] == name).expect(name)["dependsOn"].clone()
        };
        let holds = json!(["pkg:cargo/naratmal@1.0.0", "pkg:generic/pdfium@1.0.0", "pkg:npm/marked@1.0.0"]);
        assert_eq!(of("pkg:generic/naratmal@0.1.0"), holds);
        assert_eq!(of("pkg:cargo/naratmal@1.0.0"), json!(["pkg:cargo/serde@1.0.0"]));
        assert_eq!(made["components"][1]["hashes"][0]["content"], "ab".repeat(32));
        assert_eq!(made["components"][1].get("externalReferences"), None);
    }

    #[test]
    fn the_same_parts_give_the_same_bill_and_others_another_number() {
        let [one, two] = [[component(Kind::Crate, "a", &[])], [component(Kind::Crate, "b", &[])]];
        assert_eq!(bill(&one, "0.1.0", 7).to_string(), bill(&one, "0.1.0", 7).to_string());
        let serials = [bill(&one, "0.1.0", 7), bill(&two, "0.1.0", 7), bill(&one, "0.1.0", 8)].map(|bill| bill["serialNumber"].clone());
        assert_eq!(serials.iter().map(ToString::to_string).collect::<BTreeSet<_>>().len(), 3);
        let serial = serials[0].as_str().expect("a text").strip_prefix("urn:uuid:").expect("a UUID");
        assert_eq!(serial.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert!(serial.as_bytes()[14] == b'8' && "89ab".contains(char::from(serial.as_bytes()[19])), "{serial}");
    }

    #[test]
    fn moments_are_written_as_iso_8601_has_them() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_200, "2024-03-01T00:00:00Z"),
            (1_772_323_200, "2026-03-01T00:00:00Z"),
            (4_102_444_799, "2099-12-31T23:59:59Z"),
        ] {
            assert_eq!(moment(seconds), expected);
        }
    }
}
