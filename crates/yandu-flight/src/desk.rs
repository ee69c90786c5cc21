//! What clients leave with the server between two requests: prepared statements, tickets, and answers under way.
//!
//! All of it belongs to a login. A handle is random, and is looked for among those of whoever shows it alone: one that somebody else was
//! given, one that has ended, and one that was made up are the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::SchemaRef;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tonic::Code;
use yandu_access::Login;

use crate::fault::{Fault, Result};

/// The most statements that a login may keep prepared.
const MOST_PREPARED: usize = 200;
/// The most tickets of a login; one that was made long ago goes for another one.
const MOST_TICKETS: usize = 200;
/// The most bytes of texts and values that a login may keep in prepared statements, and again in tickets.
const MOST_BYTES: usize = 16 << 20;
/// How long a ticket can be used.
const TICKET: Duration = Duration::from_mins(5);

/// By which something is known again.
pub(crate) type Handle = [u8; 16];

/// A question that can be asked.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    pub(crate) sql: Arc<str>,
    /// What `$1` and so on stand for.
    pub(crate) values: Arc<[ArrayRef]>,
    /// The columns that whoever asks was told of.
    pub(crate) schema: SchemaRef,
}

/// What all clients have left. Clones are one.
#[derive(Clone)]
pub(crate) struct Desks {
    all: Arc<Mutex<HashMap<Login, Desk>>>,
    /// How long a prepared statement may go unused.
    idle: Duration,
}

#[derive(Default)]
struct Desk {
    prepared: HashMap<Handle, Kept>,
    tickets: HashMap<Handle, Kept>,
    running: HashMap<Handle, Answers>,
}

/// The answers to one ticket that are under way: a client may fetch twice at once, and has both stopped together.
#[derive(Default)]
struct Answers {
    cancelled: CancellationToken,
    count: usize,
}

struct Kept {
    asking: Asking,
    until: Instant,
    bytes: usize,
}

/// An answer that is under way, until this is dropped.
pub(crate) struct Running {
    pub(crate) cancelled: CancellationToken,
    desks: Desks,
    login: Login,
    handle: Handle,
}

impl Desks {
    pub(crate) fn new(idle: Duration) -> Self {
        Self {
            all: Arc::default(),
            idle,
        }
    }

    /// Keeps a statement.
    pub(crate) fn prepare(&self, login: &Login, asking: Asking) -> Result<Handle> {
        let mut all = self.swept();
        let desk = all.entry(login.clone()).or_default();
        let kept = Kept::new(asking, self.idle);
        if desk.prepared.len() >= MOST_PREPARED {
            return Err(
                Fault::too_much("too many statements are prepared").help("close some of them")
            );
        }
        must_have_room(&desk.prepared, kept.bytes)?;
        let handle: Handle = rand::random();
        desk.prepared.insert(handle, kept);
        Ok(handle)
    }

    /// Puts values into a statement that is kept.
    pub(crate) fn bind(&self, login: &Login, handle: &[u8], values: Vec<ArrayRef>) -> Result<()> {
        let asking = self.prepared(login, handle)?;
        let kept = Kept::new(
            Asking {
                values: values.into(),
                ..asking
            },
            self.idle,
        );
        let mut all = self.all();
        let desk = all.get_mut(login).ok_or_else(no_statement)?;
        let handle = Handle::try_from(handle).map_err(|_| no_statement())?;
        let before = desk.prepared.remove(&handle).ok_or_else(no_statement)?;
        let fits = must_have_room(&desk.prepared, kept.bytes);
        let kept = if fits.is_ok() { kept } else { before };
        desk.prepared.insert(handle, kept);
        fits
    }

    /// A statement that is kept, which counts as used now.
    pub(crate) fn prepared(&self, login: &Login, handle: &[u8]) -> Result<Asking> {
        let mut all = self.swept();
        let desk = all.get_mut(login);
        let kept = desk.and_then(|desk| desk.prepared.get_mut(handle));
        let kept = kept.ok_or_else(no_statement)?;
        kept.until = Instant::now() + self.idle;
        Ok(kept.asking.clone())
    }

    /// Forgets a statement. One that is not there is closed already.
    pub(crate) fn close(&self, login: &Login, handle: &[u8]) {
        if let Some(desk) = self.swept().get_mut(login) {
            desk.prepared.remove(handle);
        }
    }

    /// Gives out a ticket for a question.
    pub(crate) fn ticket(&self, login: &Login, asking: Asking) -> Handle {
        let mut all = self.swept();
        let desk = all.entry(login.clone()).or_default();
        let kept = Kept::new(asking, TICKET);
        while desk.tickets.len() >= MOST_TICKETS || bytes(&desk.tickets) + kept.bytes > MOST_BYTES {
            let oldest = desk.tickets.iter().min_by_key(|(_, kept)| kept.until);
            let Some(oldest) = oldest.map(|(handle, _)| *handle) else {
                break;
            };
            desk.tickets.remove(&oldest);
        }
        let handle: Handle = rand::random();
        desk.tickets.insert(handle, kept);
        handle
    }

    /// Begins the answer to the question of a ticket.
    pub(crate) fn begin(&self, login: &Login, handle: &[u8]) -> Result<(Asking, Running)> {
        let mut all = self.swept();
        let desk = all.get_mut(login).ok_or_else(no_ticket)?;
        let kept = desk.tickets.get(handle).ok_or_else(no_ticket)?;
        let handle = Handle::try_from(handle).map_err(|_| no_ticket())?;
        let answers = desk.running.entry(handle).or_default();
        answers.count += 1;
        let running = Running {
            cancelled: answers.cancelled.clone(),
            desks: self.clone(),
            login: login.clone(),
            handle,
        };
        Ok((kept.asking.clone(), running))
    }

    /// Takes a ticket out of use, and stops its answer; whether there was either.
    pub(crate) fn cancel(&self, login: &Login, handle: &[u8]) -> bool {
        let mut all = self.swept();
        let Some(desk) = all.get_mut(login) else {
            return false;
        };
        let running = desk.running.get(handle);
        if let Some(answers) = running {
            answers.cancelled.cancel();
        }
        running.is_some() | desk.tickets.remove(handle).is_some()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Login, Desk>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that can still be used.
    fn swept(&self) -> MutexGuard<'_, HashMap<Login, Desk>> {
        let now = Instant::now();
        let mut all = self.all();
        all.retain(|_, desk| {
            desk.prepared.retain(|_, kept| now < kept.until);
            desk.tickets.retain(|_, kept| now < kept.until);
            !(desk.prepared.is_empty() && desk.tickets.is_empty() && desk.running.is_empty())
        });
        all
    }
}

impl Kept {
    fn new(asking: Asking, time: Duration) -> Self {
        let values = asking.values.iter();
        let values: usize = values.map(Array::get_array_memory_size).sum();
        Self {
            bytes: asking.sql.len() + values,
            until: Instant::now() + time,
            asking,
        }
    }
}

impl Running {
    /// The answer was given to its end, and the ticket has done its work.
    pub(crate) fn done(&self) {
        if let Some(desk) = self.desks.all().get_mut(&self.login) {
            desk.tickets.remove(&self.handle);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut all = self.desks.all();
        let Some(desk) = all.get_mut(&self.login) else {
            return;
        };
        if let Some(answers) = desk.running.get_mut(&self.handle) {
            answers.count = answers.count.saturating_sub(1);
            if answers.count == 0 {
                desk.running.remove(&self.handle);
            }
        }
    }
}

fn bytes(kept: &HashMap<Handle, Kept>) -> usize {
    kept.values().map(|kept| kept.bytes).sum()
}

fn must_have_room(kept: &HashMap<Handle, Kept>, more: usize) -> Result<()> {
    if bytes(kept) + more <= MOST_BYTES {
        return Ok(());
    }
    let most = MOST_BYTES >> 20;
    let message = format!("statements and their values take more than {most} MiB");
    Err(Fault::too_much(message).help("close some of them"))
}

fn no_statement() -> Fault {
    Fault::new(Code::NotFound, "there is no such prepared statement")
        .help("prepare it again: one that is not used for long is forgotten")
}

fn no_ticket() -> Fault {
    Fault::new(Code::NotFound, "the ticket is not yours, or has ended").help(
        "ask for another one: a ticket is good for five minutes, with the token that asked for it",
    )
}

#[cfg(test)]
mod tests {
    use arrow::array::StringArray;
    use arrow::datatypes::Schema;

    use super::*;

    const IDLE: Duration = Duration::from_hours(1);

    fn asking(sql: &str) -> Asking {
        Asking {
            sql: sql.into(),
            values: Arc::new([]),
            schema: Arc::new(Schema::empty()),
        }
    }

    /// Lets time pass for everything that is kept.
    fn pass(desks: &Desks, time: Duration) {
        for desk in desks.all().values_mut() {
            let kept = desk.prepared.values_mut();
            for kept in kept.chain(desk.tickets.values_mut()) {
                kept.until -= time;
            }
        }
    }

    fn token(name: &str) -> Login {
        Login::Token(name.parse().unwrap())
    }

    #[test]
    fn a_ticket_is_good_for_whoever_asked_and_for_a_while() {
        let desks = Desks::new(IDLE);
        let (mine, other) = (token("mine"), token("other"));
        let handle = desks.ticket(&mine, asking("SELECT 1"));
        desks.ticket(&other, asking("SELECT 2"));
        assert!(desks.begin(&mine, &handle).is_ok());
        let foreign = desks.begin(&other, &handle).err().unwrap();
        let forged = desks.begin(&mine, &[7; 16]).err().unwrap();
        assert_eq!(foreign, forged);
        assert_eq!(foreign, desks.begin(&mine, b"short").err().unwrap());
        assert!(!desks.cancel(&other, &handle));
        pass(&desks, TICKET);
        assert_eq!(foreign, desks.begin(&mine, &handle).err().unwrap());
    }

    #[test]
    fn an_answer_that_is_cancelled_is_told_and_its_ticket_gone() {
        let desks = Desks::new(IDLE);
        let me = token("me");
        let handle = desks.ticket(&me, asking("SELECT 1"));
        let (_, running) = desks.begin(&me, &handle).unwrap();
        assert!(desks.cancel(&me, &handle));
        assert!(running.cancelled.is_cancelled());
        drop(running);
        assert!(!desks.cancel(&me, &handle));
        assert!(
            desks
                .all()
                .get(&me)
                .is_none_or(|desk| desk.running.is_empty())
        );
    }

    #[test]
    fn what_a_client_leaves_is_bounded() {
        let desks = Desks::new(IDLE);
        let me = token("me");
        let first = desks.prepare(&me, asking("SELECT 1")).unwrap();
        for _ in 1..MOST_PREPARED {
            desks.prepare(&me, asking("SELECT 1")).unwrap();
        }
        let full = desks.prepare(&me, asking("SELECT 1")).unwrap_err();
        assert_eq!(full.code, Code::ResourceExhausted);
        desks.close(&me, &first);
        let handle = desks.prepare(&me, asking("SELECT $1")).unwrap();
        let large = vec!["x".repeat(MOST_BYTES)];
        let large: ArrayRef = Arc::new(StringArray::from(large));
        let fault = desks.bind(&me, &handle, vec![large]).unwrap_err();
        assert_eq!(fault.code, Code::ResourceExhausted);
        assert!(desks.prepared(&me, &handle).unwrap().values.is_empty());
        for _ in 0..2 * MOST_TICKETS {
            desks.ticket(&me, asking("SELECT 1"));
        }
        assert_eq!(desks.all()[&me].tickets.len(), MOST_TICKETS);
        pass(&desks, IDLE);
        assert!(desks.prepared(&me, &handle).is_err());
        assert!(desks.all().is_empty());
    }
}
