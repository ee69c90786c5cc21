//! The place data of a city: divisions, names, trades and the settings of the simulator. Another city is
//! another folder with the same files.

use std::path::{Path, PathBuf};

use crate::Error;
use crate::random::Weighted;
use crate::settings::Settings;
use crate::table::Table;
use crate::term::{Term, characters};
use crate::words::Words;

/// A county-level unit.
pub(crate) struct County {
    pub(crate) code: [u8; 6],
    /// The area code that numbers given out here begin with.
    pub(crate) id_area: usize,
    /// Codes of the same area before it was renamed, with the year in which each ended.
    pub(crate) former: Vec<(usize, i32)>,
    pub(crate) name: Term,
    pub(crate) people: u64,
    pub(crate) lon: f64,
    pub(crate) lat: f64,
    pub(crate) spread: f64,
}

pub(crate) struct Township {
    pub(crate) code: [u8; 9],
    pub(crate) name: Term,
    pub(crate) county: usize,
    /// A street of the town, with estates and flats; else villages with houses.
    pub(crate) urban: bool,
    pub(crate) weight: u64,
}

pub(crate) struct Trade {
    pub(crate) section: Term,
    pub(crate) words: Vec<Term>,
}

pub(crate) struct Hospital {
    pub(crate) code: Term,
    pub(crate) name: Term,
}

pub(crate) struct Diagnosis {
    pub(crate) code: Term,
    pub(crate) from_age: i32,
    pub(crate) to_age: i32,
    pub(crate) typical_yuan: i64,
}

pub(crate) struct Station {
    pub(crate) code: String,
    pub(crate) name: String,
    /// The code of its county.
    pub(crate) division: String,
    pub(crate) level: f64,
}

/// Given-name characters of those born from a year on.
pub(crate) struct GivenNames {
    pub(crate) from_year: i32,
    pub(crate) characters: Vec<Term>,
    pub(crate) choice: Weighted,
}

pub(crate) struct City {
    /// Where its files are; those of Yancheng are built in.
    folder: Option<PathBuf>,
    pub(crate) settings: Settings,
    pub(crate) words: Words,
    pub(crate) name: Term,
    /// The code of the city itself.
    pub(crate) code: [u8; 6],
    /// Province and city, as addresses begin.
    pub(crate) address_start: Term,
    pub(crate) counties: Vec<County>,
    pub(crate) townships: Vec<Township>,
    /// Every area code that a resident's number may begin with.
    pub(crate) areas: Vec<[u8; 6]>,
    /// The part of `areas` that lies elsewhere in the country.
    pub(crate) outside: std::ops::Range<usize>,
    pub(crate) elsewhere: Vec<[u8; 6]>,
    pub(crate) surnames: Vec<Term>,
    pub(crate) surname_choice: Weighted,
    /// By sex: women, men.
    pub(crate) given: [Vec<GivenNames>; 2],
    pub(crate) rare: Vec<Term>,
    /// Names of whole words by sex, with the code of the people that has them: women, men.
    pub(crate) ethnic_names: [Vec<(Term, Term)>; 2],
    pub(crate) roads: Vec<Term>,
    pub(crate) villages: Vec<Term>,
    pub(crate) estates: Vec<Term>,
    pub(crate) trades: Vec<Trade>,
    pub(crate) trade_choice: Weighted,
    pub(crate) brands: Vec<Term>,
    pub(crate) hospitals: Vec<Hospital>,
    pub(crate) hospital_choice: Weighted,
    pub(crate) diagnoses: Vec<Diagnosis>,
    pub(crate) diagnosis_choice: Weighted,
    pub(crate) stations: Vec<Station>,
    pub(crate) mobile_prefixes: Vec<[u8; 3]>,
}

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        fn built_in(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(include_str!(concat!("../../../city/yancheng/", $name))),)*
                _ => None,
            }
        }
    };
}

built_in!(
    "brand_characters.csv",
    "clusters.csv",
    "data_centres.csv",
    "diagnoses.csv",
    "divisions.csv",
    "estates.csv",
    "ethnic_names.csv",
    "given_names.csv",
    "highways.csv",
    "hospitals.csv",
    "key_areas.csv",
    "roads.csv",
    "simulator.json",
    "stations.csv",
    "surnames.csv",
    "trades.csv",
    "villages.csv",
);

/// The divisions that a city has in the place of those of the packs.
const SHARED_DIVISIONS: &str = "data/base/division.csv";

fn read(folder: Option<&Path>, name: &str) -> Result<String, Error> {
    match folder {
        Some(folder) => {
            let shared = folder.join(SHARED_DIVISIONS);
            // The city's own divisions need not be written twice.
            let path = if name == "divisions.csv" && shared.is_file() {
                shared
            } else {
                folder.join(name)
            };
            std::fs::read_to_string(&path).map_err(|source| Error::ReadCity { path, source })
        }
        None => built_in(name)
            .map(str::to_owned)
            .ok_or_else(|| Error::bad_city(name, "it is not built in")),
    }
}

pub(crate) fn code<const N: usize>(file: &str, text: &str) -> Result<[u8; N], Error> {
    <[u8; N]>::try_from(text.as_bytes())
        .ok()
        .filter(|code| code.iter().all(u8::is_ascii_digit))
        .ok_or_else(|| Error::bad_city(file, format!("`{text}` is not a code of {N} digits")))
}

impl City {
    /// The city in a folder, or the one that is built in.
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, Error> {
        let settings: Settings = serde_json::from_str(&read(folder, "simulator.json")?)
            .map_err(|source| Error::BadSettings { source })?;
        let table = |name: &str| Table::parse(name, &read(folder, name)?);

        let mut areas = Areas::default();
        let divisions = table("divisions.csv")?;
        let ((name, city_code), counties) = load_counties(&settings, &divisions, &mut areas)?;
        let townships = load_townships(&settings, &divisions, &counties)?;
        let outside_from = areas.codes.len();
        for area in &settings.outside_areas {
            areas.add("simulator.json", area)?;
        }
        let areas = areas.codes;
        let outside = outside_from..areas.len();
        let elsewhere = settings
            .elsewhere_areas
            .iter()
            .map(|area| code("simulator.json", area))
            .collect::<Result<_, _>>()?;

        let surnames = table("surnames.csv")?;
        let trades = table("trades.csv")?;
        let hospitals = table("hospitals.csv")?;
        let diagnoses = table("diagnoses.csv")?;
        let given = table("given_names.csv")?;
        let ethnic = table("ethnic_names.csv")?;
        Ok(Self {
            folder: folder.map(Path::to_owned),
            words: Words::new(),
            address_start: Term::new(&format!("{}{}", settings.province, name.text())),
            name,
            code: city_code,
            counties,
            townships,
            areas,
            outside,
            elsewhere,
            surnames: surnames.terms("surname")?,
            surname_choice: surnames.weights("weight")?,
            given: [load_given(&given, "2")?, load_given(&given, "1")?],
            rare: characters(&settings.rare_characters),
            ethnic_names: [load_ethnic(&ethnic, "2")?, load_ethnic(&ethnic, "1")?],
            roads: table("roads.csv")?.terms("name")?,
            villages: table("villages.csv")?.terms("name")?,
            estates: table("estates.csv")?.terms("name")?,
            trade_choice: trades.weights("weight")?,
            trades: trades
                .rows()
                .map(|row| {
                    Ok(Trade {
                        section: Term::new(row.text("section")?),
                        words: row.text("words")?.split('|').map(Term::new).collect(),
                    })
                })
                .collect::<Result<_, Error>>()?,
            brands: table("brand_characters.csv")?
                .rows()
                .map(|row| row.text("characters").map(characters))
                .collect::<Result<Vec<_>, _>>()?
                .concat(),
            hospital_choice: hospitals.weights("weight")?,
            hospitals: hospitals
                .rows()
                .map(|row| {
                    Ok(Hospital {
                        code: Term::new(row.text("code")?),
                        name: Term::new(row.text("name")?),
                    })
                })
                .collect::<Result<_, Error>>()?,
            diagnosis_choice: diagnoses.weights("weight")?,
            diagnoses: diagnoses
                .rows()
                .map(|row| {
                    Ok(Diagnosis {
                        code: Term::new(row.text("code")?),
                        from_age: row.parse("from_age")?,
                        to_age: row.parse("to_age")?,
                        typical_yuan: row.parse("typical_yuan")?,
                    })
                })
                .collect::<Result<_, Error>>()?,
            stations: table("stations.csv")?
                .rows()
                .map(|row| {
                    Ok(Station {
                        code: row.text("code")?.to_owned(),
                        name: row.text("name")?.to_owned(),
                        division: row.text("division")?.to_owned(),
                        level: row.parse("level")?,
                    })
                })
                .collect::<Result<_, Error>>()?,
            mobile_prefixes: settings
                .mobile_prefixes
                .iter()
                .map(|prefix| code("simulator.json", prefix))
                .collect::<Result<_, _>>()?,
            settings,
        })
    }
}

impl City {
    /// A csv file of the city that only some deliveries need.
    pub(crate) fn table(&self, name: &str) -> Result<Table, Error> {
        Table::parse(name, &read(self.folder.as_deref(), name)?)
    }
}

#[derive(Default)]
struct Areas {
    codes: Vec<[u8; 6]>,
}

impl Areas {
    fn add(&mut self, file: &str, text: &str) -> Result<usize, Error> {
        let area = code(file, text)?;
        if let Some(at) = self.codes.iter().position(|known| *known == area) {
            return Ok(at);
        }
        self.codes.push(area);
        Ok(self.codes.len() - 1)
    }
}

/// The name and the code of the city itself.
type Named = (Term, [u8; 6]);

fn load_counties(
    settings: &Settings,
    divisions: &Table,
    areas: &mut Areas,
) -> Result<(Named, Vec<County>), Error> {
    let mut city = None;
    let mut counties = Vec::new();
    for row in divisions.rows() {
        match row.text("level")? {
            "city" => {
                let code = code("divisions.csv", row.text("code")?)?;
                city = Some((Term::new(row.text("name")?), code));
            }
            "county" => {
                let text = row.text("code")?;
                let Some(setting) = settings.counties.iter().find(|c| c.code == text) else {
                    return Err(Error::bad_city(
                        "simulator.json",
                        format!("county `{text}` of `divisions.csv` has no settings"),
                    ));
                };
                counties.push(County {
                    code: code("divisions.csv", text)?,
                    id_area: areas.add("simulator.json", &setting.id_area)?,
                    former: setting
                        .former_areas
                        .iter()
                        .map(|(area, until)| Ok((areas.add("simulator.json", area)?, *until)))
                        .collect::<Result<_, Error>>()?,
                    name: Term::new(&setting.short),
                    people: setting.people,
                    lon: setting.lon,
                    lat: setting.lat,
                    spread: setting.spread,
                });
            }
            _ => {}
        }
    }
    let no_city = || {
        Error::bad_city(
            "divisions.csv",
            "there is no row of the city itself".to_owned(),
        )
    };
    Ok((city.ok_or_else(no_city)?, counties))
}

fn load_townships(
    settings: &Settings,
    divisions: &Table,
    counties: &[County],
) -> Result<Vec<Township>, Error> {
    let mut townships = Vec::new();
    for row in divisions.rows() {
        if row.text("level")? != "township" {
            continue;
        }
        let (text, kind) = (row.text("code")?, row.text("kind")?);
        let parent: [u8; 6] = code("divisions.csv", row.text("parent")?)?;
        let county = counties
            .iter()
            .position(|county| county.code == parent)
            .ok_or_else(|| Error::bad_city("divisions.csv", format!("`{text}` has no county")))?;
        let weight = settings
            .township_weights
            .get(kind)
            .copied()
            .ok_or_else(|| Error::bad_city("simulator.json", format!("no weight for `{kind}`")))?;
        let vary = 70 + crate::random::mix(text.parse().unwrap_or(0)) % 61;
        townships.push(Township {
            code: code("divisions.csv", text)?,
            name: Term::new(row.text("name")?),
            county,
            urban: kind == "subdistrict",
            weight: weight * vary,
        });
    }
    townships.sort_by_key(|township: &Township| (township.county, township.code));
    Ok(townships)
}

fn load_given(table: &Table, sex: &str) -> Result<Vec<GivenNames>, Error> {
    let mut names = Vec::new();
    for row in table.rows() {
        if row.text("sex")? != sex {
            continue;
        }
        let characters = characters(row.text("characters")?);
        let weights: Vec<u64> = (0..characters.len() as u64)
            .map(|rank| 100_000 / (rank + 6))
            .collect();
        names.push(GivenNames {
            from_year: row.parse("from_year")?,
            choice: Weighted::new(&weights),
            characters,
        });
    }
    Ok(names)
}

fn load_ethnic(table: &Table, sex: &str) -> Result<Vec<(Term, Term)>, Error> {
    let mut names = Vec::new();
    for row in table.rows() {
        if row.text("sex")? == sex {
            names.push((
                Term::new(row.text("ethnicity")?),
                Term::new(row.text("name")?),
            ));
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_city_has_ten_counties_and_154_townships() {
        let city = City::load(None).unwrap();
        assert_eq!(city.counties.len(), 10);
        assert_eq!(city.townships.len(), 154);
        assert_eq!(city.name.text(), "盐城市");
        assert!(city.townships.iter().all(|township| {
            township
                .code
                .starts_with(&city.counties[township.county].code)
        }));
    }

    #[test]
    fn the_same_city_is_read_from_its_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../city/yancheng");
        let city = City::load(Some(&folder)).unwrap();
        assert_eq!(
            city.surnames.len(),
            City::load(None).unwrap().surnames.len()
        );
        let missing = City::load(Some(Path::new("/nowhere"))).err().unwrap();
        assert_eq!(
            missing.to_string(),
            "cannot read the city's file `/nowhere/simulator.json`"
        );
    }
}
