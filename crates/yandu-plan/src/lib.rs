//! A work plan, from its raw Chinese text to what can be supervised: chapters, points, sentences, responsible units with
//! lead and support, and targets with value, unit, comparison, date, literal wording and place.
//!
//! [`read`] is a pure function of the bytes: no I/O, no clock, and a cost that grows with the length of the text alone. It
//! knows the language of such plans and no city: no name of a place, a unit or a document stands in its rules. It reads and does
//! not decide: what the text leaves open stays open, marked with the reason, and what may be a figure and may be none is offered
//! to a reviewer beside the figures. Nothing is stored here.

mod decode;
mod due;
mod error;
mod figure;
mod finding;
mod flow;
mod layout;
mod lexicon;
mod numeral;
mod office;
mod outline;
mod plan;
mod reading;
mod review;
mod sentence;
mod table;
mod unit;

pub use error::Error;
pub use finding::{Finding, FindingCode};
pub use reading::{
    Assignment, Chapter, Comparison, Doubt, Figure, Kind, Offer, Point, Reading, Role, Sentence,
    Unit, Value,
};

/// What a reader may be told beside the text.
#[derive(Debug, Clone)]
pub struct Options {
    /// The year of the plan, where its title does not say it.
    pub year: Option<i16>,
    /// Bytes of the largest text that is read.
    pub limit_bytes: usize,
}

/// The largest text by default: no plan comes near it, and a file that was chosen by mistake does.
pub const LIMIT_BYTES: usize = 100 << 20;

impl Default for Options {
    fn default() -> Self {
        Self {
            year: None,
            limit_bytes: LIMIT_BYTES,
        }
    }
}

/// Reads a plan. Places are Unicode code points from the start of the text, a byte order mark apart.
pub fn read(bytes: &[u8], options: &Options) -> Result<Reading, Error> {
    let decoded = decode::decode(bytes, options.limit_bytes)?;
    plan::read(&decoded, options)
}
