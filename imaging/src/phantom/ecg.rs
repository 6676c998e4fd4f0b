//! A 12-lead ECG of ten seconds at 500 Hz: sinus rhythm, normal intervals, a little noise and breathing.
//!
//! Leads I, II and V1–V6 are drawn from tables of waves; the other four follow from I and II exactly
//! (Einthoven, Goldberger), so that a reader who checks I + III = II finds it true to the rounding.

use super::noise::Noise;
use super::part10::{self, DataSet, Identification};
use super::{File, Person, Visit, uid};

/// The rate that the annotations of the file state, in beats per minute.
pub const ECG_HEART_RATE: u32 = 72;
/// The leads in the order of the file.
pub const ECG_LEADS: [&str; 12] = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"];

const CLASS: &str = "1.2.840.10008.5.1.4.1.1.9.1.1";
const HZ: f64 = 500.0;
const SAMPLES: usize = 5000;
/// µV for one step of a sample.
const STEP_UV: f64 = 2.5;
/// Codes of CID 3001 in the order of [`ECG_LEADS`].
const LEAD_CODES: [&str; 12] =
    ["2:1", "2:2", "2:61", "2:62", "2:63", "2:64", "2:3", "2:4", "2:5", "2:6", "2:7", "2:8"];

/// A wave: center and width (one deviation) in seconds from the R peak.
struct Wave {
    center: f64,
    width: f64,
}

const WAVES: [Wave; 5] = [
    Wave { center: -0.168, width: 0.022 }, // P
    Wave { center: -0.026, width: 0.009 }, // Q
    Wave { center: 0.0, width: 0.011 },    // R
    Wave { center: 0.028, width: 0.010 },  // S
    Wave { center: 0.250, width: 0.042 },  // T
];

/// Amplitudes of P, Q, R, S, T in µV for I, II and V1–V6.
const AMPLITUDES: [[f64; 5]; 8] = [
    [70.0, -60.0, 700.0, -90.0, 200.0],    // I
    [130.0, -80.0, 1150.0, -160.0, 300.0], // II
    [50.0, 0.0, 220.0, -850.0, -80.0],     // V1
    [60.0, 0.0, 420.0, -1350.0, 420.0],    // V2
    [65.0, 0.0, 800.0, -900.0, 480.0],     // V3
    [70.0, -40.0, 1350.0, -500.0, 430.0],  // V4
    [70.0, -80.0, 1400.0, -220.0, 350.0],  // V5
    [65.0, -80.0, 1100.0, -110.0, 260.0],  // V6
];

/// Measurements the file carries: code of PS3.16 (MDC), meaning, value, unit.
const MEASUREMENTS: [(&str, &str, u32, &str, &str); 5] = [
    ("2:16016", "Ventricular Heart Rate", ECG_HEART_RATE, "{H.B.}/min", "beats per minute"),
    ("2:15872", "PR interval global", 162, "ms", "millisecond"),
    ("2:16156", "QRS duration global", 90, "ms", "millisecond"),
    ("2:16160", "QT interval global", 384, "ms", "millisecond"),
    ("2:15876", "QTc interval global", 421, "ms", "millisecond"),
];

/// A 12-lead ECG waveform object of 126 KB.
pub fn ecg(seed: u64, person: &Person<'_>, visit: &Visit<'_>) -> File {
    let study = uid(seed, "ecg study");
    let series = uid(seed, "ecg series");
    let instance = uid(seed, "ecg instance");

    let mut out = part10::open_file(CLASS, &instance, 2 * 12 * SAMPLES + 8192);
    part10::identification(
        &mut out,
        visit,
        &Identification {
            class: CLASS,
            instance: &instance,
            image_type: None,
            modality: "ECG",
            series_description: "12-lead ECG",
            model: "ECG phantom",
        },
    );
    part10::patient(&mut out, person, visit.charset);
    out.text(0x0018_1000, b"LO", "1");
    out.text(0x0018_1020, b"LO", "1");
    out.text(0x0020_000d, b"UI", &study);
    out.text(0x0020_000e, b"UI", &series);
    out.text(0x0020_0010, b"SH", "1");
    out.text(0x0020_0011, b"IS", "1");
    out.text(0x0020_0013, b"IS", "1");
    // Acquisition context is of type 2 for this object: nothing was recorded about it.
    out.sequence(0x0040_0555, Vec::new());
    out.sequence(0x0040_b020, annotations());

    let mut group = DataSet::with_capacity(2 * 12 * SAMPLES + 4096);
    group.text(0x003a_0004, b"CS", "ORIGINAL");
    group.us(0x003a_0005, 12);
    group.ul(0x003a_0010, SAMPLES as u32);
    group.text(0x003a_001a, b"DS", "500");
    group.text(0x003a_0020, b"SH", "RHYTHM");
    group.sequence(0x003a_0200, channels());
    group.us(0x5400_1004, 16);
    group.text(0x5400_1006, b"CS", "SS");
    group.words(0x5400_1010, trace(seed).into_iter());
    out.sequence(0x5400_0100, vec![group]);

    File { study_uid: study, series_uid: series, instance_uid: instance, bytes: out.into_bytes() }
}

fn channels() -> Vec<DataSet> {
    LEAD_CODES
        .iter()
        .zip(ECG_LEADS)
        .map(|(code, lead)| {
            let mut channel = DataSet::default();
            channel.code(0x003a_0208, code, "MDC", &format!("Lead {lead}"));
            channel.text(0x003a_0210, b"DS", &STEP_UV.to_string());
            channel.code(0x003a_0211, "uV", "UCUM", "microvolt");
            channel.text(0x003a_0212, b"DS", "1");
            channel.text(0x003a_0213, b"DS", "0");
            channel.text(0x003a_0215, b"DS", "0");
            channel.us(0x003a_021a, 16);
            channel.text(0x003a_0220, b"DS", "0.05");
            channel.text(0x003a_0221, b"DS", "150");
            channel
        })
        .collect()
}

fn annotations() -> Vec<DataSet> {
    MEASUREMENTS
        .iter()
        .map(|(code, meaning, value, unit, unit_meaning)| {
            let mut item = DataSet::default();
            item.code(0x0040_08ea, unit, "UCUM", unit_meaning);
            item.code(0x0040_a043, code, "MDC", meaning);
            // Channel 0 of group 1: the whole multiplex group (PS3.3 C.10.10.1.1), here of two words.
            item.append(&[0x40, 0x00, 0xb0, 0xa0, b'U', b'S', 4, 0, 1, 0, 0, 0]);
            item.us(0x0040_a180, 1);
            item.text(0x0040_a30a, b"DS", &value.to_string());
            item
        })
        .collect()
}

/// Samples of all leads, interleaved as (5400,1010) wants them.
fn trace(seed: u64) -> Vec<i16> {
    let mut noise = Noise::new(seed ^ 0xec6);
    let mut beats = Vec::new();
    let mut at = 0.35 + 0.2 * noise.unit();
    while at < SAMPLES as f64 / HZ + 0.5 {
        beats.push(at);
        // Breathing and chance change the distance by a few hundredths of a second.
        at += 60.0 / f64::from(ECG_HEART_RATE) * (1.0 + 0.025 * (at * 1.6).sin() + 0.008 * noise.normal());
    }
    let phase: Vec<f64> = (0..8).map(|_| noise.unit() * std::f64::consts::TAU).collect();

    let mut samples = Vec::with_capacity(12 * SAMPLES);
    for index in 0..SAMPLES {
        let time = index as f64 / HZ;
        let mut leads = [0.0; 8];
        for beat in &beats {
            let from_peak = time - beat;
            if !(-0.4..0.6).contains(&from_peak) {
                continue;
            }
            for (wave, shape) in WAVES.iter().enumerate() {
                let distance = (from_peak - shape.center) / shape.width;
                let height = (-0.5 * distance * distance).exp();
                for (lead, amplitudes) in leads.iter_mut().zip(&AMPLITUDES) {
                    *lead += amplitudes[wave] * height;
                }
            }
        }
        for (lead, phase) in leads.iter_mut().zip(&phase) {
            *lead += 18.0 * (time * 1.6 + phase).sin() + 5.0 * noise.normal();
        }
        // Rounded before the others are derived, so that the sums hold in what is stored.
        let steps = leads.map(|uv| (uv / STEP_UV).round());
        let [one, two, v @ ..] = steps;
        let limbs = [one, two, two - one, -(one + two) / 2.0, one - two / 2.0, two - one / 2.0];
        samples.extend(limbs.iter().chain(&v).map(|step| step.round() as i16));
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lead_two_is_the_sum_of_one_and_three() {
        for frame in trace(3).chunks_exact(12) {
            assert_eq!(frame[0] + frame[2], frame[1]);
        }
    }

    #[test]
    fn the_r_waves_come_at_the_rate_that_the_file_states() {
        let trace = trace(5);
        let two: Vec<f64> = trace.chunks_exact(12).map(|frame| f64::from(frame[1]) * STEP_UV).collect();
        let peaks = (1..two.len() - 1)
            .filter(|i| {
                two[*i] > 800.0 && (i.saturating_sub(50)..(i + 50).min(two.len())).all(|j| two[j] <= two[*i])
            })
            .count();
        assert!((11..=13).contains(&peaks), "{peaks} beats in 10 s");
    }
}
