//! When grants and policies begin to hold, and what ends with them.

use jiff::SignedDuration;
use yandu_lake::{Principal as Reader, ReadPoint};

use super::*;
use crate::tests::city::{source, told};

#[tokio::test]
async fn a_grant_ends_with_its_term() {
    let mut city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.until = city.site.now() + SignedDuration::from_hours(1);
    city.door.give("sec", new, None).await.unwrap();
    assert_ne!(city.names(&wang).await, "query");
    city.pass(SignedDuration::from_hours(2));
    assert_eq!(city.names(&wang).await, "permission-ended");
    // After a start it is in no set.
    let city = city.again().await;
    assert_eq!(city.names(&wang).await, "query");
}

#[tokio::test]
async fn a_grant_that_starts_later_shows_nothing_before_its_first_moment() {
    let mut city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.from = Some(city.site.now() + SignedDuration::from_hours(1));
    new.until = city.site.now() + SignedDuration::from_hours(2);
    let given = city.door.give("sec", new, None).await.unwrap();
    let hash = |city: &City| city.door.with_policies(|set| set.hash().to_string());
    let waiting = hash(&city);
    let rights = city.door.rights(&asked_by(&wang, &page()));
    let reader = Reader::with_rights("wang", rights);
    assert_eq!(city.names(&wang).await, "query");
    assert!(city.door.sights(&wang, &page()).is_empty());
    city.pass(SignedDuration::from_secs(3_599));
    assert_eq!(city.names(&wang).await, "query");
    assert_eq!(hash(&city), waiting);
    // It begins without anybody's doing, also for those who asked before.
    city.pass(SignedDuration::from_secs(1));
    assert_ne!(hash(&city), waiting);
    assert_ne!(city.names(&wang).await, "query");
    assert_eq!(city.door.sights(&wang, &page()).len(), 1);
    // Rights of before it are those of before it.
    let sql = "SELECT name FROM population.resident";
    assert_eq!(told(&city.lake, &reader, sql).await, "query");
    city.pass(SignedDuration::from_secs(3_599));
    assert_ne!(city.names(&wang).await, "permission-ended");
    city.pass(SignedDuration::from_secs(1));
    assert_eq!(city.names(&wang).await, "permission-ended");
    assert!(city.door.sights(&wang, &page()).is_empty());
    let over = city.door.grant(given.id).await.unwrap();
    assert!(!over.is_in_force(city.site.now()));
}

#[tokio::test]
async fn a_grant_that_waits_begins_after_a_start_too_and_can_be_revoked_before() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.from = Some(city.site.now() + SignedDuration::from_hours(1));
    city.door.give("sec", new.clone(), None).await.unwrap();
    let mut other = new.clone();
    other.dataset = "enterprise.company".parse().unwrap();
    let revoked = city.door.give("sec", other, None).await.unwrap();
    city.door
        .revoke("sec", revoked.id, "不再需要")
        .await
        .unwrap();
    let mut city = city.again().await;
    assert_eq!(city.names(&wang).await, "query");
    city.pass(SignedDuration::from_hours(1));
    assert_ne!(city.names(&wang).await, "query");
    let sql = "SELECT count(*) FROM enterprise.company";
    assert_eq!(city.told(&wang, &page(), sql).await, "query");
    // A term that is over before it begins, and one that begins too late, are none.
    new.from = Some(new.until);
    let error = city.door.give("sec", new.clone(), None).await.unwrap_err();
    assert_eq!(error.code(), "invalid-grant");
    new.from = Some(city.site.now() + SignedDuration::from_hours(24 * 10_000));
    let error = city.door.give("sec", new, None).await.unwrap_err();
    assert_eq!(error.code(), "invalid-grant");
}

#[tokio::test]
async fn a_grant_that_waits_is_judged_by_what_it_will_show() {
    let mut city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let entry = crate::NewEntry {
        dataset: Some(resident()),
        pack: None,
        columns: None,
        from_grade: None,
        except: std::collections::BTreeSet::new(),
        basis: "保密法".to_owned(),
        about: "不予共享".to_owned(),
    };
    let mut new = grant(&city, "wang");
    new.from = Some(city.site.now() + SignedDuration::from_hours(1));
    city.door.give("sec", new.clone(), None).await.unwrap();
    let (_, taken) = city.door.forbid("sec", entry, None).await.unwrap();
    assert_eq!(taken.len(), 1);
    let error = city.door.give("sec", new, None).await.unwrap_err();
    assert_eq!(error.code(), "grant-forbidden");
    city.pass(SignedDuration::from_hours(2));
    assert_eq!(city.names(&wang).await, "query");
}

#[tokio::test]
async fn a_revoked_grant_ends_at_once_for_those_who_hold_its_rights() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let given = city
        .door
        .give("sec", grant(&city, "wang"), None)
        .await
        .unwrap();
    let rights = city.door.rights(&asked_by(&wang, &page()));
    let reader = Reader::with_rights("wang", rights);
    let sql = "SELECT count(*) FROM population.resident";
    assert_eq!(told(&city.lake, &reader, sql).await, "6");
    city.door.revoke("sec", given.id, "用途不符").await.unwrap();
    assert_eq!(told(&city.lake, &reader, sql).await, "permission-ended");
    assert_eq!(city.names(&wang).await, "query");
    let error = city
        .door
        .revoke("sec", given.id, "again")
        .await
        .unwrap_err();
    assert_eq!(error.code(), "grant-ended");
    let kept = city.door.grant(given.id).await.unwrap();
    assert_eq!(kept.revoked.unwrap().why, "用途不符");
}

#[tokio::test]
async fn what_a_change_takes_away_ends_and_what_it_leaves_goes_on() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &["analyst"]).await;
    let both = r#"
@id("a") @up_to("general-2") permit (principal in Role::"analyst", action == Action::"read", resource == Dataset::"population.resident");
@id("b") @up_to("general-2") permit (principal in Role::"analyst", action == Action::"read", resource == Dataset::"enterprise.company");
"#;
    city.set(both).await;
    let rights = city.door.rights(&asked_by(&wang, &page()));
    let reader = Reader::with_rights("wang", rights);
    let one = both
        .lines()
        .filter(|line| !line.contains("\"a\""))
        .collect::<String>();
    city.set(&one).await;
    let count = |table: &str| format!("SELECT count(*) FROM {table}");
    let told = |sql: String| {
        let (lake, reader) = (city.lake.clone(), reader.clone());
        async move { told(&lake, &reader, &sql).await }
    };
    assert_eq!(told(count("population.resident")).await, "permission-ended");
    assert_eq!(told(count("enterprise.company")).await, "6");
    // Who is not in the department any more, or is disabled, is forgotten.
    city.door.forget("wang", 3);
    assert_eq!(told(count("enterprise.company")).await, "permission-ended");
    // Whoever was looked at before the change is given nothing more.
    city.set(both).await;
    assert_eq!(city.names(&wang).await, "permission-ended");
}

#[tokio::test]
async fn policies_that_do_not_fit_the_city_open_nothing_until_they_do() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let given = city
        .door
        .give("sec", grant(&city, "wang"), None)
        .await
        .unwrap();
    let rights = city.door.rights(&asked_by(&wang, &page()));
    let reader = Reader::with_rights("wang", rights);
    let wrong = source("@id(\"a\") permit (principal, action, resource);");
    let error = city.door.set_city(declared(), vec![wrong]).await;
    assert_eq!(error.unwrap_err().code(), "policies");
    assert_eq!(city.names(&wang).await, "query");
    let sql = "SELECT count(*) FROM population.resident";
    let told = told(&city.lake, &reader, sql).await;
    assert_eq!(told, "permission-ended");
    // What closes can be done all the same, and what opens says why not.
    city.door.revoke("sec", given.id, "不再需要").await.unwrap();
    let error = city.door.give("sec", grant(&city, "wang"), None).await;
    assert_eq!(error.unwrap_err().code(), "policies");
    city.set("").await;
    assert_eq!(city.names(&wang).await, "query");
    city.door
        .give("sec", grant(&city, "wang"), None)
        .await
        .unwrap();
    assert_ne!(city.names(&wang).await, "query");
}

#[tokio::test]
async fn rows_that_were_read_end_with_their_grant_also_when_it_is_revoked_after_other_changes() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let given = city.door.give("sec", grant(&city, "wang"), None);
    let given = given.await.unwrap();
    let rights = city.door.rights(&asked_by(&wang, &page()));
    let reader = Reader::with_rights("wang", rights);
    let session = city.lake.session(&reader, ReadPoint::default());
    let rows = session.query("SELECT name FROM population.resident").await;
    let rows = rows.unwrap();
    let terms = rows.terms().clone();
    rows.collect().await.unwrap();
    // Nobody else holds the rights any more.
    drop((session, reader));
    let mut other = grant(&city, "wang");
    other.dataset = "enterprise.company".parse().unwrap();
    city.door.give("sec", other, None).await.unwrap();
    assert!(terms.check().is_ok());
    city.door.revoke("sec", given.id, "不再需要").await.unwrap();
    assert_eq!(terms.check().unwrap_err().code(), "permission-ended");
}
