//! A city of three datasets that programs read, and a token to read it with.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{self, Place, Server, certificate};

const READING: &str = "\
dataset: club.reading
title: {zh: 读数, en: Reading}
owner: 市民政局
origin: collect
sharing: {class: conditional, basis: 试验}
opening: closed
refresh: daily
key: [number]
columns:
  number: {title: {zh: 编号}, type: integer}
  place: {title: {zh: 地点}, type: text, required: false}
  amount: {title: {zh: 金额}, type: 'decimal(12,2)', required: false}
  share: {title: {zh: 占比}, type: float, required: false}
  open: {title: {zh: 开放}, type: boolean, required: false}
  day: {title: {zh: 日期}, type: date, required: false}
  clock: {title: {zh: 时刻}, type: time, required: false}
  seen_at: {title: {zh: 时间}, type: timestamp, required: false}
checks: []
";
const READINGS: &str = "\
number,place,amount,share,open,day,clock,seen_at
1,盐城市亭湖区,1234.50,0.5,true,2024-02-29,08:30:00,2026-01-01 08:00:00
2,\"O'Hara, \"\"B\"\"\",-0.05,-1.25,false,1949-10-01,23:59:59,1999-12-31 23:59:59.5
3,,,,,,,
";
const HIDDEN: &str = "\
dataset: club.hidden
title: {zh: 看不见, en: Hidden}
owner: 市民政局
origin: collect
sharing: {class: conditional, basis: 试验}
opening: closed
refresh: daily
key: [code]
columns:
  code: {title: {zh: 代码}, type: text}
checks: []
";
const MEMBER: &str = "\
dataset: club.member
title: {zh: 会员, en: Member}
owner: 市民政局
origin: collect
sharing: {class: conditional, basis: 试验}
opening: closed
refresh: daily
key: [number]
columns:
  number: {title: {zh: 会员号}, type: text, grade: general-1}
  name: {title: {zh: 姓名}, type: text, grade: general-3, mask: {keep: {first: 1}}}
  age: {title: {zh: 年龄}, type: integer, grade: general-1, required: false}
checks: []
";
const POLICIES: &str = "\
@id(\"programs-read\")
@about(\"程序读取读数\")
@up_to(\"general-4\")
permit (principal is Service, action == Action::\"read\", resource == Dataset::\"club.reading\");

@id(\"programs-members\")
@about(\"程序读取四十岁以下的会员，姓名脱敏\")
@up_to(\"general-1\")
@rows(\"age < 40\")
permit (principal is Service, action == Action::\"read\", resource == Dataset::\"club.member\");
";

/// A city that is served, and a token with which it is read.
pub(crate) struct Town {
    pub(crate) place: Place,
    pub(crate) server: Server,
    pub(crate) token: Value,
}

impl Town {
    pub(crate) fn listening(arguments: &[&str]) -> Self {
        Self::at(Place::with_pack(), arguments)
    }

    /// The same with a certificate, `certificate.pem` in its place; `other.pem` is that of somebody else.
    pub(crate) fn encrypted(arguments: &[&str]) -> Self {
        let place = Place::with_pack();
        certificate(&place, "certificate");
        certificate(&place, "other");
        let path = |name: &str| place.path(name).to_string_lossy().into_owned();
        let certificate = format!("tls.certificate={}", path("certificate.pem"));
        let key = format!("tls.key={}", path("certificate-key.pem"));
        let encrypted = ["--set", &certificate, "--set", &key];
        Self::at(place, &[arguments, &encrypted].concat())
    }

    fn at(place: Place, arguments: &[&str]) -> Self {
        place.write("packs/club/datasets/member.yaml", MEMBER);
        place.write("packs/club/datasets/reading.yaml", READING);
        place.write("packs/club/datasets/hidden.yaml", HIDDEN);
        place.write("packs/club/policies/programs.cedar", POLICIES);
        place.write("reading.csv", READINGS);
        place.write("hidden.csv", "code\nx\n");
        place.write(
            "member.csv",
            "number,name,age\n1,王芳,30\n2,李强,50\n3,张伟,\n4,赵云,39\n",
        );
        for dataset in ["reading", "hidden", "member"] {
            let file = format!("{dataset}.csv");
            let dataset = format!("club.{dataset}");
            place.yandu(&["collect", &file, "--dataset", &dataset]).ok();
        }
        let server = place.serve_with(arguments);
        let account = json!({"id": "bridge", "kind": "service", "name": "桥"});
        let (status, body) =
            server.post("/api/v1/accounts", "application/json", &account.to_string());
        assert_eq!(status, 201, "{body}");
        let mut town = Self {
            place,
            server,
            token: Value::Null,
        };
        town.token = town.new_token(&["read"]);
        town
    }

    pub(crate) fn new_token(&self, scope: &[&str]) -> Value {
        let asked = json!({"name": "test", "scope": scope, "expires_at": Self::tomorrow()});
        let path = "/api/v1/accounts/bridge/tokens";
        let asked = asked.to_string();
        let (status, body) = self.server.post(path, "application/json", &asked);
        assert_eq!(status, 201, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    pub(crate) fn tomorrow() -> String {
        let now = jiff::Timestamp::now();
        (now + jiff::SignedDuration::from_hours(24)).to_string()
    }

    /// Lets the token read the hidden dataset two times.
    pub(crate) fn grant_twice(&self) {
        let grant = json!({
            "to": {"kind": "service", "id": "bridge"},
            "dataset": "club.hidden",
            "up_to": "general-4",
            "purpose": "试验",
            "until": Self::tomorrow(),
            "uses": 2,
            "ways": ["interface"],
        });
        let grant = grant.to_string();
        let (status, body) = self
            .server
            .post("/api/v1/grants", "application/json", &grant);
        assert_eq!(status, 201, "{body}");
    }

    pub(crate) fn revoke(&self) {
        let id = self.token["token"]["id"].as_str().unwrap();
        let path = format!("/api/v1/accounts/bridge/tokens/{id}");
        assert_eq!(self.server.delete(&path).0, 204);
    }

    /// What a function of a script in this folder answers to a line; `None` where its clients are not installed.
    pub(crate) fn script(&self, script: &str, function: &str, line: &Value) -> Option<Value> {
        let mut script = support::script(script)?;
        script.arg(function).current_dir(self.place.path(""));
        Some(support::answer(&mut script, &line.to_string()))
    }

    /// What a client answers beside which something is done as soon as it makes a file, or has ended.
    pub(crate) fn beside(
        &self,
        client: impl FnOnce() -> Option<Value> + Send,
        file: &str,
        act: impl FnOnce(),
    ) -> Option<Value> {
        let file = self.place.path(file);
        std::thread::scope(|scope| {
            let asking = scope.spawn(client);
            while !file.exists() && !asking.is_finished() {
                std::thread::sleep(Duration::from_millis(20));
            }
            act();
            asking.join().unwrap()
        })
    }
}

const ROWS: &str = r#"[
    [1, "盐城市亭湖区", "1234.50", 0.5, true, "2024-02-29", "08:30:00", "2026-01-01 08:00:00"],
    [2, "O'Hara, \"B\"", "-0.05", -1.25, false, "1949-10-01", "23:59:59", "1999-12-31 23:59:59.500000"],
    [3, null, null, null, null, null, null, null]
]"#;

pub(crate) fn reading_rows() -> Value {
    serde_json::from_str(ROWS).unwrap()
}
