//! The samples of an ECG as bytes for a page: 16-bit little endian, lead after lead, and what one step is worth.

use super::Ecg;

/// Value × `scale_uv` = µV. A value of −32768 means that nothing was recorded there.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    pub scale_uv: f64,
    /// Samples of each lead.
    pub samples: usize,
    /// `leads × samples × 2` bytes.
    pub bytes: Vec<u8>,
}

/// Packs an ECG. Lossless when every lead has the file's own step and the values fit in 16 bits.
pub fn samples(ecg: &Ecg) -> Samples {
    let largest = ecg
        .leads
        .iter()
        .flat_map(|lead| &lead.microvolts)
        .filter(|uv| uv.is_finite())
        .fold(0.0_f64, |largest, uv| largest.max(f64::from(uv.abs())));
    let scale_uv = ecg.step_uv.max(largest / 32767.0);
    let mut bytes = Vec::with_capacity(ecg.leads.len() * ecg.len() * 2);
    for uv in ecg.leads.iter().flat_map(|lead| &lead.microvolts) {
        let value = if uv.is_finite() {
            (f64::from(*uv) / scale_uv).round().clamp(-32767.0, 32767.0) as i16
        } else {
            i16::MIN
        };
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    Samples { scale_uv, samples: ecg.len(), bytes }
}
