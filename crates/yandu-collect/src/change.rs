//! Packs as they are installed: what an offered change of them would do to stored rows, doing it, and taking it back.
//!
//! A data folder keeps a copy of each state of the packs that was installed. Offered packs that touch no stored row and open
//! nothing are installed at once; others wait until somebody applies them with a reason. Packs with errors are never
//! installed. A change commits one table after the other while readers go on seeing all of them as they were, then installs
//! the packs and shows all of them together. Rows that cannot be kept go to quarantine under their own batch and place.
//! Whatever a change did is in its record, so that one cut short is finished or undone at the next start, and a finished one
//! can be taken back.

mod apply;
mod cells;
mod changes;
mod dry;
mod field;
mod installed;
mod look;
mod note;
mod plan;
mod record;
mod recover;
mod rollback;
mod site;
mod start;
mod vet;
mod work;

pub use changes::{Offer, PackChanges, Settles, Told};
pub use dry::Counted;
pub use field::{Fields, Moved};
pub use installed::{Installed, Offered, PackCopy, State};
pub use look::{Counts, RowSample};
pub use plan::{DatasetPlan, Plan};
pub use record::{ChangeKind, ChangeRecord, ChangeStatus, Step};
pub(crate) use record::{MIGRATIONS, Records};

pub use site::{SITE, SavedModel, settle_site, site_folder};
pub use start::{Started, start, start_as_before};

/// How long a reading of stored rows may take: somebody watches it and can cancel it.
const WATCHED: std::time::Duration = std::time::Duration::from_hours(720);

#[cfg(test)]
mod tests;
