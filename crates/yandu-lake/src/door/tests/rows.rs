use std::collections::BTreeMap;

use super::world::PLAIN;
use super::world::{World, asked, hidden, permit, schema, told, visible};
use crate::compile_row_condition;
use yandu_words::Mask;

fn refusal(sql: &str) -> String {
    match compile_row_condition(&schema(), sql, &BTreeMap::new()) {
        Ok(compiled) => format!("taken as {}", compiled.expr()),
        Err(problem) => problem.message,
    }
}

#[test]
fn a_condition_that_could_fail_on_a_row_is_refused() {
    for (sql, what) in [
        ("1 / salary > 3", "/"),
        ("salary + 1 > 3", "+"),
        ("cast(code as int) > 3", "cast"),
        ("try_cast(code as int) > 3", "cast"),
        ("code ~ 'a'", "~"),
        ("regexp_like(code, 'a')", "regexp_like"),
        ("code like dept", "like"),
        ("case when salary > 3 then true else false end", "case"),
        ("salary > code", "cast"),
        ("random() < 0.5", "random"),
    ] {
        let told = refusal(sql);
        assert!(
            told.contains("cannot stand") && told.contains(what),
            "{sql}: {told}"
        );
    }
    for sql in [
        "salary",
        "nobody = 3",
        "id in (select 1)",
        "count(*) > 1",
        "dept = $area",
    ] {
        let told = refusal(sql);
        assert!(!told.starts_with("taken"), "{sql}: {told}");
    }
    for sql in [
        "dept = 'a'",
        "starts_with(code, '1') and salary between 100 and 200",
        "not (dept in ('a', 'b')) or code is null",
        "lower(dept) like 'a%'",
        "nullif(dept, 'a') is null",
        "id = 3 or true",
    ] {
        let told = refusal(sql);
        assert!(told.starts_with("taken"), "{sql}: {told}");
    }
}

#[test]
fn floating_point_columns_decide_nothing_below_the_barrier() {
    use arrow::datatypes::{DataType, Field, Schema};
    use datafusion::logical_expr::{col, lit};
    let schema = Schema::new(vec![
        Field::new("f", DataType::Float64, true),
        Field::new("n", DataType::Int64, true),
    ]);
    let allowed = |filter| crate::door::allowed::is_allowed(&filter, &schema, &|_| true);
    assert!(!allowed(col("f").gt(lit(50.0))));
    assert!(!allowed(col("f").in_list(vec![lit(1.0)], false)));
    assert!(allowed(col("f").is_null()) && allowed(col("n").gt(lit(50_i64))));
    let refused = compile_row_condition(&schema.into(), "f < 3.0", &BTreeMap::new()).unwrap_err();
    assert!(refused.message.contains("floating-point"), "{refused}");
}

#[tokio::test]
async fn a_condition_takes_values_of_its_reader() {
    let world = World::new(&visible()).await;
    let values = BTreeMap::from([("dept".to_owned(), Some("b' or 'x' = 'x".to_owned()))]);
    let mut mine = permit("mine", None, PLAIN);
    mine.rows = Some(compile_row_condition(&schema(), "dept = $dept", &values).unwrap());
    // A value is a value, whatever it holds.
    assert_eq!(
        told(
            &world.as_reader([mine.clone()]),
            "SELECT count(*) FROM hr.staff"
        )
        .await,
        "0"
    );
    let values = BTreeMap::from([("dept".to_owned(), Some("b".to_owned()))]);
    mine.rows = Some(compile_row_condition(&schema(), "dept = $dept", &values).unwrap());
    assert_eq!(
        told(
            &world.as_reader([mine.clone()]),
            "SELECT count(*) FROM hr.staff"
        )
        .await,
        "14"
    );
    // What the reader has not is null, also where an empty text would begin every other one.
    let values = BTreeMap::from([("dept".to_owned(), None)]);
    for sql in ["starts_with(dept, $dept)", "dept = $dept", "dept <> $dept"] {
        mine.rows = Some(compile_row_condition(&schema(), sql, &values).unwrap());
        let reader = world.as_reader([mine.clone()]);
        assert_eq!(
            told(&reader, "SELECT count(*) FROM hr.staff").await,
            "0",
            "{sql}"
        );
    }
}

#[tokio::test]
async fn permits_add_up_row_by_row_and_cell_by_cell() {
    let mut people = visible();
    people.extend(hidden(2));
    let world = World::new(&people).await;
    let covered = Some(Mask::Fixed {
        value: "×".to_owned(),
    });
    let reader = world.as_reader([
        permit(
            "all, covered",
            Some("dept <> 'secret'"),
            &[("id", None), ("code", covered)],
        ),
        permit(
            "a, open",
            Some("dept = 'a'"),
            &[("id", None), ("code", None), ("salary", None)],
        ),
    ]);
    let rows = asked(
        &reader,
        "SELECT id, code, salary FROM hr.staff WHERE id < 4",
    )
    .await
    .unwrap();
    assert_eq!(rows, ["1|×|", "2|×|", "3|1003|103"]);
    // A filter on a column that is covered somewhere meets what is shown.
    assert_eq!(
        told(&reader, "SELECT count(*) FROM hr.staff WHERE code = '1001'").await,
        "0"
    );
    assert_eq!(
        told(&reader, "SELECT count(*) FROM hr.staff WHERE code = '×'").await,
        "27"
    );
}

#[tokio::test]
async fn of_several_masks_the_one_that_leaves_most_counts_in_each_row_whatever_its_permit_is_called()
 {
    let world = World::new(&visible()).await;
    let under =
        |code: Mask, salary: Mask| [("id", None), ("code", Some(code)), ("salary", Some(salary))];
    let fixed = |value: &str| Mask::Fixed {
        value: value.to_owned(),
    };
    let keep = Mask::Keep { first: 2, last: 0 };
    let nothing = permit("a", None, &under(Mask::Null, Mask::Null));
    let little = permit("b", None, &under(fixed("×"), Mask::Step { by: 10 }));
    let other = permit("c", None, &under(fixed("*"), Mask::Null));
    let most = permit("d", Some("dept = 'a'"), &under(keep, Mask::Step { by: 2 }));
    let sql = "SELECT id, code, salary FROM hr.staff WHERE id IN (5, 6)";
    for (permits, rows) in [
        (vec![&nothing], ["5||", "6||"]),
        (vec![&nothing, &little, &other], ["5|×|100", "6|×|100"]),
        // Of two that leave as much the first counts.
        (vec![&other, &little], ["5|*|100", "6|*|100"]),
        (vec![&nothing, &little, &most], ["5|×|100", "6|10**|106"]),
        (vec![&most, &little, &nothing], ["5|×|100", "6|10**|106"]),
        (vec![&nothing, &most], ["5||", "6|10**|106"]),
    ] {
        let reader = world.as_reader(permits.into_iter().cloned());
        assert_eq!(asked(&reader, sql).await.unwrap(), rows);
    }
}
