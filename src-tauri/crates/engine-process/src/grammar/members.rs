//! The members of a schema, read.

use wire::Failure;

use super::choices::is_of_type;
use super::json::Json;
use super::refused;
use super::rule::Rule;

/// What says nothing of the value.
const NOTES: &str =
    "title description default examples deprecated readOnly writeOnly $schema $id $comment $anchor $defs definitions";

/// What may be said of each kind of value.
pub const KEYWORDS: [(&str, &[&str]); 7] = [
    ("object", &["properties", "required", "additionalProperties"]),
    ("array", &["items", "prefixItems", "minItems", "maxItems"]),
    ("string", &["minLength", "maxLength", "format", "pattern"]),
    ("integer", &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]),
    ("number", &["minimum"]),
    ("boolean", &[]),
    ("null", &[]),
];

/// The members of an object.
pub type Members<'a> = &'a [(String, Json)];

/// The values that a schema lists, as far as they are of its type.
pub fn listed(schema: &Json, values: &Json, name: &str, at: &str) -> Result<Rule, Failure> {
    let values = match name {
        "enum" => values.as_array().ok_or_else(|| refused(at, name))?,
        _ => std::slice::from_ref(values),
    };
    let texts: Vec<Rule> =
        values.iter().filter(|value| is_of_type(value, schema)).map(|value| Rule::text(written(value))).collect();
    if texts.is_empty() { Err(refused(at, format!("{name} has no value of its type"))) } else { Ok(Rule::Any(texts)) }
}

/// The kinds of value that a schema says, by `type` or by what only one of them has; none where any will do.
pub fn kinds_of<'a>(members: Members<'a>, at: &str) -> Result<Vec<&'a str>, Failure> {
    let kinds = match member(members, "type") {
        Some(Json::String(kind)) => vec![kind.as_str()],
        Some(Json::Array(kinds)) if !kinds.is_empty() => {
            kinds.iter().map(|kind| kind.as_str().ok_or_else(|| refused(at, "type"))).collect::<Result<_, _>>()?
        }
        Some(_) => return Err(refused(at, "type")),
        None if member(members, "properties").is_some() => vec!["object"],
        None if member(members, "items").is_some() || member(members, "prefixItems").is_some() => vec!["array"],
        None => Vec::new(),
    };
    match kinds.iter().find(|kind| !KEYWORDS.iter().any(|(known, _)| known == *kind)) {
        Some(unknown) => Err(refused(at, format!("type {unknown}"))),
        None => Ok(kinds),
    }
}

/// The member of this name.
pub fn member<'a>(members: Members<'a>, name: &str) -> Option<&'a Json> {
    members.iter().find(|(member, _)| member == name).map(|(_, value)| value)
}

/// A value as JSON text.
pub fn written(value: &Json) -> String {
    // A value that was read can be written.
    serde_json::to_string(value).unwrap_or_default()
}

/// How many a member says.
///
/// # Errors
/// `grammar_schema` where it says something else.
pub fn count(members: Members<'_>, name: &str, at: &str) -> Result<Option<usize>, Failure> {
    let read = |value: &Json| value.as_i64().and_then(|number| usize::try_from(number).ok());
    member(members, name).map(|value| read(value).ok_or_else(|| refused(at, format!("{name} is no count")))).transpose()
}

/// Refuses what else a schema says.
///
/// # Errors
/// `grammar_schema` where a member is none of `known` and says something of the value.
pub fn only(members: Members<'_>, known: &[&str], at: &str) -> Result<(), Failure> {
    match members.iter().find(|(name, _)| !known.contains(&name.as_str()) && !NOTES.split(' ').any(|note| note == name))
    {
        Some((name, _)) => Err(refused(at, name)),
        None => Ok(()),
    }
}
