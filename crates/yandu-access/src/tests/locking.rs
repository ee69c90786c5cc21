use jiff::SignedDuration;

use super::site::{LOCAL, PASSWORD, Site, code};
use crate::{Error, EventFilter, EventKind, Filter, SECURITY_ADMINISTRATOR};

/// What five wrong passwords and one more login are answered with.
async fn answers(site: &Site, name: &str) -> Vec<(&'static str, Option<i64>)> {
    let mut answers = Vec::new();
    for password in ["a", "b", "", "Wrong-Password-1", "e", PASSWORD] {
        let error = site.try_login(name, password).await.unwrap_err();
        let until = match &error {
            Error::Locked { until } => Some(until.as_second()),
            _ => None,
        };
        answers.push((error.code(), until));
    }
    answers
}

#[tokio::test]
async fn five_failures_lock_a_name_and_the_lock_ends() {
    let mut site = Site::new().await;
    let wang = site.person("wang").await;
    let until = Some((site.now() + SignedDuration::from_mins(30)).as_second());
    let expected = [
        ("login-refused", None),
        ("login-refused", None),
        ("login-refused", None),
        ("login-refused", None),
        ("account-locked", until),
        ("account-locked", until),
    ];
    assert_eq!(answers(&site, "wang").await, expected);
    assert!(
        site.accounts
            .find(&wang)
            .await
            .unwrap()
            .locked_until
            .is_some()
    );
    site.pass_minutes(29);
    assert_eq!(code(site.login("wang").await), "account-locked");
    site.pass_minutes(2);
    assert!(
        site.accounts
            .find(&wang)
            .await
            .unwrap()
            .locked_until
            .is_none()
    );
    assert_eq!(code(site.try_login("wang", "a").await), "login-refused");
    site.login("wang").await.unwrap();
}

#[tokio::test]
async fn an_administrator_finds_those_who_are_locked_and_lets_them_in_before_the_time() {
    let mut site = Site::new().await;
    site.claimed("chief").await;
    let wang = site.person("wang").await;
    let guard = site.person_with("guard", &[SECURITY_ADMINISTRATOR]).await;
    let locked = Filter {
        is_locked: true,
        ..Filter::default()
    };
    assert!(
        site.accounts
            .list(&locked, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    answers(&site, "wang").await;
    answers(&site, "guard").await;
    let found = site.accounts.list(&locked, None, 9).await.unwrap();
    let found: Vec<&str> = found.iter().map(|account| account.id.as_str()).collect();
    assert_eq!(found, ["guard", "wang"]);
    site.accounts.unlock("chief", &wang).await.unwrap();
    site.login("wang").await.unwrap();
    // Not locked is no error, and no event.
    site.accounts.unlock("chief", &wang).await.unwrap();
    // Who holds another office is let in again by whoever holds the data folder alone.
    let answer = site.accounts.unlock("chief", &guard).await;
    assert_eq!(code(answer), "administrators-apart");
    assert_eq!(code(site.login("guard").await), "account-locked");
    site.accounts.unlock(LOCAL, &guard).await.unwrap();
    site.login("guard").await.unwrap();
    let told = EventFilter {
        kind: Some(EventKind::Unlocked),
        ..EventFilter::default()
    };
    let told = site.accounts.events(&told, None, 9).await.unwrap();
    let told: Vec<_> = told
        .iter()
        .map(|event| (event.actor.as_deref(), event.subject.as_str()))
        .collect();
    assert_eq!(told, [(Some(LOCAL), "guard"), (Some("chief"), "wang")]);
    // A lock that is over is none.
    answers(&site, "wang").await;
    site.pass_minutes(31);
    assert!(
        site.accounts
            .list(&locked, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_name_that_no_account_has_is_answered_and_locked_the_same() {
    let site = Site::new().await;
    site.person("wang").await;
    site.person("shut").await;
    site.disable(super::site::LOCAL, "shut", true)
        .await
        .unwrap();
    let known = answers(&site, "wang").await;
    for name in ["nobody", "shut", "No Such Name!", "王", &"x".repeat(300)] {
        assert_eq!(answers(&site, name).await, known, "{name}");
    }
    // The name is one however it is written.
    for name in ["NOBODY", " nobody ", "ｎｏｂｏｄｙ", "WANG"] {
        assert_eq!(code(site.login(name).await), "account-locked", "{name}");
    }
}

#[tokio::test]
async fn failures_far_apart_do_not_add_up() {
    let mut site = Site::new().await;
    site.person("wang").await;
    for _ in 0..4 {
        for _ in 0..4 {
            assert_eq!(code(site.try_login("wang", "a").await), "login-refused");
        }
        site.pass_minutes(16);
    }
    site.login("wang").await.unwrap();
}

#[tokio::test]
async fn a_login_that_succeeds_forgets_the_failures_before_it() {
    let site = Site::new().await;
    site.person("wang").await;
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(code(site.try_login("wang", "a").await), "login-refused");
        }
        site.login("wang").await.unwrap();
    }
}

#[tokio::test]
async fn failures_and_locks_survive_a_restart() {
    let mut site = Site::new().await;
    site.person("wang").await;
    for _ in 0..4 {
        assert_eq!(code(site.try_login("wang", "a").await), "login-refused");
    }
    let mut site = {
        site.pass_minutes(1);
        site.again().await
    };
    assert_eq!(code(site.try_login("wang", "a").await), "account-locked");
    site.pass_minutes(20);
    let mut site = site.again().await;
    assert_eq!(code(site.login("wang").await), "account-locked");
    site.pass_minutes(11);
    site.login("wang").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn many_attempts_at_once_are_no_more_than_one_after_another() {
    let site = Site::new().await;
    site.person("wang").await;
    let attempts: Vec<_> = (0..40)
        .map(|attempt| {
            let accounts = site.accounts.clone();
            tokio::spawn(async move {
                let password = format!("Guess-Number-{attempt}");
                let answer = accounts.login("wang", &password, None, crate::Client::default());
                code(answer.await)
            })
        })
        .collect();
    let mut refused = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            "login-refused" => refused += 1,
            other => assert_eq!(other, "account-locked"),
        }
    }
    assert_eq!(refused, 4, "the fifth failure locks");
}

#[tokio::test]
async fn a_flood_of_names_is_forgotten_before_the_failures_of_accounts() {
    let site = Site::new().await;
    site.person("wang").await;
    for _ in 0..4 {
        assert_eq!(code(site.try_login("wang", "a").await), "login-refused");
    }
    let last = site.now().as_microsecond() + 1_000_000;
    sqlx::query(
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 12000) \
         INSERT INTO failure (name, count, first_at, locked_until) SELECT 'flood' || n, 1, ?1 + n, NULL FROM number",
    )
    .bind(last)
    .execute(site.store.pool())
    .await
    .unwrap();
    assert_eq!(code(site.login("nobody").await), "login-refused");
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM failure")
        .fetch_one(site.store.pool())
        .await
        .unwrap();
    assert_eq!(count, 10_000);
    assert_eq!(code(site.try_login("wang", "a").await), "account-locked");
}
