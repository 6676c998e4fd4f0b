//! What a data set says about its image: the pixel module, the modality transform, windows and palettes.
//!
//! Read once per instance; multi-frame functional groups (PS3.3 C.7.6.16) are looked up for the asked frame.

use dicom_core::value::Value;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::tables::{Table, palette, table};
use super::{MAX_FRAME_BYTES, PixelError};

/// Description of an image, for one frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    pub transfer_syntax: String,
    pub rows: usize,
    pub columns: usize,
    pub frames: usize,
    pub samples: usize,
    pub bits_allocated: usize,
    pub bits_stored: usize,
    pub signed: bool,
    /// Samples are IEEE 754 numbers of 32 or 64 bits (PS3.3 C.7.6.24, C.7.6.25).
    pub float: bool,
    pub photometric: Photometric,
    /// Colors lie plane after plane (0028,0006).
    pub planar: bool,
    /// Stored value × slope + intercept = the modality's unit, such as HU.
    pub slope: f64,
    pub intercept: f64,
    pub(super) modality_lut: Option<Table>,
    /// The file's own windows, in the modality's unit.
    pub windows: Vec<Window>,
    pub(super) voi_lut: Option<Table>,
    pub(super) palette: Option<[Table; 3]>,
    /// Presentation LUT Shape is INVERSE.
    pub(super) inverse: bool,
    /// The first and last stored value that mean "nothing here".
    pub(super) padding: Option<(i64, i64)>,
}

/// Photometric interpretation (PS3.3 C.7.6.3.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Photometric {
    Monochrome1,
    Monochrome2,
    Palette,
    Rgb,
    YbrFull,
    YbrFull422,
    YbrPartial422,
    /// The reversible or irreversible transform of JPEG 2000, which its decoder undoes.
    YbrOfJpeg2000,
}

/// A window (PS3.3 C.11.2.1.2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    pub center: f64,
    pub width: f64,
    pub shape: WindowShape,
}

/// How a window maps values to gray.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowShape {
    Linear,
    LinearExact,
    Sigmoid,
}

impl Image {
    /// Reads the description for frame `frame`, counted from 0. Pixel data itself may be absent from `object`.
    pub fn read(object: &InMemDicomObject, transfer_syntax: &str, frame: usize) -> Result<Self, PixelError> {
        let required = |tag| integer(object, tag).ok_or(PixelError::NoPixelData);
        let rows = required(tags::ROWS)? as usize;
        let columns = required(tags::COLUMNS)? as usize;
        let bits_allocated = required(tags::BITS_ALLOCATED)? as usize;
        let samples = integer(object, tags::SAMPLES_PER_PIXEL).unwrap_or(1) as usize;
        let bits_stored = integer(object, tags::BITS_STORED).map_or(bits_allocated, |bits| bits as usize);
        let frames = integer(object, tags::NUMBER_OF_FRAMES).filter(|n| *n > 0).unwrap_or(1) as usize;
        let photometric = photometric(object, samples)?;
        if rows == 0 || columns == 0 {
            return Err(PixelError::NoPixelData);
        }
        let float = is_float(object, bits_allocated);
        let known = matches!(bits_allocated, 1 | 8 | 16 | 32) || float;
        if !known || bits_stored == 0 || bits_stored > bits_allocated {
            return Err(PixelError::Unsupported);
        }
        let expected = if photometric.is_color() { 3 } else { 1 };
        if samples != expected || (samples == 3 && bits_allocated == 1) {
            return Err(PixelError::Unsupported);
        }
        let bytes =
            rows.checked_mul(columns).and_then(|n| n.checked_mul(samples * bits_allocated.div_ceil(8)));
        if bytes.is_none_or(|bytes| bytes > MAX_FRAME_BYTES) {
            return Err(PixelError::TooLarge);
        }
        if frame >= frames {
            return Err(PixelError::NoSuchFrame);
        }

        let signed = integer(object, tags::PIXEL_REPRESENTATION) == Some(1);
        let transform =
            functional(object, frame, tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE).unwrap_or(object);
        let voi = functional(object, frame, tags::FRAME_VOILUT_SEQUENCE).unwrap_or(object);
        Ok(Self {
            transfer_syntax: transfer_syntax.trim_end_matches(['\0', ' ']).to_owned(),
            rows,
            columns,
            frames,
            samples,
            bits_allocated,
            bits_stored,
            signed,
            float,
            photometric,
            planar: integer(object, tags::PLANAR_CONFIGURATION) == Some(1),
            slope: decimals(transform, tags::RESCALE_SLOPE)
                .first()
                .copied()
                .filter(|s| *s != 0.0)
                .unwrap_or(1.0),
            intercept: decimals(transform, tags::RESCALE_INTERCEPT).first().copied().unwrap_or(0.0),
            modality_lut: first_item(object, tags::MODALITY_LUT_SEQUENCE)
                .and_then(|item| table(item, tags::LUT_DESCRIPTOR, tags::LUT_DATA, signed)),
            windows: windows(voi),
            voi_lut: first_item(voi, tags::VOILUT_SEQUENCE)
                .and_then(|item| table(item, tags::LUT_DESCRIPTOR, tags::LUT_DATA, signed)),
            palette: match photometric {
                Photometric::Palette => Some(palette(object)?),
                _ => None,
            },
            inverse: text(object, tags::PRESENTATION_LUT_SHAPE).as_deref() == Some("INVERSE"),
            padding: padding(object),
        })
    }

    /// Bytes of a frame in native encoding, before chroma subsampling.
    pub fn frame_bytes(&self) -> usize {
        self.rows * self.columns * self.samples * self.bits_allocated.div_ceil(8)
    }

    /// The element that holds the plain samples in explicit VR, and its VR (PS3.5 A.2).
    pub fn element(&self) -> (Tag, VR) {
        match (self.float, self.bits_allocated) {
            (true, 32) => (tags::FLOAT_PIXEL_DATA, VR::OF),
            (true, _) => (tags::DOUBLE_FLOAT_PIXEL_DATA, VR::OD),
            (false, 0..=8) => (tags::PIXEL_DATA, VR::OB),
            (false, _) => (tags::PIXEL_DATA, VR::OW),
        }
    }

    pub(super) fn pixels(&self) -> usize {
        self.rows * self.columns
    }
}

impl Photometric {
    pub fn is_color(self) -> bool {
        !matches!(self, Photometric::Monochrome1 | Photometric::Monochrome2 | Photometric::Palette)
    }

    pub fn is_monochrome(self) -> bool {
        matches!(self, Photometric::Monochrome1 | Photometric::Monochrome2)
    }
}

/// Numbers of 32 or 64 bits have no bits stored (PS3.3 C.7.6.24), and an element of their own where that is here.
fn is_float(object: &InMemDicomObject, bits_allocated: usize) -> bool {
    let has = |tag| object.get(tag).is_some();
    match bits_allocated {
        32 => has(tags::FLOAT_PIXEL_DATA) || !(has(tags::PIXEL_DATA) || has(tags::BITS_STORED)),
        64 => has(tags::DOUBLE_FLOAT_PIXEL_DATA) || !(has(tags::PIXEL_DATA) || has(tags::BITS_STORED)),
        _ => false,
    }
}

fn photometric(object: &InMemDicomObject, samples: usize) -> Result<Photometric, PixelError> {
    match text(object, tags::PHOTOMETRIC_INTERPRETATION).as_deref() {
        Some("MONOCHROME1") => Ok(Photometric::Monochrome1),
        Some("MONOCHROME2") => Ok(Photometric::Monochrome2),
        Some("PALETTE COLOR") => Ok(Photometric::Palette),
        Some("RGB") => Ok(Photometric::Rgb),
        Some("YBR_FULL") => Ok(Photometric::YbrFull),
        Some("YBR_FULL_422") => Ok(Photometric::YbrFull422),
        Some("YBR_PARTIAL_422" | "YBR_PARTIAL_420") => Ok(Photometric::YbrPartial422),
        Some("YBR_ICT" | "YBR_RCT") => Ok(Photometric::YbrOfJpeg2000),
        // Old devices leave it out.
        None if samples == 1 => Ok(Photometric::Monochrome2),
        None if samples == 3 => Ok(Photometric::Rgb),
        Some(_) | None => Err(PixelError::Unsupported),
    }
}

fn windows(object: &InMemDicomObject) -> Vec<Window> {
    let shape = match text(object, tags::VOILUT_FUNCTION).as_deref() {
        Some("LINEAR_EXACT") => WindowShape::LinearExact,
        Some("SIGMOID") => WindowShape::Sigmoid,
        Some(_) | None => WindowShape::Linear,
    };
    let centers = decimals(object, tags::WINDOW_CENTER);
    let widths = decimals(object, tags::WINDOW_WIDTH);
    centers
        .into_iter()
        .zip(widths)
        .filter(|(center, width)| center.is_finite() && width.is_finite() && *width > 0.0)
        .map(|(center, width)| Window { center, width, shape })
        .collect()
}

fn padding(object: &InMemDicomObject) -> Option<(i64, i64)> {
    let value = integer(object, tags::PIXEL_PADDING_VALUE)?;
    let limit = integer(object, tags::PIXEL_PADDING_RANGE_LIMIT).unwrap_or(value);
    Some((value.min(limit), value.max(limit)))
}

/// A macro of the functional groups: the frame's own, or the shared one.
fn functional(object: &InMemDicomObject, frame: usize, tag: Tag) -> Option<&InMemDicomObject> {
    let own = items(object, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).and_then(|groups| groups.get(frame));
    let shared = first_item(object, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE);
    [own, shared].into_iter().flatten().find_map(|group| first_item(group, tag))
}

fn items(object: &InMemDicomObject, tag: Tag) -> Option<&[InMemDicomObject]> {
    match object.get(tag)?.value() {
        Value::Sequence(sequence) => Some(sequence.items()),
        Value::Primitive(_) | Value::PixelSequence(_) => None,
    }
}

fn first_item(object: &InMemDicomObject, tag: Tag) -> Option<&InMemDicomObject> {
    items(object, tag)?.first()
}

fn text(object: &InMemDicomObject, tag: Tag) -> Option<String> {
    let value = object.get(tag)?.to_str().ok()?;
    let value = value.split('\\').next()?.trim_matches([' ', '\0']);
    (!value.is_empty()).then(|| value.to_owned())
}

/// The first value of a binary or decimal number.
fn integer(object: &InMemDicomObject, tag: Tag) -> Option<i64> {
    object.get(tag)?.to_str().ok()?.split('\\').next()?.trim_matches([' ', '\0']).parse().ok()
}

fn decimals(object: &InMemDicomObject, tag: Tag) -> Vec<f64> {
    let Some(text) = object.get(tag).and_then(|element| element.to_str().ok()) else { return Vec::new() };
    text.split('\\').filter_map(|number| number.trim_matches([' ', '\0']).parse().ok()).collect()
}
