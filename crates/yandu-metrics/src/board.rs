//! Boards: tiles that packs declare, each compiled into a question and answered.

use yandu_lake::Principal;
use yandu_pack::declare::{BoardFile, BoardTile, Narrow, TileKind};
use yandu_words::{BoardId, ColumnName};

use crate::answer::Answer;
use crate::areas::{AreaLevel, Areas};
use crate::ask::{Ask, By, Only, Order, Target};
use crate::definition::Definition;
use crate::metrics::Metrics;
use crate::{Error, Result};

/// Lines of a ranking or a table that says nothing of them.
const LINES: u32 = 12;
/// Periods of a trend that says nothing of them.
const POINTS: u32 = 12;

/// A board in the list of boards.
#[derive(Debug, Clone)]
pub struct BoardHead {
    pub file: BoardFile,
}

/// An area that a board can be opened for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardArea {
    pub code: String,
    pub name: String,
}

/// A board with everything that is drawn of it.
#[derive(Debug)]
pub struct Board {
    pub file: BoardFile,
    /// The area that it was opened for; none for the whole.
    pub area: Option<BoardArea>,
    /// Those that it can be opened for.
    pub areas: Vec<BoardArea>,
    pub tiles: Vec<Tile>,
}

/// A tile with its answer, or why there is none; a text has neither.
#[derive(Debug)]
pub struct Tile {
    pub tile: BoardTile,
    pub outcome: Option<Result<Answer>>,
}

impl Metrics {
    /// The boards, in the order of their ids.
    pub fn board_heads(&self) -> Vec<BoardHead> {
        let boards = self.boards();
        let heads = boards.values().map(|file| BoardHead { file: file.clone() });
        heads.collect()
    }

    /// Answers every tile of a board, for the whole or for one of its areas.
    pub async fn board(
        &self,
        principal: &Principal,
        id: &BoardId,
        area: Option<&str>,
    ) -> Result<Board> {
        let boards = self.boards();
        let file = boards
            .get(id)
            .cloned()
            .ok_or_else(|| Error::NoBoard(id.to_string()))?;
        let known = self.areas(principal).await?;
        let level = level_of(&file, &known);
        let areas = areas_of(&file, &known);
        let area = match area {
            None => None,
            Some(code) => {
                let known = areas.iter().find(|known| known.code == code).cloned();
                Some(known.ok_or_else(|| Error::NoBoardArea {
                    board: id.to_string(),
                    area: code.chars().take(40).collect(),
                })?)
            }
        };
        let mut tiles = Vec::with_capacity(file.tiles.len());
        for tile in &file.tiles {
            let outcome = match self.question(&file, tile, area.as_ref(), level) {
                None => None,
                Some(Err(error)) => Some(Err(error)),
                Some(Ok(ask)) => Some(self.ask(principal, &ask).await),
            };
            tiles.push(Tile {
                tile: tile.clone(),
                outcome,
            });
        }
        Ok(Board {
            file,
            area,
            areas,
            tiles,
        })
    }

    /// What a tile asks; none for a text.
    fn question(
        &self,
        board: &BoardFile,
        tile: &BoardTile,
        area: Option<&BoardArea>,
        level: AreaLevel,
    ) -> Option<Result<Ask>> {
        let metric = tile.metric.as_ref()?;
        Some(self.definition(metric).map(|definition| Ask {
            grain: tile.period,
            points: match tile.kind {
                TileKind::Trend => tile.points.unwrap_or(POINTS) as usize,
                _ => 1,
            },
            by: by(&definition, tile, level).into_iter().collect(),
            only: only(board, &definition, area),
            order: match tile.kind {
                TileKind::Ranking | TileKind::Table => Order::Greatest,
                _ => Order::Key,
            },
            limit: match tile.kind {
                TileKind::Ranking | TileKind::Table => Some(tile.limit.unwrap_or(LINES) as usize),
                _ => None,
            },
            target: tile.target.as_ref().map(|target| Target {
                value: target.value,
                comparison: target.comparison,
                due: target.due,
            }),
            ..Ask::newest(metric.clone())
        }))
    }
}

fn by(definition: &Definition, tile: &BoardTile, level: AreaLevel) -> Option<By> {
    let dimension = tile.by.clone()?;
    let is_area = definition
        .file
        .area()
        .is_some_and(|(area, _)| *area == dimension);
    Some(By {
        dimension,
        level: is_area.then_some(level),
    })
}

/// The conditions of a board, as far as a metric has the dimensions.
fn only(board: &BoardFile, definition: &Definition, area: Option<&BoardArea>) -> Vec<Only> {
    let has = |name: &ColumnName| definition.file.dimensions.contains_key(name);
    let declared = board.only.iter().filter(|(name, _)| has(name));
    let mut only: Vec<Only> = declared
        .map(|(dimension, values)| Only {
            dimension: dimension.clone(),
            values: values.clone(),
        })
        .collect();
    if let (Some(area), Some((dimension, _))) = (area, definition.file.area()) {
        only.push(Only {
            dimension: dimension.clone(),
            values: vec![area.code.clone()],
        });
    }
    only
}

/// The areas that tiles compare: those that the board can be opened for. Whoever does not see the list of managing units compares
/// counties, which are in the codes of the data.
fn level_of(board: &BoardFile, areas: &Areas) -> AreaLevel {
    if board.narrow == Some(Narrow::Managing) && areas.managing_units().next().is_some() {
        AreaLevel::Managing
    } else {
        AreaLevel::County
    }
}

fn areas_of(board: &BoardFile, areas: &Areas) -> Vec<BoardArea> {
    let area = |(code, name): (&str, &str)| BoardArea {
        code: code.to_owned(),
        name: name.to_owned(),
    };
    match board.narrow {
        None => Vec::new(),
        Some(Narrow::County) => areas.counties().map(area).collect(),
        Some(Narrow::Managing) => areas.managing_units().map(area).collect(),
    }
}
