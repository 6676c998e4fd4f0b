//! People come and go: what an administrator does in the directory.

use crate::harness::{User, text};
use crate::store;
use consult_server::db::Db;
use serde_json::json;

/// A new person in a position, as an import leaves them: without an account. Answers the person's id.
pub async fn engage(
    admin: &User<'_>,
    name: &str,
    staff_number: &str,
    organisation: &str,
    role: &str,
) -> String {
    let person = json!({ "id": admin.new_id(), "staff_number": staff_number, "name": name });
    let person = admin.post("/api/v1/people", person).await.expect(201).id();
    let position =
        json!({ "id": admin.new_id(), "person_id": person, "organisation_id": organisation, "role": role });
    admin.post("/api/v1/positions", position).await.expect(201);
    person
}

pub async fn leave(admin: &User<'_>, person: &str) {
    let path = format!("/api/v1/people/{}", person);
    let version = admin.get(&path).await.expect(200).version();
    let left = admin.command(&format!("{path}/leave"), version, json!({})).await.expect(200);
    text(&left.json["left_at"]);
}

/// Sixty more people with accounts, `staff-1` to `staff-60`, whose password nobody knows.
pub async fn sixty_more(db: &Db) {
    let people = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) INSERT INTO person (id, alliance_id, name, \
         name_search, created_at) SELECT 'staff-' || CAST(i AS TEXT), (SELECT MAX(id) FROM alliance), 'x', '', 0 FROM n";
    store::execute(db, people).await;
    let accounts = "INSERT INTO account (person_id, alliance_id, login, password_hash, created_at, password_at) \
         SELECT id, alliance_id, id, '', 0, 0 FROM person WHERE id LIKE 'staff-%'";
    store::execute(db, accounts).await;
}
