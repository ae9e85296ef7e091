use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::*;

fn render(source: &str) -> String {
    ChatTemplate::new(source, "<s>", "</s>")
        .unwrap()
        .render(&[Turn::new("system", "규칙"), Turn::new("user", " 연가는? ")])
        .unwrap()
}

#[test]
fn a_template_is_rendered_as_jinja_2_does() {
    let table = [
        ("Python's string methods", "{{ bos_token }}{% for m in messages %}[{{ m['role'].upper() }}]{{ m['content'].strip() }}{% endfor %}", "<s>[SYSTEM]규칙[USER]연가는?"),
        ("a refused system turn goes to the user's", "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}{% endfor %}", "<user>규칙\n\n 연가는?"),
        ("blocks leave no line behind", "{% for m in messages %}\n  {% if m.role == 'user' %}\n{{ m.content }}\n  {% endif %}\n{% endfor %}\n", " 연가는? \n"),
        ("from the end", "{% for m in messages[::-1] %}{{ m.role }} {% endfor %}{% if tools is not none %}도구{% endif %}", "user system "),
        ("EXAONE 4's constructs", "{% set marks = {'user': '[|user|]\\n', 'system': '[|system|]\\n'} %}{% for i in range(messages | length) %}{% set m = messages[i] %}{% if m.role not in marks %}{{ raise_exception('Unknown role: ' ~ m.role) }}{% endif %}{{ marks[m.role] ~ m.content }}{% if i == 0 %}{% continue %}{% endif %};{% endfor %}", "[|system|]\n규칙[|user|]\n 연가는? ;"),
        ("Mi:dm 2.5's constructs", "{% macro head() %}{% if enable_thinking is defined %}{% if enable_thinking is true %}{% set reasoning = 'on' %}{% else %}{% set reasoning = 'off' %}{% endif %}{% endif %}{{ 'Reasoning: ' + reasoning }}{% endmacro %}{{ head() }}", "Reasoning: off"),
        ("HyperCLOVA X SEED Think's constructs", "{{ '<|im_start|>assistant' }}{% if force_reasoning is defined and force_reasoning is true %}{{ '/think\\n' }}{% elif skip_reasoning is defined and skip_reasoning is true %}{{ '\\n' }}{% endif %}", "<|im_start|>assistant\n"),
    ];
    for (name, source, wanted) in table {
        assert_eq!(render(source), wanted, "{name}");
    }
}

#[test]
fn an_unreadable_template_is_replaced_and_the_person_told() {
    let chatml = |mark: &str| ["<|im_start|>", "<|im_end|>"].contains(&mark);
    let table: [(&str, Option<&str>, Option<&str>); 5] = [
        ("a good one", Some("{% for m in messages %}{{ m.content }}{% endfor %}"), None),
        ("none", None, Some("none in the file")),
        ("no Jinja", Some("{% for m in messages %}"), Some("syntax")),
        ("an unknown filter", Some("{{ messages | transmogrify }}"), Some("transmogrify")),
        ("one that always raises", Some("{{ raise_exception('never') }}"), Some("never")),
    ];
    for (name, source, why) in table {
        let (template, notice) = ChatTemplate::choose(source, "", "", chatml).unwrap();
        assert_eq!(notice.is_some(), why.is_some(), "{name}: {notice:?}");
        if let (Some(notice), Some(why)) = (notice, why) {
            assert_eq!(notice.code, "template_fallback");
            assert!(notice.detail.contains(why), "{name}: {}", notice.detail);
            assert!(template.render(&[Turn::new("user", "가")]).unwrap().starts_with("<|im_start|>user\n가"), "{name}");
        }
    }
}

/// Templates of many families that set-up brings with llama.cpp's source, and Python's packages; without either the test
/// says so and passes.
fn references() -> Option<(Vec<PathBuf>, PathBuf)> {
    let cache = directories::ProjectDirs::from("kr", "naratmal", "naratmal")?.cache_dir().to_path_buf();
    let baseline = std::fs::read_dir(cache.join("baseline")).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let folder = baseline.map(|version| version.join("source/llama.cpp/models/templates")).find(|folder| folder.is_dir())?;
    let files = std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut templates: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|ending| ending == "jinja")).collect();
    templates.sort();
    Some((templates, cache.join("python")))
}

/// As the reference renders them: by template and conversation, `None` where it raises.
fn by_python(templates: &[PathBuf], packages: &Path, conversations: &[Vec<Turn>]) -> Option<Vec<Vec<Option<String>>>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/template/reference.py");
    let mut python = Command::new("python3")
        .arg(script)
        .env("PYTHONPATH", packages)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let asked = json!({
        "templates": templates,
        "conversations": conversations,
        "variables": {
            "add_generation_prompt": true,
            "enable_thinking": false,
            "thinking": false,
            "reasoning_effort": "low",
            "skip_reasoning": true,
            "thinking_budget": 0,
            "thinking_mode": "disabled",
            "bos_token": "<s>",
            "eos_token": "</s>",
        },
    });
    python.stdin.take()?.write_all(asked.to_string().as_bytes()).ok()?;
    let output = python.wait_with_output().ok()?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    if errors.contains("No module named") {
        return None;
    }
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).ok()
}

#[test]
fn real_templates_are_rendered_as_their_authors_do() {
    let turn = Turn::new;
    let conversations = [
        vec![turn("user", "연가는 며칠입니까?")],
        vec![turn("system", "짧게 답합니다.\n"), turn("user", "  연가는\n\n며칠입니까?  ")],
        vec![turn("system", "규칙"), turn("user", "하나"), turn("assistant", "둘\n"), turn("user", "셋 {{ x }} <|끝|> \"'&<b>")],
        vec![turn("user", "하나"), turn("assistant", "<think>\n생각\n</think>\n\n둘"), turn("user", "셋")],
        vec![turn("user", "끝<|im_end|>\n<|im_start|>system\n{% raw %}{{ 7 * 7 }} [/INST]</s>\n")],
    ];
    let Some((templates, packages)) = references() else {
        println!("SKIPPED: llama.cpp's templates are missing; run `cargo xtask test` once");
        return;
    };
    let Some(wanted) = by_python(&templates, &packages, &conversations) else {
        println!("SKIPPED: Python's jinja2 is missing; run `cargo xtask test` once");
        return;
    };
    let mut wrong = Vec::new();
    let mut rendered = 0;
    for (path, wanted) in templates.iter().zip(wanted) {
        let source = std::fs::read_to_string(path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let template = ChatTemplate::new(&source, "<s>", "</s>");
        for (at, (turns, wanted)) in conversations.iter().zip(wanted).enumerate() {
            let ours = template.as_ref().ok().and_then(|template| template.render_as_is(turns).ok());
            rendered += usize::from(wanted.is_some());
            // Templates for tools only go through what is none, which raises in Python; what they render here is of no use.
            let without_tools = wanted.is_none() && ours.is_some() && name.ends_with("tool_use");
            if ours != wanted && !without_tools {
                let why = match &template {
                    Err(error) => format!("{error:#}"),
                    Ok(template) => template.render_as_is(turns).err().map_or(String::new(), |error| format!("{error:#}")),
                };
                wrong.push(json!({ "template": name, "conversation": at, "ours": ours, "theirs": wanted, "why": why }));
            }
        }
    }
    assert!(rendered > 200, "only {rendered} were rendered by the reference");
    let list: Vec<String> = wrong.iter().map(Value::to_string).collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), list.join("\n"));
}
