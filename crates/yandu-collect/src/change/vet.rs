//! Packs take force only where `yandu pack check` finds no error in them: their SQL too, and the grades that flow through it.

use std::path::PathBuf;

use yandu_pack::{Pack, Packs};

use super::installed::Offered;
use crate::{Error, Result, SqlConditions};

/// Reads the files of packs once more, with all that is checked of them.
pub(super) async fn vet(offered: &Offered) -> Result<()> {
    let packs = offered.packs.packs();
    let folders: Vec<PathBuf> = packs.map(Pack::folder).map(ToOwned::to_owned).collect();
    let read = move || Packs::load(&folders, &SqlConditions);
    let loaded = tokio::task::spawn_blocking(read).await?;
    let errors = loaded.problems.iter().filter(|problem| problem.is_error());
    let problems: Vec<String> = errors.map(ToString::to_string).collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Packs {
            what: "the packs",
            problems,
        })
    }
}
