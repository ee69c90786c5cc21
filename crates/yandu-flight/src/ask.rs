//! Questions: what their answers look like, the tickets for them, and the answers.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::ipc::writer::IpcWriteOptions;
use arrow_flight::sql::{
    ActionCreatePreparedStatementResult, Command, ProstMessageExt as _, TicketStatementQuery,
};
use arrow_flight::{
    FlightData, FlightDescriptor, FlightEndpoint, FlightInfo, IpcMessage, SchemaAsIpc, Ticket,
};
use bytes::Bytes;
use futures::stream::BoxStream;
use prost::Message as _;
use tonic::Status;
use yandu_access::{FileForm, Login, ReceiptId};
use yandu_face::{Asked, Leaving};
use yandu_lake::Terms;

use crate::admit::Caller;
use crate::answer::{Opened, columns, whole};
use crate::desk::Asking;
use crate::ends::Ends;
use crate::fault::{Fault, Result};
use crate::metadata;
use crate::question::question;
use crate::service::Face;

/// The rows of an answer, as they are sent.
pub(crate) type Sent = BoxStream<'static, std::result::Result<FlightData, Status>>;

/// An answer.
pub(crate) struct Fetched {
    pub(crate) sent: Sent,
    /// The receipt under which it leaves; none of what reads no dataset.
    pub(crate) receipt: Option<ReceiptId>,
}

impl Face {
    /// Says what the answer to a command looks like, and by which ticket it is fetched.
    pub(crate) async fn inform(
        &self,
        caller: &Caller,
        command: Command,
        descriptor: FlightDescriptor,
    ) -> Result<FlightInfo> {
        let (schema, ticket) = match self.asking(caller, &command).await? {
            Some(asking) => {
                let schema = Arc::clone(&asking.schema);
                let handle = self.desks().ticket(&caller.login, asking);
                let ticket = TicketStatementQuery {
                    statement_handle: Bytes::copy_from_slice(&handle),
                };
                (schema, ticket.as_any())
            }
            None => (metadata::schema(&command)?, command.into_any()),
        };
        let endpoint = FlightEndpoint::new().with_ticket(Ticket::new(ticket.encode_to_vec()));
        let info = FlightInfo::new().try_with_schema(&schema);
        let info = info.map_err(|error| Fault::internal(&error))?;
        Ok(info.with_descriptor(descriptor).with_endpoint(endpoint))
    }

    /// The columns of the answer to a command.
    pub(crate) async fn columns(&self, caller: &Caller, command: Command) -> Result<SchemaRef> {
        match self.asking(caller, &command).await? {
            Some(asking) => Ok(asking.schema),
            None => metadata::schema(&command),
        }
    }

    /// The question of a command, with the columns that its answer has under the rights of this moment; none where the command asks
    /// for something else.
    async fn asking(&self, caller: &Caller, command: &Command) -> Result<Option<Asking>> {
        match command {
            Command::CommandStatementQuery(query) => {
                must_be_alone(query.transaction_id.as_ref())?;
                let sql = question(query.query.clone())?;
                let (asking, _) = self.read(&caller.login, sql, &Arc::default()).await?;
                Ok(Some(asking))
            }
            Command::CommandPreparedStatementQuery(prepared) => {
                let handle = &prepared.prepared_statement_handle;
                let kept = self.desks().prepared(&caller.login, handle)?;
                let sql = kept.sql.to_string();
                let (asking, _) = self.read(&caller.login, sql, &kept.values).await?;
                Ok(Some(asking))
            }
            _ => Ok(None),
        }
    }

    /// Reads a question without asking it: its columns, which may follow from its values, and the types of those that are missing.
    async fn read(
        &self,
        login: &Login,
        sql: String,
        values: &Arc<[ArrayRef]>,
    ) -> Result<(Asking, Vec<Option<DataType>>)> {
        let mut session = self.session(login).await?;
        if !values.is_empty() {
            session = session.with_parameters(values)?;
        }
        let found = session.prepare(&sql, &[]).await?;
        let asking = Asking {
            sql: sql.into(),
            values: Arc::clone(values),
            schema: columns(&found.schema),
        };
        Ok((asking, found.parameters))
    }

    /// Prepares a statement.
    pub(crate) async fn prepare(
        &self,
        caller: &Caller,
        sql: String,
        transaction: Option<&Bytes>,
    ) -> Result<ActionCreatePreparedStatementResult> {
        must_be_alone(transaction)?;
        let sql = question(sql)?;
        let (asking, parameters) = self.read(&caller.login, sql, &Arc::default()).await?;
        let parameters = parameters.into_iter().enumerate().map(|(place, found)| {
            // What nothing is said of can be anything, and is asked for as a text.
            let found = found.unwrap_or(DataType::Utf8);
            Field::new(format!("${}", place + 1), found, true)
        });
        let parameters = columns(&Schema::new(parameters.collect::<Vec<_>>()));
        let dataset_schema = written(&asking.schema)?;
        let handle = self.desks().prepare(&caller.login, asking)?;
        Ok(ActionCreatePreparedStatementResult {
            prepared_statement_handle: Bytes::copy_from_slice(&handle),
            dataset_schema,
            parameter_schema: written(&parameters)?,
        })
    }

    /// The rows behind a ticket, with the rights of this moment and not those of when it was given out.
    pub(crate) async fn fetch(&self, caller: Caller, command: Command) -> Result<Fetched> {
        let Command::TicketStatementQuery(ticket) = command else {
            let session = self.session(&caller.login).await?;
            let rows = metadata::rows(command, &session, &self.city().packs())?;
            return Ok(Fetched {
                sent: whole(rows),
                receipt: None,
            });
        };
        let (asking, running) = self
            .desks()
            .begin(&caller.login, &ticket.statement_handle)?;
        let mut ends = Ends {
            login: self.city().programs().watch(caller.login.clone()),
            cancelled: running.cancelled.clone(),
            terms: Terms::default(),
        };
        let session = self.session(&caller.login).await?;
        let session = session.with_parameters(&asking.values)?;
        let rows = ends.unless(session.query(&asking.sql)).await??;
        ends.terms = rows.terms().clone();
        let asked = Asked {
            login: &caller.login,
            principal: session.principal(),
            form: FileForm::ArrowFlight,
            sql: &asking.sql,
            values: &asking.values,
        };
        let mut leaving = Leaving::of(self.city(), &asked, &rows);
        let page_rows = self.city().page_rows();
        let opened = Opened::read(rows, asking.schema, page_rows, &mut ends).await?;
        let read = opened.rows().datasets().to_vec();
        self.city().note(session.principal(), &read).await?;
        let receipt = match &mut leaving {
            Some(leaving) => Some(leaving.before(opened.count()).await?),
            None => None,
        };
        let held = (running, caller.busy);
        let sent = opened.send(ends, leaving, held, |(running, _)| running.done());
        Ok(Fetched { sent, receipt })
    }
}

/// The bytes of a schema, as messages hold them.
pub(crate) fn written(schema: &Schema) -> Result<Bytes> {
    let options = IpcWriteOptions::default();
    let written: std::result::Result<IpcMessage, _> = SchemaAsIpc::new(schema, &options).try_into();
    let IpcMessage(bytes) = written.map_err(|error| Fault::internal(&error))?;
    Ok(bytes)
}

fn must_be_alone(transaction: Option<&Bytes>) -> Result<()> {
    match transaction.filter(|transaction| !transaction.is_empty()) {
        None => Ok(()),
        Some(_) => Err(no_transactions()),
    }
}

pub(crate) fn no_transactions() -> Fault {
    Fault::unsupported(
        "there are no transactions here: each question reads one moment of every dataset",
    )
    .help("ask without one, or join what must be of one moment in one question")
}
