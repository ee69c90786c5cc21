//! Departments and divisions that accounts and policies can name: as the city's own registers have them.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::AsArray as _;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use yandu_lake::{Lake, Principal, ReadPoint};

/// The registers, and what is read of each.
const DEPARTMENTS: &str = "SELECT name, null FROM base.department";
const DIVISIONS: &str = "SELECT code, parent FROM base.division";

/// What the registers name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Registers {
    pub(crate) departments: BTreeSet<String>,
    pub(crate) divisions: BTreeSet<String>,
    /// The division above each that has one.
    pub(crate) above: BTreeMap<String, String>,
}

impl Registers {
    /// Reads the registers. One that is not there, or empty, names nothing.
    pub(crate) async fn read(lake: &Lake) -> Self {
        let mut registers = Self::default();
        for (name, _) in pairs(lake, DEPARTMENTS).await {
            registers.departments.insert(name);
        }
        for (code, above) in pairs(lake, DIVISIONS).await {
            if let Some(above) = above {
                registers.above.insert(code.clone(), above);
            }
            registers.divisions.insert(code);
        }
        registers
    }
}

/// The first two columns of a query, as texts.
async fn pairs(lake: &Lake, sql: &str) -> Vec<(String, Option<String>)> {
    let me = Principal::local_administrator();
    let session = lake.session(&me, ReadPoint::default());
    let Ok(rows) = session.query(sql).await else {
        return Vec::new();
    };
    let batches = rows.collect().await.unwrap_or_default();
    let mut pairs = Vec::new();
    for batch in batches {
        let texts = |place: usize| cast(batch.columns().get(place)?, &DataType::Utf8).ok();
        let (Some(first), Some(second)) = (texts(0), texts(1)) else {
            continue;
        };
        let both = first
            .as_string::<i32>()
            .iter()
            .zip(second.as_string::<i32>());
        pairs.extend(
            both.filter_map(|(first, second)| Some((first?.to_owned(), second.map(str::to_owned)))),
        );
    }
    pairs
}
