use super::site::{LOCAL, PASSWORD, Site, code, id, roles};
use crate::{NewAccount, SYSTEM_ADMINISTRATOR, Status};

#[tokio::test]
async fn the_first_link_makes_one_system_administrator_and_then_there_is_none() {
    let site = Site::new().await;
    assert!(!site.accounts.is_claimed());
    let link = site.accounts.first_link().await.unwrap();
    let secret = link.secret.reveal();
    let weak = site.accounts.claim(secret, id("first"), "一", "weak").await;
    assert_eq!(code(weak), "weak-password");
    let account = site
        .accounts
        .claim(secret, id("first"), "一", PASSWORD)
        .await
        .unwrap();
    assert_eq!(account.status, Status::Active);
    assert_eq!(account.roles, roles(&[SYSTEM_ADMINISTRATOR]));
    assert_eq!(site.accounts.find(&id("first")).await.unwrap(), account);
    assert!(site.accounts.is_claimed());
    site.login("first").await.unwrap();
    let again = site
        .accounts
        .claim(secret, id("second"), "二", PASSWORD)
        .await;
    assert_eq!(code(again), "account-claimed");
    assert_eq!(code(site.accounts.first_link().await), "account-claimed");
    let site = site.again().await;
    assert!(site.accounts.is_claimed());
}

#[tokio::test]
async fn the_first_link_ends_by_itself_and_by_the_next_one() {
    let mut site = Site::new().await;
    let first = site.accounts.first_link().await.unwrap();
    let second = site.accounts.first_link().await.unwrap();
    let claim = async |site: &Site, secret: &str| {
        let claimed = site.accounts.claim(secret, id("first"), "一", PASSWORD);
        claimed.await
    };
    let replaced = claim(&site, first.secret.reveal()).await;
    assert_eq!(code(replaced), "account-link");
    site.pass_minutes(24 * 60 + 1);
    let site = site.again().await;
    let late = claim(&site, second.secret.reveal()).await;
    assert_eq!(code(late), "account-link");
    let third = site.accounts.first_link().await.unwrap();
    claim(&site, third.secret.reveal()).await.unwrap();
}

#[tokio::test]
async fn one_kind_of_link_does_not_do_the_work_of_the_other() {
    let site = Site::new().await;
    let new = NewAccount::person(id("wang"), "王");
    site.accounts.create(LOCAL, new).await.unwrap();
    let link = site.accounts.invite(LOCAL, &id("wang")).await.unwrap();
    let answer = site
        .accounts
        .claim(link.secret.reveal(), id("first"), "一", PASSWORD)
        .await;
    assert_eq!(code(answer), "account-link");
    let first = site.accounts.first_link().await.unwrap();
    let answer = site.accounts.accept(first.secret.reveal(), PASSWORD).await;
    assert_eq!(code(answer), "account-link");
    let taken = site
        .accounts
        .claim(first.secret.reveal(), id("wang"), "一", PASSWORD)
        .await;
    assert_eq!(code(taken), "account-exists");
    site.accounts
        .claim(first.secret.reveal(), id("first"), "一", PASSWORD)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_administrator_without_a_password_has_not_claimed_the_city() {
    let site = Site::new().await;
    let new = NewAccount {
        roles: roles(&[SYSTEM_ADMINISTRATOR]),
        ..NewAccount::person(id("wang"), "王")
    };
    site.accounts.create(LOCAL, new).await.unwrap();
    assert!(!site.accounts.is_claimed());
    let first = site.accounts.first_link().await.unwrap();
    let link = site.accounts.invite(LOCAL, &id("wang")).await.unwrap();
    let secret = link.secret.reveal();
    site.accounts.accept(secret, PASSWORD).await.unwrap();
    assert!(site.accounts.is_claimed());
    let answer = site
        .accounts
        .claim(first.secret.reveal(), id("first"), "一", PASSWORD)
        .await;
    assert_eq!(code(answer), "account-claimed");
}
