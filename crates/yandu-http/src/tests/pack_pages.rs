//! Pages that packs declare, as the browser gets them.

use serde_json::json;

use super::City;

#[tokio::test]
async fn pages_of_packs_are_listed_and_shown_with_the_settings_of_the_site() {
    let city = City::found().await;
    let list = city.get("/api/v1/pages").await.json();
    assert_eq!(
        list,
        json!({"pages": [
            {"id": "club.list", "pack": "club", "title": {"zh": "名册", "en": "Roll"}, "about": null, "kind": "list"},
            {"id": "club.overview", "pack": "club", "title": {"zh": "概况", "en": null}, "about": "会员的人数和年龄。", "kind": "dashboard"},
        ]})
    );
    let page = city.get("/api/v1/pages/club.overview").await.json();
    assert_eq!(
        page["tiles"][0]["sql"],
        "select count(*) as members from club.member where age >= 60"
    );
    assert_eq!(page["charts"][0]["type"], "bar");
    assert_eq!(page["charts"][0]["y"], json!(["age"]));
    let page = city.get("/api/v1/pages/club.list").await.json();
    assert_eq!(page["columns"], json!(["number", "name", "age", "fee"]));
    assert_eq!(page["sort"], json!([{"column": "age", "descending": true}]));
}

#[tokio::test]
async fn what_a_page_asks_for_is_answered_by_the_query_that_it_names() {
    let city = City::found().await;
    city.deliver(
        "roll.csv",
        "number,会员姓名,age\n1,王芳,30\n2,李强,61\n3,张伟,60\n",
    )
    .await;
    let page = city.get("/api/v1/pages/club.overview").await.json();
    for part in ["tiles", "charts"] {
        let sql = json!({"sql": page[part][0]["sql"]}).to_string();
        let answer = city.post("/api/v1/query", &sql).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        if part == "tiles" {
            assert_eq!(answer.json()["rows"], json!([[2]]), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn a_page_that_no_pack_declares_is_not_found() {
    let city = City::found().await;
    for id in ["club.nothing", "nothing", "Club.list", "..%2Flist"] {
        let answer = city.get(&format!("/api/v1/pages/{id}")).await;
        assert_eq!(answer.problem(), (404, "no-page".to_owned()), "{id}");
    }
}
