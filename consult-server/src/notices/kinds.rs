//! The one table of what people are told: for each type of event who hears of it, what it is for them, in which words a letter
//! names it, and which page shows it. Reads no store.

use super::preferences::Class;
use crate::access::Role;
use Role::{
    Coordinator, FamilyDoctor, Manager, ReceivingDoctor, ReferralDesk, SecurityAdministrator, Specialist,
    TownshipDoctor, VillageDoctor,
};

/// Whoever asks for care elsewhere.
pub const ASKING: &[Role] = &[VillageDoctor, TownshipDoctor, ReceivingDoctor, FamilyDoctor];
/// Whoever answers where a house has neither a desk nor a roster.
pub const RECEIVING: &[Role] = &[ReferralDesk, ReceivingDoctor, TownshipDoctor, VillageDoctor];
/// Whoever answers for all, where no roster says who does.
pub const ON_DUTY: &[Role] = &[ReferralDesk, TownshipDoctor, VillageDoctor];

/// Who hears of it. People whom the change names under `tell` always do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nobody else.
    Named,
    /// The roles, at the organisations that the change names under `told`, or at its audience.
    There(&'static [Role]),
    /// The side that asked, of a leg or a consult.
    Asking,
    /// The side of a leg that was asked: its desk and the department's duty first.
    Asked,
    /// Whoever took the patient or the consult; until somebody has, those roles of the side that was asked.
    Taker(&'static [Role]),
    /// The roles in the department that was invited; where nobody there has one, in its house.
    Invited(&'static [Role]),
    /// The side that did not do it; both where the clock did.
    OtherSide,
    BothSides,
    /// The rung of a leg's ladder that is called.
    Ladder,
    /// Whoever owes a follow-up; on the rung of the manager the manager.
    Owing,
    /// The desks of the organisations that the change names.
    Desks,
}

/// The page that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    Referral,
    Conversation,
    Consult,
    Duties,
    Review,
    OwnGlass,
    /// It has none of its own that every reader may open.
    Notices,
}

impl Page {
    /// Below the public address.
    pub fn path(self, subject_id: &str) -> String {
        match self {
            Page::Referral => format!("/referrals/{subject_id}"),
            Page::Conversation => format!("/referrals/{subject_id}#talk"),
            Page::Consult => format!("/consults/{subject_id}"),
            Page::Review => format!("/break-glass/{subject_id}"),
            Page::OwnGlass => "/break-glass/mine".to_owned(),
            Page::Duties => "/duties".to_owned(),
            Page::Notices => "/notices".to_owned(),
        }
    }
}

/// A type of event that somebody is told of, and that a webhook can be told.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub name: &'static str,
    pub told: Told,
    pub class: Class,
    pub page: Page,
    /// What a letter says of it, in Chinese and in English: never whom it is about.
    pub words: (&'static str, &'static str),
}

const fn kind(
    name: &'static str,
    told: Told,
    class: Class,
    page: Page,
    words: (&'static str, &'static str),
) -> Kind {
    Kind { name, told, class, page, words }
}

const fn leg(name: &'static str, told: Told, class: Class, words: (&'static str, &'static str)) -> Kind {
    kind(name, told, class, Page::Referral, words)
}

const fn consult(name: &'static str, told: Told, class: Class, words: (&'static str, &'static str)) -> Kind {
    kind(name, told, class, Page::Consult, words)
}

/// What nobody asks for at once: rosters, people, reviews.
const fn office(name: &'static str, told: Told, page: Page, words: (&'static str, &'static str)) -> Kind {
    kind(name, told, Class::Administration, page, words)
}

use Class::{Answers, Escalations, Messages, Tasks};
use Told::{Asked, Asking, BothSides, Desks, Invited, Ladder, Named, OtherSide, Owing, Taker, There};

/// What is not in it disturbs nobody: it is seen on the page of its subject.
pub const TABLE: &[Kind] = &[
    leg("leg.submitted", Asked, Tasks, ("有一份转诊等待处理", "A referral waits for you")),
    leg("leg.asked", Asking, Tasks, ("一份转诊需要补充资料", "A referral needs more information")),
    leg("leg.answered", Asked, Tasks, ("一份转诊已补充资料", "More information came for a referral")),
    leg("leg.accepted", Asking, Answers, ("一份转诊已被接收", "A referral was accepted")),
    leg("leg.declined", Asking, Tasks, ("一份转诊被谢绝", "A referral was declined")),
    leg(
        "leg.redirected",
        Asking,
        Tasks,
        ("一份转诊被转荐到其他医院", "A referral was sent on to another hospital"),
    ),
    leg(
        "leg.released",
        BothSides,
        Answers,
        ("一张预留的床位已释放", "A bed that was held has been released"),
    ),
    leg("leg.departed", Asked, Tasks, ("转诊患者已出发", "A referred patient is on the way")),
    leg("leg.arrived", Asking, Answers, ("转诊患者已到院", "A referred patient has arrived")),
    leg("leg.no_show", Asking, Tasks, ("转诊患者未到院", "A referred patient did not come")),
    leg("leg.rebooked", OtherSide, Answers, ("一份转诊改约了时间", "A referral has a new date")),
    leg(
        "leg.outcome_sent",
        Asking,
        Tasks,
        ("一份转诊的诊疗结果已反馈，请确认", "An outcome came back: please acknowledge it"),
    ),
    leg("leg.outcome_amended", Asking, Tasks, ("一份转诊的诊疗结果有修订", "An outcome was amended")),
    leg(
        "leg.acknowledged",
        Taker(&[ReceivingDoctor]),
        Answers,
        ("诊疗结果已被确认收到", "An outcome was acknowledged"),
    ),
    leg(
        "leg.cancel_requested",
        Asked,
        Tasks,
        ("一份转诊申请取消，请答复", "The sender asks to cancel a referral"),
    ),
    leg(
        "leg.cancel_refused",
        Asking,
        Tasks,
        ("接收方不同意取消一份转诊", "The hospital does not agree to cancel a referral"),
    ),
    leg("leg.cancelled", OtherSide, Answers, ("一份转诊已取消", "A referral was cancelled")),
    leg(
        "leg.package_opened",
        Asking,
        Answers,
        ("外部医院打开了资料包", "The hospital has opened the package of a referral"),
    ),
    leg("leg.urged", Ladder, Escalations, ("一份转诊被催办，请尽快处理", "A referral is urged: please act")),
    leg("leg.deadline_missed", Ladder, Escalations, ("一份转诊超过时限", "A referral has missed a deadline")),
    leg(
        "leg.arrival_conflict",
        Desks,
        Escalations,
        ("一名患者被登记到两家机构，请核实", "A patient is said to be in two places: please clear it up"),
    ),
    leg("follow_up.planned", Owing, Tasks, ("有一项随访需要安排", "A follow-up was planned for you")),
    leg("follow_up.rescheduled", Owing, Answers, ("一项随访改期", "A follow-up has a new date")),
    leg("follow_up.missed", Owing, Escalations, ("一项随访逾期未完成", "A follow-up is overdue")),
    leg("follow_up.done", Named, Answers, ("您安排的随访已完成", "A follow-up you planned was done")),
    leg(
        "follow_up.not_reached",
        Named,
        Answers,
        ("您安排的随访未联系上患者", "A follow-up you planned reached nobody"),
    ),
    leg(
        "follow_up.cancelled",
        Named,
        Answers,
        ("您安排的随访已取消", "A follow-up you planned was cancelled"),
    ),
    kind(
        "message.sent",
        Named,
        Messages,
        Page::Conversation,
        ("一份转诊有新的沟通消息", "A new message about a referral"),
    ),
    consult(
        "consult.submitted",
        Invited(&[Coordinator]),
        Tasks,
        ("有一份会诊申请等待处理", "A consult waits for you"),
    ),
    consult(
        "consult.resubmitted",
        Invited(&[Coordinator]),
        Tasks,
        ("有一份会诊申请等待处理", "A consult waits for you"),
    ),
    consult(
        "consult.quality_checked",
        Invited(&[Specialist]),
        Tasks,
        ("有一份会诊等待专家接手", "A consult waits to be taken"),
    ),
    consult(
        "consult.released",
        Invited(&[Specialist]),
        Tasks,
        ("有一份会诊等待专家接手", "A consult waits to be taken"),
    ),
    consult(
        "consult.answered",
        Taker(&[Specialist]),
        Tasks,
        ("会诊提问已有回答", "A question about a consult was answered"),
    ),
    consult("consult.claimed", Asking, Answers, ("专家已接手会诊", "A specialist has taken a consult")),
    consult("consult.asked", Asking, Tasks, ("专家提问，请回答", "The specialist has a question")),
    consult(
        "consult.returned",
        Asking,
        Tasks,
        ("一份会诊被退回补充资料", "A consult needs more information"),
    ),
    consult("consult.declined", Asking, Answers, ("一份会诊被谢绝", "A consult was declined")),
    consult(
        "consult.delivered",
        Asking,
        Tasks,
        ("会诊意见已送达，请确认", "A report was delivered: please acknowledge it"),
    ),
    consult("consult.amended", Asking, Tasks, ("会诊意见有修订", "A report was amended")),
    consult(
        "consult.acknowledged",
        Taker(&[Specialist]),
        Answers,
        ("会诊意见已被确认", "A report was acknowledged"),
    ),
    consult(
        "consult.cancelled",
        Taker(&[Specialist]),
        Answers,
        ("一份会诊已取消", "A consult was cancelled"),
    ),
    consult(
        "consult.deadline_missed",
        There(&[Coordinator, Manager, ReferralDesk]),
        Escalations,
        ("一份会诊超过时限", "A consult has missed a deadline"),
    ),
    office("duty.planned", Named, Page::Duties, ("为您安排了值班", "You were put on the roster")),
    office("duty.taken_off", Named, Page::Duties, ("取消了您的一次值班", "A duty of yours was taken away")),
    office(
        "duty_swap.offered",
        Named,
        Page::Duties,
        ("同事想和您换班，请答复", "A colleague wants to swap duties with you"),
    ),
    office("duty_swap.accepted", Named, Page::Duties, ("您提出的换班已被接受", "Your swap was accepted")),
    office("duty_swap.declined", Named, Page::Duties, ("您提出的换班被拒绝", "Your swap was declined")),
    office("duty_swap.withdrawn", Named, Page::Duties, ("同事撤回了换班", "A swap was withdrawn")),
    // What they owed is owed by the role (I-3).
    office(
        "person.left",
        There(&[Manager, Coordinator, ReferralDesk]),
        Page::Notices,
        ("有同事离职，其未办事项由岗位接手", "A colleague has left: the role takes over what was open"),
    ),
    office(
        "person.reset_issued",
        Named,
        Page::Notices,
        ("您的账号生成了重设密码的激活码", "A code to reset your password was made"),
    ),
    office(
        "person.empowered",
        Named,
        Page::Notices,
        ("系统管理员任命了一位管理人员，请核对", "An administrator was appointed: please check"),
    ),
    office(
        "break_glass.opened",
        There(&[SecurityAdministrator]),
        Page::Review,
        ("有一次紧急访问等待审查", "An emergency access waits for review"),
    ),
    office(
        "break_glass.ended",
        Named,
        Page::OwnGlass,
        ("您的紧急访问已被结束", "Your emergency access was ended"),
    ),
    office(
        "break_glass.reviewed",
        Named,
        Page::OwnGlass,
        ("您的紧急访问已审查", "Your emergency access was reviewed"),
    ),
    // Another organisation cares for a patient: those who keep the record, and those who watch over access.
    office(
        "patient.linked",
        There(&[SecurityAdministrator, VillageDoctor, TownshipDoctor, FamilyDoctor, ReferralDesk]),
        Page::Notices,
        ("其他机构登记了已建档的患者", "Another organisation registered a patient whose record is kept"),
    ),
];

pub fn find(name: &str) -> Option<&'static Kind> {
    TABLE.iter().find(|kind| kind.name == name)
}

pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|kind| kind.name)
}

/// What a notice is for its reader. One of a kind that is not known is kept where nothing is promised of it.
pub fn class(name: &str) -> Class {
    find(name).map_or(Class::Administration, |kind| kind.class)
}

/// Where the page shows it, below the public address.
pub fn path(name: &str, subject_id: &str) -> String {
    find(name).map_or(Page::Notices, |kind| kind.page).path(subject_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_stands_once_in_the_table_and_has_words_in_both_languages() {
        let all: BTreeSet<_> = names().collect();
        assert_eq!(all.len(), TABLE.len());
        for kind in TABLE {
            let (chinese, english) = kind.words;
            assert!(!chinese.is_ascii() && english.is_ascii() && !english.is_empty(), "{}", kind.name);
        }
    }

    #[test]
    fn what_asks_for_something_is_a_task_what_reports_is_not_and_what_is_late_is_an_escalation() {
        for (name, expected) in [
            ("leg.submitted", Class::Tasks),
            ("leg.cancel_refused", Class::Tasks),
            ("leg.accepted", Class::Answers),
            ("leg.rebooked", Class::Answers),
            ("leg.deadline_missed", Class::Escalations),
            ("leg.urged", Class::Escalations),
            ("leg.arrival_conflict", Class::Escalations),
            ("follow_up.missed", Class::Escalations),
            ("consult.delivered", Class::Tasks),
            ("consult.claimed", Class::Answers),
            ("message.sent", Class::Messages),
            ("duty.planned", Class::Administration),
            ("something.new", Class::Administration),
        ] {
            assert_eq!(class(name), expected, "{name}");
        }
    }

    #[test]
    fn a_message_leads_to_its_conversation_and_what_is_unknown_to_the_notices() {
        assert_eq!(path("message.sent", "7"), "/referrals/7#talk");
        assert_eq!(path("follow_up.missed", "7"), "/referrals/7");
        assert_eq!(path("break_glass.reviewed", "7"), "/break-glass/mine");
        assert_eq!(path("something.new", "7"), "/notices");
    }
}
