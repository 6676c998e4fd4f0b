//! Outside tools. One that is missing is a failure, not a skipped test.

use std::process::{Command, Output};

/// Runs a program of DCMTK.
pub fn dcmtk(program: &str, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().unwrap_or_else(|error| {
        panic!(
            "{program} of DCMTK is needed and can't be run ({error}): `make test` installs the package dcmtk"
        )
    })
}
