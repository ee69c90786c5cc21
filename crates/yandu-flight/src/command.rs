//! What a request is about: a message of Flight SQL inside of a message of Flight.

use arrow_flight::flight_descriptor::DescriptorType;
use arrow_flight::sql::{Any, Command, ProstMessageExt};
use arrow_flight::{FlightDescriptor, FlightInfo};
use prost::Message;

use crate::fault::{Fault, Result};

/// The command of a descriptor.
pub(crate) fn of_descriptor(descriptor: &FlightDescriptor) -> Result<Command> {
    if descriptor.r#type() != DescriptorType::Cmd {
        return Err(Fault::malformed("the descriptor is a path, and no command")
            .help("ask with a command of Flight SQL, such as a statement"));
    }
    read(&descriptor.cmd)
}

/// The command in some bytes.
pub(crate) fn read(bytes: &[u8]) -> Result<Command> {
    let any = Any::decode(bytes).map_err(|_| unreadable())?;
    match Command::try_from(any).map_err(|_| unreadable())? {
        Command::Unknown(_) => Err(Fault::malformed("this is no message of Flight SQL")
            .help("ask with a command of Flight SQL, such as a statement")),
        command => Ok(command),
    }
}

/// The message in the body of an action, which may be packed once more.
pub(crate) fn of_action<M: ProstMessageExt>(body: &[u8]) -> Result<M> {
    let any = Any::decode(body).map_err(|_| unreadable())?;
    let message = any.unpack().map_err(|_| unreadable())?;
    message.ok_or_else(|| Fault::malformed("the action has the message of another one"))
}

/// The handles of the tickets of an answer.
pub(crate) fn tickets(info: &FlightInfo) -> Vec<Vec<u8>> {
    let endpoints = info.endpoint.iter();
    let tickets = endpoints.filter_map(|endpoint| endpoint.ticket.as_ref());
    let commands = tickets.filter_map(|ticket| read(&ticket.ticket).ok());
    commands
        .filter_map(|command| match command {
            Command::TicketStatementQuery(ticket) => Some(ticket.statement_handle.to_vec()),
            _ => None,
        })
        .collect()
}

/// A message that cannot be read.
pub(crate) fn unreadable() -> Fault {
    Fault::malformed("the message cannot be read").help("ask with a client of Arrow Flight SQL")
}

#[cfg(test)]
mod tests {
    use arrow_flight::sql::CommandStatementQuery;
    use tonic::Code;

    use super::*;

    #[test]
    fn what_is_no_command_is_refused_and_breaks_nothing() {
        let query = CommandStatementQuery {
            query: "SELECT 1".to_owned(),
            transaction_id: None,
        };
        let whole = query.as_any().encode_to_vec();
        assert_eq!(read(&whole).unwrap(), Command::CommandStatementQuery(query));
        let mut refused = 0;
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 0xff;
            for bytes in [&changed[..], &whole[..place]] {
                if let Err(fault) = read(bytes) {
                    assert_eq!(fault.code, Code::InvalidArgument);
                    refused += 1;
                }
            }
        }
        assert!(refused > whole.len(), "{refused}");
        let path = FlightDescriptor::new_path(vec!["club".to_owned()]);
        assert!(of_descriptor(&path).is_err());
    }
}
