//! The folder of a city: its rows in the place of those that packs carry, what follows from its divisions, and whether all of it
//! holds together.

mod area;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use yandu_collect::SqlConditions;
use yandu_collect::trial::Trial;
use yandu_decode::Hints;
use yandu_pack::declare::{Channel, SettingValue};
use yandu_pack::{Packs, Problem};
use yandu_words::id::PackId;

pub(crate) use area::read_areas;

use crate::app::{city_policy_files, read_bindings};
use crate::config::Config;
use crate::failure::{Failure, Result};

/// Where the divisions of a city stand in its folder: a file of this pack.
const DIVISIONS_PACK: &str = "base";
const DIVISIONS_FILE: &str = "data/division.csv";
const DIVISIONS: &str = "base.division";
/// Settings of that pack which follow from the divisions.
const CITY_CODE: &str = "city_code";
const DIVISION_PREFIX: &str = "division_prefix";

/// Lays the rows in the folder of the city over those of packs. What takes no place there comes back.
pub(crate) fn lay_rows(config: &Config, packs: &mut Packs) -> Vec<Problem> {
    let city = config.city.as_ref();
    city.map(|city| packs.lay_data(city)).unwrap_or_default()
}

/// The code of the city and what the codes of its divisions begin with, where its folder says what its divisions are.
pub(crate) fn settings(packs: &Packs) -> Result<Vec<(PackId, String, SettingValue)>> {
    let mut all = packs.packs();
    let Some(base) = all.find(|pack| pack.id().as_str() == DIVISIONS_PACK) else {
        return Ok(Vec::new());
    };
    let mut laid = base.laid();
    let Some((_, file)) = laid.find(|(path, _)| *path == DIVISIONS_FILE) else {
        return Ok(Vec::new());
    };
    let Some(code) = city_code(packs, file)? else {
        return Ok(Vec::new());
    };
    let prefix = prefix(&code).to_owned();
    let known = base.settings();
    let settings = [(CITY_CODE, code), (DIVISION_PREFIX, prefix)];
    let settings = settings
        .into_iter()
        .filter(|(name, _)| known.value(name).is_some())
        .map(|(name, value)| {
            (
                base.id().clone(),
                name.to_owned(),
                SettingValue::Text(value),
            )
        });
    Ok(settings.collect())
}

/// The one division without a parent.
fn city_code(packs: &Packs, file: &Path) -> Result<Option<String>> {
    let wrong = |why: String| {
        Failure::new(format!("the divisions in `{}`: {why}", file.display()))
            .code("packs")
            .help(
                "one row is the city itself: its `code` has six digits, and its `parent` is empty",
            )
    };
    let mut sources = packs.sources();
    let source = sources.find(|source| source.file().dataset.as_str() == DIVISIONS);
    let Some(headers) = source.and_then(|source| packs.headers(source)) else {
        return Ok(None);
    };
    let mut datasets = packs.datasets();
    let dataset = datasets.find(|dataset| dataset.id().as_str() == DIVISIONS);
    let columns = dataset.into_iter().flat_map(|dataset| {
        let names = dataset.file().columns.keys();
        names.flat_map(move |name| dataset.aliases(name.as_str()))
    });
    let hints = Hints {
        known_headers: columns.map(str::to_owned).collect(),
        ..Hints::default()
    };
    let opened = yandu_decode::open(file, &hints);
    let opened = opened.map_err(|error| wrong(error.to_string()))?;
    let place = |column: &str| {
        let mut header = opened.header.iter();
        let is_meant = |header: &String| {
            let found = headers.column(header);
            found.is_some_and(|found| found.as_str() == column)
        };
        header.position(is_meant)
    };
    let (Some(code), Some(parent)) = (place("code"), place("parent")) else {
        return Err(wrong("they have no `code` or no `parent`".to_owned()));
    };
    let mut cities = Vec::new();
    for block in opened.rows.into_blocks() {
        let block = block.map_err(|error| wrong(error.to_string()))?;
        for row in 0..block.rows() {
            let cell = |place| block.cell(row, place).unwrap_or_default().trim();
            if cell(parent).is_empty() {
                cities.push(cell(code).to_owned());
            }
        }
    }
    let is_code = |code: &String| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    match cities.as_slice() {
        [city] if is_code(city) => Ok(Some(city.clone())),
        [city] => Err(wrong(format!("`{city}` is no code of a city"))),
        [] => Err(wrong("no row is the city itself".to_owned())),
        [first, second, ..] => Err(wrong(format!(
            "`{first}` and `{second}` both have no parent"
        ))),
    }
}

/// A code without the pairs of zeros that stand for nothing below it.
fn prefix(code: &str) -> &str {
    let mut prefix = code;
    while prefix.len() > 2
        && let Some(shorter) = prefix.strip_suffix("00")
    {
        prefix = shorter;
    }
    prefix
}

/// What is wrong with the folder of the city, whose rows are laid over those of the packs. They are collected where the packs are sound.
pub(crate) async fn check(
    config: &Config,
    packs: &Arc<Packs>,
    is_sound: bool,
) -> Result<Vec<Problem>> {
    let Some(city) = &config.city else {
        return Ok(Vec::new());
    };
    let mut problems = Vec::new();
    let roles = city.join("roles.yaml");
    let roles = if roles.is_file() {
        yandu_pack::read_roles(&roles).unwrap_or_else(|found| {
            problems.extend(found);
            BTreeMap::new()
        })
    } else {
        BTreeMap::new()
    };
    let policies = city_policy_files(config)?;
    problems.extend(packs.check_policies(&policies, &roles, &SqlConditions));
    if let Err(failure) = read_bindings(config) {
        let file = city.join("plan/bindings.csv");
        problems.push(Problem::of_rows(&file, None, true, failure.line()));
    }
    problems.extend(area::read_in(city).err().into_iter().flatten());
    if is_sound {
        problems.extend(check_rows(packs).await?);
    }
    Ok(problems)
}

/// Collects the rows that packs and the city carry in a city that is gone afterwards, and says what is found of the city's.
async fn check_rows(packs: &Arc<Packs>) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    if packs.packs().all(|pack| pack.laid().len() == 0) {
        return Ok(problems);
    }
    let failed = |error: yandu_collect::Error| Failure::of(&error);
    let trial = Trial::open(packs).await.map_err(failed)?;
    for source in packs.sources() {
        let Channel::File(channel) = &source.file().channel else {
            continue;
        };
        let pack = source.id().pack();
        let file = packs.file(&pack, &channel.path);
        let file = file.map_err(|error| Failure::of(&error))?;
        let faults = trial.faults(source, &file).await.map_err(failed)?;
        let own = packs.pack(&pack);
        let is_of_city = own.is_some_and(|own| own.laid().any(|(_, laid)| laid == file.as_path()));
        if is_of_city {
            problems.extend(
                faults
                    .into_iter()
                    .map(|fault| Problem::of_rows(&file, fault.line, fault.is_hard, fault.message)),
            );
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_divisions_begin_as_that_of_their_city_without_its_last_zeros() {
        assert_eq!(prefix("320900"), "3209");
        assert_eq!(prefix("310000"), "31");
        assert_eq!(prefix("429005"), "429005");
        assert_eq!(prefix("500000"), "50");
    }
}
