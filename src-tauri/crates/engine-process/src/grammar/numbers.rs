//! Whole numbers between two bounds, digit by digit.

use super::rule::Rule;

/// The most digits of a number that has no upper bound: as many as every program reads without loss.
const DIGITS: usize = 15;

/// Whole numbers from `least` to `most`, as JSON writes them. Nothing where there are none.
pub fn integers(least: Option<i64>, most: Option<i64>) -> Option<Rule> {
    let edge = 10_i64.pow(DIGITS as u32) - 1;
    // One bound may lie beyond where the other would be.
    let (lowest, highest) = (most.filter(|most| *most < -edge), least.filter(|least| *least > edge));
    let least = least.unwrap_or(if lowest.is_some() { i64::MIN } else { -edge });
    let most = most.unwrap_or(if highest.is_some() { i64::MAX } else { edge });
    if least > most {
        return None;
    }
    let mut rules = Vec::new();
    if least < 0 {
        let (from, to) = (most.min(-1).unsigned_abs(), least.unsigned_abs());
        rules.push(Rule::all([Rule::text("-"), natural(from, to)]));
    }
    if most >= 0 {
        rules.push(natural(least.max(0).unsigned_abs(), most.unsigned_abs()));
    }
    Some(one_of(rules))
}

/// Numbers from `from` to `to`, in decimal without leading noughts.
fn natural(from: u64, to: u64) -> Rule {
    let lengths = from.to_string().len()..=to.to_string().len();
    let rules = lengths.map(|length| {
        let shortest = if length == 1 { 0 } else { 10_u64.pow(length as u32 - 1) };
        let longest = 10_u64.checked_pow(length as u32).map_or(u64::MAX, |next| next - 1);
        let (first, last) = (from.max(shortest).to_string(), to.min(longest).to_string());
        between(first.as_bytes(), last.as_bytes())
    });
    one_of(rules.collect())
}

/// Digits of one length between two others, ends included.
fn between(first: &[u8], last: &[u8]) -> Rule {
    let (Some((low, first)), Some((high, last))) = (first.split_first(), last.split_first()) else {
        return Rule::all([]);
    };
    let lowest = first.iter().all(|digit| *digit == b'0');
    let highest = last.iter().all(|digit| *digit == b'9');
    if lowest && highest {
        return with_any(*low, *high, first.len());
    }
    if low == high {
        return Rule::all([digits(*low, *low), between(first, last)]);
    }
    let mut rules = Vec::new();
    let (mut low, mut high) = (*low, *high);
    if !lowest {
        rules.push(Rule::all([digits(low, low), between(first, &vec![b'9'; first.len()])]));
        low += 1;
    }
    if !highest {
        rules.push(Rule::all([digits(high, high), between(&vec![b'0'; last.len()], last)]));
        high -= 1;
    }
    if low <= high {
        rules.push(with_any(low, high, first.len()));
    }
    one_of(rules)
}

/// A digit of a range and any behind it.
fn with_any(low: u8, high: u8, behind: usize) -> Rule {
    match behind {
        0 => digits(low, high),
        behind => Rule::all([digits(low, high), digits(b'0', b'9').many(behind, Some(behind))]),
    }
}

fn digits(low: u8, high: u8) -> Rule {
    Rule::class(&[(char::from(low), char::from(high))])
}

fn one_of(mut rules: Vec<Rule>) -> Rule {
    if rules.len() == 1 { rules.remove(0) } else { Rule::Any(rules) }
}
