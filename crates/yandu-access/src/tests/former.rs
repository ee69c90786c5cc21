//! Policies of the city's folder that have an error, and what holds until they are mended.

use yandu_policy::{Principal, Source};

use super::city::{City, declared, source};
use crate::Door;

const FOLDER: Option<&str> = Some("/city");

const RESIDENTS: &str = "@id(\"residents\") @up_to(\"general-2\") permit (principal is Person, action == Action::\"read\", \
    resource == Dataset::\"population.resident\");";
const COMPANIES: &str = "@id(\"companies\") @up_to(\"general-2\") permit (principal is Person, action == Action::\"read\", \
    resource == Dataset::\"enterprise.company\");";

/// The dataset is misspelled, in the second line.
fn misspelled() -> Source {
    source(
        &COMPANIES
            .replace("resource ==", "\n resource ==")
            .replace("company\"", "compny\""),
    )
}

fn seen(door: &Door, who: &Principal) -> Vec<String> {
    let mut seen: Vec<String> = door
        .sights(who, &super::city::page())
        .iter()
        .map(|(dataset, _)| dataset.to_string())
        .collect();
    seen.sort();
    seen
}

#[tokio::test]
async fn while_policies_of_the_folder_have_an_error_those_hold_that_were_in_force_last() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let door = &city.door;
    let set = async |door: &Door, source| door.set_city_of(FOLDER, declared(), vec![source]).await;
    set(door, source(RESIDENTS)).await.unwrap();
    assert_eq!(door.fault(), None);
    assert_eq!(seen(door, &wang), ["population.resident"]);
    // Also after the program was started again.
    let city = city.again().await;
    let door = &city.door;
    for _ in 0..2 {
        set(door, misspelled()).await.unwrap();
        assert_eq!(seen(door, &wang), ["population.resident"]);
        let fault = door.fault().unwrap();
        assert!(fault.holds_former);
        let problem = &fault.problems[0];
        assert_eq!(&*problem.file, "city.cedar");
        assert_eq!(problem.line, Some(2));
        assert!(problem.message.contains("compny"), "{problem:?}");
    }
    // Grants are built over what holds, and the fault stays told.
    let grant = super::city::grant(&city, "wang");
    door.give("sec", grant, None).await.unwrap();
    assert!(door.fault().is_some());
    // Mended texts take their place.
    set(door, source(COMPANIES)).await.unwrap();
    assert_eq!(door.fault(), None);
    assert_eq!(
        seen(door, &wang),
        ["enterprise.company", "population.resident"]
    );
}

#[tokio::test]
async fn policies_with_an_error_open_nothing_where_none_of_their_folder_were_in_force() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let door = &city.door;
    door.set_city_of(FOLDER, declared(), vec![source(RESIDENTS)])
        .await
        .unwrap();
    // Those of another folder, or of none, are no policies of this one.
    for folder in [Some("/other"), None] {
        let set = door.set_city_of(folder, declared(), vec![misspelled()]);
        assert_eq!(set.await.unwrap_err().code(), "policies");
        assert!(seen(door, &wang).is_empty());
        let fault = door.fault().unwrap();
        assert!(!fault.holds_former);
        assert_eq!(fault.problems[0].line, Some(2));
    }
    // Nor do they stand in for a pack whose own policies have an error.
    let of_pack = Source {
        name: "club".into(),
        file: "club.cedar".into(),
        ..misspelled()
    };
    let set = door.set_city_of(FOLDER, declared(), vec![of_pack, source(RESIDENTS)]);
    assert_eq!(set.await.unwrap_err().code(), "policies");
    assert!(seen(door, &wang).is_empty());
}

#[tokio::test]
async fn what_is_in_force_last_is_what_stands_in_and_nothing_wider_of_before() {
    let city = City::new().await;
    let wang = city.person("wang", "民政局", &[]).await;
    let door = &city.door;
    let set = async |source| door.set_city_of(FOLDER, declared(), vec![source]).await;
    set(source(RESIDENTS)).await.unwrap();
    set(source("")).await.unwrap();
    // A start with another folder in between changes nothing.
    door.set_city_of(None, declared(), vec![source(COMPANIES)])
        .await
        .unwrap();
    set(misspelled()).await.unwrap();
    assert!(door.fault().unwrap().holds_former);
    assert!(seen(door, &wang).is_empty());
}
