//! What whoever sees a part of the rows or columns is told of numbers.

use super::*;

/// Staff read what is graded lowest.
const READERS_OF_COLUMNS: &str = r#"
@id("browse") @about("工作人员查看看板")
permit (principal is Person, action == Action::"browse", resource == City::"city");
@id("low") @about("工作人员读取一般数据") @up_to("general-1")
permit (principal is Person, action == Action::"read", resource == Dataset::"club.joined");
"#;

#[tokio::test]
async fn a_number_of_what_somebody_does_not_see_is_not_permitted_and_no_fault_in_sql() {
    for policies in [BROWSERS, READERS_OF_SOME] {
        let city = city_under(policies, JOINED).await;
        // Whoever sees everything has asked before, so that what they saw is held.
        let whole = ask(&city, json!({"metric": "club.joined"})).await;
        assert_eq!(whole["problem"], Value::Null, "{whole}");
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let (outcome, trail) = asked_of(&city, &wang, "club.joined").await;
        for problem in [&outcome["problem"], &trail] {
            assert_eq!(
                (&problem["code"], &problem["status"]),
                (&json!("not-permitted"), &json!(403)),
                "{problem}"
            );
            assert_eq!(
                (&problem["line"], &problem["column"]),
                (&Value::Null, &Value::Null)
            );
            let help = problem["help"].as_str().unwrap();
            assert!(help.contains("`club.joined`"), "{help}");
        }
        let history = "/api/v1/metrics/club.joined/history?period=2025-04";
        let refused = city
            .refused(&wang, Method::GET, history, &Value::Null)
            .await;
        assert_eq!(refused, "not-permitted");
    }
}

#[tokio::test]
async fn no_number_is_put_together_from_values_under_a_mask() {
    // What is counted, what it is counted by, and when.
    for mask in ["joined: step 10", "name: fixed 某人", "month: year"] {
        let city = city_under(&readers_under(mask), JOINED).await;
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let (outcome, trail) = asked_of(&city, &wang, "club.joined").await;
        for problem in [&outcome["problem"], &trail] {
            assert_eq!(problem["code"], "not-permitted", "{mask}: {problem}");
        }
    }
    // Nothing follows from the fees.
    let city = city_under(&readers_under("fees: step 10"), JOINED).await;
    let root = city.claim().await;
    let wang = city.somebody(&root, "wang", &[]).await;
    let (outcome, _) = asked_of(&city, &wang, "club.joined").await;
    let answer = &outcome["answer"];
    assert_eq!(answer["groups"][0]["points"][0]["value"], json!(2.0));
    assert_eq!(answer["is_part"], Value::Null, "{answer}");
}

#[tokio::test]
async fn a_number_of_a_part_is_not_held_against_a_target() {
    let target = json!({"value": 4, "comparison": ">=", "due": "2025-12"});
    let asks = json!({"asks": [{"metric": "club.joined", "period": "2025-04", "target": target}]});
    for (policies, is_met, gap, percent) in [
        (READERS, json!(false), json!(2.0), json!(50.0)),
        (READERS_OF_PART, Value::Null, Value::Null, Value::Null),
    ] {
        let city = city_under(policies, JOINED).await;
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let path = "/api/v1/metrics/ask";
        let told = city.ok(&wang, Method::POST, path, &asks).await;
        let told = &told["outcomes"][0]["answer"]["target"];
        // What is asked for is no secret.
        assert_eq!(
            (&told["value"], &told["comparison"], &told["due"]),
            (&json!(4.0), &json!(">="), &json!("2025-12"))
        );
        assert_eq!(
            (&told["met"], &told["gap"], &told["percent"]),
            (&is_met, &gap, &percent),
            "{told}"
        );
        assert_eq!(told["will_be_met"], Value::Null, "{told}");
    }
}

#[tokio::test]
async fn a_number_of_a_part_is_not_compared_with_the_baseline_of_the_whole() {
    let asks = json!({"asks": [{"metric": "club.total", "period": "2025-04"}]});
    for (policies, change, percent) in [
        (READERS, json!(1.0), json!(100.0)),
        (READERS_OF_PART, Value::Null, Value::Null),
    ] {
        let city = city_under(policies, JOINED).await;
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let path = "/api/v1/metrics/ask";
        let told = city.ok(&wang, Method::POST, path, &asks).await;
        let answer = &told["outcomes"][0]["answer"];
        assert_eq!(answer["groups"][0]["points"][0]["value"], json!(2.0));
        let told = &answer["baseline"];
        // What it is stands in the declaration of the metric.
        assert_eq!(
            (&told["value"], &told["period"], &told["source"]),
            (&json!(1.0), &json!("2024-12"), &json!("年报")),
            "{answer}"
        );
        assert_eq!(
            (&told["change"], &told["percent"]),
            (&change, &percent),
            "{answer}"
        );
    }
}

/// Staff browse, and read what these permits show of the model: an id and what is annotated.
fn readers_of(permits: &[(&str, &str)]) -> String {
    let browse = "@id(\"browse\") @about(\"工作人员查看看板\")\n\
                  permit (principal is Person, action == Action::\"browse\", resource == City::\"city\");\n";
    let reads = permits.iter().map(|(id, shows)| {
        format!(
            "@id(\"{id}\") @about(\"工作人员读取部分数据\") @up_to(\"core\") {shows}\n\
             permit (principal is Person, action == Action::\"read\", resource == Dataset::\"club.joined\");\n"
        )
    });
    std::iter::once(browse.to_owned()).chain(reads).collect()
}

#[tokio::test]
async fn no_number_is_put_together_from_columns_that_are_shown_of_other_rows_than_each_other() {
    let of_one = ("one", "@rows(\"name = '王芳'\")");
    let names = ("names", "@columns(\"month, name\")");
    let named = (
        "named",
        "@rows(\"name = '李强'\") @columns(\"month, name\")",
    );
    let counts = ("counts", "@columns(\"month, name, joined\")");
    let of_other = ("other", "@rows(\"name = '李强'\")");
    let told = [
        (vec![of_one], Some(1.0)),
        (vec![of_one, of_other], Some(2.0)),
        (vec![of_one, names], None),
        (vec![of_one, named], None),
        // What is counted is shown of every row, and what is not is in no number.
        (vec![of_one, counts], Some(2.0)),
    ];
    for (permits, number) in told {
        let city = city_under(&readers_of(&permits), JOINED).await;
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let (outcome, trail) = asked_of(&city, &wang, "club.joined").await;
        if let Some(number) = number {
            let value = &outcome["answer"]["groups"][0]["points"][0]["value"];
            assert_eq!(value, &json!(number), "{permits:?}: {outcome}");
            continue;
        }
        for problem in [&outcome["problem"], &trail] {
            assert_eq!(problem["code"], "not-permitted", "{permits:?}: {problem}");
        }
        let help = outcome["problem"]["help"].as_str().unwrap();
        assert!(help.contains("`club.joined`"), "{help}");
    }
}

#[tokio::test]
async fn a_number_of_a_part_of_the_rows_says_that_it_is_one() {
    for (policies, is_part) in [(READERS, Value::Null), (READERS_OF_PART, json!(true))] {
        let city = city_under(policies, JOINED).await;
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let (outcome, trail) = asked_of(&city, &wang, "club.joined").await;
        assert_eq!(outcome["answer"]["is_part"], is_part, "{outcome}");
        assert_eq!(trail["is_part"], is_part, "{trail}");
    }
}

#[tokio::test]
async fn the_list_tells_the_newest_number_or_that_it_is_kept_back_from_whoever_sees_a_part() {
    for (policies, is_whole) in [
        (READERS, true),
        (READERS_OF_PART, false),
        (READERS_OF_SOME, false),
        (BROWSERS, false),
    ] {
        let city = city_under(policies, JOINED).await;
        city.state.metrics().record().await.unwrap();
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let path = "/api/v1/metrics";
        let list = city.ok(&wang, Method::GET, path, &Value::Null).await;
        let lines = list["metrics"].as_array().unwrap();
        assert_eq!(lines.len(), 2, "{list}");
        for line in lines {
            let (period, value) = if is_whole {
                (json!("2025-04"), json!(2.0))
            } else {
                (Value::Null, Value::Null)
            };
            assert_eq!(line["is_whole"], json!(is_whole), "{policies}: {line}");
            assert_eq!(
                (&line["newest"]["period"], &line["newest"]["value"]),
                (&period, &value),
                "{policies}: {line}"
            );
        }
    }
    // Where nothing has been computed there is no number to keep back.
    let files = [
        ("models/joined.yaml", JOINED),
        ("models/joined.sql", JOINED_SQL),
        ("metrics/joined.yaml", METRIC),
    ];
    let city = City::with_files(Options::default(), &files).await;
    let list = city.get("/api/v1/metrics").await.json();
    let line = &list["metrics"][0];
    assert_eq!(
        (&line["is_whole"], &line["newest"]),
        (&json!(true), &Value::Null)
    );
}

#[tokio::test]
async fn a_number_is_followed_by_whoever_does_not_see_the_key_of_its_model_and_shows_no_row() {
    let graded = JOINED.replace(
        "name: {title: {zh: 姓名}, type: text}",
        "name: {title: {zh: 姓名}, type: text, grade: general-2}",
    );
    let city = city_under(READERS_OF_COLUMNS, &graded).await;
    let root = city.claim().await;
    let wang = city.somebody(&root, "wang", &[]).await;
    let (outcome, trail) = asked_of(&city, &wang, "club.total").await;
    let number = &outcome["answer"]["groups"][0]["points"][0]["value"];
    assert_eq!(*number, json!(2.0), "{outcome}");
    assert_eq!(trail["point"]["value"], json!(2.0), "{trail}");
    let step = &trail["trail"];
    assert_eq!(
        (&step["dataset"], &step["withheld"], &step["rows"]),
        (&json!("club.joined"), &json!(true), &json!([]))
    );
    assert!(!trail.to_string().contains("王芳"), "{trail}");
}

/// The same staff work on the plan.
const EDITORS: &str = r#"
@id("browse") @about("工作人员查看看板")
permit (principal is Person, action == Action::"browse", resource == City::"city");
@id("edit") @about("工作人员编制要点")
permit (principal is Person, action == Action::"edit-plan", resource == City::"city");
"#;

#[tokio::test]
async fn notes_are_read_written_and_removed_by_whoever_sees_all_of_the_number() {
    let everybody = format!("{EDITORS}{EVERYBODY}");
    for (policies, sees) in [(EDITORS, false), (everybody.as_str(), true)] {
        let city = city_under(policies, JOINED).await;
        let notes = "/api/v1/metrics/club.joined/notes";
        let note = json!({"period": "2025-04", "text": "补录一人"});
        let written = city.post(notes, &note.to_string()).await.json();
        let one = format!("{notes}/{}", written["id"]);
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        for (method, path, body, done) in [
            (Method::GET, notes, &Value::Null, 200),
            (Method::POST, notes, &note, 201),
            (Method::DELETE, one.as_str(), &Value::Null, 204),
        ] {
            let answer = city.send(&wang, method, path, body).await;
            if sees {
                assert_eq!(answer.status.as_u16(), done, "{path}: {}", answer.text());
            } else {
                assert_eq!(answer.problem(), (403, "not-permitted".to_owned()));
                assert!(!answer.text().contains("补录"), "{}", answer.text());
            }
        }
    }
}

#[tokio::test]
async fn whether_a_number_is_restated_and_what_is_noted_at_it_is_told_to_whoever_may_read_its_history()
 {
    for (policies, expected) in [(READERS, json!(true)), (READERS_OF_PART, Value::Null)] {
        let city = city_under(policies, JOINED).await;
        city.state.metrics().record().await.unwrap();
        let rows = "会员号,会员姓名,年龄,会费\n3,张伟,4,1\n";
        city.deliver("b.csv", rows).await;
        city.post("/api/v1/models/run", "{}").await;
        city.state.metrics().record().await.unwrap();
        let note = json!({"period": "2025-04", "text": "补录一人"}).to_string();
        city.post("/api/v1/metrics/club.joined/notes", &note).await;
        // What is narrowed to a name has no history.
        let narrowed =
            json!({"metric": "club.joined", "period": "2025-04", "only": {"name": ["王芳"]}});
        let narrowed = ask(&city, narrowed).await;
        assert_eq!(narrowed["answer"]["restated"], Value::Null, "{narrowed}");
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let (outcome, _) = asked_of(&city, &wang, "club.joined").await;
        let answer = &outcome["answer"];
        assert_eq!(answer["restated"], expected, "{outcome}");
        let told = answer["notes"].as_array().unwrap();
        assert_eq!(told.len(), usize::from(expected != Value::Null));
        let history = "/api/v1/metrics/club.joined/history?period=2025-04";
        let history = city.send(&wang, Method::GET, history, &Value::Null).await;
        assert_eq!(history.status == 200, expected != Value::Null);
        let notes = "/api/v1/metrics/club.joined/notes";
        let notes = city.send(&wang, Method::GET, notes, &Value::Null).await;
        if expected == Value::Null {
            assert_eq!(notes.problem(), (403, "not-permitted".to_owned()));
        } else {
            assert_eq!(notes.json()["notes"], answer["notes"]);
            assert_eq!(answer["notes"][0]["text"], "补录一人", "{outcome}");
        }
    }
}
