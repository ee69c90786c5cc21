//! How long decisions take under many policies: `decisions POLICIES GRANTS SEED`. Prints JSON for the benchmarks.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};

use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityId, EntityUid, Policy, PolicyId, PolicySet,
    Request, RestrictedExpression,
};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use yandu_policy::{
    Action, Circumstances, City, Column, Dataset, Kind, Policies, Principal, RowConditions,
    RowFault, Source,
};
use yandu_words::id::DatasetId;
use yandu_words::{FieldId, Grade, Mask};

/// What rows are shown is not what is measured.
struct AnyRows;

impl RowConditions for AnyRows {
    fn check(&self, _: &DatasetId, _: &str, _: &[&str]) -> Result<(), RowFault> {
        Ok(())
    }
}

const DATASETS: usize = 1_000;
const DEPARTMENTS: usize = 36;
const PEOPLE: usize = 500;
const ASKED: usize = 20_000;
const ASKED_WHOLE: usize = 200;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let mut number = || {
        arguments
            .next()
            .ok_or("POLICIES GRANTS SEED")?
            .map_err(|error| error.to_string())
    };
    let (policies, grants, seed) = (number()?, number()?, number()?);
    let mut rng = StdRng::seed_from_u64(seed);
    let sources = [
        city_policies(policies, &mut rng),
        grant_policies(grants, &mut rng),
    ];
    let begun = Instant::now();
    let policies = Policies::build(city()?, &sources, &AnyRows, None, None)
        .map_err(|problems| format!("{:?}", problems.first()))?;
    let built = begun.elapsed();
    let people: Vec<Principal> = (0..PEOPLE).map(person).collect();
    let asked = Circumstances {
        purpose: Some("purpose-1".to_owned()),
        ..Circumstances::default()
    };
    let mut times = Vec::with_capacity(ASKED);
    let mut allowed = 0;
    for _ in 0..ASKED {
        let person = people.get(rng.random_range(0..PEOPLE)).ok_or("a person")?;
        let dataset: DatasetId = dataset(rng.random_range(0..DATASETS)).parse()?;
        let action = if rng.random() {
            Action::Read
        } else {
            Action::Steward
        };
        let begun = Instant::now();
        // Each finds out anew who asks; what Cedar is told of a dataset is kept with the policies.
        let decision = policies.reader(person, &asked).decide_on(action, &dataset);
        times.push(begun.elapsed());
        allowed += usize::from(decision.is_allowed);
    }
    let one_more = Instant::now();
    let more = [sources[0].clone(), sources[1].clone(), one_grant()];
    Policies::build(city()?, &more, &AnyRows, None, Some(&policies))
        .map_err(|problems| format!("{:?}", problems.first()))?;
    let one_more = one_more.elapsed();
    let whole = whole(&policies, &people, &asked, &mut rng)?;
    times.sort_unstable();
    let at = |times: &[Duration], share: usize| {
        let time = times.get(times.len() * share / 1000);
        time.map_or(0.0, |time| time.as_secs_f64() * 1e6)
    };
    #[expect(clippy::print_stdout, reason = "the benchmarks read it")]
    {
        println!(
            "{{\"built_ms\": {:.1}, \"one_more_ms\": {:.1}, \"asked\": {ASKED}, \"allowed\": {allowed}, \"median_us\": {:.1}, \
             \"p99_us\": {:.1}, \"p999_us\": {:.1}, \"whole_median_us\": {:.1}}}",
            built.as_secs_f64() * 1e3,
            one_more.as_secs_f64() * 1e3,
            at(&times, 500),
            at(&times, 990),
            at(&times, 999),
            at(&whole, 500),
        );
    }
    Ok(())
}

/// How long Cedar takes over all policies at once, with the entities of the question alone. Its answers have to be the same.
fn whole(
    policies: &Policies,
    people: &[Principal],
    asked: &Circumstances,
    rng: &mut StdRng,
) -> Result<Vec<Duration>, Box<dyn std::error::Error>> {
    let mut set = PolicySet::new();
    for told in policies.told() {
        set.add(Policy::parse(Some(PolicyId::new(&told.id)), &told.text)?)?;
    }
    let authorizer = Authorizer::new();
    let uid = |of: &str, id: &str| -> Result<EntityUid, Box<dyn std::error::Error>> {
        Ok(EntityUid::from_type_name_and_id(
            of.parse()?,
            EntityId::new(id),
        ))
    };
    let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
    let mut times = Vec::new();
    for _ in 0..ASKED_WHOLE {
        let person = people.get(rng.random_range(0..PEOPLE)).ok_or("a person")?;
        let id: DatasetId = dataset(rng.random_range(0..DATASETS)).parse()?;
        let of = policies.city().datasets.get(&id).ok_or("a dataset")?;
        let mut above = HashSet::new();
        for role in &person.roles {
            above.insert(uid("Role", role)?);
        }
        let department = uid(
            "Department",
            person.department.as_deref().unwrap_or_default(),
        )?;
        let division = uid("Division", person.division.as_deref().unwrap_or_default())?;
        above.extend([department.clone(), division.clone()]);
        let attributes = HashMap::from([
            (
                "department".to_owned(),
                RestrictedExpression::new_entity_uid(department),
            ),
            (
                "division".to_owned(),
                RestrictedExpression::new_entity_uid(division),
            ),
        ]);
        let who = uid("Person", &person.id)?;
        let what = uid("Dataset", id.as_str())?;
        let owner = uid("Department", &of.owner)?;
        let facts = HashMap::from([
            (
                "owner".to_owned(),
                RestrictedExpression::new_entity_uid(owner.clone()),
            ),
            ("grade".to_owned(), RestrictedExpression::new_long(4)),
            ("origin".to_owned(), text(&of.origin)),
            ("sharing".to_owned(), text(&of.sharing)),
            ("opening".to_owned(), text(&of.opening)),
        ]);
        let parents = HashSet::from([uid("Pack", id.parts().0)?, owner]);
        let entities = Entities::from_entities(
            [
                Entity::new(who.clone(), attributes, above)?,
                Entity::new(what.clone(), facts, parents)?,
            ],
            None,
        )?;
        let context = Context::from_pairs([
            (
                "purpose".to_owned(),
                text(asked.purpose.as_deref().unwrap_or_default()),
            ),
            ("way".to_owned(), text(asked.way.name())),
        ])?;
        let request = Request::new(who, uid("Action", "read")?, what, context, None)?;
        let begun = Instant::now();
        let response = authorizer.is_authorized(&request, &set, &entities);
        times.push(begun.elapsed());
        let ours = policies.reader(person, asked).decide_on(Action::Read, &id);
        let is_allowed = response.decision() == cedar_policy::Decision::Allow;
        if is_allowed != ours.is_allowed {
            return Err(format!("{} on {id}: {is_allowed}", person.id).into());
        }
    }
    times.sort_unstable();
    Ok(times)
}

fn one_grant() -> Source {
    Source {
        name: "grants".into(),
        file: "one more".into(),
        text: "@id(\"more\") @up_to(\"general-1\") permit (principal == Person::\"person1\", action == Action::\"read\", resource is Dataset);".to_owned(),
    }
}

fn dataset(number: usize) -> String {
    format!("pack_{}.dataset_{number}", number % 50)
}

fn city() -> Result<City, Box<dyn std::error::Error>> {
    let mut datasets = BTreeMap::new();
    for number in 0..DATASETS {
        let columns = (0..12).map(|column| {
            let grade = Grade::ALL
                .get(column % 4)
                .copied()
                .unwrap_or(Grade::General1);
            (
                format!("column_{column}"),
                Column {
                    field: FieldId((number * 12 + column) as u64),
                    grade,
                    mask: Mask::Null,
                },
            )
        });
        let owner = format!("department {}", number % DEPARTMENTS);
        let (sharing, opening) = ("conditional".to_owned(), "closed".to_owned());
        datasets.insert(
            dataset(number).parse()?,
            Dataset {
                owner,
                origin: "collect".to_owned(),
                sharing,
                opening,
                columns: columns.collect(),
                at_least: None,
            },
        );
    }
    Ok(City {
        datasets,
        ..City::default()
    })
}

fn person(number: usize) -> Principal {
    Principal {
        kind: Kind::Person,
        id: format!("person{number}"),
        roles: BTreeSet::from([
            format!("role {}", number % 40),
            format!("role {}", number % 7),
        ]),
        department: Some(format!("department {}", number % DEPARTMENTS)),
        division: Some("320902".to_owned()),
    }
}

/// Policies of roles and departments on packs and datasets, every third with a condition, every tenth a `forbid`.
fn city_policies(count: u64, rng: &mut StdRng) -> Source {
    let mut text = String::new();
    for number in 0..count {
        let whom = match rng.random_range(0..3) {
            0 => format!("principal in Role::\"role {}\"", rng.random_range(0..40)),
            1 => format!(
                "principal in Department::\"department {}\"",
                rng.random_range(0..DEPARTMENTS)
            ),
            _ => format!(
                "principal == Person::\"person{}\"",
                rng.random_range(0..PEOPLE)
            ),
        };
        let what = if rng.random_ratio(1, 20) {
            format!("resource in Pack::\"pack_{}\"", rng.random_range(0..50))
        } else {
            format!(
                "resource == Dataset::\"{}\"",
                dataset(rng.random_range(0..DATASETS))
            )
        };
        let when = if rng.random_ratio(1, 3) {
            "when { context has purpose && context.purpose == \"purpose-1\" && resource.grade < 6 }"
        } else {
            ""
        };
        let (shows, effect) = if rng.random_ratio(1, 10) {
            ("", "forbid")
        } else {
            ("@up_to(\"general-2\")", "permit")
        };
        text.push_str(&format!(
            "@id(\"p{number}\") {shows} {effect} ({whom}, action in [Action::\"read\", Action::\"steward\"], {what}) {when};\n"
        ));
    }
    Source {
        name: "city".into(),
        file: "city".into(),
        text,
    }
}

fn grant_policies(count: u64, rng: &mut StdRng) -> Source {
    let grants = (0..count).map(|number| {
        format!(
            "@id(\"g{number}\") @up_to(\"general-3\") permit (principal == Person::\"person{}\", action == Action::\"read\", resource == Dataset::\"{}\") when {{ context has purpose && context.purpose == \"purpose-{}\" }};\n",
            rng.random_range(0..PEOPLE), dataset(rng.random_range(0..DATASETS)), rng.random_range(0..5)
        )
    });
    Source {
        name: "grants".into(),
        file: "grants".into(),
        text: grants.collect(),
    }
}
