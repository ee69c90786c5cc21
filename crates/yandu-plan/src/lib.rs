//! A work plan, from its raw Chinese text to what can be supervised: chapters, points, sentences, responsible units with
//! lead and support, and targets with value, unit, comparison, date, literal wording and place.
//!
//! [`read`] is a pure function of the bytes: no I/O, no clock, and a cost that grows with the length of the text alone. It
//! knows the language of such plans and no city: no name of a place, a unit or a document stands in its rules. It reads and does
//! not decide: what the text leaves open stays open, marked with the reason, and what may be a figure and may be none is offered
//! to a reviewer beside the figures.
//!
//! [`Plans`] keeps plans: the text by its content, the reading as it was, and over them what people decide. A change is one
//! transaction with a record of who made it, when and why. What follows from a plan on a day (how its work stands, what is late,
//! how two baselines differ) is computed by pure functions over it. Not here: what a metric's value is; it is handed in.

mod amount;
mod binding;
mod decode;
mod decompose;
mod direction;
mod due;
mod edit;
mod error;
mod figure;
mod finding;
mod flow;
mod import;
mod lamps;
mod layout;
mod lexicon;
mod next;
mod numeral;
mod office;
mod outline;
mod overdue;
mod papers;
mod plan;
mod plans;
mod progress;
mod reading;
mod record;
mod review;
mod reviewing;
mod revision;
mod rules;
mod sentence;
mod sheet;
mod standing;
mod store;
mod table;
mod unit;

pub use amount::unit_text;
pub use binding::{Proposal, read_proposals};
pub use edit::{CountyShare, Edit, Op};
pub use error::Error;
pub use finding::{Finding, FindingCode};
pub use import::{Import, STORED_BYTES};
pub use lamps::{LampLine, LampsOf, LampsWanted, lamps};
pub use next::{Carried, Frame, FramePoint, next_frame};
pub use overdue::{Listed, Step, overdue};
pub use papers::{Making, MetricSource, Paper, day_of_paper, days_text, paper};
pub use plans::{Cause, Plans};
pub use progress::NodeStep;
pub use reading::{
    Assignment, Chapter, Comparison, Doubt, Figure, Kind, Offer, Point, Reading, Role, Sentence,
    Unit, Value,
};
pub use record::{
    Binding, ChangeRequest, ChangeState, Closing, Decision, DoubtAnswer, Evidence, EvidenceFields,
    EvidenceState, Figure as PlanFigure, FigureState, Finish, Gone, Head, ItemChange, Measured,
    Node, NodeFields, Origin, Plan, PlanDocument, PlanFinding, PlanOffer, PlanPiece, PlanPoint,
    Review, Said, ShownBy, Source, SourceText, Status, Task, TaskFields, Verdict, Way,
};
pub use reviewing::{
    AddedFigure, Decisions, FigureReview, FindingAnswer, OfferReview, Progress, SentenceReview,
    Share, Units, UnitsOfPoint,
};
pub use revision::{Baseline, Revision, RevisionKind};
pub use rules::{Counted, Pace, RestDay, RuleValue, Rules};
pub use sheet::PieceKind;
pub use standing::{
    Actual, Actuals, Ahead, Closed, Counts, Foreseen, Lack, Lamp, NoForecast, NodeStanding,
    Standing, Tally, TargetStanding, TaskStanding, Today, Told, Wanted, foreseen, standing, wanted,
};

pub type Result<T, E = Error> = std::result::Result<T, E>;

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
pub fn read(bytes: &[u8], options: &Options) -> Result<Reading> {
    read_with_text(bytes, options).map(|(_, reading)| reading)
}

/// The same with the text in which places are counted.
pub(crate) fn read_with_text(bytes: &[u8], options: &Options) -> Result<(String, Reading)> {
    let decoded = decode::decode(bytes, options.limit_bytes)?;
    let reading = plan::read(&decoded, options)?;
    Ok((decoded.text, reading))
}

#[cfg(test)]
mod tests;
