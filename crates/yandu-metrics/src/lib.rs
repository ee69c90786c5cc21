//! Metrics: numbers of the city that packs declare over the rows of models, asked for by period, area and class.
//!
//! The rows of a model are cells that are small enough to be held in memory; a number is put together from the cells of
//! what was asked for, and never from other numbers, so a share of a year is that of the year. Cells are read through
//! `lake.session(principal)` and follow the versions of their models. What numbers were is recorded, so that a restated
//! month shows both; notes and alerts are records beside them.
//!
//! Not here: how models are refreshed (`yandu-transform`), what a target of the plan is (`yandu-plan`).

mod answer;
mod answered;
mod areas;
mod ask;
mod asked;
mod board;
mod cells;
mod definition;
mod error;
mod forecast;
mod merge;
mod metrics;
mod record;
mod roll;
mod store;
mod target;
mod trail;
mod watch;

pub use answer::{
    Answer, BaselineChange, Change, Data, Freshness, Gap, Group, Key, NoChange, Point, Value,
};
pub use areas::AreaLevel;
pub use ask::{Ask, By, Only, Order, Target};
pub use board::{Board, BoardArea, BoardHead, Tile};
pub use definition::Definition;
pub use error::Error;
pub use forecast::{Forecast, ForecastPoint, Method, NoForecast};
pub use metrics::Metrics;
pub use record::{Alert, AlertKind, Note, Recorded};
pub use target::TargetStanding;
pub use trail::Origin;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests;
