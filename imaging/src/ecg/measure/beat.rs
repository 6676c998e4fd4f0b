//! The mean of the beats that are alike: what intervals are measured on, because noise is less in it.

use super::super::Ecg;
use super::filter::{bridged, low_pass, quantile};

/// The mean beat of each lead.
pub(super) struct Beat {
    pub hz: f64,
    /// In the order of [`Ecg::leads`], in µV from the level before the QRS complex; all of one length. Leads of which
    /// nothing was recorded are flat.
    pub leads: Vec<Vec<f32>>,
    /// Where the R peak lies in them.
    pub r: usize,
    /// Samples from one R peak to the next.
    pub rr: usize,
    pub count: usize,
    /// Root mean square, over leads, of what single beats differ from the mean.
    pub noise_uv: f64,
    /// Largest height of the complex over the leads.
    pub height_uv: f64,
    /// How well the usual single complex resembles the mean, −1 to 1. Noise does not resemble itself.
    pub resembles: f64,
    /// How well the single beats before their complex resemble the mean, −1 to 1: what comes there in each beat.
    pub p_resembles: f64,
}

/// The mean of the usual beats; `None` when fewer than two are whole.
pub(super) fn mean(ecg: &Ecg, length: usize, peaks: &[usize]) -> Option<Beat> {
    let hz = ecg.sampling_hz;
    let samples = |seconds: f64| (seconds * hz).round() as usize;
    let distances: Vec<f32> = peaks.windows(2).map(|pair| (pair[1] - pair[0]) as f32).collect();
    let rr = quantile(distances.iter().copied(), 0.5) as usize;
    let before = samples(0.42).min(rr * 6 / 10);
    let after = samples(0.62).min(rr * 8 / 10);
    let whole: Vec<usize> = (0..peaks.len())
        .filter(|i| peaks[*i] >= before && peaks[*i] + after < length)
        // An early beat has another P wave and another T wave.
        .filter(|i| *i == 0 || distances[*i - 1] > 0.8 * rr as f32)
        .map(|i| peaks[i])
        .collect();
    if whole.len() < 2 || before == 0 || after == 0 {
        return None;
    }
    let curves: Vec<Vec<f32>> =
        ecg.leads.iter().map(|lead| level(bridged(&lead.microvolts[..length]), peaks, length, hz)).collect();
    let window = |curve: &[f32], peak: usize| curve[peak - before..peak + after].to_vec();

    // Complexes are compared in all leads one behind another.
    let (from, to) = (before.saturating_sub(samples(0.08)), (before + samples(0.1)).min(before + after));
    let complex = |peak: usize| -> Vec<f32> {
        let start = peak - before;
        curves.iter().flat_map(|curve| curve[start + from..start + to].iter().copied()).collect()
    };
    let complexes: Vec<Vec<f32>> = whole.iter().map(|peak| complex(*peak)).collect();
    let usual = median(&complexes);
    let likeness: Vec<f64> = complexes.iter().map(|complex| resemblance(complex, &usual)).collect();
    let resembles = f64::from(quantile(likeness.iter().map(|likeness| *likeness as f32), 0.5));
    let alike: Vec<usize> =
        whole.iter().zip(&likeness).filter(|(_, likeness)| **likeness > 0.9).map(|(peak, _)| *peak).collect();
    let chosen = if alike.len() >= 2 { alike } else { whole };

    let mut leads = Vec::with_capacity(curves.len());
    let (mut noise, mut height_uv) = (0.0, 0.0_f64);
    for curve in &curves {
        let beats: Vec<Vec<f32>> = chosen.iter().map(|peak| window(curve, *peak)).collect();
        let middle = median(&beats);
        let differences =
            beats.iter().flat_map(|beat| beat.iter().zip(&middle).map(|(a, b)| f64::from(a - b).powi(2)));
        noise += differences.sum::<f64>() / (beats.len() * middle.len()) as f64;
        let complex = &middle[from..to];
        let (low, high) =
            (complex.iter().copied().fold(0.0, f32::min), complex.iter().copied().fold(0.0, f32::max));
        height_uv = height_uv.max(f64::from(high - low));
        leads.push(middle);
    }
    let noise_uv = (noise / curves.len() as f64).sqrt();

    // From before a P wave can begin to before the complex.
    let p = (0, before.saturating_sub(samples(0.06)));
    let ahead = |curve: &[f32]| {
        let part = &curve[p.0..p.1];
        let mean = part.iter().sum::<f32>() / part.len().max(1) as f32;
        part.iter().map(|value| value - mean).collect::<Vec<f32>>()
    };
    let usual: Vec<f32> = leads.iter().flat_map(|lead| ahead(lead)).collect();
    let single = chosen.iter().map(|peak| {
        let beat: Vec<f32> = curves.iter().flat_map(|curve| ahead(&window(curve, *peak))).collect();
        resemblance(&beat, &usual) as f32
    });
    let p_resembles = f64::from(quantile(single, 0.5));
    Some(Beat { hz, leads, r: before, rr, count: chosen.len(), noise_uv, height_uv, resembles, p_resembles })
}

/// The curve with the level before each complex at zero and lines between: breathing moves all of it slowly.
fn level(curve: Option<Vec<f32>>, peaks: &[usize], length: usize, hz: f64) -> Vec<f32> {
    let Some(values) = curve else { return vec![0.0; length] };
    let mut curve = low_pass(&values, 70.0, hz);
    let (from, to) = ((0.09 * hz) as usize, (0.055 * hz) as usize);
    let knots: Vec<(usize, f32)> = peaks
        .iter()
        .filter(|peak| **peak >= from)
        .map(|peak| (peak - (from + to) / 2, quantile(curve[peak - from..peak - to].iter().copied(), 0.5)))
        .collect();
    let (Some(first), Some(last)) = (knots.first().copied(), knots.last().copied()) else { return curve };
    let mut pair = 0;
    for (at, value) in curve.iter_mut().enumerate() {
        while pair + 2 < knots.len() && at >= knots[pair + 1].0 {
            pair += 1;
        }
        let line = match (knots.get(pair), knots.get(pair + 1)) {
            _ if at <= first.0 => first.1,
            _ if at >= last.0 => last.1,
            (Some(a), Some(b)) => a.1 + (b.1 - a.1) * (at - a.0) as f32 / (b.0 - a.0).max(1) as f32,
            _ => first.1,
        };
        *value -= line;
    }
    curve
}

/// The median at each place; curves of one length.
fn median(curves: &[Vec<f32>]) -> Vec<f32> {
    let length = curves.first().map_or(0, Vec::len);
    (0..length).map(|at| quantile(curves.iter().map(|curve| curve[at]), 0.5)).collect()
}

/// The correlation around zero of two curves, −1 to 1.
fn resemblance(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let size = (dot(a, a) * dot(b, b)).sqrt();
    if size > 0.0 { dot(a, b) / size } else { 0.0 }
}
