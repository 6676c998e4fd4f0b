//! The electrical axis of the QRS complex in the frontal plane, from its areas in the limb leads.

use super::super::Ecg;
use super::beat::Beat;

/// Below this net area, in µV × ms, the complex points nowhere in the frontal plane.
const LEAST_AREA: f64 = 1500.0;

/// Degrees, 0 towards the left arm and 90 towards the feet; from leads I and II (of which III and aVF follow).
pub(super) fn frontal(ecg: &Ecg, beat: &Beat, (on, off): (usize, usize)) -> Option<f64> {
    let area = |name: &str| {
        let lead = ecg.leads.iter().position(|lead| lead.name == name)?;
        let curve = &beat.leads[lead];
        // The line between both ends is zero: the ST segment may lie elsewhere than the PR segment.
        let line =
            |at: usize| curve[on] + (curve[off] - curve[on]) * ((at - on) as f32 / (off - on).max(1) as f32);
        let sum = (on..=off).map(|at| f64::from(curve[at] - line(at))).sum::<f64>();
        Some(sum / beat.hz * 1000.0)
    };
    let (one, two) = (area("I")?, area("II")?);
    // aVF = II − I/2, and the limb leads are √3/2 as long in the plane as the augmented ones are written.
    let down = (two - one / 2.0) * 2.0 / 3.0_f64.sqrt();
    (one.hypot(down) >= LEAST_AREA).then(|| down.atan2(one).to_degrees())
}
