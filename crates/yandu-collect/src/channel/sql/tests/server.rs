//! Database servers for tests: a real one on a free port of the loopback, with a folder of its own, gone with the last
//! test that uses it.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

pub(crate) const USER: &str = "reader";
pub(crate) const PASSWORD: &str = "pa55/wörd";
const ENCODED_PASSWORD: &str = "pa55%2Fw%C3%B6rd";

#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    port: u16,
    scheme: &'static str,
    folder: tempfile::TempDir,
}

impl Server {
    /// The address of a database of the server.
    pub(crate) fn url(&self, database: &str) -> String {
        let Self { scheme, port, .. } = self;
        format!("{scheme}://{USER}:{ENCODED_PASSWORD}@127.0.0.1:{port}/{database}")
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The certificate that a PostgreSQL server shows, made for 127.0.0.1 and signed by itself.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.path().join("data/server.crt")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The shell around the server stops it when its input ends.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A PostgreSQL server; `None`, with a message, when none is installed.
pub(crate) fn postgres() -> Option<Arc<Server>> {
    static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
    let newest = std::fs::read_dir("/usr/lib/postgresql")
        .ok()
        .and_then(|versions| {
            let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
            versions
                .flatten()
                .map(|version| version.path())
                .max_by_key(number)
        });
    let Some(programs) = newest
        .map(|version| version.join("bin"))
        .filter(|bin| bin.join("initdb").exists())
    else {
        println!("skipped: no PostgreSQL server is installed");
        return None;
    };
    Some(shared(&SHARED, || {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let password = folder.path().join("password");
        std::fs::write(&password, PASSWORD).unwrap();
        let owner = give_away(folder.path(), "postgres");
        run(owner, &programs.join("initdb"), |command| {
            command
                .arg("-D")
                .arg(&data)
                .arg(format!("--pwfile={}", password.display()));
            command.args([
                "-U",
                USER,
                "-A",
                "scram-sha-256",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ]);
        });
        // Its package needs openssl too.
        run(owner, Path::new("openssl"), |command| {
            command
                .args([
                    "req",
                    "-new",
                    "-x509",
                    "-nodes",
                    "-days",
                    "2",
                    "-subj",
                    "/CN=127.0.0.1",
                ])
                .args(["-addext", "subjectAltName=IP:127.0.0.1"])
                .args(["-addext", "basicConstraints=critical,CA:FALSE"])
                .arg("-keyout")
                .arg(data.join("server.key"))
                .arg("-out")
                .arg(data.join("server.crt"));
        });
        serve(folder, owner, "postgres", |port| {
            let port = port.to_string();
            let mut words: Vec<String> = vec![programs.join("postgres").display().to_string()];
            words.extend([
                "-D".to_owned(),
                data.display().to_string(),
                "-p".to_owned(),
                port,
            ]);
            for setting in [
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "fsync=off",
                "ssl=on",
                "shared_buffers=64MB",
            ] {
                words.extend(["-c".to_owned(), setting.to_owned()]);
            }
            words
        })
    }))
}

/// A MariaDB server; `None`, with a message, when none is installed.
pub(crate) fn mariadb() -> Option<Arc<Server>> {
    static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
    let program = Path::new("/usr/sbin/mariadbd");
    let install = Path::new("/usr/bin/mariadb-install-db");
    if !program.exists() || !install.exists() {
        println!("skipped: no MariaDB server is installed");
        return None;
    }
    Some(shared(&SHARED, || {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let at = |name: &str| folder.path().join(name).display().to_string();
        let users = format!(
            "CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}'; GRANT ALL ON *.* TO '{USER}'@'%'; FLUSH PRIVILEGES;\n"
        );
        std::fs::write(at("users.sql"), users.replace("; ", ";\n")).unwrap();
        let owner = give_away(folder.path(), "mysql");
        run(owner, install, |command| {
            command
                .arg("--no-defaults")
                .arg(format!("--datadir={}", data.display()));
            command.args([
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
            ]);
        });
        let (socket, process, users) = (at("socket"), at("process"), at("users.sql"));
        serve(folder, owner, "mysql", |port| {
            let data = data.display();
            let mut words = vec![program.display().to_string(), "--no-defaults".to_owned()];
            words.extend([
                format!("--datadir={data}"),
                format!("--port={port}"),
                format!("--socket={socket}"),
                format!("--pid-file={process}"),
                format!("--init-file={users}"),
            ]);
            for setting in [
                "--bind-address=127.0.0.1",
                "--skip-name-resolve",
                "--character-set-server=utf8mb4",
                "--innodb-buffer-pool-size=32M",
                "--innodb-flush-log-at-trx-commit=0",
            ] {
                words.push(setting.to_owned());
            }
            words
        })
    }))
}

/// The server that other tests use now, or a new one.
fn shared(slot: &Mutex<Weak<Server>>, start: impl FnOnce() -> Server) -> Arc<Server> {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(server) = slot.upgrade() {
        return server;
    }
    let server = Arc::new(start());
    *slot = Arc::downgrade(&server);
    server
}

/// Neither server runs as root: under root the folder goes to the user that its package made.
fn give_away(folder: &Path, user: &str) -> Option<(u32, u32)> {
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let line = users
        .lines()
        .find(|line| line.starts_with(&format!("{user}:")))
        .unwrap();
    let mut numbers = line.split(':').skip(2).map(str::parse::<u32>);
    let owner = (
        numbers.next().unwrap().unwrap(),
        numbers.next().unwrap().unwrap(),
    );
    for path in std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        std::os::unix::fs::chown(path, Some(owner.0), Some(owner.1)).unwrap();
    }
    std::os::unix::fs::chown(folder, Some(owner.0), Some(owner.1)).unwrap();
    Some(owner)
}

fn as_owner(command: &mut Command, owner: Option<(u32, u32)>) {
    command.current_dir("/");
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
}

fn run(owner: Option<(u32, u32)>, program: &Path, arguments: impl FnOnce(&mut Command)) {
    let mut command = Command::new(program);
    arguments(&mut command);
    as_owner(&mut command, owner);
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn serve(
    folder: tempfile::TempDir,
    owner: Option<(u32, u32)>,
    scheme: &'static str,
    words: impl FnOnce(u16) -> Vec<String>,
) -> Server {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let log = folder.path().join("log");
    let mut command = Command::new("sh");
    // The input ends with this process, however it ends, and the server with it: at once, since nobody needs its data,
    // and a server that is asked politely waits for its clients.
    let signal = if scheme == "postgres" { "QUIT" } else { "KILL" };
    let script = format!("\"$@\" & read -r _; kill -{signal} $!; wait");
    command.args(["-c", &script, "sh"]).args(words(port));
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&log).unwrap());
    as_owner(&mut command, owner);
    let mut child = command.spawn().unwrap();
    let since = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if since.elapsed() > Duration::from_mins(2) {
            let _ = child.stdin.take().map(|mut input| input.flush());
            panic!(
                "the server does not start: {}",
                std::fs::read_to_string(&log).unwrap_or_default()
            );
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Server {
        child,
        port,
        scheme,
        folder,
    }
}
