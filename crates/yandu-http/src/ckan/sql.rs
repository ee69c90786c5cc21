//! SQL made of what a caller asks for. Nothing a caller writes is put into a statement as it is: a column must be one of
//! the dataset's and is quoted; a value is read as the type of its column and written anew.

use arrow::datatypes::{DataType, Field, Schema};
use jiff::civil::{Date, DateTime, Time};
use serde_json::{Map, Value};
use yandu_words::id::DatasetId;

use super::refusal::{Outcome, Refusal};

/// A question about the rows of one dataset.
#[derive(Debug, Clone, Default)]
pub(super) struct Question {
    fields: Vec<String>,
    distinct: bool,
    conditions: Vec<String>,
    order: Vec<String>,
}

/// A name between quotes.
fn quoted(name: &str) -> String {
    yandu_lake::quoted(name, '"')
}

/// A text between quotes. The engine knows no other sign that would end it, and no escapes.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The name of a dataset, which holds nothing but small letters, digits, `_` and one dot.
fn table(id: &DatasetId) -> String {
    let (pack, name) = id.parts();
    format!("{}.{}", quoted(pack), quoted(name))
}

impl Question {
    pub(super) fn new(fields: Vec<String>, distinct: bool) -> Self {
        Self {
            fields,
            distinct,
            ..Self::default()
        }
    }

    /// Keeps rows whose column has one of the values; a list means any of them, and null an empty cell.
    pub(super) fn filter(&mut self, schema: &Schema, filters: &Map<String, Value>) -> Outcome<()> {
        for (name, wanted) in filters {
            let field = column(schema, name, "filters")?;
            let values: Vec<&Value> = match wanted {
                Value::Array(values) => values.iter().collect(),
                one => vec![one],
            };
            let conditions: Vec<String> = values
                .into_iter()
                .map(|value| equals(field, value))
                .collect::<Outcome<_>>()?;
            self.conditions.push(match conditions.as_slice() {
                [] => "false".to_owned(),
                conditions => format!("({})", conditions.join(" OR ")),
            });
        }
        Ok(())
    }

    /// Keeps rows that have every word of a text in one of the columns, whatever the case of its letters.
    pub(super) fn search(&mut self, columns: &[String], words: &str) {
        for word in words.split_whitespace() {
            let word = text(&word.to_lowercase());
            let places: Vec<String> = columns
                .iter()
                .map(|column| {
                    let column = quoted(column);
                    format!("strpos(lower(CAST({column} AS VARCHAR)), {word}) > 0")
                })
                .collect();
            self.conditions.push(match places.as_slice() {
                [] => "false".to_owned(),
                places => format!("({})", places.join(" OR ")),
            });
        }
    }

    /// Orders by what is asked for (`name`, `name desc`, `name asc nulls last`), then by `last`, so that pages fit together.
    pub(super) fn sort(
        &mut self,
        schema: &Schema,
        terms: &[String],
        last: &[String],
    ) -> Outcome<()> {
        for term in terms {
            let mut words = term.split_whitespace();
            let name = words.next().unwrap_or_default().trim_matches('"');
            let rest: Vec<String> = words.map(str::to_lowercase).collect();
            let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
            let how = match rest.as_slice() {
                [] | ["asc"] | ["asc", "nulls", "last"] | ["nulls", "last"] => "ASC NULLS LAST",
                ["desc"] | ["desc", "nulls", "first"] => "DESC NULLS FIRST",
                ["desc", "nulls", "last"] => "DESC NULLS LAST",
                ["asc", "nulls", "first"] | ["nulls", "first"] => "ASC NULLS FIRST",
                _ => return Err(Refusal::invalid("sort", "unknown sorting clause")),
            };
            let field = column(schema, name, "sort")?;
            self.order.push(format!("{} {how}", quoted(field.name())));
        }
        // What is not among the fields of a distinct answer cannot order it.
        let may_order = |name: &&String| !self.distinct || self.fields.contains(name);
        let last: Vec<String> = last
            .iter()
            .filter(may_order)
            .map(|name| quoted(name))
            .collect();
        self.order.extend(last);
        Ok(())
    }

    pub(super) fn rows(&self, id: &DatasetId, limit: Option<usize>, offset: usize) -> String {
        let mut sql = self.select(id);
        if !self.order.is_empty() {
            sql.push_str(&format!(" ORDER BY {}", self.order.join(", ")));
        }
        if let Some(limit) = limit {
            sql.push_str(&format!(" LIMIT {limit}"));
        }
        if offset > 0 {
            sql.push_str(&format!(" OFFSET {offset}"));
        }
        sql
    }

    pub(super) fn total(&self, id: &DatasetId) -> String {
        if self.distinct {
            return format!("SELECT count(*) FROM ({}) AS found", self.select(id));
        }
        format!("SELECT count(*) FROM {}{}", table(id), self.condition())
    }

    fn select(&self, id: &DatasetId) -> String {
        let fields: Vec<String> = self.fields.iter().map(|name| quoted(name)).collect();
        format!(
            "SELECT {}{} FROM {}{}",
            if self.distinct { "DISTINCT " } else { "" },
            fields.join(", "),
            table(id),
            self.condition()
        )
    }

    fn condition(&self) -> String {
        if self.conditions.is_empty() {
            return String::new();
        }
        format!(" WHERE {}", self.conditions.join(" AND "))
    }
}

/// A column of the dataset; `parameter` names the one that asked for it.
pub(super) fn column<'a>(schema: &'a Schema, name: &str, parameter: &str) -> Outcome<&'a Field> {
    schema.field_with_name(name).map_err(|_| {
        let name: String = name.chars().take(100).collect();
        Refusal::invalid(parameter, format!("field \"{name}\" not in table"))
    })
}

fn equals(field: &Field, value: &Value) -> Outcome<String> {
    let name = quoted(field.name());
    if value.is_null() {
        return Ok(format!("{name} IS NULL"));
    }
    let said = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => {
            let why = format!("\"{}\" has values that are lists or objects", field.name());
            return Err(Refusal::invalid("filters", why));
        }
    };
    literal(field.data_type(), &said)
        .map(|literal| format!("{name} = {literal}"))
        .ok_or_else(|| {
            let said: String = said.chars().take(100).collect();
            let kind = crate::value::type_name(field.data_type());
            let why = format!(
                "invalid input syntax for {kind} \"{}\": \"{said}\"",
                field.name()
            );
            Refusal::invalid("filters", why)
        })
}

/// A value as the engine reads it, `None` when it is none of the type.
fn literal(data_type: &DataType, said: &str) -> Option<String> {
    let said_trimmed = said.trim();
    Some(match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => text(said),
        DataType::Int64 => said_trimmed.parse::<i64>().ok()?.to_string(),
        DataType::Float64 => {
            let number: f64 = said_trimmed.parse().ok()?;
            format!("CAST({} AS DOUBLE)", text(&number.to_string()))
        }
        DataType::Decimal128(precision, scale) => {
            let digits = said_trimmed.strip_prefix('-').unwrap_or(said_trimmed);
            let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
            let is_digits =
                |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let room = usize::from(precision - u8::try_from(*scale).ok()?);
            if !is_digits(whole) || !is_digits(part) || whole.trim_start_matches('0').len() > room {
                return None;
            }
            // More digits behind the point than the column has are those of no row; the engine would round them.
            if part.trim_end_matches('0').len() > usize::try_from(*scale).ok()? {
                return Some("NULL".to_owned());
            }
            format!(
                "CAST({} AS DECIMAL({precision},{scale}))",
                text(said_trimmed)
            )
        }
        DataType::Boolean => match said_trimmed.to_lowercase().as_str() {
            "true" | "t" | "1" | "yes" => "true".to_owned(),
            "false" | "f" | "0" | "no" => "false".to_owned(),
            _ => return None,
        },
        DataType::Date32 => {
            let date: Date = said_trimmed.parse().ok()?;
            format!("CAST({} AS DATE)", text(&date.to_string()))
        }
        DataType::Time32(_) | DataType::Time64(_) => {
            let time: Time = said_trimmed.parse().ok()?;
            format!("CAST({} AS TIME)", text(&time.to_string()))
        }
        DataType::Timestamp(_, _) => {
            let time: DateTime = said_trimmed.parse().ok()?;
            format!("CAST({} AS TIMESTAMP)", text(&time.to_string()))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::TimeUnit;
    use serde_json::json;

    use super::*;

    fn schema() -> Schema {
        Schema::new(vec![
            Field::new("name", DataType::Utf8, true),
            Field::new("age", DataType::Int64, true),
            Field::new("fee", DataType::Decimal128(12, 2), true),
            Field::new("share", DataType::Float64, true),
            Field::new("open", DataType::Boolean, true),
            Field::new("day", DataType::Date32, true),
            Field::new(
                "seen",
                DataType::Timestamp(TimeUnit::Microsecond, None),
                true,
            ),
        ])
    }

    fn filtered(filters: &Value) -> Outcome<String> {
        let mut question = Question::new(vec!["name".to_owned()], false);
        question.filter(&schema(), filters.as_object().unwrap())?;
        Ok(question.rows(&"club.member".parse().unwrap(), Some(5), 0))
    }

    #[test]
    fn values_are_written_as_the_type_of_their_column() {
        for (filters, condition) in [
            (json!({"name": "a'b\\"}), r#"("name" = 'a''b\')"#),
            (json!({"name": 7}), r#"("name" = '7')"#),
            (json!({"age": "7"}), r#"("age" = 7)"#),
            (json!({"age": [1, null]}), r#"("age" = 1 OR "age" IS NULL)"#),
            (
                json!({"fee": "0.10"}),
                r#"("fee" = CAST('0.10' AS DECIMAL(12,2)))"#,
            ),
            (json!({"fee": 0.125}), r#"("fee" = NULL)"#),
            (json!({"open": "T"}), r#"("open" = true)"#),
            (
                json!({"day": "2024-02-29"}),
                r#"("day" = CAST('2024-02-29' AS DATE))"#,
            ),
            (json!({"name": []}), "false"),
        ] {
            let sql = filtered(&filters).unwrap();
            let expected =
                format!(r#"SELECT "name" FROM "club"."member" WHERE {condition} LIMIT 5"#);
            assert_eq!(sql, expected, "{filters}");
        }
    }

    #[test]
    fn what_is_no_value_of_a_column_never_reaches_the_engine() {
        for filters in [
            json!({"age": "1 OR 1=1"}),
            json!({"age": 1.5}),
            json!({"fee": "1e3"}),
            json!({"fee": "99999999999.00"}),
            json!({"day": "2023-02-29"}),
            json!({"seen": "now()"}),
            json!({"open": "perhaps"}),
            json!({"name": {"a": 1}}),
            json!({"name\" = '' OR \"name": "x"}),
            json!({"colour": "red"}),
        ] {
            assert!(
                matches!(filtered(&filters), Err(Refusal::Invalid(_))),
                "{filters}"
            );
        }
    }

    #[test]
    fn an_order_is_one_of_columns_and_nothing_else() {
        let sorted = |term: &str| {
            let mut question = Question::new(vec!["name".to_owned()], false);
            question.sort(&schema(), &[term.to_owned()], &["age".to_owned()])?;
            Ok::<_, Refusal>(question.rows(&"club.member".parse().unwrap(), None, 3))
        };
        assert_eq!(
            sorted("name desc").unwrap(),
            r#"SELECT "name" FROM "club"."member" ORDER BY "name" DESC NULLS FIRST, "age" OFFSET 3"#
        );
        for wrong in [
            "name; DROP TABLE x",
            "name desc, age",
            "1",
            "random()",
            "name desc desc",
            "",
        ] {
            assert!(matches!(sorted(wrong), Err(Refusal::Invalid(_))), "{wrong}");
        }
    }
}
