//! Which policies can apply is looked up; Cedar over all policies at once must decide the same.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use cedar_policy::{Decision, Entities, Entity, PolicySet, Request, Response};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

use crate::statement::{Effect, Statement};
use crate::tests::{city, policies};
use crate::{Action, Circumstances, Kind, Policies, Principal, Way, schema};

const PRINCIPALS: [&str; 11] = [
    "principal",
    "principal is Person",
    "principal is Service",
    "principal == Person::\"a\"",
    "principal == Person::\"b\"",
    "principal in Role::\"clerk\"",
    "principal in Role::\"analyst\"",
    "principal in Department::\"市公安局\"",
    "principal in Division::\"320900\"",
    "principal is Person in Role::\"clerk\"",
    "principal is Service in Division::\"320902\"",
];
const RESOURCES: [&str; 7] = [
    "resource",
    "resource is Dataset",
    "resource == Dataset::\"population.resident\"",
    "resource in Dataset::\"population.resident\"",
    "resource in Pack::\"population\"",
    "resource in Department::\"市公安局\"",
    "resource is Dataset in Pack::\"enterprise\"",
];
const CONDITIONS: [&str; 10] = [
    "",
    "",
    "",
    "when { resource.grade > 3 }",
    "when { principal has department && resource in principal.department }",
    "unless { principal in Role::\"analyst\" }",
    "when { context has purpose && context.purpose == \"核对\" }",
    "when { principal has division && principal.division in Division::\"320900\" }",
    "when { context.way == \"export\" }",
    "when { resource.grade * 4000000000000000000 > 0 }",
];

pub(super) fn seed() -> u64 {
    let seed = std::env::var("YANDU_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(rand::random);
    println!("YANDU_SEED={seed}");
    seed
}

pub(super) fn text(rng: &mut StdRng) -> String {
    let mut text = String::new();
    for place in 0..rng.random_range(1..40) {
        let is_permit = rng.random_ratio(3, 4);
        let action = *[
            "action == Action::\"read\"",
            "action in [Action::\"read\", Action::\"steward\"]",
        ]
        .choose(rng)
        .unwrap();
        let is_withheld = !is_permit && action.starts_with("action ==") && rng.random();
        let _ = writeln!(
            text,
            "@id(\"p{place}\") {} {} ({}, {action}, {}) {};",
            if is_permit {
                "@up_to(\"general-2\")"
            } else if is_withheld {
                "@from_grade(\"general-3\")"
            } else {
                ""
            },
            if is_permit { "permit" } else { "forbid" },
            PRINCIPALS.choose(rng).unwrap(),
            RESOURCES.choose(rng).unwrap(),
            CONDITIONS.choose(rng).unwrap(),
        );
    }
    text
}

pub(super) fn principal(rng: &mut StdRng) -> Principal {
    let roles = ["clerk", "analyst", "steward"];
    let mut maybe = |all: &[&str]| {
        rng.random_bool(0.6)
            .then(|| (*all.choose(rng).unwrap()).to_owned())
    };
    Principal {
        department: maybe(&["市公安局", "市市场监管局"]),
        division: maybe(&["320900", "320902"]),
        id: maybe(&["a", "b"]).unwrap_or_else(|| "c".to_owned()),
        roles: maybe(&roles)
            .into_iter()
            .chain(maybe(&roles))
            .collect::<BTreeSet<_>>(),
        kind: *Kind::ALL[..3].choose(rng).unwrap(),
    }
}

/// What Cedar says with everything in hand. What only withholds denies nothing, unless it cannot be evaluated.
fn whole(
    policies: &Policies,
    principal: &Principal,
    circumstances: &Circumstances,
    action: Action,
    dataset: &str,
) -> (bool, BTreeSet<String>) {
    let city = city();
    // Here every name is an entity, also those that a question leaves out.
    let mut sides = vec![schema::principal(principal, &city)];
    let datasets = city.datasets.iter();
    sides.extend(datasets.map(|(id, dataset)| schema::dataset(id, dataset)));
    let mut entities = HashMap::new();
    for side in sides {
        entities.extend(
            side.entities
                .into_iter()
                .map(|entity| (entity.uid(), entity)),
        );
        for name in side.above {
            let bare = Entity::new_no_attrs(name.clone(), HashSet::new());
            entities.entry(name).or_insert(bare);
        }
    }
    let entities = entities.into_values();
    let schema = schema::schema();
    let entities = Entities::from_entities(entities, Some(&schema)).unwrap();
    let request = Request::new(
        schema::uid_of(principal),
        schema::action_uid(action),
        schema::uid(schema::DATASET, dataset),
        schema::context(circumstances),
        Some(&schema),
    )
    .unwrap();
    let answer = |withholds: bool| {
        let of_kind = |one: &&Statement| withholds == matches!(one.effect, Effect::Withhold(_));
        let statements = policies.statements.iter().filter(of_kind);
        let set = PolicySet::from_policies(statements.map(|one| one.policy.clone())).unwrap();
        policies.authorizer.is_authorized(&request, &set, &entities)
    };
    let (decided, withheld) = (answer(false), answer(true));
    let has_faults = |response: &Response| response.diagnostics().errors().next().is_some();
    let is_allowed = decided.decision() == Decision::Allow;
    (
        is_allowed && !has_faults(&decided) && !has_faults(&withheld),
        decided
            .diagnostics()
            .reason()
            .map(ToString::to_string)
            .collect(),
    )
}

#[test]
fn a_decision_is_the_one_of_cedar_over_all_policies() {
    let mut rng = StdRng::seed_from_u64(seed());
    let (mut allowed, mut denied) = (0, 0);
    for _ in 0..60 {
        let text = text(&mut rng);
        let policies = policies(&text);
        for _ in 0..20 {
            let principal = principal(&mut rng);
            let circumstances = Circumstances {
                purpose: rng.random::<bool>().then(|| "核对".to_owned()),
                way: *Way::ALL.choose(&mut rng).unwrap(),
            };
            let reader = policies.reader(&principal, &circumstances);
            for dataset in policies.city().datasets.keys() {
                let action = *[Action::Read, Action::Steward].choose(&mut rng).unwrap();
                let ours = reader.decide_on(action, dataset);
                let (is_allowed, reasons) = whole(
                    &policies,
                    &principal,
                    &circumstances,
                    action,
                    dataset.as_str(),
                );
                let asked = format!("{principal:?} {circumstances:?} {action:?} {dataset}\n{text}");
                assert_eq!(ours.is_allowed, is_allowed, "{asked}");
                let ours_reasons: BTreeSet<String> =
                    ours.reasons.iter().map(ToString::to_string).collect();
                assert_eq!(ours_reasons, reasons, "{asked}");
                if is_allowed {
                    allowed += 1;
                } else {
                    denied += 1;
                }
            }
        }
    }
    assert!(
        allowed > 100 && denied > 100,
        "{allowed} allowed, {denied} denied"
    );
}
