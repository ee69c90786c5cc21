use super::site::{LOCAL, PASSWORD, Site, code, id};
use crate::{Kind, NewAccount, Status};

const OTHER: &str = "Rainy-Weather-8";

async fn new_person(site: &Site, name: &str) {
    let new = NewAccount::person(id(name), name);
    let account = site.accounts.create(LOCAL, new).await.unwrap();
    assert_eq!(account.status, Status::Invited);
}

#[tokio::test]
async fn a_link_sets_a_password_once() {
    let site = Site::new().await;
    new_person(&site, "wang").await;
    assert_eq!(code(site.login("wang").await), "login-refused");
    let link = site.accounts.invite(LOCAL, &id("wang")).await.unwrap();
    let secret = link.secret.reveal();
    assert!(secret.starts_with("yi_"));
    let weak = site.accounts.accept(secret, "weak").await;
    assert_eq!(
        code(weak),
        "weak-password",
        "and the link can be used still"
    );
    let looked = site.accounts.look_at(secret).await.unwrap();
    assert_eq!(looked.id, id("wang"), "and looking uses nothing up");
    let account = site.accounts.accept(secret, PASSWORD).await.unwrap();
    assert_eq!(account.status, Status::Active);
    assert_eq!(code(site.accounts.look_at(secret).await), "account-link");
    assert_eq!(site.accounts.find(&id("wang")).await.unwrap(), account);
    let again = site.accounts.accept(secret, OTHER).await;
    assert_eq!(code(again), "account-link");
    site.login("wang").await.unwrap();
}

#[tokio::test]
async fn a_link_ends_by_itself_and_by_the_next_one() {
    let mut site = Site::new().await;
    new_person(&site, "wang").await;
    let first = site.accounts.invite(LOCAL, &id("wang")).await.unwrap();
    let second = site.accounts.invite(LOCAL, &id("wang")).await.unwrap();
    let replaced = site.accounts.accept(first.secret.reveal(), PASSWORD).await;
    assert_eq!(code(replaced), "account-link");
    site.pass_minutes(24 * 60 + 1);
    let late = site.accounts.accept(second.secret.reveal(), PASSWORD).await;
    assert_eq!(code(late), "account-link");
    let third = site.accounts.invite(LOCAL, &id("wang")).await.unwrap();
    site.pass_minutes(24 * 60 - 1);
    let secret = third.secret.reveal();
    site.accounts.accept(secret, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn the_same_link_used_twice_at_once_sets_one_password() {
    let site = Site::new().await;
    new_person(&site, "wang").await;
    let link = site.accounts.invite(LOCAL, &id("wang")).await.unwrap();
    let (one, other) = tokio::join!(
        site.accounts.accept(link.secret.reveal(), PASSWORD),
        site.accounts.accept(link.secret.reveal(), OTHER)
    );
    assert!(one.is_ok() != other.is_ok());
    let set = if one.is_ok() { PASSWORD } else { OTHER };
    site.try_login("wang", set).await.unwrap();
}

#[tokio::test]
async fn a_disabled_account_has_no_link() {
    let site = Site::new().await;
    new_person(&site, "wang").await;
    let link = site.accounts.invite(LOCAL, &id("wang")).await.unwrap();
    site.disable(LOCAL, "wang", true).await.unwrap();
    let answer = site.accounts.invite(LOCAL, &id("wang")).await;
    assert_eq!(code(answer), "account-status");
    let back = site.disable(LOCAL, "wang", false).await.unwrap();
    assert_eq!(back.status, Status::Invited);
    let answer = site.accounts.accept(link.secret.reveal(), PASSWORD).await;
    assert_eq!(code(answer), "account-link");
}

#[tokio::test]
async fn a_reset_ends_sessions_and_unlocks_and_is_short() {
    let mut site = Site::new().await;
    let wang = site.person("wang").await;
    let invited = site.accounts.invite(LOCAL, &wang).await;
    assert_eq!(code(invited), "account-status");
    let login = site.login("wang").await.unwrap();
    assert!(site.is_alive(&login).await);
    let late = site.accounts.reset(LOCAL, &wang).await.unwrap();
    assert!(!site.is_alive(&login).await);
    site.pass_minutes(121);
    let answer = site.accounts.accept(late.secret.reveal(), OTHER).await;
    assert_eq!(code(answer), "account-link");

    for _ in 0..5 {
        site.try_login("wang", "a").await.unwrap_err();
    }
    assert_eq!(code(site.login("wang").await), "account-locked");
    let link = site.accounts.reset(LOCAL, &wang).await.unwrap();
    let same = site.accounts.accept(link.secret.reveal(), PASSWORD).await;
    assert_eq!(code(same), "weak-password");
    let secret = link.secret.reveal();
    let account = site.accounts.accept(secret, OTHER).await.unwrap();
    assert_eq!(account.locked_until, None);
    site.try_login("wang", OTHER).await.unwrap();
}

#[tokio::test]
async fn after_a_reset_the_old_password_opens_nothing_and_does_not_come_back() {
    let mut site = Site::new().await;
    let wang = site.person("wang").await;
    site.accounts.reset(LOCAL, &wang).await.unwrap();
    assert_eq!(code(site.login("wang").await), "login-refused");
    let changed = site.accounts.change_password(&wang, PASSWORD, OTHER, None);
    assert_eq!(code(changed.await), "login-refused");
    // Neither with time, nor by taking the account out of use and back, nor by another reset whose link is lost again.
    site.pass_minutes(121);
    assert_eq!(code(site.login("wang").await), "login-refused");
    site.disable(LOCAL, "wang", true).await.unwrap();
    site.disable(LOCAL, "wang", false).await.unwrap();
    let link = site.accounts.reset(LOCAL, &wang).await.unwrap();
    site = site.again().await;
    assert_eq!(code(site.login("wang").await), "login-refused");
    let same = site.accounts.accept(link.secret.reveal(), PASSWORD).await;
    assert_eq!(code(same), "weak-password", "nor is it set again");
    let secret = link.secret.reveal();
    site.accounts.accept(secret, OTHER).await.unwrap();
    site.try_login("wang", OTHER).await.unwrap();
    assert_eq!(code(site.login("wang").await), "login-refused");
}

#[tokio::test]
async fn a_system_whose_last_administrator_is_reset_stays_claimed() {
    let site = Site::new().await;
    let chief = site.claimed("chief").await;
    let link = site.accounts.reset(LOCAL, &chief.id).await.unwrap();
    let site = site.again().await;
    assert!(site.accounts.is_claimed());
    assert!(site.accounts.first_link().await.is_err());
    let secret = link.secret.reveal();
    site.accounts.accept(secret, OTHER).await.unwrap();
    site.try_login("chief", OTHER).await.unwrap();
}

#[tokio::test]
async fn a_new_account_is_invited_and_not_reset() {
    let site = Site::new().await;
    new_person(&site, "wang").await;
    let answer = site.accounts.reset(LOCAL, &id("wang")).await;
    assert_eq!(code(answer), "account-status");
    let answer = site.accounts.invite(LOCAL, &id("nobody")).await;
    assert_eq!(code(answer), "no-account");
}

#[tokio::test]
async fn a_service_has_no_password() {
    let site = Site::new().await;
    let new = NewAccount {
        kind: Kind::Service,
        ..NewAccount::person(id("bridge"), "桥")
    };
    let account = site.accounts.create(LOCAL, new).await.unwrap();
    assert_eq!(account.status, Status::Active);
    let answer = site.accounts.invite(LOCAL, &id("bridge")).await;
    assert_eq!(code(answer), "account-status");
    let answer = site.accounts.reset(LOCAL, &id("bridge")).await;
    assert_eq!(code(answer), "account-status");
    assert_eq!(code(site.login("bridge").await), "login-refused");
}
