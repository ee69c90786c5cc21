//! Statements that SQL gives a name.

use serde_json::json;

use super::{line, town, with};

#[test]
fn statements_have_one_set_of_names_for_sql_and_for_the_protocol() {
    let town = town();
    let Some(answer) = town.script("postgres_names.py", "named", &line(&town)) else {
        return;
    };
    assert_eq!(answer["executed"], json!([["王*"]]));
    assert_eq!(answer["computed"], json!([["王*"], ["赵*"]]));
    assert_eq!(answer["nothing"], json!([]));
    assert_eq!(answer["typeless"], json!([["盐城市亭湖区"]]));
    // What one has prepared the other executes.
    assert_eq!(answer["mine"], json!([[42, "it's"]]));
    assert_eq!(answer["protocol"], json!(["王*"]));
    assert_eq!(answer["described"], json!(["name"]));
    assert_eq!(
        answer["states"],
        json!({
            "EXECUTE mine(1, 'x')": "26000",
            "PREPARE aged AS SELECT 1": "42P05",
            "EXECUTE aged": "42601",
            "EXECUTE aged('soon')": "22P02",
            "EXECUTE aged(1 / 0)": "22012",
            "EXECUTE aged((SELECT max(age) FROM club.member))": "0A000",
            "PREPARE x AS INSERT INTO club.member VALUES (1)": "25006",
            "PREPARE x AS SHOW timezone": "42601",
            "PREPARE x (frobnicate) AS SELECT 1": "42704",
            "PREPARE wrong AS SELECT nothing FROM club.member": "42703",
            "DEALLOCATE nobody": "26000",
        })
    );
    assert_eq!(answer["position"], "25");
    assert_eq!(answer["kept"], json!([[1]]));
    assert_eq!(answer["dropped"], json!(["26000", "26000"]));
    assert_eq!(answer["reset"], json!(["5s", "0"]));
    assert_eq!(answer["inside"], "25001");
}

#[test]
fn a_statement_that_is_executed_again_by_its_name_looks_its_key_up() {
    let mut town = with(&["--log", "info,yandu_pgwire=debug"]);
    let Some(answer) = town.script("postgres_names.py", "repeated", &line(&town)) else {
        return;
    };
    // Whoever is older is hidden.
    assert_eq!(answer, json!([[["1", "王*"]], [["4", "赵*"]], []]));
    let log = town.server.stop();
    let looked = log.lines().filter(|line| line.contains("rows looked up"));
    // The first time is not.
    assert_eq!(looked.count(), 2, "{log}");
}

#[test]
fn psql_prepares_and_executes() {
    let town = town();
    let Some(answer) = town.script("postgres_names.py", "psql_named", &line(&town)) else {
        return;
    };
    assert_eq!(
        answer,
        json!([0, "PREPARE\n1|王*\n4|赵*\nDEALLOCATE\nDISCARD ALL\n", ""])
    );
}
