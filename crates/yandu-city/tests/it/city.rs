//! The city without faults: plausible people, and references that resolve from file to file.

use std::collections::{BTreeMap, HashMap, HashSet};

use yandu_city::Rates;

use crate::folder::{Folder, draw_seed};
use crate::reading::{Row, Sheet, read};

const DATASETS: [(&str, &str); 7] = [
    (
        "population.resident",
        "inbox/public_security/常住人口登记_20251231.csv",
    ),
    (
        "population.household",
        "inbox/civil_affairs/户籍家庭_20251231.xls",
    ),
    (
        "enterprise.company",
        "inbox/market_regulation/企业登记_20251231.xlsx",
    ),
    (
        "enterprise.annual_report",
        "inbox/market_regulation/企业登记_20251231.xlsx",
    ),
    (
        "insurance.insured",
        "inbox/medical_security/参保登记_20251231.csv",
    ),
    ("housing.property", "inbox/housing/房屋登记_20251231.jsonl"),
    (
        "insurance.settlement",
        "inbox/medical_security/settlement.sqlite",
    ),
];

fn clean_city(people: u64, seed: u64) -> BTreeMap<&'static str, Sheet> {
    let folder = Folder::new();
    let mut options = folder.options(people, seed);
    options.defects = Rates::none();
    folder.simulate(&options);
    assert!(
        folder
            .truths()
            .iter()
            .all(|truth| truth.file.starts_with("late/"))
    );
    DATASETS
        .into_iter()
        .map(|(dataset, file)| (dataset, read(folder.path(), file, dataset)))
        .collect()
}

fn by<'a>(rows: &'a Sheet, column: &str) -> HashMap<&'a str, &'a Row> {
    rows.rows
        .iter()
        .map(|row| (rows.cell(row, column), row))
        .collect()
}

fn age(date: &str) -> i32 {
    let (year, rest) = date.split_once('-').unwrap();
    2025 - year.parse::<i32>().unwrap() - i32::from(rest > "12-31")
}

#[test]
fn what_one_department_refers_to_stands_in_the_file_of_another() {
    let seed = draw_seed();
    let city = clean_city(30_000, seed);
    let [residents, households, companies] = [
        "population.resident",
        "population.household",
        "enterprise.company",
    ]
    .map(|name| &city[name]);
    let [reports, insured, properties, settlements] = [
        "enterprise.annual_report",
        "insurance.insured",
        "housing.property",
        "insurance.settlement",
    ]
    .map(|name| &city[name]);
    let resident = by(residents, "resident_id");
    let household = by(households, "household_id");
    let company = by(companies, "uscc");
    let person = by(insured, "person_id");
    assert_eq!(resident.len(), 30_000, "resident numbers are unique");
    assert_eq!(household.len(), households.rows.len());
    assert_eq!(company.len(), companies.rows.len());
    assert_eq!(person.len(), insured.rows.len());
    assert_eq!(by(properties, "unit_no").len(), properties.rows.len());

    let mut members: HashMap<&str, u32> = HashMap::new();
    for row in &residents.rows {
        let home = household[residents.cell(row, "household_id")];
        *members
            .entry(residents.cell(row, "household_id"))
            .or_default() += 1;
        for column in ["township", "address"] {
            assert_eq!(residents.cell(row, column), households.cell(home, column));
        }
        let employer = residents.cell(row, "employer");
        assert!(employer.is_empty() || company.contains_key(employer));
    }
    for row in &households.rows {
        let head = resident[households.cell(row, "head_id")];
        assert_eq!(
            residents.cell(head, "name"),
            households.cell(row, "head_name")
        );
        assert_eq!(residents.cell(head, "relation"), "01");
        let count = members[households.cell(row, "household_id")].to_string();
        assert_eq!(households.cell(row, "members"), count);
    }
    for row in &companies.rows {
        let legal = resident[companies.cell(row, "legal_person_id")];
        assert_eq!(
            residents.cell(legal, "name"),
            companies.cell(row, "legal_person")
        );
        assert!(age(residents.cell(legal, "birth_date")) >= 18);
    }
    for row in &reports.rows {
        let firm = company[reports.cell(row, "uscc")];
        assert!(companies.cell(firm, "founded_on")[..4] <= *reports.cell(row, "year"));
    }
    let mut elsewhere = 0;
    for row in &insured.rows {
        match resident.get(insured.cell(row, "resident_id")) {
            Some(known) => assert_eq!(residents.cell(known, "name"), insured.cell(row, "name")),
            None => elsewhere += 1,
        }
        let employer = insured.cell(row, "employer");
        assert!(employer.is_empty() || company.contains_key(employer));
    }
    assert_eq!(elsewhere, 750);
    for row in &settlements.rows {
        let known = person[settlements.cell(row, "person_id")];
        assert_eq!(
            insured.cell(known, "resident_id"),
            settlements.cell(row, "resident_id")
        );
    }
    let addresses: HashSet<&str> = households
        .rows
        .iter()
        .map(|row| households.cell(row, "address"))
        .collect();
    assert_eq!(
        addresses.len(),
        households.rows.len(),
        "one household in a house"
    );
    let mut lived_in = 0;
    for row in &properties.rows {
        let owner = resident[properties.cell(row, "owner_id")];
        assert_eq!(
            residents.cell(owner, "name"),
            properties.cell(row, "owner_name")
        );
        lived_in += usize::from(addresses.contains(properties.cell(row, "address")));
    }
    assert_eq!(
        lived_in,
        households.rows.len(),
        "every household has a house"
    );
}

#[test]
fn ages_sexes_and_households_are_those_of_an_ageing_jiangsu_city() {
    let city = clean_city(60_000, draw_seed());
    let residents = &city["population.resident"];
    let count = |holds: &dyn Fn(&Row) -> bool| {
        residents.rows.iter().filter(|row| holds(row)).count() as f64 / residents.rows.len() as f64
    };
    let age_of = |row: &Row| age(residents.cell(row, "birth_date"));
    let children = count(&|row| age_of(row) < 15);
    let old = count(&|row| age_of(row) >= 60);
    let ancient = count(&|row| age_of(row) >= 90);
    let men = count(&|row| residents.cell(row, "sex") == "1");
    let size = residents.rows.len() as f64 / city["population.household"].rows.len() as f64;
    println!(
        "children {children:.3} old {old:.3} over 90 {ancient:.4} men {men:.3} size {size:.2}"
    );
    assert!((0.09..0.16).contains(&children));
    assert!((0.23..0.34).contains(&old));
    assert!((0.0001..0.02).contains(&ancient));
    assert!((0.48..0.53).contains(&men));
    assert!((2.3..2.9).contains(&size));
    assert!(
        residents
            .rows
            .iter()
            .all(|row| (0..=120).contains(&age_of(row)))
    );

    let employed = count(&|row| !residents.cell(row, "employer").is_empty());
    assert!((0.15..0.40).contains(&employed), "{employed}");
    assert!(residents.rows.iter().all(|row| {
        residents.cell(row, "employer").is_empty() || (17..=61).contains(&age_of(row))
    }));
}

#[test]
fn families_belong_together() {
    let city = clean_city(20_000, draw_seed());
    let residents = &city["population.resident"];
    let mut homes: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &residents.rows {
        homes
            .entry(residents.cell(row, "household_id"))
            .or_default()
            .push(row);
    }
    let surname = |row: &Row| residents.cell(row, "name").chars().next();
    let (mut like_a_parent, mut children) = (0, 0);
    for home in homes.values() {
        let head = home[0];
        assert_eq!(residents.cell(head, "relation"), "01");
        let birth = |row: &Row| age(residents.cell(row, "birth_date"));
        assert!(birth(head) >= 20, "{head:?}");
        for row in home.iter().skip(1) {
            match residents.cell(row, "relation") {
                "01" => panic!("two heads"),
                "02" => {
                    assert_ne!(residents.cell(row, "sex"), residents.cell(head, "sex"));
                    assert!((birth(row) - birth(head)).abs() < 12);
                    assert!(residents.cell(row, "marital").starts_with('2'));
                }
                "03" => {
                    assert!(birth(head) - birth(row) >= 16, "{head:?} {row:?}");
                    children += 1;
                    let parents: Vec<_> = home
                        .iter()
                        .filter(|row| ["01", "02"].contains(&residents.cell(row, "relation")))
                        .map(|row| surname(row))
                        .collect();
                    like_a_parent += usize::from(parents.contains(&surname(row)));
                }
                "04" => assert!(birth(row) - birth(head) >= 16),
                "05" => assert!(birth(head) - birth(row) >= 35),
                _ => {}
            }
        }
    }
    assert!(
        like_a_parent * 100 > children * 90,
        "{like_a_parent} of {children}"
    );
}

#[test]
fn names_are_frequent_rare_and_foreign_as_in_a_real_register() {
    let city = clean_city(60_000, 5);
    let residents = &city["population.resident"];
    let mut surnames: HashMap<char, u32> = HashMap::new();
    let (mut dotted, mut rare) = (0, 0);
    for row in &residents.rows {
        let name = residents.cell(row, "name");
        *surnames.entry(name.chars().next().unwrap()).or_default() += 1;
        dotted += u32::from(name.contains('·'));
        rare += u32::from(
            name.chars()
                .any(|sign| ('\u{3400}'..='\u{4dbf}').contains(&sign) || sign > '\u{ffff}'),
        );
    }
    let mut ranked: Vec<(u32, char)> = surnames
        .into_iter()
        .map(|(name, count)| (count, name))
        .collect();
    ranked.sort_unstable_by(|one, other| other.cmp(one));
    let top: String = ranked.iter().take(4).map(|(_, name)| *name).collect();
    assert!("王李张陈刘".contains(top.chars().next().unwrap()), "{top}");
    assert!(ranked.len() > 150);
    assert!((10..400).contains(&dotted), "{dotted}");
    assert!((100..500).contains(&rare), "{rare}");
    assert!(
        residents
            .rows
            .iter()
            .any(|row| residents.cell(row, "name").contains('\u{30edd}'))
    );
}
