//! The counties and zones of the city: what pages call them, and where they draw them.
//!
//! Where a tile stands is for the city to say, in its folder. Divisions that it says nothing of have no place, and pages put
//! them into a grid.

use axum::Json;
use axum::extract::State as Shared;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_lake::{ReadPoint, Session};

use crate::caller::Caller;
use crate::pack_page::PageTitle;
use crate::problem::Problem;
use crate::state::State;
use crate::value;

const DIVISIONS: &str =
    "SELECT code, name, level FROM base.division WHERE level IN ('city', 'county') ORDER BY code";
const UNITS: &str = "SELECT code, name_en, division FROM base.managing_unit ORDER BY code";
const CITY: &str = "city";

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list_areas))
}

/// Where an area stands on a picture of the city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AreaPlace {
    /// In half tiles, from 1.
    pub column: u8,
    /// From 0.
    pub row: u8,
    /// In half tiles, 1 or 2.
    pub width: u8,
}

/// An area as the folder of the city has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedArea {
    pub code: String,
    /// The unit that manages it.
    pub unit: Option<String>,
    /// What it is called on a picture, which may be shorter than its name.
    pub name: String,
    pub name_en: Option<String>,
    pub place: Option<AreaPlace>,
}

/// The city itself, a county or a zone, with what it is called on a picture, which may be shorter than its name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CityArea {
    #[schema(example = "320902")]
    pub code: String,
    /// The unit that manages it, by which numbers are told too.
    pub unit: Option<String>,
    /// Whether it is the whole city.
    pub is_city: bool,
    pub name: PageTitle,
    /// Where it stands on a picture; where the city does not say so, in a grid behind the others.
    pub place: Option<AreaPlace>,
}

/// The areas of the city: those that its folder places, then the others in the order of their codes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AreaList {
    pub areas: Vec<CityArea>,
}

/// Lists the counties and zones of the city, and the city itself.
#[utoipa::path(get, path = "/areas", tag = "boards", responses((status = 200, body = AreaList), Problem))]
async fn list_areas(Shared(state): Shared<State>, Caller(principal): Caller) -> Json<AreaList> {
    let session = state.lake().session(&principal, ReadPoint::default());
    let divisions = texts(&session, DIVISIONS).await;
    let units = texts(&session, UNITS).await;
    Json(AreaList {
        areas: joined(&state.options().areas, &divisions, &units),
    })
}

/// What the folder of the city places, and what else the registers have. A place for what they do not have is of another city.
fn joined(
    placed: &[PlacedArea],
    divisions: &[[String; 3]],
    units: &[[String; 3]],
) -> Vec<CityArea> {
    let is_unit = |code: &str| units.iter().any(|[unit, _, _]| unit == code);
    let level = |code: &str| {
        let mut all = divisions.iter();
        all.find(|[known, _, _]| known == code)
            .map(|[_, _, level]| level.as_str())
    };
    let is_known = |area: &&PlacedArea| {
        let is_managed = area.unit.as_deref().is_some_and(is_unit);
        divisions.is_empty() || is_managed || level(&area.code).is_some()
    };
    let mut areas: Vec<CityArea> = placed
        .iter()
        .filter(is_known)
        .map(|area| CityArea {
            is_city: match level(&area.code) {
                Some(level) => level == CITY,
                None => area.code.ends_with("00"),
            },
            code: area.code.clone(),
            unit: area.unit.clone(),
            name: PageTitle {
                zh: area.name.clone(),
                en: area.name_en.clone(),
            },
            place: area.place,
        })
        .collect();
    for [code, name, level] in divisions {
        if areas.iter().any(|area| area.code == *code) {
            continue;
        }
        let unit = units.iter().find(|[_, _, division]| division == code);
        areas.push(CityArea {
            code: code.clone(),
            unit: unit.map(|[unit, _, _]| unit.clone()),
            is_city: level == CITY,
            name: PageTitle {
                zh: name.clone(),
                en: unit
                    .map(|[_, name, _]| name.clone())
                    .filter(|name| !name.is_empty()),
            },
            place: None,
        });
    }
    areas
}

/// Three columns of a register as texts; nothing of one that is not there for whoever asks.
async fn texts(session: &Session, sql: &str) -> Vec<[String; 3]> {
    let Ok(rows) = session.query(sql).await else {
        return Vec::new();
    };
    let Ok(batches) = rows.collect().await else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for batch in batches {
        let Ok(rows) = value::rows(&batch, batch.num_rows()) else {
            continue;
        };
        for row in rows {
            let mut cells = row.into_iter().map(|cell| match cell {
                serde_json::Value::String(text) => text,
                _ => String::new(),
            });
            let mut next = || cells.next().unwrap_or_default();
            found.push([next(), next(), next()]);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(code: &str, unit: Option<&str>, column: u8) -> PlacedArea {
        PlacedArea {
            code: code.to_owned(),
            unit: unit.map(str::to_owned),
            name: format!("短{code}"),
            name_en: None,
            place: Some(AreaPlace {
                column,
                row: 0,
                width: 2,
            }),
        }
    }

    fn three(rows: &[[&str; 3]]) -> Vec<[String; 3]> {
        rows.iter().map(|row| row.map(str::to_owned)).collect()
    }

    #[test]
    fn areas_are_those_of_the_registers_and_stand_where_the_city_says() {
        let divisions = three(&[
            ["229900", "临江市", "city"],
            ["229902", "江北区", "county"],
            ["229921", "柳河县", "county"],
        ]);
        let units = three(&[["liuhe", "Liuhe", "229921"], ["xinqu", "New zone", ""]]);
        let city = [
            placed("229902", None, 1),
            placed("229972", Some("xinqu"), 3),
            placed("320902", Some("tinghu"), 5),
        ];
        let areas = joined(&city, &divisions, &units);
        let codes: Vec<&str> = areas.iter().map(|area| area.code.as_str()).collect();
        assert_eq!(codes, ["229902", "229972", "229900", "229921"]);
        assert!(areas[0].place.is_some() && areas[3].place.is_none());
        assert_eq!(areas[0].name.zh, "短229902");
        assert_eq!(areas[3].unit.as_deref(), Some("liuhe"));
        assert_eq!(areas[3].name.en.as_deref(), Some("Liuhe"));
        let whole: Vec<bool> = areas.iter().map(|area| area.is_city).collect();
        assert_eq!(whole, [false, false, true, false]);
        // Before any register is there the city's own word has to do.
        assert_eq!(joined(&city, &[], &[]).len(), 3);
    }
}
