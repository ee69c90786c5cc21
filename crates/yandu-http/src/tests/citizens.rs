//! Pages for citizens: what is open, and nothing else.

mod mine;

use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::accounts::{PASSWORD, SHIPPED_POLICIES, Somebody, pack_with_shipped_roles};
use super::city::{Answer, City, MEMBER, request};
use crate::{Options, visitor};

pub(super) const POLICIES: &str = r#"
@id("browse") permit (principal is Person, action == Action::"browse", resource == City::"city");
@id("open") @about("已开放的数据") @up_to("general-1")
permit (principal, action == Action::"read", resource is Dataset) when { resource.opening == "open" };
@id("ask") permit (principal, action == Action::"apply", resource is Dataset) when { resource.opening == "conditional" };
"#;

fn dataset(id: &str, title: &str, owner: &str, opening: &str) -> String {
    let text = MEMBER
        .replace("club.member", id)
        .replace("会员, en: Member", title);
    text.replace("市民政局", owner)
        .replace("opening: open", &format!("opening: {opening}"))
}

/// A city with open data, data that is open on conditions and data that is closed, and its system administrator.
async fn city() -> (City, Somebody) {
    city_for(visitor::Options::default()).await
}

/// The same, where visitors may ask for so much at a time.
pub(super) async fn city_for(visitors: visitor::Options) -> (City, Somebody) {
    let closed = dataset(
        "club.secret",
        "秘密名单, en: Secret",
        "保密办公室",
        "closed",
    );
    let asked = dataset(
        "club.clinic",
        "门诊统计, en: Clinics",
        "市卫健委",
        "conditional",
    );
    let hostile = dataset(
        "club.hostile",
        "'<script>alert(1)</script>', en: '\"><img src=x>'",
        "市民政局",
        "open",
    );
    let files = [
        ("policies/open.cedar", POLICIES),
        ("datasets/secret.yaml", &closed),
        ("datasets/clinic.yaml", &asked),
        ("datasets/hostile.yaml", &hostile),
    ];
    let options = Options {
        visitors,
        ..Options::default()
    };
    let city = City::with_files(options, &files).await;
    let rows = "会员号,姓名,年龄\n1,王芳,30\n<script>alert('行')</script>,李娜,\n";
    let batch = city.deliver("members.csv", rows).await;
    assert_eq!(batch["status"], "collected", "{batch}");
    let root = city.claim().await;
    (city, root)
}

async fn see(city: &City, who: &Somebody, path: &str) -> Answer {
    city.send(who, Method::GET, path, &Value::Null).await
}

#[tokio::test]
async fn what_no_permit_opens_to_visitors_is_nowhere() {
    let (city, root) = city().await;
    let nobody = Somebody(None);
    for who in [&nobody, &root] {
        let list = see(&city, who, "/open").await;
        assert_eq!(list.status, StatusCode::OK, "{}", list.text());
        for there in ["/open/club.member", "/open/club.clinic", "共 3 份数据"] {
            assert!(list.text().contains(there), "{there}: {}", list.text());
        }
        for hidden in ["club.secret", "秘密名单", "保密办公室"] {
            assert!(!list.text().contains(hidden), "{hidden}");
        }
        let found = see(&city, who, "/open?q=%E7%A7%98%E5%AF%86").await;
        assert!(found.text().contains("没有找到"), "{}", found.text());
        let owner = crate::address::encode("保密办公室");
        let found = see(&city, who, &format!("/open?owner={owner}")).await;
        assert!(found.text().contains("没有找到"), "{}", found.text());
        let secret = see(&city, who, "/open/club.secret").await;
        let absent = see(&city, who, "/open/club.absent").await;
        assert_eq!(secret.status, StatusCode::NOT_FOUND);
        assert_eq!(
            secret.text().replace("club.secret", ""),
            absent.text().replace("club.absent", "")
        );
        for file in [
            "club.secret/csv",
            "club.clinic/csv",
            "club.member/exe",
            "-/csv",
        ] {
            let answer = see(&city, who, &format!("/open/{file}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{file}");
        }
    }
}

#[tokio::test]
async fn data_that_is_open_on_conditions_says_how_to_ask_and_shows_no_row() {
    let (city, _) = city().await;
    let page = city.get("/open/club.clinic").await;
    assert_eq!(page.status, StatusCode::OK);
    for there in [
        "有条件开放",
        "怎样申请",
        "市卫健委",
        "姓名",
        "申请人：＿＿",
        "没有登记联系方式",
        "download=\"申请使用门诊统计.txt\"",
    ] {
        assert!(page.text().contains(there), "{there}");
    }
    assert!(!page.text().contains("<table"), "{}", page.text());
    let asked = city.get("/open?access=conditional").await;
    assert!(asked.text().contains("共 1 份数据"), "{}", asked.text());
}

#[tokio::test]
async fn a_masked_field_is_masked_and_says_by_which_rule_and_grade() {
    let (city, _) = city().await;
    let page = city.get("/open/club.member").await;
    assert!(!page.text().contains("王芳") && !page.text().contains("李娜"));
    for there in [
        "已脱敏",
        "一般2级",
        "依据 已开放的数据",
        "读取人：公众访客",
        "会员号",
    ] {
        assert!(page.text().contains(there), "{there}: {}", page.text());
    }
    let file = city.get("/open/club.member/csv").await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(!file.text().contains("王芳"), "{}", file.text());
    assert!(file.text().starts_with('\u{feff}'), "{}", file.text());
    assert_eq!(file.text().lines().count(), 3);
}

#[tokio::test]
async fn a_field_that_is_whole_in_some_rows_says_so_of_the_others() {
    let policies = format!(
        "{POLICIES}{}",
        r#"
@id("a-few") @about("青年会员") @up_to("general-2") @rows("age < 35")
permit (principal, action == Action::"read", resource == Dataset::"club.member");
"#
    );
    let files = [("policies/open.cedar", policies.as_str())];
    let city = City::with_files(Options::default(), &files).await;
    let rows = "会员号,姓名,年龄\n1,王芳,30\n2,李娜,40\n";
    let batch = city.deliver("members.csv", rows).await;
    assert_eq!(batch["status"], "collected", "{batch}");
    let page = city.get("/open/club.member").await;
    assert!(page.text().contains("王芳") && !page.text().contains("李娜"));
    assert!(page.text().contains("已脱敏"), "{}", page.text());
}

#[tokio::test]
async fn names_and_values_are_text_whatever_they_hold() {
    let (city, _) = city().await;
    for path in [
        "/open",
        "/open/club.hostile",
        "/open/club.member",
        "/open?q=%22%3E%3Cscript%3E",
    ] {
        for language in ["zh", "en"] {
            let mark = if path.contains('?') { '&' } else { '?' };
            let page = city.get(&format!("{path}{mark}lang={language}")).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(!page.text().contains("<script"), "{path}: {}", page.text());
            assert!(!page.text().contains("<img"), "{path}: {}", page.text());
        }
    }
    let page = city.get("/open/club.member").await;
    assert!(
        page.text().contains("&lt;script&gt;alert('行')"),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn pages_forbid_scripts_and_only_the_list_is_kept() {
    let (city, _) = city().await;
    for path in ["/open", "/open/club.member", "/open/club.absent", "/mine"] {
        let page = city.get(path).await;
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'none'; style-src 'sha256-"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("vary"), "accept-language", "{path}");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        let kept = if path == "/open" {
            "public, no-cache"
        } else {
            "no-store"
        };
        assert_eq!(page.header("cache-control"), kept, "{path}");
    }
    let tag = city.get("/open").await.header("etag").to_owned();
    let again = request(Method::GET, "/open").header(header::IF_NONE_MATCH, tag);
    assert_eq!(city.ask(again, "").await.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn a_page_speaks_the_language_that_is_asked_for() {
    let (city, _) = city().await;
    let by_browser = request(Method::GET, "/open").header(header::ACCEPT_LANGUAGE, "en-GB");
    let english = city.ask(by_browser, "").await;
    assert!(english.text().contains("lang=\"en\"") && english.text().contains("Open data"));
    let chosen = city.get("/open/club.member?lang=en").await;
    for there in [
        "Member",
        "Read by: A visitor",
        "href=\"/open?lang=en\"",
        "general 2",
    ] {
        assert!(chosen.text().contains(there), "{there}: {}", chosen.text());
    }
}

#[tokio::test]
async fn a_file_of_open_data_leaves_a_receipt_of_a_visitor() {
    let (city, root) = city().await;
    let aud = city.somebody(&root, "aud", &["audit-administrator"]).await;
    for (form, begins) in [
        ("csv", &b"\xEF\xBB\xBFnumber"[..]),
        ("xlsx", b"PK"),
        ("parquet", b"PAR1"),
    ] {
        let file = city.get(&format!("/open/club.member/{form}")).await;
        assert_eq!(file.status, StatusCode::OK, "{form}");
        assert!(file.body.starts_with(begins), "{form}");
        let receipt = file.header("yandu-receipt").to_owned();
        let name = format!("attachment; filename*=UTF-8''{receipt}.{form}");
        assert_eq!(file.header("content-disposition"), name);
        let path = format!("/api/v1/exports/{receipt}");
        let receipt = city.ok(&aud, Method::GET, &path, &Value::Null).await;
        assert_eq!(receipt["reader"], "visitor");
        assert_eq!(receipt["name"], "公众访客");
        assert_eq!(receipt["read"][0]["permits"], json!(["club/open"]));
    }
}

#[tokio::test]
async fn every_page_of_the_list_is_bounded_and_all_together_show_each_dataset_once() {
    let texts: Vec<(String, String)> = (0..45)
        .map(|number| {
            let id = format!("club.open_{number:02}");
            let text = dataset(&id, &format!("数据{number:02}"), "市民政局", "open");
            (format!("datasets/open_{number:02}.yaml"), text)
        })
        .collect();
    let mut files: Vec<(&str, &str)> = texts
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    files.push(("policies/open.cedar", POLICIES));
    let city = City::with_files(Options::default(), &files).await;
    let mut path = "/open".to_owned();
    let mut seen = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let page = city.get(&path).await;
        let cards = page.text().split("<li class=\"card\">").skip(1);
        let ids = cards.filter_map(|card| card.split("/open/").nth(1)?.split('"').next());
        let before = seen.len();
        seen.extend(ids.map(str::to_owned));
        sizes.push(seen.len() - before);
        let Some((_, rest)) = page.text().split_once("rel=\"next\" href=\"") else {
            break;
        };
        path = rest.split('"').next().unwrap().replace("&amp;", "&");
    }
    assert_eq!(sizes, [20, 20, 6]);
    let all: std::collections::BTreeSet<String> = seen.iter().cloned().collect();
    assert_eq!(all.len(), 46);
    for wrong in ["after=x", &format!("q={}", "a".repeat(101)), "q=%FF"] {
        let page = city.get(&format!("/open?{wrong}")).await;
        assert!(page.status.is_client_error(), "{wrong}: {}", page.status);
        assert!(
            page.header("content-type").starts_with("text/html"),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn a_citizen_is_no_staff_of_the_city() {
    let pack = pack_with_shipped_roles();
    let files = [
        ("pack.yaml", pack.as_str()),
        ("policies/base.cedar", SHIPPED_POLICIES),
    ];
    let (city, root) = City::claimed_with(&files).await;
    let citizen = json!({"id": "citizen", "name": "市民", "roles": ["citizen"]});
    city.ok(&root, Method::POST, "/api/v1/accounts", &citizen)
        .await;
    let link = city
        .ok(
            &root,
            Method::POST,
            "/api/v1/accounts/citizen/invitation",
            &Value::Null,
        )
        .await;
    let accepted = json!({"link": link["link"], "password": PASSWORD});
    city.ok(
        &Somebody(None),
        Method::POST,
        "/api/v1/invitations",
        &accepted,
    )
    .await;
    let citizen = city.log_in("citizen").await;
    let clerk = city.somebody(&root, "clerk", &["clerk"]).await;
    let entries = "/api/v1/ledger/entries";
    city.ok(&clerk, Method::GET, entries, &Value::Null).await;
    assert_eq!(
        city.refused(&citizen, Method::GET, entries, &Value::Null)
            .await,
        "not-permitted"
    );
    let open = see(&city, &Somebody(None), "/open/club.member").await;
    assert_eq!(open.status, StatusCode::OK, "{}", open.text());
    assert!(!open.text().contains("王芳"));
}
