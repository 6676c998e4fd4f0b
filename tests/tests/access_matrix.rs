//! Every route × every role, from the committed table `access.matrix`: who is let as far as the thing itself, and who is
//! refused for their role. A route that is missing from the table fails, and so does one that is no longer there.
//!
//! Each route is asked with ids that nobody has and with the smallest body its description allows: what is not refused for
//! the role answers with absence or with what the body lacks, and changes nothing. Whose things one sees is shown elsewhere.
//! `CONSULT_WRITE_MATRIX=1` writes the table anew, to be read before it is committed.

use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tests::harness::{Answer, Product, User};

/// The demo account of each role, in the order of the columns.
const COLUMNS: &[&str] = &[
    "village",
    "township",
    "desk",
    "doctor",
    "coordinator",
    "specialist",
    "family",
    "manager",
    "admin",
    "security",
    "auditor",
];
/// Doors that the description of `/api/v1` does not hold.
const OTHER_DOORS: &[&str] = &[
    "GET /dicom-web/studies",
    "POST /dicom-web/studies",
    "POST /uploads",
    "HEAD /uploads/{id}",
    "PATCH /uploads/{id}",
    "DELETE /uploads/{id}",
];
/// Asked last: the session of the column ends with it.
const ENDS_THE_SESSION: &[&str] = &["DELETE /api/v1/session"];
/// How a refusal for the role is said.
const REFUSED: &[&str] = &["access.no-clinical-role", "access.role-not-allowed"];

type Table = BTreeMap<String, String>;

#[tokio::test]
async fn every_route_lets_in_just_the_roles_of_the_table() {
    let product = Product::start().await;
    let description = serde_json::to_value(consult_server::routes::openapi()).unwrap();
    let mut routes = routes(&description);
    routes.retain(|route, _| !OPEN.contains(&route.as_str()));
    let mut found: Table = routes.keys().map(|route| (route.clone(), String::new())).collect();
    for login in COLUMNS {
        let user = product.sign_in(login).await;
        let (last, first): (Vec<_>, Vec<_>) =
            routes.iter().partition(|(route, _)| ENDS_THE_SESSION.contains(&route.as_str()));
        for (route, operation) in first.into_iter().chain(last) {
            let said = ask(&user, route, operation, &description).await;
            found.entry(route.clone()).and_modify(|row| row.push(said));
        }
    }
    if std::env::var("CONSULT_WRITE_MATRIX").is_ok() {
        std::fs::write(file(), written(&found)).unwrap();
    }
    let expected = read(&std::fs::read_to_string(file()).unwrap());
    let (known, there): (BTreeSet<_>, BTreeSet<_>) = (expected.keys().collect(), found.keys().collect());
    let missing: Vec<_> = there.difference(&known).collect();
    assert!(missing.is_empty(), "not in access.matrix: {missing:#?}");
    let gone: Vec<_> = known.difference(&there).collect();
    assert!(gone.is_empty(), "in access.matrix, but no route: {gone:#?}");
    for (route, row) in &found {
        assert_eq!(row, &expected[route], "{route}: the columns are {COLUMNS:?}");
    }
}

#[tokio::test]
async fn without_a_session_nothing_is_answered_but_the_open_doors() {
    let product = Product::start().await;
    let description = serde_json::to_value(consult_server::routes::openapi()).unwrap();
    let mut open = Vec::new();
    for (route, operation) in &routes(&description) {
        let (method, path) = route.split_once(' ').unwrap();
        let request = product.http().request(method.parse().unwrap(), product.url(&filled(path, operation)));
        let answer =
            Answer::of(with_body(request, route, operation, &description).send().await.unwrap()).await;
        let is_refused = method == "HEAD" || answer.json["code"] == "access.not-signed-in";
        if answer.status != 401 || !is_refused {
            open.push(route.clone());
        }
    }
    assert_eq!(open, OPEN, "these answer without a session");
}

/// Signing in, in all its ways.
const OPEN: &[&str] = &[
    "GET /api/v1/session/oidc/callback",
    "GET /api/v1/session/oidc/start",
    "GET /api/v1/session/ways",
    "POST /api/v1/public/packages/open",
    "POST /api/v1/session",
    "POST /api/v1/session/activation",
    "POST /api/v1/session/oidc/second-step",
    "POST /api/v1/session/second-factor",
];

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("access.matrix")
}

/// `METHOD /path` of every operation, with its description.
fn routes(description: &Value) -> BTreeMap<String, Value> {
    let mut routes: BTreeMap<String, Value> =
        OTHER_DOORS.iter().map(|door| ((*door).to_owned(), Value::Null)).collect();
    for (path, operations) in description["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if ["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                routes.insert(format!("{} {path}", method.to_uppercase()), operation.clone());
            }
        }
    }
    routes
}

/// `+` for whoever gets as far as the thing, `-` for whoever is refused for their role.
async fn ask(user: &User<'_>, route: &str, operation: &Value, description: &Value) -> char {
    let (method, path) = route.split_once(' ').unwrap();
    let request = user.request(method.parse::<Method>().unwrap(), &filled(path, operation));
    let response = with_body(request, route, operation, description).send().await.unwrap();
    if response.headers().get("content-type").is_some_and(|t| t.as_bytes().starts_with(b"text/event-stream"))
    {
        return '+';
    }
    let answer = Answer::of(response).await;
    assert!(answer.status < 500, "{route}: {} {:#}", answer.status, answer.json);
    assert_ne!(answer.status, 401, "{route}: the session has ended");
    if method == "HEAD" {
        return if answer.status == 403 { '-' } else { '+' };
    }
    let code = answer.json["code"].as_str().unwrap_or_default();
    let is_unasked = ["request.json-invalid", "request.media-type"].contains(&code);
    assert!(!is_unasked, "{route} was not asked what it should: {:#}", answer.json);
    if REFUSED.contains(&code) { '-' } else { '+' }
}

/// An id that nobody has in every place of a path.
fn filled(path: &str, operation: &Value) -> String {
    let mut filled = String::new();
    for part in path.split('/').skip(1) {
        filled += "/";
        filled += match part {
            "{sop_instance_uid}" => "1.2.840.113619.17",
            part if part.starts_with('{') => NOBODY,
            part => part,
        };
    }
    let asked = operation["parameters"].as_array().into_iter().flatten();
    let needed = asked.filter(|p| p["in"] == "query" && p["required"] == true);
    let query: Vec<String> =
        needed.filter_map(|p| Some(format!("{}={NOBODY}", p["name"].as_str()?))).collect();
    if query.is_empty() { filled } else { format!("{filled}?{}", query.join("&")) }
}

const NOBODY: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

fn with_body(
    request: reqwest::RequestBuilder,
    route: &str,
    operation: &Value,
    description: &Value,
) -> reqwest::RequestBuilder {
    let request = request.header("if-match", "\"1\"");
    if route.ends_with("/signal") {
        let request = request.header("connection", "upgrade").header("upgrade", "websocket");
        return request
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "MDEyMzQ1Njc4OTAxMjM0NQ==");
    }
    if route.starts_with("POST /uploads") {
        return request.header("tus-resumable", "1.0.0").header("upload-length", "10");
    }
    if route.contains(" /uploads") {
        let chunk = ("content-type", "application/offset+octet-stream");
        return request
            .header("tus-resumable", "1.0.0")
            .header("upload-offset", "0")
            .header(chunk.0, chunk.1);
    }
    if route == "POST /dicom-web/studies" {
        return request
            .header("content-type", "multipart/related; type=\"application/dicom\"; boundary=b")
            .body("--b--\r\n");
    }
    let content = &operation["requestBody"]["content"];
    match (content.get("application/json"), content.as_object().and_then(|c| c.keys().next())) {
        (Some(json), _) => request.json(&smallest(&json["schema"], description)),
        (None, Some(kind)) => request.header("content-type", kind.as_str()).body("x"),
        (None, None) => request,
    }
}

/// The smallest value a schema allows.
fn smallest(schema: &Value, description: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let named = reference.rsplit('/').next().unwrap();
        return smallest(&description["components"]["schemas"][named], description);
    }
    for one_of in ["oneOf", "anyOf"] {
        if let Some(options) = schema[one_of].as_array() {
            let option = options.iter().find(|o| o["type"] != "null").unwrap_or(&options[0]);
            return smallest(option, description);
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut whole = Map::new();
        for part in parts {
            if let Value::Object(fields) = smallest(part, description) {
                whole.extend(fields);
            }
        }
        return Value::Object(whole);
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
    match kind {
        "string" => match schema["format"].as_str() {
            Some("uuid") => json!(NOBODY),
            Some("date-time") => json!("2026-11-23T02:00:00.000Z"),
            _ => json!("x"),
        },
        "integer" | "number" => json!(1),
        "boolean" => json!(false),
        "array" => json!([]),
        _ => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let fields = required.iter().filter_map(Value::as_str);
            fields
                .map(|field| (field.to_owned(), smallest(&schema["properties"][field], description)))
                .collect::<Map<_, _>>()
                .into()
        }
    }
}

fn read(text: &str) -> Table {
    let rows = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    rows.map(|line| {
        let (row, route) = line.split_once("  ").expect("columns, two spaces, a route");
        (route.to_owned(), row.replace(' ', ""))
    })
    .collect()
}

fn written(table: &Table) -> String {
    let mut text = format!(
        "# Who is let as far as the thing itself (+) and who is refused for their role (-). Columns:\n# {}\n",
        COLUMNS.join(", ")
    );
    let mut by_path: Vec<_> = table.iter().collect();
    by_path.sort_by_key(|(route, _)| route.split_once(' ').map(|(method, path)| (path, method)));
    for (route, row) in by_path {
        let row: Vec<String> = row.chars().map(String::from).collect();
        text += &format!("{}  {route}\n", row.join(" "));
    }
    text
}
