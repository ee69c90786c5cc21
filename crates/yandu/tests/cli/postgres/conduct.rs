//! Faults, limits and ends.

use std::io::Write;

use serde_json::json;

use super::{client, town, with};
use crate::support::Place;
use crate::town::Town;

#[test]
fn faults_have_the_states_of_postgresql_and_transactions_know_of_them() {
    let town = town();
    let Some(answer) = client(&town, "psycopg_faults") else {
        return;
    };
    assert_eq!(
        answer["states"],
        json!({
            "SELEKT 1": "42601",
            "SELECT * FROM club.nowhere": "42P01",
            "SELECT * FROM club.hidden": "42P01",
            "SELECT nothing FROM club.member": "42703",
            "SELECT frobnicate(1)": "42883",
            "SELECT regexp_like('a', '(')": "2201B",
            "SELECT 1 / 0": "22012",
            "SELECT 9223372036854775807 + 1": "22003",
            "INSERT INTO club.member VALUES (1)": "25006",
            "CREATE TABLE x (y int)": "25006",
            "COPY club.member FROM STDIN": "25006",
            "SET client_encoding TO 'GBK'": "22023",
            "SHOW nothing_like_it": "42704",
            "EXPLAIN ANALYZE SELECT 1": "42501",
            "SELECT * FROM information_schema.df_settings": "42000",
        })
    );
    assert_eq!(answer["position"], "8");
    assert_eq!(answer["message"], "there is no column `nothing`");
    let hint = answer["hint"].as_str().unwrap();
    assert!(hint.starts_with("ask with a SELECT"), "{hint}");
    let statuses = [
        "IDLE", "INTRANS", "22012", "25P02", "INERROR", "IDLE", "IDLE",
    ];
    assert_eq!(answer["statuses"], json!(statuses));
}

#[test]
fn a_question_is_stopped_by_its_client_and_the_connection_goes_on() {
    let town = town();
    let Some(answer) = client(&town, "psycopg_cancel") else {
        return;
    };
    assert_eq!(answer["state"], "57014");
    assert_eq!(answer["after"], 1);
    assert_eq!(answer["timeout"], "57014");
}

#[test]
fn a_stop_ends_connections_and_no_secret_is_in_the_log() {
    let mut town = town();
    let secret = town.token["secret"].as_str().unwrap().to_owned();
    if client(&town, "read_once").is_none() {
        return;
    }
    let address = town.server.postgres.clone().unwrap();
    // Somebody who says nothing, and somebody who says nonsense.
    let silent = std::net::TcpStream::connect(&address).unwrap();
    let mut wild = std::net::TcpStream::connect(&address).unwrap();
    wild.write_all(&[0, 0, 0, 9, 0, 3, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])
        .unwrap();
    let log = town.server.stop();
    drop((silent, wild));
    assert!(!log.contains(&secret), "{log}");
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn there_are_no_more_connections_than_there_may_be() {
    let town = with(&["--set", "pg_connections=2"]);
    let Some(answer) = client(&town, "crowd") else {
        return;
    };
    assert_eq!(answer, "there are too many connections");
}

#[test]
fn a_certificate_encrypts_the_line_and_is_verified() {
    let town = Town::encrypted(&["--pg-listen", "127.0.0.1:0"]);
    let Some(answer) = client(&town, "encrypted") else {
        return;
    };
    assert_eq!(
        answer,
        json!({
            "verify-ca": [true, 1],
            "verify-full": [true, 1],
            "disable": [false, 1],
            "other": true,
        })
    );
}

#[test]
fn with_a_certificate_no_other_machine_is_let_in_plain() {
    let town = Town::encrypted(&["--pg-listen", "0.0.0.0:0"]);
    let Some(answer) = client(&town, "beyond") else {
        return;
    };
    if answer.is_null() {
        eprintln!("skipped: this machine has no address by which others reach it");
        return;
    }
    assert_eq!(
        answer,
        json!({
            "require": [true, 1],
            "prefer": [true, 1],
            "here": [false, 1],
            "plain": [
                "E",
                "FATAL",
                "28000",
                "connections from other machines are encrypted here, and this one is not",
                "connect with `sslmode=verify-full`, or `sslmode=require` where the client cannot check the certificate",
            ],
        })
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
            "--pg-listen",
            "0.0.0.0:0",
        ])
        .fails();
    assert!(
        refused
            .stderr
            .contains("can be reached from other machines"),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.contains("tls.certificate"),
        "{}",
        refused.stderr
    );
    let half = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--pg-listen",
        "127.0.0.1:0",
        "--set",
        "tls.key=x",
    ];
    let refused = place.yandu(&half).fails();
    assert!(
        refused.stderr.contains("a certificate needs its key"),
        "{}",
        refused.stderr
    );
}
