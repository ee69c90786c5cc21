//! Other packs, looked at before they are installed.

use super::*;

fn packs(city: &City, declared: yandu_policy::City, sources: Vec<Source>) -> ProposedPacks {
    let tables = declared.datasets.keys().map(|id| {
        let schema = city.lake.schema(id).unwrap();
        (id.clone(), schema)
    });
    ProposedPacks {
        tables: tables.collect(),
        city: declared,
        sources,
    }
}

#[tokio::test]
async fn what_other_packs_would_change_is_what_the_door_answers_when_they_are_there() {
    let city = City::new().await;
    let people = people(&city).await;
    city.set(READS).await;
    let before = answers(&city, &people).await;
    let mut other = declared();
    let residents = other.datasets.get_mut(&resident()).unwrap();
    residents.columns["name"].grade = Grade::General3;
    let pack = Source {
        name: "enterprise".into(),
        file: "packs/enterprise/policies/a.cedar".into(),
        text: "@id(\"b\") @up_to(\"general-1\") permit (principal in Department::\"民政局\", action == Action::\"read\", resource in Pack::\"enterprise\");".to_owned(),
    };
    let offered = packs(&city, other.clone(), vec![pack.clone()]);
    let preview = city
        .door
        .preview("sec", Proposal::Packs(offered))
        .await
        .unwrap();
    // The city's own policies stay, after those of packs.
    let sources = vec![pack, source(READS)];
    city.door.set_city(other, sources).await.unwrap();
    let hash = city.door.with_policies(|set| set.hash().to_string());
    assert_eq!(preview.after.as_ref(), hash);
    let after = answers(&city, &people).await;
    assert!(hold(&preview, &before, &after, "packs") > 0);
    for is_opening in [true, false] {
        let mut lines = preview.lines.iter();
        assert!(
            lines.any(|line| line.is_opening == is_opening),
            "{preview:#?}"
        );
    }
    // And without the pack and its dataset.
    let mut fewer = declared();
    fewer
        .datasets
        .retain(|id, _| id.pack().as_str() != "enterprise");
    let offered = packs(&city, fewer, Vec::new());
    let preview = city
        .door
        .preview("sec", Proposal::Packs(offered))
        .await
        .unwrap();
    let is_closed = |line: &Line| {
        !line.is_opening
            && line
                .dataset
                .as_ref()
                .is_some_and(|id| id == "enterprise.company")
    };
    assert!(preview.lines.iter().any(is_closed), "{preview:#?}");
}

#[tokio::test]
async fn roles_that_the_city_has_of_its_own_stay_when_other_packs_are_looked_at() {
    let city = City::new().await;
    let mut without = declared();
    without.roles = Some(BTreeSet::new());
    let mut with = without.clone();
    with.own_roles.insert("guard".to_owned());
    let text = "@id(\"g\") @up_to(\"general-1\") permit (principal is Person in Role::\"guard\", action == Action::\"read\", resource == Dataset::\"population.resident\");";
    city.door.set_city(with, vec![source(text)]).await.unwrap();
    let offered = packs(&city, without.clone(), Vec::new());
    let preview = city.door.preview("sec", Proposal::Packs(offered)).await;
    assert_eq!(preview.unwrap().lines.len(), 0);
    // Without the role the policy is about nobody, which is told.
    let unknown = city.door.set_city(without, vec![source(text)]).await;
    assert!(unknown.is_err());
}
