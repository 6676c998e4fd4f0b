//! Figures of referrals: transitions a second and their latency with 32 writers, at growing numbers of legs in the store, and the
//! first page of the desk's board. On SQLite with full sync, or on the Postgres that `CONSULT_TEST_POSTGRES` names. Prints one
//! JSON list of rows for `tests/bench.py`.

use consult_server::access::policy::Relation;
use consult_server::db::change::Author;
use consult_server::db::{Db, Engine};
use consult_server::ids::{AllianceId, LegId};
use consult_server::referrals::flow::{self, Acting};
use consult_server::referrals::{LegInput, rules};
use referral::{Actor, Command, Disposition, OutcomeNote, PersonId};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tests::harness::{Product, text};
use tests::referrals::{COUNTY, department, form, person};
use tests::store;

const WRITERS: usize = 32;
const CASES_A_ROUND: usize = 640;
/// How many legs are in the store when each round begins, unless the command line names other numbers.
const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];
const OPEN: usize = 500;
const PAGES: usize = 200;

#[tokio::main]
async fn main() {
    let product = Product::start().await;
    let engine = match product.app.ground.db.engine() {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    };
    let cast = Arc::new(Cast::of(&product).await);
    let (mut rows, mut curve, mut filled) = (Vec::new(), Vec::new(), 0);
    let mut last = None;
    let named: Vec<usize> =
        std::env::args().skip(1).map(|size| size.parse().expect("a number of legs")).collect();
    for size in if named.is_empty() { SIZES.to_vec() } else { named } {
        fill(&product.app.ground.db, filled, size).await;
        filled = size;
        let figures = transitions(&product, &cast).await;
        curve.push(format!(
            "{size}: {:.0}/s, p50 {:.1} ms, p99 {:.1} ms",
            figures.rate, figures.p50, figures.p99
        ));
        last = Some(figures);
    }
    let figures = last.expect("a round");
    let note = format!("{WRITERS} writers, {engine}, by legs in the store: {}", curve.join("; "));
    rows.push(json!({ "name": format!("referral.transitions.{engine}"), "ours": figures.rate, "unit": "1/s", "above": 1500.0, "note": note }));
    rows.push(json!({ "name": format!("referral.transition_p99.{engine}"), "ours": figures.p99, "unit": "ms", "below": 50.0,
                      "note": format!("at {filled} legs") }));
    rows.push(board(&product, engine, filled).await);
    println!("{}", Value::Array(rows));
    product.stop().await;
}

struct Cast {
    alliance: AllianceId,
    village: Actor,
    desk: Actor,
    doctor: Actor,
    owner: String,
    input: Value,
}

impl Cast {
    async fn of(product: &Product) -> Self {
        let users = [
            product.sign_in("village").await,
            product.sign_in("desk").await,
            product.sign_in("doctor").await,
        ];
        let [village, desk, doctor] = [0, 1, 2].map(|n: usize| {
            let position = &users[n].me["position"];
            let organisation =
                consult_server::ids::OrganisationId::trusted(text(&position["organisation"]["id"]));
            let role = consult_server::access::Role::parse(&text(&position["role"])).expect("a role");
            let me = consult_server::ids::PersonId::trusted(person(&users[n]));
            rules::actor(&me, &organisation, role, &[]).expect("an actor")
        });
        let village_user = &users[0];
        let input = json!({ "id": village_user.new_id(), "case_id": null, "patient_id": village_user.patient("张小东").await, "direction": "up",
            "urgency": "urgent", "to_organisation_id": village_user.organisation(COUNTY).await,
            "to_department_id": department(village_user, COUNTY, "心血管内科").await, "form": form(), "consent": { "kind": "written" } });
        let alliance = store::texts(&product.app.ground.db, "SELECT id FROM alliance").await.remove(0);
        Self {
            alliance: AllianceId::trusted(alliance),
            village,
            desk,
            doctor,
            owner: person(&users[2]),
            input,
        }
    }

    fn acting(&self, actor: &Actor) -> Acting {
        let author = Author { from: "bench".to_owned(), ..Author::default() };
        Acting {
            alliance: self.alliance.clone(),
            actor: actor.clone(),
            author,
            basis: Relation::Referral.basis(),
        }
    }
}

struct Figures {
    rate: f64,
    p50: f64,
    p99: f64,
}

/// The whole way of `CASES_A_ROUND` patients, by so many writers at once: each step is a transaction with event, audit, outbox,
/// timer and grant rows.
async fn transitions(product: &Product, cast: &Arc<Cast>) -> Figures {
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (ground, cast, next) = (product.app.ground.clone(), cast.clone(), next.clone());
            tokio::spawn(async move {
                let mut took = Vec::new();
                while next.fetch_add(1, Ordering::SeqCst) < CASES_A_ROUND {
                    walk(&ground, &cast, &mut took).await;
                }
                took
            })
        })
        .collect();
    let mut took = Vec::new();
    for writer in writers {
        took.extend(writer.await.expect("no panic"));
    }
    let seconds = began.elapsed().as_secs_f64();
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    Figures { rate: took.len() as f64 / seconds, p50: at(0.5), p99: at(0.99) }
}

async fn walk(ground: &consult_server::ground::Ground, cast: &Arc<Cast>, took: &mut Vec<Duration>) {
    let id = LegId::trusted(ground.entropy.uuid(ground.now()));
    let mut input: LegInput = serde_json::from_value(cast.input.clone()).expect("an input");
    input.id = id.clone();
    let zone = ground.zone.clone();
    let acting = cast.acting(&cast.village);
    let began = Instant::now();
    ground
        .db
        .write(move |tx| Box::pin(async move { flow::begin(tx, &acting, &zone, &input).await.map(drop) }))
        .await
        .expect("drafted");
    took.push(began.elapsed());
    let now = flow::millis(ground.now());
    let note = OutcomeNote {
        diagnosis: referral::Diagnosis { text: "心绞痛".to_owned(), ..referral::Diagnosis::default() },
        treatment: "阿司匹林".to_owned(),
        plan: "随访".to_owned(),
        findings: String::new(),
        drugs: String::new(),
        warning_signs: String::new(),
        disposition: Disposition::Stays,
    };
    let way = [
        (&cast.village, Command::Submit { external: false }),
        (&cast.desk, Command::Open),
        (&cast.desk, Command::Accept { owner: PersonId::new(cast.owner.as_str()), expected_at: now }),
        (&cast.desk, Command::Arrive { at: now, signature: "签名".to_owned() }),
        (&cast.doctor, Command::Note { text: "平稳".to_owned() }),
        (&cast.doctor, Command::SendOutcome { outcome: note, next: None }),
        (&cast.village, Command::Acknowledge),
    ];
    for (actor, command) in way {
        let (acting, id) = (cast.acting(actor), id.clone());
        let began = Instant::now();
        ground
            .db
            .write(move |tx| {
                Box::pin(async move { flow::carry_out(tx, &acting, &id, &command).await.map(drop) })
            })
            .await
            .expect("done");
        took.push(began.elapsed());
    }
}

/// Copies of a leg that has closed, and at the end of open ones, so that the store holds so many; each with a case and an event.
async fn fill(db: &Db, from: usize, to: usize) {
    const STEP: usize = 10_000;
    for first in (from..to).step_by(STEP) {
        let statements: Vec<String> = [
            "INSERT INTO referral_case (id, alliance_id, patient_id, number, version, closed_at, created_at) \
             SELECT 'fill-case-' || n.i, c.alliance_id, c.patient_id, 'F' || n.i, c.version, c.created_at, c.created_at \
             FROM (WITH RECURSIVE m (i) AS (SELECT FIRST UNION ALL SELECT m.i + 1 FROM m WHERE m.i + 1 < LAST) SELECT i FROM m) n, \
             (SELECT * FROM referral_case ORDER BY id LIMIT 1) c",
            "INSERT INTO leg (id, alliance_id, case_id, ordinal, version, snapshot, patient_id, direction, urgency, state, is_ended, transport, \
             from_organisation_id, author_id, to_organisation_id, to_department_id, owner_id, complaint, owed_party, owed_organisation_id, \
             owed_duty, owed_due_at, sort_due, holds_patient, submitted_at, updated_at) \
             SELECT 'fill-leg-' || n.i, l.alliance_id, 'fill-case-' || n.i, 1, l.version, l.snapshot, l.patient_id, l.direction, l.urgency, \
             CASE WHEN n.i < OPEN THEN 'submitted' ELSE 'closed' END, CASE WHEN n.i < OPEN THEN 0 ELSE 1 END, 'none', \
             l.from_organisation_id, l.author_id, l.to_organisation_id, l.to_department_id, NULL, l.complaint, \
             CASE WHEN n.i < OPEN THEN 'receiver' END, CASE WHEN n.i < OPEN THEN l.to_organisation_id END, CASE WHEN n.i < OPEN THEN 'open' END, \
             CASE WHEN n.i < OPEN THEN l.updated_at + n.i END, CASE WHEN n.i < OPEN THEN l.updated_at + n.i ELSE 9007199254740991 END, 0, \
             l.updated_at, l.updated_at + n.i \
             FROM (WITH RECURSIVE m (i) AS (SELECT FIRST UNION ALL SELECT m.i + 1 FROM m WHERE m.i + 1 < LAST) SELECT i FROM m) n, \
             (SELECT * FROM leg WHERE state = 'outcome_sent' ORDER BY id LIMIT 1) l",
            "INSERT INTO event (id, alliance_id, subject_kind, subject_id, version, kind, schema_version, occurred_at, recorded_at, client_id, payload) \
             SELECT 'fill-event-' || n.i, e.alliance_id, 'leg', 'fill-leg-' || n.i, 1, e.kind, 1, e.occurred_at, e.recorded_at, e.client_id, e.payload \
             FROM (WITH RECURSIVE m (i) AS (SELECT FIRST UNION ALL SELECT m.i + 1 FROM m WHERE m.i + 1 < LAST) SELECT i FROM m) n, \
             (SELECT * FROM event WHERE kind = 'leg.drafted' ORDER BY seq LIMIT 1) e",
        ]
        .iter()
        .map(|text| {
            let text = text.replace("FIRST", &first.to_string()).replace("LAST", &(first + STEP).min(to).to_string());
            text.replace("< OPEN", &format!("< {OPEN}"))
        })
        .collect();
        for statement in statements {
            store::execute(db, Box::leak(statement.into_boxed_str())).await;
        }
    }
    if db.engine() == Engine::Postgres {
        // What a server that lives for years has done by itself.
        store::execute(db, "ANALYZE").await;
    }
}

/// The first page of the desk over HTTP, as the page asks for it.
async fn board(product: &Product, engine: &str, legs: usize) -> Value {
    let desk = product.sign_in("desk").await;
    let mut took = Vec::new();
    for _ in 0..PAGES {
        let began = Instant::now();
        let page = desk.get("/api/v1/legs?box=incoming&state=open&limit=50").await.expect(200).json;
        took.push(began.elapsed());
        assert_eq!(page["items"].as_array().map(Vec::len), Some(50));
    }
    took.sort_unstable();
    let p95 = took[took.len() * 95 / 100].as_secs_f64() * 1e3;
    json!({ "name": format!("referral.board_p95.{engine}"), "ours": p95, "unit": "ms", "below": 30.0,
            "note": format!("first page of 50 over HTTP, {legs} legs in the store, {OPEN} of them open; p50 {:.1}", took[took.len() / 2].as_secs_f64() * 1e3) })
}
