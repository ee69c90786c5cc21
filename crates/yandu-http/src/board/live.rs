//! Boards that somebody looks at: computed once for all who look, when their numbers may have changed.
//!
//! A view is what a board was in one round of numbers. It is made when somebody asks for it, and again in each later round
//! for as long as somebody follows it; what changed is written once, and the same text is sent to everybody.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::response::sse::Event;
use futures::Stream;
use jiff::civil::Date;
use serde_json::json;
use tokio::sync::watch;
use yandu_lake::Principal;
use yandu_words::BoardId;

use super::lamps::Standings;
use super::{Board, Text};
use crate::Result;
use crate::problem::Problem;
use crate::state::State;

/// Boards that are kept; they are few, and each is some kilobytes.
const KEPT: usize = 256;

/// How long somebody with rights follows a board before they are let in again.
const ADMITTED: Duration = Duration::from_mins(1);

/// The boards that were looked at.
#[derive(Default)]
pub(crate) struct Live {
    boards: Mutex<HashMap<Key, Arc<Watched>>>,
    pub(super) standings: tokio::sync::Mutex<Standings>,
}

/// A board with those who follow it.
struct Watched {
    views: watch::Sender<Option<Arc<View>>>,
    /// Held while the view of a round is made.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    board: BoardId,
    area: Option<String>,
    reader: String,
}

/// What a board was in a round.
#[derive(Debug)]
pub(crate) struct View {
    made_in: Round,
    pub(crate) version: Text,
    pub(crate) body: Text,
    /// Each tile by its id.
    tiles: Vec<(String, Text)>,
    /// The version before, and what changed since then.
    change: Option<(Text, Text)>,
    /// All tiles, as the first event has them.
    whole: Text,
}

/// What a board follows from: the rounds of numbers and of plans, and the day, by which numbers and work are late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Round {
    numbers: u64,
    plans: u64,
    day: Date,
}

impl Live {
    /// What a board is now.
    pub(crate) async fn view(
        state: &State,
        principal: &Principal,
        id: &BoardId,
        area: Option<&str>,
    ) -> Result<Arc<View>> {
        let key = Key::new(state, principal, id, area);
        let watched = state.boards().watched(&key);
        // Of many who ask at once the first one makes the view, and the others have it.
        let _turn = watched.turn.lock().await;
        let made_in = Round::of(state);
        let known = watched.views.borrow().clone();
        if let Some(view) = known.as_ref().filter(|view| view.made_in == made_in) {
            return Ok(Arc::clone(view));
        }
        let board = state.metrics().board(principal, id, area).await?;
        let board = Board::new(state, principal, board, &made_in).await;
        let view = Arc::new(View::new(board, made_in, known.as_deref())?);
        let is_same = known.is_some_and(|known| known.version == view.version);
        watched.views.send_if_modified(|slot| {
            *slot = Some(Arc::clone(&view));
            !is_same
        });
        Ok(view)
    }

    /// A board's tiles, and then those that change, as events.
    pub(crate) async fn follow(
        state: &State,
        principal: &Principal,
        id: &BoardId,
        area: Option<&str>,
    ) -> Result<impl Stream<Item = std::result::Result<Event, Infallible>> + use<>> {
        // What changes while the first view is made is told too.
        let rounds = (state.metrics().changes(), state.plans().changes());
        let first = Self::view(state, principal, id, area).await?;
        let key = Key::new(state, principal, id, area);
        let views = state.boards().watched(&key).views.subscribe();
        let asked = (
            state.clone(),
            principal.clone(),
            id.clone(),
            area.map(str::to_owned),
            Admitted::new(state, principal),
        );
        let seen = Arc::clone(&first.version);
        let begin = Some(Arc::clone(&first.whole));
        Ok(futures::stream::unfold(
            (begin, seen, views, rounds, asked),
            |(begin, seen, mut views, mut rounds, asked)| async move {
                if let Some(whole) = begin {
                    return Some((Ok(event(&whole)), (None, seen, views, rounds, asked)));
                }
                let (state, principal, id, area, admitted) = &asked;
                loop {
                    let newest = views.borrow_and_update().clone();
                    if let Some(view) = newest.filter(|view| view.version != seen) {
                        let text = view.since(&seen);
                        let seen = Arc::clone(&view.version);
                        return Some((Ok(event(&text)), (None, seen, views, rounds, asked)));
                    }
                    if state.is_stopping() || admitted.is_over(state, principal) {
                        return None;
                    }
                    let (numbers, plans) = &mut rounds;
                    tokio::select! {
                        changed = numbers.changed() => changed.ok()?,
                        changed = plans.changed() => changed.ok()?,
                        () = tokio::time::sleep(ADMITTED), if !principal.is_administrator() => continue,
                        changed = views.changed() => {
                            changed.ok()?;
                            continue;
                        }
                    }
                    // Whoever is first makes the view for all; a board that is gone ends its streams.
                    Self::view(state, principal, id, area.as_deref())
                        .await
                        .ok()?;
                }
            },
        ))
    }

    fn watched(&self, key: &Key) -> Arc<Watched> {
        let mut boards = lock(&self.boards);
        if let Some(watched) = boards.get(key) {
            return Arc::clone(watched);
        }
        if boards.len() >= KEPT {
            boards.retain(|_, watched| watched.views.receiver_count() > 0);
        }
        let watched = Arc::new(Watched {
            views: watch::Sender::new(None),
            turn: tokio::sync::Mutex::default(),
        });
        boards.insert(key.clone(), Arc::clone(&watched));
        watched
    }
}

/// Since when somebody with rights follows a board, and what they saw then.
struct Admitted {
    at: Instant,
    key: String,
}

impl Admitted {
    fn new(state: &State, principal: &Principal) -> Self {
        Self {
            at: Instant::now(),
            key: state.lake().key_of(principal),
        }
    }

    /// Whether they have to be let in again, which a browser asks for by itself: sessions end, and so do permits.
    fn is_over(&self, state: &State, principal: &Principal) -> bool {
        !principal.is_administrator()
            && (self.at.elapsed() >= ADMITTED || state.lake().key_of(principal) != self.key)
    }
}

impl Key {
    fn new(state: &State, principal: &Principal, id: &BoardId, area: Option<&str>) -> Self {
        Self {
            board: id.clone(),
            area: area.map(str::to_owned),
            reader: state.lake().key_of(principal),
        }
    }
}

impl View {
    fn new(mut board: Board, made_in: Round, before: Option<&Self>) -> Result<Self> {
        let failed = |error: serde_json::Error| {
            tracing::error!(%error, "a board could not be written");
            Problem::new("internal", "the board could not be written")
        };
        let mut tiles = Vec::with_capacity(board.tiles.len());
        for tile in &board.tiles {
            let text = serde_json::to_string(tile).map_err(failed)?;
            tiles.push((tile.id.clone(), Text::from(text)));
        }
        let mut hasher = blake3::Hasher::new();
        for (_, tile) in &tiles {
            hasher.update(tile.as_bytes());
            hasher.update(&[0]);
        }
        let version: String = hasher.finalize().to_hex().chars().take(24).collect();
        board.data_version.clone_from(&version);
        let body = serde_json::to_string(&board).map_err(failed)?;
        let version: Text = version.into();
        let change = before.map(|before| {
            let changed = tiles.iter().filter(|(id, tile)| {
                let same = before.tiles.iter().find(|(known, _)| known == id);
                same.is_none_or(|(_, known)| known != tile)
            });
            let text = event_text(changed.map(|(_, tile)| tile), &version);
            (Arc::clone(&before.version), text)
        });
        Ok(Self {
            made_in,
            whole: event_text(tiles.iter().map(|(_, tile)| tile), &version),
            version,
            body: body.into(),
            tiles,
            change,
        })
    }

    /// What somebody who has seen a version has to be told; everything, when that was not the one before.
    fn since(&self, seen: &Text) -> Text {
        let change = self.change.as_ref().filter(|(before, _)| before == seen);
        let text = change.map_or(&self.whole, |(_, change)| change);
        Arc::clone(text)
    }
}

/// The tiles as they are written already, put into one object.
fn event_text<'a>(tiles: impl Iterator<Item = &'a Text>, version: &str) -> Text {
    let tiles: Vec<&str> = tiles.map(AsRef::as_ref).collect();
    let tail = json!(version);
    format!(
        "{{\"tiles\":[{}],\"data_version\":{tail}}}",
        tiles.join(",")
    )
    .into()
}

fn event(text: &str) -> Event {
    Event::default().event("tiles").data(text)
}

impl Round {
    fn of(state: &State) -> Self {
        Self {
            numbers: *state.metrics().changes().borrow(),
            plans: *state.plans().changes().borrow(),
            day: state.metrics().today(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
