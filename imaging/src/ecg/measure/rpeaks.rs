//! Where the R waves are. Two running means of the energy between 8 and 20 Hz (Elgendi 2013, PLoS ONE 8(9) e73557), over
//! all leads together, each counting by how much its complexes stand out.

use super::super::Ecg;
use super::filter::{bridged, high_pass, low_pass, quantile, running_mean};

/// The longest that a QRS complex usually is, and about a beat, in seconds.
const COMPLEX_S: f64 = 0.097;
const BEAT_S: f64 = 0.611;
/// The heart is refractory for longer.
const SHORTEST_RR_S: f64 = 0.24;

/// Samples of the R peaks in the first `length`, in order.
pub(super) fn find(ecg: &Ecg, length: usize) -> Vec<usize> {
    let hz = ecg.sampling_hz;
    let samples = |seconds: f64| ((seconds * hz) as usize).max(1);
    let Some((energy, clearest)) = energy(ecg, length) else { return Vec::new() };
    let complex = running_mean(&energy, samples(COMPLEX_S));
    let beat = running_mean(&energy, samples(BEAT_S));
    // An artifact must not raise the threshold of everything else.
    let most = quantile(energy.iter().copied(), 0.98);
    let mean = energy.iter().map(|value| f64::from(value.min(most))).sum::<f64>() / energy.len() as f64;
    let offset = (0.08 * mean) as f32;
    let mut peaks: Vec<(usize, f32)> = Vec::new();
    let mut at = 0;
    while at < length {
        if complex[at] <= beat[at] + offset {
            at += 1;
            continue;
        }
        let end = (at..length).find(|i| complex[*i] <= beat[*i] + offset).unwrap_or(length);
        if end - at >= samples(0.6 * COMPLEX_S)
            && let Some(peak) = (at..end).max_by(|a, b| complex[*a].total_cmp(&complex[*b]))
        {
            peaks.push((peak, complex[peak]));
        }
        at = end;
    }
    if peaks.is_empty() {
        return Vec::new();
    }
    peaks = without_lesser(peaks, samples(SHORTEST_RR_S), samples(0.36));
    look_again(&mut peaks, &complex, samples(0.2));
    let peaks: Vec<usize> = peaks.into_iter().map(|(at, _)| at).collect();
    on_the_curve(ecg, clearest, length, &peaks)
}

/// The energy of all leads, and the lead in which complexes stand out most.
fn energy(ecg: &Ecg, length: usize) -> Option<(Vec<f32>, usize)> {
    let independent = ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"];
    let of_twelve = |name: &str| independent.contains(&name);
    let few = ecg.leads.iter().filter(|lead| of_twelve(&lead.name)).count() < 2;
    let mut energy = vec![0.0_f32; length];
    let mut clearest: Option<(usize, f32)> = None;
    for (index, lead) in ecg.leads.iter().enumerate().filter(|(_, lead)| few || of_twelve(&lead.name)) {
        let Some(values) = bridged(&lead.microvolts[..length]) else { continue };
        let band = low_pass(&high_pass(&values, 8.0, ecg.sampling_hz), 20.0, ecg.sampling_hz);
        let high = quantile(band.iter().map(|value| value.abs()), 0.98);
        let usual = quantile(band.iter().map(|value| value.abs()), 0.5);
        // Nothing but the noise of an amplifier.
        if high < 5.0 {
            continue;
        }
        // Of normal noise 3.4; of complexes that stand out more than ten.
        let clear = (high / usual.max(0.01) - 3.0).clamp(0.05, 20.0);
        for (sum, value) in energy.iter_mut().zip(&band) {
            // Bounded, so that a single jolt is no more than a few complexes.
            *sum += clear * (value / high).powi(2).min(6.0);
        }
        let prominence = clear * high;
        if clearest.is_none_or(|(_, most)| prominence > most) {
            clearest = Some((index, prominence));
        }
    }
    clearest.map(|(lead, _)| (energy, lead))
}

/// Of two that are nearer than a heart can beat the larger stays; so does it of a large one and a small one soon after,
/// which is its T wave; and what is far smaller than its neighbors is none.
fn without_lesser(peaks: Vec<(usize, f32)>, shortest: usize, t_wave: usize) -> Vec<(usize, f32)> {
    let mut kept: Vec<(usize, f32)> = Vec::with_capacity(peaks.len());
    for (at, height) in peaks {
        match kept.last_mut() {
            Some(last) if at - last.0 < shortest => {
                if height > last.1 {
                    *last = (at, height);
                }
            }
            Some(last) if at - last.0 < t_wave && height < 0.25 * last.1 => {}
            _ => kept.push((at, height)),
        }
    }
    let heights: Vec<f32> = kept.iter().map(|(_, height)| *height).collect();
    let usual = |index: usize| {
        let around = &heights[index.saturating_sub(5)..(index + 6).min(heights.len())];
        quantile(around.iter().copied(), 0.5)
    };
    kept.iter()
        .enumerate()
        .filter(|(i, (_, height))| *height > 0.06 * usual(*i))
        .map(|(_, peak)| *peak)
        .collect()
}

/// Where a beat seems to be missing, a lower threshold finds it if it is there.
fn look_again(peaks: &mut Vec<(usize, f32)>, complex: &[f32], margin: usize) {
    let distances = peaks.windows(2).map(|pair| (pair[1].0 - pair[0].0) as f32);
    let usual = quantile(distances, 0.5);
    let height = quantile(peaks.iter().map(|(_, height)| *height), 0.5);
    let mut found = Vec::new();
    for pair in peaks.windows(2) {
        let (from, to) = (pair[0].0 + margin, pair[1].0.saturating_sub(margin));
        if usual <= 0.0 || ((pair[1].0 - pair[0].0) as f32) < 1.66 * usual || from >= to {
            continue;
        }
        let best = (from..to).max_by(|a, b| complex[*a].total_cmp(&complex[*b]));
        // A slope down from a neighbor is no peak.
        if let Some(at) = best.filter(|at| complex[*at] > 0.2 * height && *at > from && *at + 1 < to) {
            found.push((at, complex[at]));
        }
    }
    peaks.extend(found);
    peaks.sort_unstable_by_key(|(at, _)| *at);
}

/// From a peak of energy to that of the curve in the clearest lead: of R where most complexes point up, else of S.
fn on_the_curve(ecg: &Ecg, lead: usize, length: usize, peaks: &[usize]) -> Vec<usize> {
    let Some(values) = bridged(&ecg.leads[lead].microvolts[..length]) else { return Vec::new() };
    let curve = low_pass(&high_pass(&values, 1.0, ecg.sampling_hz), 40.0, ecg.sampling_hz);
    let near = (0.07 * ecg.sampling_hz) as usize;
    let range = |at: usize| at.saturating_sub(near)..(at + near + 1).min(length);
    let extreme =
        |at: usize, sign: f32| range(at).max_by(|a, b| (sign * curve[*a]).total_cmp(&(sign * curve[*b])));
    let height = |at: usize, sign: f32| extreme(at, sign).map_or(0.0, |at| sign * curve[at]);
    let up = quantile(peaks.iter().map(|at| height(*at, 1.0)), 0.5);
    let down = quantile(peaks.iter().map(|at| height(*at, -1.0)), 0.5);
    let sign = if down > 1.5 * up { -1.0 } else { 1.0 };
    let mut found: Vec<usize> = peaks.iter().filter_map(|at| extreme(*at, sign)).collect();
    found.dedup();
    found
}
