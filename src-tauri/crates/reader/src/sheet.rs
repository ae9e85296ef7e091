//! Workbooks through calamine: a sheet is a heading and its tables. What lies beside the cells, and damaged sheets,
//! are read from the package itself.

mod parts;
mod shown;

use std::io::Cursor;

use calamine::{Data, Dimensions, Range, Reader as _, Sheets, StyleRange, XlsError, XlsxError};
use documents::{Document, Format};
use wire::Failure;

use crate::outline::Outline;
use crate::package::Package;
use crate::{fault, flow, table};

/// What the person can do about an encryption of Excel 97.
const ADVICE: &str = "엑셀에서 암호를 해제하고 XLSX로 저장하여 다시 추가하십시오.";

pub fn xls(bytes: &[u8]) -> Result<Document, Failure> {
    let sheets = calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => fault::locked(ADVICE, error),
        error => fault::damaged(error),
    })?;
    let mut sheets = Sheets::Xls(sheets);
    let mut outline = Outline::new(Format::Xls);
    let mut failed = Vec::new();
    let mut last = None;
    for (index, name) in sheets.sheet_names().into_iter().enumerate() {
        match rows(&mut sheets, &name) {
            Ok(rows) => sheet(&mut outline, index, &name, &rows, Vec::new()),
            Err(error) => {
                failed.push(name);
                last = Some(error);
            }
        }
    }
    match last {
        Some(error) if outline.is_empty() => return Err(error),
        Some(_) => {
            outline.partial();
            outline.warn(format!("시트 {}을(를) 읽지 못했습니다. 원본을 확인하십시오.", failed.join(", ")));
        }
        None => {}
    }
    Ok(outline.finish())
}

pub fn xlsx(bytes: &[u8]) -> Result<Document, Failure> {
    let mut package = Package::open(bytes)?;
    let mut sheets = match calamine::open_workbook_from_rs(Cursor::new(bytes)) {
        Ok(sheets) => Some(Sheets::Xlsx(sheets)),
        Err(XlsxError::Password) => return Err(fault::password("XLSX")),
        Err(_) => None,
    };
    let mut outline = Outline::new(Format::Xlsx);
    let mut strings = None;
    for (index, parts::Sheet { name, part, cells }) in parts::sheets(&mut package).into_iter().enumerate() {
        let rows = match sheets.as_mut().filter(|_| cells).map(|sheets| rows(sheets, &name)) {
            Some(Ok(rows)) => rows,
            _ if !cells => Vec::new(),
            _ => {
                package.broken(&part);
                let strings = strings.get_or_insert_with(|| parts::strings(&mut package));
                parts::salvage(&mut package, &part, strings)
            }
        };
        let beside = parts::beside(&mut package, &part);
        sheet(&mut outline, index, &name, &rows, beside);
    }
    if outline.is_empty() && !package.damage().is_empty() {
        return Err(fault::damaged(package.damage().join(", ")));
    }
    package.report(&mut outline);
    Ok(outline.finish())
}

/// A sheet's cells, cut into tables where a row is empty, then what lies beside them.
fn sheet(outline: &mut Outline, index: usize, name: &str, rows: &[Vec<String>], beside: Vec<flow::Part>) {
    let tables: Vec<String> = rows
        .split(|row| row.iter().all(|cell| cell.trim().is_empty()))
        .map(table::markdown)
        .filter(|table| !table.is_empty())
        .collect();
    if tables.is_empty() && flow::plain(&beside).is_empty() {
        return;
    }
    outline.section(index);
    outline.heading(1, name);
    for table in tables {
        outline.table(&table);
    }
    flow::emit(outline, beside);
}

/// A sheet's cells as they are shown.
fn rows(sheets: &mut Sheets<Cursor<&[u8]>>, name: &str) -> Result<Vec<Vec<String>>, Failure> {
    let range: Range<Data> = sheets.worksheet_range(name).map_err(fault::damaged)?;
    let (merged, styles) = match sheets {
        Sheets::Xlsx(file) => (file.merge_cells_by_sheet_name(name).ok(), file.worksheet_style(name).ok()),
        Sheets::Xls(file) => (file.merge_cells_by_sheet_name(name).ok(), None),
        _ => (None, None),
    };
    let styles = styles.unwrap_or_default();
    let (top, left) = range.start().unwrap_or_default();
    let mut rows: Vec<Vec<String>> = range
        .rows()
        .zip(top..)
        .map(|(row, down)| {
            row.iter().zip(left..).map(|(cell, across)| written(cell, &styles, (down, across))).collect()
        })
        .collect();
    for area in merged.unwrap_or_default() {
        repeat(&mut rows, &area, top, left);
    }
    Ok(rows)
}

/// Writes a merged area's text, which stands in its first cell, into the others of the sheet's used range.
fn repeat(rows: &mut [Vec<String>], area: &Dimensions, top: u32, left: u32) {
    let place = |at: u32, from: u32| at.checked_sub(from).map(|at| at as usize);
    let (Some(first), Some(column)) = (place(area.start.0, top), place(area.start.1, left)) else { return };
    let (Some(last), Some(end)) = (place(area.end.0, top), place(area.end.1, left)) else { return };
    let Some(text) = rows.get(first).and_then(|row| row.get(column)).filter(|text| !text.is_empty()).cloned() else {
        return;
    };
    for row in rows.iter_mut().take(last.saturating_add(1)).skip(first) {
        for cell in row.iter_mut().take(end.saturating_add(1)).skip(column) {
            if cell.is_empty() {
                cell.clone_from(&text);
            }
        }
    }
}

fn written(cell: &Data, styles: &StyleRange, place: (u32, u32)) -> String {
    match cell {
        Data::DateTime(at) => at.to_iso(),
        Data::DateTimeIso(at) => at.strip_suffix("T00:00:00").unwrap_or(at).replace('T', " "),
        Data::Float(value) => {
            let format = styles.get(place).and_then(|style| style.number_format.as_ref());
            format.map_or_else(|| shown::general(*value), |format| shown::shown(*value, &format.format_code))
        }
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        other => other.to_string(),
    }
}

/// Dates as a person reads them, without a time where it is midnight.
trait Iso {
    fn to_iso(&self) -> String;
}

impl Iso for calamine::ExcelDateTime {
    fn to_iso(&self) -> String {
        if !self.is_datetime() {
            return self.to_string();
        }
        let (year, month, day, hour, minute, second, _) = self.to_ymd_hms_milli();
        match (hour, minute, second) {
            (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
            _ if self.as_f64() < 1.0 => format!("{hour:02}:{minute:02}:{second:02}"),
            _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
        }
    }
}
