//! Figures of access on SQLite: verifying a long audit chain, what noting a read costs, and what the policy costs a request.
//! Prints one JSON list of rows for `tests/bench.py`.

use consult_server::access::policy::{Action, Decision, Relation, Resource, may};
use consult_server::access::{self, Caller, Role};
use consult_server::db::{Db, audit};
use consult_server::ids::{AllianceId, OrganisationId, PatientId, PersonId, PositionId, SessionId};
use consult_server::{App, routes};
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::{Duration, Instant};
use tests::harness::{Product, text};

const ENTRIES: usize = 1_000_000;
const AT_ONCE: usize = 5_000;
const CLIENTS: usize = 8;
const ROUNDS: usize = 12;
const ROUND: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() {
    let product = Product::start().await;
    let mut rows = vec![policy(), asked(&product).await];
    rows.push(reads(&product).await);
    rows.push(chain(&product).await);
    println!("{}", Value::Array(rows));
    product.stop().await;
}

/// One decision of the table, facts in hand.
fn policy() -> Value {
    let alliance = AllianceId::trusted("a");
    let caller = Caller {
        alliance: alliance.clone(),
        person: PersonId::trusted("p"),
        name: String::new(),
        position: PositionId::trusted("x"),
        role: Role::Specialist,
        organisation: OrganisationId::trusted("o"),
        organisation_name: String::new(),
        department: None,
        session: SessionId::trusted("s"),
        scopes: None,
    };
    let related = Resource { alliance, relation: Some(Relation::Consult) };
    let rounds = 1_000_000_u32;
    let began = Instant::now();
    for _ in 0..rounds {
        for action in Action::ALL {
            let allowed = matches!(may(black_box(&caller), *action, Some(&related)), Decision::Allow { .. });
            black_box(allowed);
        }
    }
    let each = began.elapsed().as_secs_f64() * 1e9 / f64::from(rounds) / Action::ALL.len() as f64;
    json!({ "name": "access.policy.decision", "ours": each, "unit": "ns", "below": 1000.0,
            "note": "one decision of the pure table, facts in hand" })
}

/// What a request pays: the relation to a patient loaded from the store, and the decision.
async fn asked(product: &Product) -> Value {
    let village = product.sign_in("village").await;
    let patient = PatientId::trusted(village.patient("张小东").await);
    let ground = &product.app.ground;
    let (caller, _) = access::flow::resume(ground, &village.token).await.expect("a session");
    let mut reader = ground.db.read().await.expect("a reader");
    let rounds = 5_000_u32;
    let began = Instant::now();
    for _ in 0..rounds {
        let related =
            access::grants::resource(&mut reader, &caller, &patient, ground.now()).await.expect("facts");
        let decision = may(&caller, Action::PatientRead, Some(&related));
        assert!(matches!(decision, Decision::Allow { .. }));
    }
    let each = began.elapsed().as_secs_f64() * 1e6 / f64::from(rounds);
    json!({ "name": "access.policy.request", "ours": each, "unit": "µs", "below": 1000.0,
            "note": "the relation loaded from SQLite and the decision, as a request asks" })
}

/// `GET /api/v1/consults/{id}` with 8 clients: with the read noted and without, turn about.
async fn reads(product: &Product) -> Value {
    let village = product.sign_in("village").await;
    let listed = village.get("/api/v1/consults").await.expect(200).json;
    let path = format!("/api/v1/consults/{}", text(&listed["items"][0]["id"]));
    village.get(&path).await.expect(200);
    let noted = serve(product.app.clone()).await;
    let mut without = product.app.clone();
    without.ground.reads = without.ground.reads.measured_against();
    let unnoted = serve(without).await;
    let mut rates = [Vec::new(), Vec::new()];
    for round in 0..2 * ROUNDS {
        let side = (round + round / 2) % 2;
        let base = [&noted, &unnoted][side];
        rates[side].push(rate(base, &path, &village.token).await);
    }
    let [with, without] = rates.map(median);
    let cost = (1.0 - with / without) * 100.0;
    let note = format!(
        "{CLIENTS} clients, {ROUNDS} rounds of {} s a side, interleaved: {with:.0}/s noted, {without:.0}/s not",
        ROUND.as_secs()
    );
    json!({ "name": "access.audit.cost_of_reads", "ours": cost, "unit": "%", "below": 10.0, "note": note })
}

/// The same routes on a port of their own.
async fn serve(app: App) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let service = routes::router(app).into_make_service_with_connect_info::<std::net::SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    base
}

async fn rate(base: &str, path: &str, token: &str) -> f64 {
    let ends = Instant::now() + ROUND;
    let client = reqwest::Client::new();
    let asking = (0..CLIENTS).map(|_| {
        let (client, url, token) = (client.clone(), format!("{base}{path}"), token.to_owned());
        tokio::spawn(async move {
            let mut done = 0_u32;
            while Instant::now() < ends {
                let answer = client.get(&url).bearer_auth(&token).send().await.expect("an answer");
                assert_eq!(answer.status(), 200);
                answer.bytes().await.expect("a body");
                done += 1;
            }
            done
        })
    });
    let mut done = 0;
    for client in asking.collect::<Vec<_>>() {
        done += client.await.expect("no panic");
    }
    f64::from(done) / ROUND.as_secs_f64()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

/// Walks a million entries.
async fn chain(product: &Product) -> Value {
    let ground = &product.app.ground;
    consult_server::worker::settle(&product.app).await.expect("it settles");
    fill(&ground.db).await;
    consult_server::worker::settle(&product.app).await.expect("it settles");
    let anchors = ground.reads.anchors();
    let began = Instant::now();
    let verdict =
        audit::verify(&mut ground.db.read().await.expect("a reader"), &anchors).await.expect("a verdict");
    let seconds = began.elapsed().as_secs_f64();
    let audit::Verdict::Whole { entries, .. } = verdict else { panic!("{verdict:?}") };
    json!({ "name": "access.audit.verify", "ours": seconds, "unit": "s", "below": 10.0,
            "note": format!("{entries} entries, SQLite") })
}

async fn fill(db: &Db) {
    for batch in 0..ENTRIES / AT_ONCE {
        db.write(move |tx| {
            Box::pin(async move {
                for n in 0..AT_ONCE {
                    audit::insert(tx, &entry(batch * AT_ONCE + n)).await?;
                }
                Ok(())
            })
        })
        .await
        .expect("written");
    }
}

/// As a read of a record looks.
fn entry(n: usize) -> audit::Entry {
    let id = |kind: &str| format!("0192f0c1-2345-7abc-8def-{kind}{n:010}");
    audit::Entry {
        id: id("a1"),
        at: 1_795_399_200_000 + n as i64,
        alliance: id("b2"),
        person: Some(id("c3")),
        position: Some(id("d4")),
        organisation: Some(id("e5")),
        session: Some(id("f6")),
        from: "10.20.30.40".to_owned(),
        request_id: id("a7"),
        action: "patient.read".to_owned(),
        subject_kind: "patient".to_owned(),
        subject_id: id("b8"),
        patient: Some(id("b8")),
        basis: "care-relationship".to_owned(),
        outcome: "read".to_owned(),
        detail: "{}".to_owned(),
    }
}
