//! CSV files that people open in a spreadsheet: RFC 4180 with a byte order mark, and no cell that becomes a formula.
//! Pure; knows no subject. Every export writes through `Sheet`.

use crate::error::{Refusal, Result};
use std::borrow::Cow;

/// Without it spreadsheets take UTF-8 for the code page of the machine.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A CSV file under way, its headings first.
pub struct Sheet(::csv::Writer<Vec<u8>>);

impl Sheet {
    pub fn new(headings: &[&str]) -> Result<Self> {
        let mut sheet = Self(
            ::csv::WriterBuilder::new()
                .terminator(::csv::Terminator::CRLF)
                .from_writer(BYTE_ORDER_MARK.to_vec()),
        );
        sheet.row(headings)?;
        Ok(sheet)
    }

    /// Adds a row of as many cells as there are headings.
    pub fn row(&mut self, cells: &[&str]) -> Result<()> {
        self.0.write_record(cells.iter().map(|cell| harmless(cell).into_owned())).map_err(Refusal::internal)
    }

    pub fn finish(self) -> Result<Vec<u8>> {
        self.0.into_inner().map_err(Refusal::internal)
    }
}

/// A cell as a spreadsheet may see it: what it would take for a formula gets an apostrophe before it, which makes it text.
/// Spaces before the sign do not help the attacker, nor do the full-width forms that East Asian editions read alike.
pub fn harmless(cell: &str) -> Cow<'_, str> {
    let first = cell.trim_start_matches(' ').chars().next();
    let is_formula = first.is_some_and(|sign| {
        matches!(sign, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
    });
    if is_formula { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_would_be_a_formula_becomes_text() {
        for cell in [
            "=1+1",
            "+86",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            " =1",
            "＝1",
            "=HYPERLINK(\"http://a\")",
        ] {
            assert_eq!(harmless(cell), format!("'{cell}"), "{cell:?}");
        }
    }

    #[test]
    fn other_cells_stay_as_they_are() {
        for cell in ["", " ", "张小东", "a=1", "2026-11-05", "'quoted'", "13800000000"] {
            assert_eq!(harmless(cell), cell);
        }
    }

    #[test]
    fn commas_quotes_and_line_breaks_stay_inside_their_cell() {
        let mut sheet = Sheet::new(&["谁", "what"]).unwrap();
        sheet.row(&["a,\"b\"", "one\r\ntwo,=1"]).unwrap();
        let text = String::from_utf8(sheet.finish().unwrap()).unwrap();
        assert_eq!(text, "\u{feff}谁,what\r\n\"a,\"\"b\"\"\",\"one\r\ntwo,=1\"\r\n");
    }
}
