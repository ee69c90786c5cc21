//! The PostgreSQL protocol, spoken by clients that nobody here wrote. `make test` installs them.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Place, Server, certificate};

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
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(arguments: &[&str]) -> Self {
        Self::listening(&[&["--pg-listen", "127.0.0.1:0"], arguments].concat())
    }

    pub(crate) fn listening(arguments: &[&str]) -> Self {
        let place = Place::with_pack();
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
    fn grant_twice(&self) {
        let grant = json!({
            "to": {"kind": "service", "id": "bridge"},
            "dataset": "club.hidden",
            "up_to": "general-4",
            "purpose": "试验",
            "until": Town::tomorrow(),
            "uses": 2,
            "ways": ["interface"],
        });
        let (status, body) =
            self.server
                .post("/api/v1/grants", "application/json", &grant.to_string());
        assert_eq!(status, 201, "{body}");
    }

    pub(crate) fn revoke(&self) {
        let id = self.token["token"]["id"].as_str().unwrap();
        let path = format!("/api/v1/accounts/bridge/tokens/{id}");
        assert_eq!(self.server.delete(&path).0, 204);
    }

    fn line(&self) -> Value {
        let address = self.server.postgres.as_deref().unwrap();
        let (host, port) = address.rsplit_once(':').unwrap();
        json!({
            "host": host,
            "port": port,
            "user": self.token["token"]["login"],
            "password": self.token["secret"],
        })
    }

    /// What a function of the script beside this file answers; `None` where its clients are not installed.
    fn client(&self, function: &str) -> Option<Value> {
        self.client_as(function, &self.line())
    }

    fn client_as(&self, function: &str, line: &Value) -> Option<Value> {
        self.script("postgres.py", function, line)
    }

    /// What a function of a script in this folder answers to a line; `None` where its clients are not installed.
    pub(crate) fn script(&self, script: &str, function: &str, line: &Value) -> Option<Value> {
        let Ok(python) = std::env::var("YANDU_TEST_PYTHON") else {
            eprintln!(
                "skipped: YANDU_TEST_PYTHON names no Python with the clients; `make test` does"
            );
            return None;
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/cli")
            .join(script);
        let mut child = Command::new(python)
            .arg(script)
            .arg(function)
            .current_dir(self.place.path(""))
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
        let answer = output.stdout.as_slice();
        Some(serde_json::from_slice(answer).unwrap_or_else(|_| panic!("{problems}")))
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

#[test]
fn psycopg_reads_values_of_every_type_as_text_and_in_binary() {
    let town = Town::new();
    let Some(answer) = town.client("psycopg_values") else {
        return;
    };
    assert_eq!(answer["text"], reading_rows());
    assert_eq!(answer["binary"], reading_rows());
    assert_eq!(
        answer["types"],
        json!([20, 25, 1700, 701, 16, 1082, 1083, 1114])
    );
    assert_eq!(answer["amount"], json!([12, 2]));
    assert_eq!(answer["array"], json!([[1, 2, null], ["a,b", "城"]]));
}

#[test]
fn psycopg_gives_values_of_every_type_and_gets_them_back() {
    let town = Town::new();
    let Some(wrong) = town.client("psycopg_parameters") else {
        return;
    };
    assert_eq!(wrong, json!([]));
}

#[test]
fn cursors_give_as_many_rows_as_are_fetched() {
    let town = Town::new();
    let Some(answer) = town.client("psycopg_cursors") else {
        return;
    };
    assert_eq!(
        answer,
        json!({
            "sum": 500_500,
            "fetches": [2, 1, 0],
            "fetched": [[1], [2]],
            "moved": "MOVE 1",
            "rest": "FETCH 0",
            "after": "34000",
        })
    );
}

#[test]
fn faults_have_the_states_of_postgresql_and_transactions_know_of_them() {
    let town = Town::new();
    let Some(answer) = town.client("psycopg_faults") else {
        return;
    };
    assert_eq!(
        answer["states"],
        json!({
            "SELEKT 1": "42601",
            "SELECT * FROM club.nowhere": "42P01",
            "SELECT * FROM club.hidden": "42P01",
            "SELECT nothing FROM club.member": "42703",
            "SELECT frobnicate(1)": "42883",
            "SELECT 1 / 0": "22012",
            "INSERT INTO club.member VALUES (1)": "25006",
            "CREATE TABLE x (y int)": "25006",
            "COPY club.member TO STDOUT": "0A000",
            "SET client_encoding TO 'GBK'": "22023",
            "SHOW nothing_like_it": "42704",
            "EXPLAIN ANALYZE SELECT 1": "42501",
            "SELECT * FROM information_schema.df_settings": "42000",
        })
    );
    assert_eq!(answer["position"], "8");
    assert_eq!(answer["message"], "there is no column `nothing`");
    let statuses = [
        "IDLE", "INTRANS", "22012", "25P02", "INERROR", "IDLE", "IDLE",
    ];
    assert_eq!(answer["statuses"], json!(statuses));
}

#[test]
fn a_question_is_stopped_by_its_client_and_the_connection_goes_on() {
    let town = Town::new();
    let Some(answer) = town.client("psycopg_cancel") else {
        return;
    };
    assert_eq!(answer["state"], "57014");
    assert_eq!(answer["after"], 1);
    assert_eq!(answer["timeout"], "57014");
}

#[test]
fn a_wrong_secret_and_a_name_that_nobody_has_are_turned_away_alike() {
    let town = Town::new();
    let Some(answer) = town.client("logins") else {
        return;
    };
    assert_eq!(answer, json!(vec!["the name or the secret is wrong"; 5]));
}

#[test]
fn masks_and_conditions_on_rows_hold_and_the_local_administrator_sees_all() {
    let town = Town::new();
    let Some(answer) = town.client("read_once") else {
        return;
    };
    assert_eq!(answer, json!([["1", "王*", 30], ["4", "赵*", 39]]));
    let key = std::fs::read_to_string(town.place.path("data/local.key")).unwrap();
    let mut line = town.line();
    line["user"] = json!("local-administrator");
    line["password"] = json!(key);
    let whole = town.client_as("read_once", &line).unwrap();
    assert_eq!(
        whole,
        json!([
            ["1", "王芳", 30],
            ["2", "李强", 50],
            ["3", "张伟", null],
            ["4", "赵云", 39]
        ])
    );
}

#[test]
fn a_token_that_is_not_for_reading_does_not_log_in() {
    let mut town = Town::new();
    town.token = town.new_token(&["deliver"]);
    let Some(answer) = town.client("read_once") else {
        return;
    };
    assert_eq!(answer, "the token is not for this");
}

#[test]
fn a_token_that_is_revoked_ends_what_it_reads_and_its_connections() {
    let town = Town::new();
    let answer = std::thread::scope(|scope| {
        let asking = scope.spawn(|| town.client("revoked"));
        let mark = town.place.path("asking");
        for _ in 0..400 {
            if mark.exists() || asking.is_finished() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        // The question is under way.
        std::thread::sleep(std::time::Duration::from_millis(500));
        town.revoke();
        asking.join().unwrap()
    });
    let Some(answer) = answer else {
        return;
    };
    assert_eq!(answer["running"], "28000");
    for later in ["next", "idle"] {
        let told = answer[later].as_str();
        assert!(
            matches!(told, Some("28000" | "OperationalError")),
            "{answer}"
        );
    }
    assert_eq!(answer["login"], "the name or the secret is wrong");
}

#[test]
fn catalogues_name_what_may_be_seen_and_nothing_else() {
    let town = Town::new();
    let Some(answer) = town.client("catalogues") else {
        return;
    };
    let told = answer.to_string();
    assert!(
        !told.contains("hidden") || !told.contains("\"hidden\""),
        "{told}"
    );
    let of = |sql: &str| answer[sql].clone();
    assert_eq!(
        of("SELECT relname FROM pg_class ORDER BY 1"),
        json!([["member"], ["reading"]])
    );
    assert_eq!(
        of("SELECT table_schema, table_name FROM information_schema.tables ORDER BY 1, 2"),
        json!([["club", "member"], ["club", "reading"]])
    );
    assert_eq!(
        of("SELECT obj_description('club.member'::regclass, 'pg_class')"),
        json!([["会员"]])
    );
    assert_eq!(
        of(
            "SELECT to_regclass('club.hidden'), has_table_privilege('club.member', 'SELECT'), has_table_privilege('club.member', 'INSERT')"
        ),
        json!([[null, true, false]])
    );
    assert_eq!(
        of(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'reading' ORDER BY ordinal_position"
        )[2],
        json!(["amount", "numeric"])
    );
    assert_eq!(answer["path"], 2);
}

#[test]
fn psql_describes_what_it_sees() {
    let town = Town::new();
    let Some(answer) = town.client("psql_walk") else {
        return;
    };
    let told = |command: &str| {
        let [code, stdout, stderr] = answer[command].as_array().unwrap().as_slice() else {
            panic!("{answer}");
        };
        assert_eq!(stderr, "", "{command}");
        assert_eq!(code, 0, "{command}");
        stdout.as_str().unwrap().to_owned()
    };
    assert!(told(r"\dn").contains("club|"));
    assert_eq!(told(r"\dt club.*").lines().count(), 2);
    assert!(told(r"\d club.member").contains("age|bigint"));
    assert!(told(r"\d+ club.reading").contains("numeric(12,2)"));
    assert!(told(r"\l").contains("yandu|"));
    assert!(told(r"\du").starts_with("bridge_"));
    assert_eq!(
        told("SELECT name, age FROM club.member ORDER BY number"),
        "王*|30\n赵*|39\n"
    );
    assert_eq!(
        told("SELECT 1; SELECT count(*) FROM club.reading"),
        "1\n3\n"
    );
    assert_eq!(told(""), "");
    let hidden = answer["SELECT * FROM club.hidden"][2].as_str().unwrap();
    let nowhere = answer["SELECT * FROM club.nowhere"][2].as_str().unwrap();
    assert!(hidden.contains("LINE 1"), "{hidden}");
    let same = |text: &str| text.split('^').next().unwrap().replace("hidden", "nowhere");
    assert_eq!(same(hidden), same(nowhere));
}

#[test]
fn asyncpg_prepares_fetches_and_gives_up() {
    let town = Town::new();
    let Some(answer) = town.client("asyncpg_walk") else {
        return;
    };
    assert_eq!(answer["rows"], reading_rows());
    assert_eq!(answer["found"], json!([1]));
    assert_eq!(answer["prepared"], json!([42, null, [1, null]]));
    assert_eq!(answer["cursor"], json!([250, 250]));
    assert_eq!(answer["hidden"], "42P01");
    assert_eq!(answer["late"], 1);
}

#[test]
fn sqlalchemy_reflects_datasets_and_reads_them() {
    let town = Town::new();
    let Some(answer) = town.client("sqlalchemy_walk") else {
        return;
    };
    assert_eq!(
        answer["schemas"],
        json!(["club", "information_schema", "public"])
    );
    assert_eq!(answer["tables"], json!(["member", "reading"]));
    assert_eq!(answer["columns"][2], json!(["amount", "NUMERIC(12, 2)"]));
    assert_eq!(answer["comment"], "会员");
    assert_eq!(answer["has"], json!([true, false]));
    assert_eq!(answer["rows"], json!([[1, "盐城市亭湖区"]]));
    assert_eq!(answer["count"], 3);
}

#[test]
fn dbt_tests_a_source_and_shows_it() {
    let town = Town::new();
    let Some(answer) = town.client("dbt_walk") else {
        return;
    };
    let told = |name: &str| answer[name][1].as_str().unwrap().to_owned();
    assert_eq!(answer["debug"][0], 0, "{}", told("debug"));
    assert!(told("debug").contains("All checks passed!"));
    // One test of three fails, because a place is missing.
    assert_eq!(answer["test"][0], 1, "{}", told("test"));
    assert!(
        told("test").contains("PASS=2 WARN=0 ERROR=1"),
        "{}",
        told("test")
    );
    assert_eq!(answer["show"][0], 0, "{}", told("show"));
    assert!(told("show").contains("盐城市亭湖区"), "{}", told("show"));
}

#[test]
fn odbc_lists_and_reads() {
    let town = Town::new();
    let Some(answer) = town.client("odbc_walk") else {
        return;
    };
    if answer.is_null() {
        eprintln!("skipped: the ODBC driver of PostgreSQL is not installed; `make test` does");
        return;
    }
    assert_eq!(answer["tables"], json!(["member", "reading"]));
    assert_eq!(answer["columns"][2], json!(["age", "int8"]));
    assert_eq!(
        answer["rows"],
        json!([[1, "盐城市亭湖区", "1234.50", "2024-02-29"]])
    );
    assert_eq!(answer["hidden"], "42P01");
}

#[test]
fn jdbc_lists_prepares_and_fetches() {
    const DRIVER: &str = "/usr/share/java/postgresql.jar";
    let is_there =
        Path::new(DRIVER).is_file() && Command::new("java").arg("-version").output().is_ok();
    if !is_there {
        eprintln!("skipped: Java and the JDBC driver are not installed; `make test` does");
        return;
    }
    let town = Town::new();
    let line = town.line();
    let text = |name: &str| line[name].as_str().unwrap().to_owned();
    let url = format!("jdbc:postgresql://{}:{}/yandu", text("host"), text("port"));
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/Jdbc.java");
    let output = Command::new("java")
        .args(["-Dstdout.encoding=UTF-8", "-cp", DRIVER, program, &url])
        .args([text("user"), text("password")])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        told,
        "tables [member, reading]\ncolumns number:text name:text age:int8\nkeys 0 types true\n\
         row 1 盐城市亭湖区 1234.50 2024-02-29 true\nsum 500500\nfault 42P01\nfault 25006\n"
    );
}

#[test]
fn a_certificate_encrypts_the_line_and_is_verified() {
    let place = Place::with_pack();
    certificate(&place, "certificate");
    certificate(&place, "other");
    let path = |name: &str| place.path(name).to_string_lossy().into_owned();
    let certificate = format!("tls.certificate={}", path("certificate.pem"));
    let key = format!("tls.key={}", path("certificate-key.pem"));
    let town = Town::with(&["--set", &certificate, "--set", &key]);
    for name in ["certificate.pem", "other.pem"] {
        std::fs::copy(place.path(name), town.place.path(name)).unwrap();
    }
    let Some(answer) = town.client("encrypted") else {
        return;
    };
    assert_eq!(
        answer,
        json!({
            "verify-ca": [true, 1],
            "verify-full": [true, 1],
            "disable": [false, 1],
            "other": true,
        })
    );
}

#[test]
fn without_a_certificate_only_this_machine_is_served() {
    let place = Place::with_pack();
    let refused = place
        .yandu(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--pg-listen",
            "0.0.0.0:0",
        ])
        .fails();
    assert!(
        refused
            .stderr
            .contains("can be reached from other machines"),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.contains("tls.certificate"),
        "{}",
        refused.stderr
    );
    let half = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--pg-listen",
        "127.0.0.1:0",
        "--set",
        "tls.key=x",
    ];
    let refused = place.yandu(&half).fails();
    assert!(
        refused.stderr.contains("a certificate needs its key"),
        "{}",
        refused.stderr
    );
}

#[test]
fn there_are_no_more_connections_than_there_may_be() {
    let town = Town::with(&["--set", "pg_connections=2"]);
    let Some(answer) = town.client("crowd") else {
        return;
    };
    assert_eq!(answer, "there are too many connections");
}

#[test]
fn a_stop_ends_connections_and_no_secret_is_in_the_log() {
    let mut town = Town::new();
    let secret = town.token["secret"].as_str().unwrap().to_owned();
    if town.client("read_once").is_none() {
        return;
    }
    let address = town.server.postgres.clone().unwrap();
    // Somebody who says nothing, and somebody who says nonsense.
    let silent = std::net::TcpStream::connect(&address).unwrap();
    let mut wild = std::net::TcpStream::connect(&address).unwrap();
    wild.write_all(&[0, 0, 0, 9, 0, 3, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])
        .unwrap();
    let log = town.server.stop();
    drop((silent, wild));
    assert!(!log.contains(&secret), "{log}");
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn a_statement_that_is_asked_again_by_key_shows_what_may_be_seen_now() {
    let mut town = Town::with(&["--log", "info,yandu_pgwire=debug"]);
    let before = json!([["1", "王*", 30]]);
    let answer = std::thread::scope(|scope| {
        let asking = scope.spawn(|| town.client("repeated"));
        while !town.place.path("asked").exists() && !asking.is_finished() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let written = town.server.post(
            "/api/v1/datasets/club.member/rows",
            "application/json",
            r#"{"number": "1", "name": "欧阳锋", "age": 31}"#,
        );
        assert_eq!(written.0, 201, "{}", written.1);
        town.place.write("go", "");
        asking.join().unwrap()
    });
    let Some(answer) = answer else {
        return;
    };
    let fourth = json!([["4", "赵*", 39]]);
    let after = json!([["1", "欧**", 31]]);
    // Whoever is older is hidden, and nobody has no number.
    assert_eq!(
        answer,
        json!([before, before, [], fourth, [], [], before, after])
    );
    let log = town.server.stop();
    let looked = log.lines().filter(|line| line.contains("rows looked up"));
    // The first time is not; whether one without a value is the same statement is up to the client.
    assert!((6..=7).contains(&looked.count()), "{log}");
}

#[test]
fn a_look_up_by_key_is_a_use_of_a_grant() {
    let town = Town::new();
    town.grant_twice();
    let Some(answer) = town.client("repeated_under_grant") else {
        return;
    };
    assert_eq!(answer, json!([[["x"]], [["x"]], "42501", "42501"]));
}

#[test]
fn a_grant_is_used_as_often_as_it_says() {
    let town = Town::new();
    town.grant_twice();
    let Some(answer) = town.client("counted") else {
        return;
    };
    // Looking at columns is no use, and neither is a question that fails.
    assert_eq!(answer, json!(["22012", "x", "x", "42501"]));
    let uses = town.server.get("/api/v1/grants").1;
    assert!(uses.contains("\"used\":2"), "{uses}");
}
