//! Boards that anybody may look at: what is open of them, and that nothing else is told.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::json;
use yandu_store::Clock;

use super::citizens::POLICIES;
use super::city::{Answer, City};
use super::measuring;
use crate::line::Peer;
use crate::{Options, visitor};

const BOARD: &str = "\
board: club.overview
title: {zh: 会员看板, en: Members}
about: {zh: 会员人数, en: How many members there are}
open: true
tiles:
  - {id: total, kind: number, metric: club.total, period: year, target: {value: 10, comparison: '>=', due: 2025-12}, slot: {x: 0, y: 0, w: 4, h: 2}}
  - {id: months, kind: trend, metric: club.total, points: 3, title: {zh: 各月入会}, slot: {x: 4, y: 0, w: 4, h: 2}}
  - {id: names, kind: ranking, metric: club.joined, period: year, by: name, title: {zh: 各人入会}, slot: {x: 8, y: 0, w: 4, h: 2}}
  - {id: secret, kind: number, metric: club.secret, period: year, title: {zh: 内部人数}, slot: {x: 0, y: 2, w: 4, h: 2}}
  - {id: unnamed, kind: number, metric: club.secret, period: year, slot: {x: 4, y: 2, w: 4, h: 2}}
  - {id: units, kind: lamps, title: {zh: 各单位亮灯}, lamps: {by: unit}, slot: {x: 8, y: 2, w: 4, h: 2}}
  - {id: words, kind: text, text: {zh: '按<月>统计'}, slot: {x: 0, y: 4, w: 4, h: 2}}
";
const CLOSED: &str = "没有向社会公开";

/// A city with an open board and one that is not, over a model that is open and one that is not.
async fn city(policies: &str, visitors: visitor::Options) -> City {
    let named = |metric: &str, title: &str| {
        let text = measuring::METRIC.replace("metric: club.joined", &format!("metric: {metric}"));
        let text = text.replace("入会人数, en: Members who joined", title);
        text.replace("dimensions: {name: {}}\n", "")
    };
    let total = named("club.total", "入会总数, en: All who joined");
    let secret = named("club.secret", "机密指标, en: Secret")
        .replace("of: club.joined", "of: club.secret_joined")
        .replace("sum(joined)", "1111 * sum(joined)");
    let joined = measuring::JOINED.replace(
        "name: {title: {zh: 姓名}, type: text}",
        "name: {title: {zh: 姓名}, type: text, grade: general-2}",
    );
    assert_ne!(joined, measuring::JOINED);
    let model = joined
        .replace("club.joined", "club.secret_joined")
        .replace("opening: open", "opening: closed");
    let internal = BOARD
        .replace("club.overview", "club.internal")
        .replace("会员看板", "内部看板")
        .replace("open: true\n", "");
    let files = [
        ("policies/open.cedar", policies),
        ("models/joined.yaml", &joined),
        ("models/joined.sql", measuring::JOINED_SQL),
        ("models/secret_joined.yaml", &model),
        ("models/secret_joined.sql", measuring::JOINED_SQL),
        ("metrics/joined.yaml", measuring::METRIC),
        ("metrics/total.yaml", &total),
        ("metrics/secret.yaml", &secret),
        ("boards/overview.yaml", BOARD),
        ("boards/internal.yaml", &internal),
    ];
    let options = Options {
        visitors,
        ..Options::default()
    };
    let clock = Clock::standing("2025-06-20T04:00:00Z".parse().unwrap());
    let city = City::at(clock, options, &files).await;
    let rows = "会员号,会员姓名,年龄,会费\n1,王芳,4,1.50\n2,李强,4,2\n3,王芳,5,0.10\n";
    let batch = city.deliver("a.csv", rows).await;
    assert_eq!(batch["status"], "collected", "{batch}");
    city.post("/api/v1/models/run", "{}").await;
    city
}

fn closed(page: &Answer) -> usize {
    page.text().matches(CLOSED).count()
}

#[tokio::test]
async fn an_open_board_shows_visitors_what_is_open_and_says_of_the_rest_that_it_is_closed() {
    let city = city(POLICIES, visitor::Options::default()).await;
    // Whoever sees everything has looked before, so that what they saw is held.
    let whole = city.get("/api/v1/boards/club.overview").await;
    for there in ["3333.0", "王芳", "机密指标"] {
        assert!(whole.text().contains(there), "{there}: {}", whole.text());
    }
    let page = city.get("/open/boards/club.overview").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    for there in [
        "会员看板",
        "会员人数",
        "入会总数",
        "3 人",
        "依据：章程",
        "不低于 10 人",
        "尚未达到",
        "2025-05",
        "2025-03",
        "各人入会",
        "内部人数",
        "各单位亮灯",
        "按&lt;月&gt;统计",
        "读取人：公众访客",
        "href=\"/open/club.joined\"",
    ] {
        assert!(page.text().contains(there), "{there}: {}", page.text());
    }
    // Months that are over are whole, with something to count or without.
    assert!(!page.text().contains("部分"), "{}", page.text());
    assert!(!page.text().contains("未达目标"), "the year is not over");
    for hidden in ["3333", "王芳", "李强", "机密指标", "secret_joined"] {
        assert!(!page.text().contains(hidden), "{hidden}: {}", page.text());
    }
    assert_eq!(
        closed(&page),
        4,
        "names, both of the secret and lamps: {}",
        page.text()
    );
    assert_eq!(page.header("cache-control"), "no-store");
    let english = city.get("/open/boards/club.overview?lang=en").await;
    for there in [
        "How many members there are",
        "Basis: Statutes",
        "not reached yet",
    ] {
        assert!(
            english.text().contains(there),
            "{there}: {}",
            english.text()
        );
    }
    // Nor is what a visitor saw told to anybody else.
    let again = city.get("/api/v1/boards/club.overview").await;
    assert_eq!(again.json()["tiles"], whole.json()["tiles"]);
}

#[tokio::test]
async fn what_is_open_of_a_board_is_for_the_policies_in_force_to_say() {
    let wider = POLICIES.replace("@up_to(\"general-1\")", "@up_to(\"general-2\")");
    let page = city(&wider, visitor::Options::default())
        .await
        .get("/open/boards/club.overview")
        .await;
    assert!(page.text().contains("王芳"), "{}", page.text());
    assert_eq!(closed(&page), 3, "{}", page.text());
    // A part of the rows would be another number under the same name.
    let narrower = POLICIES.replace(
        "@up_to(\"general-1\")\npermit (principal, action == Action::\"read\", resource is Dataset) when { resource.opening == \"open\" };",
        "@up_to(\"general-1\") @rows(\"joined > 1\")\npermit (principal, action == Action::\"read\", resource == Dataset::\"club.joined\");",
    );
    assert_ne!(narrower, POLICIES);
    let page = city(&narrower, visitor::Options::default())
        .await
        .get("/open/boards/club.overview")
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(closed(&page), 6, "{}", page.text());
    assert!(!page.text().contains("人</p>"), "{}", page.text());
}

/// A dataset of the base pack and a source for it, of columns that are texts and days.
pub(super) fn list(
    name: &str,
    opening: &str,
    key: &str,
    columns: &[&str],
) -> [(String, String); 2] {
    let mut dataset = format!(
        "dataset: base.{name}\ntitle: {{zh: {name}}}\nowner: 市数据局\norigin: collect\nsharing: {{class: unconditional}}\n\
         opening: {opening}\nrefresh: yearly\nkey: [{key}]\ncolumns:\n"
    );
    for column in columns {
        let kind = if column.starts_with("valid") {
            "date"
        } else {
            "text"
        };
        let is_key = key.contains(column);
        dataset.push_str(&format!(
            "  {column}: {{title: {{zh: {column}}}, type: {kind}, required: {is_key}}}\n"
        ));
    }
    let source = format!(
        "source: base.{name}_file\ntitle: {{zh: {name}}}\ndataset: base.{name}\nmode: upsert\nchannel: {{upload: {{}}}}\n"
    );
    [
        (format!("../base/datasets/{name}.yaml"), dataset),
        (format!("../base/sources/{name}_file.yaml"), source),
    ]
}

/// A city whose board is opened for managing units, and where visitors see these rows of what belongs to them.
async fn narrowed(rows: &str) -> City {
    let policies = format!(
        "{POLICIES}@id(\"areas\") @up_to(\"general-1\") {rows}\n\
         permit (principal, action == Action::\"read\", resource == Dataset::\"base.unit_area\");\n"
    );
    let joined = measuring::JOINED.replace(
        "  joined: {title",
        "  division: {title: {zh: 区划}, type: text}\n  joined: {title",
    );
    let street = "CASE WHEN m.name = '王芳' THEN '320902001' ELSE '320902010' END AS division";
    let sql = measuring::JOINED_SQL.replace("AS name,", &format!("AS name, {street},"));
    let metric = measuring::METRIC.replace("name: {}", "area: {column: division, kind: area}");
    let board = "board: club.areas\ntitle: {zh: 分区看板}\nopen: true\nnarrow: managing\ntiles:\n  \
                 - {id: total, kind: number, metric: club.joined, period: year, slot: {x: 0, y: 0, w: 4, h: 2}}\n  \
                 - {id: parts, kind: table, metric: club.joined, period: year, by: area, slot: {x: 4, y: 0, w: 4, h: 2}}\n";
    let division = list(
        "division",
        "open",
        "code",
        &["code", "name", "kind", "parent"],
    );
    let unit = list("managing_unit", "open", "code", &["code", "name", "kind"]);
    let part = ["unit", "division", "valid_from", "valid_to"];
    let part = list("unit_area", "closed", "unit, division", &part);
    let mut files = vec![
        (
            "../base/pack.yaml",
            "pack: base\nversion: 0.1.0\ntitle: {zh: 基础}\n",
        ),
        ("policies/open.cedar", policies.as_str()),
        ("models/joined.yaml", joined.as_str()),
        ("models/joined.sql", sql.as_str()),
        ("metrics/joined.yaml", metric.as_str()),
        ("boards/areas.yaml", board),
    ];
    let lists = [&division, &unit, &part].into_iter().flatten();
    files.extend(lists.map(|(path, text)| (path.as_str(), text.as_str())));
    let clock = Clock::standing("2025-06-20T04:00:00Z".parse().unwrap());
    let city = City::at(clock, Options::default(), &files).await;
    let deliveries = [
        (
            "base.division",
            "code,name,kind,parent\n320900,盐城市,city,\n320902,亭湖区,district,320900\n\
             320902001,五星街道,street,320902\n320902010,科城街道,street,320902\n",
        ),
        (
            "base.managing_unit",
            "code,name,kind\ntinghu,亭湖区,district\nyannan,盐南高新区,zone\n",
        ),
        (
            "base.unit_area",
            "unit,division,valid_from,valid_to\ntinghu,320902,2020-01-01,\nyannan,320902010,2020-01-01,\n",
        ),
        (
            "club.member",
            "会员号,会员姓名,年龄,会费\n1,王芳,4,1.50\n2,李强,4,2\n3,王芳,5,0.10\n",
        ),
    ];
    for (dataset, rows) in deliveries {
        let batch = city
            .deliver_with(&[("dataset", dataset)], "a.csv", rows)
            .await;
        assert_eq!(batch["status"], "collected", "{batch}");
    }
    city.post("/api/v1/models/run", "{}").await;
    city
}

#[tokio::test]
async fn a_figure_of_a_managing_unit_is_open_where_the_list_of_its_parts_is() {
    let (whole, unit) = (
        "/open/boards/club.areas",
        "/open/boards/club.areas?area=tinghu",
    );
    let city = narrowed("").await;
    for (path, number) in [(whole, ">3 人<"), (unit, ">2 人<")] {
        let page = city.get(path).await;
        assert!(page.text().contains(number), "{path}: {}", page.text());
        assert_eq!(closed(&page), 0, "{path}: {}", page.text());
    }
    let parts = city.get(whole).await;
    for unit in ["亭湖区", "盐南高新区"] {
        let line = format!("<th scope=\"row\">{unit}</th>");
        assert!(parts.text().contains(&line), "{unit}: {}", parts.text());
    }
    // Without the row of the part that is another's, it would be counted as its own.
    let city = narrowed("@rows(\"unit = 'tinghu'\")").await;
    let page = city.get(whole).await;
    assert!(page.text().contains(">3 人<"), "{}", page.text());
    assert_eq!(closed(&page), 1, "whose each part is: {}", page.text());
    let page = city.get(unit).await;
    assert_eq!(
        (page.status, closed(&page)),
        (StatusCode::OK, 2),
        "{}",
        page.text()
    );
    assert!(!page.text().contains("人</p>"), "{}", page.text());
}

#[tokio::test]
async fn a_board_that_is_not_declared_open_is_not_there() {
    let city = city(POLICIES, visitor::Options::default()).await;
    let list = city.get("/open/boards").await;
    assert!(
        list.text().contains("/open/boards/club.overview"),
        "{}",
        list.text()
    );
    assert!(!list.text().contains("内部看板"), "{}", list.text());
    assert!(
        city.get("/open")
            .await
            .text()
            .contains("href=\"/open/boards\"")
    );
    let (internal, absent) = (
        city.get("/open/boards/club.internal").await,
        city.get("/open/boards/club.absent").await,
    );
    assert_eq!(internal.status, StatusCode::NOT_FOUND);
    assert!(
        internal.text().contains("没有这个公开看板"),
        "{}",
        internal.text()
    );
    assert_eq!(
        internal.text().replace("club.internal", ""),
        absent.text().replace("club.absent", "")
    );
    let area = city.get("/open/boards/club.overview?area=320902").await;
    assert_eq!(area.status, StatusCode::NOT_FOUND);
    assert!(area.header("content-type").starts_with("text/html"));
    city.claim().await;
    let api = city.get("/api/v1/boards/club.overview").await;
    assert_eq!(api.problem(), (401, "login-needed".to_owned()));
    let page = city.get("/open/boards/club.overview").await;
    assert_eq!(page.status, StatusCode::OK, "{}", json!(page.text()));
}

#[tokio::test]
async fn boards_take_the_places_of_visitors() {
    let visitors = visitor::Options {
        looks: 1,
        patience: Duration::from_millis(50),
        ..visitor::Options::default()
    };
    let city = city(POLICIES, visitors).await;
    let held = city.state.visitors().look(Peer(None)).await.unwrap();
    let crowded = city.get("/open/boards/club.overview").await;
    assert_eq!(crowded.status, StatusCode::SERVICE_UNAVAILABLE);
    drop(held);
    let page = city.get("/open/boards/club.overview").await;
    assert_eq!(page.status, StatusCode::OK);
}
