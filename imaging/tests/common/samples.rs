//! The committed files: test data, and the samples that the demo shows too.

use std::path::{Path, PathBuf};

pub fn sample(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shown = root.join("samples").join(name);
    if shown.exists() { shown } else { root.join("tests/data/dicom").join(name) }
}
