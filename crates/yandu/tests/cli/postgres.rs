//! The PostgreSQL protocol, spoken by clients that nobody here wrote. `make test` installs them.

mod clients;
mod conduct;
mod copying;
mod naming;
mod rights;
mod values;

use serde_json::{Value, json};

use crate::town::Town;

fn town() -> Town {
    with(&[])
}

fn with(arguments: &[&str]) -> Town {
    Town::listening(&[&["--pg-listen", "127.0.0.1:0"], arguments].concat())
}

fn line(town: &Town) -> Value {
    let address = town.server.postgres.as_deref().unwrap();
    let (host, port) = address.rsplit_once(':').unwrap();
    json!({
        "host": host,
        "port": port,
        "user": town.token["token"]["login"],
        "password": town.token["secret"],
        "url": town.server.url(),
        "until": Town::tomorrow(),
    })
}

/// What a function of the script beside this file answers; `None` where its clients are not installed.
fn client(town: &Town, function: &str) -> Option<Value> {
    client_as(town, function, &line(town))
}

fn client_as(town: &Town, function: &str, line: &Value) -> Option<Value> {
    town.script("postgres.py", function, line)
}
