//! Check digits and dates of birth.

/// The weighted sum of the digits before the check digit.
fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(&digit, weight)| u32::from(digit) * weight).sum()
}

const RESIDENT: [u32; 12] = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];
const CORPORATE: [u32; 12] = [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2];
const BUSINESS: [u32; 9] = [1, 3, 7, 1, 3, 7, 1, 3, 5];

/// The thirteenth digit of a resident's number by its first twelve.
pub(crate) fn resident(first: &[u8]) -> u8 {
    ((11 - weighted(first, &RESIDENT) % 11) % 10) as u8
}

/// The thirteenth digit of a foreigner's number by its first twelve.
pub(crate) fn foreigner(first: &[u8]) -> u8 {
    ((13 - weighted(first, &RESIDENT) % 11) % 10) as u8
}

/// The thirteenth digit of a corporation's number by its first twelve.
pub(crate) fn corporate(first: &[u8]) -> u8 {
    ((10 - weighted(first, &CORPORATE) % 10) % 10) as u8
}

/// The tenth digit of a business's number by its first nine.
pub(crate) fn business(first: &[u8]) -> u8 {
    let carry = first.get(8).map_or(0, |&ninth| u32::from(ninth) * 5 / 10);
    ((10 - (weighted(first, &BUSINESS) + carry) % 10) % 10) as u8
}

/// The digit that makes a number pass Luhn's test, by the digits before it.
pub(crate) fn luhn(first: &[u8]) -> u8 {
    let sum: u32 = first
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| match (u32::from(digit), place % 2) {
            (digit, 1) => digit,
            (digit, _) if digit > 4 => digit * 2 - 9,
            (digit, _) => digit * 2,
        })
        .sum();
    ((10 - sum % 10) % 10) as u8
}

/// The last digit of a barcode of 13 digits by its first twelve.
pub(crate) fn barcode(first: &[u8]) -> u8 {
    let sum: u32 = first.iter().enumerate().map(|(place, &digit)| u32::from(digit) * [1, 3][place % 2]).sum();
    ((10 - sum % 10) % 10) as u8
}

/// Whether the last digit is what `by` makes of the ones before it.
pub(crate) fn holds(digits: &[u8], by: impl Fn(&[u8]) -> u8) -> bool {
    digits.split_last().is_some_and(|(&last, first)| by(first) == last)
}

/// The days of a month, none where there is no such month.
pub(crate) fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// The date of birth, as year, month and day, that the first seven digits of a resident's or a foreigner's number
/// hold; nothing where there is no such day.
pub(crate) fn birth(digits: &[u8]) -> Option<(u32, u32, u32)> {
    let &[y1, y2, m1, m2, d1, d2, century, ..] = digits else { return None };
    let two = |tens: u8, ones: u8| u32::from(tens) * 10 + u32::from(ones);
    let century = match century {
        1 | 2 | 5 | 6 => 1900,
        3 | 4 | 7 | 8 => 2000,
        _ => 1800,
    };
    let (year, month, day) = (century + two(y1, y2), two(m1, m2), two(d1, d2));
    (day >= 1 && day <= days(year, month)).then_some((year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect()
    }

    #[test]
    fn check_digits_are_as_worked_out_by_hand() {
        type By = fn(&[u8]) -> u8;
        let table: [(&str, By); 7] = [
            // 9*2+0*3+0*4+1*5+0*6+1*7+1*8+2*9+3*2+4*3+5*4+6*5 = 124, 124 mod 11 = 3, 11 - 3 = 8
            ("900101-1234568", resident),
            // 9*2+1*5+1*7+5*8+2*9+3*2+4*3+5*4+6*5 = 156, 156 mod 11 = 2, 13 - 2 = 11, of which the last digit is 1
            ("900101-5234561", foreigner),
            // 1*1+1*2+0*1+1*2+1*1+1*2+1*1+2*2+3*1+4*2+5*1+6*2 = 41, 41 mod 10 = 1, 10 - 1 = 9
            ("110111-1234569", corporate),
            // 1*1+2*3+3*7+4*1+5*3+6*7+7*1+8*3+9*5 = 165, 9*5/10 = 4, 169 mod 10 = 9, 10 - 9 = 1
            ("123-45-67891", business),
            ("4111-1111-1111-1111", luhn),
            ("3782-822463-10005", luhn),
            ("4006381333931", barcode),
        ];
        for (number, by) in table {
            assert!(holds(&digits(number), by), "{number}");
            let wrong =
                format!("{}{}", &number[..number.len() - 1], (number.as_bytes()[number.len() - 1] - b'0' + 1) % 10);
            assert!(!holds(&digits(&wrong), by), "{wrong}");
        }
    }

    #[test]
    fn a_birth_is_a_day_that_was() {
        let table = [
            ("9001011", Some((1990, 1, 1))),
            ("0002293", Some((2000, 2, 29))),
            ("0002299", None), // 1800 was no leap year
            ("0002291", None), // nor was 1900
            ("0402293", Some((2004, 2, 29))),
            ("0302293", None),
            ("9013011", None),
            ("9001321", None),
            ("9004311", None),
            ("9000101", None),
            ("9001001", None),
            ("8012310", Some((1880, 12, 31))),
            ("8012315", Some((1980, 12, 31))),
            ("1012317", Some((2010, 12, 31))),
            ("90010", None),
        ];
        for (number, date) in table {
            assert_eq!(birth(&digits(number)), date, "{number}");
        }
    }
}
