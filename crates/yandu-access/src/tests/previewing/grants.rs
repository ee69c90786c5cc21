//! Grants and their ends, looked at before they are made.

use super::*;

#[tokio::test]
async fn a_grant_and_its_revocation_are_looked_at_before_they_are_made() {
    let city = City::new().await;
    let people = people(&city).await;
    let before = answers(&city, &people).await;
    let mut new = grant(&city, "民政局");
    new.to.kind = GranteeKind::Department;
    new.rows = Some("id <= 2".to_owned());
    let preview = city
        .door
        .preview("sec", Proposal::Grant(new.clone()))
        .await
        .unwrap();
    let given = city
        .door
        .give("sec", new, Some(&preview.before))
        .await
        .unwrap();
    let after = answers(&city, &people).await;
    assert!(hold(&preview, &before, &after, "grant") > 0);
    let people_of: u64 = preview.lines.iter().map(|line| line.people).max().unwrap();
    assert_eq!(people_of, 3);
    let revoked = city
        .door
        .preview("sec", Proposal::Revocation(given.id))
        .await
        .unwrap();
    city.door.revoke("sec", given.id, "不再需要").await.unwrap();
    assert!(hold(&revoked, &after, &before, "revocation") > 0);
    assert!(revoked.lines.iter().all(|line| !line.is_opening));
}

#[tokio::test]
async fn a_revocation_before_the_term_is_about_that_grant_alone() {
    let city = City::new().await;
    let mut waiting = Vec::new();
    for name in ["wang", "qian"] {
        city.person(name, "民政局", &[]).await;
        let mut new = grant(&city, name);
        new.from = Some(new.until - SignedDuration::from_hours(1));
        waiting.push(city.door.give("sec", new, None).await.unwrap().id);
    }
    let proposal = Proposal::Revocation(waiting[0]);
    let preview = city.door.preview("sec", proposal).await.unwrap();
    let [line] = preview.lines.as_slice() else {
        panic!("{preview:#?}")
    };
    assert!(!line.is_opening && line.who[0].accounts == ["wang"]);
    let hash = city.door.with_policies(|set| set.hash().to_string());
    assert_eq!(preview.before.as_ref(), hash);
}

#[tokio::test]
async fn what_would_be_refused_is_refused_when_it_is_looked_at() {
    let city = City::new().await;
    city.person("wang", "民政局", &[]).await;
    let new = grant(&city, "wang");
    let own = city
        .door
        .preview("wang", Proposal::Grant(new.clone()))
        .await;
    assert_eq!(
        code(own),
        code(city.door.give("wang", new.clone(), None).await)
    );
    city.set("@id(\"no\") forbid (principal, action == Action::\"read\", resource);")
        .await;
    let refused = city.door.preview("sec", Proposal::Grant(new)).await;
    assert_eq!(code(refused), "grant-forbidden");
}

#[tokio::test]
async fn what_a_grant_opens_for_its_purpose_alone_is_told() {
    let city = City::new().await;
    city.person("qian", "民政局", &[]).await;
    let mut new = grant(&city, "analyst");
    new.to.kind = GranteeKind::Role;
    let purpose = new.purpose.clone();
    city.door.give("sec", new, None).await.unwrap();
    city.set("@id(\"p\") forbid (principal, action == Action::\"read\", resource) unless { context has purpose };")
        .await;
    let proposal = Proposal::Account {
        id: "qian".parse().unwrap(),
        change: AccountChange {
            roles: Some(roles(&["analyst"])),
            ..AccountChange::default()
        },
    };
    let preview = city.door.preview("root", proposal).await.unwrap();
    let is_told = |line: &Line| {
        let said = &line.circumstances;
        let is_for_purpose = said
            .iter()
            .all(|one| one.purpose.as_ref() == Some(&purpose));
        line.is_opening && !said.is_empty() && is_for_purpose
    };
    assert!(preview.lines.iter().any(is_told), "{preview:#?}");
}

#[tokio::test]
async fn a_change_that_was_looked_at_under_another_set_is_stale() {
    let city = City::new().await;
    city.person("wang", "民政局", &[]).await;
    let new = grant(&city, "wang");
    let preview = city
        .door
        .preview("sec", Proposal::Grant(new.clone()))
        .await
        .unwrap();
    city.set("@id(\"a\") forbid (principal, action == Action::\"deliver\", resource);")
        .await;
    let stale = city
        .door
        .give("sec", new.clone(), Some(&preview.before))
        .await;
    assert_eq!(code(stale), "precondition-failed");
    let entry = NewEntry {
        dataset: Some(resident()),
        pack: None,
        columns: None,
        from_grade: None,
        except: BTreeSet::new(),
        basis: "保密法".to_owned(),
        about: "不予共享".to_owned(),
    };
    let stale = city.door.forbid("sec", entry, Some(&preview.before)).await;
    assert_eq!(code(stale), "precondition-failed");
    let preview = city
        .door
        .preview("sec", Proposal::Grant(new.clone()))
        .await
        .unwrap();
    city.door
        .give("sec", new, Some(&preview.before))
        .await
        .unwrap();
}

#[tokio::test]
async fn whoever_sees_a_hash_of_what_they_can_deliver_is_told_of_when_either_opens() {
    let city = City::new().await;
    city.person("wang", "民政局", &["analyst"]).await;
    city.person("qian", "民政局", &[]).await;
    let delivers = |who: &str| {
        format!(
            "@id(\"d\") permit ({who}, action == Action::\"deliver\", resource == Dataset::\"enterprise.company\");"
        )
    };
    let analysts = delivers("principal in Role::\"analyst\"");
    city.set(&analysts).await;
    let company = |who: &str| {
        let mut new = grant(&city, who);
        new.dataset = "enterprise.company".parse().unwrap();
        new
    };
    let told = async |new: NewGrant| {
        let preview = city.door.preview("sec", Proposal::Grant(new)).await;
        preview.unwrap().matchable
    };
    let found = Matchable {
        dataset: "enterprise.company".parse().unwrap(),
        columns: BTreeSet::from(["mobile".to_owned()]),
        people: 1,
    };
    assert_eq!(told(company("wang")).await, std::slice::from_ref(&found));
    assert_eq!(told(company("qian")).await, []);
    let mut without = company("wang");
    without.masks.insert("mobile".to_owned(), "null".to_owned());
    assert_eq!(told(without).await, []);
    // Who reads the hash already, and may deliver from now on.
    city.door.give("sec", company("qian"), None).await.unwrap();
    let both = format!(
        "{analysts}\n{}",
        delivers("principal == Person::\"qian\"").replace("@id(\"d\")", "@id(\"e\")")
    );
    assert_eq!(preview_of(&city, &both).await.matchable, [found]);
    // What could be found out before is told no more.
    city.set(&both).await;
    let mut again = company("qian");
    again.columns = Some(["mobile".to_owned(), "name".to_owned()].into());
    assert_eq!(told(again).await, []);
}
