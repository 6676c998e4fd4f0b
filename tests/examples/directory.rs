//! Figures of the directory on SQLite: taking in a county from a file, and finding a person among 50,000 in 1,000 organisations,
//! both over HTTP as a page asks.
//! Prints one JSON list of rows for `tests/bench.py`.

use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};
use tests::harness::{Answer, Product, User};

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
    let admin = product.sign_in("admin").await;
    let county = imported(&admin, csv(300, 9_700)).await;
    imported(&admin, csv(ORGANISATIONS, PEOPLE)).await;
    // What the import wrote is told and sealed first.
    consult_server::worker::settle(&product.app).await.expect("it settles");
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
    let rows = json!([
        { "name": "access.directory.search_p95", "ours": at(95), "unit": "ms", "below": 50.0, "note": note },
        { "name": "access.directory.import", "ours": county.as_secs_f64(), "unit": "s", "below": 60.0,
          "note": "300 organisations and 9,700 people from one CSV over HTTP, until durable, SQLite" },
    ]);
    println!("{rows}");
    product.stop().await;
}

async fn imported(admin: &User<'_>, text: String) -> Duration {
    let began = Instant::now();
    let request = admin.request(Method::POST, "/api/v1/imports/people").body(text);
    let report = Answer::of(request.send().await.expect("an answer")).await.expect(200).json;
    assert_eq!((report["applied"].as_bool(), report["errors"].as_u64()), (Some(true), Some(0)));
    began.elapsed()
}

async fn one(user: &User<'_>, path: &str) -> Duration {
    let began = Instant::now();
    user.get(path).await.expect(200);
    began.elapsed()
}

/// As a personnel office would hand it over.
fn csv(organisations: usize, people: usize) -> String {
    let mut text = "[机构]\n机构编码,名称,级别\n".to_owned();
    for n in 0..organisations {
        let (surname, given) = (SURNAMES[n % SURNAMES.len()], GIVEN[n / 16 % GIVEN.len()]);
        text += &format!("B{n:05},{surname}{given}镇第{n}卫生院,乡镇卫生院\n");
    }
    text += "[人员]\n工号,姓名,职称,专业,工作电话,机构编码,岗位,执业证止\n";
    for n in 0..people {
        let (surname, given) = (SURNAMES[n % SURNAMES.len()], GIVEN[n / 16 % GIVEN.len()]);
        let last = LAST[n / 224 % LAST.len()];
        let place = n % organisations;
        text += &format!(
            "B{n:06},{surname}{given}{last},医师,全科,0319-5550000,B{place:05},乡镇医生,2030/12/31\n"
        );
    }
    text
}
