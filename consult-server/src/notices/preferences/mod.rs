//! How a person wants to be told: which ways for which class of notice, in which language, and when not. In the product
//! everybody is always told; emergencies wait for no quiet hours.

pub mod flow;
pub mod http;
pub mod rules;
pub mod sql;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a notice is for its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NoticeClass)]
pub enum Class {
    /// Somebody asks something of the reader.
    Tasks,
    /// Something that the reader waits for has come or happened.
    Answers,
    /// A deadline was missed, or somebody is pressed to act.
    Escalations,
    /// Somebody wrote in a conversation.
    Messages,
    /// Rosters, people, reviews.
    Administration,
}

impl Class {
    pub const ALL: &'static [Class] =
        &[Class::Tasks, Class::Answers, Class::Escalations, Class::Messages, Class::Administration];

    pub fn as_str(self) -> &'static str {
        match self {
            Class::Tasks => "tasks",
            Class::Answers => "answers",
            Class::Escalations => "escalations",
            Class::Messages => "messages",
            Class::Administration => "administration",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|class| class.as_str() == text)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Language {
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    #[serde(rename = "en")]
    English,
}

impl Language {
    pub fn as_str(self) -> &'static str {
        match self {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Language::Chinese, Language::English].into_iter().find(|language| language.as_str() == text)
    }
}

/// The ways out of the product for one class of notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ways {
    pub mail: bool,
    /// A text message or call, where the alliance has a gateway.
    pub phone: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Channels {
    pub tasks: Ways,
    pub answers: Ways,
    pub escalations: Ways,
    /// Who chose before there was this class is told by no way of it.
    #[serde(default = "Ways::none")]
    #[schema(required = true)]
    pub messages: Ways,
    pub administration: Ways,
}

impl Ways {
    pub fn none() -> Self {
        Self { mail: false, phone: false }
    }
}

impl Default for Channels {
    /// Mail for what somebody must do something about; a conversation is looked at where it is held.
    fn default() -> Self {
        let (mail, none) = (Ways { mail: true, phone: false }, Ways::none());
        Self { tasks: mail, answers: none, escalations: mail, messages: none, administration: mail }
    }
}

impl Channels {
    pub fn of(self, class: Class) -> Ways {
        match class {
            Class::Tasks => self.tasks,
            Class::Answers => self.answers,
            Class::Escalations => self.escalations,
            Class::Messages => self.messages,
            Class::Administration => self.administration,
        }
    }
}

/// Minutes of the day in the alliance's time zone; from 22:00 until 07:00 goes over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    pub from: i64,
    pub until: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    pub language: Language,
    pub channels: Channels,
    pub quiet: Option<Quiet>,
}

/// Quiet hours as people write them: `22:00`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuietHours {
    pub from: String,
    pub until: String,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct PreferencesInput {
    pub language: Language,
    pub channels: Channels,
    /// Null for none.
    pub quiet: Option<QuietHours>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoticePreferences {
    pub language: Language,
    pub channels: Channels,
    pub quiet: Option<QuietHours>,
    /// In which the quiet hours are counted.
    pub timezone: String,
    /// Where mail goes; null while the administrator has entered none.
    pub email: Option<String>,
    /// Where messages and calls go; null while there is none.
    pub phone: Option<String>,
    /// Whether the alliance has a gateway for messages or calls.
    pub phone_offered: bool,
}
