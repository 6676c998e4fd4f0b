//! The demo's images, sent through the same door as everybody's: a synthetic CT of 300 slices and a 12-lead ECG of one patient,
//! and recordings of real devices for others. Made once; a start that was cut short goes on at the next one.

use super::cast;
use crate::App;
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, OrganisationId, PatientId};
use crate::patients::{IdentityKind, Sex, sql as patients};
use crate::studies::register::{Door, sql as register};
use crate::studies::{dimse, rules, sql};
use imaging::index::{Channel, Source};
use imaging::ingest::{Body, Ingest, Item};
use imaging::phantom::{self, Charset, File, Person, Visit};
use imaging::samples::{self, Sample};
use imaging::stage::Staged;
use imaging::text::Fallback;
use jiff::ToSpan as _;
use tokio::sync::mpsc;

/// Seeds the pictures and their UIDs.
const SEED: u64 = 20_261_123;
/// Slices that share a commit.
const BATCH: usize = 32;

/// What was recorded elsewhere, of whom by their place in `cast::PATIENTS`, and what it is.
const RECORDED: [(Sample, usize, &str); 3] = [
    (Sample::Ecg, 1, "十二导联心电图"),
    (Sample::Echocardiogram, 2, "超声心动图"),
    (Sample::LiverMr, 4, "肝脏MR平扫"),
];

/// Sends the studies if they are not there yet.
pub(super) async fn fill(app: &App) -> Result<()> {
    let Some((alliance, organisation, patient)) = places(app).await? else { return Ok(()) };
    let visit = Made::before(app);
    let ecg = phantom::ecg(SEED, &person(), &visit.said("十二导联心电图", Charset::Utf8));
    let holder = rules::holder_of_patient(patient.as_str());
    let mut reader = app.ground.db.read().await?;
    // The ECG goes last: when it is here, everything is.
    if sql::of_holder(&mut reader, &alliance, &ecg.study_uid, &holder).await?.is_some() {
        return Ok(());
    }
    drop(reader);
    let door = Door {
        ground: app.ground.clone(),
        consults: app.imaging.consults.clone(),
        author: None,
        basis: "registered-device",
        consult: None,
    };
    let ingest = app.imaging.ingest(door);
    for (sample, index, description) in RECORDED {
        let of = &cast::PATIENTS[index];
        let Some(patient) = registered(app, &alliance, of).await? else { continue };
        let sex = match of.sex {
            Sex::Male => "M",
            Sex::Female => "F",
            Sex::Unknown => "",
        };
        let birth_date = of.birth_date.replace('-', "");
        let person = Person { name: of.name, patient_id: "", birth_date: &birth_date, sex };
        let file = samples::recording(sample, SEED, &person, &visit.said(description, Charset::Utf8))
            .map_err(|refusal| Refusal::of_code(refusal.code()))?;
        send(&ingest, &source(&organisation, &patient), vec![file]).await?;
    }
    let source = source(&organisation, &patient);
    let (sender, mut slices) = mpsc::channel::<Vec<File>>(2);
    // Drawing is work for a processor; storing waits for the disk. They go side by side.
    let drawing = tokio::task::spawn_blocking(move || {
        let mut slices = phantom::ct(SEED, &person(), &visit.said("胸部CT平扫", Charset::Gb18030));
        loop {
            let batch: Vec<File> = slices.by_ref().take(BATCH).collect();
            if batch.is_empty() || sender.blocking_send(batch).is_err() {
                return;
            }
        }
    });
    while let Some(batch) = slices.recv().await {
        send(&ingest, &source, batch).await?;
    }
    drawing.await.map_err(Refusal::internal)?;
    send(&ingest, &source, vec![ecg]).await?;
    tracing::info!("the demo studies were made");
    Ok(())
}

fn source(organisation: &OrganisationId, patient: &PatientId) -> Source {
    Source {
        channel: Channel::Import,
        organisation: organisation.as_str().to_owned(),
        patient: Some(patient.as_str().to_owned()),
        ae_title: None,
        fallback: Fallback::default(),
    }
}

async fn send(ingest: &Ingest, source: &Source, files: Vec<File>) -> Result<()> {
    let item = |file: File| Item { name: file.instance_uid, body: Body::File(Staged::from(file.bytes)) };
    for entry in ingest.take(source, files.into_iter().map(item).collect()).await {
        if let Err(refusal) = entry.result {
            return Err(Refusal::of_code(refusal.code()));
        }
    }
    Ok(())
}

/// A patient of the demo by their document.
async fn registered(app: &App, alliance: &AllianceId, of: &cast::Patient) -> Result<Option<PatientId>> {
    let (system, keys) = (IdentityKind::ResidentId.as_str(), &app.ground.keys);
    let mut reader = app.ground.db.read().await?;
    patients::by_identifier(&mut reader, keys, alliance, system, None, of.resident_id).await
}

/// Where the demo's device stands, and whose images it takes; none in a store that is not the demo's.
pub(super) async fn places(app: &App) -> Result<Option<(AllianceId, OrganisationId, PatientId)>> {
    let mut reader = app.ground.db.read().await?;
    let Some(device) = dimse::sql::by_title(&mut reader, cast::AE_TITLE).await?.into_iter().next() else {
        return Ok(None);
    };
    let organisation = OrganisationId::trusted(device.organisation);
    let alliance = register::alliance_of(&mut reader, &organisation).await?;
    drop(reader);
    let patient = registered(app, &alliance, &cast::PATIENTS[0]).await?;
    Ok(patient.map(|patient| (alliance, organisation, patient)))
}

fn person() -> Person<'static> {
    Person {
        name: "Zhang^XiaoDong=张^小东",
        patient_id: cast::LOCAL_NUMBER,
        birth_date: "19680412",
        sex: "M",
    }
}

/// When the images were made: the day before the demo was.
struct Made {
    date: String,
}

impl Made {
    fn before(app: &App) -> Self {
        let day = app.ground.today().saturating_sub(1.day());
        Self { date: day.strftime("%Y%m%d").to_string() }
    }

    fn said<'a>(&'a self, description: &'a str, charset: Charset) -> Visit<'a> {
        Visit { date: &self.date, time: "093000", institution: "柳林镇卫生院", description, charset }
    }
}
