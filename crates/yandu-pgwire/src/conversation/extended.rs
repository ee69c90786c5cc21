//! Statements that are prepared, given values and then asked for: `Parse`, `Bind`, `Describe`, `Execute`, `Close`.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use pgwire::messages::data::{NoData, ParameterDescription};
use pgwire::messages::extendedquery::{
    Bind, BindComplete, Close, CloseComplete, Describe, Execute, Parse, ParseComplete,
    PortalSuspended,
};
use pgwire::messages::response::EmptyQueryResponse;
use pgwire::messages::{PgWireBackendMessage, PgWireFrontendMessage};

use super::command::no_statement;
use super::cursor::no_cursor;
use super::repeated::Repeated;
use super::simple::tag;
use super::{Conversation, MOST_PREPARED};
use crate::answer::{Answer, Column, columns, description};
use crate::fault::{Fault, Result};
use crate::place::Place;
use crate::question::Question;
use crate::socket::Stream;
use crate::statement::{Command, read, split};
use crate::types::ColumnType;
use crate::value::{self, Format, Given};

/// Means a statement, not a portal.
const OF_STATEMENT: u8 = b'S';

/// A statement without its values.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(super) what: What,
    /// The types of its values, as the client was told.
    types: Vec<ColumnType>,
    /// What the values are read as: a text may be meant as what it is compared with.
    pub(super) read_as: Vec<ColumnType>,
    columns: Vec<Column>,
    /// Of its text.
    pub(super) bytes: usize,
    pub(super) repeated: Repeated,
}

#[derive(Debug)]
pub(super) enum What {
    Nothing,
    Ask(Question),
    Command(Command),
}

/// A statement with its values, and the rows of it that are left.
pub(crate) struct Portal {
    prepared: Arc<Prepared>,
    values: Vec<ArrayRef>,
    formats: Vec<i16>,
    /// `None` before it is asked.
    pub(super) answer: Option<Answer>,
    /// Whether it goes on after its transaction.
    pub(super) is_held: bool,
    /// Of its text and its values.
    pub(super) bytes: usize,
}

impl Portal {
    pub(super) fn of_cursor(answer: Answer, question: Question, is_held: bool) -> Self {
        let bytes = question.sql.len();
        Self {
            prepared: Arc::new(Prepared {
                what: What::Ask(question),
                types: Vec::new(),
                read_as: Vec::new(),
                columns: answer.columns.clone(),
                bytes: 0,
                repeated: Repeated::default(),
            }),
            values: Vec::new(),
            formats: Vec::new(),
            answer: Some(answer),
            is_held,
            bytes,
        }
    }
}

impl<S: Stream> Conversation<S> {
    pub(super) async fn extended(&mut self, message: PgWireFrontendMessage) -> Result<()> {
        self.ends.begin(self.settings.timeout());
        match message {
            PgWireFrontendMessage::Parse(parse) => self.parse(parse).await,
            PgWireFrontendMessage::Bind(bind) => self.bind(&bind).await,
            PgWireFrontendMessage::Describe(describe) => self.describe(&describe).await,
            PgWireFrontendMessage::Execute(execute) => self.execute(&execute).await,
            PgWireFrontendMessage::Close(close) => self.close(&close).await,
            _ => Err(Fault::protocol("this message has no place here")),
        }
    }

    async fn parse(&mut self, parse: Parse) -> Result<()> {
        let name = parse.name.unwrap_or_default();
        let prepared = self.prepare_as(&name, &parse.query, &parse.type_oids);
        let prepared = prepared.await?;
        self.statements.insert(name, Arc::new(prepared));
        let complete = PgWireBackendMessage::ParseComplete(ParseComplete::new());
        self.feed(complete).await
    }

    /// Prepares a statement to be kept under a name that no other one has; that without a name takes the place of the one before.
    pub(super) async fn prepare_as(
        &mut self,
        name: &str,
        sql: &str,
        oids: &[u32],
    ) -> Result<Prepared> {
        if !name.is_empty() && self.statements.contains_key(name) {
            let message = format!("there is a prepared statement `{name}` already");
            return Err(Fault::new("42P05", message));
        }
        if self.statements.len() >= MOST_PREPARED {
            return Err(Fault::new("53400", "too many statements are prepared")
                .hint("deallocate some of them"));
        }
        self.must_have_room(sql.len())?;
        let mut prepared = self.prepare(sql, oids).await?;
        prepared.bytes = sql.len();
        Ok(prepared)
    }

    async fn prepare(&mut self, sql: &str, oids: &[u32]) -> Result<Prepared> {
        let pieces = split(sql);
        let [piece] = pieces.as_slice() else {
            if pieces.is_empty() {
                return Ok(Prepared {
                    what: What::Nothing,
                    types: Vec::new(),
                    read_as: Vec::new(),
                    columns: Vec::new(),
                    bytes: 0,
                    repeated: Repeated::default(),
                });
            }
            return Err(Fault::syntax(
                "several statements cannot be prepared as one",
            ));
        };
        let command = read(piece)?;
        self.must_go_on(&command)?;
        match command {
            Command::Ask(place) => self.prepare_question(&place, oids, What::Ask).await,
            Command::Declare(declared) => {
                let place = declared.question.clone();
                let what = |_| What::Command(Command::Declare(declared));
                let mut prepared = self.prepare_question(&place, oids, what).await?;
                prepared.columns.clear();
                Ok(prepared)
            }
            command => {
                let columns = match &command {
                    Command::Show(name) => self.shown(name)?.columns,
                    Command::Execute(execution) => {
                        let kept = self.statements.get(&execution.name);
                        let kept = kept.ok_or_else(|| no_statement(&execution.name))?;
                        kept.columns.clone()
                    }
                    Command::Fetch { name, is_shown, .. } if *is_shown => {
                        let portal = self.portals.get(name).ok_or_else(|| no_cursor(name))?;
                        portal.prepared.columns.clone()
                    }
                    _ => Vec::new(),
                };
                Ok(Prepared {
                    what: What::Command(command),
                    types: Vec::new(),
                    read_as: Vec::new(),
                    columns,
                    bytes: 0,
                    repeated: Repeated::default(),
                })
            }
        }
    }

    async fn prepare_question(
        &mut self,
        place: &Place,
        oids: &[u32],
        what: impl FnOnce(Question) -> What,
    ) -> Result<Prepared> {
        let declared: Vec<Option<ColumnType>> = oids.iter().map(|oid| declared(*oid)).collect();
        // What the client calls a text may be meant as anything that is written as one.
        let certain = |declared: &Option<ColumnType>| {
            let certain = declared.filter(|declared| !declared.is_textual());
            certain.map(value::empty)
        };
        let certain: Vec<Option<DataType>> = declared.iter().map(certain).collect();
        let (session, seen) = self.reader().await?;
        let question = Question::read(place, &seen)?;
        let preparing = session.prepare(&question.sql, &certain);
        let found = self.ends.unless(preparing).await?;
        let found = found.map_err(|error| Fault::of_lake(&error, question.place.as_ref()))?;
        let text = ColumnType::plain(crate::types::PgType::Text);
        let mut types = Vec::new();
        let mut read_as = Vec::new();
        for (place, data_type) in found.parameters.iter().enumerate() {
            let said = declared.get(place).copied().flatten();
            let inferred = data_type.as_ref().map(ColumnType::of);
            types.push(said.or(inferred).unwrap_or(text));
            let certain = said.filter(|said| !said.is_textual());
            read_as.push(certain.or(inferred).or(said).unwrap_or(text));
        }
        Ok(Prepared {
            columns: columns(&found.schema, &question.names),
            what: what(question),
            types,
            read_as,
            bytes: 0,
            repeated: Repeated::default(),
        })
    }

    async fn bind(&mut self, bind: &Bind) -> Result<()> {
        let statement = bind.statement_name.as_deref().unwrap_or_default();
        let name = bind.portal_name.clone().unwrap_or_default();
        let prepared = self.statements.get(statement);
        let prepared = Arc::clone(prepared.ok_or_else(|| no_statement(statement))?);
        if let What::Command(command) = &prepared.what {
            self.must_go_on(command)?;
        }
        if !name.is_empty() && self.portals.contains_key(&name) {
            return Err(Fault::new(
                "42P03",
                format!("there is a portal `{name}` already"),
            ));
        }
        let values = bind.parameters.iter().flatten();
        let bytes = prepared.bytes + values.map(bytes::Bytes::len).sum::<usize>();
        self.must_have_room(bytes)?;
        let needed = prepared.read_as.len();
        if bind.parameters.len() != needed {
            let given = bind.parameters.len();
            let message = format!("{given} values are given, and the statement has {needed}");
            return Err(Fault::protocol(message));
        }
        let values = bind.parameters.iter().zip(&prepared.read_as).enumerate();
        let values = values.map(|(place, (bytes, column))| {
            let format = Format::of(&bind.parameter_format_codes, place);
            let format = format.ok_or_else(|| Fault::protocol("a value has no format"))?;
            let bytes = bytes.as_deref();
            value::read(Given { format, bytes }, *column, place + 1)
        });
        let portal = Portal {
            values: values.collect::<Result<_>>()?,
            formats: bind.result_column_format_codes.clone(),
            prepared,
            answer: None,
            is_held: false,
            bytes,
        };
        self.portals.insert(name, portal);
        self.feed(PgWireBackendMessage::BindComplete(BindComplete::new()))
            .await
    }

    async fn describe(&mut self, describe: &Describe) -> Result<()> {
        let name = describe.name.as_deref().unwrap_or_default();
        let (columns, formats) = if describe.target_type == OF_STATEMENT {
            let prepared = self.statements.get(name);
            let prepared = prepared.ok_or_else(|| no_statement(name))?;
            let types = prepared.types.iter().map(|column| column.oid());
            let types = ParameterDescription::new(types.collect());
            let columns = prepared.columns.clone();
            self.feed(PgWireBackendMessage::ParameterDescription(types))
                .await?;
            (columns, Vec::new())
        } else {
            let portal = self.portals.get(name).ok_or_else(|| no_cursor(name))?;
            (portal.prepared.columns.clone(), portal.formats.clone())
        };
        self.feed(if columns.is_empty() {
            PgWireBackendMessage::NoData(NoData::new())
        } else {
            PgWireBackendMessage::RowDescription(description(&columns, &formats))
        })
        .await
    }

    async fn execute(&mut self, execute: &Execute) -> Result<()> {
        let name = execute.name.clone().unwrap_or_default();
        // Taken out while it is worked on: what fails is not asked on.
        let portal = self.portals.remove(&name);
        let mut portal = portal.ok_or_else(|| no_cursor(&name))?;
        let question = match &portal.prepared.what {
            What::Nothing => {
                let empty = EmptyQueryResponse::new();
                self.feed(PgWireBackendMessage::EmptyQueryResponse(empty))
                    .await?;
                self.portals.insert(name, portal);
                return Ok(());
            }
            What::Command(command) => {
                self.must_go_on(command)?;
                return self
                    .command(command, &portal.values, &portal.formats, false)
                    .await;
            }
            What::Ask(question) => question,
        };
        self.must_not_have_failed()?;
        if portal.answer.is_none() {
            let repeated = &portal.prepared.repeated;
            let asking = self.ask_prepared(repeated, question, &portal.values);
            portal.answer = Some(asking.await?);
        }
        let Some(answer) = &mut portal.answer else {
            return Err(no_cursor(&name));
        };
        let most = usize::try_from(execute.max_rows)
            .ok()
            .filter(|most| *most > 0);
        let socket = Some(&mut self.socket);
        let sent = answer
            .send(socket, &portal.formats, most, &mut self.ends)
            .await?;
        if sent.is_over {
            let done = tag(question, sent.rows);
            self.complete(done).await?;
        } else {
            let suspended = PgWireBackendMessage::PortalSuspended(PortalSuspended::new());
            self.feed(suspended).await?;
        }
        self.portals.insert(name, portal);
        Ok(())
    }

    async fn close(&mut self, close: &Close) -> Result<()> {
        let name = close.name.as_deref().unwrap_or_default();
        if close.target_type == OF_STATEMENT {
            self.statements.remove(name);
        } else {
            self.portals.remove(name);
        }
        self.feed(PgWireBackendMessage::CloseComplete(CloseComplete::new()))
            .await
    }
}

/// The type that a client declares; none where it says nothing, or a type that nothing here has.
fn declared(oid: u32) -> Option<ColumnType> {
    (oid != 0).then(|| ColumnType::from_oid(oid)).flatten()
}
