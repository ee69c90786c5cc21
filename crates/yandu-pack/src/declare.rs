//! What the files of a pack say, as structs: the one source of the JSON Schemas that editors and the reader use.
//!
//! A struct here holds what one file holds and nothing that must be looked up elsewhere; what depends on the other files
//! of the set is checked in [`crate::check`]. Defaults are applied when a file is read, so a missing key and its default
//! cannot be told apart afterwards.

mod board;
mod channel;
mod check;
mod classification;
mod codes;
mod dataset;
mod form;
mod indicator;
mod literal;
mod metric;
mod pack;
mod page;
mod period;
mod secret;
mod source;
mod test;
mod words;

pub use board::{
    BoardFile, BoardTile, Draw, LampName, LampsBy, LampsDue, Narrow, Slot, TileKind, TileLamps,
    TileTarget,
};
pub use channel::{
    Channel, CursorPage, Engine, FileChannel, FolderChannel, HttpChannel, LinkPage, NumberPage,
    Page, Retry, SqlChannel, UploadChannel, Watermark,
};
pub use check::{Check, CheckFields, CheckKind, CheckShapeError, Level, ReferenceTarget, RowCount};
pub use classification::{ClassificationFile, ClassificationRule, Combination, Weights};
pub use codes::CodeListFile;
pub use dataset::{Column, DatasetFile, Opening, Origin, Refresh, Sharing, SharingClass};
pub use form::{EvidenceKind, EvidenceRule, Form, FormField, Later};
pub use indicator::{
    EntryFilter, EntryKind, EntryStatus, Fact, FactMeasure, Indicator, IndicatorFile, Measure,
    Share, Uncovered,
};
pub use literal::{Literal, SettingValue};
pub use metric::{
    Across, Baseline, Comparison, DimensionKind, Direction, MetricDimension, MetricFile,
    MetricTime, Thresholds,
};
pub use pack::{PackFile, Setting};
pub use page::{Chart, ChartType, PageFile, PageKind, SortColumn, Tile};
pub use period::{Period, PeriodError, PeriodUnit};
pub use secret::{Secret, Url};
pub use source::{Format, Mode, Schedule, SourceFile};
pub use test::{Given, Row, Test, TestFields, TestFile, Then};
