//! The contract of the store on both engines: the write door, versions, timers, the outbox, sealing.
//! The subjects' own statements run on both engines with the journeys, see `tests/run.py`.

use consult_server::db::audit::{self, Verdict};
use consult_server::db::change::{Author, Change, Subject, timeline};
use consult_server::db::{Db, counter, outbox, timers};
use consult_server::error::{Code, Refusal};
use consult_server::ids::{AllianceId, OrganisationId};
use consult_server::time::{Clock, Timestamp};
use std::sync::Arc;
use tests::harness::{START, seeded_entropy};
use tests::postgres::Postgres;
use tests::store;

/// Opens an empty store on each engine in turn.
async fn on_both_engines<F: AsyncFn(Arc<Db>)>(check: F) {
    let (clock, _) = Clock::manual(START);
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite:{}", folder.path().join("store.db").display());
    check(Arc::new(Db::open(&sqlite, clock.clone(), seeded_entropy()).await.unwrap())).await;
    let postgres = Postgres::start();
    let url = store::new_database(postgres.address()).await;
    check(Arc::new(Db::open(&url, clock, seeded_entropy()).await.unwrap())).await;
}

fn alliance() -> AllianceId {
    AllianceId::trusted("0192f3a0-0000-7000-8000-00000000000a")
}

async fn happen(db: &Db, version: i64) -> Result<(), Refusal> {
    db.write(move |tx| {
        Box::pin(async move {
            let (author, alliance) = (Author::default(), alliance());
            let audience = [OrganisationId::trusted("0192f3a0-0000-7000-8000-00000000000b")];
            tx.record(Change {
                author: &author,
                alliance: &alliance,
                subject: Subject { kind: "thing", id: "one" },
                version,
                kind: "thing.changed",
                payload: serde_json::json!({ "名": "值" }),
                occurred_at: None,
                patient: None,
                basis: "test",
                audience: &audience,
            })
            .await
        })
    })
    .await
}

#[tokio::test]
async fn a_change_leaves_an_event_an_audit_row_and_an_outbox_row() {
    on_both_engines(async |db| {
        happen(&db, 1).await.unwrap();
        let mut reader = db.read().await.unwrap();
        let events = timeline(&mut reader, Subject { kind: "thing", id: "one" }).await.unwrap();
        assert_eq!(
            (events.len(), events[0].kind.as_str(), &events[0].payload["名"]),
            (1, "thing.changed", &serde_json::json!("值"))
        );
        let entries = outbox::since(&mut reader, 0, 10).await.unwrap();
        assert_eq!((entries.len(), entries[0].audience.len()), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_refused_change_leaves_nothing_and_its_neighbors_stay() {
    on_both_engines(async |db| {
        let refused = {
            let db = db.clone();
            tokio::spawn(async move {
                db.write::<(), _>(|tx| {
                    Box::pin(async move {
                        counter::next(tx, &alliance(), "lost").await?;
                        Err(Code::ConflictChanged.into())
                    })
                })
                .await
            })
        };
        happen(&db, 1).await.unwrap();
        assert_eq!(refused.await.unwrap().unwrap_err().code, Code::ConflictChanged);
        let next = db
            .write(|tx| Box::pin(async move { counter::next(tx, &alliance(), "lost").await }))
            .await
            .unwrap();
        assert_eq!(next, 1, "the refused change's number was not used");
    })
    .await;
}

#[tokio::test]
async fn a_change_that_panics_is_refused_and_the_next_one_works() {
    let (clock, _) = Clock::manual(START);
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let db = Db::open(&url, clock, seeded_entropy()).await.unwrap();
    let refused = db.write::<(), _>(|_| Box::pin(async move { panic!("a fault in a flow") })).await;
    assert_eq!(refused.unwrap_err().code, Code::Internal);
    happen(&db, 1).await.unwrap();
}

#[tokio::test]
async fn numbers_run_without_gaps_under_many_writers() {
    on_both_engines(async |db| {
        let writers: Vec<_> = (0..40)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move {
                    db.write(|tx| Box::pin(async move { counter::next(tx, &alliance(), "run").await }))
                        .await
                        .unwrap()
                })
            })
            .collect();
        let mut numbers = Vec::new();
        for writer in writers {
            numbers.push(writer.await.unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=40).collect::<Vec<i64>>());
    })
    .await;
}

#[tokio::test]
async fn a_timer_is_taken_once_and_a_moved_one_not_at_its_old_time() {
    on_both_engines(async |db| {
        let set = async |due: i64| {
            db.write(move |tx| {
                Box::pin(
                    async move { timers::set(tx, &alliance(), ("leg", "one"), "open", Timestamp(due)).await },
                )
            })
            .await
            .unwrap();
        };
        set(1_000).await;
        let due = timers::due(&mut db.read().await.unwrap(), Timestamp(1_000), 10).await.unwrap();
        set(2_000).await;
        let take = async |timer: timers::Timer| {
            db.write(move |tx| Box::pin(async move { timers::take(tx, &timer).await })).await.unwrap()
        };
        assert!(!take(due[0].clone()).await, "it was moved meanwhile");
        let due = timers::due(&mut db.read().await.unwrap(), Timestamp(2_000), 10).await.unwrap();
        assert!(take(due[0].clone()).await);
        assert!(!take(due[0].clone()).await, "it was taken");
    })
    .await;
}

#[tokio::test]
async fn an_outbox_row_is_handled_once_though_two_workers_ask() {
    on_both_engines(async |db| {
        for version in 1..=20 {
            happen(&db, version).await.unwrap();
        }
        let claim = || {
            let db = db.clone();
            tokio::spawn(async move {
                db.write(|tx| Box::pin(async move { outbox::claim(tx, 100).await })).await.unwrap().len()
            })
        };
        let (first, second) = (claim(), claim());
        assert_eq!(first.await.unwrap() + second.await.unwrap(), 20);
        assert!(!outbox::any_undone(&mut db.read().await.unwrap()).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_second_server_on_the_same_store_finds_the_schema_done() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    for _ in 0..2 {
        let (clock, _) = Clock::manual(START);
        Db::open(&url, clock, seeded_entropy()).await.unwrap();
    }
}

#[tokio::test]
async fn sealers_that_meet_make_one_chain() {
    on_both_engines(async |db| {
        for version in 1..=60 {
            happen(&db, version).await.unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let anchors = [folder.path().join("one"), folder.path().join("other")];
        let (one, other) = tokio::join!(audit::seal(&db, &anchors[0]), audit::seal(&db, &anchors[1]));
        assert_eq!(one.unwrap() + other.unwrap(), 60);
        for anchors in &anchors {
            // Each server anchors what the other has sealed, the next time.
            assert_eq!(audit::seal(&db, anchors).await.unwrap(), 0);
            let verdict = audit::verify(&mut db.read().await.unwrap(), anchors).await.unwrap();
            assert!(matches!(verdict, Verdict::Whole { entries: 60, .. }), "{verdict:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_chain_whose_anchors_are_gone_or_damaged_is_not_called_whole() {
    on_both_engines(async |db| {
        for version in 1..=3 {
            happen(&db, version).await.unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("anchors");
        audit::seal(&db, &file).await.unwrap();
        let kept = std::fs::read_to_string(&file).unwrap();
        let verdict = async || audit::verify(&mut db.read().await.unwrap(), &file).await;
        std::fs::write(&file, "").unwrap();
        assert_eq!(verdict().await.unwrap(), Verdict::Unanchored { entries: 3 });
        std::fs::write(&file, "no head\n").unwrap();
        assert!(verdict().await.is_err());
        std::fs::remove_file(&file).unwrap();
        assert_eq!(verdict().await.unwrap(), Verdict::Unanchored { entries: 3 });
        // The last line may be torn by a kill: the head before it still stands, and the next is not glued to it.
        std::fs::write(&file, format!("{kept}99")).unwrap();
        assert!(matches!(verdict().await.unwrap(), Verdict::Whole { entries: 3, .. }));
        happen(&db, 4).await.unwrap();
        audit::seal(&db, &file).await.unwrap();
        assert!(matches!(verdict().await.unwrap(), Verdict::Whole { entries: 4, .. }));
    })
    .await;
}

#[tokio::test]
async fn a_timer_that_fails_waits_longer_each_time_and_lets_those_behind_it_pass() {
    on_both_engines(async |db| {
        for (subject, due_at) in [("broken", START), ("sound", START.plus_seconds(1))] {
            db.write(move |tx| {
                Box::pin(async move { timers::set(tx, &alliance(), ("leg", subject), "open", due_at).await })
            })
            .await
            .unwrap();
        }
        let due = async |seconds: i64| {
            let at = START.plus_seconds(seconds);
            timers::due(&mut db.read().await.unwrap(), at, 10).await.unwrap()
        };
        let mut waited = Vec::new();
        for _ in 0..10 {
            let broken = due(1_000).await.into_iter().find(|timer| timer.subject_id == "broken").unwrap();
            db.write(move |tx| Box::pin(async move { timers::postpone(tx, &broken).await })).await.unwrap();
            let mut wait = 0;
            while !due(wait).await.iter().any(|timer| timer.subject_id == "broken") {
                wait += 1;
            }
            waited.push(wait);
        }
        assert_eq!(waited, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert_eq!(
            due(299).await.iter().map(|timer| timer.subject_id.as_str()).collect::<Vec<_>>(),
            ["sound"]
        );
    })
    .await;
}
