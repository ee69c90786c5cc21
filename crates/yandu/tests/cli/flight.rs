//! Arrow Flight SQL, spoken by clients that nobody here wrote. `make test` installs them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::postgres::{Town, reading_rows};
use crate::support::{Place, certificate, seed};

fn town() -> Town {
    with(&[])
}

fn with(arguments: &[&str]) -> Town {
    Town::listening(&[&["--flight-listen", "127.0.0.1:0"], arguments].concat())
}

fn line(town: &Town) -> Value {
    json!({
        "uri": town.server.flight,
        "url": town.server.url(),
        "user": town.token["token"]["login"],
        "password": town.token["secret"],
        "until": Town::tomorrow(),
    })
}

/// What a function of the script beside this file answers; `None` where its clients are not installed.
fn client(town: &Town, function: &str) -> Option<Value> {
    town.script("flight.py", function, &line(town))
}

/// The same for a client that has another token of another account too.
fn client_with_other(town: &Town, function: &str) -> Option<Value> {
    let account = json!({"id": "other", "kind": "service", "name": "另一个"});
    let post = |path: &str, body: &Value| {
        let (status, body) = town
            .server
            .post(path, "application/json", &body.to_string());
        assert_eq!(status, 201, "{body}");
        serde_json::from_str::<Value>(&body).unwrap()
    };
    post("/api/v1/accounts", &account);
    let asked = json!({"name": "test", "scope": ["read"], "expires_at": Town::tomorrow()});
    let made = post("/api/v1/accounts/other/tokens", &asked);
    let mut line = line(town);
    line["other"] = made["secret"].clone();
    town.script("flight.py", function, &line)
}

/// A fault is a kind and a message; each is looked for in what was told.
fn is_fault(told: &Value, kinds: &[&str], message: &str) {
    let kind = told[0].as_str().unwrap_or_default();
    let text = told[1].as_str().unwrap_or_default();
    assert!(
        kinds.contains(&kind) && text.contains(message),
        "`{message}` as {kinds:?} was expected: {told}"
    );
}

/// What a client of HTTP/2 begins with.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const INVALID: [&str; 2] = ["INVALID_ARGUMENT", "ArrowInvalid"];
const MISSING: [&str; 3] = ["NOT_FOUND", "ArrowKeyError", "KeyError"];
const REFUSED: [&str; 3] = [
    "NOT_IMPLEMENTED",
    "ArrowNotImplementedError",
    "NotImplementedError",
];
const STRANGER: [&str; 2] = ["UNAUTHENTICATED", "FlightUnauthenticatedError"];
const BARRED: [&str; 2] = ["UNAUTHORIZED", "FlightUnauthorizedError"];

#[test]
fn adbc_reads_values_of_every_type() {
    let town = town();
    let Some(answer) = client(&town, "values") else {
        return;
    };
    assert_eq!(answer["rows"], reading_rows());
    assert_eq!(
        answer["types"],
        json!([
            "int64",
            "string",
            "decimal128(12, 2)",
            "double",
            "bool",
            "date32[day]",
            "time64[us]",
            "timestamp[us]"
        ])
    );
    assert_eq!(answer["lists"], json!([[1, 2, null], ["x", "城"]]));
    assert_eq!(answer["schema"], json!(["int64", "string"]));
    assert_eq!(answer["none"], json!([]));
    assert_eq!(answer["explained"], true);
    assert_eq!(answer["bearer"], json!([[3]]));
}

#[test]
fn adbc_gives_values_and_gets_them_back() {
    let town = town();
    let Some(wrong) = client(&town, "parameters") else {
        return;
    };
    assert_eq!(wrong, json!([]));
}

#[test]
fn metadata_names_what_may_be_seen_and_nothing_else() {
    let town = town();
    let Some(answer) = client(&town, "metadata") else {
        return;
    };
    assert_eq!(
        answer["objects"],
        json!([
            [
                "yandu",
                "club",
                "member",
                "TABLE",
                ["number", "name", "age"]
            ],
            [
                "yandu",
                "club",
                "reading",
                "TABLE",
                [
                    "number", "place", "amount", "share", "open", "day", "clock", "seen_at"
                ]
            ],
        ])
    );
    assert_eq!(answer["few"], json!(["reading"]));
    assert_eq!(answer["kinds"], json!(["TABLE"]));
    assert_eq!(answer["vendor"], "Yandu");
    assert_eq!(
        answer["member"],
        json!([["number", "string"], ["name", "string"], ["age", "int64"]])
    );
    let same = |name: &str| answer[name].to_string().replace(name, "…");
    assert_eq!(same("hidden"), same("nowhere"));
    assert_eq!(
        answer["titles"]["member"],
        json!(["会员号", "姓名", "年龄"])
    );
    assert_eq!(answer["titles"].as_object().unwrap().len(), 2);
    assert_eq!(answer["keys"], json!([["number"], ["number"], [], []]));
    assert_eq!(answer["foreign"], json!([0, 0]));
    assert!(answer["types"].to_string().contains("DECIMAL"), "{answer}");
    assert_eq!(answer["info"], true);
    assert_eq!(
        answer["actions"],
        json!([
            "CancelFlightInfo",
            "CancelQuery",
            "ClosePreparedStatement",
            "CloseSession",
            "CreatePreparedStatement"
        ])
    );
}

#[test]
fn rows_are_sent_while_they_are_read() {
    let town = town();
    let Some(answer) = client(&town, "stream") else {
        return;
    };
    assert_eq!(answer["rows"], 3_000_000);
    assert_eq!(answer["sum"], 4_500_001_500_000_u64);
    assert!(answer["batches"].as_u64().unwrap() > 100, "{answer}");
    // Of a hundred billion rows the first ones come without the others.
    assert_eq!(answer["first"], true);
    assert_eq!(answer["after"], json!([[1]]));
}

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
fn a_question_is_stopped_by_its_client_and_by_nobody_else() {
    let town = town();
    let Some(answer) = client_with_other(&town, "cancel") else {
        return;
    };
    assert_eq!(answer["client"], "CANCELLED", "{answer}");
    assert_eq!(answer["quick"], true);
    assert_eq!(answer["after"], json!([[1]]));
    assert_eq!(answer["CancelFlightInfo"], "0801");
    for action in ["CancelFlightInfo", "CancelQuery"] {
        let told = |what: &str| answer[format!("{action}{what}")].clone();
        is_fault(&told(" rest"), &["FlightCancelledError"], "was cancelled");
        is_fault(&told(" ticket"), &MISSING, "the ticket is not yours");
        is_fault(&told(" again"), &MISSING, "there is no such query");
    }
    is_fault(&answer["foreign"], &MISSING, "there is no such query");
    assert_eq!(answer["mine"], 1);
}

#[test]
fn a_token_that_is_revoked_ends_what_it_reads_and_its_sessions() {
    let town = town();
    let answer = std::thread::scope(|scope| {
        let asking = scope.spawn(|| client(&town, "revoked"));
        let mark = town.place.path("asking");
        for _ in 0..400 {
            if mark.exists() || asking.is_finished() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        // The rows are under way.
        std::thread::sleep(Duration::from_millis(500));
        town.revoke();
        asking.join().unwrap()
    });
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
fn faults_have_the_words_of_the_other_doors() {
    let town = town();
    let Some(answer) = client(&town, "faults") else {
        return;
    };
    for (sql, kinds, message) in [
        ("SELEKT 1", &INVALID[..], "SELEKT"),
        (
            "SELECT * FROM club.nowhere",
            &MISSING[..],
            "there is no dataset `club.nowhere`",
        ),
        (
            "SELECT * FROM club.hidden",
            &MISSING[..],
            "there is no dataset `club.hidden`",
        ),
        (
            "SELECT nothing FROM club.member",
            &INVALID[..],
            "line 1, column 8: there is no column `nothing`",
        ),
        ("SELECT frobnicate(1)", &INVALID[..], "frobnicate"),
        ("SELECT 1 / 0", &INVALID[..], "divide by zero"),
        (
            "INSERT INTO club.member SELECT * FROM club.member",
            &REFUSED[..],
            "can only be read",
        ),
        ("CREATE TABLE x (y int)", &REFUSED[..], "can only be read"),
        ("EXPLAIN ANALYZE SELECT 1", &BARRED[..], "EXPLAIN ANALYZE"),
    ] {
        is_fault(&answer[sql], kinds, message);
    }
    for sql in [
        "SELECT 1; SELECT 2",
        "SELECT * FROM information_schema.df_settings",
    ] {
        assert!(answer[sql].is_array(), "{sql}: {answer}");
    }
}

#[test]
fn what_would_change_something_is_refused_and_says_how_data_is_delivered() {
    let town = town();
    let Some(answer) = client(&town, "refused") else {
        return;
    };
    for what in ["update", "ingest", "put", "exchange"] {
        is_fault(&answer[what], &REFUSED, "yandu collect");
    }
    for what in ["BeginTransaction", "BeginSavepoint"] {
        is_fault(&answer[what], &REFUSED, "there are no transactions");
    }
    is_fault(
        &answer["CreatePreparedSubstraitPlan"],
        &REFUSED,
        "ask in SQL",
    );
    is_fault(&answer["Drop"], &REFUSED, "no such action");
    is_fault(&answer["list"], &REFUSED, "not listed as flights");
    // The driver asks what the server can do, and does not try.
    for what in ["substrait", "transaction"] {
        assert!(answer[what].is_array(), "{what}: {answer}");
    }
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
    let grant = json!({
        "to": {"kind": "service", "id": "bridge"},
        "dataset": "club.hidden",
        "up_to": "general-4",
        "purpose": "试验",
        "until": Town::tomorrow(),
        "uses": 2,
        "ways": ["interface"],
    });
    let grant = grant.to_string();
    let (status, body) = town
        .server
        .post("/api/v1/grants", "application/json", &grant);
    assert_eq!(status, 201, "{body}");
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

#[test]
fn what_clients_leave_and_send_is_bounded() {
    let mut town = town();
    let Some(answer) = client(&town, "bounded") else {
        return;
    };
    assert_eq!(answer["prepared"], 200, "{answer}");
    let full = answer["full"][1].as_str().unwrap();
    assert!(full.contains("too many statements are prepared"), "{full}");
    assert_eq!(answer["after"], json!([[1]]));
    let long = answer["long"][1].as_str().unwrap();
    assert!(long.contains("a statement has at most 1 MiB"), "{long}");
    for what in ["huge", "value"] {
        assert!(answer[what].is_array(), "{what}: {answer}");
    }
    is_fault(&answer["oldest"], &MISSING, "the ticket is not yours");
    assert_eq!(answer["newest"], Value::Null);
    for what in ["nonsense", "empty", "unknown", "torn", "path"] {
        is_fault(&answer[what], &INVALID, "");
    }
    for action in [
        "CreatePreparedStatement",
        "ClosePreparedStatement",
        "CancelQuery",
        "CancelFlightInfo",
    ] {
        is_fault(
            &answer[format!("torn {action}")],
            &INVALID,
            "the message cannot be read",
        );
    }
    let words = answer["words"][1].as_str().unwrap();
    assert!(words.contains("too many words"), "{words}");
    assert_eq!(answer["end"], json!([[1]]));
    let log = town.server.stop();
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn there_are_no_more_connections_than_there_may_be() {
    let town = with(&["--set", "flight_connections=2"]);
    let Some(answer) = client(&town, "crowd") else {
        return;
    };
    assert!(
        answer
            .to_string()
            .contains("there are too many connections"),
        "{answer}"
    );
}

#[test]
fn a_certificate_encrypts_the_line_and_is_verified() {
    let place = Place::with_pack();
    certificate(&place, "certificate");
    certificate(&place, "other");
    let path = |name: &str| place.path(name).to_string_lossy().into_owned();
    let certificate = format!("tls.certificate={}", path("certificate.pem"));
    let key = format!("tls.key={}", path("certificate-key.pem"));
    let town = with(&["--set", &certificate, "--set", &key]);
    for name in ["certificate.pem", "other.pem"] {
        std::fs::copy(place.path(name), town.place.path(name)).unwrap();
    }
    let address = town.server.flight.clone().unwrap();
    assert!(address.starts_with("grpc+tls://"), "{address}");
    let Some(answer) = client(&town, "encrypted") else {
        return;
    };
    assert_eq!(
        answer,
        json!({"trusted": [[1]], "other": true, "plain": true})
    );
}

#[test]
fn without_a_certificate_only_this_machine_is_served() {
    let place = Place::with_pack();
    let refused = place
        .yandu(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--flight-listen",
            "0.0.0.0:0",
        ])
        .fails();
    for told in ["can be reached from other machines", "tls.certificate"] {
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
    }
}

/// Whatever is sent to the port, others are answered, and nothing breaks.
#[test]
fn nonsense_and_silence_hold_nobody_up() {
    let seed = seed();
    println!("YANDU_SEED={seed}");
    let mut random = seed | 1;
    let mut byte = move || {
        // Xorshift of Marsaglia.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as u8
    };
    let mut town = with(&["--set", "flight_login_seconds=2"]);
    let address = town.server.flight.clone().unwrap();
    let address = address.strip_prefix("grpc://").unwrap().to_owned();
    let mut held = Vec::new();
    for round in 0..40 {
        let mut stream = TcpStream::connect(&address).unwrap();
        let nonsense: Vec<u8> = (0..200).map(|_| byte()).collect();
        let sent = match round % 4 {
            0 => nonsense,
            1 => b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
            2 => [PREFACE, &nonsense].concat(),
            // Somebody who says nothing.
            _ => Vec::new(),
        };
        // It may be closed before all is sent.
        let _ = stream.write_all(&sent);
        held.push(stream);
    }
    if client(&town, "read_once").is_none() {
        return;
    }
    // Whoever does not say who it is is sent away.
    let end = Instant::now() + Duration::from_secs(20);
    for mut stream in held {
        let left = end.saturating_duration_since(Instant::now());
        let left = left.max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left)).unwrap();
        let mut told = Vec::new();
        let is_closed = match stream.read_to_end(&mut told) {
            Ok(_) => true,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        };
        assert!(is_closed, "a stranger is still let stand, seed {seed}");
    }
    let secret = town.token["secret"].as_str().unwrap().to_owned();
    let log = town.server.stop();
    assert!(!log.contains(&secret), "{log}");
    assert!(!log.contains("panicked"), "{log}");
}
