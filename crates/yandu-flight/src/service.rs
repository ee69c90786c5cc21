//! The requests of Arrow Flight, one function each.

use std::time::Duration;

use arrow_flight::flight_service_server::FlightService;
use arrow_flight::sql::{
    ActionCancelQueryRequest, ActionCancelQueryResult, ActionClosePreparedStatementRequest,
    ActionCreatePreparedStatementRequest, Command, DoPutPreparedStatementResult,
    ProstMessageExt as _,
};
use arrow_flight::{
    Action, ActionType, CancelFlightInfoRequest, CancelFlightInfoResult, CancelStatus, Criteria,
    Empty, FlightData, FlightDescriptor, FlightInfo, HandshakeRequest, HandshakeResponse, PollInfo,
    PutResult, SchemaResult, Ticket,
};
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use prost::Message as _;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Request, Response, Status, Streaming};
use yandu_access::{Login, Standing};
use yandu_face::City;
use yandu_lake::Session;

use crate::admit::Caller;
use crate::ask::{no_transactions, written};
use crate::bearer::Bearers;
use crate::command;
use crate::desk::Desks;
use crate::fault::{Fault, Result};
use crate::value;

/// What can be done besides asking.
const ACTIONS: [(&str, &str); 5] = [
    ("CreatePreparedStatement", "prepares a statement"),
    ("ClosePreparedStatement", "forgets a prepared statement"),
    ("CancelQuery", "stops a query"),
    ("CancelFlightInfo", "stops a query"),
    ("CloseSession", "ends the session of a login"),
];
/// Names the receipt of an answer, as over HTTP.
const RECEIPT: &str = "yandu-receipt";
/// What an action answers that has closed something.
const CLOSED: [u8; 2] = [0x08, 0x01];

/// The face. Clones are one.
#[derive(Clone)]
pub(crate) struct Face {
    city: City,
    bearers: Bearers,
    desks: Desks,
}

impl Face {
    pub(crate) fn new(city: City, idle: Duration) -> Self {
        Self {
            city,
            bearers: Bearers::new(idle),
            desks: Desks::new(idle),
        }
    }

    pub(crate) fn city(&self) -> &City {
        &self.city
    }

    /// A reader of the present, with the rights of this moment.
    pub(crate) async fn session(&self, login: &Login) -> Result<Session> {
        match self.city.programs().standing(login).await? {
            Standing::Reads(principal) => Ok(self.city.session(&principal)),
            Standing::ReadsNothing => Err(Fault::not_for_reading()),
            Standing::Ended => Err(Fault::ended()),
        }
    }

    pub(crate) fn bearers(&self) -> &Bearers {
        &self.bearers
    }

    pub(crate) fn desks(&self) -> &Desks {
        &self.desks
    }

    /// Does an action, and gives the body of its answer where it has one.
    async fn act(&self, caller: &Caller, action: &Action) -> Result<Option<Bytes>> {
        match action.r#type.as_str() {
            "CreatePreparedStatement" => {
                let asked: ActionCreatePreparedStatementRequest = command::of_action(&action.body)?;
                let made = self.prepare(caller, asked.query, asked.transaction_id.as_ref());
                Ok(Some(made.await?.as_any().encode_to_vec().into()))
            }
            "ClosePreparedStatement" => {
                let asked: ActionClosePreparedStatementRequest = command::of_action(&action.body)?;
                let handle = &asked.prepared_statement_handle;
                self.desks.close(&caller.login, handle);
                Ok(None)
            }
            "CancelQuery" => {
                let asked: ActionCancelQueryRequest = command::of_action(&action.body)?;
                let info = FlightInfo::decode(asked.info).map_err(|_| command::unreadable())?;
                // The numbers of the two messages are the same.
                let result = self.cancel(caller, &info)? as i32;
                let done = ActionCancelQueryResult { result };
                Ok(Some(done.as_any().encode_to_vec().into()))
            }
            "CancelFlightInfo" => {
                let asked = CancelFlightInfoRequest::decode(&*action.body);
                let asked = asked.map_err(|_| command::unreadable())?;
                let status = self.cancel(caller, &asked.info.unwrap_or_default())?;
                let done = CancelFlightInfoResult::new(status);
                Ok(Some(done.encode_to_vec().into()))
            }
            "CloseSession" => {
                if let Some(bearer) = &caller.bearer {
                    self.bearers.end(bearer);
                }
                Ok(Some(Bytes::from_static(&CLOSED)))
            }
            "BeginTransaction" | "EndTransaction" | "BeginSavepoint" | "EndSavepoint" => {
                Err(no_transactions())
            }
            "CreatePreparedSubstraitPlan" => Err(no_substrait()),
            _ => Err(Fault::unsupported("there is no such action")
                .help("`ListActions` shows those that there are")),
        }
    }

    fn cancel(&self, caller: &Caller, info: &FlightInfo) -> Result<CancelStatus> {
        let tickets = command::tickets(info);
        let cancel = |handle: &Vec<u8>| self.desks.cancel(&caller.login, handle);
        if tickets.iter().filter(|handle| cancel(handle)).count() > 0 {
            return Ok(CancelStatus::Cancelled);
        }
        Err(Fault::new(
            Code::NotFound,
            "there is no such query under way, and no such ticket",
        ))
    }

    /// Takes values for a prepared statement; whatever else is put here would change something.
    async fn put(&self, caller: &Caller, mut sent: Streaming<FlightData>) -> Result<PutResult> {
        let first = sent.next().await;
        let first = first.ok_or_else(command::unreadable)?;
        let first = first.map_err(|status| Fault::new(status.code(), status.message()))?;
        let descriptor = first.flight_descriptor.as_ref();
        let descriptor = descriptor.ok_or_else(command::unreadable)?;
        match command::of_descriptor(descriptor)? {
            Command::CommandPreparedStatementQuery(query) => {
                let handle = query.prepared_statement_handle;
                // Before anything is read for a statement that is not there.
                self.desks.prepared(&caller.login, &handle)?;
                let all = futures::stream::iter([Ok(first)]).chain(sent);
                let values = value::read(all).await?;
                self.desks.bind(&caller.login, &handle, values)?;
                let done = DoPutPreparedStatementResult {
                    prepared_statement_handle: Some(handle),
                };
                Ok(PutResult {
                    app_metadata: done.encode_to_vec().into(),
                })
            }
            Command::CommandStatementSubstraitPlan(_) => Err(no_substrait()),
            _ => Err(Fault::read_only()),
        }
    }
}

/// The command of a question; what would change something, and what is no SQL, is refused by name.
fn asked(descriptor: &FlightDescriptor) -> Result<Command> {
    match command::of_descriptor(descriptor)? {
        Command::CommandStatementSubstraitPlan(_) => Err(no_substrait()),
        Command::CommandStatementUpdate(_)
        | Command::CommandStatementIngest(_)
        | Command::CommandPreparedStatementUpdate(_) => Err(Fault::read_only()),
        command => Ok(command),
    }
}

fn no_substrait() -> Fault {
    Fault::unsupported("plans of Substrait are not taken").help("ask in SQL")
}

type Stream<T> = BoxStream<'static, std::result::Result<T, Status>>;
type Answer<T> = std::result::Result<Response<T>, Status>;

/// One message, or none.
fn only<T: Send + 'static>(message: Option<T>) -> Stream<T> {
    futures::stream::iter(message.map(Ok)).boxed()
}

#[tonic::async_trait]
impl FlightService for Face {
    type HandshakeStream = Stream<HandshakeResponse>;
    type ListFlightsStream = Stream<FlightInfo>;
    type DoGetStream = Stream<FlightData>;
    type DoPutStream = Stream<PutResult>;
    type DoActionStream = Stream<arrow_flight::Result>;
    type ListActionsStream = Stream<ActionType>;
    type DoExchangeStream = Stream<FlightData>;

    /// Gives a bearer to whoever has shown a name and a secret in the header of the request. The old way, in which they are in its body, is not taken.
    async fn handshake(
        &self,
        request: Request<Streaming<HandshakeRequest>>,
    ) -> Answer<Self::HandshakeStream> {
        let caller = Caller::of(&request)?;
        // Whether the token may be used at all is told to whoever has its secret.
        self.session(&caller.login).await?;
        let bearer = format!("Bearer {}", self.bearers.issue(&caller.login));
        let mut bearer = MetadataValue::try_from(bearer)
            .map_err(|error| Status::from(Fault::internal(&error)))?;
        bearer.set_sensitive(true);
        // Clients in C++ look for it behind the answer, and others before it.
        let mut behind = MetadataMap::new();
        behind.insert("authorization", bearer.clone());
        let end = Status::with_metadata(Code::Ok, "", behind);
        let messages = [Ok(HandshakeResponse::default()), Err(end)];
        let mut response = Response::new(futures::stream::iter(messages).boxed());
        response.metadata_mut().insert("authorization", bearer);
        Ok(response)
    }

    async fn list_flights(&self, _: Request<Criteria>) -> Answer<Self::ListFlightsStream> {
        let fault = Fault::unsupported("datasets are not listed as flights");
        Err(fault.help("ask for the tables, as Flight SQL does").into())
    }

    async fn get_flight_info(&self, request: Request<FlightDescriptor>) -> Answer<FlightInfo> {
        let caller = Caller::of(&request)?;
        let descriptor = request.into_inner();
        let command = asked(&descriptor)?;
        let info = self.inform(&caller, command, descriptor).await?;
        Ok(Response::new(info))
    }

    async fn poll_flight_info(&self, _: Request<FlightDescriptor>) -> Answer<PollInfo> {
        let fault = Fault::unsupported("there is nothing to poll for");
        Err(fault
            .help("ask for the flight: its rows come as they are read")
            .into())
    }

    async fn get_schema(&self, request: Request<FlightDescriptor>) -> Answer<SchemaResult> {
        let caller = Caller::of(&request)?;
        let command = asked(&request.into_inner())?;
        let schema = self.columns(&caller, command).await?;
        let schema = written(&schema)?;
        Ok(Response::new(SchemaResult { schema }))
    }

    async fn do_get(&self, request: Request<Ticket>) -> Answer<Self::DoGetStream> {
        let caller = Caller::of(&request)?;
        let command = command::read(&request.into_inner().ticket)?;
        let fetched = self.fetch(caller, command).await?;
        let mut response = Response::new(fetched.sent);
        if let Some(receipt) = fetched.receipt {
            let receipt = MetadataValue::try_from(receipt.to_string())
                .map_err(|error| Status::from(Fault::internal(&error)))?;
            response.metadata_mut().insert(RECEIPT, receipt);
        }
        Ok(response)
    }

    async fn do_put(&self, request: Request<Streaming<FlightData>>) -> Answer<Self::DoPutStream> {
        let caller = Caller::of(&request)?;
        let done = self.put(&caller, request.into_inner()).await?;
        Ok(Response::new(only(Some(done))))
    }

    async fn do_action(&self, request: Request<Action>) -> Answer<Self::DoActionStream> {
        let caller = Caller::of(&request)?;
        let done = self.act(&caller, &request.into_inner()).await?;
        Ok(Response::new(only(done.map(arrow_flight::Result::new))))
    }

    async fn list_actions(&self, _: Request<Empty>) -> Answer<Self::ListActionsStream> {
        let actions = ACTIONS.map(|(name, description)| {
            Ok(ActionType {
                r#type: name.to_owned(),
                description: description.to_owned(),
            })
        });
        Ok(Response::new(futures::stream::iter(actions).boxed()))
    }

    async fn do_exchange(
        &self,
        _: Request<Streaming<FlightData>>,
    ) -> Answer<Self::DoExchangeStream> {
        Err(Fault::read_only().into())
    }
}
