//! The way of a consult over HTTP, as the pages of both sides go it, and what must not happen on it.

use futures_util::StreamExt as _;
use reqwest::Method;
use serde_json::{Value, json};
use tests::consults::{delivered, draft, give, input, missed, path, read, report, row, submitted};
use tests::harness::{Product, text};

#[tokio::test]
async fn a_village_doctor_asks_a_specialist_answers_and_the_advice_is_acknowledged() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let specialist = product.sign_in("specialist").await;

    let draft = draft(&village, "routine").await;
    assert_eq!((draft["state"].as_str(), &draft["owed"]), (Some("draft"), &Value::Null));
    assert!(text(&draft["number"]).starts_with("HZ20261123-"), "{}", draft["number"]);
    assert_eq!(draft["allowed"], json!(["submit", "cancel"]));

    let sent = give(&village, &draft, "submit", json!({})).await.expect(200).json;
    assert_eq!((sent["state"].as_str(), sent["version"].as_i64()), (Some("quality_checked"), Some(3)));
    assert_eq!((&sent["owed"]["party"], &sent["owed"]["duty"]), (&json!("invited"), &json!("claim")));

    let row = row(&specialist, "todo", &draft).await.expect("it waits for the specialists");
    assert_eq!(row["unread"], true);
    let opened = read(&specialist, &draft).await;
    assert_eq!(opened["allowed"], json!(["claim", "ask", "decline"]));
    let row = tests::consults::row(&specialist, "todo", &draft).await.expect("it still waits");
    assert_eq!(row["unread"], false);

    let taken = give(&specialist, &opened, "claim", json!({})).await.expect(200).json;
    assert_eq!(taken["assignee"]["name"], "林静");
    let reading = give(&specialist, &taken, "start", json!({})).await.expect(200).json;
    assert_eq!(reading["state"], "reading");
    let first =
        give(&specialist, &reading, "draft_report", json!({ "findings": "右肺上叶" })).await.expect(200).json;
    give(&specialist, &first, "sign", json!({})).await.expect_refusal(422, "consult.report-incomplete");
    let whole = give(&specialist, &first, "draft_report", report()).await.expect(200).json;
    assert_eq!(whole["report"]["version"], 1);
    let seen_by_village = read(&village, &draft).await;
    assert_eq!((&seen_by_village["report"], &seen_by_village["report_versions"]), (&Value::Null, &json!([])));

    let delivered = give(&specialist, &whole, "sign", json!({})).await.expect(200).json;
    assert_eq!(delivered["state"], "delivered");
    assert_eq!(
        (&delivered["owed"]["party"], &delivered["owed"]["duty"]),
        (&json!("requester"), &json!("acknowledge"))
    );
    assert_eq!(text(&delivered["report"]["content_hash"]).len(), 64);
    give(&specialist, &delivered, "draft_report", report()).await.expect_refusal(409, "consult.not-in-state");

    let answered = read(&village, &draft).await;
    assert_eq!(
        (&answered["report"]["kind"], &answered["report"]["author"]["name"]),
        (&json!("report"), &json!("林静"))
    );
    let partly = json!({ "adoption": "partly" });
    give(&village, &answered, "acknowledge", partly).await.expect_refusal(422, "consult.reason-missing");
    let closed =
        give(&village, &answered, "acknowledge", json!({ "adoption": "adopted" })).await.expect(200).json;
    assert_eq!((&closed["state"], &closed["owed"]), (&json!("closed"), &Value::Null));
    assert_eq!(closed["acknowledgement"]["by"]["name"], "周文英");

    let timeline = village.get(&path(&draft, "timeline")).await.expect(200).json;
    let steps: Vec<(String, Option<String>, i64)> = timeline["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| {
            let kind = text(&e["type"]).trim_start_matches("consult.").to_owned();
            (kind, e["actor"]["name"].as_str().map(str::to_owned), e["version"].as_i64().unwrap())
        })
        .collect();
    let expected = [
        ("drafted", Some("周文英"), 1),
        ("submitted", Some("周文英"), 2),
        ("quality_checked", None, 3),
        ("claimed", Some("林静"), 4),
        ("started", Some("林静"), 5),
        // Saved twice, shown once.
        ("report_drafted", Some("林静"), 7),
        ("signed", Some("林静"), 8),
        ("delivered", None, 9),
        ("acknowledged", Some("周文英"), 10),
        ("closed", None, 11),
    ]
    .map(|(kind, who, version)| (kind.to_owned(), who.map(str::to_owned), version));
    assert_eq!(steps, expected);
    product.stop().await;
}

#[tokio::test]
async fn of_two_specialists_who_claim_at_once_one_gets_it_and_the_other_hears_who() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let (first, second) = (product.sign_in("specialist").await, product.sign_in("specialist2").await);
    let consult = submitted(&village, "routine").await;
    let (a, b) =
        tokio::join!(give(&first, &consult, "claim", json!({})), give(&second, &consult, "claim", json!({})));
    let (winner, loser) = if a.status == 200 { (a, b) } else { (b, a) };
    let winner = winner.expect(200).json;
    let refusal = loser.expect_refusal(409, "consult.claimed-by-other").json;
    assert_eq!(refusal["by"], winner["assignee"]);
    assert_eq!(refusal["at"], "2026-11-23T02:00:00.000Z");
    let holder = if winner["assignee"]["name"] == first.me["person"]["name"] { &first } else { &second };
    // An answer that was lost on the way is given again.
    assert_eq!(
        give(holder, &consult, "claim", json!({})).await.expect(200).json["version"],
        winner["version"]
    );
}

#[tokio::test]
async fn somebody_elses_consult_does_not_exist_and_administrators_see_none() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let stranger = product.sign_in("township").await;
    let specialist = product.sign_in("specialist").await;
    let draft = draft(&village, "routine").await;
    let unknown = village.new_id();
    for (user, consult) in
        [(&stranger, text(&draft["id"])), (&specialist, text(&draft["id"])), (&village, unknown)]
    {
        user.get(&format!("/api/v1/consults/{consult}")).await.expect_refusal(404, "request.not-found");
        user.get(&format!("/api/v1/consults/{consult}/timeline"))
            .await
            .expect_refusal(404, "request.not-found");
        user.command(&format!("/api/v1/consults/{consult}/cancel"), 1, json!({ "reason": "?" }))
            .await
            .expect_refusal(404, "request.not-found");
    }
    let sent = give(&village, &draft, "submit", json!({})).await.expect(200).json;
    stranger.get(&path(&sent, "")).await.expect_refusal(404, "request.not-found");
    assert!(row(&stranger, "all", &sent).await.is_none());
    stranger
        .get(&format!("/api/v1/rooms/{}", text(&sent["room_id"])))
        .await
        .expect_refusal(404, "request.not-found");
    let admin = product.sign_in("admin").await;
    admin.get(&path(&sent, "")).await.expect_refusal(403, "access.no-clinical-role");
    admin.get("/api/v1/consults").await.expect_refusal(403, "access.no-clinical-role");
    give(&specialist, &sent, "acknowledge", json!({ "adoption": "adopted" }))
        .await
        .expect_refusal(409, "consult.not-in-state");
    give(&specialist, &sent, "cancel", json!({ "reason": "x" }))
        .await
        .expect_refusal(403, "consult.wrong-party");
}

#[tokio::test]
async fn a_stale_version_is_refused_with_what_stands_and_no_version_is_refused_too() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let draft = draft(&village, "routine").await;
    let place = path(&draft, "");
    let changed = village.patch(&place, 1, json!({ "question": "良性还是恶性？" })).await.expect(200).json;
    assert_eq!(
        (changed["version"].as_i64(), changed["question"].as_str()),
        (Some(2), Some("良性还是恶性？"))
    );
    let refusal = village.patch(&place, 1, json!({ "question": "另一个问题" })).await;
    let refusal = refusal.expect_refusal(412, "conflict.changed-meanwhile").json;
    assert_eq!((&refusal["version"], &refusal["current"]["question"]), (&json!(2), &json!("良性还是恶性？")));
    village
        .command(&path(&draft, "submit"), 1, json!({}))
        .await
        .expect_refusal(412, "conflict.changed-meanwhile");
    village.post(&path(&draft, "submit"), json!({})).await.expect_refusal(428, "request.if-match-missing");
}

#[tokio::test]
async fn a_request_repeated_by_a_shaky_network_has_one_effect() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let input = input(&village, "routine").await;
    let made = village.post("/api/v1/consults", input.clone()).await.expect(201).json;
    let again = village.post("/api/v1/consults", input.clone()).await.expect(201).json;
    assert_eq!(made, again);
    let mut other = input.clone();
    other["question"] = json!("另一个问题");
    village.post("/api/v1/consults", other).await.expect_refusal(409, "request.id-taken");

    let submit = async || {
        let request = village.request(Method::POST, &path(&made, "submit"));
        let request = request.header("if-match", "\"1\"").header("idempotency-key", "once").json(&json!({}));
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, first) = submit().await;
    assert_eq!((status, first["version"].as_i64()), (200, Some(3)));
    assert_eq!(submit().await, (200, first));
    assert_eq!(read(&village, &made).await["version"], 3);
}

#[tokio::test]
async fn each_gap_of_a_request_has_its_own_refusal() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let township = village.organisation("柳林镇卫生院").await;
    for (change, field, code) in [
        (json!({ "question": " " }), "question", "consult.question-missing"),
        (json!({ "summary": "" }), "summary", "consult.summary-missing"),
        (json!({ "consent": null }), "consent", "consult.consent-missing"),
        (json!({ "invited_organisation_id": township }), "invited_organisation_id", "consult.no-agreement"),
    ] {
        let draft = draft(&village, "routine").await;
        let changed = village.patch(&path(&draft, ""), 1, change).await.expect(200).json;
        let refusal = give(&village, &changed, "submit", json!({})).await.expect_refusal(422, code).json;
        assert_eq!(refusal["field"], field);
        assert_eq!(read(&village, &draft).await["state"], "draft");
    }
    let critical = draft(&village, "critical").await;
    let bare = village.patch(&path(&critical, ""), 1, json!({ "consent": null })).await.expect(200).json;
    let sent = give(&village, &bare, "submit", json!({})).await.expect(200).json;
    let late = json!({ "consent": { "kind": "written" } });
    let version = sent["version"].as_i64().unwrap();
    let completed = village.patch(&path(&sent, ""), version, late).await.expect(200).json;
    assert_eq!((&completed["consent"]["kind"], &completed["owed"]), (&json!("written"), &sent["owed"]));
    village
        .patch(&path(&sent, ""), version + 1, json!({ "question": "?" }))
        .await
        .expect_refusal(409, "consult.not-in-state");
}

#[tokio::test]
async fn a_question_stops_the_clock_and_its_answer_starts_it_again() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let specialist = product.sign_in("specialist").await;
    let consult = submitted(&village, "urgent").await;
    let due = consult["owed"]["due_at"].clone();
    assert_eq!(due, "2026-11-23T02:30:00.000Z", "half of the hour that CT has");
    let asked = give(&specialist, &consult, "ask", json!({ "text": "有无既往片？" })).await.expect(200).json;
    assert_eq!((&asked["state"], &asked["owed"]["party"]), (&json!("info_requested"), &json!("requester")));
    assert!(row(&village, "todo", &consult).await.is_some());
    product.clock.advance_ms(7 * 60_000);
    let answered = give(&village, &asked, "answer", json!({ "text": "没有。" })).await.expect(200).json;
    assert_eq!(answered["state"], "quality_checked");
    assert_eq!(answered["owed"]["due_at"], "2026-11-23T02:37:00.000Z");
    assert_eq!(answered["ask"][0]["answer"], "没有。");
    assert!(row(&village, "todo", &consult).await.is_none());
}

#[tokio::test]
async fn a_missed_deadline_fires_once_and_climbs_and_nothing_expires() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let consult = submitted(&village, "urgent").await;
    product.clock.advance_ms(30 * 60_000);
    consult_server::worker::settle(&product.app).await.unwrap();
    consult_server::worker::settle(&product.app).await.unwrap();
    let late = read(&village, &consult).await;
    assert_eq!((&late["state"], &late["owed"]["party"]), (&json!("quality_checked"), &json!("manager")));
    assert_eq!(late["owed"]["duty"], "claim");
    assert_eq!(missed(&village, &consult).await, 1);
    let coordinator = product.sign_in("coordinator").await;
    assert!(row(&coordinator, "todo", &consult).await.is_some());
    let notices = coordinator.get("/api/v1/notices").await.expect(200).json;
    let told = notices["items"].as_array().unwrap().iter().any(|n| n["type"] == "consult.deadline_missed");
    assert!(told, "{notices:#}");

    let specialist = product.sign_in("specialist").await;
    let taken = give(&specialist, &late, "claim", json!({})).await.expect(200).json;
    assert_eq!((&taken["owed"]["party"], &taken["owed"]["duty"]), (&json!("invited"), &json!("start")));
    product.clock.advance_ms(5 * 60_000);
    consult_server::worker::settle(&product.app).await.unwrap();
    assert_eq!(missed(&village, &consult).await, 1, "a late start has time of its own");
}

#[tokio::test]
async fn an_advice_nobody_acknowledges_reaches_the_manager_of_the_county() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let manager = product.sign_in("manager").await;
    let consult = delivered(&product, &village).await;
    // What a clinic of their part of the tree asks for they oversee; it does not wait for them yet.
    manager.get(&path(&consult, "")).await.expect(200);
    assert!(row(&manager, "todo", &consult).await.is_none());
    product.clock.advance_ms(72 * 3_600_000);
    consult_server::worker::settle(&product.app).await.unwrap();
    // The sessions have ended over three days.
    let manager = product.sign_in("manager").await;
    let late = row(&manager, "todo", &consult).await.expect("it waits for the manager");
    assert_eq!(
        (&late["owed"]["organisation"]["name"], &late["owed"]["duty"]),
        (&json!("清河县人民医院"), &json!("acknowledge"))
    );
    read(&manager, &consult).await;
    let village = product.sign_in("village").await;
    let closed =
        give(&village, &late, "acknowledge", json!({ "adoption": "not", "reason": "患者拒绝" })).await;
    assert_eq!(closed.expect(200).json["state"], "closed");
}

#[tokio::test]
async fn a_signed_report_is_amended_by_a_new_version_and_acknowledged_again() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let specialist = product.sign_in("specialist").await;
    let delivered = delivered(&product, &village).await;
    let signed = read(&village, &delivered).await["report"].clone();
    give(&village, &delivered, "amend", json!({ "reason": "?" }))
        .await
        .expect_refusal(403, "consult.wrong-party");
    let colleague = product.sign_in("specialist2").await;
    give(&colleague, &delivered, "amend", json!({ "reason": "?" }))
        .await
        .expect_refusal(403, "consult.not-assignee");
    let closed =
        give(&village, &delivered, "acknowledge", json!({ "adoption": "adopted" })).await.expect(200).json;
    let amending =
        give(&specialist, &closed, "amend", json!({ "reason": "左右写反" })).await.expect(200).json;
    assert_eq!((&amending["state"], &amending["report"]["version"]), (&json!("drafted"), &json!(2)));
    assert_eq!(amending["report"]["findings"], signed["findings"], "it begins with the old words");
    assert_eq!(read(&village, &delivered).await["report"], signed, "the old one stays what it was");
    give(&village, &amending, "cancel", json!({ "reason": "?" }))
        .await
        .expect_refusal(409, "consult.already-signed");

    let mut words = report();
    words["findings"] = json!("左肺上叶见直径 8 mm 结节。");
    let drafted = give(&specialist, &amending, "draft_report", words).await.expect(200).json;
    let again = give(&specialist, &drafted, "sign", json!({})).await.expect(200).json;
    assert_eq!((&again["state"], &again["owed"]["duty"]), (&json!("delivered"), &json!("acknowledge")));
    let versions = &read(&village, &delivered).await["report_versions"];
    assert_eq!(versions[1], signed);
    assert_ne!(versions[0]["content_hash"], signed["content_hash"]);
}

#[tokio::test]
async fn a_data_check_by_hand_is_a_setting_of_the_alliance_and_type() {
    let product = Product::start().await;
    let settings = r#"UPDATE alliance SET settings = '{"consults":{"quality_check":{"imaging":"manual"}}}'"#;
    tests::store::execute(&product.app.ground.db, settings).await;
    let village = product.sign_in("village").await;
    let coordinator = product.sign_in("coordinator").await;
    let sent = submitted(&village, "routine").await;
    assert_eq!((&sent["state"], &sent["owed"]["duty"]), (&json!("submitted"), &json!("check_quality")));
    assert!(row(&coordinator, "todo", &sent).await.is_some());
    let returned =
        give(&coordinator, &sent, "return_data", json!({ "reason": "缺少薄层" })).await.expect(200).json;
    assert_eq!(returned["decision"], json!({ "code": "returned", "text": "缺少薄层" }));
    let version = returned["version"].as_i64().unwrap();
    let words = json!({ "summary": "已补薄层重建。" });
    let completed = village.patch(&path(&sent, ""), version, words).await.expect(200).json;
    let again = give(&village, &completed, "resubmit", json!({})).await.expect(200).json;
    assert_eq!((&again["state"], &again["decision"]), (&json!("submitted"), &Value::Null));
    let passed = give(&coordinator, &again, "pass_quality", json!({})).await.expect(200).json;
    assert_eq!(passed["state"], "quality_checked");
    let reason = json!({ "reason_code": "no_capability" });
    let declined = give(&coordinator, &passed, "decline", reason).await.expect(200).json;
    assert_eq!((&declined["state"], &declined["owed"]), (&json!("declined"), &Value::Null));
}

#[tokio::test]
async fn an_open_page_hears_of_a_change_without_asking() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let specialist = product.sign_in("specialist").await;
    let stream = specialist.request(Method::GET, "/api/v1/events").send().await.unwrap();
    let mut events = stream.bytes_stream();
    let consult = submitted(&village, "routine").await;
    let wanted = format!("\"id\":\"{}\",\"version\":3", text(&consult["id"]));
    let mut heard = String::new();
    let arrived = tokio::time::timeout(std::time::Duration::from_secs(10), async {
        while !(heard.contains("event: changed") && heard.contains(&wanted)) {
            let chunk = events.next().await.expect("the stream goes on").unwrap();
            heard.push_str(&String::from_utf8_lossy(&chunk));
        }
    });
    arrived.await.unwrap_or_else(|_| panic!("nothing was heard but {heard}"));
}

#[tokio::test]
async fn lists_are_cut_into_pages_that_miss_nothing() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let mut made = Vec::new();
    for _ in 0..5 {
        product.clock.advance_ms(1_000);
        made.push(text(&submitted(&village, "routine").await["id"]));
    }
    let specialist = product.sign_in("specialist").await;
    for list in ["todo", "all"] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = specialist
                .get(&format!("/api/v1/consults?box={list}&limit=2{cursor}"))
                .await
                .expect(200)
                .json;
            found.extend(page["items"].as_array().unwrap().iter().map(|row| text(&row["id"])));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let ours: Vec<_> = found.iter().filter(|id| made.contains(id)).collect();
        assert_eq!(ours.len(), made.len(), "{list}");
        let expected: Vec<_> =
            if list == "todo" { made.iter().collect() } else { made.iter().rev().collect() };
        assert_eq!(ours, expected, "{list}: due first first, changed last first");
    }
    specialist.get("/api/v1/consults?cursor=x").await.expect_refusal(400, "request.query-invalid");
    let counts = specialist.get("/api/v1/consults?box=todo&state=quality_checked").await.expect(200).json;
    assert_eq!(
        counts["items"].as_array().unwrap().len(),
        usize::try_from(counts["counts"]["todo"].as_i64().unwrap()).unwrap()
    );
}
