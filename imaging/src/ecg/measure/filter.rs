//! Filters that move nothing in time: each runs forwards and backwards. Butterworth of second order by the bilinear
//! transform, and running means.

/// A second-order section in transposed direct form.
#[derive(Clone, Copy)]
struct Section {
    b: [f64; 3],
    a: [f64; 2],
}

impl Section {
    fn low(cutoff_hz: f64, hz: f64) -> Self {
        let (cosine, alpha) = Self::angle(cutoff_hz, hz);
        let b1 = 1.0 - cosine;
        Self::normalized([b1 / 2.0, b1, b1 / 2.0], cosine, alpha)
    }

    fn high(cutoff_hz: f64, hz: f64) -> Self {
        let (cosine, alpha) = Self::angle(cutoff_hz, hz);
        let b1 = 1.0 + cosine;
        Self::normalized([b1 / 2.0, -b1, b1 / 2.0], cosine, alpha)
    }

    fn angle(cutoff_hz: f64, hz: f64) -> (f64, f64) {
        // Not beyond what the sampling can carry.
        let omega = std::f64::consts::TAU * (cutoff_hz / hz).min(0.45);
        (omega.cos(), omega.sin() * std::f64::consts::FRAC_1_SQRT_2)
    }

    fn normalized(b: [f64; 3], cosine: f64, alpha: f64) -> Self {
        let a0 = 1.0 + alpha;
        Self { b: b.map(|b| b / a0), a: [-2.0 * cosine / a0, (1.0 - alpha) / a0] }
    }

    fn run<'a>(&self, values: impl Iterator<Item = &'a mut f32>) {
        let (mut one, mut two) = (0.0, 0.0);
        for value in values {
            let x = f64::from(*value);
            let y = self.b[0] * x + one;
            one = self.b[1] * x - self.a[0] * y + two;
            two = self.b[2] * x - self.a[1] * y;
            *value = y as f32;
        }
    }

    /// Forwards and backwards; the ends are continued by reflection, so that they do not ring.
    fn both_ways(&self, values: &[f32], hz: f64) -> Vec<f32> {
        let margin = (hz as usize).min(values.len().saturating_sub(1));
        let (first, last) = (values[0], values[values.len() - 1]);
        let before = (1..=margin).rev().map(|at| 2.0 * first - values[at]);
        let after = (1..=margin).map(|at| 2.0 * last - values[values.len() - 1 - at]);
        let mut long: Vec<f32> = before.chain(values.iter().copied()).chain(after).collect();
        // Begun at rest around zero.
        let offset = long[0];
        let passes = (self.b.iter().sum::<f64>() / (1.0 + self.a.iter().sum::<f64>())) as f32;
        long.iter_mut().for_each(|value| *value -= offset);
        self.run(long.iter_mut());
        let end = long[long.len() - 1];
        long.iter_mut().for_each(|value| *value -= end);
        self.run(long.iter_mut().rev());
        let constant = (offset * passes + end) * passes;
        long[margin..margin + values.len()].iter().map(|value| value + constant).collect()
    }
}

/// What is slower than `cutoff_hz`. `values` are not empty.
pub(super) fn low_pass(values: &[f32], cutoff_hz: f64, hz: f64) -> Vec<f32> {
    Section::low(cutoff_hz, hz).both_ways(values, hz)
}

/// What is faster.
pub(super) fn high_pass(values: &[f32], cutoff_hz: f64, hz: f64) -> Vec<f32> {
    Section::high(cutoff_hz, hz).both_ways(values, hz)
}

/// The mean of the `width` values around each; fewer at the ends.
pub(super) fn running_mean(values: &[f32], width: usize) -> Vec<f32> {
    let half = width / 2;
    let mut sums = Vec::with_capacity(values.len() + 1);
    sums.push(0.0_f64);
    for value in values {
        sums.push(sums[sums.len() - 1] + f64::from(*value));
    }
    (0..values.len())
        .map(|at| {
            let (from, to) = (at.saturating_sub(half), (at + half + 1).min(values.len()));
            ((sums[to] - sums[from]) / (to - from) as f64) as f32
        })
        .collect()
}

/// The values with what was not recorded bridged by lines; `None` when nothing was recorded.
pub(super) fn bridged(values: &[f32]) -> Option<Vec<f32>> {
    let first = *values.iter().find(|value| value.is_finite())?;
    let mut out = values.to_vec();
    let (mut at, mut last) = (0, first);
    while at < out.len() {
        if out[at].is_finite() {
            last = out[at];
            at += 1;
            continue;
        }
        let end = (at..out.len()).find(|i| out[*i].is_finite()).unwrap_or(out.len());
        let next = out.get(end).copied().unwrap_or(last);
        let steps = (end - at + 1) as f32;
        for (step, value) in out[at..end].iter_mut().enumerate() {
            *value = last + (next - last) * (step + 1) as f32 / steps;
        }
        at = end;
    }
    Some(out)
}

/// The value below which `share` of them lie; 0 of none.
pub(super) fn quantile(values: impl Iterator<Item = f32>, share: f64) -> f32 {
    let mut all: Vec<f32> = values.filter(|value| value.is_finite()).collect();
    if all.is_empty() {
        return 0.0;
    }
    let at = ((all.len() - 1) as f64 * share) as usize;
    *all.select_nth_unstable_by(at, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(frequency: f64) -> Vec<f32> {
        (0..4000).map(|i| (i as f64 / 500.0 * frequency * std::f64::consts::TAU).sin() as f32).collect()
    }

    #[test]
    fn filters_pass_their_band_and_move_nothing() {
        let (slow, fast) = (sine(2.0), sine(60.0));
        for (passed, kept) in [(low_pass(&slow, 20.0, 500.0), &slow), (high_pass(&fast, 10.0, 500.0), &fast)]
        {
            let far =
                passed.iter().zip(kept).skip(500).take(3000).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(far < 0.03, "{far}");
        }
        for stopped in [low_pass(&fast, 10.0, 500.0), high_pass(&slow, 20.0, 500.0)] {
            assert!(stopped[500..3500].iter().all(|value| value.abs() < 0.03));
        }
        let constant = low_pass(&[70.0; 800], 20.0, 500.0);
        assert!(constant.iter().all(|value| (value - 70.0).abs() < 0.01));
        assert!(high_pass(&[70.0; 800], 1.0, 500.0).iter().all(|value| value.abs() < 0.01));
    }

    #[test]
    fn gaps_are_bridged_by_lines() {
        let nan = f32::NAN;
        assert_eq!(bridged(&[nan, 1.0, nan, 3.0, nan]), Some(vec![1.0, 1.0, 2.0, 3.0, 3.0]));
        assert_eq!(bridged(&[nan, nan]), None);
    }
}
