//! The words of Yandu: ids, titles, grades, column types, data standards with their validators and
//! normalisers, division trees, the working-day calendar, the folding of signs and headers, and which hosts are this
//! machine.
//!
//! Everything here is a pure function of its arguments. There is no I/O, no clock and no async; what
//! a city or a law may change (calendar, divisions) is data that the caller hands in.

pub mod calendar;
pub mod division;
pub mod id;
pub mod sign;
pub mod standard;
pub mod value;

mod fault;
mod field;
mod grade;
mod header;
mod host;
mod mask;
mod period;
mod read;
mod title;
mod value_type;

pub use fault::{Dimension, FaultCode};
pub use field::{FieldId, UnknownField};
pub use grade::Grade;
pub use header::fold_header;
pub use host::{host_name, is_loopback};
pub use id::{
    AccountId, BatchId, BoardId, ClassificationId, CodeListId, ColumnName, DatasetId, IdError,
    IndicatorSetId, MetricId, PackId, PageId, RoleId, SessionId, SourceId, TokenId,
};
pub use mask::Mask;
pub use period::{Grain, Period, PeriodError};
pub use read::{Change, Read};
pub use standard::Standard;
pub use title::Title;
pub use value_type::{ValueType, ValueTypeError};
