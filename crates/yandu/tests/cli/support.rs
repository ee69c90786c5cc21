//! A place of its own for each test: a pack, a data folder, and the built program.

use std::hash::{BuildHasher, Hasher};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

const PACK: &str = "pack: club\nversion: 0.1.0\ntitle: {zh: 社团}\n";
pub(crate) const MEMBER: &str = "\
dataset: club.member
title: {zh: 会员, en: Member}
owner: 市民政局
origin: collect
sharing: {class: unconditional}
opening: open
refresh: daily
key: [number]
columns:
  number: {title: {zh: 会员号}, type: text}
  name: {title: {zh: 姓名}, standard: name, from: [会员姓名]}
  age: {title: {zh: 年龄}, type: integer, required: false}
checks:
  - {name: age-range, title: {zh: 年龄超出范围}, column: age, between: [0, 150]}
";
const SOURCE: &str = "\
source: club.member_export
title: {zh: 会员名册}
dataset: club.member
mode: upsert
channel: {folder: {path: inbox/club, pattern: '*.csv'}}
";

pub(crate) struct Place {
    folder: TempDir,
}

/// A number of the environment.
pub(crate) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// A fresh seed, or that of `YANDU_SEED`.
pub(crate) fn seed() -> u64 {
    number("YANDU_SEED").unwrap_or_else(|| {
        let hasher = std::collections::hash_map::RandomState::new();
        hasher.build_hasher().finish() >> 32
    })
}

/// Of three members one is older than people get.
pub(crate) const ROLL: &str = "number,会员姓名,age\n1,王芳,30\n2,李强,200\n3,张伟,31\n";

/// A place with a file of members that nobody has collected.
pub(crate) fn walk() -> Place {
    let place = Place::with_pack();
    place.write("roll.csv", ROLL);
    place
}

/// A run of the program, ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self
    }

    pub(crate) fn fails(self) -> Self {
        assert_eq!(self.code, 1, "{}{}", self.stdout, self.stderr);
        self
    }

    /// The one JSON object on stdout.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(
            self.stdout.lines().count(),
            1,
            "{}{}",
            self.stdout,
            self.stderr
        );
        serde_json::from_str(&self.stdout).unwrap()
    }
}

impl Place {
    pub(crate) fn with_pack() -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        place.write("packs/club/pack.yaml", PACK);
        place.write("packs/club/datasets/member.yaml", MEMBER);
        place.write("packs/club/sources/member_export.yaml", SOURCE);
        place
    }

    /// A place with the packs of the repository.
    pub(crate) fn with_shipped_packs() -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
        std::os::unix::fs::symlink(packs, place.path("packs")).unwrap();
        place
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn command(&self) -> Command {
        self.command_in("data")
    }

    /// A run of the program with a data folder of that name.
    fn command_in(&self, data: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yandu"));
        command
            .current_dir(self.folder.path())
            .args(["--data", data]);
        // The environment of the one who runs the tests is not part of them.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("YANDU_") {
                command.env_remove(name);
            }
        }
        command
    }

    pub(crate) fn yandu(&self, arguments: &[&str]) -> Run {
        run(self.command().args(arguments), "")
    }

    /// The same with another data folder.
    pub(crate) fn yandu_in(&self, data: &str, arguments: &[&str]) -> Run {
        run(self.command_in(data).args(arguments), "")
    }

    pub(crate) fn with_stdin(&self, arguments: &[&str], stdin: &str) -> Run {
        run(self.command().args(arguments), stdin)
    }

    pub(crate) fn with_environment(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        run(
            self.command()
                .args(arguments)
                .envs(environment.iter().copied()),
            "",
        )
    }

    pub(crate) fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    pub(crate) fn serve_with(&self, arguments: &[&str]) -> Server {
        self.start(&[&["serve", "--listen", "127.0.0.1:0"], arguments].concat())
    }

    /// Starts what listens, and says where in its first line.
    pub(crate) fn start(&self, arguments: &[&str]) -> Server {
        let mut child = self
            .command()
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let is_encrypted = arguments.iter().any(|one| one.starts_with("tls.listen="));
        let is_postgres = arguments.contains(&"--pg-listen");
        let is_flight = arguments.contains(&"--flight-listen");
        // Each place that it listens at has a line of its own.
        let mut others = String::new();
        for _ in [is_encrypted, is_postgres, is_flight]
            .iter()
            .filter(|is_wanted| **is_wanted)
        {
            stdout.read_line(&mut others).unwrap();
        }
        let at = |scheme: &str| {
            let mut lines = others.lines().filter_map(|line| line.split_once(scheme));
            lines.next().map(|(_, address)| address.trim().to_owned())
        };
        let mut words = others.split_whitespace();
        let flight = words.find(|word| word.starts_with("grpc"));
        // Read all the while, or a full pipe would hold the server up.
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let log = Arc::new(Mutex::new(String::new()));
        let told = Arc::clone(&log);
        let reading = std::thread::spawn(move || {
            for line in stderr.lines() {
                let mut log = told.lock().unwrap();
                log.push_str(&line.unwrap());
                log.push('\n');
            }
        });
        let Some((_, address)) = line.trim().split_once("http://") else {
            let _ = child.kill();
            reading.join().unwrap();
            panic!("no address in `{line}`: {}", log.lock().unwrap());
        };
        Server {
            address: address.to_owned(),
            encrypted: at("https://"),
            postgres: at("postgresql://"),
            flight: flight.map(ToOwned::to_owned),
            child,
            log,
            reading: Some(reading),
        }
    }
}

/// The Python with the clients that nobody here wrote; `None` where it is not installed.
pub(crate) fn python() -> Option<String> {
    let python = std::env::var("YANDU_TEST_PYTHON").ok();
    if python.is_none() {
        eprintln!("skipped: YANDU_TEST_PYTHON names no Python with the clients; `make test` does");
    }
    python
}

/// A script in this folder, about to be run; `None` where its clients are not installed.
pub(crate) fn script(name: &str) -> Option<Command> {
    let mut command = Command::new(python()?);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    command.arg(folder.join(name));
    Some(command)
}

/// The JSON that a script answers to a line on its stdin.
pub(crate) fn answer(script: &mut Command, line: &str) -> Value {
    let run = run(script, line);
    assert_eq!(run.code, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr))
}

fn run(command: &mut Command, stdin: &str) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its stdin may be gone already.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A server under way, killed with the test.
pub(crate) struct Server {
    address: String,
    /// Where encrypted HTTP listens, when it was asked for.
    pub(crate) encrypted: Option<String>,
    /// Where the PostgreSQL protocol listens, when it was asked for.
    pub(crate) postgres: Option<String>,
    /// Where Arrow Flight SQL listens, with its scheme, when it was asked for.
    pub(crate) flight: Option<String>,
    child: Child,
    log: Arc<Mutex<String>>,
    reading: Option<std::thread::JoinHandle<()>>,
}

/// The first lines of a request with a body.
fn posted(path: &str, media_type: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n")
}

impl Server {
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        self.ask(&format!("GET {path} HTTP/1.1\r\n"), "")
    }

    pub(crate) fn post(&self, path: &str, media_type: &str, body: &str) -> (u16, String) {
        self.ask(&posted(path, media_type, body), body)
    }

    /// What is answered to JSON from whoever shows a token.
    pub(crate) fn post_as(&self, token: &str, path: &str, body: &str) -> (u16, String) {
        let head = posted(path, "application/json", body);
        self.ask(&format!("{head}Authorization: Bearer {token}\r\n"), body)
    }

    pub(crate) fn delete(&self, path: &str) -> (u16, String) {
        self.ask(&format!("DELETE {path} HTTP/1.1\r\n"), "")
    }

    /// A request as it goes over the wire, so that no client of ours stands between.
    fn ask(&self, head: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "{head}Host: {}\r\nConnection: close\r\n\r\n{body}",
            self.address
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|end| end == b"\r\n\r\n");
        let (head, body) = answer.split_at(end.unwrap());
        let (head, body) = (str::from_utf8(head).unwrap(), &body[4..]);
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let is_chunked = head
            .to_ascii_lowercase()
            .contains("transfer-encoding: chunked");
        let body = if is_chunked {
            joined(body)
        } else {
            body.to_vec()
        };
        (status, String::from_utf8(body).unwrap())
    }

    /// The first line of the log that has a text, which is waited for.
    pub(crate) fn told(&self, text: &str) -> String {
        let end = Instant::now() + Duration::from_mins(1);
        while Instant::now() < end {
            let log = self.log.lock().unwrap().clone();
            if let Some(line) = log.lines().find(|line| line.contains(text)) {
                return line.to_owned();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("`{text}` was not told: {}", self.log.lock().unwrap());
    }

    /// Asks the server to stop, waits until it has, and gives its log.
    pub(crate) fn stop(&mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        let status = self.child.wait().unwrap();
        self.reading.take().unwrap().join().unwrap();
        let log = self.log.lock().unwrap().clone();
        assert_eq!(status.code(), Some(0), "{log}");
        log
    }
}

/// Makes a certificate of `localhost` that nobody else has signed, with its key: `NAME.pem` and `NAME-key.pem`.
pub(crate) fn certificate(place: &Place, name: &str) {
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
        ])
        .args(["-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .arg("-keyout")
        .arg(place.path(&format!("{name}-key.pem")))
        .arg("-out")
        .arg(place.path(&format!("{name}.pem")))
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
}

/// The chunks of a body, without their sizes.
fn joined(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|end| end == b"\r\n") {
        let size = usize::from_str_radix(str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        let chunk = end + 2;
        whole.extend_from_slice(&body[chunk..chunk + size]);
        body = body.get(chunk + size + 2..).unwrap_or_default();
    }
    whole
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is gone already when it was stopped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
