//! Whether two schemas can hold of one value: `oneOf` is kept to only where they cannot.

use serde_json::Number;

use super::json::Json;

/// References that are followed, and schemas that are looked into, before it counts as not known.
const STEPS: usize = 16;

/// Kinds of values, a bit each. Whole numbers are `integer` and `number`.
const KINDS: [(&str, u8); 7] =
    [("null", 1), ("boolean", 2), ("string", 4), ("array", 8), ("object", 16), ("integer", 32), ("number", 32 | 64)];
const EVERY: u8 = 127;
const OBJECT: u8 = 16;

/// True where it is certain that no value is of both schemas.
pub fn apart(root: &Json, one: &Json, other: &Json) -> bool {
    are_apart(root, one, other, STEPS)
}

fn are_apart(root: &Json, one: &Json, other: &Json, steps: usize) -> bool {
    let Some(steps) = steps.checked_sub(1) else { return false };
    for (schema, against) in [(one, other), (other, one)] {
        if let Some(target) = schema.get("$ref").and_then(Json::as_str) {
            return resolved(root, target).is_some_and(|schema| are_apart(root, schema, against, steps));
        }
        if let Some(choices) = ["anyOf", "oneOf"].iter().find_map(|name| schema.get(name)).and_then(Json::as_array) {
            return choices.iter().all(|choice| are_apart(root, choice, against, steps));
        }
    }
    let shared = kinds(one) & kinds(other);
    if shared == 0 {
        return true;
    }
    if let (Some(values), Some(others)) = (values(one), values(other)) {
        return !values.iter().any(|value| others.iter().any(|other| may_be_same(value, other)));
    }
    // Objects that both must have a property which is never the same.
    shared == OBJECT
        && required(one).filter(|name| required(other).any(|known| known == *name)).any(|name| {
            let of = |schema: &'_ Json| schema.get("properties").and_then(|properties| properties.get(name)).cloned();
            of(one).zip(of(other)).is_some_and(|(one, other)| are_apart(root, &one, &other, steps))
        })
}

/// What a reference inside the document points to.
pub fn resolved<'a>(root: &'a Json, target: &str) -> Option<&'a Json> {
    let inside = target.strip_prefix('#')?;
    if !inside.is_empty() && !inside.starts_with('/') {
        // The name of an anchor.
        return None;
    }
    let mut steps = inside.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
    steps.try_fold(root, |found, step| found.get(&step))
}

/// The bits of a type by its name.
fn named(kind: &str) -> u8 {
    KINDS.iter().find(|(name, _)| *name == kind).map_or(0, |(_, bits)| *bits)
}

/// The kinds that values of a schema may have.
fn kinds(schema: &Json) -> u8 {
    let types = types(schema);
    values(schema).map_or(types, |values| types & values.iter().fold(0, |bits, value| bits | kind_of(value)))
}

fn kind_of(value: &Json) -> u8 {
    match value {
        Json::Null => named("null"),
        Json::Bool(_) => named("boolean"),
        Json::String(_) => named("string"),
        Json::Array(_) => named("array"),
        Json::Object(_) => named("object"),
        Json::Number(number) if is_whole(number) => named("integer"),
        Json::Number(_) => named("number") & !named("integer"),
    }
}

fn is_whole(number: &Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
}

/// Whether a value is of one of the kinds that `type` names; of any where there is no `type`.
pub fn is_of_type(value: &Json, schema: &Json) -> bool {
    kind_of(value) & types(schema) != 0
}

/// The kinds that `type` names.
fn types(schema: &Json) -> u8 {
    match schema.get("type") {
        Some(Json::String(kind)) => named(kind),
        Some(Json::Array(kinds)) => kinds.iter().filter_map(Json::as_str).fold(0, |bits, kind| bits | named(kind)),
        _ => EVERY,
    }
}

/// The values of a schema that lists them.
fn values(schema: &Json) -> Option<Vec<&Json>> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(value), _) => Some(vec![value]),
        (None, Some(Json::Array(values))) => Some(values.iter().collect()),
        _ => None,
    }
}

/// Arrays and objects may always be the same: members have no order, and numbers are written in many ways.
fn may_be_same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => one.as_f64() == other.as_f64(),
        (Json::Array(_), Json::Array(_)) | (Json::Object(_), Json::Object(_)) => true,
        (one, other) => one == other,
    }
}

fn required(schema: &Json) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Json::as_array).unwrap_or_default().iter().filter_map(Json::as_str)
}
