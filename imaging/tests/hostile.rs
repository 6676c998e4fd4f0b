//! Files that break off: cut at every thousandth byte they are refused or read as far as they go, and nothing panics.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use imaging::ecg;
use imaging::header::{Limits, normalize, parse_file};
use imaging::ingest::Render;
use imaging::pictures::Pictures;
use imaging::pixels;
use imaging::refusal::Refusal;
use imaging::text::Fallback;

/// All committed files, and those of a folder that `CONSULT_DICOM` names.
fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("samples"), root.join("tests/data/dicom")];
    folders.extend(std::env::var_os("CONSULT_DICOM").map(PathBuf::from));
    let mut files: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "dcm"))
        .collect();
    files.sort();
    files
}

/// Everything that is done with a file that was taken.
fn use_it(bytes: &[u8]) -> Result<(), Refusal> {
    let limits = Limits::default();
    let parsed = parse_file(Cursor::new(bytes), bytes.len() as u64, &limits, Fallback::default())?;
    let facts = &parsed.facts.instance;
    let data = &bytes[parsed.data_offset as usize..];
    normalize(data, &facts.transfer_syntax, Fallback::default(), &limits, 4096)?;
    for frame in [0, facts.frames as usize] {
        let _ = pixels::frame_of_file(bytes, frame);
    }
    if facts.waveform
        && let Ok(ecg) = ecg::decode_file(bytes, Fallback::default(), &limits)
    {
        ecg::measure(&ecg);
    }
    Ok(())
}

#[test]
fn files_cut_at_every_thousandth_byte_are_refused_or_read() {
    let (mut refused, mut read) = (0, 0);
    for path in files() {
        let bytes = std::fs::read(&path).unwrap();
        for cut in (0..bytes.len()).step_by(1000) {
            match use_it(&bytes[..cut]) {
                Ok(()) => read += 1,
                Err(refusal) => {
                    let expected = [
                        Refusal::NotDicom,
                        Refusal::Truncated,
                        Refusal::UidInvalid,
                        Refusal::MediaDirectory,
                        Refusal::TooDeep,
                        Refusal::TooLarge,
                    ];
                    assert!(expected.contains(&refusal), "{}: {refusal:?} at {cut}", path.display());
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 500, "{refused} refused, {read} read");
}

#[test]
fn a_cut_file_has_a_picture_or_none() {
    for path in files().iter().filter(|path| std::fs::metadata(path).unwrap().len() < 100_000) {
        let bytes = std::fs::read(path).unwrap();
        for cut in (0..bytes.len()).step_by(1000) {
            Pictures.jpeg(&bytes[..cut], 128);
        }
    }
}
