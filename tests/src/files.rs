//! DICOM files to send: synthetic ones of a person, a small archive writer, and the programs of DCMTK.

use imaging::phantom::{self, Charset, File, Person, Visit};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub const ZHANG: Person<'static> =
    Person { name: "张^小东", patient_id: "LL20260017", birth_date: "19680412", sex: "M" };
pub const WANG: Person<'static> =
    Person { name: "Wang^XiuYing", patient_id: "W-5", birth_date: "19540903", sex: "F" };
/// Nobody the alliance knows.
pub const STRANGER: Person<'static> =
    Person { name: "Ouyang^Ming", patient_id: "X-404", birth_date: "19800101", sex: "M" };

fn visit() -> Visit<'static> {
    Visit {
        date: "20261122",
        time: "101500",
        institution: "柳林镇卫生院",
        description: "头颅CT平扫",
        charset: Charset::Gb18030,
    }
}

/// The first slices of a CT.
pub fn ct(seed: u64, person: &Person<'_>, slices: usize) -> Vec<File> {
    phantom::ct(seed, person, &visit()).take(slices).collect()
}

pub fn ecg(seed: u64, person: &Person<'_>) -> File {
    phantom::ecg(seed, person, &visit())
}

/// Writes files into a folder and answers their paths.
pub fn write(folder: &Path, files: &[File]) -> Vec<PathBuf> {
    let write = |(n, file): (usize, &File)| {
        let path = folder.join(format!("{n:04}.dcm"));
        std::fs::write(&path, &file.bytes).expect("written");
        path
    };
    files.iter().enumerate().map(write).collect()
}

/// A zip archive of stored (not packed) entries (APPNOTE 4.3).
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        let offset = out.len() as u32;
        let mut common = Vec::new();
        // Version 2.0, names in UTF-8, stored, no time.
        common.extend([20, 0, 0, 8, 0, 0, 0, 0, 0, 0]);
        common.extend(crc32(bytes).to_le_bytes());
        common.extend((bytes.len() as u32).to_le_bytes());
        common.extend((bytes.len() as u32).to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(*bytes);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (count, start) = ((entries.len() as u16).to_le_bytes(), out.len() as u32);
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count);
    out.extend(count);
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }
            },
        )
    })
}

/// Runs a program of DCMTK to its end beside the server.
pub async fn dcmtk(program: &str, arguments: Vec<String>) -> Output {
    let program = program.to_owned();
    let run = tokio::task::spawn_blocking(move || {
        Command::new(&program)
            .args(&arguments)
            .output()
            .unwrap_or_else(|e| panic!("{program} does not start ({e}): run `make test-setup`"))
    });
    run.await.expect("it runs")
}
