//! What the models' authors' renderer does otherwise than minijinja: Hugging Face transformers renders chat templates with
//! Python's Jinja 2 (`render_jinja_template`), so values print as Python prints them, and a few names are there.

mod methods;

use std::fmt::Write;
use std::io;

use jiff::ZonedDateTime;
use minijinja::value::{Kwargs, Rest, ValueKind, ValueOrKwargs, from_args};
use minijinja::{Environment, Error, ErrorKind, Output, State, Value, escape_formatter};
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

/// Adds them.
pub fn make_python_like(environment: &mut Environment<'_>) {
    environment.set_unknown_method_callback(methods::call);
    environment.set_formatter(print);
    environment.add_function("raise_exception", |message: String| -> Result<String, Error> {
        Err(Error::new(ErrorKind::InvalidOperation, message))
    });
    environment.add_function("strftime_now", |format: String| now(&ZonedDateTime::now(), &format));
    environment.add_filter("tojson", to_json);
    environment.add_filter("default", default);
    environment.add_filter("d", default);
    environment.add_test("iterable", |value: &Value| !value.is_none() && value.try_iter().is_ok());
    environment.add_test("sequence", is_sequence);
}

/// True for what Python can index and measure: dictionaries, texts and what is undefined are sequences as well.
fn is_sequence(value: &Value) -> bool {
    use ValueKind::{Bytes, Map, Seq, String, Undefined};
    matches!(value.kind(), Seq | Map | String | Bytes | Undefined)
}

/// `default(value, default_value='', boolean=False)`, whose arguments may be named.
fn default(arguments: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let arguments = arguments.into_values();
    let (given, named) = from_args::<(&[Value], Kwargs)>(&arguments)?;
    let (value, other, boolean) = match given {
        [value] => (value, None, None),
        [value, other] => (value, Some(other), None),
        [value, other, boolean] => (value, Some(other), Some(boolean)),
        [] => return Err(Error::from(ErrorKind::MissingArgument)),
        _ => return Err(Error::from(ErrorKind::TooManyArguments)),
    };
    let other = match other {
        Some(other) => other.clone(),
        None if named.has("default_value") => named.get("default_value")?,
        None => Value::from(""),
    };
    let boolean = match boolean {
        Some(boolean) => boolean.is_true(),
        None => named.get::<Option<bool>>("boolean")?.unwrap_or(false),
    };
    named.assert_all_used()?;
    Ok(if value.is_undefined() || boolean && !value.is_true() { other } else { value.clone() })
}

/// The template without `{% generation %}` and its end: they mark what a model is trained on, and print nothing.
pub fn without_generation_blocks(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(open) = rest.find("{%") {
        let Some(close) = rest[open..].find("%}").map(|close| open + close + 2) else { break };
        let block = &rest[open..close];
        let words = block.trim_start_matches("{%").trim_end_matches("%}").trim_matches(['-', '+']).trim();
        text.push_str(&rest[..open]);
        if matches!(words, "generation" | "endgeneration") {
            // What stands around it is cut as the block would have cut it.
            let [before, behind] = [block.starts_with("{%-"), block.ends_with("-%}")].map(|cuts| if cuts { "-" } else { "" });
            text.push_str(&format!("{{%{before} if true %}}{{% endif {behind}%}}"));
        } else {
            text.push_str(block);
        }
        rest = &rest[close..];
    }
    text + rest
}

fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let word = match value.kind() {
        ValueKind::None => "None",
        ValueKind::Bool if value.is_true() => "True",
        ValueKind::Bool => "False",
        _ => return escape_formatter(out, state, value),
    };
    out.write_str(word).map_err(Error::from)
}

/// The time, as Python's `strftime` writes it.
fn now(time: &ZonedDateTime, format: &str) -> Result<String, Error> {
    jiff::fmt::strtime::format(format, time).map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
}

/// `json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators)`, in which nothing is escaped for
/// HTML and, as transformers wants it, letters stay what they are by default.
fn to_json(value: &Value, options: Kwargs) -> Result<Value, Error> {
    let indent: Option<usize> = options.get("indent")?;
    let ensure_ascii: Option<bool> = options.get("ensure_ascii")?;
    let separators: Option<Vec<String>> = options.get("separators")?;
    // Messages, the only values here, have two keys, and no template of a model sorts them.
    let _: Option<bool> = options.get("sort_keys")?;
    options.assert_all_used()?;
    let text = match (indent, separators.as_deref()) {
        (Some(indent), _) => written(value, PrettyFormatter::with_indent(" ".repeat(indent).as_bytes())),
        (None, Some([comma, colon])) => written(value, Separated { comma, colon, compact: CompactFormatter }),
        (None, _) => written(value, Separated { comma: ", ", colon: ": ", compact: CompactFormatter }),
    };
    let text = text.map_err(|error| Error::new(ErrorKind::InvalidOperation, error))?;
    Ok(Value::from(if ensure_ascii == Some(true) { in_ascii(&text) } else { text }))
}

/// JSON in which every other letter, which stands in a string and nowhere else, is escaped.
fn in_ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter.is_ascii() {
            text.push(letter);
        } else {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                // Writing to a string does not fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

fn written(value: &Value, formatter: impl Formatter) -> Result<String, String> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, formatter)).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// What stands between two values, and between a key and its value.
struct Separated<'a> {
    comma: &'a str,
    colon: &'a str,
    compact: CompactFormatter,
}

impl Formatter for Separated<'_> {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.compact.begin_array_value(writer, true)?;
        if first { Ok(()) } else { writer.write_all(self.comma.as_bytes()) }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.compact.begin_object_key(writer, true)?;
        if first { Ok(()) } else { writer.write_all(self.comma.as_bytes()) }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(self.colon.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_as_python_prints_them() {
        let mut environment = Environment::new();
        make_python_like(&mut environment);
        let table = [
            ("{{ none }} {{ true }} {{ false }}", "None True False"),
            ("{{ {'a': [1, '나 <b>'], 'c': none} | tojson }}", r#"{"a": [1, "나 <b>"], "c": null}"#),
            ("{{ [1, {}] | tojson(indent=2) }}", "[\n  1,\n  {}\n]"),
            ("{{ [1, {'a': 2}] | tojson(separators=(',', ':')) }}", r#"[1,{"a":2}]"#),
            ("{{ {'é': '가😀'} | tojson(ensure_ascii=True) }}", r#"{"\u00e9": "\uac00\ud83d\ude00"}"#),
            ("{{ ['가'] | tojson(ensure_ascii=False) }}", r#"["가"]"#),
            ("{{ missing | default('x') }}{{ none | default('x') }}{{ '' | d('x', true) }}", "xNonex"),
            ("{{ none | default('x', boolean=true) }}{{ missing | default(default_value='y') }}{{ missing | default(none) }}", "xyNone"),
            ("{{ '' is sequence }} {{ {} is sequence }} {{ missing is sequence }} {{ 1 is sequence }} {{ none is sequence }}", "True True True False False"),
            ("{{ missing is iterable }}", "True"),
            ("{{ 'a b'.split(' ')[-1] }}{{ ' x '.strip() }}", "bx"),
            ("{{ missing }}|{{ missing is defined }}", "|False"),
            ("{{ none is iterable }} {{ [] is iterable }} {{ 'a' is iterable }} {{ {} is iterable }} {{ 1 is iterable }}", "False True True True False"),
        ];
        for (source, wanted) in table {
            assert_eq!(environment.render_str(source, ()).unwrap(), wanted, "{source}");
        }
        assert!(environment.render_str("{{ raise_exception('그만') }}", ()).unwrap_err().to_string().contains("그만"));
    }

    #[test]
    fn the_time_is_written_as_python_writes_it() {
        let time: ZonedDateTime = "2026-03-05T09:07:00[UTC]".parse().unwrap();
        for (format, wanted) in [("%Y-%m-%d", "2026-03-05"), ("%d %b %Y", "05 Mar 2026"), ("%B %d, %H:%M", "March 05, 09:07")] {
            assert_eq!(now(&time, format).unwrap(), wanted);
        }
        assert!(now(&time, "%!").is_err());
    }

    #[test]
    fn training_marks_print_nothing() {
        let table = [
            ("a{% generation %}b{% endgeneration %}c", "abc"),
            ("a {%- generation -%} b {%- endgeneration %} c", "ab c"),
            ("{{ '{% generation' }} open {% x", ""),
        ];
        for (source, wanted) in table {
            let source = without_generation_blocks(source);
            let rendered = Environment::new().render_str(&source, ()).unwrap_or_default();
            assert_eq!(rendered, wanted, "{source}");
        }
    }
}
