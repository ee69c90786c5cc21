use super::site::{LOCAL, Site, code, id, known, role, roles};
use crate::{AccountChange, Error, Filter, Kind, Known, NewAccount, Status};

fn person(name: &str) -> NewAccount {
    NewAccount::person(id(name), name)
}

#[tokio::test]
async fn what_is_not_known_is_refused_with_the_names_that_are_near() {
    let site = Site::new().await;
    let answer = site
        .accounts
        .create(
            LOCAL,
            NewAccount {
                roles: roles(&["colector"]),
                ..person("wang")
            },
        )
        .await
        .unwrap_err();
    assert_eq!(answer.to_string(), "there is no role `colector`");
    assert_eq!(answer.help().unwrap(), "did you mean `collector`?");
    let department = NewAccount {
        department: Some("XX".to_owned()),
        ..person("wang")
    };
    let answer = site.accounts.create(LOCAL, department).await;
    assert_eq!(code(answer), "invalid-account");
    let division = NewAccount {
        division: Some("330101".to_owned()),
        ..person("wang")
    };
    let answer = site.accounts.create(LOCAL, division).await.unwrap_err();
    assert!(matches!(&answer, Error::Unknown { near, .. } if near.contains(&"330102".to_owned())));
}

#[tokio::test]
async fn what_was_known_once_stays_and_is_not_given_again() {
    let site = Site::new().await;
    let new = NewAccount {
        department: Some(" SJ ".to_owned()),
        division: Some("330102".to_owned()),
        roles: roles(&["reader"]),
        ..person("wang")
    };
    let made = site.accounts.create(LOCAL, new).await.unwrap();
    assert_eq!(made.department.as_deref(), Some("SJ"));
    site.accounts.set_known(Known::default());
    let change = AccountChange {
        name: Some("王五".to_owned()),
        department: Some("SJ".to_owned()),
        roles: Some(roles(&["reader"])),
        ..AccountChange::default()
    };
    let changed = site.change(LOCAL, "wang", change).await.unwrap();
    assert_eq!(changed.department.as_deref(), Some("SJ"));
    let gone = AccountChange {
        department: Some(String::new()),
        roles: Some(roles(&[])),
        ..AccountChange::default()
    };
    let changed = site.change(LOCAL, "wang", gone).await.unwrap();
    assert_eq!((changed.department, changed.roles.len()), (None, 0));
    let answer = site.give_roles(LOCAL, "wang", &["reader"]).await;
    assert_eq!(code(answer), "invalid-account");
    site.accounts.set_known(known());
    site.give_roles(LOCAL, "wang", &["reader"]).await.unwrap();
}

#[tokio::test]
async fn a_change_to_another_revision_is_refused_and_one_that_changes_nothing_is_none() {
    let site = Site::new().await;
    let made = site.accounts.create(LOCAL, person("wang")).await.unwrap();
    assert_eq!(made.revision, 1);
    let change = AccountChange {
        name: Some("王".to_owned()),
        ..AccountChange::default()
    };
    let changed = site
        .accounts
        .change(LOCAL, &id("wang"), 1, change.clone())
        .await
        .unwrap();
    assert_eq!((changed.name.as_str(), changed.revision), ("王", 2));
    let answer = site
        .accounts
        .change(LOCAL, &id("wang"), 1, change.clone())
        .await;
    assert_eq!(code(answer), "precondition-failed");
    let same = site.accounts.change(LOCAL, &id("wang"), 2, change).await;
    assert_eq!(same.unwrap(), changed);
    let answer = site.disable(LOCAL, "nobody", true).await;
    assert_eq!(code(answer), "no-account");
    let twice = site.accounts.create(LOCAL, person("wang")).await;
    assert_eq!(code(twice), "account-exists");
}

#[tokio::test]
async fn an_account_that_is_put_back_is_what_it_was() {
    let site = Site::new().await;
    site.accounts.create(LOCAL, person("new")).await.unwrap();
    site.person("wang").await;
    let service = NewAccount {
        kind: Kind::Service,
        ..person("bridge")
    };
    site.accounts.create(LOCAL, service).await.unwrap();
    for (name, status) in [
        ("new", Status::Invited),
        ("wang", Status::Active),
        ("bridge", Status::Active),
    ] {
        let account = site.disable(LOCAL, name, true).await.unwrap();
        assert_eq!(account.status, Status::Disabled);
        assert_eq!(code(site.login(name).await), "login-refused");
        let account = site.disable(LOCAL, name, false).await.unwrap();
        assert_eq!(account.status, status, "{name}");
    }
    site.login("wang").await.unwrap();
}

#[tokio::test]
async fn only_an_organisation_has_a_credit_code_and_it_is_checked() {
    let site = Site::new().await;
    let organisation = |uscc: &str| NewAccount {
        kind: Kind::Organisation,
        uscc: Some(uscc.to_owned()),
        ..person("firm")
    };
    let wrong = site
        .accounts
        .create(LOCAL, organisation("91350100M000100Y44"))
        .await;
    assert_eq!(code(wrong), "invalid-account");
    let person_with = NewAccount {
        kind: Kind::Person,
        ..organisation("91350100M000100Y43")
    };
    let wrong = site.accounts.create(LOCAL, person_with).await;
    assert_eq!(code(wrong), "invalid-account");
    let made = site
        .accounts
        .create(LOCAL, organisation("91350100m000100y43"))
        .await;
    assert_eq!(made.unwrap().uscc.as_deref(), Some("91350100M000100Y43"));
}

#[tokio::test]
async fn a_name_is_one_line_of_text() {
    let site = Site::new().await;
    for name in ["", "  ", "a\nb", &"长".repeat(101)] {
        let new = NewAccount::person(id("wang"), name);
        let answer = site.accounts.create(LOCAL, new).await;
        assert_eq!(code(answer), "invalid-account", "{name:?}");
    }
}

#[tokio::test]
async fn accounts_are_listed_page_by_page_and_as_they_are_asked_for() {
    let site = Site::new().await;
    for number in 0..7 {
        let new = NewAccount {
            department: (number < 3).then(|| "SJ".to_owned()),
            roles: roles(if number % 2 == 0 { &["reader"] } else { &[] }),
            ..NewAccount::person(id(&format!("p{number}")), format!("王{number}"))
        };
        site.accounts.create(LOCAL, new).await.unwrap();
    }
    site.disable(LOCAL, "p6", true).await.unwrap();
    let ids = async |filter: Filter| {
        let mut ids = Vec::new();
        loop {
            let after = ids.last();
            let page = site.accounts.list(&filter, after, 2).await.unwrap();
            if page.is_empty() {
                break;
            }
            ids.extend(page.into_iter().map(|account| account.id));
        }
        let ids: Vec<String> = ids.into_iter().map(String::from).collect();
        ids.join(" ")
    };
    assert_eq!(ids(Filter::default()).await, "p0 p1 p2 p3 p4 p5 p6");
    let readers = Filter {
        role: Some(role("reader")),
        ..Filter::default()
    };
    assert_eq!(ids(readers).await, "p0 p2 p4 p6");
    let department = Filter {
        department: Some("SJ".to_owned()),
        ..Filter::default()
    };
    assert_eq!(ids(department).await, "p0 p1 p2");
    let disabled = Filter {
        status: Some(Status::Disabled),
        ..Filter::default()
    };
    assert_eq!(ids(disabled).await, "p6");
    for (text, expected) in [
        ("P3", "p3"),
        ("王4", "p4"),
        ("%", ""),
        ("王", "p0 p1 p2 p3 p4 p5 p6"),
    ] {
        let filter = Filter {
            text: Some(text.to_owned()),
            ..Filter::default()
        };
        assert_eq!(ids(filter).await, expected, "{text}");
    }
}
