//! Packages: the referral form for an organisation where nobody has an account, opened once with a one-time code. The code goes by
//! one way only: whoever makes the package prints it or reads it out; a letter, where an address is given, says where to type it.
//! What the other hospital does is entered by the sender's people. Knows no mail: `notices` reads the event `leg.package_made`.

pub mod flow;
pub mod http;
pub mod rules;
pub mod sql;

use super::{Direction, LegUrgency, ReferralConsentKind, ReferralForm};
use crate::ids::PackageId;
use crate::patients::{MaskedIdentity, Sex};
use crate::refs::PersonRef;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PackageState {
    /// The code counts.
    Waiting,
    Opened,
    Expired,
    Revoked,
}

/// What a package is made with.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct PackageInput {
    /// Where a letter goes that says that a referral waits, and where to type the code. The code and the patient are not in it.
    #[serde(default)]
    pub email: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PackageLetterState {
    /// It is tried again and again.
    Waiting,
    /// The mail server has taken it.
    Sent,
    /// Given up, or refused: an administrator sees why.
    Failed,
}

/// The letter that went with a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PackageLetter {
    pub email: String,
    pub state: PackageLetterState,
}

/// A letter to be written: nothing about the patient.
pub struct Announcement {
    pub email: String,
    pub number: String,
    pub urgency: referral::Urgency,
    pub to: String,
    pub from: PackageSender,
    pub expires_at: Timestamp,
    /// Where the code is typed.
    pub address: String,
}

/// A package as the sender's people see it. The code is not in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Package {
    pub id: PackageId,
    pub state: PackageState,
    pub made_by: PersonRef,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub opened_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    /// Null where it was printed or read out only.
    pub letter: Option<PackageLetter>,
}

/// A new package. The code is shown this once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NewPackage {
    pub package: Package,
    pub code: String,
    /// Where the code is typed; the QR code leads there with the code filled in.
    pub address: String,
    /// SVG.
    pub qr: String,
    pub sheet: PackageSheet,
}

/// What stands on the printed sheet beside the code; nothing clinical.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PackageSheet {
    pub number: String,
    pub to: String,
    pub from: PackageSender,
}

/// Whom the other hospital calls.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PackageSender {
    pub organisation: String,
    pub organisation_phone: Option<String>,
    pub doctor: String,
    pub doctor_phone: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct PackageOpening {
    /// As it stands on the sheet; spaces, hyphens and capitals do not matter.
    pub code: String,
}

/// What the other hospital reads.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PackageContent {
    pub number: String,
    pub direction: Direction,
    pub urgency: LegUrgency,
    pub submitted_at: Option<Timestamp>,
    pub from: PackageSender,
    pub to: String,
    pub to_department: Option<String>,
    pub patient: PackagePatient,
    pub form: ReferralForm,
    pub consent: Option<ReferralConsentKind>,
    /// The same browser may look again until then.
    pub readable_until: Timestamp,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PackagePatient {
    pub name: String,
    pub sex: Sex,
    #[schema(format = Date)]
    pub birth_date: Option<String>,
    pub age: Option<i32>,
    pub identity: MaskedIdentity,
    pub phone_masked: Option<String>,
}
