use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::site::{LOCAL, Site, code, id};
use crate::{Kind, NewAccount, Scope, TOKENS, TokenRequest};

fn request(name: &str, scope: &[Scope], expires_at: Timestamp) -> TokenRequest {
    TokenRequest {
        name: name.to_owned(),
        scope: scope.iter().copied().collect(),
        purpose: None,
        expires_at,
    }
}

fn days(site: &Site, days: i64) -> Timestamp {
    site.now() + SignedDuration::from_hours(24 * days)
}

async fn service(site: &Site) {
    let new = NewAccount {
        kind: Kind::Service,
        ..NewAccount::person(id("bridge"), "桥")
    };
    site.accounts.create(LOCAL, new).await.unwrap();
}

#[tokio::test]
async fn a_token_says_whose_it_is_and_what_it_is_good_for() {
    let site = Site::new().await;
    service(&site).await;
    let wanted = request(" nightly ", &[Scope::Read, Scope::Deliver], days(&site, 30));
    let made = site
        .accounts
        .create_token(LOCAL, &id("bridge"), wanted)
        .await
        .unwrap();
    assert!(made.secret.reveal().starts_with("yt_"));
    let token = site
        .accounts
        .token(made.secret.reveal())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(token.account.id, id("bridge"));
    assert_eq!(token.id, made.token.id);
    assert_eq!(token.name, "nightly");
    assert_eq!(token.scope, BTreeSet::from([Scope::Read, Scope::Deliver]));
    let secret = made.secret.reveal();
    for wrong in ["", "yt_", &secret[3..], &secret[..20]] {
        assert!(site.accounts.token(wrong).await.unwrap().is_none());
    }
    assert!(site.accounts.session(secret).await.unwrap().is_none());
    let site = site.again().await;
    assert!(site.accounts.token(secret).await.unwrap().is_some());
}

#[tokio::test]
async fn a_token_is_for_the_purpose_that_was_said_when_it_was_made() {
    let site = Site::new().await;
    service(&site).await;
    let make = async |site: &Site, purpose: &str| {
        let wanted = TokenRequest {
            purpose: Some(purpose.to_owned()),
            ..request("nightly", &[Scope::Read], days(site, 30))
        };
        let bridge = id("bridge");
        site.accounts.create_token(LOCAL, &bridge, wanted).await
    };
    let made = make(&site, " 核对低保名单 ").await.unwrap();
    let blank = make(&site, "  ").await.unwrap();
    assert_eq!(blank.token.purpose, None);
    for wrong in ["一".repeat(201), "两\n行".to_owned()] {
        assert_eq!(code(make(&site, &wrong).await), "invalid-token");
    }
    let site = site.again().await;
    let token = site.accounts.token(made.secret.reveal()).await.unwrap();
    let circumstances = token.unwrap().circumstances();
    assert_eq!(circumstances.purpose.as_deref(), Some("核对低保名单"));
    assert_eq!(circumstances.way, yandu_policy::Way::Interface);
}

#[tokio::test]
async fn a_token_ends_when_it_says_and_when_it_is_revoked() {
    let mut site = Site::new().await;
    service(&site).await;
    site.person("wang").await;
    let bridge = id("bridge");
    let mut made = Vec::new();
    for name in ["short", "long"] {
        let lasts = if name == "short" { 1 } else { 90 };
        let wanted = request(name, &[Scope::Read], days(&site, lasts));
        let token = site.accounts.create_token(LOCAL, &bridge, wanted).await;
        made.push(token.unwrap());
    }
    site.pass_days(1);
    let short = made[0].secret.reveal();
    let long = made[1].secret.reveal();
    assert!(site.accounts.token(short).await.unwrap().is_none());
    assert!(site.accounts.token(long).await.unwrap().is_some());
    let listed = site.accounts.tokens_of(&bridge).await.unwrap();
    assert_eq!(listed.len(), 2, "what has expired is shown");
    let other = site
        .accounts
        .revoke_token(LOCAL, &id("wang"), &made[1].token.id)
        .await;
    assert_eq!(code(other), "no-token");
    site.accounts
        .revoke_token(LOCAL, &bridge, &made[1].token.id)
        .await
        .unwrap();
    assert!(site.accounts.token(long).await.unwrap().is_none());
    let again = site
        .accounts
        .revoke_token(LOCAL, &bridge, &made[1].token.id)
        .await;
    assert_eq!(code(again), "no-token");
}

#[tokio::test]
async fn the_tokens_of_a_disabled_account_rest() {
    let site = Site::new().await;
    service(&site).await;
    let wanted = request("nightly", &[Scope::Read], days(&site, 30));
    let made = site
        .accounts
        .create_token(LOCAL, &id("bridge"), wanted)
        .await
        .unwrap();
    let secret = made.secret.reveal();
    site.disable(LOCAL, "bridge", true).await.unwrap();
    assert!(site.accounts.token(secret).await.unwrap().is_none());
    let wanted = request("other", &[Scope::Read], days(&site, 30));
    let answer = site
        .accounts
        .create_token(LOCAL, &id("bridge"), wanted)
        .await;
    assert_eq!(code(answer), "account-status");
    site.disable(LOCAL, "bridge", false).await.unwrap();
    assert!(site.accounts.token(secret).await.unwrap().is_some());
}

#[tokio::test]
async fn a_token_that_makes_no_sense_is_not_made() {
    let site = Site::new().await;
    service(&site).await;
    for wrong in [
        request("", &[Scope::Read], days(&site, 1)),
        request(&"n".repeat(65), &[Scope::Read], days(&site, 1)),
        request("a\nb", &[Scope::Read], days(&site, 1)),
        request("n", &[], days(&site, 1)),
        request("n", &[Scope::Read], days(&site, -1)),
        request("n", &[Scope::Read], days(&site, 91)),
    ] {
        let answer = site
            .accounts
            .create_token(LOCAL, &id("bridge"), wrong)
            .await;
        assert_eq!(code(answer), "invalid-token");
    }
    for _ in 0..TOKENS {
        let wanted = request("n", &[Scope::Read], days(&site, 1));
        let answer = site
            .accounts
            .create_token(LOCAL, &id("bridge"), wanted)
            .await;
        answer.unwrap();
    }
    let wanted = request("n", &[Scope::Read], days(&site, 1));
    let answer = site
        .accounts
        .create_token(LOCAL, &id("bridge"), wanted)
        .await;
    assert_eq!(code(answer), "invalid-token");
}

#[tokio::test]
async fn the_record_says_at_most_once_a_minute_that_a_token_is_used() {
    let mut site = Site::new().await;
    service(&site).await;
    let wanted = request("n", &[Scope::Manage], days(&site, 1));
    let made = site
        .accounts
        .create_token(LOCAL, &id("bridge"), wanted)
        .await
        .unwrap();
    let begin = site.now().as_second();
    let mut used = Vec::new();
    for _ in 0..4 {
        site.accounts.token(made.secret.reveal()).await.unwrap();
        let listed = site.accounts.tokens_of(&id("bridge")).await.unwrap();
        used.push(listed[0].last_used_at.unwrap().as_second() - begin);
        site.pass(SignedDuration::from_secs(31));
    }
    assert_eq!(used, [0, 0, 62, 62]);
}

#[test]
fn scopes_are_named_as_in_json() {
    for scope in Scope::ALL {
        let json = serde_json::to_value(scope).unwrap();
        assert_eq!(json, scope.name());
        assert_eq!(Scope::from_name(scope.name()), Some(scope));
    }
}

#[tokio::test]
async fn a_token_logs_in_under_a_name_of_its_own() {
    let site = Site::new().await;
    service(&site).await;
    let bridge = id("bridge");
    let mut logins = BTreeSet::new();
    for name in ["one", "two", "three"] {
        let wanted = request(name, &[Scope::Read], days(&site, 30));
        let made = site.accounts.create_token(LOCAL, &bridge, wanted).await;
        let made = made.unwrap();
        let login = made.token.login.unwrap();
        let letters = login.strip_prefix("bridge_").unwrap();
        assert!(letters.len() == 6 && letters.chars().all(|sign| sign.is_ascii_alphanumeric()));
        let found = site.accounts.token_login(&login).await.unwrap();
        assert_eq!(found.token, Some(made.token.id.clone()));
        let token = site.accounts.proved_token(&made.token.id).await.unwrap();
        assert_eq!(token.unwrap().login, Some(login.clone()));
        logins.insert(login);
    }
    assert_eq!(logins.len(), 3);
}

#[tokio::test]
async fn a_name_that_no_token_has_gets_a_verifier_like_any_other() {
    let site = Site::new().await;
    service(&site).await;
    let wanted = request("one", &[Scope::Read], days(&site, 30));
    let made = site
        .accounts
        .create_token(LOCAL, &id("bridge"), wanted)
        .await;
    let real = made.unwrap().token.login.unwrap();
    let real = site.accounts.token_login(&real).await.unwrap().verifier;
    let nobody = site.accounts.token_login("bridge_nobody").await.unwrap();
    assert!(nobody.token.is_none());
    assert_eq!(nobody.verifier.salt().len(), real.salt().len());
    assert_eq!(nobody.verifier.iterations(), real.iterations());
    let again = site.again().await;
    let again = again.accounts.token_login("bridge_nobody").await.unwrap();
    assert_eq!(
        again.verifier, nobody.verifier,
        "a start does not change it"
    );
}

#[tokio::test]
async fn whoever_waits_is_told_that_a_token_was_revoked() {
    let site = Site::new().await;
    service(&site).await;
    let bridge = id("bridge");
    let wanted = request("one", &[Scope::Read], days(&site, 30));
    let made = site.accounts.create_token(LOCAL, &bridge, wanted).await;
    let token = made.unwrap().token.id;
    let mut changes = site.accounts.changes();
    assert!(!changes.has_changed().unwrap());
    site.accounts
        .revoke_token(LOCAL, &bridge, &token)
        .await
        .unwrap();
    changes.changed().await.unwrap();
    assert!(site.accounts.proved_token(&token).await.unwrap().is_none());
}
