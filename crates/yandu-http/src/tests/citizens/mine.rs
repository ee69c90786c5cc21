//! One's own grants and what one has taken, without scripts, and nobody else's.

use super::*;

/// The grants of `wang`, of `li` and of a department, given by the security administrator.
async fn granted() -> (City, Somebody, Somebody) {
    let (city, root) = city().await;
    let sec = city
        .somebody(&root, "sec", &["security-administrator"])
        .await;
    let wang = city.somebody(&root, "wang", &[]).await;
    city.somebody(&root, "li", &[]).await;
    let until = city.state.now() + jiff::SignedDuration::from_hours(24);
    let grants = [
        ("person", "wang"),
        ("person", "li"),
        ("department", "市民政局"),
    ];
    for (kind, id) in grants {
        let grant = json!({
            "to": {"kind": kind, "id": id}, "dataset": "club.secret", "up_to": "general-2",
            "columns": ["number", "name"], "rows": "age < 60", "masks": {"name": "keep 1 0"},
            "purpose": format!("为{id}核对"), "until": until, "uses": 5
        });
        city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
    }
    (city, wang, sec)
}

async fn submit(city: &City, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", crate::address::encode(value)))
        .collect();
    let request = request(Method::POST, path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    city.ask(request, body.join("&")).await
}

fn cookie_of(who: &Somebody) -> &str {
    who.0.as_ref().map_or("", |(_, cookie)| cookie)
}

fn seal(page: &Answer) -> String {
    let (_, rest) = page.text().split_once("name=\"seal\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_logs_in_without_scripts_is_logged_in() {
    let (city, _, _) = granted().await;
    let entrance = city.get("/mine").await;
    assert_eq!(entrance.status, StatusCode::OK);
    let set = entrance.header("set-cookie");
    assert!(set.contains("HttpOnly; SameSite=Strict"), "{set}");
    let cookie = entrance.cookie();
    let seal = seal(&entrance);
    let right = [("account", "wang"), ("password", PASSWORD), ("seal", &seal)];
    for (cookie, fields) in [
        (
            cookie.as_str(),
            &[("account", "wang"), ("password", PASSWORD)][..],
        ),
        ("", &right),
        ("yandu_form=0123", &right),
    ] {
        let refused = submit(&city, cookie, "/mine", fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
        assert!(!refused.header("set-cookie").contains("yandu_session"));
    }
    let wrong = [
        ("account", "wang"),
        ("password", "<b>wrong</b>"),
        ("seal", &seal),
    ];
    let wrong = submit(&city, &cookie, "/mine", &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(wrong.text().contains("账号或口令不对") && !wrong.text().contains("wrong"));
    let entered = submit(&city, &cookie, "/mine", &right).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.text());
    assert_eq!(entered.header("location"), "/mine");
    let session = entered.cookie();
    let wang = Somebody(Some((header::COOKIE, session.clone())));
    let mine = see(&city, &wang, "/mine").await;
    assert!(mine.text().contains("为wang核对"), "{}", mine.text());
    let seal = self::seal(&mine);
    let stays = submit(&city, &session, "/mine/end", &[("seal", "x")]).await;
    assert_eq!(stays.header("set-cookie"), "");
    let left = submit(&city, &session, "/mine/end", &[("seal", &seal)]).await;
    assert!(left.header("set-cookie").contains("Max-Age=0"));
    assert!(
        see(&city, &wang, "/mine")
            .await
            .text()
            .contains("type=\"password\"")
    );
}

#[tokio::test]
async fn one_sees_ones_own_grants_in_words_and_nobody_elses() {
    let (city, wang, _) = granted().await;
    let mine = see(&city, &wang, "/mine").await;
    for there in [
        "秘密名单",
        "为wang核对",
        "会员号、姓名",
        "age &lt; 60",
        "保留前 1 位",
        "已用 0 次，共 5 次",
        "生效中",
        "sec",
        "为市民政局核对",
    ] {
        assert!(mine.text().contains(there), "{there}: {}", mine.text());
    }
    assert!(!mine.text().contains("为li核对"), "{}", mine.text());
    assert!(!mine.text().contains("后 0 位"), "{}", mine.text());
    for other in ["G2", "G9", "x"] {
        let page = see(&city, &wang, &format!("/mine/grants/{other}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{other}");
    }
    let nobody = see(&city, &Somebody(None), "/mine/grants/G1").await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    assert!(!nobody.text().contains("秘密名单"), "{}", nobody.text());
}

#[tokio::test]
async fn whatever_somebody_sees_of_their_own_lies_under_their_name_and_the_time() {
    let (city, wang, _) = granted().await;
    let century = city.state.now().to_string()[..2].to_owned();
    let on_sheet = format!("<span>市民政局 wang {century}");
    let renounced = [("seal", "x"), ("why", "")];
    let pages = [
        see(&city, &wang, "/mine").await,
        see(&city, &wang, "/mine/files").await,
        see(&city, &wang, "/mine/grants/G1").await,
        submit(&city, cookie_of(&wang), "/mine/grants/G1", &renounced).await,
    ];
    for page in &pages {
        let text = page.text();
        assert!(text.contains("class=\"watermark\""), "{text}");
        assert!(text.contains(&on_sheet), "{text}");
        assert!(text.contains("读取人：市民政局 wang · "), "{text}");
    }
    let nobody = see(&city, &Somebody(None), "/mine").await;
    assert!(!nobody.text().contains("class=\"watermark\""));
    let open = see(&city, &wang, "/open/club.member").await;
    let visitor = format!("<span>公众访客 {century}");
    assert!(open.text().contains(&visitor), "{}", open.text());
    assert!(!open.text().contains("wang"), "{}", open.text());
}

#[tokio::test]
async fn one_sees_what_one_has_taken_under_ones_grants_and_nobody_elses_files() {
    let (city, wang, sec) = granted().await;
    let until = city.state.now() + jiff::SignedDuration::from_hours(1);
    for id in ["wang", "li"] {
        let grant = json!({
            "to": {"kind": "person", "id": id}, "dataset": "club.secret", "up_to": "general-2",
            "purpose": "带回核对", "until": until, "ways": ["export"]
        });
        city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
    }
    let body = json!({"sql": "SELECT number, name FROM club.secret"});
    let request = |who: &Somebody| {
        request(Method::POST, "/api/v1/query")
            .header(header::COOKIE, cookie_of(who))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/vnd.apache.parquet")
    };
    let none = see(&city, &wang, "/mine/files").await;
    assert!(none.text().contains("还没有取走过数据"), "{}", none.text());
    let file = city.ask(request(&wang), body.to_string()).await;
    assert_eq!(file.status, StatusCode::OK);
    let receipt = file.header("yandu-receipt").to_owned();
    let li = city.log_in("li").await;
    let other = city.ask(request(&li), body.to_string()).await;
    let foreign = other.header("yandu-receipt").to_owned();
    let taken = see(&city, &wang, "/mine/files").await;
    for there in [
        "秘密名单",
        "已取走",
        "parquet",
        "number、name",
        "G4",
        &receipt,
    ] {
        assert!(taken.text().contains(there), "{there}: {}", taken.text());
    }
    assert!(
        !taken.text().contains(&format!(">{foreign}<")),
        "{}",
        taken.text()
    );
    let nobody = see(&city, &Somebody(None), "/mine/files").await;
    assert!(
        nobody.text().contains("type=\"password\""),
        "{}",
        nobody.text()
    );
    assert!(
        nobody.text().contains("value=\"/mine/files\""),
        "{}",
        nobody.text()
    );
    assert!(!nobody.text().contains("秘密名单"));
}

#[tokio::test]
async fn what_a_program_takes_bit_by_bit_is_told_with_its_counts_and_not_as_under_way() {
    let (city, wang, _) = granted().await;
    let until = city.state.now() + jiff::SignedDuration::from_hours(1);
    let token = json!({"name": "脚本", "scope": ["read"], "expires_at": until});
    let made = city
        .ok(&wang, Method::POST, "/api/v1/account/tokens", &token)
        .await;
    let shown = format!("Bearer {}", made["secret"].as_str().unwrap());
    let program = Somebody(Some((header::AUTHORIZATION, shown)));
    for number in ["1", "2"] {
        let sql = format!("SELECT age FROM club.member WHERE number = '{number}'");
        let query = json!({"sql": sql});
        city.ok(&program, Method::POST, "/api/v1/query", &query)
            .await;
    }
    let taken = see(&city, &wang, "/mine/files").await;
    for there in [">分次取走<", "2 · 最近一次 ", "（截至目前）"] {
        assert!(taken.text().contains(there), "{there}: {}", taken.text());
    }
    assert!(!taken.text().contains("正在取"), "{}", taken.text());
    city.state.door().receipts().close().await.unwrap();
    let taken = see(&city, &wang, "/mine/files").await;
    assert!(taken.text().contains(">已取走<"), "{}", taken.text());
    for gone in [">分次取走<", "（截至目前）"] {
        assert!(!taken.text().contains(gone), "{gone}: {}", taken.text());
    }
}

#[tokio::test]
async fn a_grant_whose_term_has_not_begun_says_so() {
    let (city, wang, sec) = granted().await;
    let from = city.state.now() + jiff::SignedDuration::from_hours(1);
    let until = from + jiff::SignedDuration::from_hours(1);
    let grant = json!({
        "to": {"kind": "person", "id": "wang"}, "dataset": "club.secret", "up_to": "general-1",
        "purpose": "下一次核对", "from": from, "until": until
    });
    city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
    let mine = see(&city, &wang, "/mine").await;
    for there in ["下一次核对", "尚未开始", "起始"] {
        assert!(mine.text().contains(there), "{there}: {}", mine.text());
    }
}

#[tokio::test]
async fn a_grant_is_given_up_by_its_own_grantee_and_only_from_the_page() {
    let (city, wang, sec) = granted().await;
    let sql = "SELECT number FROM club.secret";
    city.rows(&wang, sql).await;
    let cookie = cookie_of(&wang).to_owned();
    let page = see(&city, &wang, "/mine/grants/G1").await;
    let right = seal(&page);
    let state = async |id: &str| {
        let path = format!("/api/v1/grants/{id}");
        city.ok(&sec, Method::GET, &path, &Value::Null).await
    };
    let foreign = seal(&city.get("/mine").await);
    for wrong in ["", "x", foreign.as_str()] {
        let fields = [("seal", wrong), ("why", "不再需要")];
        let refused = submit(&city, &cookie, "/mine/grants/G1", &fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(
            refused.text().contains("value=\"不再需要\""),
            "what was typed is kept"
        );
    }
    assert_eq!(state("G1").await["is_in_force"], true);
    // Somebody else's, and that of the department.
    for other in ["G2", "G3"] {
        let path = format!("/mine/grants/{other}");
        let refused = submit(&city, &cookie, &path, &[("seal", &right)]).await;
        assert!(
            refused.status.is_client_error(),
            "{other}: {}",
            refused.status
        );
        assert_eq!(state(other).await["is_in_force"], true, "{other}");
    }
    let fields = [("seal", right.as_str()), ("why", "不再需要")];
    let done = submit(&city, &cookie, "/mine/grants/G1", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let ended = state("G1").await;
    assert_eq!(
        (&ended["revoked_by"], &ended["revoked_why"]),
        (&json!("wang"), &json!("不再需要"))
    );
    let mine = see(&city, &wang, done.header("location")).await;
    assert!(mine.text().contains("已放弃"), "{}", mine.text());
}

#[tokio::test]
async fn what_was_typed_outlives_a_session() {
    let (city, _, _) = granted().await;
    let path = "/mine/grants/G1";
    let late = submit(&city, "", path, &[("seal", "x"), ("why", "用不到了")]).await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    let cookie = late.cookie();
    let seal = seal(&late);
    let (_, rest) = late.text().split_once("name=\"next\" value=\"").unwrap();
    let next = rest.split('"').next().unwrap().replace("&amp;", "&");
    let fields = [
        ("account", "wang"),
        ("password", PASSWORD),
        ("seal", &seal),
        ("next", &next),
    ];
    let entered = submit(&city, &cookie, "/mine", &fields).await;
    assert_eq!(entered.header("location"), next);
    let session = entered.cookie();
    let wang = Somebody(Some((header::COOKIE, session)));
    let page = see(&city, &wang, &next).await;
    assert!(
        page.text().contains("value=\"用不到了\""),
        "{}",
        page.text()
    );
    let seal = self::seal(&page);
    let elsewhere = [
        ("account", "wang"),
        ("password", PASSWORD),
        ("seal", &seal),
        ("next", "//evil.example/mine/"),
    ];
    let entered = submit(&city, cookie_of(&wang), "/mine", &elsewhere).await;
    assert_eq!(entered.header("location"), "/mine");
}
