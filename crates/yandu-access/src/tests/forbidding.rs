use std::collections::BTreeSet;

use yandu_policy::Way;
use yandu_words::Grade;

use super::city::{City, asked_by, grant, page, resident};
use crate::{Conflict, Error, GranteeKind, Known, NewEntry, Proposal};

fn entry(columns: &[&str], except: &[&str]) -> NewEntry {
    NewEntry {
        dataset: Some(resident()),
        pack: None,
        columns: (!columns.is_empty())
            .then(|| columns.iter().map(|one| (*one).to_owned()).collect()),
        from_grade: None,
        except: except.iter().map(|one| (*one).to_owned()).collect(),
        basis: "个人信息保护法第二十八条".to_owned(),
        about: "敏感个人信息".to_owned(),
    }
}

fn conflicts(error: Error) -> Vec<Conflict> {
    assert_eq!(error.code(), "grant-forbidden", "{error}");
    match error {
        Error::Forbidden(conflicts) => conflicts,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_grant_against_the_negative_list_is_refused_with_entry_and_example() {
    let city = City::new().await;
    city.person("wang", "民政局", &[]).await;
    city.door
        .forbid("sec", entry(&["mobile"], &["公安局"]), None)
        .await
        .unwrap();
    let mut new = grant(&city, "wang");
    new.up_to = Grade::General3;
    let found = conflicts(city.door.give("sec", new.clone(), None).await.unwrap_err());
    let [conflict] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(conflict.policy.as_ref(), "negative-list/N1");
    assert_eq!(conflict.basis.as_deref(), Some("个人信息保护法第二十八条"));
    assert_eq!(conflict.account, "wang");
    assert_eq!(conflict.column.as_deref(), Some("mobile"));
    // Also what a mask would leave of it, and not what asks for other columns or nothing of it.
    new.up_to = Grade::General1;
    conflicts(city.door.give("sec", new.clone(), None).await.unwrap_err());
    new.masks.insert("mobile".to_owned(), "null".to_owned());
    city.door.give("sec", new.clone(), None).await.unwrap();
    new.masks.clear();
    new.columns = Some(["name".to_owned()].into());
    city.door.give("sec", new, None).await.unwrap();
}

#[tokio::test]
async fn a_grant_to_many_is_refused_for_one_of_them() {
    let city = City::new().await;
    city.person("chen", "公安局", &["analyst"]).await;
    city.door
        .forbid("sec", entry(&[], &["公安局"]), None)
        .await
        .unwrap();
    // To the excepted department it can be given.
    let mut new = grant(&city, "公安局");
    new.to.kind = GranteeKind::Department;
    city.door.give("sec", new, None).await.unwrap();
    // All analysts of today are of it, and one of tomorrow may not be.
    let mut new = grant(&city, "analyst");
    new.to.kind = GranteeKind::Role;
    let found = conflicts(city.door.give("sec", new.clone(), None).await.unwrap_err());
    assert_eq!(
        (found[0].account.as_str(), found[0].column.as_deref()),
        ("-", None)
    );
    let wang = city.person("wang", "民政局", &["analyst"]).await;
    let found = conflicts(city.door.give("sec", new, None).await.unwrap_err());
    assert_eq!(found[0].account, wang.id);
}

#[tokio::test]
async fn an_entry_takes_back_what_was_granted_before_and_says_so() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.up_to = Grade::General3;
    new.ways = BTreeSet::from([Way::Page, Way::Export]);
    let given = city.door.give("sec", new, None).await.unwrap();
    let sql = "SELECT mobile FROM population.resident WHERE id = 1";
    assert_eq!(city.told(&wang, &page(), sql).await, "13800000001");
    let rights = city.door.rights(&asked_by(&wang, &page()));
    let (added, taken) = city
        .door
        .forbid("sec", entry(&["mobile"], &[]), None)
        .await
        .unwrap();
    let [taken] = taken.as_slice() else {
        panic!("{taken:?}")
    };
    assert_eq!(
        (taken.grant, taken.column.as_deref()),
        (given.id, Some("mobile"))
    );
    assert_eq!(city.told(&wang, &page(), sql).await, "");
    // Who reads under the rights of before is stopped.
    let reader = yandu_lake::Principal::with_rights("wang", rights);
    assert_eq!(
        super::city::told(&city.lake, &reader, sql).await,
        "permission-ended"
    );
    // It holds after a start, and until it is taken off.
    let city = city.again().await;
    assert_eq!(city.told(&wang, &page(), sql).await, "");
    city.door
        .allow_again("sec", added.id, "依据已废止")
        .await
        .unwrap();
    assert_eq!(city.told(&wang, &page(), sql).await, "13800000001");
    let removed = city
        .door
        .negative_list()
        .await
        .unwrap()
        .remove(0)
        .removed
        .unwrap();
    assert_eq!(removed.why, "依据已废止");
    assert_eq!(
        city.door
            .allow_again("sec", added.id, "again")
            .await
            .unwrap_err()
            .code(),
        "no-negative-entry"
    );
}

#[tokio::test]
async fn an_entry_can_be_about_grades_and_packs_and_needs_a_basis() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.up_to = Grade::General3;
    city.door.give("sec", new, None).await.unwrap();
    let graded = NewEntry {
        dataset: None,
        pack: Some("population".parse().unwrap()),
        from_grade: Some(Grade::General3),
        ..entry(&[], &[])
    };
    city.door.forbid("sec", graded.clone(), None).await.unwrap();
    let sql = "SELECT name, mobile FROM population.resident WHERE id = 1";
    assert_eq!(city.told(&wang, &page(), sql).await, "n1x|");
    let nothing = NewEntry {
        basis: " ".to_owned(),
        ..graded.clone()
    };
    assert_eq!(
        city.door
            .forbid("sec", nothing, None)
            .await
            .unwrap_err()
            .code(),
        "invalid-grant"
    );
    let unknown = NewEntry {
        pack: Some("nothing".parse().unwrap()),
        ..graded
    };
    assert_eq!(
        city.door
            .forbid("sec", unknown, None)
            .await
            .unwrap_err()
            .code(),
        "invalid-grant"
    );
}

#[tokio::test]
async fn an_entry_about_data_that_is_gone_stands_in_nobodys_way() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    city.door
        .forbid("sec", entry(&["mobile", "name"], &[]), None)
        .await
        .unwrap();
    let mut new = grant(&city, "wang");
    new.dataset = "enterprise.company".parse().unwrap();
    city.door.give("sec", new, None).await.unwrap();
    let mut other = super::city::declared();
    other.datasets.remove(&resident());
    city.door.set_city(other, Vec::new()).await.unwrap();
    let sql = "SELECT count(*) FROM enterprise.company";
    assert_eq!(city.told(&wang, &page(), sql).await, "6");
    // It holds again with its data.
    city.set("").await;
    let found = city.door.give("sec", grant(&city, "wang"), None).await;
    assert_eq!(conflicts(found.unwrap_err()).len(), 2);
    let error = city.door.forbid("sec", entry(&["salary"], &[]), None).await;
    assert_eq!(error.unwrap_err().code(), "invalid-grant");
    let error = city
        .door
        .forbid("sec", entry(&["name"], &["没有的局"]), None)
        .await;
    assert_eq!(error.unwrap_err().code(), "invalid-grant");
}

#[tokio::test]
async fn an_entry_is_added_though_nobody_knows_the_department_or_role_of_a_grant_any_more() {
    let city = City::new().await;
    city.person("wang", "民政局", &["analyst"]).await;
    let mut grants = Vec::new();
    for (kind, to) in [
        (GranteeKind::Department, "民政局"),
        (GranteeKind::Role, "analyst"),
    ] {
        let mut new = grant(&city, to);
        new.to.kind = kind;
        new.up_to = Grade::General3;
        city.door.give("sec", new.clone(), None).await.unwrap();
        grants.push(new);
    }
    city.site.accounts.set_known(Known::default());
    let (_, taken) = city
        .door
        .forbid("sec", entry(&["mobile"], &[]), None)
        .await
        .unwrap();
    let of: BTreeSet<String> = taken.iter().map(|one| one.grant.to_string()).collect();
    assert_eq!(of, BTreeSet::from(["G1".to_owned(), "G2".to_owned()]));
    // To whom nobody knows nothing new is granted.
    for new in grants {
        let looked = Proposal::Grant(new.clone());
        let looked = city.door.preview("sec", looked).await.unwrap_err();
        let error = city.door.give("sec", new, None).await.unwrap_err();
        assert_eq!(
            [looked.code(), error.code()],
            ["invalid-grant", "invalid-grant"]
        );
    }
}

#[tokio::test]
async fn a_grant_that_waits_for_data_that_are_gone_stands_in_nobodys_way() {
    let mut city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    city.person("qian", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.up_to = Grade::General3;
    let reading = city.door.give("sec", new, None).await.unwrap();
    let mut new = grant(&city, "qian");
    new.dataset = "enterprise.company".parse().unwrap();
    new.from = Some(city.site.now() + jiff::SignedDuration::from_hours(1));
    let waiting = city.door.give("sec", new.clone(), None).await.unwrap();
    let mut other = super::city::declared();
    other.datasets.remove(&new.dataset);
    city.door.set_city(other, Vec::new()).await.unwrap();
    let (added, taken) = city
        .door
        .forbid("sec", entry(&["mobile"], &[]), None)
        .await
        .unwrap();
    let taken: Vec<_> = taken.iter().map(|one| one.grant).collect();
    assert_eq!(taken, [reading.id]);
    let revocation = Proposal::Revocation(waiting.id);
    let preview = city.door.preview("sec", revocation).await.unwrap();
    assert!(preview.lines.is_empty(), "{preview:#?}");
    // Its term begins and it shows nothing; what else there is stays open.
    city.pass(jiff::SignedDuration::from_hours(2));
    city.door
        .allow_again("sec", added.id, "废止")
        .await
        .unwrap();
    let sql = "SELECT mobile FROM population.resident WHERE id = 1";
    assert_eq!(city.told(&wang, &page(), sql).await, "13800000001");
    let told = city.door.grant(waiting.id).await.unwrap();
    assert!(told.broken.is_some(), "{told:?}");
}
