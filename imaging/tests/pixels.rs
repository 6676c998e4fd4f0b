//! Pixels of real files in every encoding, compared with what DCMTK makes of them.

#[path = "common/samples.rs"]
mod samples;

use std::process::Command;

use imaging::header::{FrameIndex, Limits, Parsed, Segment, meta, parse_file};
use imaging::ingest::Render;
use imaging::phantom::{self, Charset, Person, Visit};
use imaging::pictures::{self, Pictures};
use imaging::pixels::{
    self, Encoding, Frame, Image, Photometric, PixelError, Rectangle, View, Window, WindowShape,
};
use imaging::text::Fallback;
use imaging::uid::{ClassUid, InstanceUid, TransferSyntaxUid};
use samples::sample;

#[test]
fn one_image_is_the_same_in_every_lossless_encoding() {
    let (_, plain) = decode("MR_small.dcm", 0).expect("pixels");
    for name in [
        "MR_small_RLE.dcm",
        "MR_small_jp2klossless.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "MR_small_bigendian.dcm",
        "MR_small_implicit.dcm",
    ] {
        assert_eq!(decode(name, 0).expect("pixels").1.bytes, plain.bytes, "{name}");
    }
}

#[test]
fn lossless_pixels_are_those_of_dcmtk() {
    for (name, tool, frames) in [
        ("SC_rgb_jpeg_gdcm.dcm", "dcmdjpeg", 1),
        ("SC_rgb_rle_2frame.dcm", "dcmdrle", 2),
        ("rtdose_rle_1frame.dcm", "dcmdrle", 1),
        ("MR_small_RLE.dcm", "dcmdrle", 1),
        ("MR_small_jpeg_ls_lossless.dcm", "dcmdjpls", 1),
        ("image_dfl.dcm", "dcmconv", 1),
    ] {
        let ours: Vec<u8> =
            (0..frames).flat_map(|frame| decode(name, frame).expect("pixels").1.bytes).collect();
        let theirs = by_dcmtk(tool, name);
        assert_eq!(ours, theirs[..ours.len()], "{name}");
    }
}

/// Two decoders of JPEG may round differently: by two before colors are converted, by little on average after.
#[test]
fn lossy_colors_are_those_of_dcmtk_but_for_rounding() {
    for name in ["SC_rgb_dcmtk_+eb+cy+s2.dcm", "SC_jpeg_no_color_transform.dcm"] {
        let (_, frame) = decode(name, 0).expect("pixels");
        assert_eq!(frame.photometric, Photometric::Rgb);
        let theirs = by_dcmtk("dcmdjpeg", name);
        let differences: Vec<u8> = frame.bytes.iter().zip(&theirs).map(|(a, b)| a.abs_diff(*b)).collect();
        let mean = differences.iter().map(|d| f64::from(*d)).sum::<f64>() / differences.len() as f64;
        let large = differences.iter().filter(|d| **d > 6).count();
        assert!(mean <= 1.0 && large * 1000 <= differences.len(), "{name}: mean {mean}, {large} large");
    }
}

#[test]
fn the_12_bits_of_jpeg_extended_are_those_of_dcmtk_but_for_rounding() {
    for name in ["JPGExtended.dcm", "JPEG-lossy.dcm"] {
        let (image, frame) = decode(name, 0).expect("pixels");
        assert_eq!((image.bits_allocated, image.bits_stored), (16, 12));
        let theirs = by_dcmtk("dcmdjpeg", name);
        assert_eq!(frame.bytes.len(), theirs.len());
        let value = |pair: &[u8]| u16::from_le_bytes([pair[0], pair[1]]);
        let pairs = frame.bytes.chunks(2).zip(theirs.chunks(2));
        assert_eq!(pairs.filter(|(a, b)| value(a).abs_diff(value(b)) > 2).count(), 0, "{name}");
        assert!(frame.bytes.chunks(2).map(value).max() > Some(255), "more than eight bits");
    }
}

#[test]
fn subsampled_colors_without_compression_become_rgb() {
    let (image, frame) = decode("SC_ybr_full_422_uncompressed.dcm", 0).expect("pixels");
    assert_eq!(frame.photometric, Photometric::Rgb);
    assert_eq!(frame.bytes.len(), image.rows * image.columns * 3);
    // As pydicom has them: red, green and blue bars from the top.
    let pixel = |row: usize| &frame.bytes[row * 300 + 150..row * 300 + 153];
    assert_eq!(pixel(5), [254, 0, 0]);
}

#[test]
fn what_cannot_be_decoded_says_so() {
    assert_eq!(decode("waveform_ecg.dcm", 0).map(|_| ()), Err(PixelError::NoPixelData));
    assert_eq!(decode("MR_small.dcm", 1).map(|_| ()), Err(PixelError::NoSuchFrame));
}

#[test]
fn a_header_that_promises_more_than_the_bytes_hold_is_refused() {
    for (name, code) in [
        ("MR_small.dcm", PixelError::Invalid),
        ("MR_small_RLE.dcm", PixelError::Invalid),
        ("MR_small_jp2klossless.dcm", PixelError::Invalid),
        ("MR_small_jpeg_ls_lossless.dcm", PixelError::Invalid),
        ("SC_rgb_jpeg_gdcm.dcm", PixelError::Invalid),
    ] {
        let mut bytes = std::fs::read(sample(name)).expect("the file");
        // Rows (0028,0010) US, length 2.
        let element = [0x28, 0x00, 0x10, 0x00, b'U', b'S', 2, 0];
        let at = bytes.windows(8).position(|window| window == element).expect("rows") + 8;
        bytes[at..at + 2].copy_from_slice(&0x7fff_u16.to_le_bytes());
        assert_eq!(pixels::frame_of_file(&bytes, 0).map(|_| ()), Err(code), "{name}");
    }
}

#[test]
fn cut_and_changed_compressed_bytes_never_stop_the_process() {
    for name in [
        "MR_small_RLE.dcm",
        "MR_small_jp2klossless.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "SC_rgb_jpeg_gdcm.dcm",
        "SC_rgb_dcmtk_+eb+cy+s2.dcm",
    ] {
        let file = dicom_object::open_file(sample(name)).expect("a file");
        let image = Image::read(&file, file.meta().transfer_syntax(), 0).expect("an image");
        let element = file.element(dicom_dictionary_std::tags::PIXEL_DATA).expect("pixel data");
        let encoded = element.fragments().expect("fragments")[0].clone();
        for step in 1..40 {
            let cut = &encoded[..encoded.len() * step / 40];
            drop(pixels::decode(&image, cut, 0));
            let mut changed = encoded.clone();
            let at = encoded.len() * step / 41;
            changed[at] ^= 0x55;
            drop(pixels::decode(&image, &changed, 0));
        }
    }
}

/// The head and one frame are enough, whatever the encoding.
#[test]
fn a_frame_comes_from_the_head_of_its_file_and_its_own_bytes() {
    for name in [
        "CT_small.dcm",
        "MR_small_implicit.dcm",
        "MR_small_bigendian.dcm",
        "SC_rgb_rle_2frame.dcm",
        "MR_small_jp2klossless.dcm",
        "JPGExtended.dcm",
        "rtdose_rle_1frame.dcm",
    ] {
        let bytes = std::fs::read(sample(name)).expect("the file");
        let parsed = parse(&bytes);
        let facts = &parsed.facts.instance;
        let start = (parsed.data_offset + facts.frame_index.start().expect("a start")) as usize;
        for number in 0..facts.frames {
            let segments = facts.frame_index.frame(number).expect("a frame");
            let part = |s: &Segment| {
                let from = (parsed.data_offset + s.0) as usize;
                &bytes[from..from + s.1 as usize]
            };
            let encoded: Vec<u8> = segments.iter().flat_map(part).copied().collect();
            let native = matches!(facts.frame_index, FrameIndex::Native { .. });
            let syntax = facts.transfer_syntax.as_str();
            let (_, ours) = pixels::frame_of_head(&bytes[..start], syntax, native, &encoded, number as usize)
                .expect(name);
            assert_eq!(ours, decode(name, number as usize).expect(name).1, "{name} {number}");
        }
    }
}

#[test]
fn a_picture_of_every_size_comes_from_one_decoding() {
    let (person, visit) = village();
    let slice = phantom::ct(1, &person, &visit).next().expect("a slice");
    let parsed = parse(&slice.bytes);
    let facts = &parsed.facts.instance;
    let start = (parsed.data_offset + facts.frame_index.start().expect("a start")) as usize;
    let stored = pictures::Stored {
        head: &slice.bytes[..start],
        transfer_syntax: facts.transfer_syntax.as_str(),
        native: true,
        encoded: &slice.bytes[start..],
        frame: 0,
    };
    let drawn = pictures::of_frame(&stored, &[512, 128]).expect("pictures");
    let whole: Vec<Vec<u8>> =
        [512, 128].iter().map(|edge| Pictures.jpeg(&slice.bytes, *edge).expect("a picture")).collect();
    assert_eq!(drawn, whole);
}

#[test]
fn lossless_jpeg_ls_gives_every_sample_back() {
    for name in [
        "CT_small.dcm",
        "MR_small.dcm",
        "MR_small_bigendian.dcm",
        "JPGExtended.dcm",
        "SC_rgb_rle_2frame.dcm",
        "SC_ybr_full_422_uncompressed.dcm",
        "liver_mr.dcm",
    ] {
        let (mut image, frame) = decode(name, 0).expect("pixels");
        let encoded = pixels::encode_jpeg_ls(&image, &frame).expect("encoded");
        assert!(
            encoded.len() < frame.bytes.len() && encoded.len().is_multiple_of(2),
            "{name}: {}",
            encoded.len()
        );
        image.transfer_syntax = "1.2.840.10008.1.2.4.80".to_owned();
        image.photometric = frame.photometric;
        assert_eq!(pixels::decode(&image, &encoded, 0).expect("decoded"), frame, "{name}");
    }
    let (mut image, mut frame) = decode("CT_small.dcm", 0).expect("pixels");
    image.bits_stored = 12;
    image.signed = true;
    // Something lies above the stored bits.
    frame.bytes[1] = 0x40;
    let encoded = pixels::encode_jpeg_ls(&image, &frame).expect("encoded");
    image.transfer_syntax = "1.2.840.10008.1.2.4.80".to_owned();
    image.bits_stored = 16;
    assert_eq!(pixels::decode(&image, &encoded, 0).expect("decoded").bytes, frame.bytes);
}

#[test]
fn a_ct_slice_is_less_than_half_in_jpeg_ls() {
    let (person, visit) = village();
    let slice = phantom::ct(1, &person, &visit).nth(100).expect("a slice");
    let (image, frame) = pixels::frame_of_file(&slice.bytes, 0).expect("pixels");
    let encoded = pixels::encode_jpeg_ls(&image, &frame).expect("encoded");
    assert!(encoded.len() * 2 < frame.bytes.len(), "{} of {}", encoded.len(), frame.bytes.len());
}

/// 12 bits, color and bits alone, made by hand: the files of others are compared in `tests/interop`.
#[test]
fn floating_point_pixels_and_single_bits_are_read() {
    let float = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let bytes =
        made(&[(0x0028_0100, b"US", &[32, 0])], 0x7fe0_0008, b"OF", &float(&[-1.5, 0.0, f32::NAN, 2.5]));
    let (image, frame) = pixels::frame_of_file(&bytes, 0).expect("pixels");
    assert!(image.float);
    assert_eq!(frame.bytes, float(&[-1.5, 0.0, f32::NAN, 2.5]));
    let picture = pixels::draw(&image, &frame, View::default()).expect("a picture").to_luma8();
    assert_eq!(picture.as_raw(), &[0, 96, 0, 255], "from the least to the most; no number is black");

    let double: Vec<u8> = [1.0_f64, 2.0, 3.0, 4.0].iter().flat_map(|value| value.to_le_bytes()).collect();
    let bytes = made(&[(0x0028_0100, b"US", &[64, 0])], 0x7fe0_0009, b"OD", &double);
    let parsed = parse(&bytes);
    let start = (parsed.data_offset + parsed.facts.instance.frame_index.start().expect("a start")) as usize;
    let head = &bytes[..start];
    let (image, frame) =
        pixels::frame_of_head(head, "1.2.840.10008.1.2.1", true, &bytes[start..], 0).expect("pixels");
    assert_eq!((image.float, frame.bytes), (true, double));

    // Three frames of 16 × 1 bits.
    let attributes: &[(u32, &[u8; 2], &[u8])] = &[
        (0x0028_0008, b"IS", b"3 "),
        (0x0028_0010, b"US", &[1, 0]),
        (0x0028_0011, b"US", &[16, 0]),
        (0x0028_0100, b"US", &[1, 0]),
        (0x0028_0101, b"US", &[1, 0]),
    ];
    let bits = [0x01, 0x80, 0xff, 0x00, 0x0f, 0xf0];
    let bytes = made(attributes, 0x7fe0_0010, b"OB", &bits);
    let parsed = parse(&bytes);
    let facts = &parsed.facts.instance;
    let start = (parsed.data_offset + facts.frame_index.start().expect("a start")) as usize;
    for number in 0..3 {
        let expected: Vec<u8> = (0..16).map(|bit| bits[number * 2 + bit / 8] >> (bit % 8) & 1).collect();
        assert_eq!(pixels::frame_of_file(&bytes, number).expect("pixels").1.bytes, expected);
        let Segment(at, length) = facts.frame_index.frame(number as u32).expect("a frame")[0];
        let from = (parsed.data_offset + at) as usize;
        let alone = &bytes[from..from + length as usize];
        let syntax = facts.transfer_syntax.as_str();
        let (_, frame) = pixels::frame_of_head(&bytes[..start], syntax, true, alone, number).expect("pixels");
        assert_eq!(frame.bytes, expected, "{number} cut out by range");
    }
}

#[test]
fn a_window_decides_what_is_black_and_white() {
    let (person, visit) = village();
    let slice = phantom::ct(1, &person, &visit).nth(100).expect("the middle slice");
    let (image, frame) = pixels::frame_of_file(&slice.bytes, 0).expect("pixels");
    let at = |picture: &image::DynamicImage, x: u32, y: u32| picture.to_luma8().get_pixel(x, y).0[0];

    let own = pixels::draw(&image, &frame, View::default()).expect("a picture");
    assert_eq!((own.width(), own.height()), (512, 512));
    assert_eq!(at(&own, 2, 2), 0, "air is black in a soft tissue window");
    assert!(at(&own, 256, 256) > 180, "the sphere is brighter than tissue");

    let bone = Window { center: 1000.0, width: 400.0, shape: WindowShape::Linear };
    let dark =
        pixels::draw(&image, &frame, View { window: Some(bone), ..View::default() }).expect("a picture");
    assert_eq!(at(&dark, 256, 256), 0);
}

#[test]
fn a_view_is_cut_and_scaled_with_its_proportions_kept() {
    let (image, frame) = decode("MR_small.dcm", 0).expect("pixels");
    let part = Some(Rectangle { left: 0, top: 0, width: 64, height: 32 });
    let view = View { part, size: Some((16, 16)), ..View::default() };
    let picture = pixels::draw(&image, &frame, view).expect("a picture");
    assert_eq!((picture.width(), picture.height()), (16, 8));
    let larger = View { size: Some((128, 500)), enlarge: true, ..View::default() };
    let picture = pixels::draw(&image, &frame, larger).expect("a picture");
    assert_eq!((picture.width(), picture.height()), (128, 128));
    let outside = Some(Rectangle { left: 60, top: 0, width: 5, height: 5 });
    let refused = pixels::draw(&image, &frame, View { part: outside, ..View::default() });
    assert_eq!(refused.map(|_| ()), Err(PixelError::Invalid));
}

#[test]
fn previews_are_jpegs_that_fit_and_png_loses_nothing() {
    let (person, visit) = village();
    let slice = phantom::ct(1, &person, &visit).next().expect("a slice");
    let (image, frame) = pixels::frame_of_file(&slice.bytes, 0).expect("pixels");
    let thumbnail = pixels::preview(&image, &frame, pixels::THUMBNAIL).expect("a thumbnail");
    let read = image::load_from_memory(&thumbnail).expect("a JPEG");
    assert_eq!((read.width(), read.height()), (128, 128));
    assert!(thumbnail.starts_with(&[0xff, 0xd8]));

    let picture = pixels::draw(&image, &frame, View::default()).expect("a picture");
    let png = pixels::encode(&picture, Encoding::Png).expect("a PNG");
    assert_eq!(image::load_from_memory(&png).expect("a PNG").to_luma8(), picture.to_luma8());
}

fn decode(name: &str, frame: usize) -> Result<(Image, Frame), PixelError> {
    pixels::frame_of_file(&std::fs::read(sample(name)).expect("a DICOM file"), frame)
}

/// The pixel data after a tool of DCMTK has made it explicit little endian.
fn by_dcmtk(tool: &str, name: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = folder.path().join("plain.dcm");
    let mut command = Command::new(tool);
    // YBR to RGB by the coded photometric interpretation; for the other tools there is no such option.
    if tool == "dcmconv" {
        command.arg("+te");
    }
    let status = command.arg(sample(name)).arg(&plain).status();
    let status = status.unwrap_or_else(|error| panic!("{tool} (Debian package dcmtk) is needed: {error}"));
    assert!(status.success(), "{tool} {name}");
    let file = dicom_object::open_file(&plain).expect("a DICOM file");
    let element = file.element(dicom_dictionary_std::tags::PIXEL_DATA).expect("pixel data");
    element.value().to_bytes().expect("bytes").into_owned()
}

fn parse(bytes: &[u8]) -> Parsed {
    let (length, limits) = (bytes.len() as u64, Limits::default());
    parse_file(std::io::Cursor::new(bytes), length, &limits, Fallback::default()).expect("a DICOM file")
}

/// A file of 2 × 2 gray pixels in explicit little endian, some of its attributes replaced, in the order of their tags.
fn made(attributes: &[(u32, &[u8; 2], &[u8])], tag: u32, vr: &[u8; 2], pixels: &[u8]) -> Vec<u8> {
    let class = ClassUid::parse("1.2.840.10008.5.1.4.1.1.30").expect("a UID");
    let uid = InstanceUid::parse("1.2.3").expect("a UID");
    let syntax = TransferSyntaxUid::parse("1.2.840.10008.1.2.1").expect("a UID");
    let mut bytes = meta::write(&class, &uid, &syntax);
    let mut all: std::collections::BTreeMap<u32, (&[u8; 2], &[u8])> = [
        (0x0008_0016, (b"UI", &b"1.2.840.10008.5.1.4.1.1.30"[..])),
        (0x0008_0018, (b"UI", b"1.2.3\0")),
        (0x0020_000d, (b"UI", b"1.2.4\0")),
        (0x0020_000e, (b"UI", b"1.2.5\0")),
        (0x0028_0002, (b"US", &[1, 0])),
        (0x0028_0004, (b"CS", b"MONOCHROME2 ")),
        (0x0028_0010, (b"US", &[2, 0])),
        (0x0028_0011, (b"US", &[2, 0])),
    ]
    .into();
    all.extend(attributes.iter().map(|(tag, vr, value)| (*tag, (*vr, *value))));
    let mut element = |tag: u32, vr: &[u8; 2], value: &[u8]| {
        bytes.extend(((tag >> 16) as u16).to_le_bytes());
        bytes.extend((tag as u16).to_le_bytes());
        bytes.extend(vr);
        if vr[0] == b'O' {
            bytes.extend([0, 0]);
            bytes.extend((value.len() as u32).to_le_bytes());
        } else {
            bytes.extend((value.len() as u16).to_le_bytes());
        }
        bytes.extend(value);
    };
    for (tag, (vr, value)) in all {
        element(tag, vr, value);
    }
    element(tag, vr, pixels);
    bytes
}

fn village() -> (Person<'static>, Visit<'static>) {
    (
        Person { name: "李^秀英", patient_id: "V-18", birth_date: "19551123", sex: "F" },
        Visit {
            date: "20260301",
            time: "090000",
            institution: "东沟村卫生室",
            description: "CT",
            charset: Charset::Utf8,
        },
    )
}
