//! Numbers as a sheet shows them: 12.5%, 1,234,567원.

/// A number in a cell's format; as it is where the format is none of a plain number's.
pub fn shown(value: f64, format: &str) -> String {
    let sections = sections(format);
    let (section, value) = match sections.get(1) {
        // The second section is for what is below zero, and writes its own sign.
        Some(below) if value < 0.0 => (below.as_str(), -value),
        _ => (sections.first().map_or("", String::as_str), value),
    };
    Layout::read(section).map_or_else(|| general(value), |layout| layout.write(value))
}

/// Without the noise of binary fractions: 0.3, not 0.30000000000000004.
pub fn general(value: f64) -> String {
    format!("{value:.14e}").parse::<f64>().unwrap_or(value).to_string()
}

/// The parts between semicolons, which texts may hold too.
fn sections(format: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for character in format.chars() {
        if character == ';' && !quoted && !escaped {
            sections.push(String::new());
            continue;
        }
        quoted ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        if let Some(section) = sections.last_mut() {
            section.push(character);
        }
    }
    sections
}

#[derive(Default)]
struct Layout {
    before: String,
    after: String,
    digits: usize,
    least: usize,
    most: usize,
    grouped: bool,
    thousands: i32,
    percent: bool,
}

impl Layout {
    /// `None` where this is no plain number's format: a date's, a fraction's, a text's.
    fn read(section: &str) -> Option<Self> {
        let mut layout = Self::default();
        let (mut begun, mut ended, mut point) = (false, false, false);
        let mut pending = 0;
        let mut characters = section.chars();
        while let Some(character) = characters.next() {
            let literal = match character {
                '0' | '#' | '?' if !ended => {
                    begun = true;
                    layout.grouped |= pending > 0 && !point;
                    pending = 0;
                    if point {
                        layout.most += 1;
                        layout.least += usize::from(character == '0');
                    } else {
                        layout.digits += usize::from(character == '0');
                    }
                    continue;
                }
                ',' if begun && !ended => {
                    pending += 1;
                    continue;
                }
                '.' if begun && !point => {
                    point = true;
                    continue;
                }
                '%' => {
                    layout.percent = true;
                    "%".to_owned()
                }
                '"' => characters.by_ref().take_while(|&c| c != '"').collect(),
                '\\' => characters.next()?.to_string(),
                // As wide as the next character, or filled with it.
                '_' | '*' => {
                    characters.next();
                    continue;
                }
                '[' => {
                    let inside: String = characters.by_ref().take_while(|&c| c != ']').collect();
                    match inside.strip_prefix('$') {
                        Some(currency) => currency.split('-').next().unwrap_or_default().to_owned(),
                        None => continue,
                    }
                }
                '@' | '/' => return None,
                letter if letter.is_ascii_alphabetic() => return None,
                other => other.to_string(),
            };
            if begun {
                ended = true;
                layout.after.push_str(&literal);
            } else {
                layout.before.push_str(&literal);
            }
        }
        layout.thousands = pending;
        begun.then_some(layout)
    }

    fn write(&self, value: f64) -> String {
        let scaled = value * if self.percent { 100.0 } else { 1.0 } / 1000f64.powi(self.thousands);
        let mut text = format!("{:.*}", self.most.min(20), scaled.abs());
        while self.most > 0 && text.ends_with('0') && text.len() - text.find('.').unwrap_or(0) - 1 > self.least {
            text.pop();
        }
        let text = text.trim_end_matches('.');
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let mut whole = format!("{whole:0>width$}", width = self.digits.min(40));
        if self.grouped {
            let mut at = whole.len();
            while at > 3 {
                at -= 3;
                whole.insert(at, ',');
            }
        }
        let sign = if scaled < 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        let shown = format!("{}{sign}{whole}{point}{fraction}{}", self.before, self.after);
        shown.trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_in_their_format() {
        for (value, format, expected) in [
            (0.125, "0.0%", "12.5%"),
            (0.5, "0%", "50%"),
            (1_234_567.0, "#,##0", "1,234,567"),
            (-1_234.5, "#,##0.00", "-1,234.50"),
            (-5.0, "#,##0_);(#,##0)", "(5)"),
            (-5.0, "#,##0;[Red]-#,##0", "-5"),
            (3_000_000.0, "#,##0,\"천원\"", "3,000천원"),
            (15_000.0, "[$₩-412]#,##0", "₩15,000"),
            (15_000.0, "#,##0\\원", "15,000원"),
            (7.0, "000", "007"),
            (2.5, "0.###", "2.5"),
            (2.0, "0.##", "2"),
            (0.1 + 0.2, "General", "0.3"),
            (17.0, "General", "17"),
            (1.5, "# ?/?", "1.5"),
            (12345.678, "0.00E+00", "12345.678"),
            (-0.001, "0.0", "0.0"),
            (8.0, "", "8"),
        ] {
            assert_eq!(shown(value, format), expected, "{value} in {format}");
        }
    }
}
