//! The three powers against one another: an administrator gives himself no sight of patients, abolishes nobody who watches him, and makes no
//! account for them; and what a position that is over still opens.

use consult_server::admin;
use consult_server::directory::import::file::Named;
use consult_server::directory::import::flow;
use futures_util::StreamExt as _;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tests::harness::{Answer, Product, User, text};
use tests::people::engage;
use tests::{consults, store};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

const MINUTE: i64 = 60 * 1000;
const COUNTY: &str = "清河县人民医院";
const PASSWORD: &str = "east ditch spring rain";

fn me(user: &User<'_>) -> String {
    text(&user.me["person"]["id"])
}

async fn place(by: &User<'_>, person: &str, role: &str, from: &str) -> Answer {
    let body = json!({ "id": by.new_id(), "person_id": person, "organisation_id": by.organisation(COUNTY).await,
                       "role": role, "valid_from": from });
    by.post("/api/v1/positions", body).await
}

async fn import(user: &User<'_>, file: &str) -> Answer {
    let request = user.request(Method::POST, "/api/v1/imports/people").body(file.to_owned());
    Answer::of(request.send().await.unwrap()).await
}

/// The code of the first finding of an import that took nothing in.
async fn refused(user: &User<'_>, file: &str) -> String {
    let answer = import(user, file).await.expect_refusal(422, "import.has-errors");
    text(&answer.json["report"]["findings"][0]["code"])
}

/// Gives somebody a staff number, as those have whom a file brought.
async fn number(product: &Product, login: &str, number: &str) {
    let db = &product.app.ground.db;
    let (login, number) = (login.to_owned(), number.to_owned());
    let statement = format!(
        "UPDATE person SET staff_number = '{number}' WHERE id = (SELECT person_id FROM account WHERE login = '{login}')"
    );
    store::execute(db, Box::leak(statement.into_boxed_str())).await;
}

#[tokio::test]
async fn an_administrator_gives_himself_no_sight_of_patients_by_the_page_or_by_a_file() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    number(&product, "admin", "ADM1").await;
    let past = "2020-01-01T00:00:00Z";
    for role in ["receiving_doctor", "administrator", "manager"] {
        place(&admin, &me(&admin), role, past).await.expect_refusal(403, "directory.own-position");
    }
    let file = "工号,姓名,机构编码,岗位\nADM1,自己,H001,receiving_doctor\n";
    assert_eq!(refused(&admin, file).await, "directory.own-position");
    // A file that holds him as he stands is taken in.
    let own = store::texts(
        &product.app.ground.db,
        "SELECT o.code FROM organisation o JOIN position x ON x.organisation_id = o.id JOIN account a ON a.person_id = x.person_id WHERE a.login = 'admin'",
    )
    .await;
    let file = format!("工号,机构编码,岗位\nADM1,{},administrator\n", own[0]);
    assert_eq!(import(&admin, &file).await.expect(200).json["sheets"][0]["unchanged"], 1);
    product.clock.advance_ms(MINUTE);
    assert_eq!(product.sign_in("admin").await.me["position"]["role"], "administrator");
}

#[tokio::test]
async fn nobody_holds_care_and_administration_together_whoever_gives_it() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let county = admin.organisation(COUNTY).await;
    let second = engage(&admin, "钱进", "QH-1", &county, "administrator").await;
    let doctor = engage(&admin, "贾宝林", "QH-2", &county, "receiving_doctor").await;
    let past = "2020-01-01T00:00:00Z";
    place(&admin, &second, "specialist", past).await.expect_refusal(422, "directory.powers-apart");
    place(&admin, &doctor, "administrator", past).await.expect_refusal(422, "directory.powers-apart");
    place(&admin, &doctor, "family_doctor", past).await.expect(201);
    let rows = |role: &str| format!("工号,机构编码,岗位\nQH-2,H001,{role}\n");
    assert_eq!(refused(&admin, &rows("administrator")).await, "directory.powers-apart");
    let at_console =
        flow::at_console(&product.app.ground, (rows("审计员").into(), Named::Anything), None, true)
            .await
            .unwrap();
    assert_eq!((at_console.applied, at_console.findings[0].code.as_str()), (false, "directory.powers-apart"));
    let both = "工号,姓名,机构编码,岗位\nQH-3,双职,H001,receiving_doctor\n\n[岗位]\n工号,机构编码,岗位\nQH-3,H001,administrator\n";
    let file = format!("[人员]\n{both}");
    assert_eq!(refused(&admin, &file).await, "directory.powers-apart");
}

#[tokio::test]
async fn a_position_that_is_dated_back_does_not_become_the_acting_one() {
    let product = Product::start().await;
    let (admin, doctor) = (product.sign_in("admin").await, product.sign_in("doctor").await);
    product.clock.advance_ms(MINUTE);
    place(&admin, &me(&doctor), "manager", "2001-01-01T00:00:00Z").await.expect(201);
    let again = product.sign_in("doctor").await;
    assert_eq!(again.me["position"]["role"], "receiving_doctor");
    assert_eq!(again.me["positions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_security_administrator_is_told_of_every_administrator_who_is_made() {
    let product = Product::start().await;
    let (admin, security) = (product.sign_in("admin").await, product.sign_in("security").await);
    let county = admin.organisation(COUNTY).await;
    let page = engage(&admin, "钱进", "QH-1", &county, "administrator").await;
    engage(&admin, "贾宝林", "QH-2", &county, "receiving_doctor").await;
    import(&admin, "工号,姓名,机构编码,岗位\nQH-3,薛宝钗,H001,administrator\n").await.expect(200);
    consult_server::worker::settle(&product.app).await.unwrap();
    let notices = security.get("/api/v1/notices").await.expect(200).json;
    let told: Vec<&Value> =
        notices["items"].as_array().unwrap().iter().filter(|n| n["type"] == "person.empowered").collect();
    assert_eq!(told.len(), 2, "{notices:#}");
    assert!(told.iter().any(|n| n["subject"] == json!({ "kind": "person", "id": page })), "{told:#?}");
    let trail = "SELECT subject_kind FROM audit WHERE action = 'person.empowered'";
    assert_eq!(store::texts(&product.app.ground.db, trail).await, ["person", "person"]);
}

#[tokio::test]
async fn no_administrator_abolishes_or_changes_those_who_watch_and_the_console_does() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    number(&product, "security", "SEC1").await;
    for login in ["security", "auditor"] {
        let watcher = product.sign_in(login).await;
        let path = format!("/api/v1/people/{}", me(&watcher));
        let version = admin.get(&path).await.expect(200).version();
        let code = "directory.at-console-only";
        admin.command(&format!("{path}/leave"), version, json!({})).await.expect_refusal(403, code);
        let position = text(&watcher.me["position"]["id"]);
        let end = format!("/api/v1/positions/{position}/end");
        admin.command(&end, 1, json!({})).await.expect_refusal(403, code);
        for role in ["receiving_doctor", "administrator"] {
            place(&admin, &me(&watcher), role, "2020-01-01T00:00:00Z").await.expect_refusal(403, code);
        }
        watcher.get("/api/v1/session").await.expect(200);
        assert_eq!(product.sign_in(login).await.me["position"]["role"], watcher.me["position"]["role"]);
    }
    let file = "工号,机构编码,岗位\nSEC1,H001,receiving_doctor\n";
    assert_eq!(refused(&admin, file).await, "directory.at-console-only");
    let auditor = product.sign_in("auditor").await;
    admin::leave(&product.app.ground, "auditor").await.unwrap();
    admin::leave(&product.app.ground, "auditor").await.expect("once is enough");
    auditor.get("/api/v1/session").await.expect_refusal(401, "access.not-signed-in");
    let trail = "SELECT from_address FROM audit WHERE action = 'person.left'";
    assert_eq!(store::texts(&product.app.ground.db, trail).await, ["console"]);
}

#[tokio::test]
async fn a_slip_of_paper_is_worth_nothing_once_its_person_watches_over_administrators() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let county = admin.organisation(COUNTY).await;
    let sheet = format!("/api/v1/organisations/{county}/activation-sheet");
    let mut codes = Vec::new();
    for staff_number in ["QH-1", "QH-2"] {
        let person = engage(&admin, "周雨欣", staff_number, &county, "receiving_doctor").await;
        let slip = admin.post(&sheet, json!({ "person_id": person })).await.expect(201).json;
        codes.push(text(&slip["people"][0]["code"]));
        let position =
            admin.get(&format!("/api/v1/people/{person}")).await.json["positions"][0]["id"].clone();
        admin.command(&format!("/api/v1/positions/{}/end", text(&position)), 1, json!({})).await.expect(200);
    }
    product.clock.advance_ms(MINUTE);
    // One by the console's door, one past every door.
    let file = "工号,机构编码,岗位\nQH-1,H001,auditor\n";
    assert!(
        flow::at_console(&product.app.ground, (file.into(), Named::Anything), None, true)
            .await
            .unwrap()
            .applied
    );
    let appoint = "UPDATE position SET role = 'auditor', valid_until = NULL WHERE person_id = (SELECT id FROM person WHERE staff_number = 'QH-2')";
    store::execute(&product.app.ground.db, appoint).await;
    for (code, login) in codes.iter().zip(["qh-one", "qh-two"]) {
        let body = json!({ "login": login, "code": code, "password": PASSWORD });
        let answer = product.post("/api/v1/session/activation", body).await;
        answer.expect_refusal(401, "access.activation-refused");
        product.knock(login, PASSWORD).await.expect(401);
    }
    let open = "SELECT p.staff_number FROM activation c JOIN person p ON p.id = c.person_id WHERE c.expires_at > 1795399260000";
    assert_eq!(store::texts(&product.app.ground.db, open).await, ["QH-2"], "the console ended the other");
}

/// Somebody with a room and a stream open, whose position a file ends, or whose position was to end now.
async fn what_is_open_ends(product: &Product, end: impl AsyncFnOnce()) {
    let village = product.sign_in("village").await;
    let specialist = product.sign_in("specialist").await;
    let consult = consults::submitted(&village, "routine").await;
    let url =
        product.url(&format!("/api/v1/rooms/{}/signal", text(&consult["room_id"]))).replace("http", "ws");
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("cookie", format!("consult_session={}", specialist.token).parse().unwrap());
    let (mut room, _) = tokio_tungstenite::connect_async(request).await.expect("the room is open to them");
    let stream = specialist.request(Method::GET, "/api/v1/events").send().await.unwrap();
    assert_eq!(stream.status(), 200);
    end().await;
    let ended = tokio::time::timeout(Duration::from_secs(40), async {
        let heard = stream.text();
        let closed = async {
            loop {
                match room.next().await {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => {}
                }
            }
        };
        tokio::join!(heard, closed)
    });
    ended.await.expect("the stream and the room end").0.unwrap();
    assert_eq!(specialist.get("/api/v1/session").await.status, 401);
}

#[tokio::test]
async fn what_is_open_in_a_position_ends_when_a_file_ends_it() {
    let product = Product::start().await;
    number(&product, "specialist", "SP1").await;
    let admin = product.sign_in("admin").await;
    let places = store::texts(
        &product.app.ground.db,
        "SELECT o.code || ',' || COALESCE(d.code, '') || ',' || x.role FROM position x JOIN organisation o ON o.id = x.organisation_id \
         LEFT JOIN department d ON d.id = x.department_id JOIN account a ON a.person_id = x.person_id WHERE a.login = 'specialist'",
    )
    .await;
    let file =
        format!("工号,机构编码,科室,岗位,起始日期,截止日期\nSP1,{},2020-01-01,2026-11-01\n", places[0]);
    what_is_open_ends(&product, async || {
        let report = import(&admin, &file).await.expect(200).json;
        assert_eq!(report["sheets"][0]["changed"], 1, "{report:#}");
    })
    .await;
    let ended = "SELECT s.id FROM session s JOIN account a ON a.person_id = s.person_id WHERE a.login = 'specialist' AND s.ended_at IS NULL";
    assert!(store::texts(&product.app.ground.db, ended).await.is_empty(), "its sessions ended with it");
}

#[tokio::test]
async fn what_is_open_in_a_position_ends_when_its_time_is_over() {
    let product = Product::start().await;
    let soon = "UPDATE position SET valid_until = 1795399260000 WHERE person_id = (SELECT person_id FROM account WHERE login = 'specialist')";
    store::execute(&product.app.ground.db, soon).await;
    what_is_open_ends(&product, async || product.clock.advance_ms(MINUTE)).await;
}

#[tokio::test]
async fn a_roster_holds_only_those_who_can_answer_and_falls_through_where_nobody_can() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let db = &product.app.ground.db;
    let program = store::texts(db, "SELECT person_id FROM service_client WHERE client_id = 'system'").await;
    let auditor = product.sign_in("auditor").await;
    let home = text(&auditor.me["position"]["organisation"]["id"]);
    let duty = |person: &str, organisation: &str, day: &str| {
        json!({ "items": [{ "id": admin.new_id(), "kind": "hospital", "organisation_id": organisation, "person_id": person, "rank": "duty",
                            "starts_at": format!("{day}T00:00:00Z"), "ends_at": format!("{day}T12:00:00Z") }] })
    };
    let county = admin.organisation(COUNTY).await;
    for (person, organisation) in [(program[0].clone(), &county), (me(&auditor), &home)] {
        let refused = admin.post("/api/v1/rosters", duty(&person, organisation, "2027-03-01")).await;
        refused.expect_refusal(422, "directory.duty-no-such-role");
    }
    // A swap meets the same rule.
    let desk = product.sign_in("desk").await;
    let mine = admin.post("/api/v1/rosters", duty(&me(&desk), &county, "2027-03-02")).await.expect(201).json;
    let body =
        json!({ "id": desk.new_id(), "offered_duty_id": mine["items"][0]["id"], "to_person_id": program[0] });
    desk.post("/api/v1/rosters/swaps", body).await.expect_refusal(422, "directory.duty-no-such-role");
    // So does a file.
    number(&product, "auditor", "AUD1").await;
    let rows = "值班类型,机构编码,科室,工号,班次,开始时间,结束时间\n联盟值班,,,AUD1,,2027-03-03 08:00,2027-03-04 08:00\n";
    assert_eq!(refused(&admin, rows).await, "directory.duty-not-there");
    // Whoever is on an old roster and cannot answer is passed over.
    let all = "UPDATE duty SET person_id = (SELECT person_id FROM service_client WHERE client_id = 'system')";
    store::execute(db, all).await;
    let ids = store::texts(db, "SELECT id FROM organisation WHERE name = '清河县人民医院'").await;
    let alliance = store::texts(db, "SELECT id FROM alliance").await;
    let found = consult_server::directory::duty::flow::responsible(
        &mut db.read().await.unwrap(),
        &consult_server::ids::AllianceId::trusted(alliance[0].as_str()),
        &consult_server::ids::OrganisationId::trusted(ids[0].as_str()),
        None,
        &[consult_server::access::Role::ReferralDesk],
        product.app.ground.now(),
    )
    .await
    .unwrap();
    let people: Vec<&str> = found.people.iter().map(|person| person.as_str()).collect();
    assert_eq!(people, [me(&desk).as_str()], "the role answers");
}
