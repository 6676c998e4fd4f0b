//! Where the waves of a mean beat begin and end, over all leads: the first beginning and the last end.

use super::beat::Beat;
use super::filter::{low_pass, quantile, running_mean};

/// Samples of the mean beat; what was not found is not there.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Marks {
    pub p_on: Option<usize>,
    pub qrs: Option<(usize, usize)>,
    pub t_off: Option<usize>,
}

pub(super) fn delineate(beat: &Beat) -> Marks {
    let Some((on, off)) = complex(beat) else { return Marks::default() };
    let t = t_end(beat, off);
    Marks { p_on: p_begin(beat, on, t), qrs: Some((on, off)), t_off: t }
}

fn samples(beat: &Beat, seconds: f64) -> usize {
    ((seconds * beat.hz).round() as usize).max(1)
}

fn length(beat: &Beat) -> usize {
    beat.leads.first().map_or(0, Vec::len)
}

/// How fast the leads move, all together, in µV a sample.
fn speed(beat: &Beat, leads: &[Vec<f32>]) -> Vec<f32> {
    let step = samples(beat, 0.004);
    let length = length(beat);
    let mut speed = vec![0.0_f32; length];
    for lead in leads {
        for (at, sum) in speed.iter_mut().enumerate().take(length.saturating_sub(step)).skip(step) {
            *sum += (lead[at + step] - lead[at - step]).abs() / (2 * step) as f32;
        }
    }
    running_mean(&speed, samples(beat, 0.008))
}

/// The QRS complex: what is fast around the R peak.
fn complex(beat: &Beat) -> Option<(usize, usize)> {
    if length(beat) < samples(beat, 0.3) {
        return None;
    }
    let speed = speed(beat, &beat.leads);
    let near = samples(beat, 0.06);
    let around = beat.r.saturating_sub(near)..(beat.r + near).min(speed.len());
    let fastest = around.max_by(|a, b| speed[*a].total_cmp(&speed[*b]))?;
    let most = speed[fastest];
    // What noise is left, and the slow slopes of P, ST and T.
    let quiet = quantile(speed.iter().copied(), 0.2);
    if most < 4.0 * quiet || most <= 0.0 {
        return None;
    }
    // Where PR or ST slope, the lowest threshold finds no end.
    [0.035, 0.06, 0.1, 0.15]
        .into_iter()
        .find_map(|share| fast_around(beat, &speed, fastest, (share * most).max(2.0 * quiet)))
}

/// From where it becomes faster than `threshold` before `fastest` to where it has become slower again.
fn fast_around(beat: &Beat, speed: &[f32], fastest: usize, threshold: f32) -> Option<(usize, usize)> {
    let calm = samples(beat, 0.016);
    let reach = samples(beat, 0.13);
    let is_calm = |range: std::ops::Range<usize>| speed[range].iter().all(|value| *value < threshold);
    let on = (fastest.saturating_sub(reach).max(calm)..fastest).rev().find(|at| is_calm(*at - calm..*at))?;
    let last = (fastest + reach).min(speed.len() - calm);
    let off = (fastest..last).find(|at| is_calm(*at..*at + calm))?;
    (off > on).then_some((on, off))
}

/// All leads as one curve, each as much as it has of the wave at `peak`, the level being zero.
fn projected(leads: &[Vec<f32>], peak: usize, level: &[f32]) -> Vec<f32> {
    let height = |lead: usize| leads[lead][peak] - level[lead];
    let size = (0..leads.len()).map(|lead| height(lead).powi(2)).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    let length = leads.first().map_or(0, Vec::len);
    let at =
        |at: usize| (0..leads.len()).map(|lead| height(lead) * (leads[lead][at] - level[lead])).sum::<f32>();
    (0..length).map(|index| at(index) / size).collect()
}

/// The end of the T wave: where the tangent of its steepest descent meets the level behind it.
fn t_end(beat: &Beat, off: usize) -> Option<usize> {
    let leads: Vec<Vec<f32>> = beat.leads.iter().map(|lead| low_pass(lead, 20.0, beat.hz)).collect();
    let end = length(beat);
    let from = off + samples(beat, 0.06);
    if from + samples(beat, 0.12) >= end {
        return None;
    }
    let level = vec![0.0; leads.len()];
    let size = |at: usize| leads.iter().map(|lead| lead[at].abs()).sum::<f32>();
    let peak = (from..end - samples(beat, 0.04)).max_by(|a, b| size(*a).total_cmp(&size(*b)))?;
    let curve = projected(&leads, peak, &level);
    let reach = (peak + samples(beat, 0.2)).min(end - 1);
    let slope = |at: usize| curve[at + 1] - curve[at - 1];
    let steepest = (peak + 1..reach).min_by(|a, b| slope(*a).total_cmp(&slope(*b)))?;
    // Behind the wave the curve is nearly level for a while.
    let behind = steepest..(steepest + samples(beat, 0.16)).min(end);
    let level = quantile(curve[behind].iter().copied(), 0.25).max(-0.2 * curve[peak]);
    let fall = f64::from(-slope(steepest)) / 2.0;
    let height = f64::from(curve[peak] - level);
    let noise = beat.noise_uv / (beat.count as f64).sqrt() * (leads.len() as f64).sqrt();
    if fall <= 0.0 || height < (4.0 * noise).max(30.0) {
        return None;
    }
    let meets = steepest as f64 + f64::from(curve[steepest] - level) / fall;
    (meets < (end - 1) as f64).then_some(meets.round() as usize)
}

/// The beginning of the P wave: where the curve before its peak leaves the level.
fn p_begin(beat: &Beat, on: usize, t_off: Option<usize>) -> Option<usize> {
    let leads: Vec<Vec<f32>> = beat.leads.iter().map(|lead| low_pass(lead, 30.0, beat.hz)).collect();
    // The T wave of the beat before ends here.
    let earlier = t_off.map_or(0, |t_off| (t_off + samples(beat, 0.02)).saturating_sub(beat.rr));
    let from = earlier.max(on.saturating_sub(samples(beat, 0.34)));
    let to = on.saturating_sub(samples(beat, 0.035));
    if to < from + samples(beat, 0.07) {
        return None;
    }
    // Between both ends of where it can be the level may slope.
    let ends = (from, on.saturating_sub(samples(beat, 0.01)));
    let straight: Vec<Vec<f32>> = leads
        .iter()
        .map(|lead| {
            let mean = |at: usize| {
                let near = samples(beat, 0.008);
                let part = &lead[at.saturating_sub(near)..(at + near).min(lead.len())];
                part.iter().sum::<f32>() / part.len() as f32
            };
            let (a, b) = (mean(ends.0), mean(ends.1));
            let run = (ends.1 - ends.0) as f32;
            (0..lead.len()).map(|at| lead[at] - a - (b - a) * (at as f32 - ends.0 as f32) / run).collect()
        })
        .collect();
    let size = |at: usize| straight.iter().map(|lead| lead[at].abs()).sum::<f32>();
    let peak = (from..to).max_by(|a, b| size(*a).total_cmp(&size(*b)))?;
    let curve = projected(&straight, peak, &vec![0.0; straight.len()]);
    let height = curve[peak];
    let noise = beat.noise_uv / (beat.count as f64).sqrt() * (leads.len() as f64).sqrt();
    let lonely = beat.count >= 3 && beat.p_resembles < 0.4;
    if f64::from(height) < (4.0 * noise).max(35.0) || lonely || peak <= from + samples(beat, 0.015) {
        return None;
    }
    // The level just before the wave, which breathing and the T wave before may have left above or below zero.
    let slope = |at: usize| curve[at + 1] - curve[at - 1];
    let first = from.max(1).max(peak.saturating_sub(samples(beat, 0.1)));
    let steepest = (first..peak).max_by(|a, b| slope(*a).total_cmp(&slope(*b)))?;
    let before =
        steepest.saturating_sub(samples(beat, 0.08)).max(from)..steepest.saturating_sub(samples(beat, 0.03));
    let level = if before.is_empty() { 0.0 } else { quantile(curve[before].iter().copied(), 0.5) };
    let threshold = level + (0.1 * (height - level)).max(0.7 * noise as f32);
    let begins = (from..steepest).rev().find(|at| curve[*at] < threshold)?;
    Some(begins)
}
