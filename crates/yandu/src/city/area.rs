//! What a city calls its areas on pictures, and where they stand there.

use std::io::ErrorKind;
use std::path::Path;

use yandu_decode::Hints;
use yandu_http::area::{AreaPlace, PlacedArea};
use yandu_pack::Problem;

use crate::config::Config;
use crate::failure::{Failure, Result};

/// The file in the folder of a city.
const AREAS: &str = "areas.csv";
const AREA_COLUMNS: [&str; 7] = ["code", "unit", "name", "name_en", "column", "row", "width"];
/// The last column, in half tiles, and the last row.
const MOST_COLUMNS: u8 = 24;
const MOST_ROWS: u8 = 23;

/// What the city calls its counties and zones on pictures, and where they stand there; those of the built-in city where there is no
/// other, and none where a city says nothing of it.
pub(crate) fn read_areas(config: &Config) -> Result<Vec<PlacedArea>> {
    const BUILT_IN: &[u8] = include_bytes!("../../../../city/yancheng/areas.csv");
    let read = match &config.city {
        Some(city) => read_in(city),
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

pub(super) fn read_in(city: &Path) -> Result<Vec<PlacedArea>, Vec<Problem>> {
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
}
