use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yandu_words::{BoardId, ColumnName, Grain, MetricId, Period, Title};

use super::Comparison;
use super::words::{words_if_any, words_schema};

/// `boards/*.yaml`: a board of tiles on a grid, for a desk and for a wall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoardFile {
    /// The id of the board, `pack.name`, the name being that of its file.
    pub board: BoardId,
    pub title: Title,
    /// What the board shows and for whom, in a sentence or two.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "words_if_any"
    )]
    #[schemars(schema_with = "words_schema")]
    pub about: Option<Title>,
    /// A board whose tiles this one has too. A tile with the same id takes the place of one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<BoardId>,
    /// Tiles of that board that this one does not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub without: Vec<ColumnName>,
    /// Whether anybody may look at it, without an account. A figure that is not open to everybody stays closed there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// Areas that the board can be opened for; then every number that has areas is that of the one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrow: Option<Narrow>,
    /// Values that dimensions must have, in every tile whose metric has the dimension.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub only: IndexMap<ColumnName, Vec<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 60))]
    pub tiles: Vec<BoardTile>,
}

/// How large the areas are that a board is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Narrow {
    County,
    /// The units that answer for parts of the city, with or without a division code.
    Managing,
}

/// One tile of a board.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoardTile {
    /// Names the tile inside of its board.
    pub id: ColumnName,
    pub kind: TileKind,
    /// The title of the metric where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// What is shown, in every kind but lamps and a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<MetricId>,
    /// The length of the periods; that of the metric where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Grain>,
    /// trend: how many periods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2, max = 400))]
    pub points: Option<u32>,
    /// ranking, table, map, and the lines of a trend: the dimension whose values are compared. Areas are those that the board can be
    /// opened for, and counties where it cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ColumnName>,
    /// ranking, table, lamps: how many lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    /// number, trend: what the number should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TileTarget>,
    /// trend: how it is drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draw: Option<Draw>,
    /// lamps: which lamps of a work plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lamps: Option<TileLamps>,
    /// text: what it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Title>,
    /// The board that a click leads to. Without one the trail of the number opens, or the plan of the lamps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<BoardId>,
    /// The place on a desk, of twelve columns.
    pub slot: Slot,
    /// The place on a wall, of twenty-four columns; that of the desk twice as wide where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wide: Option<Slot>,
}

/// The kinds of tiles that are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TileKind {
    /// One number with what it changed by.
    Number,
    /// Numbers over time.
    Trend,
    /// Bars in the order of their size.
    Ranking,
    /// The counties, or the managing units, as tiles where they lie.
    Map,
    /// Numbers by a dimension.
    Table,
    /// How the work of a plan stands, the worst first.
    Lamps,
    /// Words.
    Text,
}

impl TileKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Trend => "trend",
            Self::Ranking => "ranking",
            Self::Map => "map",
            Self::Table => "table",
            Self::Lamps => "lamps",
            Self::Text => "text",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Draw {
    Line,
    Bar,
    Area,
}

impl Draw {
    pub fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Bar => "bar",
            Self::Area => "area",
        }
    }
}

/// What the number of a tile should be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TileTarget {
    pub value: f64,
    /// As the metric says where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Period>,
}

/// The lamps of a work plan (红黄绿灯) that a tile lists. On a board that is opened for a county, those of its copies of tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TileLamps {
    /// What has a lamp.
    pub by: LampsBy,
    /// The plan; the newest in force that has begun where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// Points whose work is looked at, by their numbers; all where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<u32>,
    /// Leading units whose work is looked at; all where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<String>,
    /// Lamps that are listed; all where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<LampName>,
    /// task, target, node: when it is due; at any time where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<LampsDue>,
}

/// What has a lamp of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LampsBy {
    Point,
    /// The units that lead.
    Unit,
    County,
    Task,
    Target,
    /// The dated steps of tasks.
    Node,
}

/// A lamp: how work stands against its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LampName {
    Late,
    Near,
    OnCourse,
    NotBegun,
    DoneLate,
    Done,
}

/// When work is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LampsDue {
    /// In the month of the day.
    ThisMonth,
}

impl LampsBy {
    pub fn name(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Unit => "unit",
            Self::County => "county",
            Self::Task => "task",
            Self::Target => "target",
            Self::Node => "node",
        }
    }

    /// Whether it has a date, and is not the worst of several.
    pub fn is_dated(self) -> bool {
        matches!(self, Self::Task | Self::Target | Self::Node)
    }
}

/// A place on the grid of a board: columns and rows from 0, and how many it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    #[schemars(range(max = 23))]
    pub x: u8,
    #[schemars(range(max = 63))]
    pub y: u8,
    #[schemars(range(min = 1, max = 24))]
    pub w: u8,
    #[schemars(range(min = 1, max = 32))]
    pub h: u8,
}

impl Slot {
    /// Columns of a board on a desk and on a wall.
    pub const COLUMNS: u8 = 12;
    pub const WIDE_COLUMNS: u8 = 24;

    /// Whether two places have a field in common.
    pub fn overlaps(self, other: Self) -> bool {
        let apart = |at: u8, size: u8, other: u8, other_size: u8| {
            at.saturating_add(size) <= other || other.saturating_add(other_size) <= at
        };
        !(apart(self.x, self.w, other.x, other.w) || apart(self.y, self.h, other.y, other.h))
    }
}

impl BoardTile {
    /// The place on a wall.
    pub fn on_wall(&self) -> Slot {
        self.wide.unwrap_or(Slot {
            x: self.slot.x.saturating_mul(2),
            w: self.slot.w.saturating_mul(2),
            ..self.slot
        })
    }
}

impl BoardFile {
    /// The tiles of the board below with those of this one in their places.
    #[must_use]
    pub(crate) fn over(&self, below: &Self) -> Self {
        let mut tiles: Vec<BoardTile> = below
            .tiles
            .iter()
            .filter(|tile| !self.without.contains(&tile.id))
            .cloned()
            .collect();
        for tile in &self.tiles {
            match tiles.iter_mut().find(|known| known.id == tile.id) {
                Some(known) => *known = tile.clone(),
                None => tiles.push(tile.clone()),
            }
        }
        let mut only = below.only.clone();
        only.extend(self.only.clone());
        Self {
            narrow: self.narrow.or(below.narrow),
            only,
            tiles,
            ..self.clone()
        }
    }
}
