//! Accounts on the command line: what only whoever holds the data folder does, beside a server and without one.

use serde_json::{Value, json};

use crate::exports::link;
use crate::support::{Server, walk};

const PASSWORD: &str = "Sunny-Weather-7";
const OTHER: &str = "Rainy-Weather-8";

fn post(server: &Server, path: &str, body: &Value) -> u16 {
    let path = format!("/api/v1{path}");
    server.post(&path, "application/json", &body.to_string()).0
}

fn log_in(server: &Server, account: &str, password: &str) -> u16 {
    let login = json!({"account": account, "password": password});
    post(server, "/session", &login)
}

/// Sets a password with the link that a command has told.
fn accept(server: &Server, given: &Value, password: &str) -> u16 {
    let link = given["link"].as_str().unwrap();
    let (site, secret) = link.split_once("/invitation#").unwrap();
    assert_eq!(site, server.url());
    post(
        server,
        "/invitations",
        &json!({"link": secret, "password": password}),
    )
}

#[test]
fn whoever_holds_the_data_folder_looks_after_accounts_on_the_command_line() {
    let place = walk();
    let mut server = place.serve();
    let claim =
        json!({"link": link(&server), "account": "chief", "name": "主管", "password": PASSWORD});
    assert_eq!(post(&server, "/claim", &claim), 201);
    let account =
        |arguments: &[&str]| place.yandu(&[&["account"][..], arguments, &["--json"]].concat());

    let role = "security-administrator";
    let added = account(&["add", "shen", "--name", "沈安", "--role", role]);
    let added = added.ok().json();
    assert_eq!(accept(&server, &added, PASSWORD), 200, "{added}");
    assert_eq!(accept(&server, &added, OTHER), 403, "it is used up");
    assert_eq!(log_in(&server, "shen", PASSWORD), 200);

    // A reset makes the old password worthless at once.
    let given = account(&["reset", "shen"]).ok().json();
    assert_eq!(log_in(&server, "shen", PASSWORD), 401);
    assert_eq!(accept(&server, &given, OTHER), 200, "{given}");
    assert_eq!(log_in(&server, "shen", OTHER), 200);

    // Another holder of an office that somebody holds, whom no system administrator appoints.
    account(&["add", "second", "--name", "第二人"]).ok();
    let second = account(&["change", "second", "--role", role]).ok().json();
    assert_eq!(second["roles"], json!([role]));
    account(&["invite", "second"]).ok();
    let listed = account(&["list", "--role", role]).ok().json();
    let ids: Vec<&Value> = listed["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|account| &account["id"])
        .collect();
    assert_eq!(ids, ["second", "shen"]);

    for _ in 0..5 {
        assert_ne!(log_in(&server, "shen", "wrong"), 200);
    }
    assert_ne!(log_in(&server, "shen", OTHER), 200, "it is locked");
    let locked = account(&["list", "--locked"]).ok().json();
    assert_eq!(locked["accounts"][0]["id"], "shen", "{locked}");
    account(&["unlock", "shen"]).ok();
    assert_eq!(log_in(&server, "shen", OTHER), 200);
    let locked = account(&["list", "--locked"]).ok().json();
    assert_eq!(locked["accounts"], json!([]));

    let disabled = account(&["disable", "shen"]).ok().json();
    assert_eq!(disabled["status"], "disabled");
    assert_eq!(log_in(&server, "shen", OTHER), 401);
    let enabled = account(&["enable", "shen"]).ok().json();
    assert_eq!(enabled["status"], "active");
    account(&["end-sessions", "shen"]).ok();
    let without = account(&["remove-factor", "shen"]).fails();
    assert!(without.stderr.contains("second-factor"), "{without:?}");
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");

    // The same without a server, in words.
    let listed = place.yandu(&["account", "list"]).ok().stdout;
    for said in ["沈安", "第二人", "主管"] {
        assert!(listed.contains(said), "{said}: {listed}");
    }
    let given = place.yandu(&["account", "reset", "chief"]).ok().stdout;
    assert!(given.contains("/invitation#yi_"), "{given}");
    let nobody = place.yandu(&["account", "reset", "nobody"]).fails();
    assert!(nobody.stderr.contains("nobody"), "{nobody:?}");
    let nothing = place.yandu(&["account", "change", "second"]).fails();
    assert!(
        nothing.stderr.contains("nothing is to be changed"),
        "{nothing:?}"
    );
}
