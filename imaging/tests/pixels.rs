//! Pixels of real files in every encoding, compared with what DCMTK makes of them.

#[path = "common/samples.rs"]
mod samples;

use std::process::Command;

use imaging::phantom::{self, Charset, Person, Visit};
use imaging::pixels::{
    self, Encoding, Frame, Image, Photometric, PixelError, Rectangle, View, Window, WindowShape,
};
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
    assert_eq!(decode("JPGExtended.dcm", 0).map(|_| ()), Err(PixelError::Unsupported));
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
        let file = dicom_object::from_reader(&bytes[..]).expect("a file");
        assert_eq!(pixels::frame_of_file(&file, 0).map(|_| ()), Err(code), "{name}");
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

#[test]
fn a_window_decides_what_is_black_and_white() {
    let (person, visit) = village();
    let slice = phantom::ct(1, &person, &visit).nth(100).expect("the middle slice");
    let file = dicom_object::from_reader(&slice.bytes[..]).expect("a file");
    let (image, frame) = pixels::frame_of_file(&file, 0).expect("pixels");
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
    let file = dicom_object::from_reader(&slice.bytes[..]).expect("a file");
    let (image, frame) = pixels::frame_of_file(&file, 0).expect("pixels");
    let thumbnail = pixels::preview(&image, &frame, pixels::THUMBNAIL).expect("a thumbnail");
    let read = image::load_from_memory(&thumbnail).expect("a JPEG");
    assert_eq!((read.width(), read.height()), (128, 128));
    assert!(thumbnail.starts_with(&[0xff, 0xd8]));

    let picture = pixels::draw(&image, &frame, View::default()).expect("a picture");
    let png = pixels::encode(&picture, Encoding::Png).expect("a PNG");
    assert_eq!(image::load_from_memory(&png).expect("a PNG").to_luma8(), picture.to_luma8());
}

fn decode(name: &str, frame: usize) -> Result<(Image, Frame), PixelError> {
    let file = dicom_object::open_file(sample(name)).expect("a DICOM file");
    pixels::frame_of_file(&file, frame)
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
