//! What a letter or a message says: which kind of thing waits, how urgent it is, and where to look. Never whom it is about, and
//! nothing clinical: mail is read by servers and on screens that nobody chose. Pure.

use crate::notices::preferences::{Class, Language};

/// What is told, without what it is about.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    pub kind: &'a str,
    pub class: Class,
    pub urgency: Option<&'a str>,
    pub link: &'a str,
}

pub struct Words {
    pub subject: String,
    pub text: String,
}

/// A letter. `settings` is where its reader says how they want to be told.
pub fn letter(told: Told<'_>, language: Language, product: &str, settings: &str) -> Words {
    let what = what(told.kind, language);
    let mark = mark(told.urgency, language);
    match language {
        Language::Chinese => Words {
            subject: format!("{}{what}", mark.map_or_else(String::new, |mark| format!("【{mark}】"))),
            text: format!(
                "{what}。\n{}请登录后查看：\n{}\n\n这封邮件由“{product}”自动发出，不含患者信息，请勿回复。\n更改提醒方式：{settings}\n",
                mark.map_or_else(String::new, |mark| format!("紧急程度：{mark}\n")),
                told.link,
            ),
        },
        Language::English => Words {
            subject: format!("{}{what}", mark.map_or_else(String::new, |mark| format!("[{mark}] "))),
            text: format!(
                "{what}.\n{}Sign in to see it:\n{}\n\nThis mail was sent by “{product}” by itself and holds nothing about a patient. Do not answer it.\n\
                 Change how you are told: {settings}\n",
                mark.map_or_else(String::new, |mark| format!("Urgency: {mark}\n")),
                told.link,
            ),
        },
    }
}

/// One line with the link, for a group or a phone.
pub fn line(told: Told<'_>, language: Language) -> String {
    let what = what(told.kind, language);
    match (mark(told.urgency, language), language) {
        (Some(mark), Language::Chinese) => format!("【{mark}】{what}"),
        (Some(mark), Language::English) => format!("[{mark}] {what}"),
        (None, Language::Chinese | Language::English) => what.to_owned(),
    }
}

/// Whether somebody may be disturbed at night for it.
pub fn is_emergency(urgency: Option<&str>) -> bool {
    matches!(urgency, Some("emergency" | "critical"))
}

pub fn mark(urgency: Option<&str>, language: Language) -> Option<&'static str> {
    match (urgency, language) {
        (Some("emergency" | "critical"), Language::Chinese) => Some("急危重症"),
        (Some("emergency" | "critical"), Language::English) => Some("Emergency"),
        (Some("urgent"), Language::Chinese) => Some("加急"),
        (Some("urgent"), Language::English) => Some("Urgent"),
        (Some(_) | None, Language::Chinese | Language::English) => None,
    }
}

/// By the type of the event; one that is not listed still says whether something is asked.
fn what(kind: &str, language: Language) -> &'static str {
    let (chinese, english) = match kind {
        "leg.submitted" => ("有一份转诊等待处理", "A referral waits for you"),
        "leg.asked" => ("一份转诊需要补充资料", "A referral needs more information"),
        "leg.answered" => ("一份转诊已补充资料", "More information came for a referral"),
        "leg.accepted" => ("一份转诊已被接收", "A referral was accepted"),
        "leg.declined" => ("一份转诊被谢绝", "A referral was declined"),
        "leg.redirected" => ("一份转诊被转荐到其他医院", "A referral was sent on to another hospital"),
        "leg.arrived" => ("转诊患者已到院", "A referred patient has arrived"),
        "leg.departed" => ("转诊患者已出发", "A referred patient is on the way"),
        "leg.no_show" => ("转诊患者未到院", "A referred patient did not come"),
        "leg.released" => ("一张预留的床位已释放", "A bed that was held has been released"),
        "leg.outcome_sent" => {
            ("一份转诊的诊疗结果已反馈，请确认", "An outcome came back: please acknowledge it")
        }
        "leg.outcome_amended" => ("一份转诊的诊疗结果有修订", "An outcome was amended"),
        "leg.acknowledged" => ("诊疗结果已被确认收到", "An outcome was acknowledged"),
        "leg.cancelled" => ("一份转诊已取消", "A referral was cancelled"),
        "leg.cancel_requested" => ("一份转诊申请取消，请答复", "The sender asks to cancel a referral"),
        "leg.deadline_missed" => ("一份转诊超过时限", "A referral has missed a deadline"),
        "consult.submitted" | "consult.resubmitted" => ("有一份会诊申请等待处理", "A consult waits for you"),
        "consult.quality_checked" | "consult.released" => {
            ("有一份会诊等待专家接手", "A consult waits to be taken")
        }
        "consult.answered" => ("会诊提问已有回答", "A question about a consult was answered"),
        "consult.claimed" => ("专家已接手会诊", "A specialist has taken a consult"),
        "consult.asked" => ("专家提问，请回答", "The specialist has a question"),
        "consult.returned" => ("一份会诊被退回补充资料", "A consult needs more information"),
        "consult.declined" => ("一份会诊被谢绝", "A consult was declined"),
        "consult.delivered" => ("会诊意见已送达，请确认", "A report was delivered: please acknowledge it"),
        "consult.amended" => ("会诊意见有修订", "A report was amended"),
        "consult.acknowledged" => ("会诊意见已被确认", "A report was acknowledged"),
        "consult.cancelled" => ("一份会诊已取消", "A consult was cancelled"),
        "consult.deadline_missed" => ("一份会诊超过时限", "A consult has missed a deadline"),
        "duty.planned" => ("为您安排了值班", "You were put on the roster"),
        "duty.taken_off" => ("取消了您的一次值班", "A duty of yours was taken away"),
        "duty_swap.offered" => ("同事想和您换班，请答复", "A colleague wants to swap duties with you"),
        "duty_swap.accepted" => ("您提出的换班已被接受", "Your swap was accepted"),
        "duty_swap.declined" => ("您提出的换班被拒绝", "Your swap was declined"),
        "duty_swap.withdrawn" => ("同事撤回了换班", "A swap was withdrawn"),
        "person.left" => {
            ("有同事离职，其未办事项由岗位接手", "A colleague has left: the role takes over what was open")
        }
        "break_glass.opened" => ("有一次紧急访问等待审查", "An emergency access waits for review"),
        "break_glass.ended" => ("您的紧急访问已被结束", "Your emergency access was ended"),
        "break_glass.reviewed" => ("您的紧急访问已审查", "Your emergency access was reviewed"),
        "webhook.test" => ("这是一条测试消息", "This is a test"),
        _ => ("有新的提醒", "There is news for you"),
    };
    match language {
        Language::Chinese => chinese,
        Language::English => english,
    }
}

/// Where the page shows a thing, below the public address.
pub fn path(subject_kind: &str, subject_id: &str) -> String {
    match subject_kind {
        "leg" => format!("/referrals/{subject_id}"),
        "consult" => format!("/consults/{subject_id}"),
        "break_glass" => format!("/break-glass/{subject_id}"),
        "duty" | "duty_swap" => "/duties".to_owned(),
        _ => "/notices".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_says_what_waits_how_urgent_it_is_and_where_in_the_language_of_its_reader() {
        let link = "https://county.example/referrals/1";
        let told = Told { kind: "leg.submitted", class: Class::Tasks, urgency: Some("emergency"), link };
        let chinese = letter(told, Language::Chinese, "清河县医共体", "https://county.example/account");
        assert_eq!(chinese.subject, "【急危重症】有一份转诊等待处理");
        assert!(chinese.text.contains(link) && chinese.text.contains("紧急程度：急危重症"));
        let english = letter(told, Language::English, "Qinghe", "https://county.example/account");
        assert_eq!(english.subject, "[Emergency] A referral waits for you");
        assert!(english.text.contains(link));
        let routine = Told { urgency: Some("routine"), ..told };
        assert_eq!(letter(routine, Language::English, "", "").subject, "A referral waits for you");
    }

    #[test]
    fn whatever_is_told_to_somebody_has_words() {
        for kind in crate::notices::rules::KINDS {
            assert_ne!(what(kind, Language::English), "There is news for you", "{kind}");
        }
    }
}
