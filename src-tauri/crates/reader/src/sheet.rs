//! Workbooks through calamine: a sheet is a heading and its tables.

use std::io::Cursor;

use calamine::{Data, Dimensions, Range, Reader as _, Sheets, XlsError, XlsxError};
use documents::{Document, Format};
use wire::Failure;

use crate::fault;
use crate::outline::Outline;
use crate::table;

pub fn workbook(bytes: &[u8], format: Format) -> Result<Document, Failure> {
    let cursor = Cursor::new(bytes);
    let mut sheets = if format == Format::Xlsx {
        calamine::open_workbook_from_rs(cursor).map(Sheets::Xlsx).map_err(|error| match error {
            XlsxError::Password => fault::password(error),
            error => fault::damaged(error),
        })?
    } else {
        calamine::open_workbook_from_rs(cursor).map(Sheets::Xls).map_err(|error| match error {
            XlsError::Password => fault::password(error),
            error => fault::damaged(error),
        })?
    };
    let mut outline = Outline::new(format);
    let mut failed = Vec::new();
    let mut last = None;
    for (index, name) in sheets.sheet_names().into_iter().enumerate() {
        let range = match sheets.worksheet_range(&name) {
            Ok(range) => range,
            Err(error) => {
                failed.push(name);
                last = Some(error.to_string());
                continue;
            }
        };
        let merged = match &mut sheets {
            Sheets::Xlsx(file) => file.merge_cells_by_sheet_name(&name).ok(),
            Sheets::Xls(file) => file.merge_cells_by_sheet_name(&name).ok(),
            _ => None,
        };
        let tables = tables(&range, &merged.unwrap_or_default());
        if tables.is_empty() {
            continue;
        }
        outline.section(index);
        outline.heading(1, &name);
        for table in tables {
            outline.table(&table);
        }
    }
    match last {
        Some(error) if outline.is_empty() => Err(fault::damaged(error)),
        _ => {
            if !failed.is_empty() {
                outline.warn(format!("시트 {}을(를) 읽지 못했습니다. 원본을 확인하십시오.", failed.join(", ")));
            }
            Ok(outline.finish())
        }
    }
}

/// A sheet's cells in order, cut into tables where a row is empty.
fn tables(range: &Range<Data>, merged: &[Dimensions]) -> Vec<String> {
    let (top, left) = range.start().unwrap_or_default();
    let mut rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(written).collect()).collect();
    for area in merged {
        repeat(&mut rows, area, top, left);
    }
    rows.split(|row| row.iter().all(|cell| cell.trim().is_empty()))
        .map(table::markdown)
        .filter(|table| !table.is_empty())
        .collect()
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

fn written(cell: &Data) -> String {
    match cell {
        Data::DateTime(at) => at.to_iso(),
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
