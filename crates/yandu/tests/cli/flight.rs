//! Arrow Flight SQL, spoken by clients that nobody here wrote. `make test` installs them.

mod conduct;
mod reading;
mod rights;

use serde_json::{Value, json};

use crate::town::Town;

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

const INVALID: [&str; 2] = ["INVALID_ARGUMENT", "ArrowInvalid"];
const MISSING: [&str; 3] = ["NOT_FOUND", "ArrowKeyError", "KeyError"];
const REFUSED: [&str; 3] = [
    "NOT_IMPLEMENTED",
    "ArrowNotImplementedError",
    "NotImplementedError",
];
const STRANGER: [&str; 2] = ["UNAUTHENTICATED", "FlightUnauthenticatedError"];
const BARRED: [&str; 2] = ["UNAUTHORIZED", "FlightUnauthorizedError"];
