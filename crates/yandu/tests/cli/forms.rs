//! Forms from outside: a report with a photograph from the command line, and a process that is killed between reports.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use crate::support::{Place, python, seed};

const VISIT: &str = "\
dataset: club.visit
title: {zh: 走访填报, en: Visit}
owner: 市民政局
origin: form
sharing: {class: unconditional}
opening: closed
refresh: monthly
key: [month, unit]
columns:
  month: {title: {zh: 月份}, type: date}
  unit: {title: {zh: 单位}, type: text}
  visits: {title: {zh: 走访次数}, type: integer, unit: 次}
checks:
  - {name: visits-range, title: {zh: 次数超出范围}, column: visits, between: [0, 100000]}
form:
  fields: [{column: visits}]
  unit: unit
  period: month
  units: [亭湖区, 盐都区, 大丰区, 东台市]
  every: month
  since: 2000-01
  due: 5 wd
  evidence: {least: 1, kinds: [picture, document]}
";
const UNITS: [&str; 4] = ["亭湖区", "盐都区", "大丰区", "东台市"];
const NOW: &str = "now=2025-03-05T09:00";
/// Times that the process is killed.
const KILLS: usize = 6;
/// Reports that must have been acknowledged in all, or the test has shown nothing.
const ENOUGH: usize = 20;

fn place() -> Place {
    let place = Place::with_pack();
    place.write("packs/club/datasets/visit.yaml", VISIT);
    place
}

fn seeded() -> StdRng {
    let seed = seed();
    println!("YANDU_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

#[test]
fn a_report_from_the_command_line_says_when_and_where_its_photographs_were_taken() {
    let Some(python) = python() else {
        return;
    };
    let mut rng = seeded();
    let place = place();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/photograph.py");
    let mut taken: BTreeMap<String, (f64, f64, String)> = BTreeMap::new();
    for kind in ["jpg", "png"] {
        let name = format!("现场.{kind}");
        let (latitude, longitude) = (
            rng.random_range(-89.0..89.0_f64),
            rng.random_range(-179.0..179.0_f64),
        );
        let (day, hour) = (rng.random_range(1..=28), rng.random_range(0..24));
        let status = Command::new(&python)
            .arg(&script)
            .arg(place.path(&name))
            .args([latitude.to_string(), longitude.to_string()])
            .arg(format!("2025:02:{day:02} {hour:02}:07:31"))
            .status();
        assert!(status.unwrap().success());
        let at = format!("2025-02-{day:02}T{hour:02}:07:31");
        taken.insert(name, (latitude, longitude, at));
    }
    let names: Vec<&String> = taken.keys().collect();
    let report =
        json!({"unit": "亭湖区", "period": "2025-02", "values": {"visits": 12}, "evidence": names});
    place.write("二月.json", &report.to_string());

    let server = place.serve_with(&["--set", NOW]);
    let list = place.yandu(&["form", "list"]).ok();
    assert!(list.stdout.contains("走访填报"), "{}", list.stdout);
    let shown = place.yandu(&["form", "show", "club.visit"]).ok();
    assert!(shown.stdout.contains("visits"), "{}", shown.stdout);
    let submitted = ["form", "submit", "club.visit", "二月.json", "--json"];
    let kept = place.yandu(&submitted).ok().json();
    let batch = kept["batch"].as_str().unwrap();
    let (_, found) = server.get(&format!("/api/v1/forms/club.visit/reports/{batch}"));
    let found: Value = serde_json::from_str(&found).unwrap();
    let files = found["files"].as_array().unwrap();
    assert_eq!(files.len(), taken.len(), "{found}");
    for file in files {
        let (latitude, longitude, at) = &taken[file["name"].as_str().unwrap()];
        assert_eq!(file["taken_at"], json!(at), "{file}");
        // A hundredth of a second of arc is a third of a metre.
        let is_near = |value: &Value, wanted: f64| (value.as_f64().unwrap() - wanted).abs() < 3e-6;
        assert!(is_near(&file["latitude"], *latitude), "{file} {latitude}");
        assert!(
            is_near(&file["longitude"], *longitude),
            "{file} {longitude}"
        );
    }
}

/// A report as its sender knows it.
#[derive(Debug, Clone)]
struct Sent {
    unit: &'static str,
    period: String,
    visits: u32,
    is_acknowledged: bool,
}

impl Sent {
    /// Each has a period and unit of its own.
    fn new(number: usize, rng: &mut StdRng) -> Self {
        let months = number / UNITS.len();
        Self {
            unit: UNITS[number % UNITS.len()],
            period: format!("{}-{:02}", 2000 + months / 12, months % 12 + 1),
            visits: rng.random_range(0..100_000),
            is_acknowledged: false,
        }
    }

    fn text(&self) -> String {
        format!("{}{}走访{}户。", self.unit, self.period, self.visits)
    }

    /// Hands the file in and then the report; `None` where no answer came.
    fn send(&self, url: &str, place: &Path) -> Option<u16> {
        let path = place.join(format!("{}{}.txt", self.unit, self.period));
        std::fs::write(&path, self.text()).unwrap();
        let (status, kept) = post(url, "evidence", &json!({ "path": path }))?;
        assert_eq!(status, 201, "{kept}");
        let report = json!({
            "unit": self.unit, "period": self.period, "values": {"visits": self.visits},
            "evidence": [kept["hash"]], "submission": format!("{}{}", self.unit, self.period),
        });
        let (status, taken) = post(url, "reports", &report)?;
        assert!([200, 201].contains(&status), "{taken}");
        Some(status)
    }
}

/// The answer of a server that may be gone at any moment.
fn post(url: &str, what: &str, body: &Value) -> Option<(u16, Value)> {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).ok()?;
    let body = body.to_string();
    let head = format!(
        "POST /api/v1/forms/club.visit/{what} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).ok()?))
}

#[test]
fn a_process_that_is_killed_keeps_every_report_that_it_acknowledged_once() {
    let mut rng = seeded();
    let place = place();
    let folder = place.path(".");
    let sent: Arc<Mutex<Vec<Sent>>> = Arc::default();
    let mut kills = 0;
    while kills < KILLS
        || sent
            .lock()
            .unwrap()
            .iter()
            .filter(|one| one.is_acknowledged)
            .count()
            < ENOUGH
    {
        kills += 1;
        assert!(kills < 60, "too few reports were acknowledged");
        let server = place.serve_with(&["--set", NOW]);
        let is_over = Arc::new(AtomicBool::new(false));
        let sender = {
            let (url, folder, sent) = (server.url(), folder.clone(), Arc::clone(&sent));
            let is_over = Arc::clone(&is_over);
            let mut rng = StdRng::seed_from_u64(rng.random());
            std::thread::spawn(move || {
                // Whoever got no answer sends the same again.
                let open = sent
                    .lock()
                    .unwrap()
                    .iter()
                    .position(|one| !one.is_acknowledged);
                let mut number = open.unwrap_or_else(|| sent.lock().unwrap().len());
                while !is_over.load(Ordering::Relaxed) {
                    let report = {
                        let mut sent = sent.lock().unwrap();
                        if number == sent.len() {
                            sent.push(Sent::new(number, &mut rng));
                        }
                        sent[number].clone()
                    };
                    if report.send(&url, &folder).is_some() {
                        sent.lock().unwrap()[number].is_acknowledged = true;
                        number += 1;
                    }
                }
            })
        };
        std::thread::sleep(Duration::from_millis(rng.random_range(100..1_500)));
        // Dropped is killed.
        drop(server);
        is_over.store(true, Ordering::Relaxed);
        sender.join().unwrap();
    }

    let sent = sent.lock().unwrap().clone();
    let server = place.serve_with(&["--set", NOW]);
    if let Some(open) = sent.iter().find(|one| !one.is_acknowledged) {
        open.send(&server.url(), &folder).unwrap();
    }
    println!("{} reports, {kills} kills", sent.len());
    for one in &sent {
        let asked = format!(
            "/api/v1/forms/club.visit/reports?unit={}&period={}",
            encoded(one.unit),
            one.period
        );
        let (_, listed) = server.get(&asked);
        let listed: Value = serde_json::from_str(&listed).unwrap();
        let reports = listed["reports"].as_array().unwrap();
        assert_eq!(reports.len(), 1, "{one:?}: {listed}");
        let batch = reports[0]["batch"].as_str().unwrap();
        let (_, found) = server.get(&format!("/api/v1/forms/club.visit/reports/{batch}"));
        let found: Value = serde_json::from_str(&found).unwrap();
        assert_eq!(found["values"]["visits"], json!(one.visits), "{found}");
        let hash = found["files"][0]["hash"].as_str().unwrap();
        let (_, text) = server.get(&format!("/api/v1/forms/club.visit/evidence/{hash}"));
        assert_eq!(text, one.text());
    }
    drop(server);
    let rows = place.yandu(&[
        "sql",
        "SELECT count(*) AS n, sum(visits) AS s FROM club.visit",
        "--json",
    ]);
    let visits: u64 = sent.iter().map(|one| u64::from(one.visits)).sum();
    assert_eq!(rows.ok().json()["rows"], json!([[sent.len(), visits]]));
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
