//! A file of accounts that are to be made: a CSV table in UTF-8 under English or Chinese headers. Everything that is wrong with
//! it is told at once, with lines as a text editor counts them.

mod column;
mod place;

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::str::from_utf8;

use csv::{ReaderBuilder, StringRecord, Trim};
use jiff::Timestamp;
use serde::Serialize;

use crate::Error;
use crate::account::{Account, Kind, Said};
use crate::known::Known;
use crate::separation::{self, Move};
use column::Column;
use place::{Place, line_ends};
use yandu_words::{AccountId, RoleId};

/// Rows of the largest file.
pub const IMPORT_ROWS: usize = 10_000;

/// Faults beyond these name no near names: looking for them costs more than all the rest.
const FAULTS_WITH_NEAR: usize = 20;

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowFault {
    /// Counted from 1; the header is the first.
    pub line: u64,
    /// The English header of the column, or the header that means nothing; none where it is the row as a whole.
    pub column: Option<String>,
    pub why: String,
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", `{column}`")?;
        }
        write!(f, ": {}", self.why)
    }
}

/// An account that a row asks for.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) account: Account,
}

/// The accounts that a file asks for, and everything that is wrong with it. Whether an account exists already is not looked at.
pub(crate) fn read(
    bytes: &[u8],
    by: &str,
    known: &Known,
    at: Timestamp,
) -> (Vec<Row>, Vec<RowFault>) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reading = Reading {
        by,
        known,
        at,
        columns: Vec::new(),
        seen: HashSet::new(),
        rows: Vec::new(),
        faults: Vec::new(),
    };
    match from_utf8(bytes) {
        Ok(text) => reading.read(text),
        Err(error) => {
            let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = 1 + line_ends(good);
            reading.fault(line, None, "this is no UTF-8: save the table as CSV UTF-8");
        }
    }
    (reading.rows, reading.faults)
}

struct Reading<'a> {
    by: &'a str,
    known: &'a Known,
    at: Timestamp,
    columns: Vec<Option<Column>>,
    seen: HashSet<AccountId>,
    rows: Vec<Row>,
    faults: Vec<RowFault>,
}

impl Reading<'_> {
    fn read(&mut self, text: &str) {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        let mut place = Place::new(text);
        let mut count = 0;
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    self.fault(place.line(), None, error.to_string());
                    return;
                }
            };
            let line = place.line_of(&record);
            if record.iter().all(str::is_empty) {
                continue;
            }
            if self.columns.is_empty() {
                self.read_header(line, &record);
                if !self.faults.is_empty() {
                    return;
                }
                continue;
            }
            count += 1;
            if count > IMPORT_ROWS {
                let why = format!("the file has more than {IMPORT_ROWS} rows");
                self.fault(line, None, why);
                return;
            }
            self.read_row(line, &record);
        }
        if count == 0 && self.faults.is_empty() {
            self.fault(1, None, "the file has no rows");
        }
    }

    fn read_header(&mut self, line: u64, record: &StringRecord) {
        for header in record {
            let column = Column::of(header);
            if column.is_none() && !header.is_empty() {
                let known: Vec<String> = Column::ALL
                    .iter()
                    .map(|(_, en, zh)| format!("{en} ({zh})"))
                    .collect();
                let why = format!("this header means nothing; known are {}", known.join(", "));
                self.fault(line, Some(header), why);
            }
            if column.is_some() && self.columns.contains(&column) {
                self.fault(line, Some(header), "this column stands there twice");
            }
            self.columns.push(column);
        }
        for needed in [Column::Account, Column::Name] {
            if !self.columns.contains(&Some(needed)) {
                self.fault(line, Some(needed.name()), "this column is missing");
            }
        }
    }

    fn read_row(&mut self, line: u64, record: &StringRecord) {
        let faults = self.faults.len();
        if record
            .iter()
            .skip(self.columns.len())
            .any(|cell| !cell.is_empty())
        {
            self.fault(line, None, "the row has more cells than the header");
        }
        let id = self.id(line, record);
        let kind = self.kind(line, record);
        let roles = self.roles(line, record);
        let text = |column| self.cell(record, column).map(ToOwned::to_owned);
        let said = Said {
            kind,
            name: text(Column::Name).unwrap_or_default(),
            department: text(Column::Department),
            division: text(Column::Division),
            uscc: text(Column::Uscc),
            roles,
        };
        let with_near = self.faults.len() < FAULTS_WITH_NEAR;
        match (said.checked(self.known, with_near), id) {
            (Ok(said), Some(id)) => self.keep(line, said.account(id, self.at), faults),
            (Ok(_), None) => {}
            (Err(wrong), _) => {
                for (field, error) in wrong {
                    let is_role = matches!(&error, Error::Unknown { what: "role", near, .. } if near.is_empty());
                    let mut why = told(&error);
                    if is_role && let Some(known) = self.known_roles() {
                        why = format!("{why}; {known}");
                    }
                    self.fault(line, Some(field), why);
                }
            }
        }
    }

    /// Keeps the account of a row in which nothing is wrong.
    fn keep(&mut self, line: u64, account: Account, faults_before: usize) {
        let made = Move {
            by: self.by,
            before: None,
            after: &account,
            others: 0,
            // Who holds which office is looked at when the row is written.
            held: &BTreeSet::new(),
        };
        if let Err(error) = separation::check(&made) {
            self.fault(line, Some(Column::Roles.name()), error.to_string());
        }
        if self.faults.len() == faults_before {
            self.rows.push(Row { line, account });
        }
    }

    fn id(&mut self, line: u64, record: &StringRecord) -> Option<AccountId> {
        let column = Some(Column::Account.name());
        let text = self.cell(record, Column::Account).unwrap_or_default();
        match text.parse::<AccountId>() {
            Ok(id) if self.seen.contains(&id) => {
                let why = format!("`{id}` stands in the file twice");
                self.fault(line, column, why);
                None
            }
            Ok(id) => {
                self.seen.insert(id.clone());
                Some(id)
            }
            Err(error) => {
                self.fault(line, column, error.to_string());
                None
            }
        }
    }

    fn kind(&mut self, line: u64, record: &StringRecord) -> Kind {
        let Some(text) = self.cell(record, Column::Kind) else {
            return Kind::default();
        };
        match text.to_lowercase().as_str() {
            "person" | "个人" | "人员" => Kind::Person,
            "service" | "服务" | "系统" => Kind::Service,
            "organisation" | "组织" | "机构" | "单位" | "企业" => Kind::Organisation,
            _ => {
                let why = format!(
                    "`{text}` is no kind; kinds are person (个人), service (服务), organisation (组织)"
                );
                self.fault(line, Some(Column::Kind.name()), why);
                Kind::default()
            }
        }
    }

    fn roles(&mut self, line: u64, record: &StringRecord) -> BTreeSet<RoleId> {
        let text = self.cell(record, Column::Roles).unwrap_or_default();
        let mut roles = BTreeSet::new();
        for name in text.split([';', '；']).map(str::trim) {
            if name.is_empty() {
                continue;
            }
            match self.role(name) {
                Ok(role) => {
                    roles.insert(role);
                }
                Err(why) => self.fault(line, Some(Column::Roles.name()), why),
            }
        }
        roles
    }

    /// The role that is written, by its name or by its title, as pages show it. One that there is not is found later, with all that is wrong
    /// with the row.
    fn role(&self, written: &str) -> Result<RoleId, String> {
        let named = written.parse::<RoleId>();
        if let Ok(role) = &named
            && self.known.roles.contains_key(role)
        {
            return Ok(role.clone());
        }
        let roles = self.known.roles.iter();
        let titled: Vec<&RoleId> = roles
            .filter(|(_, title)| title.zh == written || title.en.as_deref() == Some(written))
            .map(|(role, _)| role)
            .collect();
        match (titled.as_slice(), named) {
            ([role], _) => Ok((*role).clone()),
            ([], Ok(role)) => Ok(role),
            ([], Err(error)) => Err(match self.known_roles() {
                Some(known) => format!("{error}; {known}"),
                None => error.to_string(),
            }),
            (several, _) => {
                let names: Vec<&str> = several.iter().map(|role| role.as_str()).collect();
                Err(format!(
                    "more than one role is called `{written}`: write {}",
                    names.join(" or ")
                ))
            }
        }
    }

    /// The roles that there are, in a sentence; told with the first faults alone.
    fn known_roles(&self) -> Option<String> {
        if self.faults.len() >= FAULTS_WITH_NEAR {
            return None;
        }
        let roles = self.known.roles.iter();
        let roles: Vec<String> = roles
            .map(|(role, title)| format!("{role} ({})", title.zh))
            .collect();
        Some(format!("roles are {}", roles.join(", ")))
    }

    fn cell<'r>(&self, record: &'r StringRecord, column: Column) -> Option<&'r str> {
        let place = self.columns.iter().position(|at| *at == Some(column))?;
        record.get(place).filter(|cell| !cell.is_empty())
    }

    fn fault(&mut self, line: u64, column: Option<&str>, why: impl Into<String>) {
        self.faults.push(RowFault {
            line,
            column: column.map(ToOwned::to_owned),
            why: why.into(),
        });
    }
}

/// What is wrong with a cell, whose column is told beside it, and what may be meant.
fn told(error: &Error) -> String {
    let why = match error {
        Error::Invalid { why, .. } => why.clone(),
        _ => error.to_string(),
    };
    match error.help() {
        Some(help) => format!("{why}; {help}"),
        None => why,
    }
}
