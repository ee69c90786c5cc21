//! One configuration: a file, the environment over it, and flags over both.

mod keys;
mod moment;
mod openid;
mod size;
mod visitors;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use tokio_rustls::TlsAcceptor;
use toml::{Table, Value};
use yandu_classify::UntilConfirmed;
use yandu_documents::Face;
use yandu_face::Options;
use yandu_http::plan::FontPaths;

use crate::failure::{Failure, Result};
use crate::tls::Certificate;

pub(crate) use moment::Moment;
pub(crate) use openid::Openid;
pub(crate) use size::Size;
pub(crate) use visitors::Visitors;

/// The file that is read when none is named and it is there.
const FILE: &str = "yandu.toml";

/// Everything that can be set. Documented in `docs/configuration.md`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    pub(crate) data: PathBuf,
    pub(crate) packs: Vec<PathBuf>,
    pub(crate) listen: String,
    /// Empty for no PostgreSQL protocol.
    pub(crate) pg_listen: String,
    pub(crate) pg_connections: usize,
    pub(crate) pg_login_seconds: u64,
    pub(crate) pg_idle_seconds: u64,
    /// Empty for no Arrow Flight SQL.
    pub(crate) flight_listen: String,
    pub(crate) flight_connections: usize,
    pub(crate) flight_login_seconds: u64,
    pub(crate) flight_idle_seconds: u64,
    pub(crate) tls: TlsFiles,
    /// Where people sign in otherwise than with a password.
    pub(crate) openid: Openid,
    pub(crate) threads: usize,
    pub(crate) query_memory: Size,
    pub(crate) lookup_memory: Size,
    pub(crate) query_seconds: u64,
    pub(crate) query_rows: u64,
    pub(crate) upload_limit: Size,
    pub(crate) keep_days: u32,
    pub(crate) shared_link_seconds: u64,
    pub(crate) shared_keep_days: u64,
    pub(crate) shared_limit: Size,
    /// How much visitors may ask for at a time.
    pub(crate) visitors: Visitors,
    pub(crate) grace_seconds: u64,
    pub(crate) log: String,
    pub(crate) log_format: LogFormat,
    pub(crate) font_fangsong: String,
    pub(crate) font_kaiti: String,
    pub(crate) font_heiti: String,
    pub(crate) font_biaosong: String,
    pub(crate) font_songti: String,
    /// What stands at the head of pages; the name of the program where it is empty.
    pub(crate) site_name: String,
    pub(crate) city: Option<PathBuf>,
    pub(crate) now: Moment,
    pub(crate) classification: ClassificationKeys,
    /// How strict logins are.
    pub(crate) accounts: yandu_access::Settings,
    /// Settings of packs, by pack and name.
    pub(crate) settings: BTreeMap<String, BTreeMap<String, Value>>,
}

/// The certificate of the site; both are empty where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TlsFiles {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    /// Where encrypted HTTP listens; empty for nowhere.
    pub(crate) listen: String,
    /// The names by which other machines reach the city.
    pub(crate) names: Vec<String>,
}

/// How fields are classified.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ClassificationKeys {
    /// What holds of a suggestion until somebody decides.
    pub(crate) until_confirmed: UntilConfirmed,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    #[default]
    Text,
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: "yandu-data".into(),
            packs: Vec::new(),
            listen: "127.0.0.1:8650".to_owned(),
            pg_listen: String::new(),
            pg_connections: 64,
            pg_login_seconds: 10,
            pg_idle_seconds: 3_600,
            flight_listen: String::new(),
            flight_connections: 64,
            flight_login_seconds: 10,
            flight_idle_seconds: 3_600,
            tls: TlsFiles::default(),
            openid: Openid::default(),
            threads: 0,
            query_memory: Size(1 << 30),
            lookup_memory: Size(512 << 20),
            query_seconds: 300,
            query_rows: 10_000,
            upload_limit: Size(16 << 30),
            keep_days: 400,
            shared_link_seconds: 3_600,
            shared_keep_days: 7,
            shared_limit: Size(10 << 30),
            visitors: Visitors::default(),
            grace_seconds: 20,
            log: String::new(),
            log_format: LogFormat::Text,
            font_fangsong: noto("SerifCJK-Regular"),
            font_kaiti: String::new(),
            font_heiti: noto("SansCJK-Regular"),
            font_biaosong: noto("SerifCJK-Bold"),
            font_songti: String::new(),
            site_name: String::new(),
            city: None,
            now: Moment::default(),
            classification: ClassificationKeys::default(),
            accounts: yandu_access::Settings::default(),
            settings: BTreeMap::new(),
        }
    }
}

/// A font of Debian's `fonts-noto-cjk`, in its simplified face.
fn noto(name: &str) -> String {
    format!("/usr/share/fonts/opentype/noto/Noto{name}.ttc#2")
}

/// A value that goes over the file, and where it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Override {
    pub(crate) key: String,
    pub(crate) text: String,
    pub(crate) origin: String,
}

impl Config {
    /// The font of each face of official documents.
    pub(crate) fn fonts(&self) -> FontPaths {
        let path = |face: Face| match face {
            Face::Fangsong => &self.font_fangsong,
            Face::Kaiti => &self.font_kaiti,
            Face::Heiti => &self.font_heiti,
            Face::Biaosong => &self.font_biaosong,
            Face::Songti => &self.font_songti,
        };
        FontPaths(Face::ALL.map(|face| (face, path(face).clone())).to_vec())
    }

    /// How files are shared.
    pub(crate) fn sharing(&self) -> yandu_http::sharing::Options {
        yandu_http::sharing::Options {
            link: Duration::from_secs(self.shared_link_seconds),
            keep: Duration::from_hours(self.shared_keep_days.saturating_mul(24)),
            limit_bytes: self.shared_limit.0,
        }
    }

    /// The certificate of the site, if it has one.
    pub(crate) fn certificate(&self) -> Result<Option<Certificate>> {
        let TlsFiles {
            certificate, key, ..
        } = &self.tls;
        let is_empty = |path: &Path| path.as_os_str().is_empty();
        if is_empty(certificate) != is_empty(key) {
            return Err(
                Failure::new("a certificate needs its key, and a key its certificate")
                    .help("set both `tls.certificate` and `tls.key`, or neither"),
            );
        }
        Ok((!is_empty(certificate)).then(|| Certificate {
            chain: certificate.clone(),
            key: key.clone(),
        }))
    }

    /// Where other machines find the pages, if they do.
    pub(crate) fn site(&self) -> Option<String> {
        let name = self.tls.names.first()?;
        let (_, port) = self.tls.listen.rsplit_once(':')?;
        Some(match port {
            "443" => format!("https://{name}"),
            port => format!("https://{name}:{port}"),
        })
    }

    /// What encrypts a line, if the site has a certificate; `protocol` is what its clients say that they speak.
    fn encryption(&self, protocol: &[u8]) -> Result<Option<TlsAcceptor>> {
        let certificate = self.certificate()?;
        certificate
            .map(|certificate| certificate.acceptor(protocol))
            .transpose()
    }

    /// The limits of the PostgreSQL protocol, and its certificate.
    pub(crate) fn pg_options(&self) -> Result<Options> {
        Ok(Options {
            connections: self.pg_connections,
            startup: Duration::from_secs(self.pg_login_seconds),
            idle: Duration::from_secs(self.pg_idle_seconds),
            tls: self.encryption(yandu_pgwire::PROTOCOL)?,
        })
    }

    /// The limits of Arrow Flight SQL, and what encrypts it.
    pub(crate) fn flight_options(&self) -> Result<Options> {
        Ok(Options {
            connections: self.flight_connections,
            startup: Duration::from_secs(self.flight_login_seconds),
            idle: Duration::from_secs(self.flight_idle_seconds),
            tls: self.encryption(yandu_flight::PROTOCOL)?,
        })
    }

    /// Reads the file, then puts the environment and the flags over it.
    pub(crate) fn read(file: Option<&Path>, flags: Vec<Override>) -> Result<Self> {
        let named = file
            .map(Path::to_owned)
            .or_else(|| std::env::var_os("YANDU_CONFIG").map(PathBuf::from));
        let text = match named {
            Some(path) => Some((
                std::fs::read_to_string(&path).map_err(Failure::io("read", &path))?,
                path,
            )),
            None if Path::new(FILE).is_file() => {
                let path = PathBuf::from(FILE);
                Some((
                    std::fs::read_to_string(&path).map_err(Failure::io("read", &path))?,
                    path,
                ))
            }
            None => None,
        };
        let environment = keys::KEYS.iter().filter_map(|key| {
            let name = key.variable();
            Some(Override {
                key: key.name.to_owned(),
                text: std::env::var(&name).ok()?,
                origin: name,
            })
        });
        let file = text
            .as_ref()
            .map(|(text, path)| (text.as_str(), path.as_path()));
        Self::merge(file, environment.chain(flags))
    }

    fn merge(
        file: Option<(&str, &Path)>,
        overrides: impl IntoIterator<Item = Override>,
    ) -> Result<Self> {
        let mut table = match file {
            Some((text, path)) => {
                // On its own first, so that the place of a fault in it is known.
                toml::from_str::<Self>(text).map_err(|error| fault_in_file(text, path, &error))?;
                toml::from_str(text).map_err(|error| fault_in_file(text, path, &error))?
            }
            None => Table::new(),
        };
        for one in overrides {
            let over = one.table()?;
            Self::deserialize(over.clone()).map_err(|error| {
                Failure::new(format!(
                    "`{}` of {}: {}",
                    one.text,
                    one.origin,
                    error.message()
                ))
                .help("`docs/configuration.md` shows the keys and their values")
            })?;
            lay_over(&mut table, over);
        }
        Self::deserialize(table).map_err(|error| Failure::new(error.message()))
    }

    /// Worker threads: those that are set, or as many as the machine has processors.
    pub(crate) fn threads(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(2, usize::from),
            threads => threads,
        }
    }

    /// The folders of packs: those that are set, `./packs`, or those beside the checkout that the program was built in.
    pub(crate) fn pack_folders(&self) -> Vec<PathBuf> {
        if !self.packs.is_empty() {
            return self.packs.clone();
        }
        let here = PathBuf::from("packs");
        if here.is_dir() {
            return vec![here];
        }
        let program = std::env::current_exe().unwrap_or_default();
        let beside = program
            .ancestors()
            .skip(1)
            .map(|folder| folder.join("packs"));
        vec![
            beside
                .into_iter()
                .find(|folder| holds_packs(folder))
                .unwrap_or(here),
        ]
    }
}

fn holds_packs(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .filter_map(std::result::Result::ok)
            .any(|entry| entry.path().join("pack.yaml").is_file())
    })
}

impl Override {
    pub(crate) fn flag(key: &str, text: impl Into<String>, flag: &str) -> Self {
        Self {
            key: key.to_owned(),
            text: text.into(),
            origin: format!("`{flag}`"),
        }
    }

    /// The table that has this value alone; a dotted key is one in tables.
    fn table(&self) -> Result<Table> {
        let known = keys::KEYS.iter().any(|key| key.name == self.key);
        let mut parts: Vec<&str> = self.key.split('.').collect();
        let is_table = matches!(parts.first(), Some(&"settings" | &"accounts"));
        if !known && !is_table {
            return Err(
                Failure::new(format!("{}: there is no key `{}`", self.origin, self.key))
                    .help("`docs/configuration.md` shows the keys"),
            );
        }
        let mut value = if self.key == "packs" {
            let paths = std::env::split_paths(&self.text)
                .map(|path| Value::String(path.to_string_lossy().into_owned()));
            Value::Array(paths.collect())
        } else if LISTS.contains(&self.key.as_str()) {
            let names = self.text.split(',').map(str::trim);
            let names = names.filter(|name| !name.is_empty());
            Value::Array(names.map(|name| Value::String(name.to_owned())).collect())
        } else {
            scalar(&self.key, &self.text)
        };
        while let Some(part) = parts.pop() {
            value = Value::Table(Table::from_iter([(part.to_owned(), value)]));
        }
        match value {
            Value::Table(table) => Ok(table),
            _ => Ok(Table::new()),
        }
    }
}

/// Keys that are lists, whose items commas separate where they are one text.
const LISTS: [&str; 3] = ["tls.names", "openid.scopes", "openid.second_factors"];

/// Keys that are texts stay texts; of others a text is what it looks like.
fn scalar(key: &str, text: &str) -> Value {
    let is_text = matches!(
        key,
        "data"
            | "listen"
            | "pg_listen"
            | "flight_listen"
            | "tls.certificate"
            | "tls.key"
            | "tls.listen"
            | "openid.issuer"
            | "openid.client_id"
            | "openid.client_secret_file"
            | "openid.name_zh"
            | "openid.name_en"
            | "openid.account_claim"
            | "log"
            | "log_format"
            | "site_name"
            | "city"
            | "now"
    );
    if is_text {
        return Value::String(text.to_owned());
    }
    if let Ok(number) = text.parse::<i64>() {
        return Value::Integer(number);
    }
    // Words such as `inf` are numbers to nobody who writes them here.
    if text.starts_with(|sign: char| sign.is_ascii_digit() || sign == '-')
        && let Ok(number) = text.parse::<f64>()
    {
        return Value::Float(number);
    }
    match text {
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        _ => Value::String(text.to_owned()),
    }
}

/// Puts the values of one table over those of another; tables inside are joined.
fn lay_over(table: &mut Table, over: Table) {
    for (key, value) in over {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(under)), Value::Table(value)) => lay_over(under, value),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

fn fault_in_file(text: &str, path: &Path, error: &toml::de::Error) -> Failure {
    let line = error.span().map(|span| {
        text.get(..span.start)
            .unwrap_or_default()
            .matches('\n')
            .count()
            + 1
    });
    let place = line.map(|line| format!(" line {line}")).unwrap_or_default();
    Failure::new(format!("`{}`{place}: {}", path.display(), error.message()))
        .help("`docs/configuration.md` shows the keys and their values")
}

#[cfg(test)]
mod tests;
