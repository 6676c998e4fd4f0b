//! What the places of the demo alliance can do, where they are, and how many beds were counted. Invented, and written by the doors
//! that everybody uses.

use super::Stage;
use crate::beds::flow::{self as beds, By as BedsBy};
use crate::beds::rules::Line;
use crate::beds::{BedInput, Source};
use crate::db::Tx;
use crate::db::change::Author;
use crate::directory::editing::By;
use crate::directory::facilities::{CapabilityInput, flow, sql};
use crate::error::Result;
use referral::suggest::Point;

/// Key of the organisation, latitude, longitude, and what it can do.
const PLACES: &[(&str, f64, f64, &[&str])] = &[
    (
        "city",
        37.0682,
        114.5044,
        &[
            "thrombolysis",
            "pci",
            "ct",
            "mri",
            "dialysis",
            "obstetric_emergency",
            "icu",
            "paediatrics",
            "neonatal",
            "trauma_surgery",
            "neurosurgery",
            "endoscopy",
            "blood",
        ],
    ),
    (
        "county",
        37.0401,
        115.6669,
        &[
            "thrombolysis",
            "pci",
            "ct",
            "dialysis",
            "obstetric_emergency",
            "icu",
            "paediatrics",
            "trauma_surgery",
            "blood",
        ],
    ),
    ("township_liulin", 37.1512, 115.8240, &["rehabilitation"]),
    ("township_beihe", 36.9630, 115.5402, &["rehabilitation", "palliative"]),
    ("village_donggou", 37.1820, 115.8603, &[]),
    ("village_xishan", 37.1604, 115.7811, &[]),
    ("village_nanwan", 36.9305, 115.5208, &[]),
];

/// Key of the organisation, code of the department, open, occupied, expected free, minutes ago.
type Counted = (&'static str, &'static str, i64, i64, Option<i64>, i64);

const BEDS: &[Counted] = &[
    ("county", "D01", 12, 9, None, 40),
    ("county", "D02", 40, 37, Some(4), 120),
    ("county", "D03", 36, 36, Some(2), 130),
    ("county", "D04", 45, 41, None, 300),
    ("county", "D05", 30, 24, Some(3), 90),
    ("county", "D06", 28, 20, None, 26 * 60),
    ("township_liulin", "D01", 20, 12, Some(1), 600),
    ("city", "D04", 90, 88, None, 45),
    ("city", "D03", 80, 79, None, 45),
];

pub async fn fill(tx: &mut Tx, stage: &Stage) -> Result<()> {
    for (key, latitude, longitude, codes) in PLACES {
        let organisation = stage.organisation(key)?;
        let by = By {
            alliance: stage.alliance.clone(),
            author: Author::default(),
            basis: "demo",
            audience: Vec::new(),
        };
        let point = Point { latitude: *latitude, longitude: *longitude };
        sql::set_place(tx, organisation, 1, Some(point)).await?;
        for code in *codes {
            let input = CapabilityInput {
                organisation_id: organisation.clone(),
                code: (*code).to_owned(),
                valid_from: None,
                valid_until: None,
            };
            flow::keep(tx, &by, input).await?;
        }
    }
    let (now, author) = (tx.now, Author::default());
    for (key, department, open, occupied, expected_free, minutes) in BEDS {
        let by = BedsBy {
            alliance: &stage.alliance,
            organisation: stage.organisation(key)?,
            author: &author,
            basis: "demo",
        };
        let at = Some(now.plus_seconds(-minutes * 60));
        let beds =
            BedInput { open: *open, occupied: *occupied, free: None, expected_free: *expected_free, at };
        let line = Line { row: 1, department: (*department).to_owned(), beds: Ok(beds) };
        beds::apply(tx, &by, vec![line], Source::Feed).await?;
    }
    Ok(())
}
