//! From a stored file to an [`Ecg`]: the one place here that knows of files, encodings and character sets.

use crate::header::{Limits, meta, normalize};
use crate::text::Fallback;

use super::{Ecg, EcgError, decode};

/// Decodes the ECG of a Part 10 file with its texts in the right character set.
pub fn decode_file(part10: &[u8], fallback: Fallback, limits: &Limits) -> Result<Ecg, EcgError> {
    let container = meta::read(part10).ok_or(EcgError::NoWaveform)?;
    let syntax = container.transfer_syntax.ok_or(EcgError::NoWaveform)?;
    let data = &part10[container.data_offset..];
    // Waveforms are what would be left out as bulk: keep all.
    let normal = normalize(data, &syntax, fallback, limits, u32::MAX).map_err(|_| EcgError::Invalid)?;
    let explicit = dicom_transfer_syntax_registry::entries::EXPLICIT_VR_LITTLE_ENDIAN.erased();
    let object = dicom_object::InMemDicomObject::read_dataset_with_ts(&normal.data[..], &explicit)
        .map_err(|_| EcgError::Invalid)?;
    decode(&object)
}
