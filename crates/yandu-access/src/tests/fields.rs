//! Grants and the negative list follow fields, and not the names of columns.

use yandu_policy::{Because, City as Declared, Seen};
use yandu_words::id::DatasetId;
use yandu_words::{FieldId, Mask};

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use yandu_lake::TableSpec;

use super::city::{City, declared, grant, grants_of, page, resident, source};
use crate::{GrantId, NewEntry, Proposal, ProposedPacks, Text};

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

fn company() -> DatasetId {
    "enterprise.company".parse().unwrap()
}

fn rename_in(city: &mut Declared, dataset: &DatasetId, from: &str, to: &str) {
    let dataset = city.datasets.get_mut(dataset).unwrap();
    let column = dataset.columns.shift_remove(from).unwrap();
    dataset.columns.insert(to.to_owned(), column);
}

/// Names are withheld, of whatever dataset.
fn names() -> NewEntry {
    NewEntry {
        dataset: None,
        pack: None,
        columns: Some(["name".to_owned()].into()),
        from_grade: None,
        except: std::collections::BTreeSet::new(),
        basis: "某法第一条".to_owned(),
        about: "姓名".to_owned(),
    }
}

/// Somebody who was granted both datasets.
async fn reader_of_both(city: &City) -> yandu_policy::Principal {
    let wang = city.person("wang", "民政局", &[]).await;
    for dataset in [resident(), company()] {
        let mut new = grant(city, "wang");
        new.dataset = dataset;
        city.door.give("sec", new, None).await.unwrap();
    }
    wang
}

/// The columns of a dataset that are withheld from somebody, in the order of their names.
fn withheld(city: &City, who: &yandu_policy::Principal, dataset: &DatasetId) -> Vec<String> {
    let sights = city.door.sights(who, &page()).into_iter();
    let columns = sights
        .filter(|(id, _)| id == dataset)
        .flat_map(|(_, shown)| shown.columns);
    let is_withheld = |seen: &Seen| matches!(seen.because, Because::Withheld(_));
    let mut names: Vec<String> = columns
        .filter(|(_, seen)| is_withheld(seen))
        .map(|(name, _)| name)
        .collect();
    names.sort();
    names
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
    let listed = city
        .door
        .grants(&grants_of(resident()))
        .await
        .unwrap()
        .remove(0);
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
    let listed = city
        .door
        .grants(&grants_of(resident()))
        .await
        .unwrap()
        .remove(0);
    assert_eq!(listed.id, given);
    assert!(listed.broken.unwrap().contains("`name`"));
}

#[tokio::test]
async fn what_is_forbidden_stays_so_under_another_name_and_under_its_own() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let entry = NewEntry {
        dataset: Some(resident()),
        ..names()
    };
    city.door
        .give("sec", grant(&city, "wang"), None)
        .await
        .unwrap();
    city.door.forbid("sec", entry, None).await.unwrap();
    assert_eq!(withheld(&city, &wang, &resident()), ["name"]);
    let elsewhere = renamed(&[("name", "nickname", None)]);
    city.door.set_city(elsewhere, Vec::new()).await.unwrap();
    assert_eq!(withheld(&city, &wang, &resident()), ["nickname"]);
    let both = renamed(&[("name", "nickname", None), ("mobile", "name", Some(70))]);
    city.door.set_city(both, Vec::new()).await.unwrap();
    assert_eq!(withheld(&city, &wang, &resident()), ["name", "nickname"]);
}

#[tokio::test]
async fn what_is_forbidden_of_a_pack_or_of_all_follows_a_field_in_its_own_dataset() {
    for (pack, of_company) in [(None, &["name"][..]), (Some("population"), &[])] {
        let city = City::new().await;
        let wang = reader_of_both(&city).await;
        let entry = NewEntry {
            pack: pack.map(|pack| pack.parse().unwrap()),
            ..names()
        };
        city.door.forbid("sec", entry, None).await.unwrap();
        // What is called so elsewhere is another column.
        let mut elsewhere = renamed(&[("name", "title", None)]);
        rename_in(&mut elsewhere, &company(), "township", "title");
        city.door.set_city(elsewhere, Vec::new()).await.unwrap();
        assert_eq!(withheld(&city, &wang, &resident()), ["title"]);
        assert_eq!(withheld(&city, &wang, &company()), of_company);
        // The next start knows it too, whatever the column is called then.
        let label = renamed(&[("name", "label", None)]);
        let city = city.again_as(label, "").await;
        assert_eq!(withheld(&city, &wang, &resident()), ["label"]);
    }
}

#[tokio::test]
async fn an_entry_of_before_fields_were_written_down_follows_those_that_it_meets() {
    for dataset in [Some(resident()), None] {
        let city = City::new().await;
        let wang = reader_of_both(&city).await;
        let entry = NewEntry { dataset, ..names() };
        city.door.forbid("sec", entry, None).await.unwrap();
        sqlx::query("UPDATE negative_entry SET fields = '{}'")
            .execute(city.site.store.pool())
            .await
            .unwrap();
        let city = city.again().await;
        let city = city
            .again_as(renamed(&[("name", "nickname", None)]), "")
            .await;
        assert_eq!(withheld(&city, &wang, &resident()), ["nickname"]);
    }
}

#[tokio::test]
async fn an_entry_about_all_follows_a_dataset_that_came_while_the_policies_did_not_hold() {
    let city = City::new().await;
    let wang = reader_of_both(&city).await;
    let mut smaller = declared();
    smaller.datasets.remove(&company());
    city.door.set_city(smaller, Vec::new()).await.unwrap();
    city.door.forbid("sec", names(), None).await.unwrap();
    let wrong = city.door.set_city(declared(), vec![source("nonsense")]);
    wrong.await.unwrap_err();
    city.set("").await;
    let mut other = declared();
    rename_in(&mut other, &company(), "name", "title");
    let city = city.again_as(other, "").await;
    assert_eq!(withheld(&city, &wang, &company()), ["title"]);
}

const OWN: &str = "@id(\"own\") @up_to(\"general-3\") @rows(\"township = '320903'\") permit (principal, action == Action::\"read\", resource == Dataset::\"population.resident\");";

/// The columns of the residents under other names.
fn schema_as(city: &City, changes: &[(&str, &str)]) -> SchemaRef {
    let schema = city.lake.schema(&resident()).unwrap();
    let fields = schema.fields().iter().map(|field| {
        let now = changes.iter().find(|(from, _)| from == field.name());
        match now {
            Some((_, to)) => Arc::new(field.as_ref().clone().with_name(*to)),
            None => Arc::clone(field),
        }
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Columns of the residents are called otherwise in the lake, which keeps their values.
async fn rename(city: &City, changes: &[(&str, &str)]) {
    let spec = TableSpec {
        id: resident(),
        schema: schema_as(city, changes),
        key: vec!["id".to_owned()],
    };
    super::city::rewrite(&city.lake, spec, changes).await;
}

async fn ids(city: &City, who: &yandu_policy::Principal) -> String {
    let sql = "SELECT id FROM population.resident ORDER BY id";
    city.told(who, &page(), sql).await
}

#[tokio::test]
async fn conditions_on_rows_follow_a_column_that_is_really_renamed() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let qian = city.person("qian", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.rows = Some("township in ('320904')".to_owned());
    city.door.give("sec", new, None).await.unwrap();
    let policy = OWN.replace("principal,", "principal == Person::\"qian\",");
    city.set(&policy).await;
    let before = [ids(&city, &wang).await, ids(&city, &qian).await];
    assert_eq!(before, ["2,5", "1,4"]);
    rename(&city, &[("township", "area")]).await;
    let other = renamed(&[("township", "area", None)]);
    city.door
        .set_city(other.clone(), vec![source(&policy)])
        .await
        .unwrap();
    assert_eq!([ids(&city, &wang).await, ids(&city, &qian).await], before);
    let listed = city
        .door
        .grants(&grants_of(resident()))
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        listed.granted.rows.as_deref(),
        Some("\"area\" IN ('320904')")
    );
    assert_eq!(listed.broken, None);
    assert_eq!(city.door.with_policies(|set| set.findings().count()), 0);
    // What was meant is written down: the next start means the same.
    let city = city.again_as(other, &policy).await;
    assert_eq!([ids(&city, &wang).await, ids(&city, &qian).await], before);
}

#[tokio::test]
async fn a_condition_whose_name_is_another_field_by_now_shows_nothing_and_says_so() {
    let city = City::new().await;
    let qian = city.person("qian", "民政局", &[]).await;
    let wang = city.person("wang", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.rows = Some("township = '320904'".to_owned());
    city.door.give("sec", new, None).await.unwrap();
    let own = OWN.replace("principal,", "principal == Person::\"qian\",");
    city.set(&own).await;
    assert_eq!(ids(&city, &qian).await, "1,4");
    // Whoever keeps to names would look for townships among names.
    let changes = [("township", "area"), ("name", "township")];
    rename(&city, &changes).await;
    let other = renamed(&[("township", "area", None), ("name", "township", None)]);
    city.door
        .set_city(other.clone(), vec![source(&own)])
        .await
        .unwrap();
    assert_eq!(ids(&city, &qian).await, "query");
    // A grant is a record, which says its names anew.
    assert_eq!(ids(&city, &wang).await, "2,5");
    let told = city.door.with_policies(|set| {
        let findings = set.findings();
        findings.map(ToString::to_string).collect::<Vec<_>>()
    });
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("`city/own`") && told[0].contains("`township`"),
        "{told:?}"
    );
    // Saying it anew is looked at like any other change, and opens it.
    let anew = own
        .replace("\"own\"", "\"anew\"")
        .replace("township =", "area =");
    let text = Text {
        file: "city.cedar".to_owned(),
        text: anew.clone(),
    };
    let preview = city
        .door
        .preview("sec", Proposal::Texts(vec![text]))
        .await
        .unwrap();
    assert!(
        preview.lines.iter().any(|line| line.is_opening),
        "{preview:#?}"
    );
    assert!(preview.findings.is_empty());
    city.door
        .set_city(other, vec![source(&anew)])
        .await
        .unwrap();
    assert_eq!(ids(&city, &qian).await, "1,4");
}

#[tokio::test]
async fn a_grant_whose_condition_names_what_is_gone_is_broken() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let mut new = grant(&city, "wang");
    new.columns = Some(["name".to_owned()].into());
    new.rows = Some("township = '320903'".to_owned());
    city.door.give("sec", new, None).await.unwrap();
    let made_again = renamed(&[("township", "township", Some(70))]);
    city.door.set_city(made_again, Vec::new()).await.unwrap();
    assert_eq!(seen(&city, &wang), []);
    let listed = city
        .door
        .grants(&grants_of(resident()))
        .await
        .unwrap()
        .remove(0);
    assert!(listed.broken.unwrap().contains("`township`"));
}

#[tokio::test]
async fn packs_that_rename_a_column_change_no_rights_and_those_that_close_a_permit_say_which() {
    let city = City::new().await;
    city.person("qian", "民政局", &[]).await;
    city.set(OWN).await;
    let looked = async |changes: &[(&str, &str)]| {
        let moved: Vec<_> = changes
            .iter()
            .map(|(from, to)| (*from, *to, None))
            .collect();
        let packs = ProposedPacks {
            city: renamed(&moved),
            sources: Vec::new(),
            tables: HashMap::from([(resident(), schema_as(&city, changes))]),
        };
        city.door
            .preview("sec", Proposal::Packs(packs))
            .await
            .unwrap()
    };
    let preview = looked(&[("township", "area")]).await;
    assert!(
        preview.lines.is_empty() && preview.findings.is_empty(),
        "{preview:#?}"
    );
    let preview = looked(&[("township", "area"), ("name", "township")]).await;
    assert_eq!(preview.findings.len(), 1);
    assert!(
        preview.lines.iter().all(|line| !line.is_opening),
        "{preview:#?}"
    );
    assert!(!preview.lines.is_empty());
}
