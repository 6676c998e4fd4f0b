//! The slip that a patient carries (转诊凭条): its code, and what a desk learns from one. The code names a leg and proves that the
//! paper is in somebody's hand; it holds nothing about the patient.

pub mod flow;
pub mod http;
pub mod rules;
pub mod sql;

use serde::Serialize;
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Slip {
    /// The number of the referral, with which the code begins.
    pub number: String,
    /// The number and a check: `ZZ20261123-0001-1-7KQ2M9XD`.
    pub code: String,
    /// What the QR code holds: a desk that opens it comes to the arrival of this patient.
    pub url: String,
}
