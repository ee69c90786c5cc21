use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use yandu_words::id::DatasetId;

use super::{compile_model, model_inputs};

fn schemas() -> HashMap<DatasetId, SchemaRef> {
    let schema = |columns: &[(&str, DataType)]| -> SchemaRef {
        let fields = columns
            .iter()
            .map(|(name, data_type)| Field::new(*name, data_type.clone(), true));
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    };
    HashMap::from([
        (
            "population.resident".parse().unwrap(),
            schema(&[
                ("resident_id", DataType::Utf8View),
                ("household_id", DataType::Utf8View),
                ("birth_date", DataType::Date32),
                ("income", DataType::Decimal128(12, 2)),
            ]),
        ),
        (
            "population.household".parse().unwrap(),
            schema(&[
                ("household_id", DataType::Utf8View),
                ("township", DataType::Utf8View),
                ("members", DataType::Int64),
            ]),
        ),
        (
            "air.reading".parse().unwrap(),
            schema(&[
                ("station", DataType::Utf8View),
                (
                    "observed_at",
                    DataType::Timestamp(TimeUnit::Microsecond, None),
                ),
                ("pm25", DataType::Float64),
            ]),
        ),
    ])
}

/// Inputs, columns with their types, and the words at which they are selected.
fn compiled(sql: &str) -> String {
    let model = compile_model(&schemas(), sql).unwrap();
    let inputs: Vec<&str> = model.inputs.iter().map(DatasetId::as_str).collect();
    let columns = model.schema.fields().iter().zip(&model.places);
    let columns: Vec<String> = columns
        .map(|(field, place)| {
            let place = place.map_or("nowhere".to_owned(), |place| {
                format!("{}:{}+{}", place.line, place.column, place.length)
            });
            format!("{} {} {place}", field.name(), field.data_type())
        })
        .collect();
    format!("{} -> {}", inputs.join(", "), columns.join("; "))
}

fn refusal(sql: &str) -> String {
    let problem = compile_model(&schemas(), sql).unwrap_err();
    let help = problem.help.map(|help| format!(" [{help}]"));
    format!(
        "{}:{}: {}{}",
        problem.line,
        problem.column,
        problem.message,
        help.unwrap_or_default()
    )
}

#[test]
fn a_grouped_select_over_a_join_gives_inputs_columns_and_places() {
    assert_eq!(
        compiled(
            "SELECT h.township,\n  count(*) AS households, sum(r.income) AS income\n\
             FROM population.household h JOIN population.resident r ON r.household_id = h.household_id\n\
             GROUP BY h.township"
        ),
        "population.household, population.resident -> township Utf8View 1:8+10; \
         households Int64 2:3+22; income Decimal128(22, 2) 2:27+23"
    );
}

#[test]
fn inputs_are_found_in_subqueries_unions_and_common_tables_and_each_once() {
    let sql = "WITH homes AS (SELECT household_id FROM population.household)\n\
               SELECT household_id FROM homes\n\
               WHERE household_id IN (SELECT household_id FROM population.resident)\n\
               UNION ALL SELECT station FROM air.reading\n\
               UNION ALL SELECT household_id FROM Population.HOUSEHOLD";
    let names: Vec<String> = model_inputs(sql)
        .unwrap()
        .into_iter()
        .map(|input| {
            format!(
                "{} {}:{}+{}",
                input.name, input.place.line, input.place.column, input.place.length
            )
        })
        .collect();
    assert_eq!(
        names,
        [
            "population.household 1:41+20",
            "population.resident 3:49+19",
            "air.reading 4:31+11"
        ]
    );
    assert!(
        compiled(sql).starts_with("population.household, population.resident, air.reading -> ")
    );
}

#[test]
fn a_mistyped_column_is_placed_and_mended() {
    assert_eq!(
        refusal(
            "SELECT household_id,\n  max(membres) AS members\nFROM population.household GROUP BY household_id"
        ),
        "2:7: there is no column `membres` [did you mean `members`?]"
    );
}

#[test]
fn a_mistyped_dataset_is_placed_and_mended() {
    assert_eq!(
        refusal("SELECT station\nFROM air.raeding"),
        "2:6: there is no dataset `air.raeding` [did you mean `air.reading`?]"
    );
}

#[test]
fn ill_typed_sql_is_found_without_rows() {
    let text = refusal("SELECT pm25 + observed_at AS x FROM air.reading");
    assert!(text.contains("Float64 + Timestamp"), "{text}");
    assert!(
        text.starts_with("1:8:") && text.contains("cast(…"),
        "{text}"
    );
    let text = refusal("SELECT sum(station) AS x FROM air.reading");
    assert!(text.contains("sum"), "{text}");
    let text = refusal("SELECT household_id AS x FROM population.household WHERE members");
    assert!(text.contains("Int64") || text.contains("boolean"), "{text}");
}

#[test]
fn a_broken_select_is_placed() {
    let text = refusal("SELECT station\nFROM air.reading\nWHERE AND pm25 > 3");
    assert!(text.starts_with("3:"), "{text}");
}

#[test]
fn a_model_is_one_select() {
    assert_eq!(
        refusal("SELECT station FROM air.reading;\nSELECT pm25 FROM air.reading"),
        "2:1: a second statement starts here; a model is one SELECT \
         [make it a model of its own, or a common table expression: WITH … AS (…)]"
    );
    for sql in [
        "DROP TABLE air.reading",
        "INSERT INTO air.reading SELECT station FROM air.reading",
        "CREATE TABLE x AS SELECT station FROM air.reading",
        "COPY (SELECT station FROM air.reading) TO 'x.csv'",
        "EXPLAIN SELECT station FROM air.reading",
        "SHOW TABLES",
    ] {
        let text = refusal(sql);
        assert!(text.contains("this is no SELECT"), "{sql}: {text}");
    }
    assert!(refusal("").contains("there is none"));
    assert!(refusal("-- nothing\n").contains("there is none"));
    assert!(refusal("SELECT 1 AS one").contains("reads none"));
}

#[test]
fn columns_are_selected_by_name() {
    for sql in [
        "SELECT * FROM air.reading",
        "SELECT r.* FROM air.reading r",
        "SELECT station FROM (SELECT * FROM air.reading)",
        "SELECT station FROM air.reading UNION ALL SELECT * FROM air.reading",
    ] {
        let text = refusal(sql);
        assert!(
            text.contains("selects its columns by name"),
            "{sql}: {text}"
        );
    }
    assert!(compiled("SELECT count(*) AS n FROM air.reading").contains("n Int64"));
}

#[test]
fn a_model_knows_no_clock_and_no_chance() {
    assert_eq!(
        refusal("SELECT station FROM air.reading\nWHERE observed_at > now()"),
        "2:21: `now` tells the time of the refresh, so the rows would change without any input \
         [compare with the newest date of the data, or with a setting of the pack as `${name}`]"
    );
    for sql in [
        "SELECT station, current_date AS today FROM air.reading",
        "SELECT station, random() AS luck FROM air.reading",
        "SELECT uuid() AS id FROM air.reading",
        "SELECT station FROM air.reading WHERE station IN (SELECT household_id FROM population.household WHERE random() < 0.5)",
        "SELECT station FROM air.reading ORDER BY random()",
        "SELECT station FROM air.reading WHERE pm25 > $1",
    ] {
        let text = refusal(sql);
        assert!(
            text.contains("would change without any input")
                || text.contains("gives another value each time")
                || text.contains("does not have"),
            "{sql}: {text}"
        );
    }
}

#[test]
fn nothing_but_datasets_is_read() {
    for sql in [
        "SELECT table_name FROM information_schema.tables",
        "SELECT x FROM 'x.parquet'",
        "SELECT x FROM yandu.air.reading",
        "SELECT x FROM nowhere",
    ] {
        let text = refusal(sql);
        assert!(text.contains("there is no dataset"), "{sql}: {text}");
    }
    let text = refusal("SELECT x FROM read_csv('x.csv'), air.reading");
    assert!(text.contains("read_csv"), "{text}");
}

#[test]
fn the_columns_that_the_lake_adds_are_no_columns_of_a_model() {
    assert!(refusal("SELECT _batch AS b FROM air.reading").contains("there is no column `_batch`"));
}
