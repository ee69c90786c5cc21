//! Hospitals, and the health centre of every township.

use crate::Error;
use crate::world::World;

pub(super) struct Institution {
    pub(super) code: String,
    pub(super) name: String,
    /// The county of a hospital, the township of a health centre.
    pub(super) division: String,
    pub(super) level: &'static str,
    pub(super) county: Option<usize>,
    /// The share of the visits of all institutions of its level.
    pub(super) share: f64,
}

impl Institution {
    pub(super) fn is_grassroots(&self) -> bool {
        self.level == GRASSROOTS
    }
}

pub(super) const GRASSROOTS: &str = "基层";
/// Hospitals from this weight on are of the third level.
const LARGE: f64 = 12.0;

pub(super) fn institutions(world: &World) -> Result<Vec<Institution>, Error> {
    let mut all = Vec::new();
    let table = world.city.table("hospitals.csv")?;
    let mut whole = 0.0;
    for row in table.rows() {
        whole += row.parse::<f64>("weight")?;
    }
    for row in table.rows() {
        let weight: f64 = row.parse("weight")?;
        let division = row.text("division")?;
        all.push(Institution {
            code: row.text("code")?.to_owned(),
            name: row.text("name")?.to_owned(),
            division: division.to_owned(),
            level: if weight >= LARGE { "三级" } else { "二级" },
            county: world.county_of_code(division),
            share: weight / whole,
        });
    }
    let homes = f64::from(world.households().max(1));
    for (at, township) in world.city.townships.iter().enumerate() {
        let here = world.households_of(at);
        if here == 0 {
            continue;
        }
        let code = String::from_utf8_lossy(&township.code).into_owned();
        let kind = if township.urban {
            "社区卫生服务中心"
        } else {
            "卫生院"
        };
        all.push(Institution {
            code: format!("P{code}01"),
            name: format!("{}{kind}", township.name.text()),
            division: code,
            level: GRASSROOTS,
            county: Some(township.county),
            share: f64::from(here) / homes,
        });
    }
    Ok(all)
}
