//! JSON Schema (draft 2020-12, its validation vocabulary) into a grammar.
//!
//! What is said is kept to, or refused: a constraint that is left out in silence would pass for one that holds. The
//! grammar may ask for more than the schema does, so that a form is filled in like a form:
//! - objects have the properties that the schema names, in its order, and no others (`additionalProperties` may only say
//!   `false`);
//! - arrays have all of `prefixItems`, unless `minItems` says fewer, and nothing behind them, unless `items` says what;
//! - white space is one blank at most, behind a comma or a colon, so that a model cannot lose itself in it;
//! - letters stand for themselves where JSON lets them; whole numbers have 15 digits at most, unless a bound has more.
//!
//! A text is as long as the model wants where the schema does not say.

use std::collections::HashMap;

use serde_json::error::Category;
use wire::Failure;

use super::choices::{apart, resolved};
use super::flaws::{Flaw, flaws};
use super::json::Json;
use super::members::{KEYWORDS, Members, count, kinds_of, listed, member, only, written};
use super::numbers::integers;
use super::pattern::{self, Fault};
use super::rule::{PART, Rule, Rules};
use super::strings::{formatted, letter};
use super::{refused, too_large};

/// Schemas inside each other.
const DEEPEST: usize = 64;
/// Named rules, and bytes of the grammar: llama.cpp keeps all of them at hand for every token.
const MOST_RULES: usize = 2_000;
const MOST_BYTES: usize = 200_000;
/// The longest text that a schema may ask for, in characters.
const LONGEST: usize = 10_000;
/// The most items of an array that a schema may ask for.
const MOST_ITEMS: usize = PART * PART;

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
    compiler.rules.0[0] = compiler.rule(&schema, "", 0)?;
    let bytes = compiler.rules.to_string().len();
    if bytes > MOST_BYTES {
        return Err(too_large(format!("{bytes} bytes")));
    }
    compiler.check()?;
    Ok(compiler.rules)
}

/// What a named rule is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum For {
    /// A reference, as the schema writes it.
    Reference(String),
    /// Values or letters that many schemas want.
    Shared(&'static str),
}

struct Compiler<'a> {
    root: &'a Json,
    rules: Rules,
    known: HashMap<For, usize>,
}

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
        if !at.is_empty() && member(members, "$id").is_some() {
            // References inside would start from it.
            return Err(refused(at, "$id"));
        }
        if let Some(target) = member(members, "$ref") {
            only(members, &["$ref"], at)?;
            return self.reference(target, at, depth);
        }
        for name in ["const", "enum"] {
            if let Some(values) = member(members, name) {
                only(members, &[name, "type"], at)?;
                kinds_of(members, at)?;
                return listed(schema, values, name, at);
            }
        }
        for name in ["anyOf", "oneOf"] {
            if let Some(choices) = member(members, name) {
                only(members, &[name], at)?;
                return self.choices(choices, name, at, depth);
            }
        }
        let kinds = kinds_of(members, at)?;
        if kinds.is_empty() {
            only(members, &[], at)?;
            return self.anything();
        }
        // What constrains one kind says nothing of the others.
        let words =
            KEYWORDS.iter().filter(|(kind, _)| kinds.contains(kind)).flat_map(|(_, words)| words.iter().copied());
        only(members, &words.chain(["type"]).collect::<Vec<_>>(), at)?;
        let rules = kinds.iter().map(|kind| self.of_kind(kind, members, at, depth));
        let mut rules = rules.collect::<Result<Vec<_>, _>>()?;
        Ok(if rules.len() == 1 { rules.remove(0) } else { Rule::Any(rules) })
    }

    fn of_kind(&mut self, kind: &str, members: Members<'a>, at: &str, depth: usize) -> Result<Rule, Failure> {
        match kind {
            "object" => self.object(members, at, depth),
            "array" => self.array(members, at, depth),
            "string" => self.string(members, at),
            "integer" => integer(members, at),
            "number" => self.number(members, at),
            "boolean" => Ok(Rule::any([Rule::text("true"), Rule::text("false")])),
            "null" => Ok(Rule::text("null")),
            other => Err(refused(at, format!("type {other}"))),
        }
    }

    fn choices(&mut self, choices: &'a Json, name: &str, at: &str, depth: usize) -> Result<Rule, Failure> {
        let choices = choices.as_array().filter(|choices| !choices.is_empty()).ok_or_else(|| refused(at, name))?;
        if name == "oneOf" {
            for (number, choice) in choices.iter().enumerate() {
                if let Some(before) = choices[..number].iter().position(|other| !apart(self.root, other, choice)) {
                    let what = format!("oneOf: {before} and {number} may hold of one value (anyOf allows that)");
                    return Err(refused(at, what));
                }
            }
        }
        let pointed = choices.iter().enumerate().map(|(number, choice)| (choice, format!("{at}/{name}/{number}")));
        let rules = pointed.map(|(choice, at)| self.rule(choice, &at, depth + 1));
        Ok(Rule::Any(rules.collect::<Result<_, _>>()?))
    }

    fn reference(&mut self, target: &'a Json, at: &str, depth: usize) -> Result<Rule, Failure> {
        let path = target.as_str().ok_or_else(|| refused(at, "$ref"))?;
        let what = For::Reference(path.to_owned());
        if let Some(known) = self.known.get(&what) {
            return Ok(Rule::Named(*known));
        }
        let found = resolved(self.root, path).ok_or_else(|| refused(at, format!("$ref {path}")))?;
        // It has its name before its rule: it may hold itself.
        let number = self.name()?;
        self.known.insert(what, number);
        self.rules.0[number] = self.rule(found, path.trim_start_matches('#'), depth + 1)?;
        Ok(Rule::Named(number))
    }

    /// A new named rule, still empty.
    fn name(&mut self) -> Result<usize, Failure> {
        let number = self.rules.0.len();
        if number >= MOST_RULES {
            return Err(too_large(format!("more than {MOST_RULES} rules")));
        }
        self.rules.0.push(Rule::all([]));
        Ok(number)
    }

    /// The named rule of a kind of value, made once; `make` gets its number.
    fn shared(
        &mut self,
        what: &'static str,
        make: impl FnOnce(&mut Self, usize) -> Result<Rule, Failure>,
    ) -> Result<Rule, Failure> {
        if let Some(known) = self.known.get(&For::Shared(what)) {
            return Ok(Rule::Named(*known));
        }
        let number = self.name()?;
        self.known.insert(For::Shared(what), number);
        self.rules.0[number] = make(self, number)?;
        Ok(Rule::Named(number))
    }

    /// A rule under a name, so that it can stand in two places; a short one is left as it is.
    fn keep(&mut self, rule: Rule) -> Result<Rule, Failure> {
        let is_short = match &rule {
            Rule::All(rules) => rules.is_empty(),
            Rule::Named(_) => true,
            _ => false,
        };
        if is_short {
            return Ok(rule);
        }
        let number = self.name()?;
        self.rules.0[number] = rule;
        Ok(Rule::Named(number))
    }

    /// # Errors
    /// `grammar_schema` where a value could never end, or begin.
    fn check(&self) -> Result<(), Failure> {
        let of = |number: usize| {
            let references = self.known.iter().filter_map(|(what, known)| match what {
                For::Reference(path) if *known == number => Some(path.trim_start_matches('#')),
                _ => None,
            });
            references.min()
        };
        let named = flaws(&self.rules).into_iter().filter_map(|flaw| match flaw {
            Flaw::Endless(number) => Some((of(number)?, "no value of it ends")),
            Flaw::Circular(number) => Some((of(number)?, "$ref comes back before anything is written")),
        });
        // Whatever has a flaw has it by a reference.
        named.min().map_or(Ok(()), |(at, what)| Err(refused(at, what)))
    }

    fn object(&mut self, members: Members<'a>, at: &str, depth: usize) -> Result<Rule, Failure> {
        if !matches!(member(members, "additionalProperties"), None | Some(Json::Bool(false))) {
            return Err(refused(at, "additionalProperties other than false"));
        }
        let properties = match member(members, "properties") {
            None => &[],
            Some(properties) => properties.as_object().ok_or_else(|| refused(at, "properties"))?,
        };
        let required = match member(members, "required") {
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
            let place = format!("{at}/properties/{}", name.replace('~', "~0").replace('/', "~1"));
            let value = self.rule(schema, &place, depth + 1)?;
            let name_of = Rule::text(format!("{}:", written(&Json::String(name.clone()))));
            let pair = self.keep(Rule::all([name_of, blank(), value]))?;
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

    fn array(&mut self, members: Members<'a>, at: &str, depth: usize) -> Result<Rule, Failure> {
        let prefix = match member(members, "prefixItems") {
            None => &[],
            Some(items) => items.as_array().ok_or_else(|| refused(at, "prefixItems"))?,
        };
        let places = prefix.iter().enumerate().map(|(number, item)| (item, format!("{at}/prefixItems/{number}")));
        let first = places.map(|(item, at)| self.rule(item, &at, depth + 1)).collect::<Result<Vec<_>, _>>()?;
        let rest = match member(members, "items") {
            Some(Json::Bool(false)) => None,
            None if !first.is_empty() => None,
            None => Some(self.anything()?),
            Some(items) => Some(self.rule(items, &format!("{at}/items"), depth + 1)?),
        };
        let least = count(members, "minItems", at)?.unwrap_or(first.len());
        let said = count(members, "maxItems", at)?;
        let most = if rest.is_some() { said } else { Some(said.unwrap_or(first.len()).min(first.len())) };
        // All of the first items, as far as there may be so many.
        let least = if member(members, "minItems").is_none() { least.min(most.unwrap_or(least)) } else { least };
        if most.is_some_and(|most| most < least) {
            return Err(refused(at, "minItems is more than there may be"));
        }
        if let Some(limit) = most.or(Some(least)).filter(|limit| *limit > MOST_ITEMS) {
            return Err(too_large(format!("{limit} items at {at}")));
        }
        let inside = self.items(first, rest, least, most)?;
        Ok(Rule::all([Rule::text("["), inside, Rule::text("]")]))
    }

    /// Items in their order, from `least` to `most` of them.
    fn items(
        &mut self,
        mut first: Vec<Rule>,
        rest: Option<Rule>,
        least: usize,
        most: Option<usize>,
    ) -> Result<Rule, Failure> {
        let mut behind = Rule::all([]);
        if let Some(rest) = rest {
            let rest = self.keep(rest)?;
            if first.is_empty() && most != Some(0) {
                first.push(rest.clone());
            }
            let more = Rule::all([Rule::text(","), blank(), rest]);
            let up_to = most.map(|most| most.saturating_sub(first.len()));
            behind = more.repeated(least.saturating_sub(first.len()), up_to);
        }
        first.truncate(most.unwrap_or(usize::MAX));
        for (before, item) in first.into_iter().enumerate().rev() {
            let comma = if before == 0 { Rule::all([]) } else { Rule::all([Rule::text(","), blank()]) };
            let item = Rule::all([comma, item, behind]);
            behind = if before < least { item } else { item.optional() };
        }
        Ok(behind)
    }

    fn string(&mut self, members: Members<'a>, at: &str) -> Result<Rule, Failure> {
        let (least, most) = (count(members, "minLength", at)?.unwrap_or(0), count(members, "maxLength", at)?);
        if most.is_some_and(|most| most < least) {
            return Err(refused(at, "maxLength is less than minLength"));
        }
        if let Some(longest) = most.or(Some(least)).filter(|longest| *longest > LONGEST) {
            return Err(too_large(format!("{longest} characters at {at}")));
        }
        let inside = match (member(members, "format"), member(members, "pattern")) {
            (None, None) => self.letter()?.repeated(least, most),
            (Some(_), Some(_)) => return Err(refused(at, "pattern beside format")),
            (Some(format), None) => {
                if let Some((name, _)) = members.iter().find(|(name, _)| name.ends_with("Length")) {
                    return Err(refused(at, format!("{name} beside format")));
                }
                let format = format.as_str().ok_or_else(|| refused(at, "format"))?;
                formatted(format).ok_or_else(|| refused(at, format!("format {format}")))?
            }
            (None, Some(pattern)) => {
                let pattern = pattern.as_str().ok_or_else(|| refused(at, "pattern"))?;
                self.pattern(pattern, least, most, at)?
            }
        };
        Ok(Rule::all([Rule::text("\""), inside, Rule::text("\"")]))
    }

    fn letter(&mut self) -> Result<Rule, Failure> {
        self.shared("letter", |_, _| Ok(letter()))
    }

    /// The texts of a regular expression, all of which must have `least` to `most` letters: a grammar cannot say both.
    fn pattern(&mut self, text: &str, least: usize, most: Option<usize>, at: &str) -> Result<Rule, Failure> {
        let choices = pattern::read(text).map_err(|fault| match fault {
            Fault::Unknown(what) => refused(at, format!("pattern {text}: {what}")),
            Fault::TooLarge(what) => too_large(format!("pattern {text} at {at}: {what}")),
        })?;
        let mut rules = Vec::new();
        for choice in choices {
            let longest = choice.piece.most.filter(|_| choice.at_start && choice.at_end);
            if choice.piece.least < least || most.is_some_and(|most| longest.is_none_or(|longest| longest > most)) {
                return Err(refused(
                    at,
                    format!("pattern {text} beside minLength or maxLength, which it does not keep"),
                ));
            }
            let anything = self.letter()?.many(0, None);
            let before = (!choice.at_start).then(|| anything.clone());
            let behind = (!choice.at_end).then_some(anything);
            let middle = self.spread(choice.piece.rule)?;
            rules.push(Rule::all(before.into_iter().chain([middle]).chain(behind)));
        }
        Ok(Rule::any(rules))
    }

    /// A rule whose repeated parts have names of their own, so that llama.cpp need not write out one repetition inside
    /// another.
    fn spread(&mut self, rule: Rule) -> Result<Rule, Failure> {
        let mut each =
            |rules: Vec<Rule>| rules.into_iter().map(|rule| self.spread(rule)).collect::<Result<Vec<_>, _>>();
        match rule {
            Rule::All(rules) => Ok(Rule::all(each(rules)?)),
            Rule::Any(rules) => Ok(Rule::any(each(rules)?)),
            Rule::Times(rule, least, most) => {
                let rule = self.spread(*rule)?;
                let is_short = matches!(rule, Rule::Text(_) | Rule::Class(..));
                let named = if is_short { rule } else { self.keep(rule)? };
                Ok(named.repeated(least, most))
            }
            rule => Ok(rule),
        }
    }

    fn number(&mut self, members: Members<'a>, at: &str) -> Result<Rule, Failure> {
        let signed = match member(members, "minimum") {
            None => true,
            Some(value) if value.as_i64() == Some(0) => false,
            Some(_) => return Err(refused(at, "minimum other than 0 of a number")),
        };
        self.shared(if signed { "number" } else { "number from 0 on" }, |_, _| {
            let digits = |least, most| Rule::class(&[('0', '9')]).many(least, Some(most));
            let whole = Rule::any([Rule::text("0"), Rule::all([Rule::class(&[('1', '9')]), digits(0, 14)])]);
            let part = Rule::all([Rule::text("."), digits(1, 15)]).optional();
            let sign = signed.then(|| Rule::text("-").optional());
            Ok(Rule::all(sign.into_iter().chain([whole, part])))
        })
    }

    /// Any value.
    fn anything(&mut self) -> Result<Rule, Failure> {
        self.shared("anything", |compiler, number| {
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

fn integer(members: Members<'_>, at: &str) -> Result<Rule, Failure> {
    let bound = |name: &str| {
        let value = member(members, name);
        value.map(|value| value.as_i64().ok_or_else(|| refused(at, format!("{name} is no whole number")))).transpose()
    };
    let beyond = || refused(at, "no number lies between the bounds");
    let above = bound("exclusiveMinimum")?.map(|bound| bound.checked_add(1).ok_or_else(beyond)).transpose()?;
    let below = bound("exclusiveMaximum")?.map(|bound| bound.checked_sub(1).ok_or_else(beyond)).transpose()?;
    let least = bound("minimum")?.into_iter().chain(above).max();
    let most = bound("maximum")?.into_iter().chain(below).min();
    integers(least, most).ok_or_else(beyond)
}

fn blank() -> Rule {
    Rule::text(" ").optional()
}
