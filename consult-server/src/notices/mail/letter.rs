//! What a letter or a message says: which kind of thing waits, how urgent it is, and where to look. Never whom it is about, and
//! nothing clinical: mail is read by servers and on screens that nobody chose. Pure.

use crate::notices::kinds;
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

/// The words of the table; what is not in it (a test, an event of an older version) still says that there is something.
fn what(kind: &str, language: Language) -> &'static str {
    let (chinese, english) = match kind {
        "webhook.test" => ("这是一条测试消息", "This is a test"),
        kind => kinds::find(kind).map_or(("有新的提醒", "There is news for you"), |kind| kind.words),
    };
    match language {
        Language::Chinese => chinese,
        Language::English => english,
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
    fn whatever_the_table_holds_is_said_in_its_words_and_what_it_does_not_know_is_still_said() {
        assert_eq!(what("leg.urged", Language::English), "A referral is urged: please act");
        assert_eq!(what("message.sent", Language::Chinese), "一份转诊有新的沟通消息");
        assert_eq!(what("something.new", Language::English), "There is news for you");
    }
}
