use super::site::{LOCAL, PASSWORD, Site, id};
use crate::{AccountChange, Event, EventFilter, EventKind, InForce};

async fn events(site: &Site, filter: &EventFilter) -> Vec<Event> {
    site.accounts.events(filter, None, 100).await.unwrap()
}

fn kinds(events: &[Event]) -> Vec<&'static str> {
    events.iter().rev().map(|event| event.kind.name()).collect()
}

#[tokio::test]
async fn each_thing_that_happens_to_an_account_is_told_in_order() {
    let site = Site::new().await;
    let wang = site.person("wang").await;
    let login = site.login("wang").await.unwrap();
    site.accounts.logout(&login.session).await.unwrap();
    site.accounts.begin_second_factor(&wang).await.unwrap();
    site.accounts
        .remove_second_factor(LOCAL, &wang)
        .await
        .unwrap();
    site.accounts
        .change_password(&wang, PASSWORD, "Rainy-Weather-8", None)
        .await
        .unwrap();
    site.try_login("wang", "Rainy-Weather-8").await.unwrap();
    site.accounts.reset(LOCAL, &wang).await.unwrap();
    site.disable(LOCAL, "wang", true).await.unwrap();
    let told = events(
        &site,
        &EventFilter {
            subject: Some("wang".to_owned()),
            ..EventFilter::default()
        },
    )
    .await;
    let expected = [
        "account-created",
        "invited",
        "accepted",
        "login",
        "logout",
        "second-factor-begun",
        "second-factor-removed",
        "password-changed",
        "login",
        "reset",
        "sessions-ended",
        "account-changed",
    ];
    assert_eq!(kinds(&told), expected);
    assert_eq!(told[0].actor.as_deref(), Some(LOCAL));
    let expected = serde_json::json!({"from": "active", "to": "disabled"});
    assert_eq!(told[0].detail["status"], expected);
}

#[tokio::test]
async fn a_change_tells_each_field_from_what_to_what() {
    let site = Site::new().await;
    site.person("wang").await;
    let change = AccountChange {
        name: Some("王五".to_owned()),
        department: Some("SJ".to_owned()),
        ..AccountChange::default()
    };
    site.change("first", "wang", change).await.unwrap();
    let told = events(
        &site,
        &EventFilter {
            kind: Some(EventKind::Changed),
            ..EventFilter::default()
        },
    )
    .await;
    let expected = serde_json::json!({
        "name": {"from": "wang", "to": "王五"},
        "department": {"from": null, "to": "SJ"},
    });
    assert_eq!(told[0].detail, expected);
    assert_eq!(told[0].actor.as_deref(), Some("first"));
}

#[tokio::test]
async fn a_refused_login_tells_the_beginning_of_the_name_and_nobody_as_actor() {
    let site = Site::new().await;
    let given = "N".repeat(100);
    for _ in 0..7 {
        site.login(&given).await.unwrap_err();
    }
    let told = events(&site, &EventFilter::default()).await;
    let mut expected = vec!["login-refused"; 5];
    expected.push("locked");
    assert_eq!(kinds(&told), expected, "what is locked is told once");
    assert_eq!(told[0].subject, "N".repeat(64));
    assert_eq!(told[0].actor, None);
}

#[tokio::test]
async fn events_are_asked_for_by_what_they_say_and_page_by_page() {
    let mut site = Site::new().await;
    site.person("wang").await;
    site.pass_minutes(10);
    let later = site.now();
    site.login("wang").await.unwrap();
    let all = events(&site, &EventFilter::default()).await;
    let mut paged: Vec<Event> = Vec::new();
    loop {
        let before = paged.last().map(|event| event.id);
        let filter = EventFilter::default();
        let page = site.accounts.events(&filter, before, 3).await.unwrap();
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, all);
    let since = events(
        &site,
        &EventFilter {
            since: Some(later),
            ..EventFilter::default()
        },
    )
    .await;
    assert_eq!(kinds(&since), ["login"]);
    let until = events(
        &site,
        &EventFilter {
            until: Some(later),
            actor: Some("wang".to_owned()),
            ..EventFilter::default()
        },
    )
    .await;
    assert_eq!(kinds(&until), ["accepted"]);
}

#[tokio::test]
async fn what_is_refused_leaves_no_event_and_no_event_is_changed_or_deleted() {
    let site = Site::new().await;
    site.claimed("first").await;
    let before = events(&site, &EventFilter::default()).await.len();
    site.disable(LOCAL, "first", true).await.unwrap_err();
    site.accounts.reset(LOCAL, &id("nobody")).await.unwrap_err();
    assert_eq!(events(&site, &EventFilter::default()).await.len(), before);
    for sql in [
        "UPDATE access_event SET actor = 'x'",
        "DELETE FROM access_event",
    ] {
        assert!(sqlx::query(sql).execute(site.store.pool()).await.is_err());
    }
}

#[tokio::test]
async fn packs_that_took_force_are_told_with_whoever_did_it_and_when() {
    let site = Site::new().await;
    let hashes = serde_json::json!({"policy": {"from": "a", "to": "b"}});
    let took_force = |at| InForce {
        at,
        actor: "root".to_owned(),
        kind: EventKind::PacksChanged,
        subject: "2".to_owned(),
        detail: hashes.clone(),
    };
    let before = site.now() - jiff::SignedDuration::from_hours(1);
    for at in [Some(before), None] {
        site.accounts.note_in_force(took_force(at)).await.unwrap();
    }
    let filter = EventFilter {
        kind: Some(EventKind::PacksChanged),
        subject: Some("2".to_owned()),
        ..EventFilter::default()
    };
    let told = events(&site, &filter).await;
    assert_eq!(told.len(), 2);
    assert_eq!(
        (told[1].at, told[1].actor.as_deref()),
        (before, Some("root"))
    );
    assert!(told[0].at > before);
    assert_eq!(told[0].detail, hashes);
}

#[test]
fn kinds_of_events_have_names_of_their_own_in_kebab_case() {
    for kind in EventKind::ALL {
        let name = kind.name();
        assert!(
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        );
        assert_eq!(EventKind::from_name(name), Some(*kind));
    }
    assert_eq!(EventKind::from_name("x"), None);
}
