//! Electrocardiograms: DICOM waveforms become one [`Ecg`] in microvolts, are laid out in millimeters, drawn as SVG
//! and handed to a page as samples.
//!
//! Pure. Does not know where files are kept. Annotations are what the file states; what is measured here is in
//! [`Measured`], and for reference only.

mod decode;
mod file;
mod layout;
mod lead;
mod measure;
mod samples;
mod svg;
mod thumbnail;

pub use decode::decode;
pub use file::decode_file;
pub use layout::{Arrangement, Label, Paper, Sheet, Trace, Underlay, lay_out, lay_under};
pub use measure::{Grade, Measured, Qtc, Quality, measure};
pub use samples::{Samples, samples};
pub use svg::{svg, svg_over};
pub use thumbnail::thumbnail;

/// A recording: leads of equal length, taken at the same time.
#[derive(Clone, Debug, PartialEq)]
pub struct Ecg {
    pub sampling_hz: f64,
    /// In the order that readers expect: I, II, III, aVR, aVL, aVF, V1–V6, then others as in the file.
    pub leads: Vec<Lead>,
    /// Local time as the device wrote it, `YYYY-MM-DDTHH:MM:SS[.ffffff][+ZZ:ZZ]`.
    pub acquired_at: Option<String>,
    pub annotations: Vec<Annotation>,
    /// What the device wrote in words, such as its interpretation: in the file's order.
    pub statements: Vec<String>,
    /// The finest step between two values that the file can express, in µV.
    pub step_uv: f64,
}

/// One lead.
#[derive(Clone, Debug, PartialEq)]
pub struct Lead {
    /// `I`, `aVR`, `V1`, …; what the file calls it when it is none of the twelve.
    pub name: String,
    /// One value per sample; NaN where the device recorded nothing.
    pub microvolts: Vec<f32>,
    pub filter: Filter,
}

/// Filters that the device applied, in Hz.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Filter {
    pub low_hz: Option<f64>,
    pub high_hz: Option<f64>,
    pub notch_hz: Option<f64>,
}

/// A measurement that the file states.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// `heart_rate`, `rr`, `pp`, `p`, `pr`, `qrs`, `qt`, `qtc`, `p_axis`, `qrs_axis`, `t_axis`.
    pub name: &'static str,
    pub value: f64,
    /// A UCUM unit: `ms`, `/min`, `deg`.
    pub unit: String,
}

impl Ecg {
    /// Samples of each lead.
    pub fn len(&self) -> usize {
        self.leads.first().map_or(0, |lead| lead.microvolts.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn duration_s(&self) -> f64 {
        self.len() as f64 / self.sampling_hz
    }

    pub fn lead(&self, name: &str) -> Option<&Lead> {
        self.leads.iter().find(|lead| lead.name == name)
    }
}

/// Why a file gives no ECG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EcgError {
    /// There is no waveform of electrocardiographic leads in it.
    NoWaveform,
    /// The waveform contradicts itself: lengths, numbers of channels, or a sample format that is not defined.
    Invalid,
    /// A channel does not say what a sample is worth; a trace of unknown scale must not be shown.
    Uncalibrated,
    /// More than a day of twelve leads.
    TooLarge,
}

impl EcgError {
    pub fn code(self) -> &'static str {
        match self {
            EcgError::NoWaveform => "imaging.no-waveform",
            EcgError::Invalid => "imaging.waveform-invalid",
            EcgError::Uncalibrated => "imaging.waveform-uncalibrated",
            EcgError::TooLarge => "imaging.too-large",
        }
    }
}

impl std::fmt::Display for EcgError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            EcgError::NoWaveform => "the file holds no ECG waveform",
            EcgError::Invalid => "the waveform contradicts itself",
            EcgError::Uncalibrated => "the waveform does not say what a sample is worth",
            EcgError::TooLarge => "the waveform is too long",
        })
    }
}

impl std::error::Error for EcgError {}
