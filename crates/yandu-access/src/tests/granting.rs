//! Grants, and what is shown under them.

mod term;

use std::sync::Arc;

use yandu_policy::{Shown, Way};
use yandu_words::Grade;

use super::city::{City, asked_by, declared, for_purpose, grant, grants_of, on, page, resident};
use crate::{EventFilter, EventKind, GrantFilter, Grantee, GranteeKind};

#[tokio::test]
async fn without_a_grant_a_dataset_is_not_there() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    assert_eq!(city.names(&wang).await, "query");
    assert!(city.door.sights(&wang, &page()).is_empty());
}

#[tokio::test]
async fn a_grant_shows_its_rows_and_columns_with_masks_to_the_one_it_is_for() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let li = city.person("li", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.rows = Some("township = '320903'".to_owned());
    new.masks.insert("name".to_owned(), "keep 1 0".to_owned());
    let given = city.door.give("sec", new, None).await.unwrap();
    assert_eq!(given.id.to_string(), "G1");
    let sql = "SELECT name, mobile FROM population.resident ORDER BY id";
    assert_eq!(
        city.told(&wang, &page(), sql).await,
        "n**|138****0001,n**|138****0004"
    );
    assert_eq!(city.names(&li).await, "query");
}

#[tokio::test]
async fn a_grant_whose_mask_leaves_more_counts_in_its_rows_whatever_policies_are_called() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &["analyst"]).await;
    city.set("@id(\"a\") @up_to(\"general-2\") @masks(\"name: null; mobile: null\") permit (principal in Role::\"analyst\", action == Action::\"read\", resource == Dataset::\"population.resident\");").await;
    let mut new = grant(&city, "wang");
    new.rows = Some("township = '320903'".to_owned());
    new.masks.insert("name".to_owned(), "keep 1 0".to_owned());
    city.door.give("sec", new, None).await.unwrap();
    let sql = "SELECT name, mobile FROM population.resident ORDER BY id";
    assert_eq!(
        city.told(&wang, &page(), sql).await,
        "n**|138****0001,|,|,n**|138****0004,|,|"
    );
    let sights = city.door.sights(&wang, &page()).into_iter();
    let shown: Vec<Shown> = sights.map(|(_, shown)| shown).collect();
    let counting = |place: usize, column: &str| -> Vec<String> {
        let policies = shown[place].gives_way_to(column, &shown);
        policies.into_iter().map(ToString::to_string).collect()
    };
    assert_eq!(shown[0].policy.as_ref(), "city/a");
    assert_eq!(counting(0, "name"), ["grants/G1"]);
    assert_eq!(counting(0, "mobile"), ["grants/G1"]);
    assert_eq!(counting(0, "township"), Vec::<String>::new());
    assert_eq!(counting(1, "name"), Vec::<String>::new());
    let (permit, _) = Shown::masking("name", &shown).unwrap();
    assert_eq!(permit.policy.as_ref(), "grants/G1");
}

#[tokio::test]
async fn a_grant_is_for_its_purpose_and_its_ways() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    city.door
        .give("sec", grant(&city, "wang"), None)
        .await
        .unwrap();
    let sql = "SELECT count(*) FROM population.resident";
    assert_eq!(city.told(&wang, &page(), sql).await, "6");
    assert_eq!(city.told(&wang, &for_purpose("低保核对"), sql).await, "6");
    assert_eq!(city.told(&wang, &for_purpose("营销"), sql).await, "query");
    assert_eq!(city.told(&wang, &on(Way::Export), sql).await, "query");
}

#[tokio::test]
async fn departments_and_roles_can_be_granted_something() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let li = city.person("li", "公安局", &["analyst"]).await;
    let mut new = grant(&city, "民政局");
    new.to.kind = GranteeKind::Department;
    city.door.give("sec", new, None).await.unwrap();
    assert_ne!(city.names(&wang).await, "query");
    assert_eq!(city.names(&li).await, "query");
    let mut new = grant(&city, "analyst");
    new.to.kind = GranteeKind::Role;
    city.door.give("sec", new, None).await.unwrap();
    assert_ne!(city.names(&li).await, "query");
    for (kind, to) in [
        (GranteeKind::Department, "没有的局"),
        (GranteeKind::Role, "nobody"),
        (GranteeKind::Service, "wang"),
        (GranteeKind::Person, "chen"),
    ] {
        let mut new = grant(&city, "wang");
        new.to = Grantee {
            kind,
            id: to.to_owned(),
        };
        let error = city.door.give("sec", new, None).await.unwrap_err();
        assert!(
            ["invalid-grant", "no-account"].contains(&error.code()),
            "{error}"
        );
    }
}

#[tokio::test]
async fn policies_are_asked_once_for_a_reader_and_again_when_they_are_others() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let rights = || city.door.rights(&asked_by(&wang, &page()));
    let duties = || city.door.duties(&wang, &page());
    let before = (rights(), duties());
    assert!(Arc::ptr_eq(&before.0, &rights()));
    assert!(Arc::ptr_eq(&before.1, &duties()));
    city.door
        .give("sec", grant(&city, "wang"), None)
        .await
        .unwrap();
    let after = (rights(), duties());
    assert_ne!(before.0.policy(), after.0.policy());
    assert!(!Arc::ptr_eq(&before.0, &after.0));
    assert!(!Arc::ptr_eq(&before.1, &after.1));
    assert!(Arc::ptr_eq(&after.0, &rights()));
    assert!(Arc::ptr_eq(&after.1, &duties()));
}

#[tokio::test]
async fn nobody_grants_something_to_themselves() {
    let city = City::new().await;
    city.person("wang", "民政局", &[]).await;
    let error = city.door.give("wang", grant(&city, "wang"), None).await;
    assert_eq!(error.unwrap_err().code(), "invalid-grant");
}

#[tokio::test]
async fn a_grant_can_be_used_as_often_as_it_says() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.uses = Some(2);
    let given = city.door.give("sec", new, None).await.unwrap();
    let rights = || city.door.rights(&asked_by(&wang, &page()));
    for _ in 0..2 {
        assert_ne!(city.names(&wang).await, "query");
        city.door.count_use(&rights(), &[resident()]).await.unwrap();
    }
    let error = city.door.count_use(&rights(), &[resident()]).await;
    assert_eq!(error.unwrap_err().code(), "grant-used-up");
    assert_eq!(city.names(&wang).await, "permission-ended");
    assert!(city.door.sights(&wang, &page()).is_empty());
    assert_eq!(city.door.grant(given.id).await.unwrap().used, 2);
    // Another set does not bring it back, and neither does a start.
    let mut other = grant(&city, "wang");
    other.dataset = "enterprise.company".parse().unwrap();
    city.door.give("sec", other, None).await.unwrap();
    assert_eq!(city.names(&wang).await, "query");
    let city = city.again().await;
    assert_eq!(city.names(&wang).await, "query");
}

#[tokio::test]
async fn whoever_used_a_grant_for_the_last_time_asks_on_under_what_else_shows_the_dataset() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let mut counted = grant(&city, "wang");
    counted.uses = Some(1);
    city.door.give("sec", counted, None).await.unwrap();
    let mut other = grant(&city, "wang");
    other.rows = Some("township = '320903'".to_owned());
    city.door.give("sec", other, None).await.unwrap();
    let names = |rights: &yandu_lake::Rights| {
        let names = rights.permits(&resident(), city.site.now());
        let mut names: Vec<String> = names.iter().map(ToString::to_string).collect();
        names.sort();
        names
    };
    let asked = asked_by(&wang, &page());
    let last = city.door.rights(&asked);
    city.door.count_use(&last, &[resident()]).await.unwrap();
    let later = city.door.rights(&asked);
    assert_eq!(names(&later), ["grants/G2"]);
    city.door.count_use(&later, &[resident()]).await.unwrap();
    // What the last use shows is still read, and fetched where it is files.
    assert_eq!(names(&last), ["grants/G1", "grants/G2"]);
    let fetched = crate::Asked {
        uses: crate::Uses::GivenOut,
        ..asked
    };
    let fetched = city.door.rights(&fetched);
    assert_eq!(names(&fetched), names(&last));
    // It ends with the other grant too, as all that is read does.
    let id = crate::GrantId::of_policy("grants/G2").unwrap();
    city.door.revoke("sec", id, "用途已完成").await.unwrap();
    assert_eq!(names(&last), ["grants/G1"]);
}

#[tokio::test]
async fn a_counted_grant_shows_nothing_where_nobody_counts() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.uses = Some(2);
    city.door.give("sec", new, None).await.unwrap();
    let asked = crate::Asked {
        uses: crate::Uses::Uncounted,
        ..asked_by(&wang, &page())
    };
    let reader = yandu_lake::Principal::with_rights("wang", city.door.rights(&asked));
    let sql = "SELECT count(*) FROM population.resident";
    assert_eq!(super::city::told(&city.lake, &reader, sql).await, "query");
    assert_eq!(city.told(&wang, &page(), sql).await, "6");
}

#[tokio::test]
async fn uses_are_counted_one_by_one_whoever_counts() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.uses = Some(5);
    city.door.give("sec", new, None).await.unwrap();
    let rights = city.door.rights(&asked_by(&wang, &page()));
    let tasks: Vec<_> = (0..12)
        .map(|_| {
            let (door, rights) = (city.door.clone(), rights.clone());
            tokio::spawn(async move { door.count_use(&rights, &[resident()]).await.is_ok() })
        })
        .collect();
    let mut counted = 0;
    for task in tasks {
        counted += usize::from(task.await.unwrap());
    }
    assert_eq!(counted, 5);
}

#[tokio::test]
async fn a_grant_that_says_nothing_sensible_is_refused_with_the_field() {
    let city = City::new().await;
    city.person("wang", "民政局", &[]).await;
    let fresh = || grant(&city, "wang");
    let mut wrong = Vec::new();
    let mut with = |field: &'static str, change: &dyn Fn(&mut crate::NewGrant)| {
        let mut new = fresh();
        change(&mut new);
        wrong.push((field, new));
    };
    with("purpose", &|new| new.purpose = "  ".to_owned());
    with("until", &|new| {
        new.until = "2020-01-01T00:00:00Z".parse().unwrap();
    });
    with("until", &|new| {
        new.until = "2999-01-01T00:00:00Z".parse().unwrap();
    });
    with("uses", &|new| new.uses = Some(0));
    with("ways", &|new| new.ways.clear());
    with("columns", &|new| {
        new.columns = Some(std::collections::BTreeSet::new());
    });
    with("masks", &|new| {
        new.masks.insert("name".to_owned(), "blur".to_owned());
    });
    with("masks", &|new| {
        let two = "fixed a; mobile: keep 11 0".to_owned();
        new.masks.insert("name".to_owned(), two);
    });
    with("masks", &|new| {
        let two = "name: null; mobile".to_owned();
        new.masks.insert(two, "null".to_owned());
    });
    for (field, new) in wrong {
        let error = city.door.give("sec", new, None).await.unwrap_err();
        assert_eq!(error.code(), "invalid-grant");
        assert!(error.to_string().contains(field), "{error}");
    }
    // What only the dataset can tell is a problem of the policy that the grant would be.
    for (columns, rows) in [
        (Some("salary"), None),
        (None, Some("salary > 3")),
        (None, Some("1/0 = 1")),
    ] {
        let mut new = fresh();
        new.columns = columns.map(|column| [column.to_owned()].into());
        new.rows = rows.map(str::to_owned);
        let error = city.door.give("sec", new, None).await.unwrap_err();
        assert_eq!(error.code(), "grant-terms", "{error}");
    }
    assert!(
        city.door
            .grants(&GrantFilter::default())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn grants_are_found_by_who_reads_under_them_and_by_the_department_that_they_are_to() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let li = city.person("li", "公安局", &["analyst"]).await;
    let to = [
        (GranteeKind::Person, "wang"),
        (GranteeKind::Department, "民政局"),
        (GranteeKind::Role, "analyst"),
        (GranteeKind::Person, "li"),
    ];
    for (kind, id) in to {
        let mut new = grant(&city, "wang");
        new.to = Grantee {
            kind,
            id: id.to_owned(),
        };
        city.door.give("sec", new, None).await.unwrap();
    }
    let under = async |id: &str| GrantFilter {
        account: Some(city.site.accounts.find(&id.parse().unwrap()).await.unwrap()),
        ..GrantFilter::default()
    };
    let within = |department: &str| GrantFilter {
        department: Some(department.to_owned()),
        ..GrantFilter::default()
    };
    let found = async |filter: GrantFilter| -> Vec<String> {
        let grants = city.door.grants(&filter).await.unwrap();
        grants.iter().map(|one| one.id.to_string()).collect()
    };
    assert_eq!(found(under("wang").await).await, ["G2", "G1"]);
    assert_eq!(found(under("li").await).await, ["G4", "G3"]);
    // A role is nobody's department.
    assert_eq!(found(within("民政局")).await, ["G2", "G1"]);
    assert_eq!(found(within("公安局")).await, ["G4"]);
    assert_eq!(found(within("没有的局")).await, [""; 0]);
    assert_eq!(found(grants_of(resident())).await.len(), 4);
    let both = GrantFilter {
        department: Some("公安局".to_owned()),
        ..under("wang").await
    };
    assert_eq!(found(both).await, [""; 0]);
    let next = GrantFilter {
        before: Some("G4".parse().unwrap()),
        most: Some(1),
        ..GrantFilter::default()
    };
    assert_eq!(found(next).await, ["G3"]);
    // What the filter names is what the two read under.
    assert_ne!(city.names(&wang).await, "query");
    assert_ne!(city.names(&li).await, "query");
}

#[tokio::test]
async fn a_text_in_a_grant_is_no_policy() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let li = city.person("li", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.purpose = "x\") permit (principal, action, resource); //".to_owned();
    new.basis = Some("\\\"} ; permit(principal,action,resource);".to_owned());
    city.door.give("sec", new, None).await.unwrap();
    assert_ne!(city.names(&wang).await, "query");
    assert_eq!(city.names(&li).await, "query");
}

#[tokio::test]
async fn a_grant_whose_dataset_became_another_shows_nothing_and_says_why() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.columns = Some(["mobile".to_owned()].into());
    let given = city.door.give("sec", new, None).await.unwrap();
    let mut other = declared();
    other
        .datasets
        .get_mut(&resident())
        .unwrap()
        .columns
        .shift_remove("mobile");
    city.door.set_city(other, Vec::new()).await.unwrap();
    assert_eq!(
        city.told(&wang, &page(), "SELECT mobile FROM population.resident")
            .await,
        "query"
    );
    let broken = city
        .door
        .grants(&grants_of(resident()))
        .await
        .unwrap()
        .remove(0)
        .broken;
    assert!(broken.unwrap().contains("mobile"));
    // It comes back with its column.
    city.set("").await;
    assert_ne!(
        city.told(&wang, &page(), "SELECT mobile FROM population.resident")
            .await,
        "query"
    );
    let grants = city.door.grants(&GrantFilter::default()).await.unwrap();
    let told: Vec<_> = grants.iter().map(|one| (one.id, &one.broken)).collect();
    assert_eq!(told, [(given.id, &None)]);
}

#[tokio::test]
async fn what_is_done_with_grants_is_told() {
    let city = City::new().await;
    city.person("wang", "民政局", &[]).await;
    let given = city
        .door
        .give("sec", grant(&city, "wang"), None)
        .await
        .unwrap();
    city.door.revoke("sec", given.id, "错发").await.unwrap();
    let filter = EventFilter {
        subject: Some("G1".to_owned()),
        ..EventFilter::default()
    };
    let events = city.site.accounts.events(&filter, None, 10).await.unwrap();
    let kinds: Vec<EventKind> = events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::GrantRevoked, EventKind::GrantGiven]);
    assert_eq!(events[1].actor.as_deref(), Some("sec"));
    assert_eq!(events[1].detail["grant"]["purpose"], "低保核对");
}

#[tokio::test]
async fn a_keyed_hash_joins_inside_one_permit_and_not_between_two() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    for (dataset, purpose) in [("population.resident", "甲"), ("enterprise.company", "乙")] {
        let mut new = grant(&city, "wang");
        new.dataset = dataset.parse().unwrap();
        new.purpose = purpose.to_owned();
        new.up_to = Grade::General1;
        new.masks.insert("mobile".to_owned(), "hash".to_owned());
        city.door.give("sec", new, None).await.unwrap();
    }
    let hash = |table: &str| format!("SELECT min(mobile) FROM {table} WHERE id = 1");
    let of_resident = city
        .told(&wang, &page(), &hash("population.resident"))
        .await;
    assert_eq!(
        of_resident,
        city.told(&wang, &page(), &hash("population.resident"))
            .await
    );
    assert_ne!(
        of_resident,
        city.told(&wang, &page(), &hash("enterprise.company")).await
    );
}
