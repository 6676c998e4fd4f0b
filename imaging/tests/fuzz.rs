//! Changed files, texts, images and ECGs, 25,000 of each: nothing panics, takes much memory, or takes for ever. With
//! `CONSULT_SOAK` a hundred times as many. A failure names its case; `CONSULT_FUZZ=NUMBER` runs that one alone.

#[path = "common/made.rs"]
mod made;
#[path = "common/samples.rs"]
mod samples;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use imaging::ecg;
use imaging::header::{Limits, PatientFacts, StudyFacts, meta, normalize, parse_file};
use imaging::ingest::Render;
use imaging::pictures::Pictures;
use imaging::pixels::{self, Image, View};
use imaging::refusal::Refusal;
use imaging::text::{Charset, Fallback, FuzzyQuery, Kind, NameQuery, PersonName, keys};
use imaging::uid::{StudyUid, TransferSyntaxUid};
use made::Elements;
use samples::sample;

const CASES: u64 = 25_000;
/// No case has more than a few kilobytes to begin with.
const MOST_BYTES: isize = 64 << 20;
const LONGEST: Duration = Duration::from_secs(10);

/// Counts what each thread holds.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    // After the end of a thread nobody counts.
    let _ = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.get())));
    });
}

// SAFETY: all is left to the system's allocator; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Lengths and counts that parsers stumble over.
const AWKWARD: [u32; 10] = [0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_fffe, 0xffff_ffff];

/// Changes one of the originals in one to eight places.
fn change(originals: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = originals[dice.below(originals.len())].clone();
    for _ in 0..=dice.below(8) {
        let at = dice.below(bytes.len());
        let length = (1 + dice.below(16)).min(bytes.len() - at.min(bytes.len()));
        match dice.below(9) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << dice.below(8),
            1 if !bytes.is_empty() => bytes[at] = dice.next() as u8,
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..at + length)),
            4 => {
                let part = bytes[at..at + length].to_vec();
                bytes.splice(at..at, part);
            }
            5 => {
                let random: Vec<u8> = (0..length).map(|_| dice.next() as u8).collect();
                bytes.splice(at..at + length, random);
            }
            6 | 7 => {
                let value = AWKWARD[dice.below(AWKWARD.len())].to_le_bytes();
                let width = [1, 2, 4][dice.below(3)];
                let end = (at + width).min(bytes.len());
                bytes[at..end].copy_from_slice(&value[..end - at]);
            }
            _ => {
                let other = &originals[dice.below(originals.len())];
                let from = dice.below(other.len());
                let to = (from + 1 + dice.below(64)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
        }
    }
    bytes
}

/// Runs every case of a target; `run` gets the changed bytes and dice for what else it needs.
fn fuzz(target: &str, originals: &[Vec<u8>], run: impl Fn(&[u8], &mut Dice)) {
    let only: Option<u64> =
        std::env::var("CONSULT_FUZZ").ok().map(|number| number.parse().expect("a number"));
    let times = if std::env::var_os("CONSULT_SOAK").is_some() { 100 } else { 1 };
    let cases = only.map_or(0..CASES * times, |number| number..number + 1);
    for case in cases {
        let mut dice = Dice(case.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let bytes = change(originals, &mut dice);
        let before = HELD.with(Cell::get);
        PEAK.with(|peak| peak.set(before));
        let began = Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(|| run(&bytes, &mut dice)));
        let peak = PEAK.with(Cell::get) - before;
        assert!(ended.is_ok(), "{target}: CONSULT_FUZZ={case} panics");
        assert!(peak <= MOST_BYTES, "{target}: CONSULT_FUZZ={case} takes {peak} bytes for {}", bytes.len());
        assert!(began.elapsed() < LONGEST, "{target}: CONSULT_FUZZ={case} takes {:?}", began.elapsed());
    }
}

/// dicom-rs reads this sequence of unknown VR in another way than we do, and would take gigabytes for a length that it
/// finds in it.
#[test]
fn a_file_that_other_readers_misread_takes_no_memory() {
    let mut bytes = std::fs::read(sample("UN_sequence.dcm")).unwrap();
    let mut uids = Elements::default();
    uids.put(0x0008_0016, "UI", b"1.2.840.10008.5.1.4.1.1.2").put(0x0008_0018, "UI", b"1.2.3");
    uids.put(0x0020_000d, "UI", b"1.2.4").put(0x0020_000e, "UI", b"1.2.5");
    bytes.extend(uids.0);
    parse_file(Cursor::new(&bytes), bytes.len() as u64, &Limits::default(), Fallback::default()).unwrap();
    let before = HELD.with(Cell::get);
    PEAK.with(|peak| peak.set(before));
    assert_eq!(pixels::frame_of_file(&bytes, 0).map(|_| ()), Err(pixels::PixelError::NoPixelData));
    assert_eq!(Pictures.jpeg(&bytes, 128), None);
    let peak = PEAK.with(Cell::get) - before;
    assert!(peak < 1 << 20, "{peak} bytes");
}

/// The length of the element lies behind its item, where anything may stand.
#[test]
fn an_element_that_begins_in_the_last_bytes_of_its_item_takes_no_memory() {
    let mut data = vec![0x00, 0x54, 0x00, 0x01, b'S', b'Q', 0, 0, 16, 0, 0, 0];
    data.extend([0xfe, 0xff, 0x00, 0xe0, 8, 0, 0, 0]);
    data.extend([0x00, 0x54, 0x10, 0x10, b'O', b'B', 0, 0]);
    data.extend([0xff, 0xff, 0xff, 0x2f, 0, 0, 0, 0]);
    let explicit = TransferSyntaxUid::parse("1.2.840.10008.1.2.1").unwrap();
    let before = HELD.with(Cell::get);
    PEAK.with(|peak| peak.set(before));
    let refused = normalize(&data, &explicit, Fallback::default(), &Limits::default(), u32::MAX);
    assert_eq!(refused, Err(Refusal::Truncated));
    let peak = PEAK.with(Cell::get) - before;
    assert!(peak < 1 << 20, "{peak} bytes");
}

fn files(names: &[&str]) -> Vec<Vec<u8>> {
    names.iter().map(|name| std::fs::read(sample(name)).unwrap()).collect()
}

#[test]
fn changed_files_are_parsed_or_refused() {
    let originals = files(&[
        "chrSQEncoding.dcm",
        "chrX2.dcm",
        "chrKoreanMulti.dcm",
        "nested_priv_SQ.dcm",
        "UN_sequence.dcm",
        "badVR.dcm",
        "meta_missing_tsyntax.dcm",
        "no_meta_group_length.dcm",
        "ExplVR_LitEndNoMeta.dcm",
        "image_dfl.dcm",
        "rtdose_rle_1frame.dcm",
        "SC_rgb_rle_2frame.dcm",
        "test-SR.dcm",
    ]);
    fuzz("files", &originals, |bytes, _| {
        let limits = Limits::default();
        let parsed = parse_file(Cursor::new(bytes), bytes.len() as u64, &limits, Fallback::default());
        let container = meta::read(bytes);
        if let (Ok(parsed), Some(container)) = (parsed, container) {
            let facts = &parsed.facts.instance;
            for number in [0, facts.frames / 2, facts.frames] {
                let _ = facts.frame_index.frame(number);
            }
            let data = &bytes[container.data_offset..];
            let syntax = &facts.transfer_syntax;
            if let Ok(normal) = normalize(data, syntax, Fallback::default(), &limits, 4096) {
                let explicit = dicom_transfer_syntax_registry::entries::EXPLICIT_VR_LITTLE_ENDIAN.erased();
                let _ = dicom_object::InMemDicomObject::read_dataset_with_ts(&normal.data[..], &explicit);
                assert!(normal.left_out.iter().all(|left| !left.path().is_empty()));
            }
            if let Ok(file) = pixels::File::read(bytes, &limits) {
                let _ = file.frame(0);
            }
        }
    });
}

#[test]
fn changed_texts_are_decoded_and_searched_by() {
    let gbk = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let originals = vec![
        gbk("欧阳^娜娜"),
        gbk("郑^伟=乗^僜\\𠮷^㐂"),
        b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=".to_vec(),
        b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B".to_vec(),
        "Wang^XiaoDong=王^小东=Lü".as_bytes().to_vec(),
        b"*\xcd\xf5?*^\xd0\xa1*".to_vec(),
        "尉迟*恭\u{10ffff}\u{d7ff}".as_bytes().to_vec(),
    ];
    let declared: [&[u8]; 9] = [
        b"",
        b"ISO_IR 192",
        b"GB18030",
        b"\\ISO 2022 IR 58",
        b"\\ISO 2022 IR 87\\ISO 2022 IR 159",
        b"ISO_IR 13\\ISO 2022 IR 149",
        b"ISO_IR 100",
        b"ISO_IR 166",
        b"\\\\\xff ISO 2022",
    ];
    fuzz("texts", &originals, |bytes, dice| {
        let charset = Charset::new(Some(declared[dice.below(declared.len())]), Fallback::default());
        for kind in [Kind::Name, Kind::Short, Kind::Long] {
            charset.decode(bytes, kind);
        }
        let text = charset.decode(bytes, Kind::Name);
        let name = PersonName::parse(&text);
        let other = PersonName::parse(&charset.decode(&originals[dice.below(originals.len())], Kind::Name));
        assert_eq!(name.agrees_with(&other), other.agrees_with(&name));
        let patient = PatientFacts { name, local_id: text.clone(), ..PatientFacts::default() };
        keys(&patient, &StudyFacts::new(StudyUid::parse("1.2").unwrap()));
        if let Some(query) = NameQuery::new(&text) {
            query.drive();
        }
        FuzzyQuery::new(&text);
    });
}

/// The pixels of a small file, and what describes them.
fn encoded(name: &str) -> (Image, Vec<u8>) {
    let file = dicom_object::open_file(sample(name)).unwrap();
    let image = Image::read(&file, file.meta().transfer_syntax(), 0).unwrap();
    let element = file.element(dicom_dictionary_std::tags::PIXEL_DATA).unwrap();
    let bytes = match element.fragments() {
        Some(fragments) => fragments[0].clone(),
        None => element.to_bytes().unwrap().into_owned(),
    };
    (image, bytes)
}

#[test]
fn changed_pixels_are_decoded_or_refused() {
    for name in [
        "MR_small_RLE.dcm",
        "rtdose_rle_1frame.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "MR_small_jp2klossless.dcm",
        "SC_jpeg_no_color_transform.dcm",
    ] {
        let (image, original) = encoded(name);
        // What is slow to decode is decoded fewer times; together they are as many as of the other targets.
        let share = [original];
        fuzz_share(name, 5, &share, |bytes| {
            if let Ok(frame) = pixels::decode(&image, bytes, 0) {
                assert_eq!(frame.bytes.len(), image.frame_bytes());
                let _ = pixels::draw(&image, &frame, View { size: Some((32, 32)), ..View::default() });
            }
        });
    }
}

/// One of `parts` of the cases.
fn fuzz_share(target: &str, parts: u64, originals: &[Vec<u8>], run: impl Fn(&[u8])) {
    let counter = Cell::new(0_u64);
    let all = std::env::var_os("CONSULT_FUZZ").is_some();
    fuzz(target, originals, |bytes, _| {
        counter.set(counter.get() + 1);
        if all || counter.get().is_multiple_of(parts) {
            run(bytes);
        }
    });
}

#[test]
fn changed_jpegs_of_12_bits_are_decoded_or_refused() {
    let (mut image, mut stream) = encoded("JPGExtended.dcm");
    // Smaller, so that thousands take seconds: the first blocks of the same data.
    let frame = stream.windows(2).position(|pair| pair == [0xff, 0xc1]).unwrap();
    (image.rows, image.columns) = (24, 32);
    stream[frame + 5..frame + 9].copy_from_slice(&[0, 24, 0, 32]);
    let scan = stream.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    stream.truncate(scan + 1500);
    assert!(pixels::decode(&image, &stream, 0).is_ok());
    fuzz("jpeg of 12 bits", &[stream], |bytes, _| {
        if let Ok(frame) = pixels::decode(&image, bytes, 0) {
            assert_eq!(frame.bytes.len(), image.frame_bytes());
        }
    });
}

fn items(of: &mut Elements, tag: u32, items: &[Elements]) {
    let mut value = Vec::new();
    for Elements(item) in items {
        value.extend([0xfe, 0xff, 0x00, 0xe0]);
        value.extend((item.len() as u32).to_le_bytes());
        value.extend(item);
    }
    of.put(tag, "SQ", &value);
}

/// Three seconds of two leads.
fn small_ecg() -> Vec<u8> {
    let channel = |code: &str| {
        let coded = |value: &str, scheme: &str| {
            let mut code = Elements::default();
            code.put(0x0008_0100, "SH", value.as_bytes()).put(0x0008_0102, "SH", scheme.as_bytes());
            code.put(0x0008_0104, "LO", b"text");
            code
        };
        let mut channel = Elements::default();
        items(&mut channel, 0x003a_0208, &[coded(code, "MDC")]);
        channel.put(0x003a_0210, "DS", b"2.5");
        items(&mut channel, 0x003a_0211, &[coded("uV", "UCUM")]);
        channel.put(0x003a_0212, "DS", b"1");
        channel.put(0x003a_0213, "DS", b"0").put(0x003a_0220, "DS", b"0.05");
        channel
    };
    let samples: Vec<u8> = (0..600_i32)
        .flat_map(|at| {
            let spike = if (at % 160) < 8 { 400 - 50 * (at % 160) } else { (at * 7) % 11 };
            [spike as i16, -spike as i16 / 2]
        })
        .flat_map(i16::to_le_bytes)
        .collect();
    let mut group = Elements::default();
    group.put(0x003a_0004, "CS", b"ORIGINAL").put(0x003a_0005, "US", &2_u16.to_le_bytes());
    group.put(0x003a_0010, "UL", &600_u32.to_le_bytes()).put(0x003a_001a, "DS", b"200");
    items(&mut group, 0x003a_0200, &[channel("2:1"), channel("2:2")]);
    group.put(0x5400_1004, "US", &16_u16.to_le_bytes()).put(0x5400_1006, "CS", b"SS");
    group.put(0x5400_1010, "OW", &samples);
    let class = "1.2.840.10008.5.1.4.1.1.9.1.2";
    let mut data = Elements::default();
    data.put(0x0008_0016, "UI", class.as_bytes()).put(0x0008_0018, "UI", b"1.2.826.0.1.3680043.9.1");
    data.put(0x0020_000d, "UI", b"1.2.3").put(0x0020_000e, "UI", b"1.2.4");
    items(&mut data, 0x5400_0100, &[group]);
    data.file(class)
}

#[test]
fn changed_ecgs_are_measured_and_drawn_or_refused() {
    let original = small_ecg();
    let decoded = ecg::decode_file(&original, Fallback::default(), &Limits::default()).unwrap();
    assert_eq!(ecg::measure(&decoded).r_peaks.len(), 4);
    fuzz("ecg", &[original], |bytes, _| {
        if let Ok(decoded) = ecg::decode_file(bytes, Fallback::default(), &Limits::default()) {
            let measured = ecg::measure(&decoded);
            assert!(measured.r_peaks.iter().all(|peak| *peak < decoded.len()));
            assert!(
                [measured.qt_ms, measured.pr_ms, measured.axis].iter().flatten().all(|ms| ms.is_finite())
            );
            let paper = ecg::Paper::default();
            if decoded.duration_s() < 60.0 {
                ecg::svg(&ecg::lay_out(&decoded, paper));
            }
            ecg::samples(&decoded);
        }
    });
}
