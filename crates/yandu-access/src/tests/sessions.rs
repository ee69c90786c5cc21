use jiff::SignedDuration;

use super::site::{LOCAL, PASSWORD, Site, code, id, roles};
use crate::{Client, EventFilter, EventKind};

#[tokio::test]
async fn a_session_that_nobody_uses_ends_and_one_that_is_used_goes_on() {
    let mut site = Site::new().await;
    site.person("wang").await;
    let used = site.login("wang").await.unwrap();
    let left = site.login("wang").await.unwrap();
    for _ in 0..4 {
        site.pass_minutes(20);
        assert!(site.is_alive(&used).await);
    }
    assert!(!site.is_alive(&left).await);
    let listed = site.accounts.sessions_of(&id("wang")).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].id, used.session.id);
    site.pass_minutes(31);
    assert!(!site.is_alive(&used).await);
    assert!(!site.is_alive(&used).await, "it stays ended");
}

#[tokio::test]
async fn every_session_ends_after_half_a_day() {
    let mut site = Site::new().await;
    site.person("wang").await;
    let login = site.login("wang").await.unwrap();
    for _ in 0..35 {
        site.pass_minutes(20);
        assert!(site.is_alive(&login).await);
    }
    site.pass_minutes(20);
    assert!(!site.is_alive(&login).await, "twelve hours have passed");
}

#[tokio::test]
async fn whatever_ends_a_session_ends_it_at_once() {
    let site = Site::new().await;
    let wang = site.person("wang").await;
    // All are held in memory when they are ended.
    let one = site.login("wang").await.unwrap();
    let two = site.login("wang").await.unwrap();
    let three = site.login("wang").await.unwrap();
    for login in [&one, &two, &three] {
        assert!(site.is_alive(login).await);
    }
    site.accounts.logout(&one.session).await.unwrap();
    assert!(!site.is_alive(&one).await);
    site.accounts.logout(&one.session).await.unwrap();
    assert!(site.is_alive(&two).await);
    let ended = &two.session.id;
    site.accounts
        .end_session(LOCAL, &wang, ended)
        .await
        .unwrap();
    assert!(!site.is_alive(&two).await);
    let again = site.accounts.end_session(LOCAL, &wang, ended).await;
    assert_eq!(code(again), "no-session");
    assert_eq!(site.accounts.end_sessions(LOCAL, &wang).await.unwrap(), 1);
    assert!(!site.is_alive(&three).await);

    let four = site.login("wang").await.unwrap();
    assert!(site.is_alive(&four).await);
    site.disable(LOCAL, "wang", true).await.unwrap();
    assert!(!site.is_alive(&four).await);
    site.disable(LOCAL, "wang", false).await.unwrap();
    assert!(!site.is_alive(&four).await, "it does not come back");
}

#[tokio::test]
async fn a_session_of_another_account_is_not_ended() {
    let site = Site::new().await;
    site.person("wang").await;
    let zhao = site.person("zhao").await;
    let login = site.login("wang").await.unwrap();
    let answer = site
        .accounts
        .end_session(LOCAL, &zhao, &login.session.id)
        .await;
    assert_eq!(code(answer), "no-session");
    assert!(site.is_alive(&login).await);
}

#[tokio::test]
async fn a_session_shows_its_account_as_it_is_now() {
    let site = Site::new().await;
    site.person("wang").await;
    let login = site.login("wang").await.unwrap();
    assert!(site.is_alive(&login).await);
    site.give_roles(LOCAL, "wang", &["reader"]).await.unwrap();
    let session = site.accounts.session(login.secret.reveal()).await.unwrap();
    assert_eq!(session.unwrap().account.roles, roles(&["reader"]));
}

#[tokio::test]
async fn a_sixth_session_ends_the_oldest() {
    let mut site = Site::new().await;
    site.person("wang").await;
    let mut logins = Vec::new();
    for _ in 0..6 {
        site.pass_minutes(1);
        logins.push(site.login("wang").await.unwrap());
    }
    assert!(!site.is_alive(&logins[0]).await);
    for login in &logins[1..] {
        assert!(site.is_alive(login).await);
    }
    let filter = EventFilter {
        kind: Some(EventKind::SessionsEnded),
        ..EventFilter::default()
    };
    let events = site.accounts.events(&filter, None, 10).await.unwrap();
    assert_eq!(events[0].detail["why"], "too-many");
}

#[tokio::test]
async fn a_session_survives_a_restart_and_its_times_go_on() {
    let mut site = Site::new().await;
    site.person("wang").await;
    let login = site.login("wang").await.unwrap();
    site.pass_minutes(20);
    assert!(site.is_alive(&login).await);
    site.pass_minutes(20);
    let mut site = site.again().await;
    assert!(site.is_alive(&login).await);
    site.pass_minutes(31);
    let site = site.again().await;
    assert!(!site.is_alive(&login).await);
}

#[tokio::test]
async fn the_record_says_at_most_once_a_minute_that_a_session_is_used() {
    let mut site = Site::new().await;
    let wang = site.person("wang").await;
    let login = site.login("wang").await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..4 {
        assert!(site.is_alive(&login).await);
        let listed = site.accounts.sessions_of(&wang).await.unwrap();
        seen.push(listed[0].seen_at.as_second() - login.session.seen_at.as_second());
        site.pass(SignedDuration::from_secs(31));
    }
    assert_eq!(seen, [0, 0, 62, 62]);
}

#[tokio::test]
async fn a_purpose_is_said_once_and_stands_in_the_session() {
    let site = Site::new().await;
    site.person("wang").await;
    let login = site.login("wang").await.unwrap();
    let purpose = async || {
        let session = site.accounts.session(login.secret.reveal()).await.unwrap();
        session.unwrap().purpose
    };
    assert_eq!(purpose().await, None);
    let said = Some(" 核对低保名单 ".to_owned());
    site.accounts
        .set_purpose(&login.session, said)
        .await
        .unwrap();
    assert_eq!(purpose().await.as_deref(), Some("核对低保名单"));
    let long = Some("长".repeat(201));
    let answer = site.accounts.set_purpose(&login.session, long).await;
    assert_eq!(code(answer), "invalid-account");
    site.accounts
        .set_purpose(&login.session, None)
        .await
        .unwrap();
    assert_eq!(purpose().await, None);
    site.accounts.logout(&login.session).await.unwrap();
    let answer = site.accounts.set_purpose(&login.session, None).await;
    assert_eq!(code(answer), "no-session");
}

#[tokio::test]
async fn a_login_keeps_where_it_came_from() {
    let site = Site::new().await;
    let wang = site.person("wang").await;
    let client = Client {
        address: Some("10.1.2.3".to_owned()),
        agent: Some("x".repeat(1_000)),
    };
    site.accounts
        .login("wang", PASSWORD, None, client)
        .await
        .unwrap();
    let listed = site.accounts.sessions_of(&wang).await.unwrap();
    let kept = &listed[0].client;
    assert_eq!(kept.address.as_deref(), Some("10.1.2.3"));
    assert_eq!(kept.agent.as_ref().map(String::len), Some(200));
}

#[tokio::test]
async fn what_is_no_secret_of_a_session_opens_none() {
    let site = Site::new().await;
    site.person("wang").await;
    let login = site.login("wang").await.unwrap();
    let secret = login.secret.reveal();
    for wrong in [
        "",
        "ys_",
        "x",
        &secret[..40],
        &secret[3..],
        &format!("{secret} "),
    ] {
        assert!(site.accounts.session(wrong).await.unwrap().is_none());
    }
    assert!(site.accounts.token(secret).await.unwrap().is_none());
}
