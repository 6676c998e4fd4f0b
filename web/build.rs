//! Watches `web/dist`, so that a new web build is embedded without touching a Rust file. Makes the folder when it
//! is missing: cargo would otherwise run this script, and link the server again, at every build.

use std::{env, fs, path::Path};

fn main() -> std::io::Result<()> {
    let dist = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("dist");
    fs::create_dir_all(&dist)?;
    println!("cargo:rerun-if-changed=dist");
    println!("cargo:rerun-if-changed=build.rs");
    Ok(())
}
