use proptest::prelude::*;

use super::numbers::integers;
use super::rule::{Rule, Rules};
use super::*;

/// The ends, in letters, of what a rule takes of a text from `start` on.
fn ends(rules: &Rules, rule: &Rule, text: &[char], start: usize) -> Vec<usize> {
    let mut ends = match rule {
        Rule::Text(wanted) => {
            let wanted: Vec<char> = wanted.chars().collect();
            if text[start..].starts_with(&wanted) { vec![start + wanted.len()] } else { vec![] }
        }
        Rule::Class(ranges, is_in) => match text.get(start) {
            Some(letter) if ranges.iter().any(|(first, last)| (first..=last).contains(&letter)) == *is_in => vec![start + 1],
            _ => vec![],
        },
        Rule::All(all) => {
            let next = |starts: Vec<usize>, rule: &Rule| -> Vec<usize> {
                let mut next: Vec<usize> = starts.into_iter().flat_map(|start| self::ends(rules, rule, text, start)).collect();
                next.sort_unstable();
                next.dedup();
                next
            };
            all.iter().fold(vec![start], next)
        }
        Rule::Any(any) => any.iter().flat_map(|rule| self::ends(rules, rule, text, start)).collect(),
        Rule::Times(rule, least, most) => {
            let (mut all, mut last) = (if *least == 0 { vec![start] } else { vec![] }, vec![start]);
            for number in 1..=most.unwrap_or(text.len() + 1) {
                let mut next: Vec<usize> = last.iter().flat_map(|start| self::ends(rules, rule, text, *start)).collect();
                next.sort_unstable();
                next.dedup();
                if next.is_empty() || next == last && number > *least {
                    break;
                }
                if number >= *least {
                    all.extend(&next);
                }
                last = next;
            }
            all
        }
        Rule::Named(number) => self::ends(rules, &rules.0[*number], text, start),
    };
    ends.sort_unstable();
    ends.dedup();
    ends
}

fn takes(rules: &Rules, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    ends(rules, &Rule::Named(0), &text, 0).contains(&text.len())
}

fn compiled(schema: &str) -> Rules {
    schema::compile(schema).unwrap()
}

const DRAFT: &str = r##"{
    "type": "object",
    "title": "기안문",
    "properties": {
        "제목": { "type": "string", "minLength": 1, "maxLength": 60 },
        "수신": { "enum": ["내부결재", "수신자 참조"] },
        "본문": { "type": "array", "items": { "$ref": "#/$defs/항목" }, "minItems": 1, "maxItems": 5 },
        "붙임": { "type": "array", "items": { "type": "string" } },
        "시행일": { "type": "string", "format": "date" }
    },
    "required": ["제목", "본문", "시행일"],
    "$defs": {
        "항목": {
            "type": "object",
            "properties": {
                "내용": { "type": "string" },
                "하위": { "type": "array", "items": { "$ref": "#/$defs/항목" } }
            },
            "required": ["내용"]
        }
    }
}"##;

#[test]
fn a_schema_becomes_a_grammar() {
    insta::assert_snapshot!(compiled(DRAFT), @r#"
    root ::= "{" r14 r15 "}"
    r1 ::= "\"시행일\":" " "? "\"" ([0-9]{4} "-" (("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | [1] [0-9] | "2" [0-8]) | ("01" | "03" | "05" | "07" | "08" | "10" | "12") "-" ("29" | "30" | "31") | ("04" | "06" | "09" | "11") "-" ("29" | "30")) | ([0-9]{2} ("0" [48] | [2468] [048] | [13579] [26]) | (("0" [48] | [2468] [048] | [13579] [26]) | "00") "00") "-02-29") "\""
    r2 ::= ([^\x22\x5C\x00-\x1F\x7F] | "\\" [\x22\x5C/bfnrt])
    r3 ::= "\"" r2* "\""
    r4 ::= "\"붙임\":" " "? "[" (r3 ("," " "? r3)*)? "]"
    r5 ::= "," " "? r1
    r6 ::= "{" r8 r9 "}"
    r7 ::= "\"하위\":" " "? "[" (r6 ("," " "? r6)*)? "]"
    r8 ::= "\"내용\":" " "? "\"" r2* "\""
    r9 ::= ("," " "? r7 | "")
    r10 ::= "\"본문\":" " "? "[" r6 ("," " "? r6){0,4} "]"
    r11 ::= ("," " "? r4 r5 | r5)
    r12 ::= "\"수신\":" " "? ("\"내부결재\"" | "\"수신자 참조\"")
    r13 ::= "," " "? r10 r11
    r14 ::= "\"제목\":" " "? "\"" r2{1,60} "\""
    r15 ::= ("," " "? r12 r13 | r13)
    "#);
    insta::assert_snapshot!(compiled(r#"{"type": "integer", "minimum": -7, "maximum": 120}"#), @r#"root ::= ("-" [1-7] | ([0-9] | [1-9] [0-9]{1} | [1] ([2] [0] | [0-1] [0-9]{1})))"#);
}

#[test]
fn a_text_is_taken_where_it_keeps_to_the_schema_and_nowhere_else() {
    let text = |schema: &'static str, good: &'static [&'static str], bad: &'static [&'static str]| (schema, good, bad);
    let table = [
        text(
            DRAFT,
            &[
                r#"{"제목": "연가 \"계획\" 보고", "본문": [{"내용": "가", "하위": [{"내용": "나"}]}], "시행일": "2026-03-01"}"#,
                r#"{"제목":"가","수신":"내부결재","본문":[{"내용":""},{"내용":"1"}],"붙임":["가","나"],"시행일":"2026-12-31"}"#,
            ],
            &[
                r#"{"제목": "", "본문": [{"내용": "가"}], "시행일": "2026-03-01"}"#,
                r#"{"본문": [{"내용": "가"}], "제목": "가", "시행일": "2026-03-01"}"#,
                r#"{"제목": "가", "본문": [], "시행일": "2026-03-01"}"#,
                r#"{"제목": "가", "본문": [{"내용": "가"}], "시행일": "2026-13-01"}"#,
                r#"{"제목": "가", "본문": [{"내용": "가"}]}"#,
                r#"{"제목": "가", "수신": "아무나", "본문": [{"내용": "가"}], "시행일": "2026-03-01"}"#,
                r#"{"제목": "가", "본문": [{"내용": "가"}], "시행일": "2026-03-01", "더": 1}"#,
            ],
        ),
        text(r#"{"properties": {"a": {}, "b": {"type": "null"}}}"#, &["{}", r#"{"a": [1, {"x": true}]}"#, r#"{"b": null}"#, r#"{"a": 1,"b": null}"#], &[r#"{"b": null,"a": 1}"#, "[]"]),
        text(r#"{"type": ["boolean", "null"]}"#, &["true", "null"], &["0", "\"true\""]),
        text(r#"{"anyOf": [{"const": {"a": "나"}}, {"type": "number", "minimum": 0}]}"#, &[r#"{"a":"나"}"#, "0", "1.5"], &["-1", "01", "1.", r#"{"a":"다"}"#]),
        text(r#"{"prefixItems": [{"type": "boolean"}, {"type": "string", "format": "time"}], "items": false}"#, &[r#"[true, "09:30:00Z"]"#, r#"[false,"23:59:59+09:00"]"#], &["[true]", r#"[true, "24:00:00Z"]"#]),
        text(r#"{"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 3}"#, &["[true, true]", "[true,false,true]"], &["[]", "[true]", "[true,true,true,true]", "[true,]"]),
        text(r#"{"type": "array", "maxItems": 0}"#, &["[]"], &["[1]"]),
        text(r#"{"type": "array", "maxItems": 1, "items": {"type": "null"}}"#, &["[]", "[null]"], &["[null,null]"]),
        text(
            r#"{"prefixItems": [{"type": "boolean"}, {"type": "null"}], "items": {"const": 7}, "minItems": 1, "maxItems": 3}"#,
            &["[true]", "[true, null]", "[true, null, 7]"],
            &["[]", "[null]", "[true, 7]", "[true, null, 7, 7]"],
        ),
        text(
            r#"{"prefixItems": [{"type": "boolean"}, {"type": "null"}], "maxItems": 1}"#,
            &["[true]"],
            &["[]", "[true, null]"],
        ),
        text(
            r#"{"type": ["string", "integer", "null"], "maxLength": 2, "minimum": 1}"#,
            &["\"가나\"", "1", "null"],
            &["\"가나다\"", "0", "true"],
        ),
        text(r#"{"type": "integer", "enum": [1, "2", 3.0, 3.5]}"#, &["1", "3.0"], &["\"2\"", "3.5"]),
        text(
            r#"{"oneOf": [{"type": "integer"}, {"enum": ["많음", "적음"]}, {"type": "null"}]}"#,
            &["12", "\"적음\"", "null"],
            &["\"없음\"", "1.5"],
        ),
        text(
            r#"{"oneOf": [
                {"type": "object", "properties": {"종류": {"const": "연가"}, "일수": {"type": "integer"}}, "required": ["종류"]},
                {"type": "object", "properties": {"종류": {"const": "출장"}, "곳": {"type": "string"}}, "required": ["종류"]}
            ]}"#,
            &[r#"{"종류": "연가", "일수": 3}"#, r#"{"종류": "출장", "곳": "세종"}"#],
            &[r#"{"종류": "연가", "곳": "세종"}"#, "{}"],
        ),
        text(r#"{"type": "string"}"#, &[r#""가\n\"나\"""#, "\"\u{1f4c4}\""], &[r#""\ud800""#, "\"\n\"", "\"\\\""]),
        text(r#"{"type": "integer", "minimum": 1000000000000000}"#, &["1000000000000000"], &["999999999999999"]),
        text(r#"{"type": "string", "format": "uuid"}"#, &["\"0123abcd-0123-0123-0123-0123456789ab\""], &["\"0123\""]),
    ];
    for (schema, good, bad) in table {
        let rules = compiled(schema);
        for text in good {
            assert!(takes(&rules, text), "{schema} should take {text}\n{rules}");
        }
        for text in bad {
            assert!(!takes(&rules, text), "{schema} should not take {text}\n{rules}");
        }
    }
}

#[test]
fn lengths_are_kept_to_also_where_they_are_made_of_parts() {
    for (least, most) in [(0, 3), (2, 2), (0, 64), (60, 70), (0, 130), (100, 129), (64, 128), (65, 65)] {
        let rules = compiled(&format!(r#"{{"type": "string", "minLength": {least}, "maxLength": {most}}}"#));
        for length in [0, 1, 2, 3, 4, 59, 60, 63, 64, 65, 70, 71, 99, 100, 127, 128, 129, 130, 131] {
            let text = format!("\"{}\"", "가".repeat(length));
            assert_eq!(takes(&rules, &text), (least..=most).contains(&length), "{length} of {least} to {most}");
        }
    }
    let rules = compiled(r#"{"type": "string", "minLength": 70}"#);
    assert!(!takes(&rules, &format!("\"{}\"", "a".repeat(69))) && takes(&rules, &format!("\"{}\"", "a".repeat(200))));
}

#[test]
fn what_would_not_be_kept_to_is_refused_by_name() {
    let table = [
        ("{", "grammar_schema", "no JSON"),
        ("3", "grammar_schema", "neither"),
        (r#"{"type": "string", "pattern": "^(?=a)"}"#, "grammar_schema", "#: pattern"),
        (r#"{"type": "string", "pattern": "^a*$", "maxLength": 3}"#, "grammar_schema", "beside"),
        (r#"{"type": "string", "pattern": "a", "maxLength": 3}"#, "grammar_schema", "beside"),
        (r#"{"type": "string", "pattern": "a{9999}"}"#, "grammar_too_large", "9999 times"),
        (r#"{"type": "string", "format": "date", "maxLength": 3}"#, "grammar_schema", "maxLength beside format"),
        (r#"{"type": ["string", "null"], "minimum": 3}"#, "grammar_schema", "minimum"),
        (r#"{"type": "integer", "const": "3"}"#, "grammar_schema", "const"),
        (r#"{"oneOf": [{"type": "integer"}, {"type": "number"}]}"#, "grammar_schema", "oneOf: 0 and 1"),
        (r#"{"oneOf": [{"const": 1}, {"type": "null"}, {"enum": [2, 1.0]}]}"#, "grammar_schema", "oneOf: 0 and 2"),
        (r#"{"oneOf": [{"properties": {"a": {"const": 1}}}, {"type": "null"}]}"#, "grammar_schema", "oneOf"),
        (r#"{"items": {"$id": "other", "type": "null"}}"#, "grammar_schema", "#/items: $id"),
        (r#"{"$ref": "letter"}"#, "grammar_schema", "$ref letter"),
        (r##"{"$anchor": "a", "items": {"$ref": "#a"}}"##, "grammar_schema", "$ref #a"),
        (r##"{"$ref": "#"}"##, "grammar_schema", "$ref comes back"),
        (r##"{"anyOf": [{"$ref": "#"}, {"type": "null"}]}"##, "grammar_schema", "$ref comes back"),
        (r##"{"properties": {"a": {"$ref": "#"}}, "required": ["a"]}"##, "grammar_schema", "no value of it ends"),
        (r#"{"type": "array", "items": false, "minItems": 1}"#, "grammar_schema", "minItems"),
        (r#"{"type": "object", "properties": {"a/b": {"type": "integer", "multipleOf": 2}}}"#, "grammar_schema", "#/properties/a~1b: multipleOf"),
        (r#"{"type": "object", "additionalProperties": true}"#, "grammar_schema", "additionalProperties"),
        (r#"{"type": "object", "required": ["a"]}"#, "grammar_schema", "required a"),
        (r#"{"type": "integer", "minimum": 3, "maximum": 2}"#, "grammar_schema", "between"),
        (r#"{"type": "number", "maximum": 2}"#, "grammar_schema", "maximum"),
        (r##"{"$ref": "#/$defs/없음"}"##, "grammar_schema", "$ref"),
        (r#"{"$ref": "other.json"}"#, "grammar_schema", "other.json"),
        (r#"{"type": "string", "format": "email"}"#, "grammar_schema", "format email"),
        (r#"{"type": "text"}"#, "grammar_schema", "type text"),
        (r#"{"enum": []}"#, "grammar_schema", "enum"),
        (r#"{"properties": {"a": {}, "a": {}}}"#, "grammar_schema", "twice"),
        (r#"{"type": "string", "minLength": 5, "maxLength": 4}"#, "grammar_schema", "maxLength"),
        (r#"{"type": "string", "maxLength": 100000}"#, "grammar_too_large", "100000"),
        (r#"{"type": "array", "maxItems": 100000}"#, "grammar_too_large", "100000"),
    ];
    for (schema, code, detail) in table {
        let failure = schema::compile(schema).unwrap_err();
        assert_eq!(failure.code, code, "{schema}: {failure:?}");
        assert!(failure.detail.contains(detail), "{schema}: {}", failure.detail);
    }
    let deep = format!("{}true{}", r#"{"type": "array", "items": "#.repeat(80), "}".repeat(80));
    assert_eq!(schema::compile(&deep).unwrap_err().code, "grammar_too_large");
}

#[test]
fn a_pattern_takes_what_its_expression_takes() {
    // An expression, texts that it takes, and others; all as JSON writes them, without the quotes.
    let table: [(&str, &[&str], &[&str]); 17] = [
        (r"^\d{3}-\d{4}$", &["123-4567"], &["123-456", "1234567", " 123-4567", "12a-4567"]),
        ("^[가-힣]+ (과|팀)$", &["인사 과", "민원 팀"], &["과", "인사과", "HR 팀"]),
        ("제[0-9]+조", &["제3조", "「법」 제12조에"], &["제조", "제 3조"]),
        ("^제", &["제", "제3조"], &["", "그 제"]),
        ("까지$", &["오늘까지", "까지"], &["까지는"]),
        ("", &["", "가"], &[]),
        ("^$", &[""], &["가"]),
        ("^a|b$", &["a", "ax", "xb"], &["x", "bx"]),
        ("^(?:ab)*?c?$", &["", "abab", "abc"], &["ba", "cc"]),
        ("^(a|b(c|d){2}){2,3}$", &["aa", "bcdabdd"], &["a", "bca", "aaaa"]),
        (r"^[^0-9\s]$", &["가", r#"\""#, "-"], &["3", " ", r"\n", "가나"]),
        (r#"^["\\\n]$"#, &[r#"\""#, r"\\", r"\n"], &["n", "\\"]),
        (r"^.$", &["가", "\u{1f4c4}", r"\t"], &["", r"\n"]),
        (r"^[a\-c-]$", &["a", "-", "c"], &["b"]),
        (r"^\x41\uac00\.\/$", &["A가./"], &["A가x/"]),
        (r"^\w\W\D\S$", &["_ a!"], &["__a!", "_ 1!", "_ a "]),
        (r"^.{130}$", &[&"가".repeat(130)], &[&"가".repeat(129), &"가".repeat(131)]),
    ];
    for (expression, good, bad) in table {
        let expression = serde_json::to_string(expression).unwrap();
        let rules = compiled(&format!(r#"{{"type": "string", "pattern": {expression}}}"#));
        for (texts, wanted) in [(good, true), (bad, false)] {
            for text in texts {
                assert_eq!(takes(&rules, &format!("\"{text}\"")), wanted, "{expression} and {text}\n{rules}");
            }
        }
    }
    compiled(r#"{"type": "string", "pattern": "^[0-9]{2,4}$", "minLength": 2, "maxLength": 4}"#);
}

#[test]
fn what_a_pattern_may_not_say_is_refused() {
    let table = [
        "(?!a)", "(?<=a)b", "(?<name>a)", r"(a)\1", r"\ba", r"\p{L}", "a**", "*a", "a{", "a{2,1}", "(a", "a)", "[a", "a]", "[]",
        "[b-a]", r"[\d-z]", "(^a)", "(a$)", "a^", "a$b", "(a*)*", "(a|)+", r"\ud800", r"\u12", r"\x00", "[[a]",
    ];
    for expression in table {
        assert!(matches!(pattern::read(expression), Err(pattern::Fault::Unknown(_))), "{expression}");
    }
    for expression in ["a{1001}", "a{99999999999999999999}", &"(".repeat(99), &"a".repeat(2_001)] {
        assert!(matches!(pattern::read(expression), Err(pattern::Fault::TooLarge(_))), "{expression}");
    }
}

#[test]
fn a_date_is_a_day_of_the_calendar() {
    let rules = compiled(r#"{"type": "string", "format": "date"}"#);
    for year in [1600, 1900, 1996, 2000, 2024, 2025, 2026, 2100, 9999] {
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        for month in 0..=13_usize {
            for day in 0..=32 {
                let is_day = month > 0 && days.get(month - 1).is_some_and(|last| (1..=*last).contains(&day));
                assert_eq!(takes(&rules, &format!("\"{year}-{month:02}-{day:02}\"")), is_day, "{year}-{month}-{day}");
            }
        }
    }
}

#[test]
fn a_grammar_of_somebody_else_is_taken_as_it_is_up_to_a_length() {
    let grammar = |text: &str| gbnf(&Grammar::Gbnf(text.to_owned()));
    assert_eq!(grammar("root ::= \"예\"").unwrap(), "root ::= \"예\"");
    assert_eq!(grammar(&"#".repeat(200_001)).unwrap_err().code, "grammar_too_large");
}

proptest! {
    #[test]
    fn whole_numbers_lie_between_their_bounds(
        one in -2_000_i64..2_000, other in -2_000_i64..2_000, number in -2_500_i64..2_500, huge in any::<i64>(),
    ) {
        let (least, most) = (one.min(other), one.max(other));
        let rules = Rules(vec![integers(Some(least), Some(most)).unwrap()]);
        for number in [number, least, most, least - 1, most + 1, 0] {
            prop_assert_eq!(takes(&rules, &number.to_string()), (least..=most).contains(&number), "{} in {}", number, rules);
        }
        for text in [format!("0{}", number.abs()), "-0".to_owned(), String::new()] {
            prop_assert!(!takes(&rules, &text), "{}", text);
        }
        let from = Rules(vec![integers(Some(huge), Some(huge)).unwrap()]);
        prop_assert!(takes(&from, &huge.to_string()));
    }
}

#[test]
fn every_task_of_drafting_has_a_schema_that_is_kept_to() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../drafting/tasks");
    let mut schemas = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let template = std::fs::read_to_string(&path).unwrap();
        let Some((_, behind)) = template.split_once("schema = '''") else { continue };
        let schema = behind.split_once("'''").unwrap().0;
        assert!(schema::compile(schema).is_ok(), "{}", path.display());
        schemas += 1;
    }
    assert!(schemas >= 8, "{schemas}");
}
