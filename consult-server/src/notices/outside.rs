//! The letter that tells a hospital without an account that a referral waits for it: put into the queue with the event of its
//! package, and written when it is sent. The code and the patient are in neither.

use super::delivery::{Delivery, Fault};
use super::mail::Letter;
use super::mail::letter::{self, Words};
use super::preferences::Language;
use crate::db::outbox::Entry;
use crate::error::Result;
use crate::ground::Ground;
use crate::ids::PackageId;
use crate::referrals::packages::{Announcement, flow};

/// What such a delivery is about.
pub const PACKAGE: &str = "leg_package";

/// The package that an entry announces by mail.
pub fn announced(entry: &Entry) -> Option<PackageId> {
    let is_mailed = entry.kind == "leg.package_made" && entry.payload["email"].is_string();
    entry.payload["package"].as_str().filter(|_| is_mailed).and_then(PackageId::parse)
}

pub async fn letter(ground: &Ground, delivery: &Delivery) -> Result<Option<Letter>> {
    let package = PackageId::trusted(delivery.subject_id.as_str());
    let Some(said) = flow::announcement(ground, &package).await? else { return Ok(None) };
    let mut reader = ground.db.read().await?;
    let alliance = super::sql::alliance_name(&mut reader, &delivery.alliance).await?;
    drop(reader);
    let said_so = words(&said, &said.expires_at.written_in(&ground.zone), &alliance);
    Ok(Some(Letter {
        id: delivery.id.as_str().to_owned(),
        to: said.email,
        subject: said_so.subject,
        text: said_so.text,
        language: "zh-CN, en",
        written_at: delivery.created_at,
    }))
}

/// The letter of a package, in both languages: what its reader speaks is not known. It says whom to call, and not whom it is about.
fn words(said: &Announcement, until: &str, product: &str) -> Words {
    let Announcement { number, to, from, address, .. } = said;
    let urgency = Some(said.urgency.as_str());
    let (chinese, english) =
        (letter::mark(urgency, Language::Chinese), letter::mark(urgency, Language::English));
    let phone = |number: Option<&String>| number.map_or_else(String::new, |number| format!(" {number}"));
    let (own, house) = (phone(from.doctor_phone.as_ref()), phone(from.organisation_phone.as_ref()));
    let whom = format!("{}{own}, {}{house}", from.doctor, from.organisation);
    let line =
        |name: &str, mark: Option<&str>| mark.map_or_else(String::new, |mark| format!("{name}{mark}\n"));
    Words {
        subject: format!(
            "{}{}有一份转诊资料请查收 / A referral waits for you ({number})",
            chinese.map_or_else(String::new, |mark| format!("【{mark}】")),
            from.organisation
        ),
        text: format!(
            "{to}：\n\n{sender}转来一位患者，转诊资料请查收。\n编号：{number}\n{zh}请打开：\n{address}\n\
             输入取件码查看。取件码不在本邮件中：转出医生会打电话告知，患者随身的取件单上也有。它只能用一次，{until} 前有效。\n\
             联系：{whom}\n\n这封邮件由“{product}”自动发出，不含患者信息，请勿回复。\n\n---\n\n\
             {sender} sends a patient to {to}.\nNumber: {number}\n{en}Open this page and type the code:\n{address}\n\
             The code is not in this mail: the sending doctor reads it out by telephone, and it stands on the sheet that the patient carries. It \
             counts once, until {until}.\nWhom to call: {whom}\n\n\
             This mail was sent by “{product}” by itself and holds nothing about the patient. Do not answer it.\n",
            sender = from.organisation,
            zh = line("紧急程度：", chinese),
            en = line("Urgency: ", english),
        ),
    }
}

/// Why it is not sent any more.
pub fn over() -> Fault {
    Fault::new("over", "the package was opened, withdrawn or has expired")
}
