use super::*;

const DOOR: &str = "  door: {title: {zh: 门牌}, from: [house], type: text, required: false}\n";
/// The same once the header `house` may be another column's.
const KEPT: &str = "  door: {title: {zh: 门牌}, type: text, required: false}\n";
const HOUSE: &str = "  house: {title: {zh: 门牌}, type: text, required: false}\n";

async fn field(city: &City, name: &str) -> Option<yandu_words::FieldId> {
    let fields = city.changes().fields().await.unwrap();
    let of_dataset = fields.get("demo.person")?;
    of_dataset.get(name).copied()
}

#[tokio::test]
async fn a_renamed_column_stays_the_field_that_it_was_and_a_new_one_of_its_name_is_another() {
    let mut city = City::with(PERSON).await;
    city.collect("id,house,age\na,12号,30\n", Mode::Upsert)
        .await;
    let house = field(&city, "house").await.unwrap();
    assert_ne!(Some(house), field(&city, "age").await);
    city.offer("datasets/person.yaml", &PERSON.replace(HOUSE, DOOR));
    city.apply().await;
    assert_eq!(field(&city, "door").await, Some(house));
    assert_eq!(field(&city, "house").await, None);
    let both = PERSON.replace(HOUSE, &format!("{KEPT}{}", HOUSE.replace("门牌", "房屋")));
    city.offer("datasets/person.yaml", &both);
    city.apply().await;
    assert_eq!(field(&city, "door").await, Some(house));
    let other = field(&city, "house").await.unwrap();
    assert_ne!(other, house);
    city.restart().await;
    assert_eq!(field(&city, "door").await, Some(house));
    assert_eq!(field(&city, "house").await, Some(other));
}

#[tokio::test]
async fn taking_a_rename_back_gives_the_field_its_name_back() {
    let city = City::with(PERSON).await;
    city.collect("id,house,age\na,12号,30\n", Mode::Upsert)
        .await;
    let house = field(&city, "house").await;
    city.offer("datasets/person.yaml", &PERSON.replace(HOUSE, DOOR));
    city.apply().await;
    city.rollback(2).await;
    assert!(house.is_some());
    assert_eq!(field(&city, "house").await, house);
    assert_eq!(field(&city, "door").await, None);
}

#[tokio::test]
async fn a_rollback_moves_the_names_that_the_changes_had_moved_and_no_others() {
    let city = City::with(PERSON).await;
    city.collect("id,house,age\na,12号,30\n", Mode::Upsert)
        .await;
    city.offer("datasets/person.yaml", &PERSON.replace(HOUSE, DOOR));
    city.apply().await;
    let person = "demo.person".parse().unwrap();
    let mut taken_back = 2;
    // The second one takes the first one back.
    for _ in 0..2 {
        let before = city.collector().now();
        taken_back = city.rollback(taken_back).await.number;
        let moved = city.changes().moved_since(&person, before).await.unwrap();
        for (name, is_moved) in [
            ("house", true),
            ("door", true),
            ("age", false),
            ("id", false),
        ] {
            assert_eq!(moved.has(name), is_moved, "{name}");
        }
    }
}

#[tokio::test]
async fn a_name_that_a_rollback_takes_from_a_column_is_without_values_for_a_later_one() {
    let city = City::with(PERSON).await;
    city.collect("id,house,age\na,12号,30\n", Mode::Upsert)
        .await;
    city.offer("datasets/person.yaml", &PERSON.replace(HOUSE, DOOR));
    city.apply().await;
    city.collect("id,house,age\nb,13号,31\n", Mode::Upsert)
        .await;
    city.rollback(2).await;
    let both = PERSON.replace(HOUSE, &format!("{HOUSE}{}", KEPT.replace("门牌", "门户")));
    city.offer("datasets/person.yaml", &both);
    city.apply().await;
    assert_eq!(
        city.query("SELECT id, house, door FROM demo.person ORDER BY id")
            .await,
        ["a|12号|", "b|13号|"]
    );
}

#[tokio::test]
async fn a_rollback_gives_values_back_to_the_name_that_they_had_and_not_to_the_one_that_they_leave()
{
    let city = City::with(PERSON).await;
    city.collect("id,house,age\na,12号,30\n", Mode::Upsert)
        .await;
    city.offer("datasets/person.yaml", &PERSON.replace(HOUSE, ""));
    city.apply().await;
    let age = "  age: {title: {zh: 年龄}, type: integer, required: false}\n";
    let moved = PERSON
        .replace(HOUSE, "")
        .replace(age, &age.replace("age: {", "house: {from: [age], "))
        .replace("column: age", "column: house");
    city.offer("datasets/person.yaml", &moved);
    city.apply().await;
    city.collect("id,age\nb,31\n", Mode::Upsert).await;
    assert_eq!(
        city.query("SELECT id, house FROM demo.person ORDER BY id")
            .await,
        ["a|30", "b|31"]
    );
    city.rollback(2).await;
    assert_eq!(
        city.query("SELECT id, house, age FROM demo.person ORDER BY id")
            .await,
        ["a|12号|30", "b||31"]
    );
}

#[tokio::test]
async fn a_field_gets_its_name_back_from_a_column_that_came_later() {
    let city = City::with(PERSON).await;
    city.collect("id,house,age\na,12号,30\n", Mode::Upsert)
        .await;
    let house = field(&city, "house").await;
    city.offer("datasets/person.yaml", &PERSON.replace(HOUSE, DOOR));
    city.apply().await;
    let both = PERSON.replace(HOUSE, &format!("{KEPT}{}", HOUSE.replace("门牌", "房屋")));
    city.offer("datasets/person.yaml", &both);
    city.apply().await;
    assert_ne!(field(&city, "house").await, house);
    city.rollback(2).await;
    assert!(house.is_some());
    assert_eq!(field(&city, "house").await, house);
    assert_eq!(field(&city, "door").await, None);
}

#[tokio::test]
async fn a_column_that_comes_back_to_stored_values_is_the_same_field_and_without_them_another() {
    for has_rows in [true, false] {
        let mut city = City::with(PERSON).await;
        if has_rows {
            city.collect("id,house,age\na,1,30\n", Mode::Upsert).await;
        }
        let house = field(&city, "house").await;
        assert!(house.is_some());
        for text in [PERSON.replace(HOUSE, ""), PERSON.to_owned()] {
            city.offer("datasets/person.yaml", &text);
            // Without rows a start installs it by itself.
            if has_rows {
                city.apply().await;
            } else {
                city.restart().await;
            }
        }
        assert_eq!(field(&city, "house").await == house, has_rows);
    }
}

#[tokio::test]
async fn a_change_waits_for_others_who_write_records() {
    let city = City::with(PERSON).await;
    city.collect("id,house,age\na,1,30\n", Mode::Upsert).await;
    let pool = city.collector().inner.store.pool().clone();
    let others = tokio::spawn(async move {
        let moment = Duration::from_millis(5);
        loop {
            let writing = yandu_store::writing(&pool).await.unwrap();
            tokio::time::sleep(moment).await;
            writing.commit().await.unwrap();
            tokio::time::sleep(moment).await;
        }
    });
    for text in [
        PERSON.replace(HOUSE, ""),
        PERSON.to_owned(),
        PERSON.replace(HOUSE, ""),
    ] {
        city.offer("datasets/person.yaml", &text);
        city.apply().await;
    }
    others.abort();
    assert_eq!(field(&city, "house").await, None);
}
