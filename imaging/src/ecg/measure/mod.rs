//! Measures an ECG: R peaks, rate, intervals, corrected QT, axis, and how far the recording can be trusted.
//!
//! Pure arithmetic on microvolts. What comes out is for reference only: it is no diagnosis, replaces no device's own
//! measurements, and whoever shows it says so. What cannot be measured well is left out rather than guessed.

mod axis;
mod beat;
mod delineate;
mod filter;
mod qtc;
mod rpeaks;

use serde::Serialize;

use super::Ecg;

pub use qtc::Qtc;

/// Seconds that are measured of a longer recording.
const LONGEST_S: f64 = 3600.0;
/// Sampling rates below cannot show a QRS complex.
const LEAST_HZ: f64 = 100.0;

/// Measurements for reference only.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// Always true: no rendering may leave it out.
    pub reference_only: bool,
    /// Samples at which the R waves have their peaks (or, where they have none, the S waves).
    pub r_peaks: Vec<usize>,
    /// Beats per minute, from the mean distance of all R peaks.
    pub heart_rate: Option<f64>,
    /// The mean distance of R peaks in ms.
    pub rr_ms: Option<f64>,
    /// From the first beginning of the P wave in any lead to that of the QRS complex, in ms.
    pub pr_ms: Option<f64>,
    pub qrs_ms: Option<f64>,
    pub qt_ms: Option<f64>,
    pub qtc: Option<Qtc>,
    /// Of the QRS complex in the frontal plane, −180 to 180 degrees.
    pub axis: Option<f64>,
    pub quality: Quality,
}

/// What stands behind the measurements.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quality {
    pub grade: Grade,
    /// Beats whose mean was measured; others differ in form, come early or are cut off.
    pub beats_used: usize,
    /// What is left of single beats beside their mean, as µV root mean square of all leads.
    pub noise_uv: f64,
    /// Share of the samples that the device did not record.
    pub gaps: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    Good,
    /// Rate and rhythm can be relied on, intervals less.
    Fair,
    /// Nothing here can be relied on.
    Poor,
}

/// Measures the first hour of a recording.
pub fn measure(ecg: &Ecg) -> Measured {
    let length = ecg.len().min((LONGEST_S * ecg.sampling_hz) as usize);
    let mut measured = Measured {
        reference_only: true,
        r_peaks: Vec::new(),
        heart_rate: None,
        rr_ms: None,
        pr_ms: None,
        qrs_ms: None,
        qt_ms: None,
        qtc: None,
        axis: None,
        quality: Quality { grade: Grade::Poor, beats_used: 0, noise_uv: 0.0, gaps: gaps(ecg, length) },
    };
    if ecg.sampling_hz < LEAST_HZ || (length as f64) < ecg.sampling_hz {
        return measured;
    }
    measured.r_peaks = rpeaks::find(ecg, length);
    let distances: Vec<f64> = measured.r_peaks.windows(2).map(|pair| (pair[1] - pair[0]) as f64).collect();
    if distances.is_empty() {
        return measured;
    }
    let rr_s = distances.iter().sum::<f64>() / distances.len() as f64 / ecg.sampling_hz;
    measured.rr_ms = Some(rr_s * 1000.0);
    measured.heart_rate = Some(60.0 / rr_s);

    let Some(beat) = beat::mean(ecg, length, &measured.r_peaks) else { return measured };
    measured.quality.beats_used = beat.count;
    measured.quality.noise_uv = beat.noise_uv;
    measured.quality.grade = grade(&measured.quality, &beat);
    if measured.quality.grade == Grade::Poor {
        (measured.rr_ms, measured.heart_rate) = (None, None);
        return measured;
    }
    let marks = delineate::delineate(&beat);
    let ms = |from: usize, to: usize| (to - from) as f64 / beat.hz * 1000.0;
    if let Some((on, off)) = marks.qrs {
        measured.qrs_ms = Some(ms(on, off));
        measured.pr_ms = marks.p_on.map(|p_on| ms(p_on, on));
        measured.qt_ms = marks.t_off.map(|t_off| ms(on, t_off));
        measured.axis = axis::frontal(ecg, &beat, (on, off));
    }
    measured.qtc = measured.qt_ms.map(|qt_ms| Qtc::of(qt_ms, rr_s * 1000.0));
    measured
}

fn gaps(ecg: &Ecg, length: usize) -> f64 {
    let missing = |values: &[f32]| values[..length].iter().filter(|uv| !uv.is_finite()).count();
    let all = ecg.leads.iter().map(|lead| missing(&lead.microvolts)).sum::<usize>();
    all as f64 / (length * ecg.leads.len()).max(1) as f64
}

fn grade(quality: &Quality, beat: &beat::Beat) -> Grade {
    let share = beat.noise_uv / beat.height_uv.max(1.0);
    match quality {
        Quality { beats_used: 0 | 1, .. } => Grade::Poor,
        Quality { gaps, .. } if *gaps > 0.25 => Grade::Poor,
        _ if share > 0.5 || beat.resembles < 0.6 => Grade::Poor,
        Quality { beats_used: 2, .. } => Grade::Fair,
        Quality { gaps, .. } if *gaps > 0.02 => Grade::Fair,
        _ if share > 0.12 || beat.resembles < 0.85 => Grade::Fair,
        _ => Grade::Good,
    }
}
