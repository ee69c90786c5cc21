//! Grants and the negative list follow fields, and not the names of columns.

use yandu_policy::{Because, City as Declared, Seen};
use yandu_words::{FieldId, Mask};

use super::city::{City, declared, grant, page, resident};
use crate::{GrantId, NewEntry};

/// The same city in which a column of the residents has another name and is the field that it was, or another one.
fn renamed(changes: &[(&str, &str, Option<u64>)]) -> Declared {
    let mut city = declared();
    let dataset = city.datasets.get_mut(&resident()).unwrap();
    for (from, to, field) in changes {
        let mut column = dataset.columns.shift_remove(*from).unwrap();
        if let Some(field) = field {
            column.field = FieldId(*field);
        }
        dataset.columns.insert((*to).to_owned(), column);
    }
    city
}

fn seen(city: &City, who: &yandu_policy::Principal) -> Vec<(String, Option<Mask>)> {
    let sights = city.door.sights(who, &page());
    let columns = sights.into_iter().flat_map(|(_, shown)| shown.columns);
    columns.map(|(name, seen)| (name, seen.mask)).collect()
}

#[tokio::test]
async fn a_renamed_field_keeps_the_columns_and_masks_of_grants() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.columns = Some(["name".to_owned(), "mobile".to_owned()].into());
    new.masks.insert("name".to_owned(), "keep 0 1".to_owned());
    city.door.give("sec", new, None).await.unwrap();
    // `mobile` is called `name` now, and what was `name` is called `nickname`.
    let swapped = renamed(&[("name", "nickname", None), ("mobile", "name", None)]);
    city.door.set_city(swapped, Vec::new()).await.unwrap();
    let keep = |first, last| Some(Mask::Keep { first, last });
    assert_eq!(
        seen(&city, &wang),
        [
            ("nickname".to_owned(), keep(0, 1)),
            ("name".to_owned(), keep(3, 4))
        ]
    );
    let listed = city.door.grants(Some(&resident())).await.unwrap().remove(0);
    assert_eq!(listed.broken, None);
    assert_eq!(
        listed.granted.columns,
        Some(["name".to_owned(), "nickname".to_owned()].into())
    );
    assert!(listed.granted.masks.contains_key("nickname"), "{listed:?}");
    assert_eq!(city.door.grant(listed.id).await.unwrap(), listed);
}

#[tokio::test]
async fn a_field_that_is_made_again_under_a_granted_name_is_not_granted() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.columns = Some(["name".to_owned()].into());
    let given: GrantId = city.door.give("sec", new, None).await.unwrap().id;
    let made_again = renamed(&[("name", "name", Some(70))]);
    city.door.set_city(made_again, Vec::new()).await.unwrap();
    assert_eq!(seen(&city, &wang), []);
    let listed = city.door.grants(Some(&resident())).await.unwrap().remove(0);
    assert_eq!(listed.id, given);
    assert!(listed.broken.unwrap().contains("`name`"));
}

#[tokio::test]
async fn what_is_forbidden_stays_so_under_another_name_and_under_its_own() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let entry = NewEntry {
        dataset: Some(resident()),
        pack: None,
        columns: Some(["name".to_owned()].into()),
        from_grade: None,
        except: std::collections::BTreeSet::new(),
        basis: "某法第一条".to_owned(),
        about: "姓名".to_owned(),
    };
    city.door
        .give("sec", grant(&city, "wang"), None)
        .await
        .unwrap();
    city.door.forbid("sec", entry, None).await.unwrap();
    let withheld = async || {
        let sights = city.door.sights(&wang, &page());
        let columns = sights.into_iter().flat_map(|(_, shown)| shown.columns);
        let is_withheld = |seen: &Seen| matches!(seen.because, Because::Withheld(_));
        let mut names: Vec<String> = columns
            .filter(|(_, seen)| is_withheld(seen))
            .map(|(name, _)| name)
            .collect();
        names.sort();
        names
    };
    assert_eq!(withheld().await, ["name"]);
    let elsewhere = renamed(&[("name", "nickname", None)]);
    city.door.set_city(elsewhere, Vec::new()).await.unwrap();
    assert_eq!(withheld().await, ["nickname"]);
    let both = renamed(&[("name", "nickname", None), ("mobile", "name", Some(70))]);
    city.door.set_city(both, Vec::new()).await.unwrap();
    assert_eq!(withheld().await, ["name", "nickname"]);
}
