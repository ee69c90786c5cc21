//! What takes force by itself, what waits for somebody, and what never takes force.

use std::sync::Mutex;

use futures::future::BoxFuture;
use yandu_pack::difference::Opens;

use super::*;
use crate::Error;

const SECRET: &str =
    "  secret: {title: {zh: 备注}, type: text, grade: general-3, required: false}\nchecks:";
const MODEL: &str = "dataset: demo.copy
title: {zh: 副本}
owner: 市公安局
origin: model
sharing: {class: unconditional}
opening: closed
refresh: daily
key: [id]
columns:
  id: {title: {zh: 编号}, type: text}
  house: {title: {zh: 门牌}, type: text, required: false}
";
const SQL: &str = "SELECT id, house FROM demo.person\n";
const POLICY: &str = "@id(\"reads\")\n@up_to(\"general-1\")\npermit (principal, action == Action::\"read\", resource == Dataset::\"demo.person\");\n";

fn graded(grade: &str) -> String {
    PERSON.replace(
        "{zh: 门牌}, type: text",
        &format!("{{zh: 门牌}}, type: text, grade: {grade}"),
    )
}

/// A city with a model that copies a column of its dataset.
async fn with_copy() -> City {
    let city = City::with(PERSON).await;
    city.offer("models/copy.yaml", MODEL);
    city.offer("models/copy.sql", SQL);
    city.apply().await;
    city
}

fn house_grade(city: &City) -> Option<yandu_words::Grade> {
    let id = "demo.person".parse().unwrap();
    let packs = city.collector().packs();
    packs.dataset(&id).unwrap().column_grade("house")
}

#[tokio::test]
async fn packs_with_an_error_take_force_neither_when_applied_nor_at_a_start() {
    let mut city = with_copy().await;
    let me = Principal::local_administrator();
    let faults = [
        ("datasets/person.yaml", graded("general-3"), "grade-too-low"),
        (
            "models/copy.sql",
            SQL.replace("house", "huose"),
            "wrong-sql",
        ),
    ];
    for (file, text, code) in faults {
        city.offer(file, &text);
        let changes = city.changes();
        for error in [
            changes.apply(&me, "x", None).await.unwrap_err(),
            changes.plan().await.unwrap_err(),
            changes.proposed().await.unwrap_err(),
        ] {
            let Error::Packs { problems, .. } = &error else {
                panic!("{error}");
            };
            assert!(problems[0].contains(code), "{problems:?}");
        }
        city.restart().await;
        let refused = &city.running().refused;
        assert!(refused[0].contains(code), "{refused:?}");
        assert_eq!(city.running().waiting, None);
        assert_eq!(city.changes().history(None, 10).await.unwrap().len(), 2);
        assert_eq!(house_grade(&city), Some(yandu_words::Grade::General1));
        city.offer("datasets/person.yaml", PERSON);
        city.offer("models/copy.sql", SQL);
        city.restart().await;
        assert!(city.running().refused.is_empty());
    }
}

#[tokio::test]
async fn first_packs_with_an_error_are_refused() {
    let city = City {
        folder: tempfile::tempdir().unwrap(),
        running: None,
    };
    city.offer("pack.yaml", PACK);
    city.offer("datasets/person.yaml", &graded("general-3"));
    city.offer("models/copy.yaml", MODEL);
    city.offer("models/copy.sql", SQL);
    let data = DataFolder::open(&city.folder.path().join("data")).unwrap();
    let store = Store::open(&data.records()).await.unwrap();
    let lake = Lake::open(Options::new(data.root())).unwrap();
    let packs = load(&city.folder.path().join("packs"));
    let refused = super::super::start(&data, &store, &lake, packs, "test").await;
    assert_eq!(refused.err().unwrap().code(), "packs");
    let none = super::super::start_as_before(&data, &store, &lake, Vec::new()).await;
    assert!(none.unwrap().is_none(), "nothing is installed");
}

#[tokio::test]
async fn packs_that_cannot_be_read_leave_those_that_are_installed() {
    let city = City::with(PERSON).await;
    let collector = city.collector();
    let (folder, store) = (collector.folder(), collector.store());
    let problems = vec!["a problem".to_owned()];
    let started =
        super::super::start_as_before(folder, store, collector.lake(), problems.clone()).await;
    let (_, started) = started.unwrap().unwrap();
    assert_eq!(started.refused, problems);
    assert_eq!(started.packs.datasets().len(), 1);
}

#[tokio::test]
async fn a_lower_grade_waits_for_a_reason_and_a_higher_one_does_not() {
    let mut city = City::with(&graded("general-2")).await;
    city.collect("id,house,age\na,1,30\n", Mode::Upsert).await;
    city.offer("datasets/person.yaml", &graded("general-3"));
    city.restart().await;
    assert_eq!(city.running().waiting, None, "nothing is opened by that");
    assert_eq!(house_grade(&city), Some(yandu_words::Grade::General3));
    city.offer("datasets/person.yaml", &graded("general-1"));
    city.restart().await;
    let waiting = city.running().waiting.clone().unwrap();
    assert!(!waiting.touches_rows() && waiting.waits());
    assert_eq!(waiting.opens[0].what, Opens::Grade);
    assert_eq!(house_grade(&city), Some(yandu_words::Grade::General3));
    let open = crate::NoticeFilter {
        open: true,
        ..crate::NoticeFilter::default()
    };
    let notices = city.collector().notices(&open).await.unwrap();
    assert!(
        notices
            .iter()
            .any(|notice| notice.message.contains("would open more")),
        "{notices:?}"
    );
    let change = city.apply().await;
    assert_eq!(house_grade(&city), Some(yandu_words::Grade::General1));
    let openings = change.openings();
    assert_eq!(
        (openings[0].from.as_deref(), openings[0].to.as_deref()),
        (Some("general-3"), Some("general-1"))
    );
}

#[tokio::test]
async fn a_permit_waits_for_a_reason_and_goes_by_itself() {
    let mut city = City::with(PERSON).await;
    city.offer("policies/reads.cedar", POLICY);
    city.restart().await;
    let waiting = city.running().waiting.clone().unwrap();
    assert_eq!(waiting.opens[0].what, Opens::Policies);
    assert!(city.collector().packs().policies().is_empty());
    city.apply().await;
    assert_eq!(city.collector().packs().policies().len(), 1);
    city.offer("policies/reads.cedar", "// Nobody reads anything.\n");
    city.restart().await;
    assert_eq!(city.running().waiting, None);
}

#[tokio::test]
async fn a_dataset_that_is_new_takes_force_by_itself() {
    let mut city = City::with(PERSON).await;
    let other = PERSON.replace("demo.person", "demo.other");
    city.offer("datasets/other.yaml", &other.replace("checks:", SECRET));
    city.restart().await;
    assert_eq!(city.running().waiting, None);
}

#[tokio::test]
async fn a_change_is_taken_back_once() {
    let city = City::with(PERSON).await;
    city.offer("datasets/person.yaml", &PERSON.replace("人员", "居民"));
    city.apply().await;
    city.rollback(2).await;
    let me = Principal::local_administrator();
    for back in [
        city.changes().plan_rollback(2).await.err(),
        city.changes().rollback(&me, 2, "x").await.err(),
    ] {
        let refused = back.unwrap();
        assert_eq!(refused.code(), "not-rolled-back");
        assert!(
            refused
                .to_string()
                .contains("taken back already, by change 3"),
            "{refused}"
        );
    }
    // Taking back what took it back brings it back, and then it can be taken back.
    city.rollback(3).await;
    assert_eq!(city.rollback(2).await.number, 5);
}

/// Keeps what it is told.
#[derive(Default)]
struct Listener(Mutex<Vec<String>>);

impl Told for Listener {
    fn name(&self) -> &'static str {
        "listener"
    }

    fn told<'a>(&'a self, _: &'a std::sync::Arc<Packs>) -> BoxFuture<'a, Result<(), String>> {
        self.0.lock().unwrap().push("packs".to_owned());
        Box::pin(async { Ok(()) })
    }

    fn changed<'a>(
        &'a self,
        change: &'a ChangeRecord,
        _: &'a std::sync::Arc<Packs>,
    ) -> BoxFuture<'a, Result<(), String>> {
        let what = format!("{:?} {}: {}", change.kind, change.number, change.reason);
        self.0.lock().unwrap().push(what);
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test]
async fn whoever_is_told_of_packs_is_told_of_the_change_when_it_is_done() {
    let city = City::with(PERSON).await;
    let listener = std::sync::Arc::new(Listener::default());
    city.changes().tell(listener.clone());
    city.changes().tell_newest().await.unwrap();
    city.offer("datasets/person.yaml", &PERSON.replace("人员", "居民"));
    city.apply().await;
    city.rollback(2).await;
    assert_eq!(
        *listener.0.lock().unwrap(),
        [
            "Install 1: first start",
            "packs",
            "Change 2: a new standard",
            "packs",
            "Rollback 3: back to before"
        ]
    );
}
