//! Boards: all tiles of one with their numbers in one answer, and what changes of them while somebody looks.

mod lamps;
mod live;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_lake::Principal;
use yandu_metrics::{Board as Answered, BoardArea as AnsweredArea, Tile as AnsweredTile};
use yandu_pack::declare;
use yandu_words::BoardId;

use crate::Result;
use crate::caller::Caller;
use crate::etag;
use crate::extract::{Path, Query};
use crate::metric::MetricAnswer;
use crate::pack_page::PageTitle;
use crate::problem::Problem;
use crate::state::State;

use lamps::Plans;
pub use lamps::{LampOfBoard, LampsOfBoard, NumberOfLamp};
pub(crate) use live::Live;
use live::Round;

/// How often a silent stream says that it is there.
const ALIVE: Duration = Duration::from_secs(15);

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_boards))
        .routes(routes!(show_board))
        .routes(routes!(follow_board))
}

/// A board in the list of boards.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BoardLine {
    #[schema(example = "telecom.network")]
    pub id: String,
    pub pack: String,
    pub title: PageTitle,
    pub about: Option<PageTitle>,
    /// `county` or `managing` where it can be opened for one area.
    pub narrow: Option<String>,
}

/// The boards of the installed packs, in the order of their ids.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BoardList {
    pub boards: Vec<BoardLine>,
}

/// An area that a board can be opened for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BoardArea {
    pub code: String,
    pub name: String,
}

/// A place on the grid: columns and rows from 0, and how many it takes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct BoardSlot {
    pub x: u8,
    pub y: u8,
    pub w: u8,
    pub h: u8,
}

/// A tile with what is drawn of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BoardTile {
    pub id: String,
    /// `number`, `trend`, `ranking`, `map`, `table`, `lamps` or `text`.
    pub kind: String,
    pub title: Option<PageTitle>,
    /// The place on a desk, of twelve columns.
    pub slot: BoardSlot,
    /// The place on a wall, of twenty-four columns.
    pub wide: BoardSlot,
    /// `line`, `bar` or `area`.
    pub draw: Option<String>,
    pub text: Option<PageTitle>,
    /// The board that a click leads to; where there is none the trail of the number, or the plan of the lamps.
    pub drill: Option<String>,
    pub answer: Option<MetricAnswer>,
    /// How the work of a plan stands.
    pub lamps: Option<LampsOfBoard>,
    /// Why there is no answer.
    pub problem: Option<Problem>,
}

/// A board with all that is drawn of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Board {
    pub id: String,
    pub title: PageTitle,
    pub about: Option<PageTitle>,
    /// The area that it was opened for; absent for the whole city.
    pub area: Option<BoardArea>,
    /// The areas that it can be opened for.
    pub areas: Vec<BoardArea>,
    pub tiles: Vec<BoardTile>,
    /// Stands for the numbers of all tiles.
    pub data_version: String,
}

/// What an event of a board that is followed holds: the tiles that changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BoardChange {
    pub tiles: Vec<BoardTile>,
    pub data_version: String,
}

/// What a board is opened for.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct BoardOf {
    /// One of its areas; the whole city without one.
    #[param(example = "320902")]
    pub area: Option<String>,
}

/// Lists the boards.
#[utoipa::path(get, path = "/boards", tag = "boards", responses((status = 200, body = BoardList), Problem))]
async fn list_boards(Shared(state): Shared<State>, _caller: Caller) -> Json<BoardList> {
    let heads = state.metrics().board_heads();
    let boards = heads.into_iter().map(|head| {
        let file = head.file;
        let narrow = file.narrow.map(|narrow| match narrow {
            declare::Narrow::County => "county",
            declare::Narrow::Managing => "managing",
        });
        BoardLine {
            pack: file.board.pack().to_string(),
            title: (&file.title).into(),
            about: file.about.as_ref().map(PageTitle::from),
            narrow: narrow.map(str::to_owned),
            id: file.board.to_string(),
        }
    });
    Json(BoardList {
        boards: boards.collect(),
    })
}

/// Shows a board with the numbers of all its tiles, for the whole city or for one of its areas.
#[utoipa::path(get, path = "/boards/{id}", tag = "boards", params(("id" = String, Path), BoardOf), responses((status = 200, body = Board), Problem))]
async fn show_board(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<BoardId>,
    Query(of): Query<BoardOf>,
    headers: HeaderMap,
) -> Result<Response> {
    let view = Live::view(&state, &principal, &id, of.area.as_deref()).await?;
    let answer = (
        [
            (header::CONTENT_TYPE, "application/json".to_owned()),
            (header::ETAG, format!("\"{}\"", view.version)),
        ],
        view.body.to_string(),
    );
    Ok(etag::unless_had(&headers, answer.into_response()))
}

/// Follows a board: an event `tiles` whenever numbers change, with those tiles alone. The first event has all of them.
#[utoipa::path(get, path = "/boards/{id}/changes", tag = "boards", params(("id" = String, Path), BoardOf), responses((status = 200, body = BoardChange, content_type = "text/event-stream"), Problem))]
async fn follow_board(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<BoardId>,
    Query(of): Query<BoardOf>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let events = Live::follow(&state, &principal, &id, of.area.as_deref()).await?;
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE)))
}

impl From<declare::Slot> for BoardSlot {
    fn from(slot: declare::Slot) -> Self {
        Self {
            x: slot.x,
            y: slot.y,
            w: slot.w,
            h: slot.h,
        }
    }
}

impl From<AnsweredArea> for BoardArea {
    fn from(area: AnsweredArea) -> Self {
        Self {
            code: area.code,
            name: area.name,
        }
    }
}

impl BoardTile {
    async fn new(
        state: &State,
        answered: AnsweredTile,
        county: Option<&str>,
        plans: &Plans<'_>,
    ) -> Self {
        let AnsweredTile { tile, outcome } = answered;
        let (answer, mut problem) = match outcome {
            None => (None, None),
            Some(Ok(answer)) => (Some(MetricAnswer::from(answer)), None),
            Some(Err(error)) => (None, Some(Box::<Problem>::from(error))),
        };
        let mut lamps = None;
        if let Some(asked) = &tile.lamps {
            match plans.lamps(asked, tile.limit, county).await {
                Ok(listed) => lamps = Some(listed),
                Err(why) => problem = Some(why),
            }
        }
        let own = tile.title.as_ref().map(PageTitle::from);
        let answered = || answer.as_ref().map(|answer| answer.title.clone());
        // A number that is not told has its name all the same: whoever sees boards sees the list of metrics.
        let declared = || {
            let definition = state.metrics().definition(tile.metric.as_ref()?).ok()?;
            Some(PageTitle::from(&definition.file.title))
        };
        Self {
            id: tile.id.to_string(),
            kind: tile.kind.name().to_owned(),
            title: own.or_else(answered).or_else(declared),
            slot: tile.slot.into(),
            wide: tile.on_wall().into(),
            draw: tile.draw.map(|draw| draw.name().to_owned()),
            text: tile.text.as_ref().map(PageTitle::from),
            drill: tile.drill.map(|board| board.to_string()),
            answer,
            lamps,
            problem: problem.map(|problem| *problem),
        }
    }
}

impl Board {
    async fn new(state: &State, principal: &Principal, answered: Answered, round: &Round) -> Self {
        let file = &answered.file;
        let county = answered.area.as_ref().map(|area| area.name.as_str());
        let plans = Plans::new(state, principal, round);
        let mut tiles = Vec::with_capacity(answered.tiles.len());
        for tile in answered.tiles {
            tiles.push(BoardTile::new(state, tile, county, &plans).await);
        }
        Self {
            id: file.board.to_string(),
            title: (&file.title).into(),
            about: file.about.as_ref().map(PageTitle::from),
            area: answered.area.map(BoardArea::from),
            areas: answered.areas.into_iter().map(BoardArea::from).collect(),
            tiles,
            data_version: String::new(),
        }
    }
}

/// Text that many share.
type Text = Arc<str>;
