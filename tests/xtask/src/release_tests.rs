//! The workflow that makes the installers cannot run here: it is held to the files that it names.

use std::fs;
use std::path::{Path, PathBuf};

use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

fn config(path: &str) -> Value {
    serde_json::from_str(&text(path)).expect(path)
}

/// The executables that are installed on Windows: text is not recognised there, so that the fourth is left out.
const ON_WINDOWS: [&str; 3] = ["naratmal.exe", "naratmal-engine.exe", "naratmal-reader.exe"];

#[test]
fn the_workflow_is_yaml_and_every_job_can_run() {
    let text = text(".github/workflows/release.yml");
    let documents = Yaml::load_from_str(&text).expect("YAML");
    assert_eq!(documents.len(), 1);
    let jobs = documents[0]["jobs"].as_mapping().expect("jobs");
    let names: Vec<&str> = jobs.iter().filter_map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["linux", "windows", "macos", "release"]);
    for (name, job) in jobs {
        let name = name.as_str().expect("a name");
        assert!(job["runs-on"].as_str().is_some(), "{name} runs nowhere");
        let needs = job.as_mapping_get("needs").into_iter().flat_map(|needs| match needs.as_str() {
            Some(one) => vec![one],
            None => needs.as_sequence().into_iter().flatten().filter_map(Yaml::as_str).collect(),
        });
        needs.for_each(|need| assert!(names.contains(&need), "{name} needs {need}"));
        for step in job["steps"].as_sequence().expect("steps") {
            let does = ["run", "uses"].map(|key| step.as_mapping_get(key).and_then(Yaml::as_str));
            assert_eq!(does.iter().flatten().count(), 1, "a step of {name} does one thing: {step:?}");
            // An action that is not pinned may be another one tomorrow.
            assert!(does[1].is_none_or(|uses| uses.split_once('@').is_some_and(|(_, version)| version.starts_with('v'))), "{does:?}");
        }
    }
}

#[test]
fn every_file_of_the_repository_that_the_workflow_names_is_there() {
    let text = text(".github/workflows/release.yml");
    let words = text.split([' ', '"', '\n', ',', '}']).map(|word| word.trim_matches(['\'', '(', ')']));
    let own: Vec<&str> = words.filter(|word| word.starts_with("src-tauri/") || word.starts_with("models/")).collect();
    assert!(own.len() >= 4, "{own:?}");
    own.iter().for_each(|path| assert!(root().join(path).exists(), "{path}"));
}

#[test]
fn windows_gets_its_programs_an_offline_web_view_and_both_kinds_of_firewall_rules() {
    let bundle = &config("src-tauri/platform/windows.json")["bundle"];
    assert_eq!(bundle["windows"]["webviewInstallMode"]["type"], "offlineInstaller");
    let resources = bundle["resources"].as_object().expect("resources");
    let placed: Vec<&str> = resources.values().filter_map(Value::as_str).collect();
    let workflow = text(".github/workflows/release.yml");
    for source in resources.keys().filter_map(|source| source.strip_prefix("../")) {
        // The programs and libraries by name, the folders as a whole.
        let name = source.trim_end_matches('/').rsplit('/').next().expect("a name");
        assert!(workflow.contains(name), "the workflow brings no {source}");
    }
    let (hook, fragment) = ("src-tauri/platform/windows-firewall.nsh", "src-tauri/platform/windows-firewall.wxs");
    assert_eq!(format!("src-tauri/{}", bundle["windows"]["nsis"]["installerHooks"].as_str().expect("a hook")), hook);
    assert_eq!(format!("src-tauri/{}", bundle["windows"]["wix"]["fragmentPaths"][0].as_str().expect("a fragment")), fragment);
    let (hook, fragment) = (text(hook), text(fragment));
    for program in ON_WINDOWS {
        assert!(program == "naratmal.exe" || placed.contains(&program), "{program} is not installed");
        for (rules, denies, allows) in [
            (&hook, format!("NaratmalDeny \"{program}\""), format!("NaratmalAllow \"{program}\"")),
            (&fragment, format!("program=&quot;[INSTALLDIR]{program}&quot;"), format!("delete rule name=&quot;Naratmal {program}&quot;")),
        ] {
            assert_eq!((rules.matches(&denies).count(), rules.matches(&allows).count()), (1, 1), "{program}");
        }
    }
    for reference in bundle["windows"]["wix"]["componentRefs"].as_array().expect("references") {
        let reference = reference.as_str().expect("a name");
        assert!(fragment.contains(&format!("<Component Id=\"{reference}\"")), "{reference}");
    }
}

#[test]
fn no_sandbox_of_macos_has_a_network() {
    let bundle = &config("src-tauri/platform/macos.json")["bundle"];
    let named = format!("src-tauri/{}", bundle["macOS"]["entitlements"].as_str().expect("entitlements"));
    for path in [&*named, "src-tauri/platform/macos-helper.entitlements"] {
        let text = text(path);
        let keys: Vec<&str> = text.split("<key>").skip(1).filter_map(|rest| rest.split("</key>").next()).collect();
        assert!(keys.contains(&"com.apple.security.app-sandbox"), "{path}");
        assert!(!keys.iter().any(|key| key.contains("network")), "{path}");
    }
}

#[test]
fn pdfium_is_the_same_everywhere() {
    let catalog = crate::catalog::Catalog::load().expect("a catalogue");
    let requirement = &catalog.tool("pdfium").expect("pdfium").requirement;
    assert!(text(".github/workflows/release.yml").contains(&format!("PDFIUM: {requirement}\n")));
}

#[test]
fn linux_shows_the_program_by_the_names_that_its_files_have() {
    let desktop = text("src-tauri/platform/linux/naratmal.desktop");
    for line in ["Type=Application", "Exec=naratmal", "Icon=naratmal", "Name=Naratmal", "Name[ko]=나랏말"] {
        assert!(desktop.lines().any(|own| own == line), "{line}");
    }
    let about = text("src-tauri/platform/linux/kr.naratmal.desktop.metainfo.xml");
    let identifier = config("src-tauri/tauri.conf.json")["identifier"].as_str().expect("an identifier").to_owned();
    assert!(about.contains(&format!("<id>{identifier}</id>")));
    assert!(about.contains("<launchable type=\"desktop-id\">naratmal.desktop</launchable>"));
    assert!(about.contains("<release version=\"@VERSION@\" date=\"@DATE@\"/>"));
}
