//! Who is let in, and what they see.

use serde_json::json;

use super::{client, client_as, line, town};
use crate::town::Town;

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
    let answer = std::thread::scope(|scope| {
        let asking = scope.spawn(|| client(&town, "revoked"));
        let mark = town.place.path("asking");
        for _ in 0..400 {
            if mark.exists() || asking.is_finished() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        // The question is under way.
        std::thread::sleep(std::time::Duration::from_millis(500));
        town.revoke();
        asking.join().unwrap()
    });
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
fn a_grant_is_used_as_often_as_it_says() {
    let town = town();
    let grant = json!({
        "to": {"kind": "service", "id": "bridge"},
        "dataset": "club.hidden",
        "up_to": "general-4",
        "purpose": "试验",
        "until": Town::tomorrow(),
        "uses": 2,
        "ways": ["interface"],
    });
    let (status, body) = town
        .server
        .post("/api/v1/grants", "application/json", &grant.to_string());
    assert_eq!(status, 201, "{body}");
    let Some(answer) = client(&town, "counted") else {
        return;
    };
    // Looking at columns is no use, and neither is a question that fails.
    assert_eq!(answer, json!(["22012", "x", "x", "42501"]));
    let uses = town.server.get("/api/v1/grants").1;
    assert!(uses.contains("\"used\":2"), "{uses}");
}
