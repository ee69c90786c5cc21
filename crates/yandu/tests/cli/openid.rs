//! Signing in by OpenID Connect, at a provider that nobody here wrote (npm `oidc-provider`) and at one that lies, walked through by
//! `requests`. `make test` installs them.

mod linking;
mod signing_in;
mod trusting;
mod without_scripts;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Place, Server, answer, python, script, seed};

const PASSWORD: &str = "Sunny-Weather-7";

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
        let Ok(folder) = std::env::var("YANDU_TEST_OPENID") else {
            eprintln!(
                "skipped: YANDU_TEST_OPENID names no folder with the provider; `make test` does"
            );
            return None;
        };
        python()?;
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
        let mut script = script("openid.py").unwrap();
        answer(script.arg(function), &line.to_string())
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
