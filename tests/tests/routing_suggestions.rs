//! Suggested destinations: every number the order stands on is in the answer, unknown is null, and capabilities and places are the
//! administrator's to keep.

use serde_json::{Value, json};
use tests::harness::{Product, User, text};
use tests::referrals::{
    CITY, COUNTY, HOUR, LIULIN, MINUTE, accepted, after_start, path, person, step, submitted,
};
use tests::store;

async fn suggested(user: &User<'_>, query: &str) -> Vec<Value> {
    let found = user.get(&format!("/api/v1/referrals/suggestions?{query}")).await.expect(200).json;
    found["items"].as_array().unwrap().clone()
}

fn of<'a>(items: &'a [Value], name: &str) -> &'a Value {
    items
        .iter()
        .find(|one| one["organisation"]["name"] == name)
        .unwrap_or_else(|| panic!("{name} is missing"))
}

#[tokio::test]
async fn a_village_doctor_sees_where_chest_pain_can_go_and_why() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let (desk, doctor) = (product.sign_in("desk").await, product.sign_in("doctor").await);
    let leg = submitted(&village, "urgent").await;
    product.clock.advance_ms(12 * MINUTE);
    accepted(&desk, &doctor, &leg).await;
    submitted(&village, "urgent").await;

    let items = suggested(&village, "need=pci&urgency=urgent&departments=03.04,20").await;
    assert_eq!(items[0]["organisation"]["name"], COUNTY, "with an agreement, able, near, with a bed");
    let county = &items[0];
    assert_eq!(
        (&county["rank"], &county["agreement"], &county["capable"]),
        (&json!(1), &json!(true), &json!("yes"))
    );
    assert_eq!(county["department"]["name"], "心血管内科");
    assert_eq!((&county["open_beds"], &county["free_beds"]["count"]), (&json!(40), &json!(3)));
    assert_eq!(county["free_beds"]["stale"], false);
    assert!(county["decides"]["decisions"].as_i64().unwrap() >= 1);
    let km = county["distance_km"].as_f64().unwrap();
    assert!((20.0..30.0).contains(&km), "{km}");
    assert!(county["open_legs"].as_i64().unwrap() >= 2 && county["legs_per_bed"].as_f64().unwrap() > 0.0);
    assert!(county["duty"].as_array().unwrap().iter().any(|one| one["name"] == "何志刚"), "{county}");

    let liulin = of(&items, LIULIN);
    assert_eq!(liulin["capable"], "no");
    let city = of(&items, CITY);
    assert_eq!(
        (&city["agreement"], &city["capable"], &city["decides"]),
        (&json!(false), &json!("yes"), &Value::Null)
    );
    let place =
        |items: &[Value], name: &str| items.iter().position(|one| one["organisation"]["name"] == name);
    assert!(place(&items, LIULIN) < place(&items, CITY), "without an agreement nobody is sent there");
    let items = suggested(&village, "need=pci&urgency=emergency&departments=03.04,20").await;
    assert!(place(&items, CITY) < place(&items, LIULIN), "an emergency goes where it can be treated");
}

/// Who redirects an emergency has decided when they do: the third hospital's hesitation is not counted as theirs.
#[tokio::test]
async fn a_redirected_emergency_was_decided_when_it_was_redirected() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let specialist = product.sign_in("specialist").await;
    let decides = async || {
        let items = suggested(&village, "need=pci&urgency=emergency&departments=03.04").await;
        of(&items, COUNTY)["decides"].clone()
    };
    assert_eq!(decides().await, Value::Null);
    let sent = submitted(&village, "emergency").await;
    product.clock.advance_ms(4 * MINUTE);
    let body = json!({ "to_organisation_id": desk.organisation(CITY).await, "note": "需溶栓" });
    step(&desk, &sent, "redirect", body).await;
    product.clock.advance_ms(50 * MINUTE);
    let incoming = specialist.get("/api/v1/legs?box=incoming&state=submitted").await.expect(200).json;
    let next = &incoming["items"][0];
    let body = json!({ "owner_id": person(&specialist), "expected_at": after_start(2 * HOUR) });
    let accept = path(&text(&next["id"]), "accept");
    specialist.command(&accept, next["version"].as_i64().unwrap(), body).await.expect(200);
    let told = decides().await;
    assert_eq!((told["median_minutes"].as_f64(), told["decisions"].as_i64()), (Some(4.0), Some(1)));
}

#[tokio::test]
async fn what_is_unknown_is_null_and_what_is_too_old_is_marked() {
    let product = Product::start().await;
    product.clock.advance_ms(13 * 60 * MINUTE);
    let village = product.sign_in("village").await;
    let items = suggested(&village, "need=pci&urgency=emergency&departments=03.04").await;
    assert_eq!(of(&items, COUNTY)["free_beds"]["stale"], true);
    let other = items.iter().find(|one| one["organisation"]["name"] == "石桥村卫生室").unwrap();
    assert_eq!(
        (&other["distance_km"], &other["free_beds"], &other["legs_per_bed"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(other["capable"], "unknown");
    let nothing = suggested(&village, "urgency=routine").await;
    assert_eq!(of(&nothing, COUNTY)["capable"], "unknown", "nothing was asked for");
    let path = "/api/v1/referrals/suggestions?need=time_travel";
    village.get(path).await.expect_refusal(422, "directory.capability-unknown");
}

#[tokio::test]
async fn the_administrator_says_what_a_place_can_do_and_where_it_is() {
    let product = Product::start().await;
    let (admin, village) = (product.sign_in("admin").await, product.sign_in("village").await);
    let county = admin.organisation(COUNTY).await;
    let path = format!("/api/v1/organisations/{county}/facilities");
    let standing = admin.get(&path).await.expect(200);
    let pci =
        standing.json["capabilities"].as_array().unwrap().iter().find(|one| one["code"] == "pci").unwrap();
    let again = json!({ "organisation_id": county, "code": "pci" });
    admin
        .post("/api/v1/capabilities", again.clone())
        .await
        .expect_refusal(409, "directory.capability-stands");
    let strange = json!({ "organisation_id": county, "code": "levitation" });
    admin.post("/api/v1/capabilities", strange).await.expect_refusal(422, "directory.capability-unknown");
    let end = format!("/api/v1/capabilities/{}/end", text(&pci["id"]));
    village.command(&end, 1, json!({})).await.expect(403);
    admin.command(&end, 1, json!({})).await.expect(200);
    let items = suggested(&village, "need=pci&urgency=emergency").await;
    assert_eq!(of(&items, COUNTY)["capable"], "no");
    let until =
        json!({ "organisation_id": county, "code": "pci", "valid_until": "2027-06-30T16:00:00.000Z" });
    admin.post("/api/v1/capabilities", until).await.expect(201);
    let items = suggested(&village, "need=pci&urgency=emergency").await;
    let found = of(&items, COUNTY);
    assert_eq!(
        (&found["capable"], &found["capability_valid_until"]),
        (&json!("yes"), &json!("2027-06-30T16:00:00.000Z"))
    );

    let version = standing.version();
    for (body, field) in [
        (json!({ "latitude": 95.0, "longitude": 115.0 }), "latitude"),
        (json!({ "latitude": 37.0, "longitude": null }), "longitude"),
    ] {
        let refused = admin.patch(&path, version, body).await;
        assert_eq!(refused.expect_refusal(422, "directory.coordinates-invalid").json["field"], field);
    }
    let nowhere = json!({ "latitude": null, "longitude": null });
    let moved = admin.patch(&path, version, nowhere.clone()).await.expect(200);
    admin.patch(&path, version, nowhere).await.expect_refusal(412, "conflict.changed-meanwhile");
    assert_eq!(moved.version(), version + 1);
    let items = suggested(&village, "need=pci&urgency=emergency").await;
    assert_eq!(of(&items, COUNTY)["distance_km"], Value::Null);
}

#[tokio::test]
async fn no_place_is_left_out_because_its_code_comes_late() {
    let product = Product::start().await;
    // Sixty centres with an agreement, whose codes come first, and a neighbour who alone can do it.
    store::execute(
        &product.app.ground.db,
        "INSERT INTO organisation (id, alliance_id, parent_id, code, name, level, created_at) \
         WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 69) \
         SELECT '0192f3a0-0000-7000-8000-0000000000' || n.i, o.alliance_id, o.parent_id, '0A' || n.i, '中心' || n.i, 'city_hospital', 1 \
         FROM n JOIN organisation o ON o.name = '柳林镇卫生院'; \
         INSERT INTO agreement (id, alliance_id, kind, from_organisation_id, to_organisation_id, valid_from) \
         SELECT 'agreement-' || o.id, o.alliance_id, 'referral', v.id, o.id, 0 FROM organisation o \
         JOIN organisation v ON v.name = '东沟村卫生室' WHERE o.code LIKE '0A%'; \
         INSERT INTO capability (id, alliance_id, organisation_id, code, valid_from) \
         SELECT 'capability-1', o.alliance_id, o.id, 'pci', 0 FROM organisation o WHERE o.name = '石桥村卫生室'",
    )
    .await;
    let village = product.sign_in("village").await;
    let items = suggested(&village, "need=pci&urgency=emergency&departments=03.04,20").await;
    assert_eq!(items.len(), 10);
    let able: Vec<_> = items
        .iter()
        .filter(|one| one["capable"] == "yes")
        .map(|one| text(&one["organisation"]["name"]))
        .collect();
    assert!(able.contains(&"石桥村卫生室".to_owned()), "{able:?}");
    assert!(
        items[..able.len()].iter().all(|one| one["capable"] == "yes"),
        "an emergency asks for capability first"
    );
}
