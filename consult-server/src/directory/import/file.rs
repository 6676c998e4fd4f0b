//! From bytes to tables of text: CSV in UTF-8, UTF-16 or GB18030, and XLSX. Bounded in what it unpacks and in rows, because a
//! small file can claim to be a large one. Knows no column; pure.

use crate::error::{Code, Refusal, Result};
use calamine::{DataRef, Reader as _, Xlsx};
use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};
use std::io::{Cursor, Read as _};

/// As much as may come in.
pub const MOST_BYTES: usize = 16 * 1024 * 1024;
/// As much as a workbook may unpack to: a hundred thousand rows are about half of it.
const MOST_UNPACKED: u64 = 128 * 1024 * 1024;
const MOST_ENTRIES: usize = 1_000;
pub const MOST_ROWS: usize = 200_000;
/// Cells further to the right are none of ours; a single one at the far end must not cost a whole row of empty ones.
const MOST_COLUMNS: usize = 64;

/// What whoever sends a file says that it is; the bytes have the last word where they say anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    Workbook,
    Anything,
}

impl Named {
    pub fn by_name(name: &str) -> Self {
        if name.to_ascii_lowercase().ends_with(".xlsx") { Self::Workbook } else { Self::Anything }
    }

    /// By its media type.
    pub fn by_type(kind: &str) -> Self {
        if kind.contains("spreadsheetml.sheet") { Self::Workbook } else { Self::Anything }
    }
}

/// A table as it stands in the file: its name where it has one, and the rows that are not blank, each with its number.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub name: Option<String>,
    pub rows: Vec<(u32, Vec<String>)>,
}

pub fn tables(bytes: &[u8], named: Named) -> Result<Vec<Table>> {
    let tables = match bytes {
        [] => return Err(Code::ImportEmpty.into()),
        [b'P', b'K', 3, 4, ..] => workbook(bytes)?,
        // The old binary workbook.
        [0xD0, 0xCF, 0x11, 0xE0, ..] | [b'%', b'P', b'D', b'F', ..] => return Err(Code::ImportFormat.into()),
        // Cut short or encrypted: read as text it would be a wrong heading.
        _ if named == Named::Workbook => return Err(Code::ImportWorkbook.into()),
        _ => csv_tables(&decoded(bytes)?)?,
    };
    let tables: Vec<Table> = tables.into_iter().filter(|table| !table.rows.is_empty()).collect();
    if tables.is_empty() { Err(Code::ImportEmpty.into()) } else { Ok(tables) }
}

fn decoded(bytes: &[u8]) -> Result<String> {
    let with = |encoding: &'static encoding_rs::Encoding, bytes: &[u8]| {
        let (text, broken) = encoding.decode_without_bom_handling(bytes);
        if broken { Err(Refusal::new(Code::ImportEncoding)) } else { Ok(text.into_owned()) }
    };
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => with(UTF_16LE, rest)?,
        [0xFE, 0xFF, rest @ ..] => with(UTF_16BE, rest)?,
        [0xEF, 0xBB, 0xBF, rest @ ..] => with(encoding_rs::UTF_8, rest)?,
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => with(GB18030, bytes)?,
        },
    };
    if text.contains('\0') { Err(Code::ImportFormat.into()) } else { Ok(text) }
}

/// One table, or several under lines of their own: `[people]`.
fn csv_tables(text: &str) -> Result<Vec<Table>> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|mark| (first.matches(char::from(*mark)).count(), *mark == b','))
        .unwrap_or(b',');
    if let Some(row) = open_quote(text, char::from(delimiter)) {
        return Err(Refusal::new(Code::ImportQuote).with("row", row));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut tables = vec![Table::default()];
    let (mut rows, mut line, mut passed) = (0, 1, 0);
    for record in reader.records() {
        let record = record.map_err(|_| Refusal::new(Code::ImportFormat))?;
        let begins = after_breaks(text, record.position());
        let between = text.get(passed..begins).unwrap_or("");
        line += u32::try_from(between.matches('\n').count()).unwrap_or(u32::MAX);
        passed = begins;
        let cells: Vec<String> = record.iter().take(MOST_COLUMNS).map(clean).collect();
        let Some(first) = cells.iter().find(|cell| !cell.is_empty()) else { continue };
        if let Some(name) = first.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            tables.push(Table { name: Some(name.to_owned()), rows: Vec::new() });
            continue;
        }
        rows += 1;
        if rows > MOST_ROWS {
            return Err(Code::ImportTooManyRows.into());
        }
        if let Some(table) = tables.last_mut() {
            table.rows.push((line, cells));
        }
    }
    Ok(tables)
}

/// The row in which a quote begins that never ends: the reader would take all the rest of the file for one cell.
fn open_quote(text: &str, delimiter: char) -> Option<u32> {
    let mut opened = None;
    let (mut row, mut at_start) = (1, true);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match (sign, opened) {
            ('"', Some(_)) if signs.peek() == Some(&'"') => {
                signs.next();
            }
            ('"', Some(_)) => opened = None,
            ('"', None) if at_start => opened = Some(row),
            _ => {}
        }
        at_start = opened.is_none() && (sign == delimiter || sign == '\n' || sign == '\r');
        row += u32::from(sign == '\n');
    }
    opened
}

/// Where a record begins. The reader's own position lies before the line breaks that lead to it.
fn after_breaks(text: &str, position: Option<&csv::Position>) -> usize {
    let at = position.map_or(0, |at| usize::try_from(at.byte()).unwrap_or(0));
    let rest = text.get(at..).unwrap_or("");
    at + rest.len() - rest.trim_start_matches(['\r', '\n']).len()
}

fn workbook(bytes: &[u8]) -> Result<Vec<Table>> {
    within_limits(bytes)?;
    let broken = |_| Refusal::new(Code::ImportWorkbook);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let mut tables = Vec::new();
    let mut rows = 0;
    for name in book.sheet_names() {
        let mut table = Table { name: Some(name.clone()), rows: Vec::new() };
        // Cell by cell: a sheet that says it reaches to the last column of the last row costs what it holds.
        let Ok(mut cells) = book.worksheet_cells_reader(&name) else { continue };
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            let (row, column) = cell.get_position();
            let (row, column) = (row.saturating_add(1), usize::try_from(column).unwrap_or(usize::MAX));
            let text = shown(cell.get_value());
            if text.is_empty() || column >= MOST_COLUMNS {
                continue;
            }
            if table.rows.last().is_none_or(|(last, _)| *last != row) {
                rows += 1;
                if rows > MOST_ROWS {
                    return Err(Code::ImportTooManyRows.into());
                }
                table.rows.push((row, Vec::new()));
            }
            if let Some((_, cells)) = table.rows.last_mut() {
                if cells.len() <= column {
                    cells.resize(column + 1, String::new());
                }
                cells[column] = text;
            }
        }
        tables.push(table);
    }
    Ok(tables)
}

/// Unpacks everything once and counts, whatever the archive says of itself.
fn within_limits(bytes: &[u8]) -> Result<()> {
    let broken = |_| Refusal::new(Code::ImportWorkbook);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > MOST_ENTRIES {
        return Err(Code::ImportUnpacked.into());
    }
    let mut left = MOST_UNPACKED;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(broken)?;
        let read = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink())
            .map_err(|_| Refusal::new(Code::ImportWorkbook))?;
        left = left.checked_sub(read).ok_or(Code::ImportUnpacked)?;
    }
    Ok(())
}

/// A cell as somebody would have typed it.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => clean(text),
        DataRef::SharedString(text) => clean(text),
        DataRef::Int(number) => number.to_string(),
        // Display writes a whole number without a fraction: staff number 1001 is 1001.
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(time) => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            match (hour, minute, second) {
                (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
            }
        }
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// Without the blanks around it, those of a Chinese keyboard too.
fn clean(text: &str) -> String {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn rows(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        tables(bytes, Named::Anything).unwrap().remove(0).rows
    }

    fn cells(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn one_table_reads_alike_in_every_encoding_it_comes_in() {
        let text = "工号,姓名\n1001,周文英\n";
        let (gb, _, _) = GB18030.encode(text);
        let mut utf16 = vec![0xFF, 0xFE];
        utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let with_mark = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        for bytes in [text.as_bytes(), &with_mark, gb.as_ref(), &utf16] {
            assert_eq!(rows(bytes)[1], (2, cells(&["1001", "周文英"])));
        }
    }

    #[test]
    fn quotes_blank_lines_and_other_separators_are_read_and_rows_keep_their_numbers() {
        let text = "\n工号;姓名\r\n\r\n;;\r\n\"10;01\";\" 周\n文英　\"\r\n1002;马建军";
        let found = rows(text.as_bytes());
        assert_eq!(found[1].1, cells(&["10;01", "周\n文英"]));
        assert_eq!(found.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 5, 7]);
    }

    #[test]
    fn several_tables_stand_in_one_file_under_their_names() {
        let found = tables(
            "[organisations]\ncode,name\nT1,甲\n[people],\nstaff_number,name\n".as_bytes(),
            Named::Anything,
        )
        .unwrap();
        let names: Vec<_> = found.iter().map(|table| table.name.as_deref()).collect();
        assert_eq!(names, [Some("organisations"), Some("people")]);
    }

    #[test]
    fn what_is_no_table_is_refused_by_its_own_code() {
        let refused = |bytes: &[u8]| tables(bytes, Named::Anything).unwrap_err().code;
        assert_eq!(refused(b""), Code::ImportEmpty);
        assert_eq!(refused(b"\n , \n"), Code::ImportEmpty);
        assert_eq!(refused(b"\xD0\xCF\x11\xE0rest"), Code::ImportFormat);
        assert_eq!(refused(b"a,b\n\0,c"), Code::ImportFormat);
        assert_eq!(refused(b"a,b\n\xFF\xFF\xFF,c"), Code::ImportEncoding);
        assert_eq!(refused(b"PK\x03\x04 no archive"), Code::ImportWorkbook);
        assert_eq!(refused(b"%PDF-1.7\n1 0 obj"), Code::ImportFormat);
        assert_eq!(
            tables(b"cut short", Named::by_name("People.XLSX")).unwrap_err().code,
            Code::ImportWorkbook
        );
    }

    #[test]
    fn a_quote_that_never_ends_is_named_by_the_row_where_it_begins() {
        let row = |text: &str| open_quote(text, ',');
        assert_eq!(row("工号,姓名\n1001,\"周文英\n1002,马建军\n"), Some(2));
        assert_eq!(row("a,b\n\"x\ny\",\"z\"\n\"one\"\"two,3\n"), Some(4));
        for closed in ["\"a\",b\n", "a\"b,5\" x\n", "\"say \"\"yes\"\"\",b", "\"a\nb\"\r\n"] {
            assert_eq!(row(closed), None, "{closed}");
        }
        let refusal = tables("工号,姓名\n1001,\"周\n".as_bytes(), Named::Anything).unwrap_err();
        assert_eq!(refusal.code, Code::ImportQuote);
    }

    #[test]
    fn rows_beyond_the_limit_are_refused_and_a_hundred_thousand_are_not() {
        let text = |rows: usize| "a,b\n".repeat(rows);
        assert_eq!(rows(text(100_000).as_bytes()).len(), 100_000);
        assert_eq!(
            tables(text(MOST_ROWS + 1).as_bytes(), Named::Anything).unwrap_err().code,
            Code::ImportTooManyRows
        );
    }

    #[test]
    fn an_archive_that_unpacks_without_end_is_refused_before_it_is_read() {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file("xl/worksheets/sheet1.xml", options).unwrap();
        let zeros = vec![b' '; 1024 * 1024];
        for _ in 0..=128 {
            archive.write_all(&zeros).unwrap();
        }
        let bytes = archive.finish().unwrap().into_inner();
        assert!(bytes.len() < 1024 * 1024);
        assert_eq!(tables(&bytes, Named::Anything).unwrap_err().code, Code::ImportUnpacked);
    }
}
