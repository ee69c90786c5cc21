use yandu_city::{DefectKind, Delivery, Error, Rates, Verdict, simulate};

use crate::folder::Folder;

#[test]
fn a_city_of_one_person_is_whole() {
    let folder = Folder::new();
    let summary = folder.simulate(&folder.options(1, 8));
    assert_eq!(summary.people, 1);
    assert_eq!(summary.households, 1);
}

#[test]
fn no_people_and_too_many_are_refused_with_a_reason() {
    let folder = Folder::new();
    for people in [0, 70_000_000] {
        let refused = simulate(&folder.options(people, 1), &());
        assert!(matches!(refused, Err(Error::People { .. })));
    }
}

#[test]
fn a_folder_without_a_city_is_named_in_the_error() {
    let folder = Folder::new();
    let mut options = folder.options(100, 1);
    options.city = Some("/nowhere/atlantis".into());
    let error = simulate(&options, &()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read the city's file `/nowhere/atlantis/simulator.json`"
    );
}

/// The buildings of a city whose files are those of the built-in one, each under the name and with the text that `changed` gives it.
fn properties(changed: impl Fn(&str, String) -> (String, String)) -> String {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../city/yancheng");
    let other = Folder::new();
    for entry in std::fs::read_dir(here).unwrap() {
        let path = entry.unwrap().path();
        // What the city says of its plan is in a folder of its own, and nothing to simulate.
        if path.is_dir() {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        let (name, text) = changed(name, std::fs::read_to_string(&path).unwrap());
        let file = other.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let folder = Folder::new();
    let mut options = folder.options(3_000, 1);
    options.city = Some(other.path().to_owned());
    options.only = Some(vec![Delivery::Properties]);
    folder.simulate(&options);
    let files = folder.files();
    let mut inbox = files.iter().filter(|(name, _)| name.starts_with("inbox"));
    let (_, bytes) = inbox.next().unwrap();
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn another_city_is_another_folder() {
    let text = properties(|name, text| {
        let text = text.replace("亭湖区", "大同区").replace("盐城市", "新盐市");
        (name.to_owned(), text)
    });
    assert!(text.contains("江苏省新盐市大同区"));
    assert!(!text.contains("亭湖区"));
}

#[test]
fn divisions_that_a_city_has_for_its_packs_need_not_be_written_twice() {
    let text = properties(|name, text| match name {
        "divisions.csv" => (
            "data/base/division.csv".to_owned(),
            text.replace("盐城市", "新盐市"),
        ),
        _ => (name.to_owned(), text),
    });
    assert!(text.contains("江苏省新盐市"));
}

#[test]
fn a_misspelt_kind_of_defect_is_refused() {
    let folder = Folder::new();
    let mut options = folder.options(100, 1);
    options
        .defects
        .per_thousand
        .insert("chek-digit".into(), 1.0);
    let error = simulate(&options, &()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`chek-digit` is no kind of planted defect"
    );
}

#[test]
fn single_rates_replace_those_of_the_city() {
    let folder = Folder::new();
    let mut options = folder.options(2_000, 5);
    options.only = Some(vec![Delivery::Residents]);
    options.defects = Rates::default();
    for kind in DefectKind::ALL {
        options
            .defects
            .per_thousand
            .insert(kind.name().to_owned(), 0.0);
    }
    options
        .defects
        .per_thousand
        .insert("sex-disagrees".into(), 100.0);
    folder.simulate(&options);
    let truths = folder.truths();
    let flipped = truths
        .iter()
        .filter(|truth| truth.kind == DefectKind::SexDisagrees)
        .count();
    assert!((130..280).contains(&flipped), "{flipped}");
    assert!(truths.iter().all(|truth| {
        truth.kind == DefectKind::SexDisagrees || truth.verdict == Verdict::Refused
    }));
}

#[test]
fn a_simulation_can_run_inside_an_async_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let folder = Folder::new();
    let summary = runtime.block_on(async { folder.simulate(&folder.options(300, 2)) });
    assert_eq!(summary.people, 300);
}
