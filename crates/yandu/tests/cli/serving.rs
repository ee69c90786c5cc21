//! The server that holds a data folder: what commands ask of it, what it collects, and how it ends.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::faces::drive;
use crate::support::{ROLL, certificate, walk};

#[test]
fn commands_reach_the_server_that_holds_the_folder() {
    let place = walk();
    let mut server = place.serve();
    let collected = place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member", "--json"])
        .ok()
        .json();
    assert_eq!(
        (&collected["status"], &collected["rows_in"]),
        (&json!("collected"), &json!(3))
    );
    let csv = place
        .yandu(&[
            "sql",
            "SELECT number FROM club.member ORDER BY number",
            "--format",
            "csv",
        ])
        .ok();
    assert_eq!(csv.stdout, "number\n1\n3\n");
    let written = server.post(
        "/api/v1/datasets/club.member/rows",
        "application/json",
        r#"{"number": "9", "name": "赵敏", "age": 9}"#,
    );
    assert_eq!(written.0, 201, "{}", written.1);
    let count = place
        .yandu(&["sql", "SELECT count(*) AS n FROM club.member", "--json"])
        .ok()
        .json();
    assert_eq!(count["rows"], json!([[3]]));
    assert_eq!(server.get("/readyz").0, 200);
    assert!(server.get("/").1.contains("盐渎"));

    let second = place.yandu(&["serve", "--listen", "127.0.0.1:0"]).fails();
    assert!(
        second
            .stderr
            .contains("is in use by the server at 127.0.0.1:"),
        "{}",
        second.stderr
    );

    let log = server.stop();
    assert!(log.contains("stopped"), "{log}");
    assert!(
        !log.contains("ERROR") && !log.contains("WARN"),
        "the log is clean: {log}"
    );
    assert!(
        !log.contains("赵敏") && !log.contains("SELECT"),
        "no bodies in the log: {log}"
    );
    let after = place
        .yandu(&["sql", "SELECT count(*) AS n FROM club.member", "--json"])
        .ok()
        .json();
    assert_eq!(
        after["rows"],
        json!([[3]]),
        "what was acknowledged is there"
    );
}

#[test]
fn a_watched_folder_is_collected_by_the_server() {
    let place = walk();
    let mut server = place.serve();
    place.write("data/inbox/club/roll.csv", ROLL);
    let end = Instant::now() + Duration::from_mins(1);
    let found = loop {
        let page: Value =
            serde_json::from_str(&server.get("/api/v1/batches?dataset=club.member").1).unwrap();
        if let Some(batch) = page["batches"]
            .get(0)
            .filter(|batch| batch["status"] == "collected")
        {
            break batch.clone();
        }
        assert!(Instant::now() < end, "nothing was collected: {page}");
        std::thread::sleep(Duration::from_millis(200));
    };
    assert_eq!(
        (&found["source"], &found["rows_in"]),
        (&json!("club.member_export"), &json!(3))
    );
    server.stop();
    let by_hand = place.yandu(&["collect", "club.member_export"]).ok();
    assert_eq!(by_hand.stdout, "nothing new for club.member\n");
}

#[test]
fn a_stopped_server_rolls_back_what_it_cannot_finish() {
    let place = walk();
    let rows: Vec<String> = (0..400_000)
        .map(|number| format!("{number},王芳,30"))
        .collect();
    let large = format!("number,name,age\n{}\n", rows.join("\n"));
    place.write("large.csv", &large);
    let mut server = place.serve_with(&["--set", "grace_seconds=0", "--threads", "1"]);
    let body = json!({"dataset": "club.member", "path": place.path("large.csv")}).to_string();
    let accepted = server.post("/api/v1/batches", "application/json", &body);
    assert_eq!(accepted.0, 202, "{}", accepted.1);
    let log = server.stop();
    assert!(!log.contains("ERROR"), "{log}");
    let batches = place.yandu(&["batch", "list", "--json"]).ok().json();
    let status = batches["batches"][0]["status"].as_str().unwrap().to_owned();
    let count = place
        .yandu(&["sql", "SELECT count(*) AS n FROM club.member", "--json"])
        .ok()
        .json();
    let expected = if status == "collected" {
        json!([[400_000]])
    } else {
        json!([[0]])
    };
    assert!(
        matches!(status.as_str(), "rolled-back" | "collected"),
        "{status}"
    );
    assert_eq!(count["rows"], expected, "{status}");
}

#[test]
fn only_this_machine_is_served() {
    let place = walk();
    let open = place.yandu(&["serve", "--listen", "0.0.0.0:0"]).fails();
    assert!(
        open.stderr.contains("can be reached from other machines"),
        "{}",
        open.stderr
    );
    assert!(!place.path("data").exists(), "nothing was opened");
    assert!(
        place
            .yandu(&["serve", "--listen", "nonsense"])
            .fails()
            .stderr
            .contains("is no address to listen on")
    );
}

#[test]
fn once_somebody_administers_the_city_the_command_line_is_let_in_by_the_folder_alone() {
    let place = walk();
    let mut server = place.serve();
    let (status, _) = server.get("/api/v1/batches");
    assert_eq!(status, 200, "everybody here is the local administrator");
    let line = server.told("/claim#yi_");
    let (_, link) = line.split_once("/claim#").unwrap();
    let claim =
        json!({"link": link, "account": "root", "name": "张管", "password": "Sunny-Weather-7"});
    let (status, body) = server.post("/api/v1/claim", "application/json", &claim.to_string());
    assert_eq!(status, 201, "{body}");
    let (status, body) = server.get("/api/v1/batches");
    assert_eq!(status, 401, "{body}");
    // Whoever can read the folder is let in, whether a server holds it or nobody.
    place.yandu(&["batch", "list"]).ok();
    let key = place.path("data/local.key");
    assert!(!std::fs::read_to_string(&key).unwrap().is_empty());
    std::fs::rename(&key, place.path("kept")).unwrap();
    let refused = place.yandu(&["batch", "list"]).fails();
    assert!(
        refused.stderr.contains("needs an account"),
        "{}",
        refused.stderr
    );
    std::fs::rename(place.path("kept"), &key).unwrap();
    let log = server.stop();
    let key = std::fs::read_to_string(key).unwrap();
    assert!(
        !log.contains(&key) && !log.contains("Sunny-Weather-7"),
        "{log}"
    );
    place.yandu(&["batch", "list"]).ok();
    let mut server = place.serve();
    assert_eq!(server.get("/api/v1/batches").0, 401);
    assert!(
        !server.stop().contains("/claim#"),
        "the link is for the first one alone"
    );
}

#[test]
fn other_machines_come_over_encrypted_lines_and_as_strangers() {
    let place = walk();
    certificate(&place, "city");
    let path = |name: &str| place.path(name).to_str().unwrap().to_owned();
    let settings = [
        "tls.listen=127.0.0.1:0".to_owned(),
        "tls.names=localhost,CITY.example.org".to_owned(),
        format!("tls.certificate={}", path("city.pem")),
        format!("tls.key={}", path("city-key.pem")),
    ];
    let arguments: Vec<&str> = settings
        .iter()
        .flat_map(|setting| ["--set", setting])
        .collect();
    let mut server = place.serve_with(&arguments);
    let address = server.encrypted.clone().unwrap();
    let (_, port) = address.rsplit_once(':').unwrap();
    let link = crate::exports::link(&server);
    let Some(said) = drive("encrypted.py", &[port, &path("city.pem"), &link]) else {
        return;
    };
    assert!(said["checked"].as_u64().unwrap() >= 11, "{said}");
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
    for (missing, why) in [(3, "needs its key"), (1, "by which names")] {
        let mut settings = settings.to_vec();
        settings.remove(missing);
        let mut arguments = vec!["serve", "--listen", "127.0.0.1:0"];
        arguments.extend(
            settings
                .iter()
                .flat_map(|setting| ["--set", setting.as_str()]),
        );
        let refused = place.yandu(&arguments).fails();
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
    }
}
