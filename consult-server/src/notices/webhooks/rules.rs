//! What is said to another system and how it is signed, by adapter; what its answer means. Pure.

use super::Adapter;
use crate::notices::delivery::{Attempt, Delivery, Fault};
use crate::notices::mail::letter::{self, Told};
use crate::notices::preferences::Language;
use crate::time::Timestamp;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Url;
use ring::hmac;
use serde_json::{Value, json};

/// What a secret of ours begins with (Standard Webhooks 1.0).
const PREFIX: &str = "whsec_";
pub const SECRET_BYTES: usize = 32;

/// A request, made ready.
#[derive(Debug)]
pub struct Request {
    pub url: Url,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// What is known of the webhook and of what it is told.
pub struct Saying<'a> {
    pub adapter: Adapter,
    pub url: Url,
    pub secret: Option<&'a str>,
    pub template: Option<&'a str>,
    /// Of the person, where it goes to one.
    pub language: Language,
    pub phone: Option<&'a str>,
    pub told: Told<'a>,
}

pub fn secret(bytes: &[u8; SECRET_BYTES]) -> String {
    format!("{PREFIX}{}", BASE64_STANDARD.encode(bytes))
}

/// The request of a delivery. `now` is when it is sent: a receiver refuses what is old.
pub fn request(delivery: &Delivery, saying: &Saying<'_>, now: Timestamp) -> Result<Request, Fault> {
    let json = |body: Value| body.to_string();
    let header = ("content-type", "application/json".to_owned());
    let told = saying.told;
    let (mut url, mut headers) = (saying.url.clone(), vec![header]);
    let body = match saying.adapter {
        Adapter::Standard => json(standard(delivery, told)),
        Adapter::SmsGateway => json(message(delivery, saying)?),
        Adapter::Dingtalk => {
            if let Some(secret) = saying.secret {
                let stamp = now.0.to_string();
                let sign = dingtalk_sign(&stamp, secret);
                url.query_pairs_mut().append_pair("timestamp", &stamp).append_pair("sign", &sign);
            }
            let text = letter::line(told, saying.language);
            json(
                json!({ "msgtype": "markdown", "markdown": { "title": text, "text": markdown(&text, told.link) } }),
            )
        }
        Adapter::Wecom => {
            let text = letter::line(told, saying.language);
            json(json!({ "msgtype": "markdown", "markdown": { "content": markdown(&text, told.link) } }))
        }
    };
    if saying.adapter.is_signed_by_us() {
        let secret = saying.secret.ok_or_else(|| Fault::new("secret", "the webhook has no secret"))?;
        let (id, stamp) = (delivery.id.as_str().to_owned(), (now.0 / 1000).to_string());
        let signature = signature(secret, &id, &stamp, &body)
            .ok_or_else(|| Fault::new("secret", "the secret is not one of ours"))?;
        headers.extend([("webhook-id", id), ("webhook-timestamp", stamp), ("webhook-signature", signature)]);
    }
    Ok(Request { url, headers, body })
}

fn standard(delivery: &Delivery, told: Told<'_>) -> Value {
    json!({
        "type": delivery.kind,
        "timestamp": delivery.created_at,
        "data": {
            "alliance_id": delivery.alliance,
            "subject": { "kind": delivery.subject_kind, "id": delivery.subject_id },
            "urgency": delivery.urgency,
            "link": told.link,
        },
    })
}

fn message(delivery: &Delivery, saying: &Saying<'_>) -> Result<Value, Fault> {
    let told = saying.told;
    let phone = saying.phone.ok_or_else(|| Fault::new("address", "the person has no phone number"))?;
    Ok(json!({
        "type": "message",
        "id": delivery.id,
        "to": phone,
        "template": saying.template,
        "language": saying.language,
        "parameters": {
            "text": letter::line(told, saying.language),
            "kind": delivery.kind,
            "class": told.class,
            "urgency": delivery.urgency,
            "link": told.link,
        },
    }))
}

fn markdown(text: &str, link: &str) -> String {
    format!("{text}\n\n[{link}]({link})")
}

/// `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
pub fn signature(secret: &str, id: &str, stamp: &str, body: &str) -> Option<String> {
    let key = BASE64_STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    Some(format!("v1,{}", mac(&key, &format!("{id}.{stamp}.{body}"))))
}

/// The robot's: the secret is the key, and stands in what is signed too.
fn dingtalk_sign(stamp: &str, secret: &str) -> String {
    mac(secret.as_bytes(), &format!("{stamp}\n{secret}"))
}

fn mac(key: &[u8], text: &str) -> String {
    BASE64_STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()))
}

/// What an answer means. Robots answer 200 and say in the body that they refuse.
pub fn answered(adapter: Adapter, status: u16, body: &[u8]) -> Attempt {
    let fault = |code| Fault::new(code, format!("HTTP {status}"));
    match status {
        200..=299 => match adapter {
            Adapter::Dingtalk | Adapter::Wecom => robot(body),
            Adapter::Standard | Adapter::SmsGateway => Attempt::Sent,
        },
        300..=399 => Attempt::Closed(fault("redirect")),
        // What is wrong with this one is not wrong with the next.
        400 | 413 | 415 | 422 => Attempt::Later(fault("refused")),
        _ => Attempt::Closed(fault("status")),
    }
}

fn robot(body: &[u8]) -> Attempt {
    let answer: Option<Value> = serde_json::from_slice(body).ok();
    match answer.as_ref().and_then(|answer| answer["errcode"].as_i64()) {
        Some(0) => Attempt::Sent,
        Some(code) => {
            let said = answer.as_ref().and_then(|answer| answer["errmsg"].as_str()).unwrap_or_default();
            Attempt::Closed(Fault::new("robot_refused", format!("errcode {code} {said}")))
        }
        None => Attempt::Closed(Fault::new("robot_refused", "the answer has no errcode")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AllianceId, DeliveryId};
    use crate::notices::delivery::Channel;
    use crate::notices::preferences::Class;

    fn delivery() -> Delivery {
        Delivery {
            id: DeliveryId::trusted("01890000-0000-7000-8000-000000000001"),
            alliance: AllianceId::trusted("a"),
            route: "w".to_owned(),
            channel: Channel::Webhook,
            person: None,
            kind: "leg.submitted".to_owned(),
            class: Class::Tasks,
            subject_kind: "leg".to_owned(),
            subject_id: "l".to_owned(),
            urgency: Some("urgent".to_owned()),
            due_at: Timestamp(0),
            give_up_at: Timestamp(0),
            tries: 0,
            created_at: Timestamp(0),
        }
    }

    fn saying(adapter: Adapter, secret: Option<&str>) -> Saying<'_> {
        let link = "https://county.example/referrals/l";
        Saying {
            adapter,
            url: Url::parse("https://robot.example/send?access_token=t").unwrap(),
            secret,
            template: Some("T1"),
            language: Language::Chinese,
            phone: Some("13800000000"),
            told: Told { kind: "leg.submitted", class: Class::Tasks, urgency: Some("urgent"), link },
        }
    }

    #[test]
    fn the_signature_is_that_of_the_standard() {
        // The example of the specification.
        let signature = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            "{\"test\": 2432232314}",
        );
        assert_eq!(signature.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn a_standard_webhook_carries_id_time_and_signature_of_its_very_body() {
        let secret = secret(&[7; SECRET_BYTES]);
        let made = request(&delivery(), &saying(Adapter::Standard, Some(&secret)), Timestamp(5_000)).unwrap();
        let header = |name: &str| made.headers.iter().find(|(n, _)| *n == name).unwrap().1.clone();
        assert_eq!(
            (header("webhook-id"), header("webhook-timestamp")),
            (delivery().id.to_string(), "5".to_owned())
        );
        let expected = signature(&secret, delivery().id.as_str(), "5", &made.body).unwrap();
        assert_eq!(header("webhook-signature"), expected);
        let body: Value = serde_json::from_str(&made.body).unwrap();
        assert_eq!((&body["type"], &body["data"]["urgency"]), (&json!("leg.submitted"), &json!("urgent")));
    }

    #[test]
    fn a_dingtalk_robot_gets_time_and_sign_in_its_address() {
        let made =
            request(&delivery(), &saying(Adapter::Dingtalk, Some("SECabc")), Timestamp(1_700_000_000_000))
                .unwrap();
        let pairs: Vec<(String, String)> = made.url.query_pairs().into_owned().collect();
        let sign = mac(b"SECabc", "1700000000000\nSECabc");
        assert_eq!(
            pairs,
            [("access_token", "t"), ("timestamp", "1700000000000"), ("sign", sign.as_str())]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
        );
        let body: Value = serde_json::from_str(&made.body).unwrap();
        assert_eq!(body["msgtype"], "markdown");
        assert!(body["markdown"]["text"].as_str().unwrap().starts_with("【加急】有一份转诊等待处理"));
    }

    #[test]
    fn a_gateway_gets_a_number_a_template_and_its_parameters() {
        let secret = secret(&[7; SECRET_BYTES]);
        let made = request(&delivery(), &saying(Adapter::SmsGateway, Some(&secret)), Timestamp(0)).unwrap();
        let body: Value = serde_json::from_str(&made.body).unwrap();
        assert_eq!((&body["to"], &body["template"]), (&json!("13800000000"), &json!("T1")));
        assert_eq!(body["parameters"]["text"], "【加急】有一份转诊等待处理");
    }

    #[test]
    fn a_robot_that_answers_200_and_refuses_has_refused() {
        assert_eq!(answered(Adapter::Wecom, 200, b"{\"errcode\":0,\"errmsg\":\"ok\"}"), Attempt::Sent);
        let refused = answered(Adapter::Dingtalk, 200, b"{\"errcode\":310000,\"errmsg\":\"sign not match\"}");
        assert_eq!(refused, Attempt::Closed(Fault::new("robot_refused", "errcode 310000 sign not match")));
        assert!(matches!(answered(Adapter::Dingtalk, 200, b"<html>"), Attempt::Closed(_)));
        assert_eq!(answered(Adapter::Standard, 204, b""), Attempt::Sent);
        assert!(matches!(
            answered(Adapter::Standard, 302, b""),
            Attempt::Closed(Fault { code: "redirect", .. })
        ));
        assert!(matches!(answered(Adapter::Standard, 422, b""), Attempt::Later(_)));
        assert!(matches!(answered(Adapter::Standard, 503, b""), Attempt::Closed(_)));
    }
}
