//! Figures of the directory on SQLite: finding a person among 50,000 in 1,000 organisations, over HTTP, as a page asks.
//! Prints one JSON list of rows for `tests/bench.py`.

use consult_server::access::Role;
use consult_server::db::Tx;
use consult_server::directory::editing::sql::{self as filling, NewOrganisation, NewPerson, NewPosition};
use consult_server::error::Result;
use consult_server::ids::{AllianceId, OrganisationId, PersonId, PositionId};
use serde_json::json;
use std::time::{Duration, Instant};
use tests::harness::{Product, User, text};

const ORGANISATIONS: usize = 1_000;
const PEOPLE: usize = 50_000;
const ROUNDS: usize = 20;
const SURNAMES: &[&str] =
    &["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林"];
const GIVEN: &[&str] = &["文", "建", "志", "小", "秀", "永", "明", "丽", "国", "海", "春", "晓", "家", "玉"];
const LAST: &[&str] = &["英", "军", "刚", "东", "静", "康", "远", "敏", "伟", "芳", "梅", "兰", "平", "华"];

#[tokio::main]
async fn main() {
    let product = Product::start().await;
    let user = product.sign_in("village").await;
    let alliance = AllianceId::parse(&text(&user.me["alliance"]["id"])).expect("an id");
    product
        .app
        .ground
        .db
        .write(move |tx| Box::pin(async move { fill(tx, &alliance).await }))
        .await
        .expect("the directory is filled");
    let typed =
        ["zwy", "周文英", "文英", "w", "lijianj", "人民医院", "zxy 东", "quanke", "全科 zjg", "没有这个人"];
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        for q in typed {
            times.push(one(&user, &format!("/api/v1/people/search?q={q}&limit=20")).await);
        }
        times.push(one(&user, "/api/v1/people/search?on_duty=true&limit=20").await);
    }
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    let note = format!(
        "p95 of {} searches over HTTP, {PEOPLE} people, {ORGANISATIONS} organisations, SQLite; p50 {:.1}, worst {:.1}",
        times.len(),
        at(50),
        at(100)
    );
    println!(
        "{}",
        json!([{ "name": "access.directory.search_p95", "ours": at(95), "unit": "ms", "below": 50.0, "note": note }])
    );
    product.stop().await;
}

async fn one(user: &User<'_>, path: &str) -> Duration {
    let began = Instant::now();
    user.get(path).await.expect(200);
    began.elapsed()
}

async fn fill(tx: &mut Tx, alliance: &AllianceId) -> Result<()> {
    let mut organisations = Vec::new();
    for n in 0..ORGANISATIONS {
        let id = OrganisationId::trusted(tx.new_id());
        let name = format!("{}{}镇第{n}卫生院", SURNAMES[n % SURNAMES.len()], GIVEN[n / 16 % GIVEN.len()]);
        let new = NewOrganisation {
            id: &id,
            parent: None,
            name: &name,
            code: &format!("B{n:05}"),
            level: "township_centre",
            external: false,
            phone: None,
        };
        filling::insert_organisation(tx, alliance, new).await?;
        organisations.push(id);
    }
    for n in 0..PEOPLE {
        let id = PersonId::trusted(tx.new_id());
        let name = format!(
            "{}{}{}",
            SURNAMES[n % SURNAMES.len()],
            GIVEN[n / 16 % GIVEN.len()],
            LAST[n / 224 % LAST.len()]
        );
        let number = format!("B{n:06}");
        let new = NewPerson {
            id: &id,
            name: &name,
            staff_number: Some(&number),
            title: Some("医师"),
            specialty: Some("全科"),
            work_phone: Some("0319-5550000"),
            licence_number: None,
            licence_from: None,
            licence_until: None,
            practising_since: None,
        };
        filling::insert_person(tx, alliance, new).await?;
        let position = PositionId::trusted(tx.new_id());
        let new = NewPosition {
            id: &position,
            person: &id,
            organisation: &organisations[n % ORGANISATIONS],
            department: None,
            role: Role::TownshipDoctor,
            valid_from: tx.now,
            valid_until: None,
        };
        filling::insert_position(tx, alliance, new).await?;
    }
    Ok(())
}
