//! Accounts: other roles, taken out of use and put back.

use super::*;

#[tokio::test]
async fn what_an_account_a_grade_and_an_entry_would_change_is_told() {
    let city = City::new().await;
    let people = people(&city).await;
    city.set("@id(\"a\") @up_to(\"general-2\") permit (principal in Role::\"analyst\", action == Action::\"read\", resource == Dataset::\"population.resident\");").await;
    let before = answers(&city, &people).await;
    let proposal = Proposal::Account {
        id: "qian".parse().unwrap(),
        change: AccountChange {
            roles: Some(roles(&["analyst"])),
            ..AccountChange::default()
        },
    };
    let preview = city.door.preview("root", proposal).await.unwrap();
    let [line] = preview.lines.as_slice() else {
        panic!("{preview:#?}")
    };
    assert!(line.is_opening && line.who[0].accounts == ["qian"]);
    assert_eq!(line.rows, Some((0, 6)));
    let proposal = Proposal::Grade {
        dataset: resident(),
        column: "name".to_owned(),
        grade: Grade::General3,
        following: BTreeMap::new(),
    };
    let preview = city.door.preview("sec", proposal).await.unwrap();
    let mut other = declared();
    other.datasets.get_mut(&resident()).unwrap().columns["name"].grade = Grade::General3;
    let sources = vec![source(
        "@id(\"a\") @up_to(\"general-2\") permit (principal in Role::\"analyst\", action == Action::\"read\", resource == Dataset::\"population.resident\");",
    )];
    city.door.set_city(other, sources).await.unwrap();
    let after = answers(&city, &people).await;
    assert!(hold(&preview, &before, &after, "grade") > 0);
    assert!(preview.lines.iter().all(|line| !line.is_opening));
}

#[tokio::test]
async fn a_change_that_joins_administrators_or_closes_the_way_of_one_is_refused() {
    let city = City::new().await;
    city.site
        .person_with("root", &["system-administrator"])
        .await;
    city.site
        .person_with("sec", &["security-administrator"])
        .await;
    let joined = Proposal::Account {
        id: "sec".parse().unwrap(),
        change: AccountChange {
            roles: Some(roles(&["security-administrator", "audit-administrator"])),
            ..AccountChange::default()
        },
    };
    assert_eq!(
        code(city.door.preview("root", joined).await),
        "administrators-apart"
    );
    let nowhere = Proposal::Account {
        id: "sec".parse().unwrap(),
        change: AccountChange {
            department: Some("无此单位".to_owned()),
            ..AccountChange::default()
        },
    };
    assert_eq!(
        code(city.door.preview("root", nowhere).await),
        "invalid-account"
    );
    let closing = "@id(\"a\") forbid (principal, action == Action::\"manage-policies\", resource);";
    let preview = preview_of(&city, closing).await;
    assert_eq!(preview.closes_ways_of, ["security-administrator"]);
    // What the program keeps apart no policy joins: nothing of this opens.
    let joining = "@id(\"a\") permit (principal in Role::\"security-administrator\", action in [Action::\"operate\", Action::\"audit\"], resource);";
    let preview = preview_of(&city, joining).await;
    assert!(preview.lines.is_empty(), "{preview:#?}");
    let wrong = Proposal::Texts(vec![Text {
        file: "city.cedar".to_owned(),
        text: "permit (".to_owned(),
    }]);
    assert_eq!(code(city.door.preview("sec", wrong).await), "policies");
    assert_eq!(
        city.names(&city.person("wang", "民政局", &[]).await).await,
        "query"
    );
    assert!(city.door.sights(&Principal::visitor(), &page()).is_empty());
}

#[tokio::test]
async fn what_opens_for_an_account_that_is_out_of_use_is_told_and_marked() {
    let city = City::new().await;
    city.person("wang", "民政局", &["analyst"]).await;
    city.person("qian", "民政局", &["analyst"]).await;
    turn(&city, "qian", true).await;
    let preview = preview_of(&city, READS).await;
    let [line] = preview.lines.as_slice() else {
        panic!("{preview:#?}")
    };
    assert_eq!((line.people, line.disabled), (2, 1));
    let who = line.who.iter().find(|who| who.is_disabled).unwrap();
    assert_eq!(
        (who.count, who.accounts.as_slice()),
        (1, &["qian".to_owned()][..])
    );
}

#[tokio::test]
async fn letting_an_account_in_again_and_shutting_it_out_is_looked_at_before_it_is_done() {
    let city = City::new().await;
    city.person("wang", "民政局", &["analyst"]).await;
    city.set(READS).await;
    let looked = async |disabled| {
        let proposal = Proposal::Account {
            id: "wang".parse().unwrap(),
            change: AccountChange {
                disabled: Some(disabled),
                ..AccountChange::default()
            },
        };
        city.door.preview("root", proposal).await.unwrap()
    };
    for is_disabled in [true, false] {
        let preview = looked(is_disabled).await;
        let [line] = preview.lines.as_slice() else {
            panic!("{preview:#?}")
        };
        assert_eq!(line.is_opening, !is_disabled);
        assert_eq!(line.who[0].accounts, ["wang"]);
        let rows = if is_disabled { (6, 0) } else { (0, 6) };
        assert_eq!((line.disabled, line.rows), (0, Some(rows)));
        turn(&city, "wang", is_disabled).await;
    }
}

#[tokio::test]
async fn an_administrator_who_is_out_of_use_keeps_no_way_open() {
    let city = City::new().await;
    city.site
        .person_with("sec", &["security-administrator"])
        .await;
    turn(&city, "sec", true).await;
    let closing = "@id(\"a\") forbid (principal, action == Action::\"manage-policies\", resource);";
    let preview = preview_of(&city, closing).await;
    assert!(preview.closes_ways_of.is_empty(), "{preview:#?}");
}

async fn turn(city: &City, name: &str, is_disabled: bool) {
    let (accounts, id) = (&city.site.accounts, name.parse().unwrap());
    let revision = accounts.find(&id).await.unwrap().revision;
    let change = AccountChange {
        disabled: Some(is_disabled),
        ..AccountChange::default()
    };
    accounts.change(LOCAL, &id, revision, change).await.unwrap();
}
