//! The synthetic studies as outside programs see them: DCMTK reads them, dicom3tools finds no error in them.

use std::path::Path;
use std::process::Command;

use imaging::phantom::{self, Charset, File, Person, Visit};

#[test]
fn dciodvfy_finds_no_error_in_a_ct_slice_or_the_ecg() {
    let folder = tempfile::tempdir().expect("a folder");
    for charset in [Charset::Gb18030, Charset::Utf8] {
        let (person, visit) = village(charset);
        let slices: Vec<File> = phantom::ct(1, &person, &visit).collect();
        for file in [&slices[0], &slices[299], &phantom::ecg(1, &person, &visit)] {
            let path = folder.path().join("it.dcm");
            std::fs::write(&path, &file.bytes).expect("written");
            let said = run("dciodvfy", &["-new"], &path);
            let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("Error")).collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", file.instance_uid);
        }
    }
}

#[test]
fn dcmtk_reads_the_chinese_name_in_both_character_sets() {
    let folder = tempfile::tempdir().expect("a folder");
    for charset in [Charset::Gb18030, Charset::Utf8] {
        let (person, visit) = village(charset);
        let file = phantom::ecg(1, &person, &visit);
        let path = folder.path().join("it.dcm");
        std::fs::write(&path, &file.bytes).expect("written");
        let said = run("dcmdump", &["+U8", "+P", "0010,0010", "+P", "0008,0080"], &path);
        assert!(said.contains("[张^三]"), "{said}");
        assert!(said.contains("[东沟村卫生室]"), "{said}");
    }
}

fn village(charset: Charset) -> (Person<'static>, Visit<'static>) {
    (
        Person { name: "张^三", patient_id: "V-17", birth_date: "19600102", sex: "M" },
        Visit {
            date: "20260301",
            time: "083000",
            institution: "东沟村卫生室",
            description: "腹部平扫",
            charset,
        },
    )
}

/// What the program wrote to both outputs.
fn run(program: &str, arguments: &[&str], file: &Path) -> String {
    let output = Command::new(program).args(arguments).arg(file).output().unwrap_or_else(|error| {
        panic!("{program} is needed for this test (Debian packages dcmtk, dicom3tools): {error}")
    });
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
