//! The licences of everything shipped, as people read them: each text once, with the names of all that it holds for.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::shipped::{Component, Kind};

const RULE: &str = "================================================================================";

/// A file for each kind of component: its name and its text.
pub fn files(components: &[Component]) -> Vec<(&'static str, String)> {
    [(Kind::Crate, "rust.txt"), (Kind::Npm, "page.txt"), (Kind::Native, "natives.txt")]
        .map(|(kind, name)| (name, text(components.iter().filter(|component| component.kind == kind))))
        .into()
}

fn text<'a>(components: impl Iterator<Item = &'a Component>) -> String {
    let (mut by_text, mut bare) = (BTreeMap::<&str, Vec<String>>::new(), Vec::new());
    let (mut list, mut count) = (String::new(), 0);
    for component in components {
        let name = format!("{} {}", component.name, component.version);
        // What a text cannot be written to a string with does not exist.
        let _ = writeln!(list, "{name}: {}", component.license);
        count += 1;
        if component.texts.is_empty() {
            bare.push((name, component));
            continue;
        }
        for (file, text) in &component.texts {
            by_text.entry(text.trim()).or_default().push(format!("{name} ({file})"));
        }
    }
    let mut texts: Vec<(Vec<String>, &str)> = by_text.into_iter().map(|(text, names)| (names, text)).collect();
    texts.sort();
    let mut made = format!("{count} packages\n\n{list}");
    for (name, component) in bare {
        let Component { license, authors, repository, .. } = component;
        let _ = write!(made, "\n{RULE}\n{name}\n{RULE}\n\n");
        let _ = writeln!(made, "The package has no file of its licence. SPDX: {license}");
        let by = if authors.is_empty() { String::new() } else { format!("Copyright {}\n", authors.join(", ")) };
        let from = if repository.is_empty() { String::new() } else { format!("{repository}\n") };
        made += &(by + &from);
    }
    for (names, text) in texts {
        let _ = write!(made, "\n{RULE}\n{}\n{RULE}\n\n{text}\n", names.join("\n"));
    }
    made
}

/// The file `copyright` of a Debian package.
pub fn copyright(components: &[Component], licence: &str) -> String {
    let natives = || components.iter().filter(|component| component.kind == Kind::Native);
    let mut made = String::from(
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\
         Upstream-Name: naratmal\n\
         Comment: The licences of all parts stand in full in the folder licenses/ beside this file, and in\n \
         naratmal.cdx.json (CycloneDX) by their SPDX names. Inside the programs are, besides crates and packages:\n",
    );
    for Component { name, version, license, repository, .. } in natives().filter(|native| files_of(&native.name).is_none()) {
        let _ = writeln!(made, " {name} {version}, {license}, {repository}");
    }
    made += "\nFiles: *\nCopyright: The authors of Naratmal\nLicense: Apache-2.0\n";
    for Component { name, version, license, repository, .. } in natives() {
        let Some(files) = files_of(name) else { continue };
        let _ = write!(
            made,
            "\nFiles: {files}\nCopyright: The authors of {name}\nLicense: {license}\nComment: {name} {version}, {repository}\n"
        );
    }
    let indented = licence.trim().lines().map(|line| if line.trim().is_empty() { " .".to_owned() } else { format!(" {line}") });
    let _ = write!(made, "\nLicense: Apache-2.0\n{}\n", indented.collect::<Vec<_>>().join("\n"));
    made
}

/// The files of a package that are one part alone; `None` for what is inside the programs.
fn files_of(native: &str) -> Option<&'static str> {
    match native {
        "llama.cpp" => Some("usr/lib/naratmal/libllama* usr/lib/naratmal/libggml* usr/lib/naratmal/backends/*"),
        "pdfium" => Some("usr/lib/naratmal/libpdfium.so"),
        "mecab-ko-dic" => Some("usr/share/naratmal/dictionary/*"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn component(name: &str, texts: &[(&str, &str)]) -> Component {
        Component {
            kind: Kind::Crate,
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: "MIT".to_owned(),
            authors: vec!["a person".to_owned()],
            repository: "https://example.org/source".to_owned(),
            sha256: None,
            depends: BTreeSet::new(),
            texts: texts.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect(),
        }
    }

    #[test]
    fn each_text_stands_once_with_all_that_it_holds_for() {
        let components = [
            component("a", &[("LICENSE", "Permission is granted.\n")]),
            component("b", &[]),
            component("c", &[("LICENSE-MIT", "Permission is granted."), ("NOTICE", "By c.")]),
        ];
        insta::assert_snapshot!(text(components.iter()));
    }

    #[test]
    fn a_licence_in_the_copyright_file_has_no_empty_line() {
        let made = copyright(&[], "Apache License\n\nVersion 2.0\n");
        assert!(made.ends_with("License: Apache-2.0\n Apache License\n .\n Version 2.0\n"), "{made}");
        let natives = ["pdfium", "Pretendard GOV"].map(|name| Component { kind: Kind::Native, ..component(name, &[]) });
        let made = copyright(&natives, "");
        assert!(made.contains("Files: usr/lib/naratmal/libpdfium.so\n"), "{made}");
        // What has no file of its own does not decide the licence of the programs.
        assert_eq!(made.matches("\nFiles: ").count(), 2, "{made}");
        assert!(made.contains("\n Pretendard GOV 1.0.0, MIT, "), "{made}");
    }
}
