//! What a preview says of a change, held against what the door answers before and after it.

mod accounts;
mod grants;
mod packs;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use jiff::SignedDuration;
use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use yandu_lake::{Principal as Reader, ReadPoint};
use yandu_policy::{Circumstances, OTHER_PURPOSE, Principal, Source, StepKind, Way};
use yandu_words::Grade;
use yandu_words::id::DatasetId;

use super::city::{City, asked_by, declared, grant, page, resident, source};
use super::site::{LOCAL, chance, code, roles};
use crate::{
    AccountChange, GranteeKind, Line, Matchable, NewEntry, NewGrant, Preview, Proposal,
    ProposedPacks, Text,
};

const SCOPES: [&str; 6] = [
    "principal",
    "principal is Person",
    "principal in Role::\"analyst\"",
    "principal in Department::\"民政局\"",
    "principal == Person::\"zhao\"",
    "principal is Person in Department::\"公安局\"",
];
const RESOURCES: [&str; 5] = [
    "resource",
    "resource is Dataset",
    "resource == Dataset::\"population.resident\"",
    "resource in Pack::\"enterprise\"",
    "resource in Department::\"公安局\"",
];
const CONDITIONS: [&str; 9] = [
    "",
    "",
    "",
    "",
    "when { context.way == \"export\" }",
    "when { context has purpose && context.purpose == \"核对\" }",
    "when { principal has department && resource in principal.department }",
    "unless { principal in Role::\"analyst\" }",
    "when { resource.grade > 1 }",
];
const ROWS: [&str; 9] = [
    "",
    "",
    "township = '320902'",
    "township in ('320902', '320903')",
    "township <> '320904'",
    "starts_with(township, '3209')",
    "id <= 3",
    "id between 2 and 5 and township is not null",
    "not (id > 4)",
];
const SHOWN: [&str; 6] = [
    "",
    "",
    "@columns(\"id, name\")",
    "@masks(\"name: keep 1 0\")",
    "@masks(\"name: null; mobile: keep 3 0\")",
    "@masks(\"township: keep 4 0\")",
];

fn text(rng: &mut StdRng) -> String {
    let mut text = String::new();
    for place in 0..rng.random_range(1..7) {
        let (scope, resource) = (SCOPES.choose(rng).unwrap(), RESOURCES.choose(rng).unwrap());
        let condition = CONDITIONS.choose(rng).unwrap();
        let number = if rng.random() {
            place
        } else {
            rng.random_range(10..90)
        };
        let _ = write!(text, "@id(\"p{place}.{number}\") ");
        if rng.random_ratio(4, 5) {
            let grade = ["general-1", "general-2", "general-3"].choose(rng).unwrap();
            let rows = ROWS.choose(rng).unwrap();
            if !rows.is_empty() {
                let _ = write!(text, "@rows(\"{rows}\") ");
            }
            let shown = SHOWN.choose(rng).unwrap();
            let _ = write!(text, "@up_to(\"{grade}\") {shown} permit ");
        } else if rng.random() {
            text.push_str("@columns(\"name\") forbid ");
        } else {
            text.push_str("forbid ");
        }
        let _ = writeln!(
            text,
            "({scope}, action == Action::\"read\", {resource}) {condition};"
        );
    }
    text
}

/// What a reader is told of a dataset: the columns, and the rows in order; none where it is not there.
type Answer = Option<(Vec<String>, Vec<Vec<String>>)>;

async fn answer(
    city: &City,
    principal: &Principal,
    circumstances: &Circumstances,
    dataset: &DatasetId,
) -> Answer {
    let rights = city.door.rights(&asked_by(principal, circumstances));
    let reader = Reader::with_rights(principal.id.as_str(), rights);
    let session = city.lake.session(&reader, ReadPoint::default());
    let rows = session.query(&format!("SELECT * FROM {dataset}")).await;
    let batches = rows.ok()?.collect().await.unwrap();
    let columns = batches.first().map(|batch| {
        let schema = batch.schema();
        let names = schema.fields().iter().map(|field| field.name().clone());
        names.collect::<Vec<_>>()
    });
    let options = FormatOptions::default();
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|column| {
                let cell = ArrayFormatter::try_new(column.as_ref(), &options).unwrap();
                let cell = cell.value(row).to_string();
                // A hash is one under the key of its policy.
                if cell.len() > 20 {
                    "hash".to_owned()
                } else {
                    cell
                }
            });
            rows.push(cells.collect::<Vec<_>>());
        }
    }
    rows.sort();
    Some((columns.unwrap_or_default(), rows))
}

/// All circumstances that the policies of these tests tell apart, as they are asked for and as a preview names them.
fn circumstances() -> Vec<(Circumstances, Circumstances)> {
    let purposes = [None, Some("核对"), Some("别的")];
    let all = purposes.into_iter().flat_map(|purpose| {
        Way::ALL.into_iter().map(move |way| {
            let of = |purpose: Option<&str>| Circumstances {
                purpose: purpose.map(ToOwned::to_owned),
                way,
            };
            let named = purpose.map(|one| if one == "别的" { OTHER_PURPOSE } else { one });
            (of(purpose), of(named))
        })
    });
    all.collect()
}

type Answers = BTreeMap<(String, DatasetId, Circumstances), Answer>;

async fn answers(city: &City, people: &[Principal]) -> Answers {
    let mut answers = Answers::new();
    for principal in people {
        for dataset in declared().datasets.keys() {
            for (asked, named) in circumstances() {
                let told = answer(city, principal, &asked, dataset).await;
                answers.insert((principal.id.clone(), dataset.clone(), named), told);
            }
        }
    }
    answers
}

async fn people(city: &City) -> Vec<Principal> {
    let mut people = vec![Principal::visitor()];
    for (name, department, held) in [
        ("zhao", "民政局", &["analyst"][..]),
        ("qian", "民政局", &[]),
        ("li", "民政局", &[]),
        ("zhou", "公安局", &["analyst"]),
        ("wu", "公安局", &[]),
    ] {
        people.push(city.person(name, department, held).await);
    }
    people
}

async fn preview_of(city: &City, text: &str) -> Preview {
    let text = Text {
        file: "city.cedar".to_owned(),
        text: text.to_owned(),
    };
    let proposal = Proposal::Texts(vec![text]);
    city.door.preview("sec", proposal).await.unwrap()
}

/// The lines about somebody and a dataset in some circumstances.
fn about<'a>(
    preview: &'a Preview,
    (account, dataset, asked): &(String, DatasetId, Circumstances),
) -> Vec<&'a Line> {
    let lines = preview.lines.iter().filter(|line| {
        line.dataset.as_ref() == Some(dataset)
            && (line.circumstances.is_empty() || line.circumstances.contains(asked))
            && line.who.iter().any(|who| who.accounts.contains(account))
    });
    lines.collect()
}

/// Holds a preview against what the door said before and says now; gives how many answers changed.
fn hold(preview: &Preview, before: &Answers, after: &Answers, told: &str) -> usize {
    let mut changed = 0;
    for (key, earlier) in before {
        let later = &after[key];
        let mut asked = key.clone();
        // What no policy names is one of the others.
        if asked.2.purpose.as_deref() == Some("核对") && !told.contains("\"核对\"") {
            asked.2.purpose = Some(OTHER_PURPOSE.to_owned());
        }
        let lines = about(preview, &asked);
        let said = format!("{key:?}\n{lines:#?}\nbefore {earlier:?}\nafter {later:?}\n{told}");
        changed += usize::from(earlier != later);
        if lines.is_empty() {
            assert_eq!(earlier, later, "nothing is said of {said}");
            continue;
        }
        let has = |is_opening: bool, is_meant: fn(&StepKind) -> bool| {
            let mut lines = lines.iter();
            lines.any(|line| line.is_opening == is_opening && is_meant(&line.kind))
        };
        let is_reading = |kind: &StepKind| matches!(kind, StepKind::Reading { .. });
        let is_new = earlier.is_none() && later.is_some();
        let is_gone = earlier.is_some() && later.is_none();
        assert_eq!(has(true, is_reading), is_new, "{said}");
        assert_eq!(has(false, is_reading), is_gone, "{said}");
        let rows = |answer: &Answer| answer.as_ref().map_or(0, |(_, rows)| rows.len() as u64);
        let (few, many) = (rows(earlier), rows(later));
        let is_rows =
            |kind: &StepKind| matches!(kind, StepKind::Rows { .. } | StepKind::Reading { .. });
        assert!(many <= few || has(true, is_rows), "more rows: {said}");
        assert!(few <= many || has(false, is_rows), "fewer rows: {said}");
        let columns = |answer: &Answer| -> BTreeSet<String> {
            let columns = answer
                .iter()
                .flat_map(|(columns, _)| columns.iter().cloned());
            columns.collect()
        };
        let known = columns(earlier);
        // Where there are no rows nothing is known of the columns.
        let news = columns(later);
        let news = news.difference(&known);
        for name in news.filter(|_| earlier.is_none() || !known.is_empty()) {
            let is_told = lines
                .iter()
                .any(|line| line.is_opening && names(line, name));
            assert!(is_told, "{name} is new: {said}");
        }
        for line in lines.iter().filter(|line| line.circumstances.is_empty()) {
            if line.who[0].accounts.contains(&key.0) && key.2 == page() {
                // Under a condition that is new nothing is counted.
                if let Some(counted) = line.rows {
                    assert_eq!(counted, (few, many), "{said}");
                }
            }
        }
    }
    changed
}

fn names(line: &Line, column: &str) -> bool {
    match &line.kind {
        StepKind::Reading { columns, .. } => columns.iter().any(|(name, _)| name == column),
        StepKind::Columns(columns) => columns.iter().any(|one| one.name == column),
        StepKind::Rows { .. } | StepKind::Duty(_) => false,
    }
}

const READS: &str = "@id(\"a\") @up_to(\"general-2\") permit (principal in Role::\"analyst\", action == Action::\"read\", resource == Dataset::\"population.resident\");";

#[tokio::test]
async fn what_a_preview_says_is_what_the_door_answers_after_the_change() {
    let city = City::new().await;
    let people = people(&city).await;
    let mut rng = chance();
    let (mut changed, mut same) = (0, 0);
    let mut present = text(&mut rng);
    city.set(&present).await;
    let mut before = answers(&city, &people).await;
    for _ in 0..12 {
        // Some of the policies stay as they are.
        let mut next: String = present
            .lines()
            .filter(|_| rng.random_ratio(2, 3))
            .map(|line| format!("{line}\n"))
            .collect();
        let known = next.clone();
        let is_free = |line: &str| {
            let id = line.split('"').nth(1).unwrap_or_default();
            !known.contains(&format!("\"{id}\""))
        };
        for line in text(&mut rng).lines().filter(|line| is_free(line)) {
            next.push_str(line);
            next.push('\n');
        }
        let preview = preview_of(&city, &next).await;
        city.set(&next).await;
        let hash = city.door.with_policies(|set| set.hash().to_string());
        assert_eq!(preview.after.as_ref(), hash);
        let after = answers(&city, &people).await;
        let moved = hold(&preview, &before, &after, &format!("{present}\n->\n{next}"));
        changed += moved;
        same += before.len() - moved;
        (present, before) = (next, after);
    }
    assert!(
        changed > 50 && same > 50,
        "{changed} changed, {same} stayed"
    );
}

#[tokio::test]
async fn rows_of_a_condition_that_nobody_reads_under_are_not_counted() {
    let city = City::new().await;
    city.person("wang", "民政局", &["analyst"]).await;
    city.person("qian", "民政局", &[]).await;
    let reads = "@id(\"a\") @up_to(\"general-1\") @rows(\"id <= 2\") permit (principal in Role::\"analyst\", action == Action::\"read\", resource == Dataset::\"population.resident\");";
    let preview = preview_of(&city, reads).await;
    assert_eq!(preview.lines.len(), 1, "{preview:#?}");
    assert_eq!(preview.lines[0].rows, None);
    // Whoever holds the data folder reads everything anyway.
    let text = Text {
        file: "city.cedar".to_owned(),
        text: reads.to_owned(),
    };
    let own = city.door.preview(LOCAL, Proposal::Texts(vec![text])).await;
    assert_eq!(own.unwrap().lines[0].rows, Some((0, 2)));
    city.set(reads).await;
    let proposal = Proposal::Account {
        id: "qian".parse().unwrap(),
        change: AccountChange {
            roles: Some(roles(&["analyst"])),
            ..AccountChange::default()
        },
    };
    let preview = city.door.preview("root", proposal).await.unwrap();
    assert_eq!(preview.lines[0].rows, Some((0, 2)), "{preview:#?}");
}

#[tokio::test]
async fn rows_of_a_condition_under_which_another_dataset_is_read_are_not_counted() {
    let city = City::new().await;
    city.person("wang", "民政局", &[]).await;
    city.person("qian", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.rows = Some("id <= 2".to_owned());
    city.door.give("sec", new, None).await.unwrap();
    let counted = async |dataset: &str| {
        let text = format!(
            "@id(\"a\") @up_to(\"general-1\") @rows(\"id <= 2\") permit (principal == Person::\"qian\", action == Action::\"read\", resource == Dataset::\"{dataset}\");"
        );
        let preview = preview_of(&city, &text).await;
        let rows = preview.lines.iter().map(|line| line.rows);
        rows.collect::<Vec<_>>()
    };
    assert_eq!(counted("enterprise.company").await, [None]);
    assert_eq!(counted("population.resident").await, [Some((0, 2))]);
}
