//! Finding a colleague in one box: by whichever form of whichever word comes to mind.

use serde_json::Value;
use tests::harness::{Product, User, text};

async fn names(user: &User<'_>, query: &str) -> Vec<String> {
    let found = user.get(&format!("/api/v1/people/search?{query}")).await.expect(200).json;
    found["items"].as_array().unwrap().iter().map(|item| text(&item["name"])).collect()
}

#[tokio::test]
async fn a_colleague_is_found_by_ideographs_pinyin_initials_department_and_specialty() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    for typed in
        ["何志刚", "志刚", "hezhig", "HZG", "hzg 心血管", "xxgnk 清河县", "冠心病", "心血管内科 qhxrmyy"]
    {
        assert_eq!(names(&village, &format!("q={typed}")).await, ["何志刚"], "{typed}");
    }
    assert_eq!(names(&village, "q=zwy").await, ["周文英"]);
    assert_eq!(names(&village, "department=医学影像科").await, ["林静"]);
    assert_eq!(names(&village, "specialty=xdzd").await, ["张明远"]);
    assert!(names(&village, "q=hzg 影像").await.is_empty(), "every word must fit");
}

/// The hint of the page, in the language in which it is written.
const HINT: &str = include_str!("../../web/src/locales/zh-CN/people.json");

#[tokio::test]
async fn what_the_hint_of_the_page_suggests_finds_somebody() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let hint = text(&serde_json::from_str::<Value>(HINT).unwrap()["searchHint"]);
    let quoted =
        hint.split('“').nth(1).and_then(|rest| rest.split('”').next()).expect("an example in quotes");
    let listed = hint.split(['：', '；']).nth(1).expect("examples after a colon").split('、');
    for typed in listed.chain([quoted]) {
        assert_eq!(names(&village, &format!("q={typed}")).await.len(), 1, "{typed}");
    }
}

#[tokio::test]
async fn of_places_characters_may_be_left_out_and_pinyin_may_have_blanks_but_names_stay_whole() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    for typed in ["xnk", "心内", "hzg 县医院", "he zhi gang", "he zhi gang 心内"] {
        assert_eq!(names(&village, &format!("q={typed}")).await, ["何志刚"], "{typed}");
    }
    assert_eq!(names(&village, "q=zhou wen").await, ["周文英"]);
    assert_eq!(names(&village, "q=hzg xxgnk").await, ["何志刚"], "words that are no one name are two");
    assert!(names(&village, "q=何刚").await.is_empty(), "of a name nothing is left out");
    assert_eq!(names(&village, "q=zwy").await, ["周文英"], "nor do initials of places pass for a name's");
}

#[tokio::test]
async fn the_box_says_where_a_colleague_works_and_how_to_reach_them_and_nothing_private() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let found = village.get("/api/v1/people/search?q=hzg").await.expect(200).json;
    let colleague = &found["items"][0];
    assert_eq!(colleague["organisation"]["name"], "清河县人民医院");
    assert_eq!(colleague["department"]["name"], "心血管内科");
    assert_eq!(colleague["work_phone"], "0319-5550204");
    for private in ["staff_number", "licence_number", "licence_until", "login"] {
        assert!(colleague[private].is_null(), "{private}");
    }
}

#[tokio::test]
async fn pages_of_the_whole_alliance_meet_without_gap_or_repetition() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let whole = names(&village, "limit=200").await;
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = village.get(&format!("/api/v1/people/search?limit=5{cursor}")).await.expect(200).json;
        paged.extend(page["items"].as_array().unwrap().iter().map(|item| text(&item["name"])));
        let Value::String(next) = &page["next"] else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!((paged.len(), &paged), (12, &whole));
}

#[tokio::test]
async fn wild_cards_and_endless_words_are_only_text() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    assert!(names(&village, "q=h%25g").await.is_empty());
    assert!(names(&village, "q=h_g").await.is_empty());
    for mark in ["%25", "'", "_", "%25 %25"] {
        assert!(names(&village, &format!("q={mark}")).await.is_empty(), "{mark} is nobody's name");
    }
    assert!(names(&village, &format!("q={}", "很长".repeat(400))).await.is_empty());
    village
        .get("/api/v1/people/search?organisation_id=nonsense")
        .await
        .expect_refusal(400, "request.query-invalid");
}

#[tokio::test]
async fn who_stands_in_stands_in_for_the_duty_that_is_shown() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    // The doctor has the hospital's duty, and is the deputy of the transfer desk at the same time.
    let found = village.get("/api/v1/people/search?q=hzg").await.expect(200).json;
    let doctor = &found["items"][0];
    assert_eq!(
        (doctor["on_duty"]["kind"].as_str(), doctor["on_duty"]["rank"].as_str()),
        (Some("hospital"), Some("duty"))
    );
    let manager = text(&doctor["deputy"]["name"]);
    // Rosters of before the rules: the desk has its department's duty and the hospital's at once, which ends first.
    tests::store::execute(
        &product.app.ground.db,
        "INSERT INTO duty (id, alliance_id, kind, organisation_id, department_id, person_id, rank, starts_at, ends_at, created_at) \
         SELECT 'twice ' || id, alliance_id, kind, organisation_id, department_id, (SELECT person_id FROM account WHERE login = 'desk'), \
         rank, starts_at, ends_at - 1000, created_at FROM duty WHERE kind = 'hospital' AND rank = 'duty'",
    )
    .await;
    let shown = async || {
        let found = village.get("/api/v1/people/search?q=sunli").await.expect(200).json;
        let desk = &found["items"][0];
        (text(&desk["on_duty"]["kind"]), text(&desk["deputy"]["name"]))
    };
    assert_eq!(shown().await, ("hospital".to_owned(), manager));
    let longer = "UPDATE duty SET ends_at = ends_at + 2000 WHERE id LIKE 'twice %'";
    tests::store::execute(&product.app.ground.db, longer).await;
    assert_eq!(shown().await, ("department".to_owned(), text(&doctor["name"])));
}
