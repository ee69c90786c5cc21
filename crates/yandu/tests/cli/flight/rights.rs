//! Who is let in, and what they see.

use serde_json::json;

use super::{BARRED, INVALID, MISSING, STRANGER, client, client_with_other, is_fault, line, town};

#[test]
fn masks_and_conditions_on_rows_hold_and_the_local_administrator_sees_all() {
    let town = town();
    let Some(answer) = client(&town, "masked") else {
        return;
    };
    assert_eq!(answer, json!([["1", "王*", 30], ["4", "赵*", 39]]));
    let mut line = line(&town);
    let key = std::fs::read_to_string(town.place.path("data/local.key")).unwrap();
    line["user"] = json!("local-administrator");
    line["password"] = json!(key);
    let whole = town.script("flight.py", "masked", &line).unwrap();
    assert_eq!(whole.as_array().unwrap().len(), 4, "{whole}");
}

#[test]
fn a_token_that_is_revoked_ends_what_it_reads_and_its_sessions() {
    let town = town();
    let answer = town.beside(|| client(&town, "revoked"), "asking", || town.revoke());
    let Some(answer) = answer else {
        return;
    };
    for what in ["running", "next", "ticket"] {
        is_fault(&answer[what], &STRANGER, "revoked");
    }
    is_fault(
        &answer["login"],
        &STRANGER,
        "the name or the secret is wrong",
    );
}

#[test]
fn rows_under_way_end_with_the_grant_that_they_are_read_under() {
    let town = town();
    let Some(answer) = client(&town, "granted") else {
        return;
    };
    is_fault(
        &answer["ended"],
        &BARRED,
        "the permission to read `club.hidden` has ended",
    );
    assert_eq!(answer["is_whole"], false);
}

#[test]
fn whoever_shows_nothing_or_something_wrong_is_turned_away_alike() {
    let town = town();
    let Some(answer) = client(&town, "logins") else {
        return;
    };
    let answers = answer.as_array().unwrap();
    assert_eq!(answers.len(), 8);
    for told in answers {
        is_fault(told, &STRANGER, "the name or the secret is wrong");
    }
}

#[test]
fn a_token_that_is_not_for_reading_does_not_log_in() {
    let mut town = town();
    town.token = town.new_token(&["deliver"]);
    let Some(answer) = client(&town, "read_once") else {
        return;
    };
    is_fault(&answer, &BARRED, "the token is not for this");
}

#[test]
fn a_session_is_not_the_secret_and_ends_when_it_is_closed() {
    let town = town();
    let Some(answer) = client(&town, "session") else {
        return;
    };
    assert_eq!(answer["form"], "Bearer yf_");
    assert_eq!(answer["secret"], false);
    assert_eq!(answer["rows"], 1);
    assert_eq!(answer["closed"], "0801");
    is_fault(
        &answer["after"],
        &STRANGER,
        "the name or the secret is wrong",
    );
}

#[test]
fn a_ticket_is_good_for_whoever_asked_and_shows_what_may_be_seen_by_then() {
    let town = town();
    let Some(answer) = client_with_other(&town, "tickets") else {
        return;
    };
    assert_eq!(answer["opaque"], true);
    for what in ["foreign", "forged", "short"] {
        is_fault(&answer[what], &MISSING, "the ticket is not yours");
    }
    for what in ["nothing", "unknown"] {
        is_fault(&answer[what], &INVALID, "message");
    }
    assert_eq!(answer["mine"], 2);
    assert_eq!(answer["granted"], 1);
    for what in ["revoked", "asked"] {
        is_fault(&answer[what], &MISSING, "there is no dataset `club.hidden`");
    }
}

#[test]
fn a_grant_is_used_as_often_as_it_says() {
    let town = town();
    town.grant_twice();
    let Some(answer) = client(&town, "counted") else {
        return;
    };
    // Looking at columns is no use, and neither is a question that fails.
    assert_eq!(
        answer,
        json!(["INVALID_ARGUMENT", "x", "x", "UNAUTHORIZED"])
    );
    let uses = town.server.get("/api/v1/grants").1;
    assert!(uses.contains("\"used\":2"), "{uses}");
}
