//! People come and go: what an administrator does in the directory.

use crate::harness::{User, text};
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
