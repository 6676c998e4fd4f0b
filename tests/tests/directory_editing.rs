//! The administrator keeps the directory: organisations, departments, people, positions and agreements, at a page.

use serde_json::{Value, json};
use tests::consults::{draft, give};
use tests::harness::{Answer, Product, User, text};

async fn end(user: &User<'_>, path: &str, version: i64) -> Answer {
    user.command(&format!("/api/v1/{path}"), version, json!({})).await
}

async fn township(admin: &User<'_>, code: &str) -> Answer {
    let body = json!({ "id": admin.new_id(), "code": code, "name": "新集镇卫生院", "level": "township_centre",
                       "parent_id": admin.organisation("清河县人民医院").await, "phone": "0319-5559000", "uscc": "91350100M000100Y43" });
    admin.post("/api/v1/organisations", body).await
}

/// A new person with a position there, as (person, position).
async fn staff(admin: &User<'_>, organisation: &str, number: &str) -> (Answer, Answer) {
    let body = json!({ "id": admin.new_id(), "staff_number": number, "name": "贾宝林", "licence_number": "110130500001",
                       "licence_until": "2030-01-01T00:00:00Z", "work_phone": "0319-5559001" });
    let person = admin.post("/api/v1/people", body).await.expect(201);
    let body = json!({ "id": admin.new_id(), "person_id": person.id(), "organisation_id": organisation, "role": "township_doctor" });
    let position = admin.post("/api/v1/positions", body).await.expect(201);
    (person, position)
}

#[tokio::test]
async fn an_organisation_is_made_changed_and_ended_when_nobody_works_there() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let made = township(&admin, "T900").await.expect(201);
    assert_eq!((made.json["codes"][0]["system"].as_str(), made.version()), (Some("uscc"), 1));
    let path = format!("/api/v1/organisations/{}", made.id());
    let changed = admin.patch(&path, 1, json!({ "name": "新集中心卫生院", "phone": null })).await.expect(200);
    assert_eq!((changed.json["phone"].as_str(), changed.version()), (None, 2));
    let (person, position) = staff(&admin, &made.id(), "XJ001").await;
    let found = admin.get("/api/v1/people/search?q=jbl xjzx").await.expect(200).json;
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "under the new name");
    let path = format!("organisations/{}/end", made.id());
    end(&admin, &path, 2).await.expect_refusal(409, "directory.in-use");
    end(&admin, &format!("positions/{}/end", position.id()), 1).await.expect(200);
    end(&admin, &path, 1).await.expect_refusal(412, "conflict.changed-meanwhile");
    let ended = end(&admin, &path, 2).await.expect(200).json;
    assert!(ended["ended_at"].is_string());
    let list = admin.get("/api/v1/organisations").await.json;
    assert!(list["items"].as_array().unwrap().iter().all(|o| o["id"] != made.id().as_str()));
    let still = admin.get(&format!("/api/v1/people/{}", person.id())).await.expect(200).json;
    assert!(still["positions"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn keys_codes_and_the_tree_stay_sound() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let made = township(&admin, "T900").await.expect(201);
    township(&admin, "T900").await.expect_refusal(409, "directory.key-taken");
    township(&admin, "T901").await.expect_refusal(422, "directory.code-taken");
    let county = admin.organisation("清河县人民医院").await;
    let path = format!("/api/v1/organisations/{county}");
    let version = admin.get(&path).await.version();
    for parent in [made.id(), county.clone()] {
        let circle = admin.patch(&path, version, json!({ "parent_id": parent })).await;
        circle.expect_refusal(422, "directory.circle");
    }
    for (field, value, code) in [
        ("name", "=1+1", "directory.formula"),
        ("name", " ", "directory.value-missing"),
        ("level", "hotel", "directory.level-unknown"),
        ("phone", "x", "directory.phone-invalid"),
        ("uscc", "91350100M000100Y44", "directory.uscc-invalid"),
    ] {
        let refused = admin.patch(&path, version, json!({ field: value })).await.expect_refusal(422, code);
        assert_eq!(refused.json["field"], field);
    }
    let department =
        json!({ "id": admin.new_id(), "organisation_id": county, "code": "D01", "name": "急诊二科" });
    admin.post("/api/v1/departments", department).await.expect_refusal(409, "directory.key-taken");
}

#[tokio::test]
async fn a_department_is_made_renamed_found_and_ended() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let county = admin.organisation("清河县人民医院").await;
    let body = json!({ "id": admin.new_id(), "organisation_id": county, "code": "D20", "name": "康复科", "national_code": "21" });
    let made = admin.post("/api/v1/departments", body.clone()).await.expect(201);
    assert_eq!(admin.post("/api/v1/departments", body).await.expect(201).id(), made.id(), "the same again");
    let path = format!("/api/v1/departments/{}", made.id());
    let renamed = admin.patch(&path, 1, json!({ "name": "康复医学科" })).await.expect(200);
    assert_eq!(renamed.json["national_code"], "21");
    end(&admin, &format!("departments/{}/end", made.id()), 2).await.expect(200);
    let shown = admin.get("/api/v1/organisations").await.json.to_string();
    assert!(!shown.contains("康复医学科"));
}

#[tokio::test]
async fn everybody_reads_the_directory_and_only_administrators_see_what_is_private_or_change_it() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let village = product.sign_in("village").await;
    let county = admin.organisation("清河县人民医院").await;
    let (person, position) = staff(&admin, &county, "XJ001").await;
    let path = format!("/api/v1/people/{}", person.id());
    let seen = village.get(&path).await.expect(200).json;
    assert_eq!((seen["licensed"].as_bool(), &seen["private"]), (Some(true), &Value::Null));
    assert_eq!(admin.get(&path).await.json["private"]["licence_number"], "110130500001");
    for login in ["village", "manager", "security", "auditor", "specialist"] {
        let user = product.sign_in(login).await;
        user.patch(&path, 1, json!({ "title": "院长" })).await.expect_refusal(403, "access.role-not-allowed");
        end(&user, &format!("people/{}/leave", person.id()), 1)
            .await
            .expect_refusal(403, "access.role-not-allowed");
        end(&user, &format!("positions/{}/end", position.id()), 1)
            .await
            .expect_refusal(403, "access.role-not-allowed");
        township(&user, "T9").await.expect_refusal(403, "access.role-not-allowed");
    }
    for role in ["auditor", "security_administrator"] {
        let body = json!({ "id": admin.new_id(), "person_id": person.id(), "organisation_id": county, "role": role });
        admin.post("/api/v1/positions", body).await.expect_refusal(403, "directory.role-not-yours");
    }
}

#[tokio::test]
async fn an_agreement_lets_one_organisation_ask_another_until_it_ends() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let village = product.sign_in("village").await;
    let (from, to) =
        (village.organisation("东沟村卫生室").await, village.organisation("邢州市第一医院").await);
    let agreement = json!({ "kind": "consult", "from_organisation_id": from, "to_organisation_id": to });
    admin
        .post("/api/v1/agreements", agreement.clone())
        .await
        .expect_refusal(409, "directory.agreement-stands");
    let list = admin.get(&format!("/api/v1/agreements?organisation_id={from}")).await.expect(200).json;
    let mine = |a: &&Value| a["kind"] == "consult" && a["to"]["id"] == to.as_str();
    let standing = list["items"].as_array().unwrap().iter().find(mine).unwrap().clone();
    end(&admin, &format!("agreements/{}/end", text(&standing["id"])), 1).await.expect(200);
    let consult = draft(&village, "routine").await;
    give(&village, &consult, "submit", json!({})).await.expect_refusal(422, "consult.no-agreement");
    let anew = admin.post("/api/v1/agreements", agreement).await.expect(201);
    assert_eq!(anew.id(), text(&standing["id"]), "it begins anew");
    give(&village, &consult, "submit", json!({})).await.expect(200);
    let alone = json!({ "kind": "referral", "from_organisation_id": from, "to_organisation_id": from });
    admin.post("/api/v1/agreements", alone).await.expect_refusal(422, "directory.same-organisation");
}
