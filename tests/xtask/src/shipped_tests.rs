use super::*;

/// What cargo says of four programs, of which the first is made of `depends`: name, what it is, how it is depended on.
fn told(depends: &[(&str, &str, &str)]) -> Value {
    let package = |name: &str, kind: &str| {
        serde_json::json!({
            "id": name, "name": name, "version": "1.0.0", "license": "MIT/Apache-2.0", "authors": ["a person"],
            "repository": null, "manifest_path": format!("/registry/{name}/Cargo.toml"),
            "targets": [{ "kind": [kind], "name": name }],
        })
    };
    let mut packages: Vec<Value> = PROGRAMS.iter().map(|name| package(name, "bin")).collect();
    packages.extend(depends.iter().map(|(name, kind, _)| package(name, kind)));
    let dependency = |(name, _, how): &(&str, &str, &str)| {
        let how = if *how == "normal" { Value::Null } else { Value::from(*how) };
        serde_json::json!({ "pkg": name, "dep_kinds": [{ "kind": how, "target": null }] })
    };
    let nodes: Vec<Value> = packages
        .iter()
        .map(|package| {
            let first = package["name"] == PROGRAMS[0];
            let deps: Vec<Value> = if first { depends.iter().map(dependency).collect() } else { Vec::new() };
            serde_json::json!({ "id": package["id"], "deps": deps })
        })
        .collect();
    serde_json::json!({ "packages": packages, "resolve": { "nodes": nodes } })
}

#[test]
fn what_is_linked_is_shipped_and_what_only_builds_is_not() {
    let lock = format!("[[package]]\nname = 'linked'\nversion = '1.0.0'\nchecksum = '{}'\n", "a".repeat(64));
    let table = [
        ("linked", "lib", "normal", true),
        ("a-macro", "proc-macro", "normal", false),
        ("builds", "lib", "build", false),
        ("tests", "lib", "dev", false),
        ("sqlcipher-src", "lib", "build", true),
    ];
    for (name, kind, how, shipped) in table {
        let (crates, folders) = crates(&told(&[(name, kind, how)]), &lock).expect("what cargo says");
        let found = crates.iter().find(|component| component.name == name);
        assert_eq!(found.is_some(), shipped, "{name}");
        let program = crates.iter().find(|component| component.name == PROGRAMS[0]).expect("the program");
        assert_eq!(program.depends.len(), usize::from(shipped), "{name}");
        if let Some(found) = found {
            assert_eq!(found.license, "MIT OR Apache-2.0");
            assert_eq!(found.sha256.is_some(), name == "linked");
            assert_eq!(folders[&found.purl()], Path::new("/registry").join(name));
        }
    }
}

#[test]
fn a_program_that_is_missing_is_no_list_of_what_is_shipped() {
    let mut told = told(&[]);
    told["packages"].as_array_mut().expect("packages").pop();
    assert!(crates(&told, "").is_err());
    assert!(crates(&serde_json::json!({}), "").is_err());
    assert!(crates(&self::told(&[]), "no toml").is_err());
}

#[test]
fn components_are_named_as_lists_of_software_name_them() {
    let component = |kind, name: &str, version: &str| Component {
        kind,
        name: name.to_owned(),
        version: version.to_owned(),
        license: String::new(),
        authors: Vec::new(),
        repository: String::new(),
        sha256: None,
        depends: BTreeSet::new(),
        texts: Vec::new(),
    };
    for (kind, name, version, purl) in [
        (Kind::Crate, "serde", "1.0.0", "pkg:cargo/serde@1.0.0"),
        (Kind::Crate, "sqlcipher-src", "420.0.0+sqlcipher-4", "pkg:cargo/sqlcipher-src@420.0.0%2Bsqlcipher-4"),
        (Kind::Npm, "@tauri-apps/api", "2.12.5", "pkg:npm/%40tauri-apps/api@2.12.5"),
        (Kind::Native, "Pretendard GOV", "1.309", "pkg:generic/Pretendard%20GOV@1.309"),
    ] {
        assert_eq!(component(kind, name, version).purl(), purl);
    }
}

#[test]
fn the_version_of_llama_cpp_is_read_where_it_is_set() {
    let text = "set(LLAMA_VERSION_MAJOR 0)\n  set(LLAMA_VERSION_MINOR 6)\nset(LLAMA_VERSION_PATCH 1)\n";
    assert_eq!(cmake_version(text, "LLAMA").as_deref(), Some("0.6.1"));
    assert_eq!(cmake_version(text, "GGML"), None);
}

#[test]
fn licences_are_told_by_their_names() {
    for (name, expected) in [
        ("LICENSE", true),
        ("LICENSE-MIT", true),
        ("license.txt", true),
        ("COPYING.LESSER", true),
        ("NOTICE", true),
        ("UNLICENSE", true),
        ("license.rs", false),
        ("README.md", false),
        ("src", false),
    ] {
        assert_eq!(is_licence(name), expected, "{name}");
    }
}

#[test]
fn every_style_sheet_and_font_of_a_package_is_accounted_for() {
    let styles = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/styles");
    for entry in fs::read_dir(styles).expect("the page's styles") {
        let text = fs::read_to_string(entry.expect("a file").path()).expect("a style sheet");
        let used = text.split("url(\"").skip(1).filter_map(|rest| rest.split('"').next());
        let foreign = used.filter(|address| !address.starts_with(['.', '/', '#']) && !address.starts_with("data:"));
        for address in foreign {
            assert!(STYLED.iter().any(|package| address.starts_with(&format!("{package}/"))), "{address}");
        }
    }
}
