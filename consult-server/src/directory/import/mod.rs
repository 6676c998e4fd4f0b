//! Taking in the directory from a file that a hospital's personnel office keeps: organisations, departments, people,
//! positions and rosters, as CSV or XLSX. First a dry run that reports row by row; then all of it or nothing, and the same file again
//! changes nothing. Sets no passwords.

pub mod columns;
pub mod file;
pub mod flow;
pub mod http;
pub mod rules;
pub mod sql;
pub mod values;

use crate::error::Code;
use serde::Serialize;
use utoipa::ToSchema;

/// What a table of the file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sheet {
    Organisations,
    Departments,
    People,
    Positions,
    Rosters,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing is taken in while there is one.
    Error,
    /// Taken in all the same.
    Warning,
}

/// One finding, where it is in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// Null where the table itself was not understood.
    pub sheet: Option<Sheet>,
    /// As the spreadsheet counts rows, from 1.
    pub row: u32,
    pub severity: Severity,
    /// A code of the table of refusals, e.g. `import.role-unknown`.
    #[serde(serialize_with = "as_code")]
    #[schema(value_type = String)]
    pub code: Code,
    /// The column.
    pub field: Option<String>,
    /// What stands there, shortened.
    pub value: Option<String>,
}

fn as_code<S: serde::Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.as_str())
}

/// What a table comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Count {
    pub sheet: Sheet,
    pub rows: usize,
    pub created: usize,
    pub changed: usize,
    pub unchanged: usize,
}

/// What an import would do, or did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ImportReport)]
pub struct Report {
    /// Whether it was done; a dry run does nothing.
    pub applied: bool,
    pub sheets: Vec<Count>,
    pub errors: usize,
    pub warnings: usize,
    /// The first thousand.
    pub findings: Vec<Finding>,
}

/// A file of nothing but mistakes is not listed to its end.
const MOST_FINDINGS: usize = 1_000;

impl Report {
    pub fn add(&mut self, finding: Finding) {
        match finding.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        }
    }
}
