//! The house keeps its walls: which crate may use which is written here once, and `cargo metadata` must agree.

use std::collections::BTreeMap;
use std::process::Command;

/// Floor of every crate, and the edges that run sideways. The table of `ARCHITECTURE.md` says the same in words.
const FLOORS: [(&str, u8); 22] = [
    ("yandu-words", 0),
    ("yandu-check", 1),
    ("yandu-documents", 1),
    ("yandu-policy", 1),
    ("yandu-decode", 2),
    ("yandu-store", 2),
    ("yandu-lake", 2),
    ("yandu-pack", 2),
    ("yandu-openid", 2),
    ("yandu-access", 3),
    ("yandu-classify", 3),
    ("yandu-collect", 3),
    ("yandu-transform", 3),
    ("yandu-ledger", 3),
    ("yandu-metrics", 3),
    ("yandu-plan", 3),
    ("yandu-http", 4),
    ("yandu-face", 4),
    ("yandu-pgwire", 4),
    ("yandu-flight", 4),
    ("yandu", 5),
    // Beside the house: it may use the words, and only the executable may use it.
    ("yandu-city", 4),
];
const SIDEWAYS: [(&str, &str); 2] = [
    ("yandu-pgwire", "yandu-face"),
    ("yandu-flight", "yandu-face"),
];
const CITY_USES: [&str; 1] = ["yandu-words"];

#[test]
fn a_crate_uses_only_floors_below_its_own() {
    let floors: BTreeMap<&str, u8> = FLOORS.into_iter().collect();
    let mut broken = Vec::new();
    for (package, uses) in edges() {
        let Some(floor) = floors.get(package.as_str()) else {
            broken.push(format!(
                "`{package}` stands on no floor: add it to the table"
            ));
            continue;
        };
        for used in uses {
            let allowed = match floors.get(used.as_str()) {
                Some(_) if package == "yandu-city" => CITY_USES.contains(&used.as_str()),
                Some(_) if used == "yandu-city" => package == "yandu",
                Some(below) => {
                    below < floor || SIDEWAYS.contains(&(package.as_str(), used.as_str()))
                }
                None => false,
            };
            if !allowed {
                broken.push(format!("`{package}` may not use `{used}`"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn pure_engines_have_no_io_no_async_and_no_sql() {
    const BARRED: [&str; 5] = ["tokio", "sqlx", "reqwest", "datafusion", "deltalake"];
    for (package, uses) in dependencies() {
        if FLOORS
            .iter()
            .any(|(name, floor)| *name == package && *floor <= 1)
        {
            let barred: Vec<_> = uses
                .iter()
                .filter(|used| BARRED.contains(&used.as_str()))
                .collect();
            assert!(barred.is_empty(), "`{package}` uses {barred:?}");
        }
    }
}

/// Our crates and which of ours they use, tests apart.
fn edges() -> BTreeMap<String, Vec<String>> {
    let all = dependencies();
    let ours: Vec<String> = all.keys().cloned().collect();
    all.into_iter()
        .map(|(package, uses)| {
            (
                package,
                uses.into_iter()
                    .filter(|used| ours.contains(used))
                    .collect(),
            )
        })
        .collect()
}

fn dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs where cargo runs the tests");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata
        .get("packages")
        .and_then(serde_json::Value::as_array)
        .expect("metadata lists packages");
    packages
        .iter()
        .map(|package| {
            let uses = package["dependencies"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|used| used["kind"].as_str() != Some("dev"))
                .filter_map(|used| Some(used["name"].as_str()?.to_owned()))
                .collect();
            (
                package["name"].as_str().unwrap_or_default().to_owned(),
                uses,
            )
        })
        .collect()
}
