//! The ledger over real records, a real index and the packs of this repository.

mod crash;
mod exporting;
mod finding;
mod hostile;
mod importing;
mod indicators;
mod life;
mod model;
mod packs;
mod quality;
mod site;
mod sums;
