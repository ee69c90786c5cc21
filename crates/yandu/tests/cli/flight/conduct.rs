//! Faults, limits and ends.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::{BARRED, INVALID, MISSING, REFUSED, client, client_with_other, is_fault, town, with};
use crate::support::{Place, seed};
use crate::town::Town;

/// What a client of HTTP/2 begins with.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

#[test]
fn a_question_is_stopped_by_its_client_and_by_nobody_else() {
    let town = town();
    let Some(answer) = client_with_other(&town, "cancel") else {
        return;
    };
    assert_eq!(answer["client"], "CANCELLED", "{answer}");
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
            "SELECT 9223372036854775807 + 1",
            &INVALID[..],
            "out of the range",
        ),
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
    let town = Town::encrypted(&["--flight-listen", "127.0.0.1:0"]);
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
    let mut random = StdRng::seed_from_u64(seed);
    let mut town = with(&["--set", "flight_login_seconds=2"]);
    let address = town.server.flight.clone().unwrap();
    let address = address.strip_prefix("grpc://").unwrap().to_owned();
    let mut held = Vec::new();
    for round in 0..40 {
        let mut stream = TcpStream::connect(&address).unwrap();
        let nonsense: Vec<u8> = (0..200).map(|_| random.random()).collect();
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
