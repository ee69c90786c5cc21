//! What a grant lets somebody see, and until when.

use futures::StreamExt as _;

use super::*;
use crate::export::{PARQUET, WORKBOOK};
use crate::tests::accounts::POLICIES;

/// A city with its system administrator, its security administrator and somebody without a role.
async fn city() -> (City, [Somebody; 3]) {
    let (city, root) = City::claimed().await;
    let sec = city
        .somebody(&root, "sec", &["security-administrator"])
        .await;
    let wang = city.somebody(&root, "wang", &[]).await;
    (city, [root, sec, wang])
}

#[tokio::test]
async fn rows_on_their_way_end_with_their_grant_in_every_form() {
    let (city, [_, sec, wang]) = city().await;
    let grant = json!({
        "to": {"kind": "person", "id": "wang"}, "dataset": "club.member", "up_to": "general-1",
        "rows": "number = '2'", "purpose": "核对", "until": until(&city), "ways": ["page", "export"],
    });
    // All rows are read, and ordered, before the first one is sent.
    let asked = json!({
        "sql": "SELECT a.number, b.value FROM club.member a CROSS JOIN generate_series(1, 200000) b ORDER BY b.value",
        "limit": 200_000,
    });
    for form in ["application/json", "text/csv", PARQUET, WORKBOOK] {
        let given = city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
        let id = given["id"].as_str().unwrap();
        let asking = request(Method::POST, "/api/v1/query")
            .header(header::COOKIE, &wang.0.as_ref().unwrap().1)
            .header(header::ACCEPT, form)
            .header(header::CONTENT_TYPE, "application/json");
        let response = city.open(asking, asked.to_string()).await;
        assert_eq!(response.status(), StatusCode::OK, "{form}");
        let mut chunks = response.into_body().into_data_stream();
        assert!(chunks.next().await.unwrap().is_ok(), "{form}");
        let path = format!("/api/v1/grants/{id}/revocation");
        let why = json!({"why": "用途已完成"});
        city.ok(&sec, Method::POST, &path, &why).await;
        let last = chunks.next().await.unwrap();
        if form == "application/json" {
            // It says by itself that it is no whole answer.
            let end = String::from_utf8(last.unwrap().to_vec()).unwrap();
            assert!(end.contains("permission-ended"), "{end}");
            assert!(chunks.next().await.is_none());
        } else {
            let error = last.unwrap_err().to_string();
            assert!(error.contains("has ended"), "{form}: {error}");
        }
    }
}

#[tokio::test]
async fn whoever_sees_one_field_and_does_not_browse_the_catalogue_is_told_of_no_other() {
    let path = "/api/v1/datasets/club.member";
    let browses = ("policies/members.cedar", POLICIES);
    let applies = (
        "policies/members.cedar",
        "@id(\"apply\") @about(\"可以申请会员名册\")\n\
         permit (principal is Person, action == Action::\"apply\", resource == Dataset::\"club.member\");",
    );
    for (files, knows) in [
        (vec![], false),
        (vec![browses], true),
        (vec![applies], true),
    ] {
        let (city, root) = City::claimed_with(&files).await;
        let sec = city
            .somebody(&root, "sec", &["security-administrator"])
            .await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let grant = json!({
            "to": {"kind": "person", "id": "wang"}, "dataset": "club.member", "up_to": "general-1",
            "columns": ["fee"], "purpose": "核对", "until": until(&city),
        });
        city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
        let shown = city.ok(&wang, Method::GET, path, &Value::Null).await;
        let named = |part: &str| {
            let all = shown[part].as_array().unwrap().iter();
            let names = all.map(|one| one["name"].as_str().unwrap().to_owned());
            names.collect::<Vec<_>>()
        };
        if knows {
            assert_eq!(named("columns"), ["number", "name", "age", "fee"]);
            assert_eq!(shown["key"], json!(["number"]));
            assert!(named("checks").contains(&"age-range".to_owned()));
        } else {
            assert_eq!(named("columns"), ["fee"]);
            assert_eq!(shown["key"], json!([]));
            assert_eq!(named("checks"), ["out-of-date"]);
            assert!(!shown.to_string().contains("会员姓名"), "{shown}");
        }
    }
}

#[tokio::test]
async fn what_only_says_how_rows_would_be_read_uses_no_grant() {
    let (city, [_, sec, wang]) = city().await;
    let grant = json!({
        "to": {"kind": "person", "id": "wang"}, "dataset": "club.member", "up_to": "general-1",
        "columns": ["number"], "purpose": "核对", "until": until(&city), "uses": 1,
    });
    let given = city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
    let path = format!("/api/v1/grants/{}", given["id"].as_str().unwrap());
    let used = async || {
        let grant = city.ok(&sec, Method::GET, &path, &Value::Null).await;
        grant["used"].clone()
    };
    for sql in [
        "EXPLAIN SELECT number FROM club.member",
        "EXPLAIN VERBOSE WITH m AS (SELECT number FROM club.member) SELECT * FROM m",
        "DESCRIBE club.member",
    ] {
        let told = city.rows(&wang, sql).await.to_string();
        assert!(!told.contains("王芳"), "{told}");
        assert_eq!(used().await, 0, "{sql}");
    }
    let sql = "SELECT number FROM club.member ORDER BY number";
    assert_eq!(city.rows(&wang, sql).await, json!([["1"], ["2"]]));
    assert_eq!(used().await, 1);
    let asked = json!({"sql": sql});
    city.refused(&wang, Method::POST, "/api/v1/query", &asked)
        .await;
}

#[tokio::test]
async fn rows_are_seen_under_a_grant_and_until_it_is_revoked() {
    let (city, [root, sec, wang]) = city().await;
    let sql = "SELECT number FROM club.member ORDER BY number";
    let asked = json!({"sql": sql});
    assert_eq!(
        city.refused(&wang, Method::POST, "/api/v1/query", &asked)
            .await,
        "query"
    );
    let grant = json!({
        "to": {"kind": "person", "id": "wang"}, "dataset": "club.member", "up_to": "general-1",
        "rows": "number = '2'", "purpose": "核对", "until": until(&city),
    });
    // Whoever runs the system gives no grants.
    assert_eq!(
        city.refused(&root, Method::POST, "/api/v1/grants", &grant)
            .await,
        "not-permitted"
    );
    let given = city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
    assert_eq!(given["id"], "G1");
    for (narrowed, found) in [
        ("account=wang", 1),
        ("account=sec", 0),
        ("department=%E6%B2%A1%E6%9C%89%E7%9A%84%E5%B1%80", 0),
        ("account=wang&dataset=club.member", 1),
    ] {
        let path = format!("/api/v1/grants?{narrowed}");
        let listed = city.ok(&sec, Method::GET, &path, &Value::Null).await;
        let grants = listed["grants"].as_array().unwrap();
        assert_eq!(grants.len(), found, "{narrowed}");
    }
    let nobody = "/api/v1/grants?account=nobody";
    let refused = city.refused(&sec, Method::GET, nobody, &Value::Null).await;
    assert_eq!(refused, "no-account");
    assert_eq!(city.rows(&wang, sql).await, json!([["2"]]));
    assert_eq!(
        city.rows(&wang, "SELECT count(*) FROM club.member").await,
        json!([[1]])
    );
    // The same as a file is another way.
    let as_file = request(Method::POST, "/api/v1/query")
        .header(header::COOKIE, &wang.0.as_ref().unwrap().1)
        .header(header::ACCEPT, "text/csv")
        .header(header::CONTENT_TYPE, "application/json");
    let answer = city.ask(as_file, asked.to_string()).await;
    // They know that it is there, and learn which way is not granted; nobody else does.
    assert_eq!(answer.problem(), (403, "not-permitted".to_owned()));
    let detail = answer.json()["detail"].to_string();
    assert!(detail.contains("as a file"), "{detail}");
    let by_another = request(Method::POST, "/api/v1/query")
        .header(header::COOKIE, &sec.0.as_ref().unwrap().1)
        .header(header::ACCEPT, "text/csv")
        .header(header::CONTENT_TYPE, "application/json");
    let answer = city.ask(by_another, asked.to_string()).await;
    assert_eq!(answer.json()["code"], "query");
    let listed = city
        .ok(&wang, Method::GET, "/api/v1/datasets", &Value::Null)
        .await;
    let lines = listed["datasets"].as_array().unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["rows"], 1);
    assert_eq!(lines[0]["last_batch"], Value::Null);
    let path = "/api/v1/datasets/club.member";
    let shown = city.ok(&wang, Method::GET, path, &Value::Null).await;
    assert_eq!(
        (&shown["rows"], &shown["last_batch"]),
        (&json!(1), &Value::Null)
    );
    let hidden = city.refused(&sec, Method::GET, path, &Value::Null).await;
    assert_eq!(hidden, "no-dataset");
    let sights = city
        .ok(&wang, Method::GET, "/api/v1/account/sights", &Value::Null)
        .await;
    assert_eq!(sights["sights"][0]["policy"], "grants/G1");
    assert_eq!(sights["sights"][0]["has_condition"], true);
    let why = json!({"why": "用途已完成"});
    let revoked = city
        .ok(&sec, Method::POST, "/api/v1/grants/G1/revocation", &why)
        .await;
    assert_eq!(revoked["is_in_force"], false);
    assert_eq!(
        city.refused(&wang, Method::POST, "/api/v1/query", &asked)
            .await,
        "query"
    );
    let audit = city
        .somebody(&root, "audit", &["audit-administrator"])
        .await;
    let events = city
        .ok(
            &audit,
            Method::GET,
            "/api/v1/access-events?subject=G1",
            &Value::Null,
        )
        .await;
    let kinds: Vec<&Value> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["kind"])
        .collect();
    assert_eq!(kinds, ["grant-revoked", "grant-given"]);
    assert_eq!(events["events"][1]["actor"], "sec");
    assert_eq!(
        city.refused(&sec, Method::GET, "/api/v1/access-events", &Value::Null)
            .await,
        "not-permitted"
    );
}

#[tokio::test]
async fn a_grant_against_the_negative_list_is_refused_with_the_entry() {
    let (city, [_, sec, _]) = city().await;
    let entry = json!({"dataset": "club.member", "columns": ["number"], "basis": "某法第一条", "about": "会员号不共享"});
    let added = city
        .ok(&sec, Method::POST, "/api/v1/negative-list", &entry)
        .await;
    assert_eq!(added["entry"]["id"], "N1");
    let grant = json!({
        "to": {"kind": "person", "id": "wang"}, "dataset": "club.member", "up_to": "general-2",
        "purpose": "核对", "until": until(&city),
    });
    let answer = city
        .send(&sec, Method::POST, "/api/v1/grants", &grant)
        .await
        .json();
    assert_eq!(answer["code"], "grant-forbidden");
    assert_eq!(
        answer["causes"][0],
        "`negative-list/N1` forbids `number` to `wang` (某法第一条)"
    );
    let path = "/api/v1/negative-list/N1/removal";
    city.ok(&sec, Method::POST, path, &json!({"why": "依据已改"}))
        .await;
    city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
}

#[tokio::test]
async fn whoever_grants_or_audits_finds_accounts_by_their_names_and_learns_nothing_else_of_them() {
    let (city, [root, sec, wang]) = city().await;
    let audit = city
        .somebody(&root, "audit", &["audit-administrator"])
        .await;
    let get = async |somebody: &Somebody, asked: &str| {
        let path = format!("/api/v1/names?{asked}");
        let told = city.ok(somebody, Method::GET, &path, &Value::Null).await;
        told["names"].clone()
    };
    let ids = |names: &Value| -> Vec<String> {
        let names = names.as_array().unwrap().iter();
        names
            .map(|name| name["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let found = get(&sec, "q=wan").await;
    assert_eq!(ids(&found), ["wang"]);
    assert_eq!(
        found,
        json!([{"id": "wang", "name": found[0]["name"], "kind": "person", "department": "市民政局"}])
    );
    assert_eq!(
        ids(&get(&audit, "ids=wang,nobody,,NO%20ACCOUNT,sec").await),
        ["wang", "sec"]
    );
    let change = json!({"disabled": true});
    city.ok(&root, Method::PATCH, "/api/v1/accounts/wang", &change)
        .await;
    // Nobody is granted anything any more who is disabled, and what was done is still read with a name.
    assert_eq!(ids(&get(&sec, "q=wan").await), Vec::<String>::new());
    assert_eq!(ids(&get(&sec, "ids=wang").await), ["wang"]);
    // However many of them there are, they stand before nobody.
    let create = async |id: &str| {
        let new = json!({"id": id, "name": id, "roles": []});
        city.ok(&root, Method::POST, "/api/v1/accounts", &new).await;
    };
    create("gone-still-here").await;
    for number in 0..20 {
        let id = format!("gone-{number:02}");
        create(&id).await;
        let path = format!("/api/v1/accounts/{id}");
        city.ok(&root, Method::PATCH, &path, &change).await;
    }
    assert_eq!(ids(&get(&sec, "q=gone").await), ["gone-still-here"]);
    for somebody in [&root, &wang] {
        let refused = city.send(somebody, Method::GET, "/api/v1/names", &Value::Null);
        assert!(!refused.await.status.is_success());
    }
}

#[tokio::test]
async fn an_answer_says_what_of_it_is_withheld_also_under_a_grant_that_is_counted() {
    let (city, [_, sec, wang]) = city().await;
    let grant = json!({
        "to": {"kind": "person", "id": "wang"}, "dataset": "club.member", "up_to": "general-4",
        "columns": ["number", "name"], "masks": {"name": "keep 1 0"}, "purpose": "核对",
        "until": until(&city), "uses": 2,
    });
    city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
    let asked = json!({"sql": "SELECT number, upper(name) AS known_as, name FROM club.member"});
    let answer = city.ok(&wang, Method::POST, "/api/v1/query", &asked).await;
    let told = |one: &Value| {
        (
            one["place"].clone(),
            one["field"].clone(),
            one["kind"].clone(),
            one["seen"]["because"].clone(),
        )
    };
    let hidden: Vec<_> = answer["hidden"]
        .as_array()
        .unwrap()
        .iter()
        .map(told)
        .collect();
    let masked = |place: u64, kind: &str| {
        (
            json!(place),
            json!("club.member.name"),
            json!(kind),
            json!("masked"),
        )
    };
    assert_eq!(hidden, [masked(1, "transformed"), masked(2, "copied")]);

    let entry = json!({"dataset": "club.member", "columns": ["name"], "basis": "某法第二条", "about": "姓名不提供"});
    city.ok(&sec, Method::POST, "/api/v1/negative-list", &entry)
        .await;
    // The last use of the grant tells as much as those before.
    let answer = city.ok(&wang, Method::POST, "/api/v1/query", &asked).await;
    let last = &answer["hidden"][1];
    assert_eq!(
        (&last["seen"]["because"], &last["seen"]["of"]),
        (&json!("withheld"), &json!("negative-list/N1"))
    );
    assert_eq!(last["policy"], "grants/G1");
    assert_eq!(answer["rows"][0][2], Value::Null);
}

#[tokio::test]
async fn the_question_after_the_last_use_of_a_grant_is_answered_under_another_one() {
    let (city, [_, sec, wang]) = city().await;
    let grant = |columns: &[&str], uses: Option<u32>| {
        json!({
            "to": {"kind": "person", "id": "wang"}, "dataset": "club.member", "up_to": "general-4",
            "columns": columns, "purpose": "核对", "until": until(&city), "uses": uses,
        })
    };
    for (columns, uses) in [(&["number", "name"][..], Some(1)), (&["number"][..], None)] {
        let grant = grant(columns, uses);
        city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
    }
    let asked = |sql: &str| json!({ "sql": sql });
    let named = asked("SELECT number, name FROM club.member");
    city.ok(&wang, Method::POST, "/api/v1/query", &named).await;
    let open = asked("SELECT number FROM club.member");
    city.ok(&wang, Method::POST, "/api/v1/query", &open).await;
    // What only the first one showed is not seen any more.
    let refused = city.refused(&wang, Method::POST, "/api/v1/query", &named);
    assert_eq!(refused.await, "query");
}

#[tokio::test]
async fn a_file_says_how_many_of_its_fields_are_not_as_they_are() {
    let (city, [_, sec, wang]) = city().await;
    let grant = json!({
        "to": {"kind": "person", "id": "wang"}, "dataset": "club.member", "up_to": "general-4",
        "columns": ["number", "name"], "masks": {"name": "keep 1 0"}, "purpose": "核对",
        "until": until(&city), "ways": ["page", "export"],
    });
    city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
    for form in ["text/csv", PARQUET, WORKBOOK] {
        for (sql, hidden) in [
            (
                "SELECT number, name, upper(name) AS n FROM club.member",
                Some("1"),
            ),
            ("SELECT number FROM club.member", None),
        ] {
            let asking = request(Method::POST, "/api/v1/query")
                .header(header::COOKIE, &wang.0.as_ref().unwrap().1)
                .header(header::ACCEPT, form)
                .header(header::CONTENT_TYPE, "application/json");
            let response = city.open(asking, json!({"sql": sql}).to_string()).await;
            assert_eq!(response.status(), StatusCode::OK, "{form}");
            let told = response.headers().get("yandu-hidden");
            let told = told.map(|told| told.to_str().unwrap());
            assert_eq!(told, hidden, "{form}: {sql}");
        }
    }
}

#[tokio::test]
async fn what_a_page_shows_by_itself_uses_no_grant_up_and_sights_say_how_often_one_can_be_used() {
    let (city, [_, sec, wang]) = city().await;
    let grant = json!({
        "to": {"kind": "person", "id": "wang"}, "dataset": "club.member", "up_to": "general-4",
        "columns": ["number"], "purpose": "核对", "until": until(&city), "uses": 2,
    });
    city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
    let left = async || {
        let sights = city
            .ok(&wang, Method::GET, "/api/v1/account/sights", &Value::Null)
            .await;
        let mut sights = sights["sights"].as_array().unwrap().iter();
        let sight = sights.find(|sight| sight["policy"] == "grants/G1").unwrap();
        sight["uses_left"].clone()
    };
    assert_eq!(left().await, 2);
    let sql = "SELECT number FROM club.member";
    let asked = json!({"sql": sql, "uncounted": true});
    // The grant alone shows the dataset, and it is not used.
    let refused = city.refused(&wang, Method::POST, "/api/v1/query", &asked);
    assert_eq!(refused.await, "query");
    assert_eq!(left().await, 2);
    let asked = json!({"sql": sql});
    city.ok(&wang, Method::POST, "/api/v1/query", &asked).await;
    assert_eq!(left().await, 1);
}

#[tokio::test]
async fn what_a_page_shows_by_itself_is_told_as_hidden_though_a_counted_grant_would_show_it() {
    let (city, [_, sec, wang]) = city().await;
    let until = until(&city);
    let masked = json!({
        "to": {"kind": "person", "id": "wang"}, "dataset": "club.member", "up_to": "general-4",
        "columns": ["number", "name"], "masks": {"name": "keep 1 0"}, "purpose": "核对", "until": until,
    });
    let counted = json!({
        "to": {"kind": "person", "id": "wang"}, "dataset": "club.member", "up_to": "general-4",
        "columns": ["number", "name"], "purpose": "核对", "until": until, "uses": 2,
    });
    for grant in [masked, counted] {
        city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
    }
    let sql = "SELECT name FROM club.member ORDER BY number";
    let ask = async |uncounted: bool| {
        let asked = json!({"sql": sql, "uncounted": uncounted});
        city.ok(&wang, Method::POST, "/api/v1/query", &asked).await
    };
    let shown = ask(true).await;
    assert_ne!(shown["rows"][0][0], "王芳");
    let hidden = &shown["hidden"][0];
    assert_eq!(hidden["field"], "club.member.name", "{shown}");
    assert_eq!(hidden["policy"], "grants/G1", "{shown}");
    let asked = ask(false).await;
    assert_eq!(asked["rows"][0][0], "王芳");
    assert_eq!(asked["hidden"], Value::Null);
}

#[tokio::test]
async fn an_answer_says_which_masked_fields_decide_its_rows_although_it_shows_none_of_them() {
    let (city, [_, sec, wang]) = city().await;
    let grant = json!({
        "to": {"kind": "person", "id": "wang"}, "dataset": "club.member", "up_to": "general-4",
        "columns": ["number", "name"], "masks": {"name": "keep 1 0"}, "purpose": "核对", "until": until(&city),
    });
    city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
    let ask = async |sql: &str| {
        let asked = json!({"sql": sql});
        city.ok(&wang, Method::POST, "/api/v1/query", &asked).await
    };
    let found = ask("SELECT number FROM club.member WHERE name = '王芳'").await;
    assert_eq!(
        found["rows"],
        json!([]),
        "what stands in for a name is compared"
    );
    for (sql, kind) in [
        (
            "SELECT number FROM club.member WHERE name = '王芳'",
            "filter",
        ),
        (
            "SELECT a.number FROM club.member a JOIN (SELECT '王芳' AS known_as) b ON a.name = b.known_as",
            "join",
        ),
        (
            "SELECT count(*) AS members FROM club.member GROUP BY name",
            "group",
        ),
        ("SELECT number FROM club.member ORDER BY name", "sort"),
        (
            "SELECT number FROM club.member ORDER BY name LIMIT 1",
            "sort",
        ),
    ] {
        let answer = ask(sql).await;
        let [one] = answer["hidden"].as_array().unwrap().as_slice() else {
            panic!("{sql}: {answer}")
        };
        assert_eq!(
            (
                &one["place"],
                &one["field"],
                &one["kind"],
                &one["seen"]["because"]
            ),
            (
                &Value::Null,
                &json!("club.member.name"),
                &json!(kind),
                &json!("masked")
            ),
            "{sql}"
        );
    }
    let plain = ask("SELECT number FROM club.member ORDER BY number").await;
    assert_eq!(plain["hidden"], Value::Null);
}

#[tokio::test]
async fn a_grant_says_what_the_negative_list_takes_back_of_it() {
    let (city, [_, sec, wang]) = city().await;
    let grant = json!({
        "to": {"kind": "person", "id": "wang"}, "dataset": "club.member", "up_to": "general-4",
        "columns": ["number", "name"], "masks": {"name": "keep 1 0"}, "purpose": "核对",
        "until": until(&city), "uses": 5,
    });
    city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
    let listed = async || {
        let list = city
            .ok(&sec, Method::GET, "/api/v1/grants", &Value::Null)
            .await;
        list["grants"][0]["withheld"].clone()
    };
    let cookie = &wang.0.as_ref().unwrap().1;
    let own = async || {
        let asking = request(Method::GET, "/mine").header(header::COOKIE, cookie);
        city.ask(asking, String::new()).await.text().to_owned()
    };
    assert_eq!(listed().await, Value::Null);
    assert!(!own().await.contains("规定不提供"));
    let entry = json!({"dataset": "club.member", "columns": ["name"], "basis": "某法第二条", "about": "姓名不提供"});
    city.ok(&sec, Method::POST, "/api/v1/negative-list", &entry)
        .await;
    assert_eq!(
        listed().await,
        json!([{
            "policy": "negative-list/N1", "basis": "某法第二条", "account": "wang", "column": "name", "grant": "G1"
        }])
    );
    let told = own().await;
    assert!(
        told.contains("由 negative-list/N1 规定不提供（某法第二条）"),
        "{told}"
    );
    assert!(!told.contains("保留前"), "{told}");
}
