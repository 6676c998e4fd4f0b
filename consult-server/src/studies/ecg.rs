//! An ECG for a page: found by its SOP instance UID, decoded from the stored file. Knows no HTTP; the drawing is the page's.

use super::index::sql as index;
use super::{Imaging, flow};
use crate::access::Call;
use crate::error::{Code, Refusal, Result};
use crate::ids::{PatientId, StudyId};
use imaging::ecg::{Ecg, Samples};
use imaging::header::Limits;
use imaging::text::PersonName;
use imaging::uid::InstanceUid;
use serde::Serialize;
use utoipa::ToSchema;

/// An ECG without its samples.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EcgHead {
    pub sampling_hz: f64,
    /// Of each lead.
    pub samples: usize,
    pub leads: Vec<EcgLead>,
    pub patient_name: String,
    /// Local time as the device wrote it.
    pub acquired_at: Option<String>,
    /// What the device measured: reference only.
    pub annotations: Vec<EcgAnnotation>,
    /// Value × `scale_uv` = µV.
    pub scale_uv: f64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EcgLead {
    pub name: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EcgAnnotation {
    pub name: String,
    pub value: f64,
    pub unit: String,
}

/// A decoded ECG with what the audit trail must know.
pub struct Found {
    pub ecg: Ecg,
    pub samples: Samples,
    pub study: StudyId,
    pub patient: Option<PatientId>,
    pub basis: &'static str,
    name: String,
}

impl Found {
    pub fn head(&self) -> EcgHead {
        EcgHead {
            sampling_hz: self.ecg.sampling_hz,
            samples: self.samples.samples,
            leads: self.ecg.leads.iter().map(|lead| EcgLead { name: lead.name.clone() }).collect(),
            patient_name: PersonName::parse(&self.name).display(),
            acquired_at: self.ecg.acquired_at.clone(),
            annotations: self
                .ecg
                .annotations
                .iter()
                .map(|a| EcgAnnotation { name: a.name.to_owned(), value: a.value, unit: a.unit.clone() })
                .collect(),
            scale_uv: self.samples.scale_uv,
        }
    }
}

/// An ECG the caller may see.
pub async fn read(call: &Call, imaging: &Imaging, uid: &str) -> Result<Found> {
    let uid = InstanceUid::parse(uid).map_err(|_| Refusal::not_found())?;
    let mut reader = call.read().await?;
    let scope = flow::scope(call)?;
    let (row, study, name) =
        index::by_instance_uid(&mut reader, &scope, &uid).await?.ok_or_else(Refusal::not_found)?;
    let (stored, basis) = flow::read(&mut reader, call, &study).await?;
    drop(reader);
    if !row.instance.waveform {
        return Err(Code::ImagingNoWaveform.into());
    }
    let object = imaging.blobs.instance(&row.blob).await.map_err(flow::blob_refusal)?;
    let fallback = row.instance.fallback;
    let decoded = tokio::task::spawn_blocking(move || {
        let ecg = imaging::ecg::decode_file(&object, fallback, &Limits::default())?;
        let samples = imaging::ecg::samples(&ecg);
        Ok((ecg, samples))
    });
    let decoded: std::result::Result<_, imaging::ecg::EcgError> = decoded.await.map_err(Refusal::internal)?;
    let (ecg, samples) = decoded.map_err(|e| Refusal::of_code(e.code()))?;
    Ok(Found { ecg, samples, study, patient: stored.shown.patient_id, basis, name })
}
