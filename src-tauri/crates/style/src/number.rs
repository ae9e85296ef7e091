//! Amounts in digits and in Hangul.

const DIGITS: [char; 10] = ['영', '일', '이', '삼', '사', '오', '육', '칠', '팔', '구'];
const TENS: [&str; 4] = ["", "십", "백", "천"];
const MYRIADS: [&str; 5] = ["", "만", "억", "조", "경"];

/// An amount in Hangul as it stands behind 금: every digit is named, so that none can be put before it. 113560 is
/// 일십일만삼천오백육십.
pub(crate) fn reading(amount: u64) -> String {
    if amount == 0 {
        return DIGITS[0].to_string();
    }
    let digits = amount.to_string();
    let mut out = String::new();
    let mut named = false;
    for (at, byte) in digits.bytes().enumerate() {
        let (place, digit) = (digits.len() - 1 - at, usize::from(byte - b'0'));
        if digit > 0 {
            out.push(DIGITS[digit]);
            out.push_str(TENS[place % 4]);
            named = true;
        }
        if place % 4 == 0 && named {
            out.push_str(MYRIADS[place / 4]);
            named = false;
        }
    }
    out
}

/// The amount that Hangul says, 일 before 십, 백, 천 written or not. None where it is none.
pub(crate) fn amount_of(hangul: &str) -> Option<u64> {
    let (mut total, mut part, mut digit): (u64, u64, Option<u64>) = (0, 0, None);
    let mut any = false;
    for char in hangul.chars() {
        any = true;
        if let Some(value) = DIGITS.iter().position(|each| *each == char) {
            if digit.is_some() {
                return None;
            }
            digit = Some(value as u64);
        } else if let Some(power) = TENS.iter().position(|each| !each.is_empty() && each.starts_with(char)) {
            part = part.checked_add(digit.take().unwrap_or(1).checked_mul(10u64.pow(power as u32))?)?;
        } else if let Some(power) = MYRIADS.iter().position(|each| !each.is_empty() && each.starts_with(char)) {
            let group = part.checked_add(digit.take().unwrap_or(0))?.max(1);
            total = total.checked_add(group.checked_mul(10_000u64.checked_pow(power as u32)?)?)?;
            part = 0;
        } else {
            return None;
        }
    }
    any.then_some(total.checked_add(part)?.checked_add(digit.unwrap_or(0))?)
}

/// An amount with a comma between thousands.
pub(crate) fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (at, char) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(char);
    }
    out
}
