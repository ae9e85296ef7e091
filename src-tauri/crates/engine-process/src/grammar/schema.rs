//! JSON Schema (draft 2020-12, its validation vocabulary) into a grammar.
//!
//! What is said is kept to, or refused: a constraint that is left out in silence would pass for one that holds. Objects
//! have the properties that the schema names and no others, in its order; white space is one blank at most, so that a
//! model cannot lose itself in it.

use std::collections::HashMap;

use serde_json::error::Category;
use wire::Failure;

use super::json::Json;
use super::numbers::integers;
use super::rule::{Rule, Rules};

/// Schemas inside each other.
const DEEPEST: usize = 64;
/// Named rules, and bytes of the grammar: llama.cpp keeps all of them at hand for every token.
const MOST_RULES: usize = 2_000;
const MOST_BYTES: usize = 200_000;
/// Times that llama.cpp repeats a rule in one go; longer texts are made of parts.
const PART: usize = 64;
/// The longest text that a schema may ask for, in characters.
const LONGEST: usize = 10_000;

/// What says nothing of the value.
const NOTES: [&str; 11] = [
    "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$schema", "$id", "$comment",
    "$anchor",
];

/// Compiles a schema, given as JSON text.
///
/// # Errors
/// `grammar_schema`, `grammar_too_large`.
pub fn compile(text: &str) -> Result<Rules, Failure> {
    let schema: Json = serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Syntax | Category::Eof => refused("", format!("no JSON: {error}")),
        _ => refused("", error),
    })?;
    let mut compiler = Compiler { root: &schema, rules: Rules(vec![Rule::all([])]), known: HashMap::new() };
    let root = compiler.rule(&schema, "", 0)?;
    compiler.rules.0[0] = root;
    let bytes = compiler.rules.to_string().len();
    if bytes > MOST_BYTES {
        return Err(too_large(format!("{bytes} bytes")));
    }
    Ok(compiler.rules)
}

struct Compiler<'a> {
    root: &'a Json,
    rules: Rules,
    /// Named rules by what they are for: a reference, or a kind of value.
    known: HashMap<String, usize>,
}

type Members<'a> = &'a [(String, Json)];

impl<'a> Compiler<'a> {
    /// The rule of a schema; `at` points to it, `depth` counts those around it.
    fn rule(&mut self, schema: &'a Json, at: &str, depth: usize) -> Result<Rule, Failure> {
        if depth > DEEPEST {
            return Err(too_large(format!("deeper than {DEEPEST} at {at}")));
        }
        let members = match schema {
            Json::Bool(true) => return self.anything(),
            Json::Object(members) => members,
            _ => return Err(refused(at, "neither an object nor true")),
        };
        let of = |name: &str| members.iter().find(|(member, _)| member == name).map(|(_, value)| value);
        if let Some(target) = of("$ref") {
            only(members, &["$ref"], at)?;
            return self.reference(target, at, depth);
        }
        if let Some(value) = of("const") {
            only(members, &["const", "type"], at)?;
            return Ok(literal(value));
        }
        if let Some(values) = of("enum") {
            only(members, &["enum", "type"], at)?;
            let values = values.as_array().filter(|values| !values.is_empty()).ok_or_else(|| refused(at, "enum"))?;
            return Ok(Rule::any(values.iter().map(literal)));
        }
        for name in ["anyOf", "oneOf"] {
            if let Some(choices) = of(name) {
                only(members, &[name], at)?;
                let choices = choices.as_array().filter(|choices| !choices.is_empty()).ok_or_else(|| refused(at, name))?;
                let rules = choices.iter().enumerate().map(|(number, choice)| self.rule(choice, &format!("{at}/{name}/{number}"), depth + 1));
                return Ok(Rule::Any(rules.collect::<Result<_, _>>()?));
            }
        }
        match of("type") {
            Some(Json::String(kind)) => self.of_kind(kind, members, at, depth),
            Some(Json::Array(kinds)) => {
                // What constrains one kind says nothing of the others.
                only(members, &["type"], at)?;
                let kinds = kinds.iter().map(|kind| kind.as_str().ok_or_else(|| refused(at, "type")));
                let rules = kinds.map(|kind| self.of_kind(kind?, &[], at, depth));
                Ok(Rule::Any(rules.collect::<Result<_, _>>()?))
            }
            Some(_) => Err(refused(at, "type")),
            None if of("properties").is_some() => self.of_kind("object", members, at, depth),
            None if of("items").is_some() || of("prefixItems").is_some() => self.of_kind("array", members, at, depth),
            None => {
                only(members, &[], at)?;
                self.anything()
            }
        }
    }

    fn of_kind(&mut self, kind: &str, members: Members<'a>, at: &str, depth: usize) -> Result<Rule, Failure> {
        match kind {
            "object" => self.object(members, at, depth),
            "array" => self.array(members, at, depth),
            "string" => self.string(members, at),
            "integer" => self.integer(members, at),
            "number" => self.number(members, at),
            "boolean" => only(members, &["type"], at).map(|()| Rule::any([Rule::text("true"), Rule::text("false")])),
            "null" => only(members, &["type"], at).map(|()| Rule::text("null")),
            other => Err(refused(at, format!("type {other}"))),
        }
    }

    fn reference(&mut self, target: &'a Json, at: &str, depth: usize) -> Result<Rule, Failure> {
        let path = target.as_str().ok_or_else(|| refused(at, "$ref"))?;
        if let Some(known) = self.known.get(path) {
            return Ok(Rule::Named(*known));
        }
        let inside = path.strip_prefix('#').ok_or_else(|| refused(at, format!("$ref {path}")))?;
        let steps = inside.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
        let mut found = self.root;
        for step in steps {
            found = found.get(&step).ok_or_else(|| refused(at, format!("$ref {path}")))?;
        }
        // It has its name before its rule: it may hold itself.
        let number = self.name(path.to_owned())?;
        self.rules.0[number] = self.rule(found, inside, depth + 1)?;
        Ok(Rule::Named(number))
    }

    /// A new named rule, still empty.
    fn name(&mut self, what: String) -> Result<usize, Failure> {
        let number = self.rules.0.len();
        if number >= MOST_RULES {
            return Err(too_large(format!("more than {MOST_RULES} rules")));
        }
        self.rules.0.push(Rule::all([]));
        self.known.insert(what, number);
        Ok(number)
    }

    /// The named rule of a kind of value, made once.
    fn shared(&mut self, what: &str, make: impl FnOnce(&mut Self) -> Result<Rule, Failure>) -> Result<Rule, Failure> {
        if let Some(known) = self.known.get(what) {
            return Ok(Rule::Named(*known));
        }
        let number = self.name(what.to_owned())?;
        self.rules.0[number] = make(self)?;
        Ok(Rule::Named(number))
    }

    fn object(&mut self, members: Members<'a>, at: &str, depth: usize) -> Result<Rule, Failure> {
        only(members, &["type", "properties", "required", "additionalProperties", "$defs", "definitions"], at)?;
        let of = |name: &str| members.iter().find(|(member, _)| member == name).map(|(_, value)| value);
        if !matches!(of("additionalProperties"), None | Some(Json::Bool(false))) {
            return Err(refused(at, "additionalProperties"));
        }
        let properties = match of("properties") {
            None => &[],
            Some(properties) => properties.as_object().ok_or_else(|| refused(at, "properties"))?,
        };
        let required = match of("required") {
            None => Vec::new(),
            Some(names) => {
                let names = names.as_array().ok_or_else(|| refused(at, "required"))?.iter();
                names.map(|name| name.as_str().ok_or_else(|| refused(at, "required"))).collect::<Result<_, _>>()?
            }
        };
        if let Some(unknown) = required.iter().find(|name| !properties.iter().any(|(known, _)| known == *name)) {
            return Err(refused(at, format!("required {unknown} is no property")));
        }
        // From the last one on: what follows it where something stands before, and where nothing does.
        let (mut behind, mut first) = (Rule::all([]), Rule::all([]));
        for (name, schema) in properties.iter().rev() {
            let value = self.rule(schema, &format!("{at}/properties/{}", name.replace('~', "~0").replace('/', "~1")), depth + 1)?;
            let pair = self.keep(Rule::all([Rule::text(format!("{}:", written(&Json::String(name.clone())))), blank(), value]))?;
            let next = self.keep(behind)?;
            let with = Rule::all([Rule::text(","), blank(), pair.clone(), next.clone()]);
            let alone = Rule::all([pair, next.clone()]);
            (behind, first) = match required.contains(&name.as_str()) {
                true => (with, alone),
                false => (Rule::any([with, next]), Rule::any([alone, first])),
            };
        }
        Ok(Rule::all([Rule::text("{"), first, Rule::text("}")]))
    }

    /// A rule under a name, so that it can stand in two places; a short one is left as it is.
    fn keep(&mut self, rule: Rule) -> Result<Rule, Failure> {
        if matches!(&rule, Rule::All(rules) if rules.is_empty()) || matches!(rule, Rule::Named(_)) {
            return Ok(rule);
        }
        let number = self.name(format!(" {}", self.rules.0.len()))?;
        self.rules.0[number] = rule;
        Ok(Rule::Named(number))
    }

    fn array(&mut self, members: Members<'a>, at: &str, depth: usize) -> Result<Rule, Failure> {
        only(members, &["type", "items", "prefixItems", "minItems", "maxItems", "$defs", "definitions"], at)?;
        let of = |name: &str| members.iter().find(|(member, _)| member == name).map(|(_, value)| value);
        let between = Rule::all([Rule::text(","), blank()]);
        let (open, close) = (Rule::text("["), Rule::text("]"));
        if let Some(items) = of("prefixItems") {
            only(members, &["type", "prefixItems", "items", "$defs", "definitions"], at)?;
            if !matches!(of("items"), None | Some(Json::Bool(false))) {
                return Err(refused(at, "items behind prefixItems"));
            }
            let items = items.as_array().ok_or_else(|| refused(at, "prefixItems"))?;
            let mut rules = vec![open];
            for (number, item) in items.iter().enumerate() {
                rules.extend((number > 0).then(|| between.clone()));
                rules.push(self.rule(item, &format!("{at}/prefixItems/{number}"), depth + 1)?);
            }
            rules.push(close);
            return Ok(Rule::All(rules));
        }
        let item = match of("items") {
            Some(items) => self.rule(items, &format!("{at}/items"), depth + 1)?,
            None => self.anything()?,
        };
        let item = self.keep(item)?;
        let (least, most) = (count(of("minItems"), at, "minItems")?.unwrap_or(0), count(of("maxItems"), at, "maxItems")?);
        let limit = most.unwrap_or(least);
        if limit > PART * PART {
            return Err(too_large(format!("{limit} items at {at}")));
        }
        if most.is_some_and(|most| most < least) {
            return Err(refused(at, "maxItems is less than minItems"));
        }
        let more = Rule::all([between, item.clone()]);
        let rest = times(more, least.saturating_sub(1), most.map(|most| most.saturating_sub(1)));
        let some = Rule::all([item, rest]);
        let inside = match (least, most) {
            (_, Some(0)) => Rule::all([]),
            (0, _) => some.optional(),
            _ => some,
        };
        Ok(Rule::all([open, inside, close]))
    }

    fn string(&mut self, members: Members<'a>, at: &str) -> Result<Rule, Failure> {
        only(members, &["type", "minLength", "maxLength", "format"], at)?;
        let of = |name: &str| members.iter().find(|(member, _)| member == name).map(|(_, value)| value);
        if let Some(format) = of("format") {
            only(members, &["type", "format"], at)?;
            let format = format.as_str().ok_or_else(|| refused(at, "format"))?;
            let inside = self.formatted(format, at)?;
            return Ok(Rule::all([Rule::text("\""), inside, Rule::text("\"")]));
        }
        let letter = self.shared("letter", |_| Ok(letter()))?;
        let (least, most) = (count(of("minLength"), at, "minLength")?.unwrap_or(0), count(of("maxLength"), at, "maxLength")?);
        if most.is_some_and(|most| most < least) {
            return Err(refused(at, "maxLength is less than minLength"));
        }
        let longest = most.unwrap_or(least);
        if longest > LONGEST {
            return Err(too_large(format!("{longest} characters at {at}")));
        }
        Ok(Rule::all([Rule::text("\""), times(letter, least, most), Rule::text("\"")]))
    }

    fn formatted(&mut self, format: &str, at: &str) -> Result<Rule, Failure> {
        let digit = |first, last| Rule::class(&[(first, last)]);
        let any = |number| digit('0', '9').many(number, Some(number));
        let text = Rule::text;
        let date = || {
            let month = Rule::any([Rule::all([text("0"), digit('1', '9')]), Rule::all([text("1"), digit('0', '2')])]);
            let day = Rule::any([
                Rule::all([text("0"), digit('1', '9')]),
                Rule::all([digit('1', '2'), digit('0', '9')]),
                Rule::all([text("3"), digit('0', '1')]),
            ]);
            Rule::all([any(4), text("-"), month, text("-"), day])
        };
        let time = || {
            let hour = Rule::any([Rule::all([digit('0', '1'), digit('0', '9')]), Rule::all([text("2"), digit('0', '3')])]);
            let sixty = || Rule::all([digit('0', '5'), digit('0', '9')]);
            let zone = Rule::any([
                text("Z"),
                Rule::all([Rule::class(&[('+', '+'), ('-', '-')]), hour.clone(), text(":"), sixty()]),
            ]);
            Rule::all([hour, text(":"), sixty(), text(":"), sixty(), zone])
        };
        match format {
            "date" => Ok(date()),
            "time" => Ok(time()),
            "date-time" => Ok(Rule::all([date(), text("T"), time()])),
            "uuid" => {
                let hexadecimal = |number| Rule::class(&[('0', '9'), ('a', 'f')]).many(number, Some(number));
                let rest = [4, 4, 4, 12].map(|number| Rule::all([text("-"), hexadecimal(number)]));
                Ok(Rule::all([hexadecimal(8)].into_iter().chain(rest)))
            }
            other => Err(refused(at, format!("format {other}"))),
        }
    }

    fn integer(&mut self, members: Members<'a>, at: &str) -> Result<Rule, Failure> {
        only(members, &["type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"], at)?;
        let bound = |name: &str| match members.iter().find(|(member, _)| member == name) {
            None => Ok(None),
            Some((_, value)) => value.as_i64().map(Some).ok_or_else(|| refused(at, name)),
        };
        let above = bound("exclusiveMinimum")?.map(|bound| bound.saturating_add(1));
        let below = bound("exclusiveMaximum")?.map(|bound| bound.saturating_sub(1));
        let least = bound("minimum")?.into_iter().chain(above).max();
        let most = bound("maximum")?.into_iter().chain(below).min();
        integers(least, most).ok_or_else(|| refused(at, "no number lies between the bounds"))
    }

    fn number(&mut self, members: Members<'a>, at: &str) -> Result<Rule, Failure> {
        only(members, &["type", "minimum"], at)?;
        let minimum = members.iter().find(|(member, _)| member == "minimum").map(|(_, value)| value);
        let signed = match minimum {
            None => true,
            Some(value) if value.as_i64() == Some(0) => false,
            Some(_) => return Err(refused(at, "minimum other than 0 of a number")),
        };
        self.shared(if signed { "number" } else { "number from 0 on" }, |_| {
            let digits = |least| Rule::class(&[('0', '9')]).many(least, Some(15));
            let whole = Rule::any([Rule::text("0"), Rule::all([Rule::class(&[('1', '9')]), digits(0)])]);
            let part = Rule::all([Rule::text("."), digits(1)]).optional();
            let sign = signed.then(|| Rule::text("-").optional());
            Ok(Rule::all(sign.into_iter().chain([whole, part])))
        })
    }

    /// Any value.
    fn anything(&mut self) -> Result<Rule, Failure> {
        self.shared("anything", |compiler| {
            let Some(number) = compiler.known.get("anything").copied() else { return Ok(Rule::all([])) };
            let value = || Rule::Named(number);
            let string = compiler.string(&[], "")?;
            let pair = Rule::all([string.clone(), Rule::text(":"), blank(), value()]);
            let listed = |item: Rule, open: &str, close: &str| {
                let more = Rule::all([Rule::text(","), blank(), item.clone()]).many(0, None);
                Rule::all([Rule::text(open), Rule::all([item, more]).optional(), Rule::text(close)])
            };
            let plain = ["true", "false", "null"].map(Rule::text);
            let choices = [listed(pair, "{", "}"), listed(value(), "[", "]"), string, compiler.number(&[], "")?];
            Ok(Rule::any(choices.into_iter().chain(plain)))
        })
    }
}

/// A letter of a string, as JSON writes it.
fn letter() -> Rule {
    let plain = Rule::Class(vec![('"', '"'), ('\\', '\\'), ('\0', '\u{1f}'), ('\u{7f}', '\u{7f}')], false);
    let escapes = ['"', '\\', '/', 'b', 'f', 'n', 'r', 't'].map(|letter| (letter, letter));
    let hexadecimal = Rule::class(&[('0', '9'), ('a', 'f'), ('A', 'F')]).many(4, Some(4));
    let escaped = Rule::any([Rule::class(&escapes), Rule::all([Rule::text("u"), hexadecimal])]);
    Rule::any([plain, Rule::all([Rule::text("\\"), escaped])])
}

/// So many of a rule, in parts that llama.cpp repeats.
fn times(rule: Rule, least: usize, most: Option<usize>) -> Rule {
    let part = || rule.clone().many(PART, Some(PART));
    let exactly = |number: usize| {
        let whole = (number >= PART).then(|| part().many(number / PART, Some(number / PART)));
        let rest = (number % PART > 0).then(|| rule.clone().many(number % PART, Some(number % PART)));
        whole.into_iter().chain(rest)
    };
    let up_to = |number: usize| match (number / PART, number % PART) {
        (0, rest) => rule.clone().many(0, Some(rest)),
        // Fewer whole parts and any rest, or all of them and what is left.
        (parts, rest) => Rule::any([
            Rule::all([part().many(0, Some(parts - 1)), rule.clone().many(0, Some(PART - 1))]),
            Rule::all([part().many(parts, Some(parts)), rule.clone().many(0, Some(rest))]),
        ]),
    };
    match most {
        None if least < PART => rule.clone().many(least, None),
        None => Rule::all(exactly(least).chain([rule.clone().many(0, None)])),
        Some(most) if most < PART => rule.clone().many(least, Some(most)),
        Some(most) => Rule::all(exactly(least).chain([up_to(most - least)])),
    }
}

fn blank() -> Rule {
    Rule::text(" ").optional()
}

fn literal(value: &Json) -> Rule {
    Rule::text(written(value))
}

fn written(value: &Json) -> String {
    // A value that was read can be written.
    serde_json::to_string(value).unwrap_or_default()
}

fn count(value: Option<&Json>, at: &str, name: &str) -> Result<Option<usize>, Failure> {
    let read = |value: &Json| value.as_i64().and_then(|number| usize::try_from(number).ok());
    value.map(|value| read(value).ok_or_else(|| refused(at, name))).transpose()
}

/// # Errors
/// `grammar_schema` where a member is none of `known` and says something of the value.
fn only(members: Members<'_>, known: &[&str], at: &str) -> Result<(), Failure> {
    let says = |name: &str| !known.contains(&name) && !NOTES.contains(&name) && !["$defs", "definitions"].contains(&name);
    match members.iter().find(|(name, _)| says(name)) {
        Some((name, _)) => Err(refused(at, name)),
        None => Ok(()),
    }
}

fn refused(at: &str, what: impl std::fmt::Display) -> Failure {
    Failure::new(
        "grammar_schema",
        "정해진 형식(JSON Schema)에 지킬 수 없는 조건이 있어 답변을 만들지 않았습니다. 형식을 고친 뒤 다시 요청해 주십시오.",
        format!("#{at}: {what}"),
    )
}

fn too_large(detail: String) -> Failure {
    Failure::new(
        "grammar_too_large",
        "정해진 형식이 너무 커서 지킬 수 없습니다. 항목 수나 글자 수의 한도를 줄인 뒤 다시 요청해 주십시오.",
        detail,
    )
}
