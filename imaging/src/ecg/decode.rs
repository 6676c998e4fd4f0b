//! From a DICOM waveform object (PS3.3 C.10.9: 12-lead, general and ambulatory ECG) to an [`Ecg`].
//!
//! A file may hold several multiplex groups, such as ten seconds of rhythm and one median beat; the ECG is the
//! group with the most samples over all channels. Called with the parsed data set; reads no file itself.

use dicom_core::Tag;
use dicom_core::value::Value;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::{Annotation, Ecg, EcgError, Filter, Lead, lead};

/// A day of twelve leads at 500 Hz.
const MAX_VALUES: usize = 12 * 500 * 86_400;
const MAX_CHANNELS: usize = 256;

/// Decodes the ECG in a data set whose texts have been decoded, as those of [`crate::header::normalize`] have.
///
/// Errors: no waveform of leads, contradictions, no calibration, too long.
pub fn decode(object: &InMemDicomObject) -> Result<Ecg, EcgError> {
    let groups = items(object, tags::WAVEFORM_SEQUENCE).ok_or(EcgError::NoWaveform)?;
    let mut best: Option<Ecg> = None;
    let mut failure = EcgError::NoWaveform;
    for group in groups {
        match decode_group(group) {
            Ok(ecg) => {
                let size = |ecg: &Ecg| ecg.leads.len() * ecg.len();
                if best.as_ref().is_none_or(|best| size(&ecg) > size(best)) {
                    best = Some(ecg);
                }
            }
            Err(EcgError::NoWaveform) => {}
            Err(error) => failure = error,
        }
    }
    let mut ecg = best.ok_or(failure)?;
    ecg.acquired_at = acquired_at(object);
    for annotation in items(object, tags::WAVEFORM_ANNOTATION_SEQUENCE).unwrap_or(&[]) {
        if let Some(words) = string(annotation, tags::UNFORMATTED_TEXT_VALUE) {
            ecg.statements.push(words);
        }
        if let Some(measurement) = measurement(annotation)
            && !ecg.annotations.iter().any(|known| known.name == measurement.name)
        {
            ecg.annotations.push(measurement);
        }
    }
    add_heart_rate(&mut ecg.annotations);
    Ok(ecg)
}

/// Many devices state the RR interval only.
fn add_heart_rate(annotations: &mut Vec<Annotation>) {
    if annotations.iter().any(|a| a.name == "heart_rate") {
        return;
    }
    if let Some(rr) = annotations.iter().find(|a| a.name == "rr" && a.unit == "ms" && a.value > 0.0) {
        let value = (60_000.0 / rr.value).round();
        annotations.insert(0, Annotation { name: "heart_rate", value, unit: "/min".to_owned() });
    }
}

fn decode_group(group: &InMemDicomObject) -> Result<Ecg, EcgError> {
    let channels = number::<usize>(group, tags::NUMBER_OF_WAVEFORM_CHANNELS).ok_or(EcgError::Invalid)?;
    let count = number::<usize>(group, tags::NUMBER_OF_WAVEFORM_SAMPLES).ok_or(EcgError::Invalid)?;
    let sampling_hz = number::<f64>(group, tags::SAMPLING_FREQUENCY).ok_or(EcgError::Invalid)?;
    let definitions = items(group, tags::CHANNEL_DEFINITION_SEQUENCE).ok_or(EcgError::Invalid)?;
    if channels == 0
        || count == 0
        || channels != definitions.len()
        || !(1.0..=100_000.0).contains(&sampling_hz)
    {
        return Err(EcgError::Invalid);
    }
    if channels > MAX_CHANNELS || channels.saturating_mul(count) > MAX_VALUES {
        return Err(EcgError::TooLarge);
    }

    let format = Format::of(group)?;
    let data = group.get(tags::WAVEFORM_DATA).ok_or(EcgError::Invalid)?;
    let bytes = data.value().to_bytes().map_err(|_| EcgError::Invalid)?;
    let frame = channels * format.bytes();
    if bytes.len() < frame * count {
        return Err(EcgError::Invalid);
    }
    let padding = padding(group, format);

    let mut leads = Vec::new();
    let mut step_uv = f64::INFINITY;
    for (index, definition) in definitions.iter().enumerate() {
        // Channels that carry no voltage (respiration, pressure) are not leads.
        let Some(scale) = Scale::of(definition)? else { continue };
        let microvolts = bytes
            .chunks_exact(frame)
            .take(count)
            .map(|frame| {
                let value = format.read(&frame[index * format.bytes()..]);
                if Some(value) == padding {
                    f32::NAN
                } else {
                    (value as f64 * scale.step_uv + scale.offset_uv) as f32
                }
            })
            .collect();
        step_uv = step_uv.min(scale.step_uv.abs());
        leads.push(Lead { name: lead_name(definition), microvolts, filter: filter(definition) });
    }
    if leads.is_empty() {
        return Err(EcgError::NoWaveform);
    }
    // Stable: what is none of the twelve keeps the file's order, after them.
    leads.sort_by_key(|l: &Lead| {
        lead::TWELVE.iter().position(|(name, _)| *name == l.name).unwrap_or(usize::MAX)
    });
    Ok(Ecg {
        sampling_hz,
        leads,
        acquired_at: None,
        annotations: Vec::new(),
        statements: Vec::new(),
        step_uv,
    })
}

/// How a sample is written: (5400,1004) and (5400,1006).
#[derive(Clone, Copy)]
enum Format {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
}

impl Format {
    fn of(group: &InMemDicomObject) -> Result<Self, EcgError> {
        let bits: u32 = number(group, tags::WAVEFORM_BITS_ALLOCATED).ok_or(EcgError::Invalid)?;
        let interpretation = string(group, tags::WAVEFORM_SAMPLE_INTERPRETATION).ok_or(EcgError::Invalid)?;
        // MB and AB (µ-law, A-law) are for audio.
        match (bits, interpretation.trim()) {
            (8, "SB") => Ok(Format::I8),
            (8, "UB") => Ok(Format::U8),
            (16, "SS") => Ok(Format::I16),
            (16, "US") => Ok(Format::U16),
            (32, "SL") => Ok(Format::I32),
            (32, "UL") => Ok(Format::U32),
            _ => Err(EcgError::Invalid),
        }
    }

    fn bytes(self) -> usize {
        match self {
            Format::I8 | Format::U8 => 1,
            Format::I16 | Format::U16 => 2,
            Format::I32 | Format::U32 => 4,
        }
    }

    /// Reads one sample from the beginning of `bytes`, which holds at least one.
    fn read(self, bytes: &[u8]) -> i64 {
        match self {
            Format::I8 => i64::from(bytes[0] as i8),
            Format::U8 => i64::from(bytes[0]),
            Format::I16 => i64::from(i16::from_le_bytes([bytes[0], bytes[1]])),
            Format::U16 => i64::from(u16::from_le_bytes([bytes[0], bytes[1]])),
            Format::I32 => i64::from(i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])),
            Format::U32 => i64::from(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])),
        }
    }
}

/// Sensitivity, correction and baseline of a channel (PS3.3 C.10.9.1.4.2) in µV.
struct Scale {
    step_uv: f64,
    offset_uv: f64,
}

impl Scale {
    /// `None` when the channel's unit is not a voltage.
    fn of(channel: &InMemDicomObject) -> Result<Option<Self>, EcgError> {
        let sensitivity: f64 = number(channel, tags::CHANNEL_SENSITIVITY).ok_or(EcgError::Uncalibrated)?;
        let unit = items(channel, tags::CHANNEL_SENSITIVITY_UNITS_SEQUENCE)
            .and_then(|items| items.first())
            .and_then(|code| string(code, tags::CODE_VALUE))
            .ok_or(EcgError::Uncalibrated)?;
        let to_uv = match unit.trim() {
            "nV" => 1e-3,
            "uV" | "\u{b5}V" | "\u{3bc}V" => 1.0,
            "mV" => 1e3,
            "V" => 1e6,
            _ => return Ok(None),
        };
        let correction = number(channel, tags::CHANNEL_SENSITIVITY_CORRECTION_FACTOR).unwrap_or(1.0);
        let baseline: f64 = number(channel, tags::CHANNEL_BASELINE).unwrap_or(0.0);
        let scale = Self { step_uv: sensitivity * correction * to_uv, offset_uv: baseline * to_uv };
        if !scale.step_uv.is_finite() || scale.step_uv == 0.0 || !scale.offset_uv.is_finite() {
            return Err(EcgError::Uncalibrated);
        }
        Ok(Some(scale))
    }
}

fn padding(group: &InMemDicomObject, format: Format) -> Option<i64> {
    let bytes = group.get(tags::WAVEFORM_PADDING_VALUE)?.value().to_bytes().ok()?;
    (bytes.len() >= format.bytes()).then(|| format.read(&bytes))
}

fn lead_name(channel: &InMemDicomObject) -> String {
    let source = items(channel, tags::CHANNEL_SOURCE_SEQUENCE).and_then(|items| items.first());
    let of_code = |tag| source.and_then(|code| string(code, tag)).unwrap_or_default();
    let called = match of_code(tags::CODE_MEANING) {
        meaning if meaning.is_empty() => string(channel, tags::CHANNEL_LABEL).unwrap_or_default(),
        meaning => meaning,
    };
    lead::name(&of_code(tags::CODING_SCHEME_DESIGNATOR), &of_code(tags::CODE_VALUE), &called)
}

fn filter(channel: &InMemDicomObject) -> Filter {
    // Zero is written for "none".
    let hz = |tag| number(channel, tag).filter(|hz: &f64| *hz > 0.0);
    Filter {
        low_hz: hz(tags::FILTER_LOW_FREQUENCY),
        high_hz: hz(tags::FILTER_HIGH_FREQUENCY),
        notch_hz: hz(tags::NOTCH_FILTER_FREQUENCY),
    }
}

fn measurement(annotation: &InMemDicomObject) -> Option<Annotation> {
    let concept = items(annotation, tags::CONCEPT_NAME_CODE_SEQUENCE)?.first()?;
    let part = |tag| string(concept, tag).unwrap_or_default();
    let name = lead::measurement(
        &part(tags::CODING_SCHEME_DESIGNATOR),
        &part(tags::CODE_VALUE),
        &part(tags::CODE_MEANING),
    )?;
    let value: f64 = number(annotation, tags::NUMERIC_VALUE)?;
    // Devices write zero for what they could not measure; an axis may be zero.
    if !value.is_finite() || (value == 0.0 && !name.ends_with("axis")) {
        return None;
    }
    let unit = items(annotation, tags::MEASUREMENT_UNITS_CODE_SEQUENCE)
        .and_then(|items| items.first())
        .and_then(|code| string(code, tags::CODE_VALUE))
        .unwrap_or_default();
    let unit = match unit.as_str() {
        "{H.B.}/min" | "bpm" | "{beats}/min" | "1/min" => "/min".to_owned(),
        _ => unit,
    };
    Some(Annotation { name, value, unit })
}

fn acquired_at(object: &InMemDicomObject) -> Option<String> {
    let whole = string(object, tags::ACQUISITION_DATE_TIME).filter(|text| text.len() >= 14);
    let text = whole.or_else(|| {
        [(tags::CONTENT_DATE, tags::CONTENT_TIME), (tags::STUDY_DATE, tags::STUDY_TIME)].iter().find_map(
            |(date, time)| {
                let (date, time) = (string(object, *date)?, string(object, *time)?);
                (date.len() == 8 && time.len() >= 6).then(|| date + &time)
            },
        )
    })?;
    let (digits, rest) = text.split_at_checked(14)?;
    if !digits.bytes().all(|b| b.is_ascii_digit())
        || !rest.bytes().all(|b| b.is_ascii_digit() || b"+-.".contains(&b))
    {
        return None;
    }
    let (fraction, zone) = rest.find(['+', '-']).map_or((rest, ""), |at| rest.split_at(at));
    let zone = if zone.len() == 5 { format!("{}:{}", &zone[..3], &zone[3..]) } else { String::new() };
    let d = |range| &digits[range];
    Some(format!(
        "{}-{}-{}T{}:{}:{}{fraction}{zone}",
        d(0..4),
        d(4..6),
        d(6..8),
        d(8..10),
        d(10..12),
        d(12..14)
    ))
}

fn items(object: &InMemDicomObject, tag: Tag) -> Option<&[InMemDicomObject]> {
    match object.get(tag)?.value() {
        Value::Sequence(sequence) => Some(sequence.items()),
        Value::Primitive(_) | Value::PixelSequence(_) => None,
    }
}

fn string(object: &InMemDicomObject, tag: Tag) -> Option<String> {
    let text = object.get(tag)?.to_str().ok()?;
    let text = text.trim_matches([' ', '\0']);
    (!text.is_empty()).then(|| text.to_owned())
}

/// A binary or decimal number; nothing when absent, empty or out of range.
fn number<T: std::str::FromStr>(object: &InMemDicomObject, tag: Tag) -> Option<T> {
    object.get(tag)?.to_str().ok()?.split('\\').next()?.trim_matches([' ', '\0']).parse().ok()
}
