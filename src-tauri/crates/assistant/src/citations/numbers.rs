use std::collections::HashSet;

/// The numbers in `text`, without thousands separators: "1,000" and "1000" are one.
pub fn numbers(text: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut number = String::new();
    let characters: Vec<char> = text.chars().collect();
    for (index, character) in characters.iter().enumerate() {
        let next_is_digit = characters.get(index + 1).is_some_and(char::is_ascii_digit);
        match character {
            digit if digit.is_ascii_digit() => number.push(*digit),
            ',' if !number.is_empty() && next_is_digit => {}
            '.' if !number.is_empty() && next_is_digit => number.push('.'),
            _ if !number.is_empty() => {
                found.insert(std::mem::take(&mut number));
            }
            _ => {}
        }
    }
    if !number.is_empty() {
        found.insert(number);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_without_separators() {
        let table: [(&str, &[&str]); 4] = [
            ("1,000만원과 3.5배", &["1000", "3.5"]),
            ("제7조제2항", &["7", "2"]),
            ("2026. 3. 1.", &["2026", "3", "1"]),
            ("없음", &[]),
        ];
        for (text, wanted) in table {
            let wanted: HashSet<String> = wanted.iter().map(|number| (*number).to_owned()).collect();
            assert_eq!(numbers(text), wanted, "{text}");
        }
    }
}
