//! A simulated city with all packs and a work plan in force, when everything in it has settled.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::lamp;
use crate::support::{Place, Server};

const PEOPLE: &str = "1500";
const NOW: &str = "2026-01-05T09:00+08:00";
const PATIENCE: Duration = Duration::from_mins(10);

pub(super) struct City {
    place: Place,
    server: Server,
    /// The interface of the city's air stations.
    _stations: Server,
    pub(super) seed: u64,
}

impl City {
    pub(super) fn settled() -> Self {
        let seed = std::env::var("YANDU_TEST_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok())
            .unwrap_or_else(|| u64::from(std::process::id()));
        println!("YANDU_TEST_SEED={seed}");
        let place = Place::with_shipped_packs();
        let number = seed.to_string();
        place
            .yandu(&[
                "city", "simulate", "--people", PEOPLE, "--seed", &number, "--out", "city",
            ])
            .ok();
        copy(&place.path("city/inbox"), &place.path("data/inbox"));
        lamp::in_force(&place);
        let stations = place.start(&[
            "city",
            "serve",
            "--seed",
            &number,
            "--listen",
            "127.0.0.1:0",
        ]);
        let setting = format!(
            "settings.air.air_api={}/api/stations/readings",
            stations.url()
        );
        let server = place.serve_with(&["--now", NOW, "--set", &setting]);
        let city = Self {
            place,
            server,
            _stations: stations,
            seed,
        };
        city.settle();
        city
    }

    pub(super) fn get(&self, path: &str) -> Value {
        let (status, body) = self.server.get(&format!("/api/v1{path}"));
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// The answer to a question, or the problem that it met.
    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        let path = format!("/api/v1{path}");
        let (status, answer) = self
            .server
            .post(&path, "application/json", &body.to_string());
        if status == 200 {
            serde_json::from_str(&answer).map_err(|error| format!("{path}: {error}"))
        } else {
            Err(format!("{path} {body}: {status} {answer}"))
        }
    }

    /// The rows of a query, with datasets at versions.
    pub(super) fn query(&self, sql: &str, versions: &Value) -> Result<Vec<Vec<Value>>, String> {
        let answer = self.post("/query", &json!({"sql": sql, "versions": versions}))?;
        serde_json::from_value(answer["rows"].clone()).map_err(|error| error.to_string())
    }

    /// The file of a name that a department handed over.
    pub(super) fn delivered(&self, name: &str) -> Option<Vec<u8>> {
        // The last one is looked through first: examples of packs have the names of deliveries too.
        let mut folders = vec![self.place.path("packs"), self.place.path("data/inbox")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).ok()? {
                let path = entry.ok()?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.file_name().is_some_and(|file| file == name) {
                    return std::fs::read(path).ok();
                }
            }
        }
        None
    }

    /// Waits until everything has come, every model is made of it, and the ledger has stated itself.
    fn settle(&self) {
        let end = Instant::now() + PATIENCE;
        let mut calm = 0;
        while calm < 3 {
            let unsettled = self.unsettled();
            calm = if unsettled.is_empty() { calm + 1 } else { 0 };
            assert!(
                Instant::now() < end,
                "the city does not settle: {unsettled:?}"
            );
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    fn unsettled(&self) -> Vec<String> {
        let mut unsettled = Vec::new();
        let sources = self.get("/sources");
        let awaited: Vec<&str> = list(&sources, "sources")
            .filter(|source| source["channel"] != "sql" && source["channel"] != "upload")
            .filter(|source| !source["every"].is_null())
            .filter_map(|source| source["dataset"].as_str())
            .chain(["ledger.entry"])
            .collect();
        for dataset in list(&self.get("/datasets"), "datasets") {
            let id = dataset["id"].as_str().unwrap();
            if awaited.contains(&id) && dataset["last_batch"].is_null() {
                unsettled.push(id.to_owned());
            }
        }
        for batch in list(&self.get("/batches?limit=100"), "batches") {
            if batch["status"] == "running" || batch["status"] == "committing" {
                unsettled.push(batch["id"].to_string());
            }
        }
        for model in list(&self.get("/models"), "models") {
            if matches!(model["state"].as_str(), Some("running" | "stale" | "never")) {
                unsettled.push(model["id"].to_string());
            }
        }
        unsettled
    }
}

pub(super) fn list<'a>(answer: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    answer[name].as_array().into_iter().flatten()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).unwrap();
        }
    }
}
