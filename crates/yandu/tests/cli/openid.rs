//! Signing in by OpenID Connect, at a provider that nobody here wrote (npm `oidc-provider`) and at one that lies, walked through by
//! `requests`. `make test` installs them.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Place, Server, seed};

const PASSWORD: &str = "Sunny-Weather-7";
/// How signing in is refused with what the provider says.
const NOT_BELIEVED: &str = "openid-answer&to=%2F";

/// The two providers, which end with the test.
struct Providers {
    child: Child,
    issuer: String,
    liar: String,
    control: String,
    secret: String,
}

impl Providers {
    /// `None` where they or their client are not installed.
    fn start() -> Option<Self> {
        let folder = std::env::var("YANDU_TEST_OPENID");
        let python = std::env::var("YANDU_TEST_PYTHON");
        let (Ok(folder), Ok(_)) = (folder, python) else {
            eprintln!(
                "skipped: YANDU_TEST_OPENID names no folder with the provider, or YANDU_TEST_PYTHON no Python; `make test` does"
            );
            return None;
        };
        let secret = format!("client-secret-{:016x}-{:016x}", seed(), seed());
        let mut child = Command::new("node")
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/cli/openid/provider.mjs"
            ))
            .env("YANDU_TEST_OPENID", folder)
            .env("YANDU_TEST_SECRET", &secret)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told: Value = serde_json::from_str(&line).expect("the providers say where they are");
        let text = |name: &str| told[name].as_str().unwrap().to_owned();
        Some(Self {
            issuer: text("issuer"),
            liar: text("liar"),
            control: text("control"),
            secret,
            child,
        })
    }
}

impl Drop for Providers {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A city with two people, that believes a provider.
struct Town {
    place: Place,
    server: Server,
    providers: Providers,
    issuer: String,
}

impl Town {
    fn new(settings: &[&str]) -> Option<Self> {
        let providers = Providers::start()?;
        let issuer = providers.issuer.clone();
        Some(Self::believing(providers, issuer, settings))
    }

    fn with_liar(settings: &[&str]) -> Option<Self> {
        let providers = Providers::start()?;
        let liar = providers.liar.clone();
        Some(Self::believing(providers, liar, settings))
    }

    fn believing(providers: Providers, issuer: String, settings: &[&str]) -> Self {
        let place = Place::with_pack();
        place.write("secret", &format!("{}\n", providers.secret));
        let server = serve(&place, &issuer, settings);
        for (id, name) in [("wang", "王芳"), ("li", "李强")] {
            post(&server, "/accounts", &json!({"id": id, "name": name}), 201);
            let invited = post(
                &server,
                &format!("/accounts/{id}/invitation"),
                &json!({}),
                201,
            );
            let accepted = json!({"link": invited["link"], "password": PASSWORD});
            post(&server, "/invitations", &accepted, 200);
        }
        let link = server.told("/claim#");
        let (_, link) = link.split_once('#').unwrap();
        let claim = json!({"link": link.trim(), "account": "root", "name": "系统管理员", "password": PASSWORD});
        post(&server, "/claim", &claim, 201);
        let town = Self {
            place,
            server,
            providers,
            issuer,
        };
        town.control(&json!({
            "redirect": [format!("{}/api/v1/session/openid/callback", town.server.url())],
            "back": [format!("{}/login", town.server.url())],
            "people": {
                "s-wang": {"preferred_username": "wang", "name": "王芳"},
                "s-li": {"preferred_username": "li", "name": "李强"},
                "s-nobody": {"preferred_username": "nobody", "name": "无名"},
                "s-root": {"preferred_username": "root", "name": "系统管理员"},
                "s-other": {"preferred_username": "li", "name": "李强"},
            },
        }));
        town
    }

    fn control(&self, what: &Value) {
        self.browse_with("tell", &json!({"what": what}));
    }

    /// What a function of the script beside this file answers.
    fn browse(&self, function: &str) -> Value {
        self.browse_with(function, &json!({}))
    }

    fn browse_with(&self, function: &str, more: &Value) -> Value {
        let key = std::fs::read_to_string(self.place.path("data/local.key")).unwrap();
        let mut line = json!({
            "city": self.server.url(),
            "issuer": self.issuer,
            "control": self.providers.control,
            "key": key.trim(),
            "password": PASSWORD,
        });
        for (name, value) in more.as_object().unwrap() {
            line[name] = value.clone();
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/openid.py");
        let mut child = Command::new(std::env::var("YANDU_TEST_PYTHON").unwrap())
            .arg(script)
            .arg(function)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(line.to_string().as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let problems = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{problems}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn serve(place: &Place, issuer: &str, settings: &[&str]) -> Server {
    let mut arguments = vec![
        "--set".to_owned(),
        format!("openid.issuer={issuer}"),
        "--set".to_owned(),
        "openid.client_id=yandu".to_owned(),
        "--set".to_owned(),
        "openid.client_secret_file=secret".to_owned(),
        "--set".to_owned(),
        "openid.account_claim=preferred_username".to_owned(),
    ];
    for setting in settings {
        arguments.push("--set".to_owned());
        arguments.push((*setting).to_owned());
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    place.serve_with(&arguments)
}

fn post(server: &Server, path: &str, body: &Value, status: u16) -> Value {
    let path = format!("/api/v1{path}");
    let (answered, text) = server.post(&path, "application/json", &body.to_string());
    assert_eq!(answered, status, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn somebody_signs_in_and_has_the_session_that_a_password_makes() {
    let Some(mut town) = Town::new(&[]) else {
        return;
    };
    let answer = town.browse("success");
    assert_eq!(answer["provider"], json!(["统一身份认证", true, true]));
    assert_eq!(answer["status"], 303);
    assert_eq!(answer["location"], "/account?tab=sights");
    assert_eq!(
        answer["session_cookie"],
        "Path=/; HttpOnly; SameSite=Strict"
    );
    assert_eq!(
        answer["attempt_cookies"],
        json!(["Path=/api/v1/session/openid; HttpOnly; SameSite=Lax; Max-Age=0"])
    );
    assert_eq!(answer["session"], json!(["session", "wang", "openid"]));
    assert_eq!(
        answer["events"],
        json!([["login", "openid"], ["identity-linked", null]])
    );
    assert_eq!(answer["identity"], json!(["s-wang", "王芳", "(provider)"]));
    assert_eq!(answer["typed"], json!(["session", "wang", "password"]));
    assert_eq!(answer["end"], "/session/end");
    assert_eq!(answer["end_page"], 200);
    assert_eq!(answer["after"], json!(["visitor", null, null]));
    let log = town.server.stop();
    for secret in [town.providers.secret.as_str(), "code=", "state=", "ys_"] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[test]
fn one_comes_back_to_a_place_of_the_city_and_no_other() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("places"),
        json!(["/", "/", "/", "/plans/2025?x=1#here"])
    );
}

#[test]
fn somebody_unknown_is_refused_and_an_account_is_made_only_where_the_site_says_so() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    let refused = "/login?refused=openid-unknown&to=%2Fplans";
    assert_eq!(town.browse("unknown"), json!([refused, refused]));
    drop(town);
    let Some(town) = Town::new(&["openid.unknown=create"]) else {
        return;
    };
    assert_eq!(town.browse("unknown"), json!(["/plans", refused]));
}

#[test]
fn an_attempt_and_a_code_are_used_once() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    let visitor = json!(["visitor", null, null]);
    assert_eq!(
        town.browse("replayed"),
        json!([
            "/",
            "/login?refused=openid-attempt&to=%2F",
            "/login?refused=openid-refused&to=%2F",
            visitor,
            visitor
        ])
    );
}

#[test]
fn an_attempt_is_finished_by_the_browser_that_began_it() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    let refused = "/login?refused=openid-attempt&to=%2F";
    assert_eq!(
        town.browse("other_browser"),
        json!([
            refused,
            refused,
            refused,
            refused,
            ["visitor", null, null],
            "/",
            ["session", "li", "openid"]
        ])
    );
    assert_eq!(
        town.browse("elsewhere"),
        json!(["cross-origin", "cross-origin", 0])
    );
}

#[test]
fn a_disabled_account_loses_its_sessions_and_stays_shut() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("disabled"),
        json!([
            200,
            "/",
            ["visitor", null, null],
            "/login?refused=account-status&to=%2F"
        ])
    );
}

#[test]
fn a_name_that_is_taken_at_the_provider_opens_nobody_elses_account() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("renamed"),
        json!([
            "/",
            "/login?refused=openid-taken&to=%2F",
            ["visitor", null, null],
            ["session", "wang", "openid"]
        ])
    );
}

#[test]
fn an_account_is_linked_by_its_owner_or_an_administrator_and_the_link_is_taken_away() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("linked"),
        json!([
            "/account?tab=identities&confirm=yes",
            [
                [[], "s-other"],
                "login-refused",
                [[], "s-other"],
                201,
                [["s-other"], null]
            ],
            ["session", "li", "openid"],
            ["s-other"],
            204,
            "/login?refused=openid-unknown&to=%2F",
            "/account?tab=identities&refused=openid-attempt",
            [],
            201,
            ["session", "li", "openid"],
            "login-needed"
        ])
    );
}

#[test]
fn a_linking_that_somebody_has_left_in_a_browser_links_nobody_who_comes_after() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    let nobody = json!([[], null]);
    let confirm = "/account?tab=identities&confirm=yes";
    assert_eq!(
        town.browse("left_behind"),
        json!([
            [
                nobody,
                "openid-attempt",
                confirm,
                nobody,
                "openid-attempt",
                [[], "s-other"],
                204,
                nobody,
                "openid-attempt"
            ],
            [],
            []
        ])
    );
    drop(town);
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("proved_twice"),
        json!([
            "second-factor-needed",
            "login-refused",
            201,
            [["s-other"], null]
        ])
    );
}

#[test]
fn an_account_is_linked_to_nobody_but_whom_its_owner_was_shown() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    let other = json!([[], "s-other"]);
    assert_eq!(
        town.browse("replaced"),
        json!([
            "s-li",
            other,
            "openid-changed",
            "openid-changed",
            other,
            201,
            [["s-other"], null]
        ])
    );
}

#[test]
fn a_citizen_signs_in_at_the_provider_without_scripts() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    let answer = town.browse("without_scripts");
    assert_eq!(answer["offered"], json!([200, true]));
    assert_eq!(
        answer["leading"],
        json!([200, ["form-action 'self'"], "same-origin"])
    );
    assert_eq!(
        answer["arrived"],
        json!([
            "/mine/arrived?to=%2Fmine%3Flang%3Den&lang=en",
            "/mine?lang=en"
        ])
    );
    assert_eq!(answer["session"], json!(["session", "wang", "openid"]));
    assert_eq!(answer["mine"], true);
    assert_eq!(
        answer["left"],
        json!(["/mine?left=openid&lang=en", true, true])
    );
    assert_eq!(answer["after"], json!(["visitor", null, null]));
}

#[test]
fn a_page_without_scripts_says_why_the_provider_lets_nobody_in() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("without_scripts_refused"),
        json!([
            403,
            403,
            "cross-origin",
            [],
            "/mine?refused=openid-unknown&to=%2Fmine",
            [200, true],
            [false, ""],
            "0; url=/mine",
            [504, true, true]
        ])
    );
}

#[test]
fn a_page_without_scripts_asks_for_the_second_factor_after_the_provider() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("without_scripts_code"),
        json!([
            "/mine?openid=code&to=%2Fmine%2Fgrants%2FG1",
            ["visitor", null, null],
            [401, true],
            [303, "/mine/grants/G1"],
            ["session", "wang", "openid"],
            [403, true]
        ])
    );
}

#[test]
fn a_second_factor_is_asked_for_after_the_provider() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("second_factor"),
        json!([
            "/login?openid=code&to=%2Fplans",
            "visitor",
            "login-refused",
            200,
            ["session", "wang", "openid"],
            "openid-attempt"
        ])
    );
    drop(town);
    let Some(town) = Town::with_liar(&["openid.second_factors=mfa"]) else {
        return;
    };
    assert_eq!(
        town.browse("strong"),
        json!(["/login?openid=code&to=%2F", "/"])
    );
}

#[test]
fn keys_may_change_and_a_provider_may_be_away() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(town.browse("rotated"), json!(["/", "/"]));
    assert_eq!(
        town.browse("down"),
        json!([
            504,
            "openid-silent",
            false,
            200,
            "/login?refused=openid-silent&to=%2F",
            "/"
        ])
    );
}

#[test]
fn the_city_starts_without_its_provider_and_not_with_a_wrong_setting() {
    let place = Place::with_pack();
    place.write("secret", "s3cret-of-the-client\n");
    let mut server = serve(&place, "http://127.0.0.1:9", &[]);
    let (status, body) = server.post("/api/v1/session/openid", "application/json", "{}");
    assert_eq!(
        (status, body.contains("openid-silent")),
        (504, true),
        "{body}"
    );
    let log = server.stop();
    assert!(log.contains("nobody can sign in at the provider"), "{log}");
    assert!(!log.contains("s3cret"), "{log}");
    let run = place
        .yandu(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--set",
            "openid.issuer=http://sso.example.gov.cn",
        ])
        .fails();
    assert!(
        run.stderr
            .contains("`openid.client_secret_file` is missing"),
        "{}",
        run.stderr
    );
    let mut server = place.serve();
    let (status, body) = server.post("/api/v1/session/openid", "application/json", "{}");
    assert_eq!((status, body.contains("openid-off")), (404, true), "{body}");
    server.stop();
}

#[test]
fn nothing_that_a_provider_lies_about_lets_anybody_in() {
    let Some(town) = Town::with_liar(&[]) else {
        return;
    };
    let lies = [
        "none",
        "hs256",
        "confused",
        "stolen",
        "changed",
        "expired",
        "issuer",
        "audience",
        "audiences",
        "azp",
        "nonce",
        "no-nonce",
        "no-subject",
        "no-token",
        "at-hash",
        "mixed-up",
    ];
    let mut modes = vec!["good", "rotated", "elliptic", "refused"];
    modes.extend(lies);
    let answers = town.browse_with("lies", &json!({"modes": modes}));
    for honest in ["good", "rotated", "elliptic"] {
        assert_eq!(answers[honest], json!(["/", "wang"]), "{honest}");
    }
    assert_eq!(answers["refused"], json!(["openid-refused&to=%2F", null]));
    for lie in lies {
        assert_eq!(answers[lie], json!([NOT_BELIEVED, null]), "{lie}");
    }
    // What was read before is good for a moment.
    std::thread::sleep(std::time::Duration::from_secs(6));
    let answers = town.browse_with("lies", &json!({"modes": ["discovery"]}));
    assert_eq!(answers["discovery"], "openid-silent");
}
