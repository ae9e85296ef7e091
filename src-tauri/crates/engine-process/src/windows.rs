//! Cutting a text into parts that a model can read at once.

/// Halves `text`, and its halves, until each part fits: `fit` gives what becomes of a part, or `None` where it is too
/// long. Nothing is left out. `None` where not even one character fits.
pub fn windows<T>(text: &str, fit: &impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    if let Some(part) = fit(text) {
        return Some(vec![part]);
    }
    let (left, right) = text.split_at(middle(text)?);
    let mut parts = windows(left, fit)?;
    parts.extend(windows(right, fit)?);
    Some(parts)
}

/// Where to halve: before the blank that is nearest to the middle, or, where the middle half has none, between the two
/// characters there. `None` where there is nothing to halve.
fn middle(text: &str) -> Option<usize> {
    let half = text.len() / 2;
    let inner = || text.char_indices().skip(1);
    let near = |(at, _): &(usize, char)| at.abs_diff(half);
    inner()
        .filter(|(at, c)| c.is_whitespace() && at.abs_diff(half) <= text.len() / 4)
        .min_by_key(near)
        .or_else(|| inner().min_by_key(near))
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, most: usize) -> Option<Vec<String>> {
        windows(text, &|part| (part.chars().count() <= most).then(|| part.to_owned()))
    }

    #[test]
    fn a_text_is_halved_between_words_until_it_fits() {
        let table: [(&str, usize, Option<&[&str]>); 6] = [
            ("짧은 글", 10, Some(&["짧은 글"])),
            ("", 10, Some(&[""])),
            ("하나 둘 셋 넷", 5, Some(&["하나 둘", " 셋 넷"])),
            ("가나다라마바사아", 3, Some(&["가나", "다라", "마바", "사아"])),
            ("가 나다라마바사아자", 6, Some(&["가 나다라", "마바사아자"])),
            ("가", 0, None),
        ];
        for (text, most, wanted) in table {
            let wanted = wanted.map(|parts| parts.iter().map(|part| (*part).to_owned()).collect());
            assert_eq!(cut(text, most), wanted, "{text}");
        }
    }

    #[test]
    fn nothing_is_left_out() {
        let text = "제1조(목적) 이 규정은 직원의 복무에 관한 사항을 정함을 목적으로 한다.\n".repeat(40);
        for most in [1, 7, 50, 400] {
            assert_eq!(cut(&text, most).unwrap().concat(), text, "parts of {most}");
        }
    }
}
