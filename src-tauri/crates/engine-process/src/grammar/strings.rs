//! The insides of JSON strings.

use super::rule::Rule;

/// A letter of a string, as JSON writes it, in one way only: those that can stand for themselves do. `\u` would let a
/// model spell Korean in digits, and write halves of surrogate pairs, which are no text.
pub fn letter() -> Rule {
    let plain = Rule::Class(vec![('"', '"'), ('\\', '\\'), ('\0', '\u{1f}'), ('\u{7f}', '\u{7f}')], false);
    let escapes = ['"', '\\', '/', 'b', 'f', 'n', 'r', 't'].map(|letter| (letter, letter));
    Rule::any([plain, Rule::all([Rule::text("\\"), Rule::class(&escapes)])])
}

/// What a `format` says, by RFC 3339 and RFC 9562; nothing for a format that is not known. Times are whole seconds,
/// without leap seconds; UUIDs are in small letters.
pub fn formatted(format: &str) -> Option<Rule> {
    match format {
        "date" => Some(date()),
        "time" => Some(time()),
        "date-time" => Some(Rule::all([date(), Rule::text("T"), time()])),
        "uuid" => Some(uuid()),
        _ => None,
    }
}

fn digit(first: char, last: char) -> Rule {
    Rule::class(&[(first, last)])
}

/// Two digits, of which the first is one of these.
fn tens(first: char, last: char) -> Rule {
    Rule::all([digit(first, last), digit('0', '9')])
}

/// Days that there are, leap years by the Gregorian rule.
fn date() -> Rule {
    let text = Rule::text;
    let one_of = |texts: &[&str]| Rule::any(texts.iter().copied().map(Rule::text));
    let up_to_28 = || {
        Rule::any([Rule::all([text("0"), digit('1', '9')]), tens('1', '1'), Rule::all([text("2"), digit('0', '8')])])
    };
    let months = Rule::any([Rule::all([text("0"), digit('1', '9')]), Rule::all([text("1"), digit('0', '2')])]);
    let long = one_of(&["01", "03", "05", "07", "08", "10", "12"]);
    let short = one_of(&["04", "06", "09", "11"]);
    let day = Rule::any([
        Rule::all([months, text("-"), up_to_28()]),
        Rule::all([long, text("-"), one_of(&["29", "30", "31"])]),
        Rule::all([short, text("-"), one_of(&["29", "30"])]),
    ]);
    let fours = || {
        Rule::any([
            Rule::all([text("0"), Rule::class(&[('4', '4'), ('8', '8')])]),
            Rule::all([
                Rule::class(&[('2', '2'), ('4', '4'), ('6', '6'), ('8', '8')]),
                Rule::class(&[('0', '0'), ('4', '4'), ('8', '8')]),
            ]),
            Rule::all([
                Rule::class(&[('1', '1'), ('3', '3'), ('5', '5'), ('7', '7'), ('9', '9')]),
                Rule::class(&[('2', '2'), ('6', '6')]),
            ]),
        ])
    };
    let leap = Rule::any([
        Rule::all([digit('0', '9').many(2, Some(2)), fours()]),
        Rule::all([Rule::any([fours(), text("00")]), text("00")]),
    ]);
    Rule::any([Rule::all([digit('0', '9').many(4, Some(4)), text("-"), day]), Rule::all([leap, text("-02-29")])])
}

fn time() -> Rule {
    let hour = || Rule::any([tens('0', '1'), Rule::all([Rule::text("2"), digit('0', '3')])]);
    let sixty = || tens('0', '5');
    let zone = Rule::any([
        Rule::text("Z"),
        Rule::all([Rule::class(&[('+', '+'), ('-', '-')]), hour(), Rule::text(":"), sixty()]),
    ]);
    Rule::all([hour(), Rule::text(":"), sixty(), Rule::text(":"), sixty(), zone])
}

fn uuid() -> Rule {
    let hexadecimal = |number| Rule::class(&[('0', '9'), ('a', 'f')]).many(number, Some(number));
    let rest = [4, 4, 4, 12].map(|number| Rule::all([Rule::text("-"), hexadecimal(number)]));
    Rule::all([hexadecimal(8)].into_iter().chain(rest))
}
