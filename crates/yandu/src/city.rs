//! The folder of a city: its rows in the place of those that packs carry, what follows from its divisions, and whether all of it
//! holds together.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use yandu_collect::SqlConditions;
use yandu_collect::trial::Trial;
use yandu_decode::Hints;
use yandu_http::area::{AreaPlace, PlacedArea};
use yandu_pack::declare::{Channel, SettingValue};
use yandu_pack::{Packs, Problem};
use yandu_words::id::PackId;

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

/// Where a city says where its areas stand on pictures.
const AREAS: &str = "areas.csv";
const AREA_COLUMNS: [&str; 7] = ["code", "unit", "name", "name_en", "column", "row", "width"];
/// The last column, in half tiles, and the last row.
const MOST_COLUMNS: u8 = 24;
const MOST_ROWS: u8 = 23;

/// Lays the rows in the folder of the city over those of packs. What takes no place there comes back.
pub(crate) fn lay_rows(config: &Config, packs: &mut Packs) -> Vec<Problem> {
    let rows = config.city.as_ref().map(|city| city.join("data"));
    match rows.filter(|rows| rows.is_dir()) {
        Some(rows) => packs.lay_data(&rows),
        None => Vec::new(),
    }
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

/// What is wrong with the folder of the city, whose rows are laid over those of the packs.
pub(crate) async fn check(config: &Config, packs: &Arc<Packs>) -> Result<Vec<Problem>> {
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
    problems.extend(read_areas_in(city).err().into_iter().flatten());
    problems.extend(check_rows(packs).await?);
    Ok(problems)
}

/// What the city calls its counties and zones on pictures, and where they stand there; those of the built-in city where there is no
/// other, and none where a city says nothing of it.
pub(crate) fn read_areas(config: &Config) -> Result<Vec<PlacedArea>> {
    const BUILT_IN: &[u8] = include_bytes!("../../../city/yancheng/areas.csv");
    let read = match &config.city {
        Some(city) => read_areas_in(city),
        None => areas_of(BUILT_IN.to_vec(), Path::new(AREAS)),
    };
    read.map_err(|problems| {
        Failure {
            details: problems.iter().map(ToString::to_string).collect(),
            ..Failure::new("the folder of the city has errors")
        }
        .code("packs")
        .help(
            "a line holds `code,unit,name,name_en,column,row,width`; `docs/own-city.md` says more",
        )
    })
}

fn read_areas_in(city: &Path) -> Result<Vec<PlacedArea>, Vec<Problem>> {
    let file = city.join(AREAS);
    match std::fs::read(&file) {
        Ok(bytes) => areas_of(bytes, &file),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(vec![Problem::of_rows(&file, None, true, error.to_string())]),
    }
}

/// The areas of a file, or all that is wrong with it.
fn areas_of(bytes: Vec<u8>, file: &Path) -> Result<Vec<PlacedArea>, Vec<Problem>> {
    let wrong = |line, why: String| Problem::of_rows(file, line, true, why);
    let unreadable = |error: yandu_decode::Error| vec![wrong(None, error.to_string())];
    let hints = Hints {
        header_row: Some(1),
        ..Hints::default()
    };
    let opened = yandu_decode::open_bytes(bytes, &hints).map_err(unreadable)?;
    let header: Vec<String> = opened
        .header
        .iter()
        .map(|name| name.trim().to_owned())
        .collect();
    let place = |name: &str| header.iter().position(|known| known == name);
    let (mut areas, mut problems) = (Vec::new(), Vec::new());
    let unknown = header
        .iter()
        .filter(|name| !AREA_COLUMNS.contains(&name.as_str()));
    problems.extend(unknown.map(|name| {
        let known = AREA_COLUMNS.join("`, `");
        wrong(
            Some(1),
            format!("`{name}` is no column here; there are `{known}`"),
        )
    }));
    for block in opened.rows.into_blocks() {
        let block = block.map_err(unreadable)?;
        for row in 0..block.rows() {
            let cell = |name: &str| {
                let text = block.cell(row, place(name)?)?.trim();
                (!text.is_empty()).then(|| text.to_owned())
            };
            let line = usize::try_from(block.first_row).unwrap_or_default() + row + 1;
            match area_of(&cell, &areas) {
                Ok(area) => areas.push(area),
                Err(why) => problems.push(wrong(Some(line), why)),
            }
        }
    }
    if problems.is_empty() {
        Ok(areas)
    } else {
        Err(problems)
    }
}

/// One line; `before` are those above it.
fn area_of(
    cell: &dyn Fn(&str) -> Option<String>,
    before: &[PlacedArea],
) -> Result<PlacedArea, String> {
    let code = cell("code").ok_or("there is no `code`")?;
    let name = cell("name").ok_or("there is no `name`")?;
    if before.iter().any(|area| area.code == code) {
        return Err(format!("`{code}` stands twice in this file"));
    }
    let number = |name: &str, least: u8, most: u8| match cell(name) {
        None => Ok(None),
        Some(text) => match text.parse::<u8>() {
            Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => Err(format!(
                "`{name}` is `{text}`, and should be a number from {least} to {most}"
            )),
        },
    };
    let column = number("column", 1, MOST_COLUMNS)?;
    let row = number("row", 0, MOST_ROWS)?;
    let width = number("width", 1, 2)?.unwrap_or(2);
    let place = match (column, row) {
        (Some(column), Some(row)) => Some(AreaPlace { column, row, width }),
        (None, None) => None,
        _ => return Err("`column` and `row` stand together, or neither does".to_owned()),
    };
    if let Some(place) = place {
        let lies_over = |other: &AreaPlace| {
            other.row == place.row
                && other.column < place.column + place.width
                && place.column < other.column + other.width
        };
        let mut others = before.iter();
        let other = others.find(|area| area.place.as_ref().is_some_and(lies_over));
        if let Some(other) = other {
            return Err(format!("`{code}` lies over `{}`", other.code));
        }
    }
    Ok(PlacedArea {
        code,
        unit: cell("unit"),
        name,
        name_en: cell("name_en"),
        place,
    })
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

    fn areas(text: &str) -> Result<Vec<PlacedArea>, String> {
        areas_of(text.as_bytes().to_vec(), Path::new("areas.csv"))
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_built_in_city_places_its_eleven_units() {
        let areas = read_areas(&Config::default()).ok().unwrap();
        let placed = areas.iter().filter(|area| area.place.is_some());
        assert_eq!(placed.count(), 11);
        assert!(areas.iter().all(|area| area.name_en.is_some()));
    }

    #[test]
    fn what_is_wrong_with_the_places_of_areas_is_told_with_its_line() {
        let right = "code,name,column,row\n229902,江北区,1,0\n229921,柳河县,3,0\n229900,临江市,,\n";
        let read = areas(right).unwrap();
        assert_eq!(read.len(), 3);
        assert_eq!(read[0].place.unwrap().width, 2);
        for (from, to, said) in [
            ("柳河县,3", "柳河县,2", "`229921` lies over `229902`"),
            ("柳河县,3,0", "柳河县,3,", "stand together"),
            ("柳河县,3", "柳河县,x", "`column` is `x`"),
            ("229921", "229902", "stands twice"),
            ("229921,柳河县", "229921,", "no `name`"),
        ] {
            let told = areas(&right.replace(from, to)).unwrap_err();
            assert!(told.contains(said), "{told}");
            assert!(told.contains("areas.csv:3:"), "{told}");
        }
        let told = areas(&right.replace("column", "colum")).unwrap_err();
        assert!(told.contains("`colum` is no column here"), "{told}");
    }

    #[test]
    fn codes_of_divisions_begin_as_that_of_their_city_without_its_last_zeros() {
        assert_eq!(prefix("320900"), "3209");
        assert_eq!(prefix("310000"), "31");
        assert_eq!(prefix("429005"), "429005");
        assert_eq!(prefix("500000"), "50");
    }
}
