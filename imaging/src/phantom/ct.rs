//! A CT of two reconstructions: an elliptic body with noise, a spine, two vessels, and a sphere of known size.
//!
//! The body is the same in every slice and the noise fields are made once and shifted, so that a slice costs
//! little more than copying it.

use std::sync::Arc;

use super::noise::Noise;
use super::part10::{self, DataSet, Identification};
use super::{File, Person, Visit, uid};

/// Slices of both reconstructions together.
pub const CT_SLICES: usize = 300;
/// The diameter of the sphere. On the slice through its center the edges (half value) are 100 mm apart, and
/// along the row and column through the center they fall on centers of pixels.
pub const SPHERE_MM: f64 = 100.0;

const SIZE: usize = 512;
const PIXELS: usize = SIZE * SIZE;
/// 100 mm are 125 pixels.
const SPACING_MM: f64 = 0.8;
/// The center of the picture and of the sphere, in pixels counted from the center of the first.
const CENTER: f64 = 255.5;
const SPHERE_Z_MM: f64 = 125.0;
const CLASS: &str = "1.2.840.10008.5.1.4.1.1.2";

const AIR: f64 = -1000.0;
const FAT: f64 = -90.0;
const TISSUE: f64 = 45.0;
const BONE: f64 = 550.0;
const VESSEL: f64 = 210.0;
const SPHERE: f64 = 160.0;

struct Series {
    number: u32,
    slices: usize,
    thickness_mm: f64,
    kernel: &'static str,
    description: &'static str,
    noise_hu: f64,
}

const SERIES: [Series; 2] = [
    Series {
        number: 1,
        slices: 200,
        thickness_mm: 1.25,
        kernel: "STANDARD",
        description: "Thin 1.25",
        noise_hu: 14.0,
    },
    Series {
        number: 2,
        slices: 100,
        thickness_mm: 2.5,
        kernel: "SOFT",
        description: "Soft 2.5",
        noise_hu: 7.0,
    },
];

/// The files of the CT, one after another, in the order of the series and the slices. 525 KB each.
///
/// The center of the sphere lies on slice 101 of series 1 and on slice 51 of series 2 (instance numbers).
pub fn ct(seed: u64, person: &Person<'_>, visit: &Visit<'_>) -> CtSlices {
    let study = uid(seed, "ct study");
    let frame_of_reference = uid(seed, "ct frame of reference");
    let heads = SERIES
        .iter()
        .map(|series| Head {
            uid: uid(seed, &format!("ct series {}", series.number)),
            noise: noise_field(seed, series),
        })
        .collect();
    let mut patient = DataSet::default();
    part10::patient(&mut patient, person, visit.charset);
    CtSlices {
        seed,
        visit: OwnedVisit {
            date: visit.date.to_owned(),
            time: visit.time.to_owned(),
            institution: visit.institution.to_owned(),
            description: visit.description.to_owned(),
            charset: visit.charset,
        },
        patient: patient.into_bytes(),
        study,
        frame_of_reference,
        body: body(),
        heads,
        next: 0,
    }
}

/// The slices of [`ct`], each made when it is asked for.
pub struct CtSlices {
    seed: u64,
    visit: OwnedVisit,
    patient: Vec<u8>,
    study: String,
    frame_of_reference: String,
    body: Vec<i16>,
    heads: Vec<Head>,
    next: usize,
}

struct OwnedVisit {
    date: String,
    time: String,
    institution: String,
    description: String,
    charset: super::Charset,
}

struct Head {
    uid: String,
    noise: Arc<[i16]>,
}

impl Iterator for CtSlices {
    type Item = File;

    fn next(&mut self) -> Option<File> {
        let mut index = self.next;
        self.next += 1;
        for (series, head) in SERIES.iter().zip(&self.heads) {
            if index < series.slices {
                return Some(self.slice(series, head, index));
            }
            index -= series.slices;
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = CT_SLICES.saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for CtSlices {}

impl CtSlices {
    fn slice(&self, series: &Series, head: &Head, index: usize) -> File {
        let z = index as f64 * series.thickness_mm;
        let instance = uid(self.seed, &format!("ct {} {index}", series.number));
        let visit = Visit {
            date: &self.visit.date,
            time: &self.visit.time,
            institution: &self.visit.institution,
            description: &self.visit.description,
            charset: self.visit.charset,
        };

        let mut out = part10::open_file(CLASS, &instance, PIXELS * 2 + 2048);
        part10::identification(
            &mut out,
            &visit,
            &Identification {
                class: CLASS,
                instance: &instance,
                image_type: Some("ORIGINAL\\PRIMARY\\AXIAL"),
                modality: "CT",
                series_description: series.description,
                model: "Sphere phantom",
            },
        );
        out.append(&self.patient);
        out.text(0x0018_0015, b"CS", "ABDOMEN");
        out.text(0x0018_0050, b"DS", &series.thickness_mm.to_string());
        out.text(0x0018_0060, b"DS", "120");
        out.text(0x0018_1151, b"IS", "200");
        out.text(0x0018_1210, b"SH", series.kernel);
        out.text(0x0018_5100, b"CS", "HFS");
        out.text(0x0020_000d, b"UI", &self.study);
        out.text(0x0020_000e, b"UI", &head.uid);
        out.text(0x0020_0010, b"SH", "1");
        out.text(0x0020_0011, b"IS", &series.number.to_string());
        out.text(0x0020_0012, b"IS", "1");
        out.text(0x0020_0013, b"IS", &(index + 1).to_string());
        let corner = -CENTER * SPACING_MM;
        out.text(0x0020_0032, b"DS", &format!("{corner}\\{corner}\\{z}"));
        out.text(0x0020_0037, b"DS", "1\\0\\0\\0\\1\\0");
        out.text(0x0020_0052, b"UI", &self.frame_of_reference);
        out.text(0x0020_1040, b"LO", "");
        out.text(0x0020_1041, b"DS", &z.to_string());
        out.us(0x0028_0002, 1);
        out.text(0x0028_0004, b"CS", "MONOCHROME2");
        out.us(0x0028_0010, SIZE as u16);
        out.us(0x0028_0011, SIZE as u16);
        out.text(0x0028_0030, b"DS", &format!("{SPACING_MM}\\{SPACING_MM}"));
        out.us(0x0028_0100, 16);
        out.us(0x0028_0101, 16);
        out.us(0x0028_0102, 15);
        out.us(0x0028_0103, 1);
        out.text(0x0028_1050, b"DS", "40");
        out.text(0x0028_1051, b"DS", "400");
        out.text(0x0028_1052, b"DS", "0");
        out.text(0x0028_1053, b"DS", "1");
        out.text(0x0028_1054, b"LO", "HU");
        out.words(0x7fe0_0010, self.pixels(head, index, z).into_iter());

        File {
            study_uid: self.study.clone(),
            series_uid: head.uid.clone(),
            instance_uid: instance,
            bytes: out.into_bytes(),
        }
    }

    fn pixels(&self, head: &Head, index: usize, z: f64) -> Vec<i16> {
        let mut pixels = self.body.clone();
        // Two vessels that wander, so that scrolling shows something on every slice.
        let turn = z / 250.0 * std::f64::consts::TAU;
        disc(&mut pixels, 150.0 + 25.0 * turn.sin(), 230.0 + 30.0 * turn.cos(), 11.0, VESSEL);
        disc(&mut pixels, 362.0 + 20.0 * turn.cos(), 250.0 + 35.0 * turn.sin(), 8.0, VESSEL);
        let height = z - SPHERE_Z_MM;
        let radius_mm = (SPHERE_MM * SPHERE_MM / 4.0 - height * height).max(0.0).sqrt();
        disc(&mut pixels, CENTER, CENTER, radius_mm / SPACING_MM, SPHERE);

        // The same field, begun elsewhere on every slice.
        let shift = (index * 7919 + 1013) % PIXELS;
        let (tail, start) = head.noise.split_at(shift);
        for (pixel, noise) in pixels.iter_mut().zip(start.iter().chain(tail)) {
            *pixel = pixel.saturating_add(*noise).max(-1024);
        }
        pixels
    }
}

fn noise_field(seed: u64, series: &Series) -> Arc<[i16]> {
    let mut noise = Noise::new(seed.wrapping_add(u64::from(series.number)));
    (0..PIXELS).map(|_| (noise.normal() * series.noise_hu).round() as i16).collect()
}

/// Air, a ring of fat, soft tissue, and a spine: what does not change from slice to slice.
fn body() -> Vec<i16> {
    let mut pixels = vec![AIR as i16; PIXELS];
    ellipse(&mut pixels, (CENTER, CENTER), (215.0, 160.0), FAT);
    ellipse(&mut pixels, (CENTER, CENTER), (192.0, 138.0), TISSUE);
    ellipse(&mut pixels, (CENTER, 358.0), (30.0, 22.0), BONE);
    ellipse(&mut pixels, (CENTER, 358.0), (24.0, 16.0), 250.0);
    pixels
}

fn disc(pixels: &mut [i16], x: f64, y: f64, radius: f64, value: f64) {
    ellipse(pixels, (x, y), (radius, radius), value);
}

/// Fills an ellipse. A pixel on the edge takes the share that lies inside, so that the half value is on the edge.
fn ellipse(pixels: &mut [i16], center: (f64, f64), radii: (f64, f64), value: f64) {
    if radii.0 < 0.5 || radii.1 < 0.5 {
        return;
    }
    let top = (center.1 - radii.1 - 1.0).max(0.0) as usize;
    let bottom = ((center.1 + radii.1 + 2.0) as usize).min(SIZE);
    let left = (center.0 - radii.0 - 1.0).max(0.0) as usize;
    let right = ((center.0 + radii.0 + 2.0) as usize).min(SIZE);
    for y in top..bottom {
        let dy = (y as f64 - center.1) / radii.1;
        for x in left..right {
            let dx = (x as f64 - center.0) / radii.0;
            let square = dx * dx + dy * dy;
            let slack = 2.0 / radii.0.min(radii.1);
            let pixel = &mut pixels[y * SIZE + x];
            if square < (1.0 - slack).max(0.0).powi(2) {
                *pixel = value as i16;
            } else if square < (1.0 + slack).powi(2) {
                // The distance to the edge along the radius, in pixels.
                let distance = square.sqrt();
                let scale =
                    (dx * dx * radii.0 * radii.0 + dy * dy * radii.1 * radii.1).sqrt() / distance.max(1e-9);
                let share = (0.5 + (1.0 - distance) * scale).clamp(0.0, 1.0);
                *pixel = (f64::from(*pixel) * (1.0 - share) + value * share).round() as i16;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Charset;
    use super::*;

    fn slices() -> CtSlices {
        let person = Person { name: "张^三", patient_id: "A1", birth_date: "19600102", sex: "M" };
        let visit = Visit {
            date: "20260301",
            time: "083000",
            institution: "东沟村卫生室",
            description: "腹部 CT",
            charset: Charset::Gb18030,
        };
        ct(7, &person, &visit)
    }

    #[test]
    fn the_sphere_measures_100_mm_on_its_middle_slice() {
        for (series, middle) in [(0, 100), (1, 50)] {
            let slices = slices();
            let z = middle as f64 * SERIES[series].thickness_mm;
            assert_eq!(z, SPHERE_Z_MM);
            let pixels = slices.pixels(&slices.heads[series], middle, z);
            let half = (SPHERE + TISSUE) / 2.0;
            // Averaged over four rows around the center, because of the noise.
            let column = |x: usize| (254..258).map(|y| f64::from(pixels[y * SIZE + x])).sum::<f64>() / 4.0;
            let crossing = |from: usize, to: usize| {
                let (a, b) = (column(from), column(to));
                from as f64 + (half - a) / (b - a)
            };
            let left = (180..210).find(|x| column(*x) < half && column(x + 1) >= half).expect("a left edge");
            let right =
                (300..330).find(|x| column(*x) >= half && column(x + 1) < half).expect("a right edge");
            let measured = (crossing(right, right + 1) - crossing(left, left + 1)) * SPACING_MM;
            assert!((measured - SPHERE_MM).abs() < 0.5, "{measured} mm");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_other_uids() {
        let a = slices().next().expect("a slice");
        let b = slices().next().expect("a slice");
        assert_eq!(a.bytes, b.bytes);
        assert_ne!(uid(1, "ct study"), uid(2, "ct study"));
        assert!(a.instance_uid.len() <= 64);
    }

    #[test]
    fn there_are_300_slices_with_300_uids() {
        let uids: std::collections::BTreeSet<String> = (0..CT_SLICES)
            .map(|i| if i < 200 { (1, i) } else { (2, i - 200) })
            .map(|(s, i)| uid(7, &format!("ct {s} {i}")))
            .collect();
        assert_eq!(uids.len(), CT_SLICES);
        assert_eq!(slices().len(), CT_SLICES);
        assert_eq!(SERIES.iter().map(|s| s.slices).sum::<usize>(), CT_SLICES);
    }
}
