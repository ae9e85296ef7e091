//! A grid of cells as Markdown. A merged cell stands in every place that it covers, so that each row can be
//! understood, cited and searched by itself.

use std::fmt::Write;

/// One cell as a parser found it.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    pub text: String,
    pub rows: u32,
    pub columns: u32,
}

/// More columns than a table on paper has; a wider span is a damaged one.
const WIDEST: usize = 1024;
/// Merged cells grow a table; past this many places they stand once only.
const MOST_PLACES: usize = 200_000;
/// A longer text in a merged cell is prose in a frame and is not repeated.
const REPEATED: usize = 200;

/// Lays cells out over the columns and rows that they span.
pub fn grid(rows: &[Vec<Cell>]) -> Vec<Vec<String>> {
    let mut places: Vec<Vec<Option<String>>> = vec![Vec::new(); rows.len()];
    let mut filled = 0usize;
    for (at, row) in rows.iter().enumerate() {
        let mut column = 0;
        for cell in row {
            while places[at].get(column).is_some_and(Option::is_some) {
                column += 1;
            }
            let wide = (cell.columns.max(1) as usize).min(WIDEST);
            let deep = (cell.rows.max(1) as usize).min(rows.len() - at);
            let repeat = filled + wide * deep <= MOST_PLACES;
            let (wide, deep) = if repeat { (wide, deep) } else { (1, 1) };
            let again = if cell.text.chars().count() <= REPEATED { cell.text.as_str() } else { "" };
            for down in 0..deep {
                let line = &mut places[at + down];
                if line.len() < column + wide {
                    line.resize(column + wide, None);
                }
                for across in 0..wide {
                    let text = if down + across == 0 { cell.text.as_str() } else { again };
                    line[column + across].get_or_insert_with(|| text.to_owned());
                }
            }
            filled += wide * deep;
            column += wide;
        }
    }
    places.into_iter().map(|row| row.into_iter().map(Option::unwrap_or_default).collect()).collect()
}

/// Markdown, first row as header; empty where no cell holds text. Columns and rows without text are left out.
pub fn markdown(rows: &[Vec<String>]) -> String {
    let flat: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| inline(cell)).collect()).collect();
    let width = flat.iter().map(Vec::len).max().unwrap_or(0);
    let used: Vec<usize> =
        (0..width).filter(|&column| flat.iter().any(|row| row.get(column).is_some_and(|cell| !cell.is_empty()))).collect();
    let mut out = String::new();
    for row in flat.iter().filter(|row| row.iter().any(|cell| !cell.is_empty())) {
        let first = out.is_empty();
        out.push('|');
        for &column in &used {
            // Writing to a String cannot fail.
            let _ = write!(out, " {} |", row.get(column).map_or("", String::as_str));
        }
        out.push('\n');
        if first {
            out.push('|');
            out.push_str(&" --- |".repeat(used.len()));
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A cell's text on one line, with the one character that would end the cell escaped.
fn inline(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str, rows: u32, columns: u32) -> Cell {
        Cell { text: text.to_owned(), rows, columns }
    }

    #[test]
    fn a_merged_cell_stands_in_every_place_it_covers() {
        let rows = vec![
            vec![cell("구분", 2, 1), cell("일수", 1, 2)],
            vec![cell("기본", 1, 1), cell("가산", 1, 1)],
            vec![cell("1년|미만", 1, 1), cell("11\n일", 1, 1), cell("", 1, 1)],
        ];
        insta::assert_snapshot!(markdown(&grid(&rows)), @r"
        | 구분 | 일수 | 일수 |
        | --- | --- | --- |
        | 구분 | 기본 | 가산 |
        | 1년\|미만 | 11 일 |  |
        ");
    }

    #[test]
    fn a_span_that_no_table_has_costs_nothing() {
        let rows = vec![vec![cell("가", u32::MAX, u32::MAX); 400]; 400];
        let places: usize = grid(&rows).iter().map(Vec::len).sum();
        assert!(places < 3 * MOST_PLACES, "{places}");
    }

    #[test]
    fn a_table_without_text_is_no_table() {
        assert_eq!(markdown(&grid(&[vec![cell(" ", 1, 3)]])), "");
    }
}
