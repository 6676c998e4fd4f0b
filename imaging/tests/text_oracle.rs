//! Text against an independent reader: `dcmconv +U8` of DCMTK converts each file to UTF-8, and what we read from
//! the original must be what stands in its output.

#[path = "common/made.rs"]
mod made;
#[path = "common/samples.rs"]
mod samples;
#[path = "common/tools.rs"]
mod tools;

use std::path::Path;

use dicom_object::open_file;
use imaging::header::{Limits, normalize, parse_file};
use imaging::text::{Fallback, PersonName};
use imaging::uid::TransferSyntaxUid;
use made::Elements;
use samples::sample;
use tools::dcmtk;

fn parse(path: &Path) -> imaging::header::Parsed {
    let bytes = std::fs::read(path).unwrap();
    let length = bytes.len() as u64;
    parse_file(std::io::Cursor::new(bytes), length, &Limits::default(), Fallback::default()).unwrap()
}

/// A CT of one pixel in explicit little endian with this character set and these bytes as the patient's name.
fn file(folder: &Path, charset: &str, name: &[u8]) -> std::path::PathBuf {
    let mut data = Vec::new();
    let mut element = |group: u16, number: u16, vr: &str, value: &[u8]| {
        data.extend(group.to_le_bytes());
        data.extend(number.to_le_bytes());
        data.extend(vr.as_bytes());
        data.extend((value.len().next_multiple_of(2) as u16).to_le_bytes());
        data.extend(value);
        if value.len() % 2 == 1 {
            data.push(if vr == "UI" { 0 } else { b' ' });
        }
    };
    element(0x0008, 0x0005, "CS", charset.as_bytes());
    element(0x0008, 0x0016, "UI", b"1.2.840.10008.5.1.4.1.1.7");
    element(0x0008, 0x0018, "UI", b"1.2.826.0.1.3680043.9.1");
    element(0x0008, 0x0060, "CS", b"OT");
    element(0x0010, 0x0010, "PN", name);
    element(0x0010, 0x0020, "LO", b"P1");
    element(0x0020, 0x000d, "UI", b"1.2.826.0.1.3680043.9.2");
    element(0x0020, 0x000e, "UI", b"1.2.826.0.1.3680043.9.3");
    let meta = imaging::header::meta::write(
        &imaging::uid::ClassUid::parse("1.2.840.10008.5.1.4.1.1.7").unwrap(),
        &imaging::uid::InstanceUid::parse("1.2.826.0.1.3680043.9.1").unwrap(),
        &TransferSyntaxUid::parse("1.2.840.10008.1.2.1").unwrap(),
    );
    let path = folder.join("in.dcm");
    std::fs::write(&path, [meta, data].concat()).unwrap();
    path
}

/// The patient's name after DCMTK converted the file.
fn dcmtk_name(path: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let converted = folder.path().join("out.dcm");
    let output = dcmtk("dcmconv", &["+U8", path.to_str().unwrap(), converted.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let object = open_file(&converted).unwrap();
    let name = object.element_by_name("PatientName").unwrap().to_str().unwrap().into_owned();
    // A value of several names: the first is the one that the index keeps.
    name.split('\\').next().unwrap().to_owned()
}

fn agrees_with_dcmtk(path: &Path, what: &str) {
    let ours = parse(path).facts.patient.name;
    assert_eq!(ours, PersonName::parse(&dcmtk_name(path)), "{what}");
}

/// Not Japanese: Debian builds DCMTK with a library that lacks it. Its examples are unit tests of `charset`.
#[test]
fn names_in_every_character_set_of_the_samples_read_as_dcmtk_reads_them() {
    for name in ["chrX1", "chrX2", "chrI2", "chrKoreanMulti", "chrGreek", "chrRuss", "chrFren"] {
        agrees_with_dcmtk(&sample(&format!("{name}.dcm")), name);
    }
}

#[test]
fn chinese_names_in_every_form_read_as_dcmtk_reads_them() {
    let gbk = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let escaped = |text: &str| -> Vec<u8> {
        let mut bytes = Vec::new();
        for component in text.split_inclusive(['^', '=']) {
            if !component.is_ascii() {
                bytes.extend(b"\x1b$)A");
            }
            bytes.extend(gbk(component));
        }
        bytes
    };
    let folder = tempfile::tempdir().unwrap();
    let names = ["王^小东", "张^小东", "欧阳^娜娜", "Zhang^XiaoDong=张^小东"];
    for name in names {
        for (charset, bytes) in [
            ("GB18030", gbk(name)),
            ("GBK", gbk(name)),
            ("ISO_IR 192", name.as_bytes().to_vec()),
            ("\\ISO 2022 IR 58", escaped(name)),
            ("ISO 2022 IR 6\\ISO 2022 IR 58", escaped(name)),
        ] {
            agrees_with_dcmtk(&file(folder.path(), charset, &bytes), &format!("{name} as {charset}"));
        }
    }
    for name in ["郭^誠", "乗^僜"] {
        agrees_with_dcmtk(&file(folder.path(), "GBK", &gbk(name)), "0x5C as a trail byte in GBK");
        agrees_with_dcmtk(&file(folder.path(), "GB18030", &gbk(name)), "0x5C as a trail byte in GB18030");
    }
    agrees_with_dcmtk(&file(folder.path(), "GB18030", &gbk("𠮷^㐂")), "four bytes");
}

/// The normal form, read by a reader that only knows UTF-8 well, says what DCMTK's conversion says.
#[test]
fn the_normal_form_reads_like_the_conversion_of_dcmtk() {
    for name in [
        "chrX2.dcm",
        "chrI2.dcm",
        "chrGreek.dcm",
        "CT_small.dcm",
        "MR_small_implicit.dcm",
        "MR_small_bigendian.dcm",
        "test-SR.dcm",
        "badVR.dcm",
        "SC_rgb_rle_2frame.dcm",
        "image_dfl.dcm",
        "MR_small_RLE.dcm",
    ] {
        let path = sample(name);
        let folder = tempfile::tempdir().unwrap();
        let converted = folder.path().join("out.dcm");
        let output = dcmtk("dcmconv", &["+U8", path.to_str().unwrap(), converted.to_str().unwrap()]);
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let theirs = open_file(&converted).unwrap();

        let parsed = parse(&path);
        let bytes = std::fs::read(&path).unwrap();
        let data = &bytes[parsed.data_offset as usize..];
        let syntax = &parsed.facts.instance.transfer_syntax;
        let keep = 1 << 20;
        let normal = normalize(data, syntax, Fallback::default(), &Limits::default(), keep).unwrap();
        let reader = dicom_transfer_syntax_registry::entries::EXPLICIT_VR_LITTLE_ENDIAN.erased();
        let ours = dicom_object::InMemDicomObject::read_dataset_with_ts(&normal.data[..], &reader).unwrap();

        for element in theirs.iter() {
            let tag = element.header().tag;
            let pixels = tag.group() == 0x7fe0;
            let noise = tag.element() == 0 || tag.group() == 0xfffc || tag == dicom_core::Tag(0x0008, 0x0005);
            if pixels || noise {
                continue;
            }
            let mine = ours.element(tag).unwrap_or_else(|_| panic!("{name}: {tag} is missing"));
            let (theirs, mine) = (element.value(), mine.value());
            match (theirs.to_str(), mine.to_str()) {
                (Ok(theirs), Ok(mine)) => {
                    assert_eq!(
                        mine.trim_end_matches([' ', '\0']),
                        theirs.trim_end_matches([' ', '\0']),
                        "{name}: {tag}"
                    );
                }
                (theirs, mine) => assert_eq!(mine.is_ok(), theirs.is_ok(), "{name}: {tag}"),
            }
        }
    }
}

/// A sequence item may declare its own character set, and inherits the outer one when it does not.
#[test]
fn items_have_their_own_character_set_or_that_around_them() {
    for name in ["chrSQEncoding.dcm", "chrSQEncoding1.dcm"] {
        let bytes = std::fs::read(sample(name)).unwrap();
        let container = imaging::header::meta::read(&bytes).unwrap();
        let syntax = container.transfer_syntax.unwrap();
        let data = &bytes[container.data_offset..];
        let normal = normalize(data, &syntax, Fallback::default(), &Limits::default(), 4096).unwrap();
        let text = String::from_utf8_lossy(&normal.data);
        assert!(text.contains("ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"), "{name}: {text:?}");
    }
}

/// Standard elements of each VR that the character set applies to, in the order of their tags.
const TEXTS: [(u32, &str); 22] = [
    (0x0008_0050, "SH"),
    (0x0008_0080, "LO"),
    (0x0008_0081, "ST"),
    (0x0008_0090, "PN"),
    (0x0008_0119, "UC"),
    (0x0008_1010, "SH"),
    (0x0008_1030, "LO"),
    (0x0008_103e, "LO"),
    (0x0008_1050, "PN"),
    (0x0008_1070, "PN"),
    (0x0008_2111, "ST"),
    (0x0010_0010, "PN"),
    (0x0010_0020, "LO"),
    (0x0010_1001, "PN"),
    (0x0010_1040, "LO"),
    (0x0010_21b0, "LT"),
    (0x0010_4000, "LT"),
    (0x0018_1030, "LO"),
    (0x0020_0010, "SH"),
    (0x0032_1032, "PN"),
    (0x0040_0280, "ST"),
    (0x0040_a160, "UT"),
];

/// Random Chinese texts (xorshift), of the characters that a form can carry.
struct Texts {
    state: u64,
    repertoire: Vec<char>,
}

impl Texts {
    fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state % end as u64) as usize
    }

    fn word(&mut self, most: usize) -> String {
        let length = 1 + self.below(most);
        let places: Vec<usize> = (0..length).map(|_| self.below(self.repertoire.len())).collect();
        places.into_iter().map(|place| self.repertoire[place]).collect()
    }

    fn of(&mut self, vr: &str) -> String {
        match vr {
            "PN" => {
                let name = format!("{}^{}", self.word(2), self.word(2));
                match self.below(4) {
                    0 => name,
                    1 => name + "\\Li^Si",
                    2 => format!("Zhang^XiaoDong={name}"),
                    _ => format!("Zhang^XiaoDong={name}={}", self.word(1)),
                }
            }
            "SH" | "LO" | "UC" if self.below(3) == 0 => format!("{}\\CT {}", self.word(4), self.word(3)),
            "ST" | "LT" | "UT" => format!("{}\r\n5% {} a", self.word(12), self.word(9)),
            _ => self.word(6),
        }
    }
}

/// Code extensions as PS3.5 §6.1.2.5.3 wants them: announced again behind every delimiter.
fn announced(text: &str, vr: &str) -> Vec<u8> {
    let delimiters: &[char] = match vr {
        "PN" => &['^', '=', '\\'],
        "ST" | "LT" | "UT" => &['\n'],
        _ => &['\\'],
    };
    let mut bytes = Vec::new();
    for part in text.split_inclusive(delimiters) {
        if !part.is_ascii() {
            bytes.extend(b"\x1b$)A");
        }
        bytes.extend(encoding_rs::GBK.encode(part).0.as_ref());
    }
    bytes
}

/// Hundreds of texts of every VR in every form that devices in China write, against DCMTK: the characters of GB 2312, those
/// of GBK with their trail bytes that look like delimiters, and those of GB18030 that take four bytes.
#[test]
fn a_corpus_of_chinese_texts_of_every_vr_and_form_reads_as_dcmtk_reads_it() {
    let two_bytes = |leads: std::ops::RangeInclusive<u8>, trails: &[u8]| -> Vec<char> {
        let pairs = leads.flat_map(|lead| trails.iter().map(move |trail| [lead, *trail]));
        pairs
            .filter_map(|pair| {
                let text = encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(&pair)?;
                text.chars().next().filter(|c| imaging::text::name::is_han(*c))
            })
            .collect()
    };
    let upper: Vec<u8> = (0xa1..=0xfe).collect();
    let simple = two_bytes(0xb0..=0xf7, &upper);
    // 0x5C, 0x5E, 0x3D cannot be (they begin at 0x40); 0x40, 0x5C, 0x5E, 0x7C look like @ \ ^ |.
    let tricky = two_bytes(0x81..=0xa0, &[0x40, 0x5c, 0x5e, 0x7c, 0x80, 0xa0, 0xfe]);
    let wide: Vec<char> = ['\u{20087}', '\u{20bb7}', '\u{3402}', '\u{2a6d6}', '㐂', '䶮', '𠮷'].into();
    assert!(simple.len() > 6000 && tricky.len() > 150);
    let all = [simple.clone(), tricky.repeat(20), wide.repeat(200)].concat();
    let gbk = [simple.clone(), tricky.repeat(20)].concat();
    let mut compared = 0;
    for (seed, (charset, repertoire)) in [
        ("GB18030", &all),
        ("GBK", &gbk),
        ("ISO_IR 192", &all),
        ("\\ISO 2022 IR 58", &simple),
        ("ISO 2022 IR 6\\ISO 2022 IR 58", &simple),
    ]
    .into_iter()
    .enumerate()
    {
        let mut texts = Texts { state: 0x9e37_79b9 + seed as u64, repertoire: repertoire.clone() };
        for _ in 0..12 {
            let mut data = Elements::default();
            let class = "1.2.840.10008.5.1.4.1.1.7";
            data.put(0x0008_0005, "CS", charset.as_bytes()).put(0x0008_0016, "UI", class.as_bytes());
            data.put(0x0008_0018, "UI", b"1.2.826.0.1.3680043.9.1");
            let mut written = Vec::new();
            for (tag, vr) in TEXTS {
                let text = texts.of(vr);
                let bytes = match charset {
                    "ISO_IR 192" => text.as_bytes().to_vec(),
                    "GB18030" | "GBK" => encoding_rs::GB18030.encode(&text).0.into_owned(),
                    _ => announced(&text, vr),
                };
                data.put(tag, vr, &bytes);
                written.push((tag, text));
            }
            let folder = tempfile::tempdir().unwrap();
            let (path, converted) = (folder.path().join("in.dcm"), folder.path().join("out.dcm"));
            let file = data.file(class);
            std::fs::write(&path, &file).unwrap();
            let output = dcmtk("dcmconv", &["+U8", path.to_str().unwrap(), converted.to_str().unwrap()]);
            assert!(output.status.success(), "{charset}: {}", String::from_utf8_lossy(&output.stderr));
            let theirs = open_file(&converted).unwrap();
            let container = imaging::header::meta::read(&file).unwrap();
            let data = &file[container.data_offset..];
            let syntax = container.transfer_syntax.unwrap();
            let normal = normalize(data, &syntax, Fallback::default(), &Limits::default(), 1 << 20).unwrap();
            let reader = dicom_transfer_syntax_registry::entries::EXPLICIT_VR_LITTLE_ENDIAN.erased();
            let ours =
                dicom_object::InMemDicomObject::read_dataset_with_ts(&normal.data[..], &reader).unwrap();
            for (tag, text) in written {
                let tag = dicom_core::Tag((tag >> 16) as u16, tag as u16);
                let read = |object: &dicom_object::InMemDicomObject| {
                    object.element(tag).unwrap().to_str().unwrap().trim_end_matches([' ', '\0']).to_owned()
                };
                let (mine, his) = (read(&ours), read(&theirs));
                assert_eq!(mine, text, "{charset} {tag}");
                assert_eq!(mine, his, "{charset} {tag}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 5 * 12 * TEXTS.len());
}
