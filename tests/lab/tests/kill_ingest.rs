//! A kill at any moment loses nothing and doubles nothing: the small run of what `lab kill-ingest` measures.

use std::process::Command;

use serde_json::Value;

#[test]
fn killed_over_and_over_every_file_is_in_the_library_exactly_once() {
    let dictionary = directories::ProjectDirs::from("kr", "naratmal", "naratmal")
        .map(|folders| folders.data_dir().join("dictionary").join("ko-dic"));
    if !dictionary.is_some_and(|folder| folder.is_dir()) {
        println!("SKIPPED: the dictionary is missing");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let lab = Command::new(env!("CARGO_BIN_EXE_lab"))
        .args(["kill-ingest", "--files", "150", "--kills", "5", "--seed", "11", "--json", "--folder"])
        .arg(folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&lab.stdout);
    assert!(lab.status.success(), "{told}\n{}", String::from_utf8_lossy(&lab.stderr));
    let report: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&report["documents"], &report["states"]["ready"]), (&Value::from(150), &Value::from(150)), "{report}");
    let kills = report["kills"].as_array().unwrap();
    assert_eq!(kills.len(), 5);
    assert!(kills.iter().any(|kill| kill["documents_in"].as_u64() < Some(150)), "nothing was killed on the way: {report}");
}
