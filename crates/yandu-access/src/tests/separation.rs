use rand::Rng;
use rand::seq::IndexedRandom;

use super::site::{LOCAL, Site, chance, code, id, roles};
use crate::{
    ADMINISTRATORS, AUDIT_ADMINISTRATOR, NewAccount, SECURITY_ADMINISTRATOR, SYSTEM_ADMINISTRATOR,
};

#[tokio::test]
async fn no_account_holds_two_of_the_administrators_roles() {
    let site = Site::new().await;
    site.claimed("first").await;
    for (one, other) in [
        (SYSTEM_ADMINISTRATOR, SECURITY_ADMINISTRATOR),
        (SYSTEM_ADMINISTRATOR, AUDIT_ADMINISTRATOR),
        (SECURITY_ADMINISTRATOR, AUDIT_ADMINISTRATOR),
    ] {
        let new = NewAccount {
            roles: roles(&[one, other, "reader"]),
            ..NewAccount::person(id("both"), "两")
        };
        let answer = site.accounts.create(LOCAL, new).await;
        assert_eq!(code(answer), "administrators-apart");
        let table = format!("account,name,roles\nboth,两,{one};{other}\n");
        let answer = site.accounts.import(LOCAL, table.as_bytes()).await;
        assert_eq!(code(answer), "account-import");
    }
    site.person_with("audit", &[AUDIT_ADMINISTRATOR, "reader"])
        .await;
    let answer = site
        .give_roles(
            "first",
            "audit",
            &[AUDIT_ADMINISTRATOR, SECURITY_ADMINISTRATOR],
        )
        .await;
    assert_eq!(code(answer), "administrators-apart");
    let moved = site
        .give_roles(LOCAL, "audit", &[SECURITY_ADMINISTRATOR])
        .await;
    moved.unwrap();
}

#[tokio::test]
async fn nobody_changes_what_they_may_do_themselves() {
    let site = Site::new().await;
    site.claimed("first").await;
    site.person_with("second", &[SYSTEM_ADMINISTRATOR]).await;
    site.person("wang").await;
    let none: &[&str] = &[];
    for held in [none, &["reader"], &[AUDIT_ADMINISTRATOR]] {
        let answer = site.give_roles("first", "first", held).await;
        assert_eq!(code(answer), "administrators-apart", "{held:?}");
    }
    let answer = site
        .give_roles("wang", "wang", &[AUDIT_ADMINISTRATOR])
        .await;
    assert_eq!(code(answer), "administrators-apart");
    let answer = site.give_roles("wang", "wang", &["reader"]).await;
    assert_eq!(code(answer), "administrators-apart");
    let answer = site
        .give_roles("first", "first", &[SYSTEM_ADMINISTRATOR, "reader"])
        .await;
    assert_eq!(code(answer), "administrators-apart");
    let before = site.accounts.find(&id("first")).await.unwrap();
    let change = crate::AccountChange {
        division: Some("330102".to_owned()),
        ..crate::AccountChange::default()
    };
    let first = id("first");
    let changed = site
        .accounts
        .change("first", &first, before.revision, change);
    assert_eq!(code(changed.await), "administrators-apart");
    site.give_roles("second", "first", &["reader"])
        .await
        .unwrap();
}

#[tokio::test]
async fn a_system_administrator_becomes_no_other_administrator() {
    let site = Site::new().await;
    site.claimed("first").await;
    site.person_with("second", &[SYSTEM_ADMINISTRATOR]).await;
    site.person("wang").await;
    site.person("li").await;
    // The first of each is made by a system administrator.
    site.give_roles("first", "wang", &[SECURITY_ADMINISTRATOR])
        .await
        .unwrap();
    let answer = site
        .give_roles("first", "li", &[SECURITY_ADMINISTRATOR])
        .await;
    assert_eq!(code(answer), "administrators-apart");
    let new = NewAccount {
        roles: roles(&[SECURITY_ADMINISTRATOR]),
        ..NewAccount::person(id("mine"), "我")
    };
    let created = site.accounts.create("first", new.clone()).await;
    assert_eq!(code(created), "administrators-apart");
    let wang = id("wang");
    assert_eq!(
        code(site.accounts.reset("first", &wang).await),
        "administrators-apart"
    );
    let removed = site.accounts.remove_second_factor("first", &wang).await;
    assert_eq!(code(removed), "administrators-apart");
    assert_eq!(
        code(site.disable("first", "wang", true).await),
        "administrators-apart"
    );
    assert_eq!(
        code(site.give_roles("first", "wang", &[]).await),
        "administrators-apart"
    );
    assert_eq!(
        code(site.accounts.reset("first", &id("first")).await),
        "account-status"
    );
    // Whoever holds the data folder can, and one who is disabled holds no office.
    site.accounts.reset(LOCAL, &wang).await.unwrap();
    site.disable(LOCAL, "wang", true).await.unwrap();
    site.accounts.create("first", new).await.unwrap();
}

#[tokio::test]
async fn names_of_the_program_are_nobodys() {
    let site = Site::new().await;
    for name in [LOCAL, "visitor", "anyone"] {
        let new = NewAccount::person(id(name), "a");
        assert_eq!(
            code(site.accounts.create(LOCAL, new).await),
            "account-exists"
        );
    }
}

#[tokio::test]
async fn the_last_system_administrator_who_can_log_in_stays() {
    let site = Site::new().await;
    site.claimed("first").await;
    // Neither somebody without a password nor a service can log in.
    let new = NewAccount {
        roles: roles(&[SYSTEM_ADMINISTRATOR]),
        ..NewAccount::person(id("invited"), "待")
    };
    site.accounts.create(LOCAL, new).await.unwrap();
    let new = NewAccount {
        kind: crate::Kind::Service,
        roles: roles(&[SYSTEM_ADMINISTRATOR]),
        ..NewAccount::person(id("bridge"), "桥")
    };
    site.accounts.create(LOCAL, new).await.unwrap();
    for by in ["first", LOCAL] {
        let answer = site.disable(by, "first", true).await;
        assert_eq!(code(answer), "last-administrator", "{by}");
    }
    let answer = site.give_roles(LOCAL, "first", &[]).await;
    assert_eq!(code(answer), "last-administrator");

    site.person_with("second", &[SYSTEM_ADMINISTRATOR]).await;
    site.disable("second", "first", true).await.unwrap();
    let answer = site.disable(LOCAL, "second", true).await;
    assert_eq!(code(answer), "last-administrator");
    site.disable("second", "first", false).await.unwrap();
    site.give_roles("first", "second", &[]).await.unwrap();
    assert_eq!(site.governors().await, ["first"]);
}

#[tokio::test]
async fn whatever_administrators_do_they_are_apart_and_somebody_governs() {
    let mut random = chance();
    let site = Site::new().await;
    site.claimed("first").await;
    let names = ["first", "second", "third", "fourth"];
    for name in &names[1..] {
        site.person(name).await;
    }
    let all = [&ADMINISTRATORS[..], &["reader", "collector"]].concat();
    for step in 0..150 {
        let by = *names.choose(&mut random).unwrap();
        let name = *names.choose(&mut random).unwrap();
        let answer = if random.random_bool(0.4) {
            site.disable(by, name, random.random_bool(0.6)).await
        } else {
            let count = random.random_range(0..3);
            let held: Vec<&str> = all.choose_multiple(&mut random, count).copied().collect();
            site.give_roles(by, name, &held).await
        };
        if let Err(error) = answer {
            let expected = ["administrators-apart", "last-administrator"];
            assert!(expected.contains(&error.code()), "{step}: {error}");
        }
        assert!(!site.governors().await.is_empty(), "{step}");
        for name in names {
            let account = site.accounts.find(&id(name)).await.unwrap();
            let held = ADMINISTRATORS
                .into_iter()
                .filter(|role| account.roles.contains(*role));
            assert!(held.count() <= 1, "{step}: {account:?}");
        }
    }
    assert!(site.accounts.is_claimed());
}
