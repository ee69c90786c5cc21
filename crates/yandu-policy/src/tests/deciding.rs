use crate::tests::{clerk, for_purpose, id, person, plain, policies};
use crate::{Action, Principal};

const RESIDENTS: &str = r#"
@id("read") @up_to("general-2")
permit (principal in Role::"clerk", action == Action::"read", resource in Pack::"population");
"#;

#[test]
fn what_nothing_permits_is_denied() {
    let policies = policies(RESIDENTS);
    let reader = policies.reader(&clerk(), &plain());
    let decision = reader.decide_on(Action::Read, &id("population.resident"));
    assert!(decision.is_allowed);
    assert_eq!(decision.reasons, ["city/read".into()]);
    for (action, dataset) in [
        (Action::Read, "enterprise.company"),
        (Action::Steward, "population.resident"),
        (Action::Read, "population.nothing"),
    ] {
        let decision = reader.decide_on(action, &id(dataset));
        assert!(
            !decision.is_allowed && decision.reasons.is_empty(),
            "{dataset}"
        );
    }
    for action in Action::ALL
        .into_iter()
        .filter(|action| !action.is_on_dataset())
    {
        assert!(!reader.decide_in_city(action).is_allowed, "{action:?}");
    }
    let visitor = policies.reader(&Principal::visitor(), &plain());
    assert!(
        !visitor
            .decide_on(Action::Read, &id("population.resident"))
            .is_allowed
    );
}

#[test]
fn what_is_forbidden_is_denied_whatever_permits() {
    let policies = policies(&format!(
        "{RESIDENTS}\n@id(\"closed\") forbid (principal, action == Action::\"read\", resource == Dataset::\"population.resident\") when {{ resource.grade > 4 }};"
    ));
    let reader = policies.reader(&clerk(), &plain());
    let decision = reader.decide_on(Action::Read, &id("population.resident"));
    assert!(!decision.is_allowed);
    assert_eq!(decision.reasons, ["city/closed".into()]);
    assert!(
        reader
            .decide_on(Action::Read, &id("population.household"))
            .is_allowed
    );
}

#[test]
fn what_cannot_be_evaluated_denies_also_where_it_would_forbid_nothing() {
    for effect in ["permit", "forbid"] {
        let shows = if effect == "permit" {
            "@up_to(\"general-1\")"
        } else {
            ""
        };
        let policies = policies(&format!(
            "{RESIDENTS}\n@id(\"over\") {shows} {effect} (principal, action == Action::\"read\", resource) when {{ resource.grade * 9223372036854775807 < 0 }};"
        ));
        let reader = policies.reader(&clerk(), &plain());
        let decision = reader.decide_on(Action::Read, &id("population.resident"));
        assert!(!decision.is_allowed, "{effect}");
        assert!(
            decision.faults[0].contains("overflow"),
            "{:?}",
            decision.faults
        );
        assert!(reader.shown(&id("population.resident")).is_empty());
    }
}

#[test]
fn roles_departments_and_divisions_are_what_one_is_in() {
    let policies = policies(
        r#"
@id("own") @up_to("general-3")
permit (principal is Person, action == Action::"read", resource is Dataset)
when { principal has department && resource in principal.department };
@id("county") @up_to("general-1")
permit (principal is Person in Division::"320900", action == Action::"read", resource == Dataset::"population.household");
"#,
    );
    let police = person("wang", &[], Some("市公安局"), None);
    let reader = policies.reader(&police, &plain());
    assert!(
        reader
            .decide_on(Action::Read, &id("population.resident"))
            .is_allowed
    );
    assert!(
        !reader
            .decide_on(Action::Read, &id("enterprise.company"))
            .is_allowed
    );
    let reader = policies.reader(&clerk(), &plain());
    assert!(
        !reader
            .decide_on(Action::Read, &id("population.resident"))
            .is_allowed
    );
    let household = reader.decide_on(Action::Read, &id("population.household"));
    assert_eq!(
        household.reasons,
        ["city/county".into()],
        "a division is in those above it"
    );
}

#[test]
fn a_purpose_is_part_of_what_is_asked() {
    let policies = policies(
        r#"
@id("aid") @up_to("general-3")
permit (principal in Role::"clerk", action == Action::"read", resource in Pack::"population")
when { context has purpose && context.purpose == "低保核对" };
"#,
    );
    let dataset = id("population.resident");
    assert!(
        !policies
            .reader(&clerk(), &plain())
            .decide_on(Action::Read, &dataset)
            .is_allowed
    );
    assert!(
        !policies
            .reader(&clerk(), &for_purpose("其他"))
            .decide_on(Action::Read, &dataset)
            .is_allowed
    );
    assert!(
        policies
            .reader(&clerk(), &for_purpose("低保核对"))
            .decide_on(Action::Read, &dataset)
            .is_allowed
    );
}

#[test]
fn administrators_are_separated_whatever_a_city_writes() {
    let policies = policies(r#"@id("all") @up_to("core") permit (principal, action, resource);"#);
    let system = person("a", &["system-administrator"], None, None);
    let security = person("b", &["security-administrator"], None, None);
    let audit = person("c", &["audit-administrator"], None, None);
    let may = |principal: &Principal, action| {
        policies
            .reader(principal, &plain())
            .decide_in_city(action)
            .is_allowed
    };
    for (action, only) in [
        (Action::Operate, &system),
        (Action::ManageAccounts, &system),
        (Action::ManagePolicies, &security),
        (Action::Audit, &audit),
    ] {
        for principal in [&system, &security, &audit, &clerk()] {
            assert_eq!(
                may(principal, action),
                principal == only,
                "{action:?} {}",
                principal.id
            );
        }
    }
    // Whoever is two of them is nothing.
    let both = person(
        "d",
        &["security-administrator", "audit-administrator"],
        None,
        None,
    );
    assert!(
        Action::ALL
            .into_iter()
            .filter(|action| !action.is_on_dataset())
            .all(|action| !may(&both, action))
    );
    let resident = id("population.resident");
    assert!(
        !policies
            .reader(&both, &plain())
            .decide_on(Action::Read, &resident)
            .is_allowed
    );
    assert!(
        !policies
            .reader(&clerk(), &plain())
            .decide_on(Action::Grant, &resident)
            .is_allowed
    );
}

#[test]
fn administrators_see_no_data_whatever_permits() {
    let policies = policies(r#"@id("all") @up_to("core") permit (principal, action, resource);"#);
    for role in [
        "system-administrator",
        "security-administrator",
        "audit-administrator",
    ] {
        let administrator = person("a", &[role, "clerk"], Some("市公安局"), None);
        let reader = policies.reader(&administrator, &plain());
        assert!(
            reader.shown(&id("population.resident")).is_empty(),
            "{role}"
        );
        let delivered = reader.decide_on(Action::Deliver, &id("population.resident"));
        assert!(!delivered.is_allowed, "{role}");
    }
}
