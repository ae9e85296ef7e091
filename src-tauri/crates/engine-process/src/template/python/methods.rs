//! Methods of Python's strings that minijinja-contrib does not have.

use minijinja::value::from_args;
use minijinja::{Error, ErrorKind, State, Value};
use minijinja_contrib::pycompat::unknown_method_callback;

/// Calls a method of a value as Python would.
///
/// # Errors
/// An unknown method, other arguments than it takes, and what it raises itself.
pub fn call(state: &mut State<'_, '_>, value: &Value, method: &str, arguments: &[Value]) -> Result<Value, Error> {
    let Some(text) = value.as_str() else { return unknown_method_callback(state, value, method, arguments) };
    match method {
        "removeprefix" => {
            let (prefix,): (&str,) = from_args(arguments)?;
            Ok(Value::from(text.strip_prefix(prefix).unwrap_or(text)))
        }
        "removesuffix" => {
            let (suffix,): (&str,) = from_args(arguments)?;
            Ok(Value::from(text.strip_suffix(suffix).unwrap_or(text)))
        }
        "partition" => {
            let (separator,): (&str,) = from_args(arguments)?;
            let parts =
                text.split_once(separator).map_or([text, "", ""], |(before, behind)| [before, separator, behind]);
            Ok(Value::from_iter(parts))
        }
        "rpartition" => {
            let (separator,): (&str,) = from_args(arguments)?;
            let parts =
                text.rsplit_once(separator).map_or(["", "", text], |(before, behind)| [before, separator, behind]);
            Ok(Value::from_iter(parts))
        }
        "rsplit" => {
            let (separator, most): (Option<&str>, Option<i64>) = from_args(arguments)?;
            let most = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
            Ok(Value::from_iter(split_from_the_end(text, separator, most)))
        }
        "index" => {
            let (wanted,): (&str,) = from_args(arguments)?;
            characters_before(text, text.find(wanted))
        }
        "rindex" => {
            let (wanted,): (&str,) = from_args(arguments)?;
            characters_before(text, text.rfind(wanted))
        }
        _ => unknown_method_callback(state, value, method, arguments),
    }
}

/// At most so many cuts; without a separator at blanks, of which several are one.
fn split_from_the_end<'a>(text: &'a str, separator: Option<&str>, most: usize) -> Vec<&'a str> {
    let mut parts: Vec<&str> = Vec::new();
    if let Some(separator) = separator {
        parts.extend(text.rsplitn(most.saturating_add(1), separator));
    } else {
        let mut rest = text.trim_end();
        while !rest.is_empty() {
            match rest.rsplit_once(char::is_whitespace).filter(|_| parts.len() < most) {
                Some((before, last)) => {
                    parts.push(last);
                    rest = before.trim_end();
                }
                None => {
                    parts.push(rest);
                    rest = "";
                }
            }
        }
    }
    parts.reverse();
    parts
}

fn characters_before(text: &str, found: Option<usize>) -> Result<Value, Error> {
    let before = found.and_then(|at| text.get(..at));
    let before = before.ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "substring not found"))?;
    Ok(Value::from(before.chars().count()))
}

#[cfg(test)]
mod tests {
    use minijinja::Environment;

    use super::*;

    #[test]
    fn strings_have_pythons_methods() {
        let mut environment = Environment::new();
        environment.set_unknown_method_callback(call);
        let table = [
            ("{{ 'abc'.removeprefix('a') }}{{ 'abc'.removeprefix('x') }}{{ 'abc'.removesuffix('c') }}", "bcabcab"),
            ("{{ 'aXbXc'.partition('X') | join('|') }} {{ 'abc'.partition('X') | join('|') }}", "a|X|bXc abc||"),
            ("{{ 'aXbXc'.rpartition('X') | join('|') }} {{ 'abc'.rpartition('X') | join('|') }}", "aXb|X|c ||abc"),
            ("{{ 'aXbXc'.rsplit('X', 1) | join('|') }} {{ 'aXbXc'.rsplit('X') | join('|') }}", "aXb|c a|b|c"),
            ("{{ ' a  b c '.rsplit() | join('|') }} {{ 'a  b c'.rsplit(none, 1) | join('|') }}", "a|b|c a  b|c"),
            ("{{ '가나나'.index('나') }}{{ '가나나'.rindex('나') }}", "12"),
            ("{{ ' 가 '.strip() }}{{ {'a': 1}.get('a') }}", "가1"),
        ];
        for (source, wanted) in table {
            assert_eq!(environment.render_str(source, ()).unwrap(), wanted, "{source}");
        }
        for source in ["{{ 'abc'.index('x') }}", "{{ 'abc'.nothing() }}", "{{ 'abc'.partition() }}"] {
            assert!(environment.render_str(source, ()).is_err(), "{source}");
        }
    }
}
