//! The faces of the ledger and the lake to programs, each driven by a client that nobody here wrote.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::exports::{ROWS, accounts_of, link};
use crate::support::{self, Place, Server};

const SHAPES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/data/dcat-ap-shapes"
);

/// A server with the packs of the repository and two deliveries.
pub(crate) fn city() -> (Place, Server) {
    let place = Place::with_shipped_packs();
    for (file, dataset) in [
        ("packs/base/examples/divisions.csv", "base.division"),
        (
            "packs/population/examples/residents.csv",
            "population.resident",
        ),
    ] {
        place.yandu(&["collect", file, "--dataset", dataset]).ok();
    }
    let server = place.serve();
    (place, server)
}

/// What a script says at its end; `None` where its clients are not installed.
pub(crate) fn drive(script: &str, arguments: &[&str]) -> Option<Value> {
    let mut running = support::script(script)?;
    let said = support::answer(running.args(arguments), "");
    println!("{script}: {said}");
    Some(said)
}

#[test]
fn the_ckan_client_finds_every_action_and_every_refusal() {
    let (_place, mut server) = city();
    let Some(said) = drive("ckan.py", &[&server.url()]) else {
        return;
    };
    assert!(said["checked"].as_u64().unwrap() > 150, "{said}");
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn the_ckan_client_is_told_what_the_account_of_its_token_sees_and_no_more() {
    let place = accounts_of(ROWS);
    let mut server = place.serve();
    let Some(said) = drive("ckan_rights.py", &[&server.url(), &link(&server)]) else {
        return;
    };
    assert!(said["checked"].as_u64().unwrap() > 45, "{said}");
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn the_catalogue_breaks_no_shape_of_dcat_ap_in_either_form() {
    let (_place, mut server) = city();
    let url = server.url();
    let mut arguments = vec![url.as_str()];
    if Path::new(SHAPES).exists() {
        arguments.push(SHAPES);
    } else {
        println!("without shapes: there is no `{SHAPES}`");
    }
    let Some(said) = drive("dcat.py", &arguments) else {
        return;
    };
    assert!(said["datasets"].as_u64().unwrap() > 15, "{said}");
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn the_newest_numbers_of_metrics_are_read_by_the_client_of_prometheus() {
    let (place, mut server) = city();
    let households = "packs/population/examples/households.xls";
    place
        .yandu(&["collect", households, "--dataset", "population.household"])
        .ok();
    let end = Instant::now() + Duration::from_mins(2);
    while !server
        .get("/metrics")
        .1
        .contains("metric_value{metric=\"population.resident_count\",area=")
    {
        assert!(Instant::now() < end, "no number is told of a county");
        std::thread::sleep(Duration::from_millis(200));
    }
    let Some(said) = drive("openmetrics.py", &[&server.url(), &link(&server)]) else {
        return;
    };
    assert!(said["areas"].as_u64().unwrap() > 10, "{said}");
    assert!(said["absent"].as_u64().unwrap() > 10, "{said}");
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}
