//! Programs at the door: service accounts with client credentials, and tokens that people make. What each may do, every way in which
//! one is refused, and that no secret is ever written down.

use consult_server::admin::clients::{self, NewClient};
use consult_server::demo::PASSWORD;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use serde_json::{Value, json};
use tests::harness::{Answer, Product, User, text};
use tests::people::{engage, leave};
use tests::store;

const TOKENS: &str = "/api/v1/session/tokens";
const CLIENTS: &str = "/api/v1/service-clients";
const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// An answer of the token endpoint with its headers.
struct Granted {
    status: u16,
    headers: HeaderMap,
    json: Value,
}

async fn asked(product: &Product, basic: Option<(&str, &str)>, form: &[(&str, &str)]) -> Granted {
    let mut request = product.http().post(product.url("/oauth2/token")).form(form);
    if let Some((id, secret)) = basic {
        request = request.basic_auth(id, Some(secret));
    }
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Granted { status, headers, json: answer.json().await.unwrap() }
}

/// The demo's system, within a scope.
async fn system<'a>(product: &'a Product, scope: &str) -> User<'a> {
    let granted = asked(product, Some(("system", PASSWORD)), &[GRANT, ("scope", scope)]).await;
    assert_eq!(granted.status, 200, "{:#}", granted.json);
    product.user(&json!({ "token": granted.json["access_token"], "me": null }))
}

fn program<'a>(product: &'a Product, made: &Answer) -> User<'a> {
    product.user(&json!({ "token": made.json["token"], "me": null }))
}

async fn new_client(product: &Product, client_id: &str, scopes: &str) -> String {
    let new = NewClient {
        client_id: client_id.to_owned(),
        name: "检验系统".to_owned(),
        alliance: None,
        organisation: "清河县人民医院".to_owned(),
        role: "receiving_doctor".to_owned(),
        scopes: scopes.to_owned(),
    };
    clients::create(&product.app.ground, new).await.unwrap()
}

#[tokio::test]
async fn a_system_gets_a_short_token_by_basic_or_in_the_body_and_acts_within_its_scopes() {
    let product = Product::start().await;
    let by_basic = asked(&product, Some(("system", PASSWORD)), &[GRANT]).await;
    let in_body = [GRANT, ("client_id", "system"), ("client_secret", PASSWORD), ("scope", "patients.read")];
    let by_body = asked(&product, None, &in_body).await;
    for granted in [&by_basic, &by_body] {
        assert_eq!((granted.status, &granted.json["token_type"]), (200, &json!("Bearer")));
        assert_eq!(granted.json["expires_in"], 900);
        assert_eq!(
            (&granted.headers["cache-control"], &granted.headers["pragma"]),
            (&"no-store".parse().unwrap(), &"no-cache".parse().unwrap())
        );
    }
    assert_eq!(by_body.json["scope"], "patients.read");
    assert!(text(&by_basic.json["scope"]).contains("studies.write"));

    let program = system(&product, "patients.read").await;
    let me = program.get("/api/v1/session").await.expect(200).json;
    assert_eq!(
        (&me["person"]["login"], &me["position"]["role"]),
        (&json!("system"), &json!("receiving_doctor"))
    );
    program.get("/api/v1/patients").await.expect(200);
    for door in [
        "/api/v1/consults",
        "/api/v1/legs",
        "/dicom-web/studies",
        "/api/v1/organisations",
        "/api/v1/notices",
        "/api/v1/events",
    ] {
        program.get(door).await.expect_refusal(403, "access.scope-too-small");
    }
    product.clock.advance_ms(15 * 60 * 1000);
    program.get("/api/v1/patients").await.expect_refusal(401, "access.session-expired");
}

#[tokio::test]
async fn a_program_that_may_read_referrals_and_records_gives_no_command_and_sees_no_list_of_another_kind() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let leg = tests::referrals::submitted(&village, "routine").await;
    let patient = village.patient("张小东").await;
    let reader = system(&product, "referrals.read patients.read").await;
    let path = format!("/api/v1/legs/{}", leg.id());
    let read = reader.get(&path).await.expect(200);
    let open = reader.command(&format!("{path}/open"), read.version(), json!({})).await;
    open.expect_refusal(403, "access.scope-too-small");
    reader.get(&format!("/api/v1/patients/{patient}/legs")).await.expect(200);
    let consults = reader.get(&format!("/api/v1/patients/{patient}/consults")).await;
    consults.expect_refusal(403, "access.scope-too-small");
    let secret = new_client(&product, "his-writer", "referrals.read referrals.write").await;
    let granted = asked(&product, Some(("his-writer", &secret)), &[GRANT]).await;
    let writer = product.user(&json!({ "token": granted.json["access_token"], "me": null }));
    writer.command(&format!("{path}/open"), read.version(), json!({})).await.expect(200);
}

#[tokio::test]
async fn a_scope_never_gives_what_the_role_may_not_and_no_program_touches_an_account() {
    let product = Product::start().await;
    let program = system(&product, "directory.read patients.read patients.write").await;
    let body = json!({ "id": program.new_id(), "code": "X1", "name": "x", "level": "township_centre" });
    program.post("/api/v1/organisations", body).await.expect_refusal(403, "access.role-not-allowed");
    program.get(CLIENTS).await.expect_refusal(403, "access.role-not-allowed");
    for door in ["/api/v1/session/list", "/api/v1/session/factors", TOKENS] {
        program.get(door).await.expect_refusal(403, "access.scope-too-small");
    }
    program
        .change_password(PASSWORD, "east ditch spring rain")
        .await
        .expect_refusal(403, "access.scope-too-small");
    program.delete("/api/v1/session/list").await.expect_refusal(403, "access.scope-too-small");
    let new = json!({ "name": "a", "scopes": ["patients.read"], "days": 1 });
    program.post(TOKENS, new).await.expect_refusal(403, "access.scope-too-small");
    // A system is nobody's colleague.
    let village = product.sign_in("village").await;
    let found = village.get("/api/v1/people/search?q=信息系统").await.expect(200).json;
    assert_eq!(found["items"], json!([]));
    let county = village.organisation("清河县人民医院").await;
    let people = village.get(&format!("/api/v1/organisations/{county}/people")).await.json;
    assert!(!people.to_string().contains("信息系统"), "{people:#}");
    program.delete("/api/v1/session").await.expect(204);
    program.get("/api/v1/session").await.expect_refusal(401, "access.not-signed-in");
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said_in_the_words_of_the_rfc() {
    let product = Product::start().await;
    let right = Some(("system", PASSWORD));
    for (basic, form, status, error) in [
        (right, &[][..], 400, "invalid_request"),
        (right, &[("grant_type", "password")][..], 400, "unsupported_grant_type"),
        (right, &[GRANT, ("scope", "everything")][..], 400, "invalid_scope"),
        (right, &[GRANT, ("scope", "referrals.write")][..], 400, "invalid_scope"),
        (right, &[GRANT, GRANT][..], 400, "invalid_request"),
        (right, &[GRANT, ("client_id", "system"), ("client_secret", PASSWORD)][..], 400, "invalid_request"),
        (Some(("system", "wrong")), &[GRANT][..], 401, "invalid_client"),
        (Some(("nobody", PASSWORD)), &[GRANT][..], 401, "invalid_client"),
        (Some(("village", PASSWORD)), &[GRANT][..], 401, "invalid_client"),
        (None, &[GRANT][..], 401, "invalid_client"),
        (None, &[GRANT, ("client_id", "system")][..], 401, "invalid_client"),
    ] {
        let answer = asked(&product, basic, form).await;
        assert_eq!((answer.status, &answer.json), (status, &json!({ "error": error })), "{form:?}");
        assert_eq!(answer.headers.contains_key(WWW_AUTHENTICATE), status == 401, "{form:?}");
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
    let request = product.http().post(product.url("/oauth2/token")).basic_auth("system", Some(PASSWORD));
    let answer = request.json(&json!({ "grant_type": "client_credentials" })).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(product.http().get(product.url("/oauth2/token")).send().await.unwrap().status(), 405);
    product.knock("system", PASSWORD).await.expect_refusal(401, "access.wrong-credentials");
}

#[tokio::test]
async fn guessing_a_secret_waits_and_is_in_the_audit_trail() {
    let product = Product::start().await;
    for _ in 0..6 {
        assert_eq!(asked(&product, Some(("system", "wrong")), &[GRANT]).await.status, 401);
    }
    let waiting = asked(&product, Some(("system", PASSWORD)), &[GRANT]).await;
    assert_eq!((waiting.status, &waiting.headers["retry-after"]), (429, &"1".parse().unwrap()));
    product.clock.advance_ms(1000);
    assert_eq!(asked(&product, Some(("system", PASSWORD)), &[GRANT]).await.status, 200);
    let denied = "SELECT basis FROM audit WHERE subject_kind = 'client' AND outcome = 'denied'";
    assert_eq!(store::texts(&product.app.ground.db, denied).await, ["access.wrong-credentials"; 6]);
    let opened = "SELECT basis FROM audit WHERE action = 'session.opened' AND outcome = 'done'";
    assert_eq!(store::texts(&product.app.ground.db, opened).await, ["client-credentials"]);
}

#[tokio::test]
async fn a_client_is_made_at_the_console_renewed_and_revoked_and_its_tokens_go_at_once() {
    let product = Product::start().await;
    let ground = &product.app.ground;
    let secret = new_client(&product, "lab", "patients.read").await;
    let token = |secret: String| {
        let product = &product;
        async move {
            let granted = asked(product, Some(("lab", &secret)), &[GRANT]).await;
            (
                granted.status,
                product.user(
                    &json!({ "token": granted.json["access_token"].as_str().unwrap_or("-"), "me": null }),
                ),
            )
        }
    };
    let (status, old) = token(secret.clone()).await;
    assert_eq!(status, 200);
    old.get("/api/v1/patients").await.expect(200);
    let renewed = clients::renew_secret(ground, "lab").await.unwrap();
    old.get("/api/v1/patients").await.expect_refusal(401, "access.not-signed-in");
    assert_eq!(token(secret).await.0, 401);
    let (status, new) = token(renewed.clone()).await;
    assert_eq!(status, 200);

    let security = product.sign_in("security").await;
    let listed = security.get(CLIENTS).await.expect(200).json;
    let lab = listed["items"].as_array().unwrap().iter().find(|c| c["client_id"] == "lab").unwrap().clone();
    assert_eq!((&lab["scopes"], &lab["revoked_at"]), (&json!(["patients.read"]), &Value::Null));
    assert!(!listed.to_string().contains(&renewed) && lab["used_at"].is_string());
    let path = format!("{CLIENTS}/{}", text(&lab["id"]));
    product.sign_in("admin").await.delete(&path).await.expect_refusal(403, "access.role-not-allowed");
    security.delete(&path).await.expect(204);
    security.delete(&path).await.expect(204);
    security
        .delete(&format!("{CLIENTS}/{}", security.new_id()))
        .await
        .expect_refusal(404, "request.not-found");
    new.get("/api/v1/patients").await.expect_refusal(401, "access.not-signed-in");
    assert_eq!(token(renewed).await.0, 401);
    assert!(
        clients::renew_secret(ground, "lab").await.is_err()
            && clients::revoke(ground, "nobody").await.is_err()
    );
    let known = clients::list(ground).await.unwrap();
    assert!(known.iter().any(|client| client.client_id == "lab" && client.revoked_at.is_some()));
}

#[tokio::test]
async fn a_client_needs_a_role_of_care_scopes_that_exist_and_a_name_of_its_own() {
    let product = Product::start().await;
    let make = |client_id: &str, role: &str, scopes: &str, organisation: &str| {
        let new = NewClient {
            client_id: client_id.to_owned(),
            name: "x".to_owned(),
            alliance: None,
            organisation: organisation.to_owned(),
            role: role.to_owned(),
            scopes: scopes.to_owned(),
        };
        clients::create(&product.app.ground, new)
    };
    for (client_id, role, scopes, organisation) in [
        ("lab", "security_administrator", "directory.read", "清河县人民医院"),
        ("lab", "receiving_doctor", "everything", "清河县人民医院"),
        ("lab", "receiving_doctor", "", "清河县人民医院"),
        ("lab", "receiving_doctor", "patients.read", "没有的医院"),
        ("Lab 1", "receiving_doctor", "patients.read", "清河县人民医院"),
        ("system", "receiving_doctor", "patients.read", "清河县人民医院"),
    ] {
        assert!(make(client_id, role, scopes, organisation).await.is_err(), "{client_id} {role} {scopes}");
    }
    make("lab", "receiving_doctor", "patients.read", "H001").await.unwrap();
}

#[tokio::test]
async fn a_token_of_mine_acts_in_my_position_within_its_scopes_until_it_ends() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let new = json!({ "name": "影像上传", "scopes": ["patients.read"], "days": 30 });
    let made = village.post(TOKENS, new).await.expect(201);
    let program = program(&product, &made);
    let me = program.get("/api/v1/session").await.expect(200).json;
    assert_eq!(me["position"], village.me["position"]);
    product.clock.advance_ms(29 * 24 * 3600 * 1000);
    program.get("/api/v1/patients").await.expect(200);
    program.get("/api/v1/consults").await.expect_refusal(403, "access.scope-too-small");

    let village = product.sign_in("village").await;
    let own = village.get(TOKENS).await.expect(200).json;
    assert_eq!(
        (&own["items"][0]["name"], &own["items"][0]["scopes"]),
        (&json!("影像上传"), &json!(["patients.read"]))
    );
    assert!(own["items"][0]["used_at"].is_string() && !own.to_string().contains(&program.token));
    let sessions = village.get("/api/v1/session/list").await.expect(200).json;
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1, "a token is no device of mine");
    product.clock.advance_ms(24 * 3600 * 1000);
    program.get("/api/v1/patients").await.expect_refusal(401, "access.session-expired");
}

#[tokio::test]
async fn i_end_my_tokens_myself_and_nobody_elses() {
    let product = Product::start().await;
    let (village, doctor) = (product.sign_in("village").await, product.sign_in("doctor").await);
    let new = json!({ "name": "a", "scopes": ["patients.read"], "days": 1 });
    let made = village.post(TOKENS, new).await.expect(201);
    let program = program(&product, &made);
    let path = format!("{TOKENS}/{}", made.id());
    doctor.delete(&path).await.expect_refusal(404, "request.not-found");
    program.get("/api/v1/patients").await.expect(200);
    village.delete(&path).await.expect(204);
    village.delete(&path).await.expect_refusal(404, "request.not-found");
    program.get("/api/v1/patients").await.expect_refusal(401, "access.not-signed-in");
    let trail = "SELECT action FROM audit WHERE action LIKE 'token.%' ORDER BY entry_no";
    assert_eq!(store::texts(&product.app.ground.db, trail).await, ["token.made", "token.revoked"]);
}

#[tokio::test]
async fn a_token_needs_a_name_an_end_scopes_that_i_can_give_and_that_i_have_just_signed_in() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let make = |name: &str, scopes: Value, days: i64| {
        village.post(TOKENS, json!({ "name": name, "scopes": scopes, "days": days }))
    };
    make(" ", json!(["patients.read"]), 1).await.expect_refusal(422, "access.token-name");
    make("a", json!([]), 1).await.expect_refusal(422, "access.token-scopes");
    make("a", json!(["everything"]), 1).await.expect_refusal(400, "request.json-invalid");
    make("a", json!(["patients.read"]), 0).await.expect_refusal(422, "access.token-days");
    make("a", json!(["patients.read"]), 366).await.expect_refusal(422, "access.token-days");
    let auditor = product.sign_in("auditor").await;
    let clinical = json!({ "name": "a", "scopes": ["patients.read"], "days": 1 });
    auditor.post(TOKENS, clinical).await.expect_refusal(422, "access.token-scopes");
    for _ in 0..20 {
        make("a", json!(["patients.read"]), 365).await.expect(201);
    }
    make("a", json!(["patients.read"]), 1).await.expect_refusal(409, "access.tokens-too-many");
    product.clock.advance_ms(15 * 60 * 1000);
    make("a", json!(["patients.read"]), 1).await.expect_refusal(403, "access.sign-in-again");
}

#[tokio::test]
async fn the_token_of_a_leaver_and_of_a_changed_password_is_worth_nothing() {
    let product = Product::start().await;
    let new = json!({ "name": "a", "scopes": ["patients.read"], "days": 1 });
    let (village, doctor) = (product.sign_in("village").await, product.sign_in("doctor").await);
    let of_village = program(&product, &village.post(TOKENS, new.clone()).await.expect(201));
    let of_doctor = program(&product, &doctor.post(TOKENS, new).await.expect(201));
    village.change_password(PASSWORD, "east ditch spring rain").await.expect(204);
    of_village.get("/api/v1/patients").await.expect_refusal(401, "access.not-signed-in");
    let admin = product.sign_in("admin").await;
    leave(&admin, &text(&doctor.me["person"]["id"])).await;
    of_doctor.get("/api/v1/patients").await.expect_refusal(401, "access.not-signed-in");
    let county = admin.organisation("清河县人民医院").await;
    engage(&admin, "新来的", "QH0901", &county, "receiving_doctor").await;
    of_doctor.get("/api/v1/patients").await.expect_refusal(401, "access.not-signed-in");
}

#[tokio::test]
async fn neither_a_token_nor_a_secret_is_written_down_anywhere() {
    let product = Product::start().await;
    let secret = new_client(&product, "lab", "patients.read").await;
    let granted = asked(&product, Some(("lab", &secret)), &[GRANT]).await;
    let access = text(&granted.json["access_token"]);
    let village = product.sign_in("village").await;
    let new = json!({ "name": "a", "scopes": ["patients.read"], "days": 1 });
    let request = village.request(reqwest::Method::POST, TOKENS).header("idempotency-key", "once").json(&new);
    let own = program(&product, &Answer::of(request.send().await.unwrap()).await.expect(201));
    own.get("/api/v1/patients").await.expect(200);
    let wrong = format!("{secret}x");
    assert_eq!(asked(&product, Some(("lab", &wrong)), &[GRANT]).await.status, 401);
    let village = village.token.clone();
    let tokens = [access, own.token.clone(), village, secret, wrong];
    let kept = "SELECT COALESCE(detail, '') || subject_id || basis || request_id FROM audit UNION ALL SELECT payload FROM event \
                UNION ALL SELECT payload FROM outbox UNION ALL SELECT body FROM idempotency \
                UNION ALL SELECT token_hash || device FROM session UNION ALL SELECT secret_hash FROM service_client";
    let kept = store::texts(&product.app.ground.db, kept).await;
    assert!(kept.len() > 50, "the store was read: {}", kept.len());
    assert!(!kept.iter().any(|text| tokens.iter().any(|token| text.contains(token.as_str()))));
    let folder = product.stop().await;
    for file in files(folder.path()) {
        let bytes = std::fs::read(&file).unwrap();
        for token in &tokens {
            let found = bytes.windows(token.len()).any(|window| window == token.as_bytes());
            assert!(!found, "a secret is in {}", file.display());
        }
    }
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
