//! What cannot be asked.

use yandu_words::Grain;

use super::{City, ask, by, cell, city, only, value};
use crate::{AreaLevel, Ask, Error};

#[tokio::test]
async fn what_cannot_be_asked_says_what_can() {
    let city = city().await;
    let wrong = [
        Ask {
            by: vec![by("unit", None)],
            ..ask("opened")
        },
        Ask {
            by: vec![by("kind", Some(AreaLevel::County))],
            ..ask("opened")
        },
        Ask {
            grain: Some(Grain::Day),
            ..ask("opened")
        },
        Ask {
            points: 0,
            ..ask("opened")
        },
        Ask {
            only: vec![only("colour", &["red"])],
            ..ask("opened")
        },
        ask("nothing"),
    ];
    let mut told = Vec::new();
    for wrong in &wrong {
        let error = city.try_ask(wrong).await.unwrap_err();
        assert!(
            error.help().is_some() && Error::CODES.contains(&error.code()),
            "{error}"
        );
        told.push(error.to_string());
    }
    assert_eq!(
        told,
        [
            "`base.opened` cannot be asked for by `unit`",
            "`kind` of `base.opened` is no area, so it has no levels",
            "`base.opened` is told by month, and a day is shorter",
            "0 points are asked for, and at most 4000 are given",
            "`base.opened` cannot be asked for by `colour`",
            "there is no metric `base.nothing`",
        ]
    );
}

#[tokio::test]
async fn a_value_that_no_list_has_is_refused_with_those_that_there_are() {
    let mut city = city().await;
    let asked = |dimension: &str, value: &str| Ask {
        only: vec![only(dimension, &[value])],
        ..ask("opened")
    };
    let refused = async |city: &City, dimension: &str, value: &str| {
        let error = city.try_ask(&asked(dimension, value)).await.unwrap_err();
        assert_eq!(error.code(), "metric-question");
        (error.to_string(), error.help().unwrap())
    };
    let (told, help) = refused(&city, "kind", "3G").await;
    assert_eq!(told, "`kind` of `base.opened` has no value `3G`");
    assert!(help.ends_with(": 4G 四代, 5G 五代, 6G 六代"), "{help}");
    let (_, help) = refused(&city, "kind", "五代").await;
    assert!(help.ends_with(": 5G 五代"), "{help}");
    // A part of a name points to it.
    for part in ["四", "Four"] {
        let (_, help) = refused(&city, "kind", part).await;
        assert!(help.ends_with(": 4G 四代"), "{help}");
    }
    let (_, help) = refused(&city, "area", "盐都区").await;
    assert!(help.ends_with(": 320903 盐都区, yandu 盐都区"), "{help}");
    for area in ["32", "nowhere"] {
        let (_, help) = refused(&city, "area", area).await;
        assert!(help.contains("320902 亭湖区, 320903 盐都区, "), "{help}");
    }
    // What lists have, and what encloses cells, may be asked for though there is no number.
    for area in ["320903", "320903100", "320900", "320000"] {
        city.ask(&asked("area", area)).await;
    }
    // Whoever sees no list is told of none.
    for list in ["base.division", "base.managing_unit", "base.unit_area"] {
        city.write(list, &[]).await;
    }
    for area in ["32", "nowhere"] {
        let answer = city.ask(&asked("area", area)).await;
        assert_eq!(value(&answer), None);
    }
    // A value that cells have beside their list is one.
    city.write("base.cell", &[cell("2025-06", None, "3G", 2, 2)])
        .await;
    assert_eq!(value(&city.ask(&asked("kind", "3G")).await), Some(2.0));
}

#[tokio::test]
async fn only_numbers_of_a_sum_are_added_up() {
    let city = city().await;
    for (metric, adds_up) in [
        ("opened", true),
        ("cost", true),
        ("of_five", true),
        ("share", false),
        ("level", false),
        // How many are in use at the end of a month.
        ("in_use", false),
    ] {
        let definition = city.metrics.definition(&ask(metric).metric).unwrap();
        assert_eq!(definition.adds_up(), adds_up, "{metric}");
    }
}

#[tokio::test]
async fn a_measure_that_cannot_be_tried_is_not_said_to_add_up() {
    let city = city().await;
    for (metric, measure) in [
        ("never", "case when sum(opened) < 0 then sum(opened) end"),
        ("small", "case when sum(opened) < 1000 then sum(opened) end"),
    ] {
        city.add_file(
            &format!("metrics/{metric}.yaml"),
            &format!(
                "metric: base.{metric}\ntitle: {{zh: 数}}\nowner: 某局\nformula: 数一数\nbasis: 试验\nunit: 座\nof: base.cell\n\
                 dimensions:\n  area: {{column: division, kind: area}}\n  kind: {{}}\nmeasure: {measure}\ntime: {{column: month, grain: month}}\n"
            ),
        );
    }
    for (metric, adds_up) in [("never", false), ("small", true)] {
        let definition = city.metrics.definition(&ask(metric).metric).unwrap();
        assert_eq!(definition.adds_up(), adds_up, "{metric}");
    }
}
