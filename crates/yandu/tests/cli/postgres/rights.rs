//! Who is let in, and what they see.

use serde_json::json;

use super::{client, client_as, line, town, with};

#[test]
fn a_wrong_secret_and_a_name_that_nobody_has_are_turned_away_alike() {
    let town = town();
    let Some(answer) = client(&town, "logins") else {
        return;
    };
    assert_eq!(answer, json!(vec!["the name or the secret is wrong"; 5]));
}

#[test]
fn masks_and_conditions_on_rows_hold_and_the_local_administrator_sees_all() {
    let town = town();
    let Some(answer) = client(&town, "read_once") else {
        return;
    };
    assert_eq!(answer, json!([["1", "王*", 30], ["4", "赵*", 39]]));
    let key = std::fs::read_to_string(town.place.path("data/local.key")).unwrap();
    let mut line = line(&town);
    line["user"] = json!("local-administrator");
    line["password"] = json!(key);
    let whole = client_as(&town, "read_once", &line).unwrap();
    assert_eq!(
        whole,
        json!([
            ["1", "王芳", 30],
            ["2", "李强", 50],
            ["3", "张伟", null],
            ["4", "赵云", 39]
        ])
    );
}

#[test]
fn a_token_that_is_not_for_reading_does_not_log_in() {
    let mut town = town();
    town.token = town.new_token(&["deliver"]);
    let Some(answer) = client(&town, "read_once") else {
        return;
    };
    assert_eq!(answer, "the token is not for this");
}

#[test]
fn a_token_that_is_revoked_ends_what_it_reads_and_its_connections() {
    let town = town();
    let answer = town.beside(|| client(&town, "revoked"), "asking", || town.revoke());
    let Some(answer) = answer else {
        return;
    };
    assert_eq!(answer["running"], "28000");
    for later in ["next", "idle"] {
        let told = answer[later].as_str();
        assert!(
            matches!(told, Some("28000" | "OperationalError")),
            "{answer}"
        );
    }
    assert_eq!(answer["login"], "the name or the secret is wrong");
}

#[test]
fn rows_that_wait_in_a_cursor_or_a_portal_are_not_fetched_after_their_grant_was_revoked() {
    let town = town();
    let Some(answer) = client(&town, "fetched") else {
        return;
    };
    assert_eq!(
        answer,
        json!({
            "cursor": [10, "42501"],
            "moved": [10, "42501"],
            "portal": [10, "42501"],
        })
    );
}

#[test]
fn a_statement_that_is_asked_again_by_key_shows_what_may_be_seen_now() {
    let mut town = with(&["--log", "info,yandu_pgwire=debug"]);
    let before = json!([["1", "王*", 30]]);
    let write = || {
        let written = town.server.post(
            "/api/v1/datasets/club.member/rows",
            "application/json",
            r#"{"number": "1", "name": "欧阳锋", "age": 31}"#,
        );
        assert_eq!(written.0, 201, "{}", written.1);
        town.place.write("go", "");
    };
    let answer = town.beside(|| client(&town, "repeated"), "asked", write);
    let Some(answer) = answer else {
        return;
    };
    let fourth = json!([["4", "赵*", 39]]);
    let after = json!([["1", "欧**", 31]]);
    // Whoever is older is hidden, and nobody has no number.
    assert_eq!(
        answer,
        json!([before, before, [], fourth, [], [], before, after])
    );
    let log = town.server.stop();
    let looked = log.lines().filter(|line| line.contains("rows looked up"));
    // The first time is not; whether one without a value is the same statement is up to the client.
    assert!((6..=7).contains(&looked.count()), "{log}");
}

#[test]
fn a_look_up_by_key_is_a_use_of_a_grant() {
    let town = town();
    town.grant_twice();
    let Some(answer) = client(&town, "repeated_under_grant") else {
        return;
    };
    assert_eq!(answer, json!([[["x"]], [["x"]], "42501", "42501"]));
}

#[test]
fn a_grant_is_used_as_often_as_it_says() {
    let town = town();
    town.grant_twice();
    let Some(answer) = client(&town, "counted") else {
        return;
    };
    // Looking at columns is no use, and neither is a question that fails.
    assert_eq!(answer, json!(["22012", "x", "x", "42501"]));
    let uses = town.server.get("/api/v1/grants").1;
    assert!(uses.contains("\"used\":2"), "{uses}");
}
