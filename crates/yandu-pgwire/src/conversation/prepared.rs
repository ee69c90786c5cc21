//! Statements that SQL gives a name: `PREPARE` and `EXECUTE`. Their names are those of the protocol's statements, so that one can be
//! prepared by either and used by both.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::compute::cast;
use futures::StreamExt;
use pgwire::messages::PgWireBackendMessage;

use super::Conversation;
use super::command::no_statement;
use super::extended::What;
use super::simple::tag;
use crate::answer::description;
use crate::fault::{Fault, Result};
use crate::place::Place;
use crate::question::Question;
use crate::socket::Stream;
use crate::statement::{Argument, Command, Execution, Preparation, read, split};
use crate::types::{ColumnType, PgType, written};
use crate::value::{self, Format, Given};

impl<S: Stream> Conversation<S> {
    pub(super) async fn prepare_named(&mut self, preparation: &Preparation) -> Result<()> {
        let Place { before, statement } = &preparation.question;
        let pieces = split(statement);
        let command = pieces.first().map(read).transpose()?;
        if !matches!(command, Some(Command::Ask(_))) {
            return Err(Fault::syntax("`PREPARE` takes a question"));
        }
        let name = &preparation.name;
        let prepared = self.prepare_as(name, statement, &preparation.types).await;
        let mut prepared = prepared.map_err(|fault| fault.behind(*before))?;
        // It is executed by another text, in which its places mean nothing.
        if let What::Ask(question) = &mut prepared.what {
            question.place = None;
        }
        self.statements.insert(name.clone(), Arc::new(prepared));
        self.complete("PREPARE").await
    }

    pub(super) async fn execute_named(
        &mut self,
        execution: &Execution,
        formats: &[i16],
        is_described: bool,
    ) -> Result<()> {
        let Execution { name, arguments } = execution;
        let prepared = self.statements.get(name);
        let prepared = Arc::clone(prepared.ok_or_else(|| no_statement(name))?);
        let What::Ask(question) = &prepared.what else {
            return Err(Fault::unsupported(format!(
                "the prepared statement `{name}` is no question"
            ))
            .hint("execute it by the protocol, as it was prepared"));
        };
        let question = Question {
            place: None,
            ..question.clone()
        };
        let (given, needed) = (arguments.len(), prepared.read_as.len());
        if given != needed {
            return Err(Fault::syntax(format!(
                "{given} values are given, and the prepared statement `{name}` has {needed}"
            )));
        }
        let values = self.values(arguments, &prepared.read_as).await?;
        let asking = self.ask_prepared(&prepared.repeated, &question, &values);
        let mut answer = asking.await?;
        if is_described {
            let columns = description(&answer.columns, formats);
            self.feed(PgWireBackendMessage::RowDescription(columns))
                .await?;
        }
        let socket = Some(&mut self.socket);
        let sent = answer.send(socket, formats, None, &mut self.ends).await?;
        self.complete(tag(&question, sent.rows)).await
    }

    /// What is given, as values of these types.
    async fn values(
        &mut self,
        arguments: &[Argument],
        types: &[ColumnType],
    ) -> Result<Vec<ArrayRef>> {
        let mut values = Vec::new();
        for (place, (argument, column)) in arguments.iter().zip(types).enumerate() {
            values.push(match argument {
                Argument::Value(text) => {
                    let given = Given {
                        format: Format::Text,
                        bytes: text.as_deref().map(str::as_bytes),
                    };
                    value::read(given, *column, place + 1)?
                }
                Argument::Expression(expression) => self.computed(expression, *column).await?,
            });
        }
        Ok(values)
    }

    /// The value of an expression that reads nothing.
    async fn computed(&mut self, expression: &Place, column: ColumnType) -> Result<ArrayRef> {
        let data_type = written(column.oid(), -1).unwrap_or_else(|| "text".to_owned());
        // A comment at the end of the expression ends with its line.
        let statement = format!("SELECT CAST(({}\n) AS {data_type})", expression.statement);
        let (session, seen) = self.reader().await?;
        let place = Place {
            before: 0,
            statement,
        };
        let question = Question::read(&place, &seen)?;
        let failed = |error: yandu_lake::Error| Fault::of_lake(&error, None);
        let rows = self.ends.unless(session.query(&question.sql)).await?;
        let mut rows = rows.map_err(failed)?;
        if !rows.datasets().is_empty() {
            return Err(
                Fault::unsupported("a value of `EXECUTE` is computed without a question")
                    .hint("ask first, and give what was answered"),
            );
        }
        let missing = || Fault::new("42804", "a value of `EXECUTE` is no single value");
        let batch = self.ends.unless(rows.next()).await?.ok_or_else(missing)?;
        let batch = batch.map_err(failed)?;
        let value = batch.columns().first().filter(|value| value.len() == 1);
        let value = value.ok_or_else(missing)?;
        let wanted = value::empty(column);
        // Numbers keep the digits that they have.
        if *value.data_type() == wanted || column.element == PgType::Numeric && !column.is_array {
            return Ok(ArrayRef::clone(value));
        }
        cast(value, &wanted).map_err(|_| missing())
    }
}
