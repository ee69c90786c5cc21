use jiff::civil::date;

use super::*;

const CITY: [(&str, &str, &str, &str); 11] = [
    ("320902050", "伍佑街道", "subdistrict", "320902"),
    ("320900", "盐城市", "city", ""),
    ("320902", "亭湖区", "district", "320900"),
    ("320903", "盐都区", "district", "320900"),
    ("320971", "盐城经济技术开发区", "zone", "320900"),
    ("320902001", "五星街道", "subdistrict", "320902"),
    ("320902051", "黄海街道", "subdistrict", "320902"),
    ("320903050", "新都街道", "subdistrict", "320903"),
    ("320903100", "大纵湖镇", "town", "320903"),
    ("320971001", "新城街道", "subdistrict", "320971"),
    ("320903100201", "北宋庄村", "village", "320903100"),
];

fn row((code, name, kind, parent): (&str, &str, &str, &str)) -> DivisionRow {
    DivisionRow {
        code: code.into(),
        name: name.into(),
        kind: kind.into(),
        parent: (!parent.is_empty()).then(|| parent.into()),
    }
}

fn tree() -> DivisionTree {
    DivisionTree::from_rows(CITY.map(row)).unwrap()
}

fn unit((code, name): (&str, &str)) -> ManagingUnit {
    ManagingUnit {
        code: code.into(),
        name: name.into(),
        kind: "district".into(),
    }
}

fn area(unit: &str, division: &str, from: i16, to: Option<i16>) -> Area {
    Area {
        unit: unit.into(),
        division: division.into(),
        valid_from: date(from, 1, 1),
        valid_to: to.map(|year| date(year, 1, 1)),
    }
}

const UNITS: [(&str, &str); 4] = [
    ("tinghu", "亭湖区"),
    ("yandu", "盐都区"),
    ("kaifaqu", "盐城经济技术开发区"),
    ("yannan", "盐南高新区"),
];

fn managing() -> ManagingUnits {
    let areas = [
        area("tinghu", "320902", 2010, None),
        area("yandu", "320903", 2010, None),
        area("kaifaqu", "320971", 2010, None),
        area("yannan", "320902050", 2016, None),
        area("yannan", "320902051", 2016, Some(2024)),
        area("yannan", "320903050", 2016, None),
    ];
    ManagingUnits::from_rows(&tree(), UNITS.map(unit), areas).unwrap()
}

#[test]
fn a_code_says_its_level() {
    let cases = [
        ("320000", Some(Level::Province)),
        ("320900", Some(Level::City)),
        ("320902", Some(Level::County)),
        ("320902000000", Some(Level::County)),
        ("320902001", Some(Level::Township)),
        ("320902001000", Some(Level::Township)),
        ("320902001001", Some(Level::Village)),
        ("32090", None),
        ("990902", None),
        ("", None),
    ];
    for (code, level) in cases {
        assert_eq!(Level::of_code(code), level, "{code}");
    }
    assert_eq!(
        enclosing_codes("320903100201"),
        ["320903100201", "320903100", "320903", "320900", "320000"]
    );
    assert_eq!(
        enclosing_codes("320902000000"),
        ["320902", "320900", "320000"]
    );
    assert!(enclosing_codes("盐城").is_empty());
}

#[test]
fn a_division_knows_what_is_above_and_below_it() {
    let tree = tree();
    let names: Vec<&str> = tree
        .ancestors("320903100201")
        .map(|d| d.name.as_str())
        .collect();
    assert_eq!(names, ["大纵湖镇", "盐都区", "盐城市"]);
    let below: Vec<&str> = tree.children("320902").map(|d| d.code.as_str()).collect();
    assert_eq!(below, ["320902050", "320902001", "320902051"]);
    let roots: Vec<&str> = tree.roots().map(|d| d.code.as_str()).collect();
    assert_eq!(roots, ["320900"]);
    assert_eq!(tree.level("320902001"), Some(Level::Township));
    assert_eq!(tree.full_name("320902001").unwrap(), "盐城市亭湖区五星街道");
    assert_eq!(tree.len(), CITY.len());
}

#[test]
fn an_unknown_code_leads_to_the_nearest_known_one() {
    let tree = tree();
    assert!(tree.lookup("320902001007").is_none());
    assert_eq!(tree.nearest("320902001007").unwrap().name, "五星街道");
    assert_eq!(tree.nearest("320902999").unwrap().name, "亭湖区");
    assert!(tree.nearest("110101").is_none());
    assert_eq!(tree.ancestors("110101").count(), 0);
}

#[test]
fn all_faults_of_a_list_of_divisions_are_shown_at_once() {
    let rows = [
        ("320900", "盐城市", "city", ""),
        ("3209", "盐城", "city", ""),
        ("320902", " ", "district", "320900"),
        ("320902", "亭湖区", "district", "320900"),
        ("320904", "大丰区", "district", "320000"),
        ("320903001", "五星街道", "subdistrict", "320902"),
        ("320921", "响水县", "county", "320902"),
        ("320922", "滨海县", "county", "320922"),
    ];
    let faults = DivisionTree::from_rows(rows.map(row)).unwrap_err();
    assert_eq!(
        faults.to_string(),
        "the list of divisions has 7 faults:\n\
         row 2: `3209` is no division code of 6, 9 or 12 digits\n\
         row 3: the division `320902` has no name\n\
         row 4: the division `320902` is there already, in row 3\n\
         row 5: `320000`, the parent of `320904`, is not in the list\n\
         row 6: `320903001` cannot be a part of `320902`, whose code is not above it\n\
         row 7: `320921` cannot be a part of `320902`, whose code is not above it\n\
         row 8: `320922` cannot be a part of `320922`, whose code is not above it"
    );
}

#[test]
fn the_zone_without_a_code_answers_for_its_streets() {
    let managing = managing();
    let today = date(2025, 6, 1);
    let cases = [
        ("320902050", "盐南高新区"),
        ("320902050003", "盐南高新区"),
        ("320903050", "盐南高新区"),
        ("320902001", "亭湖区"),
        ("320902", "亭湖区"),
        ("320903100201", "盐都区"),
        ("320971001", "盐城经济技术开发区"),
    ];
    for (division, name) in cases {
        let unit = managing.unit_of(division, today);
        assert_eq!(
            unit.map(|unit| unit.name.as_str()),
            Some(name),
            "{division}"
        );
    }
    assert!(managing.unit_of("320900", today).is_none());
    assert!(managing.unit_of("110101", today).is_none());
    let areas: Vec<&str> = managing.areas_of("yannan", today).collect();
    assert_eq!(areas, ["320902050", "320903050"]);
}

#[test]
fn the_mapping_of_a_street_ends_on_its_day() {
    let managing = managing();
    let cases = [
        (date(2015, 12, 31), "tinghu"),
        (date(2016, 1, 1), "yannan"),
        (date(2023, 12, 31), "yannan"),
        (date(2024, 1, 1), "tinghu"),
    ];
    for (day, code) in cases {
        assert_eq!(
            managing.unit_of("320902051", day).unwrap().code,
            code,
            "{day}"
        );
    }
    assert!(managing.unit_of("320902051", date(2009, 1, 1)).is_none());
}

#[test]
fn every_place_has_one_unit() {
    let (tree, managing) = (tree(), managing());
    let today = date(2025, 6, 1);
    let mut places: Vec<&str> = managing
        .iter()
        .flat_map(|unit| managing.leaves_of(&tree, &unit.code, today))
        .collect();
    places.sort_unstable();
    assert_eq!(
        places,
        [
            "320902001",
            "320902050",
            "320902051",
            "320903050",
            "320903100201",
            "320971001"
        ]
    );
}

#[test]
fn all_faults_of_the_managing_units_are_shown_at_once() {
    let units = [("a", "甲"), ("a", "乙"), ("b", "")].map(unit);
    let areas = [
        area("a", "320902", 2010, Some(2020)),
        area("b", "320902", 2019, None),
        area("b", "320902", 2020, None),
        area("c", "320999", 2010, None),
        area("a", "320903", 2020, Some(2010)),
    ];
    let faults = ManagingUnits::from_rows(&tree(), units, areas).unwrap_err();
    assert_eq!(
        faults.to_string(),
        "the managing units have 7 faults:\n\
         unit row 2: the unit `a` is there twice\n\
         unit row 3: the unit `b` has no code or no name\n\
         area row 2: `320902` has a unit already at that time, in row 1\n\
         area row 3: `320902` has a unit already at that time, in row 2\n\
         area row 4: `c` is no unit in the list\n\
         area row 4: `320999` is no division in the list\n\
         area row 5: `320903` ends at 2010-01-01, which is not after 2020-01-01"
    );
}
