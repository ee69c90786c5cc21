//! One number of a board, and the way from it to a line of a delivery and back.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value, json};
use yandu_words::sign;

use super::city::{City, list};
use super::recount;

/// Rows of a step that are looked at.
const ROWS: u64 = 1_000;
/// Lines above the first row of a table that a delivery may begin with.
const HEAD: usize = 6;

pub(super) struct Number {
    board: String,
    tile: String,
    metric: String,
    period: String,
    only: BTreeMap<String, Vec<String>>,
    value: f64,
}

/// The way that a number was walked.
pub(super) struct Way {
    datasets: Vec<String>,
    department: String,
    delivery: String,
    line: u64,
    /// The rows that the trail names gave the number again, and those below gave them.
    pub(super) is_recounted: bool,
    pub(super) back: Back,
}

/// From where a number is to be reached again.
#[derive(Clone)]
pub(super) struct Back {
    pub(super) dataset: String,
    /// The delivery and the place in it of a row.
    place: Value,
    model: String,
    /// The key of the row of the model that was made of it.
    row: Map<String, Value>,
}

/// A row of a delivery that a number was made of.
struct Leaf<'a> {
    step: &'a Value,
    row: &'a [Value],
    way: Vec<String>,
}

/// The numbers that a board compares its own with.
pub(super) struct Compared {
    /// Those of whole periods.
    pub(super) numbers: Vec<Number>,
    /// How many are of a part of a period, as long as the newest one has come: there is no question for these alone.
    pub(super) partial: usize,
}

/// The numbers that a board shows. A tile that has a problem in the place of a number is a fault.
pub(super) fn numbers(board: &str, shown: &Value, faults: &mut Vec<String>) -> Vec<Number> {
    let mut numbers = Vec::new();
    for tile in list(shown, "tiles") {
        let id = tile["id"].as_str().unwrap();
        let answer = &tile["answer"];
        if let Some(code) = tile["problem"]["code"].as_str() {
            faults.push(format!("{board}/{id}: {code}"));
        }
        let is_trend = tile["kind"] == "trend";
        for group in list(answer, "groups") {
            let points: Vec<&Value> = list(group, "points").collect();
            let from = if is_trend { 0 } else { points.len() - 1 };
            for point in &points[from..] {
                let Some(value) = point["value"].as_f64() else {
                    continue;
                };
                numbers.push(Number {
                    board: board.to_owned(),
                    tile: id.to_owned(),
                    metric: answer["metric"].as_str().unwrap().to_owned(),
                    period: point["period"].as_str().unwrap().to_owned(),
                    only: only(answer, group),
                    value,
                });
            }
        }
    }
    numbers
}

/// The numbers of the period before and of the year before that tiles show their own against. A change that is not the difference
/// of the two is a fault, but where one of them lacks an area there is none.
pub(super) fn compared(board: &str, shown: &Value, faults: &mut Vec<String>) -> Compared {
    let mut compared = Compared {
        numbers: Vec::new(),
        partial: 0,
    };
    for tile in list(shown, "tiles") {
        let id = tile["id"].as_str().unwrap();
        let answer = &tile["answer"];
        let sides: &[&str] = match tile["kind"].as_str() {
            Some("number") => &["before", "year_before"],
            Some("table") => &["year_before"],
            _ => &[],
        };
        for group in list(answer, "groups") {
            let newest = list(group, "points").last();
            let newest = newest.and_then(|point| point["value"].as_f64());
            for side in sides {
                let other = &group[*side];
                let Some(value) = other["value"].as_f64() else {
                    continue;
                };
                let change = other["change"].as_f64();
                let is_change =
                    |newest| change.is_some_and(|change| recount::are_same(value + change, newest));
                let is_told = if other["why"] == "areas-missing" {
                    change.is_none()
                } else {
                    newest.is_none_or(is_change)
                };
                if !is_told {
                    faults.push(format!(
                        "{board}/{id}: from {value} {side} to {newest:?} it changed by {change:?}"
                    ));
                }
                if !other["through"].is_null() {
                    compared.partial += 1;
                    continue;
                }
                compared.numbers.push(Number {
                    board: board.to_owned(),
                    tile: format!("{id} {side}"),
                    metric: answer["metric"].as_str().unwrap().to_owned(),
                    period: other["period"].as_str().unwrap().to_owned(),
                    only: only(answer, group),
                    value,
                });
            }
        }
    }
    compared
}

/// What a number is of: what the board was narrowed to, and the values of its group.
fn only(answer: &Value, group: &Value) -> BTreeMap<String, Vec<String>> {
    let narrowed = answer.get("only").cloned().unwrap_or_default();
    let mut only: BTreeMap<String, Vec<String>> =
        serde_json::from_value(narrowed).unwrap_or_default();
    for key in list(group, "keys") {
        let value = key["value"].as_str().unwrap_or_default();
        only.insert(
            key["dimension"].as_str().unwrap().to_owned(),
            vec![value.to_owned()],
        );
    }
    only
}

impl Number {
    /// The number of a metric and a period that a line of a tile is made of, of the whole city.
    pub(super) fn whole(
        tile: &str,
        line: &str,
        (metric, period): (&str, &str),
        value: f64,
    ) -> Self {
        Self {
            board: tile.to_owned(),
            tile: line.to_owned(),
            metric: metric.to_owned(),
            period: period.to_owned(),
            only: BTreeMap::new(),
            value,
        }
    }

    /// Whether the same was told of it elsewhere.
    pub(super) fn is_as(&self, value: f64) -> bool {
        recount::are_same(self.value, value)
    }

    pub(super) fn value(&self) -> f64 {
        self.value
    }

    /// What is asked to get it: the same for the same number of two boards.
    pub(super) fn question(&self) -> String {
        json!([self.metric, self.period, self.only]).to_string()
    }

    /// Whether a row of the model is one of the cells that the number is put together from.
    fn holds(&self, city: &City, told: &Value, row: &Value) -> Result<(), String> {
        let by: Vec<Value> = list(&told["definition"], "dimensions")
            .map(|dimension| json!({"dimension": dimension["name"]}))
            .collect();
        let ask =
            json!({"metric": self.metric, "period": self.period, "only": self.only, "by": by});
        let answer = city.post("/metrics/ask", &json!({"asks": [ask]}))?;
        let cells = row.as_array().map_or(&[][..], Vec::as_slice);
        let is_one = |group: &Value| {
            list(group, "keys").all(|key| key["value"].is_null() || cells.contains(&key["value"]))
        };
        let answer = &answer["outcomes"][0]["answer"];
        list(answer, "groups")
            .any(is_one)
            .then_some(())
            .ok_or_else(|| format!("its trail begins with {row}, which it does not hold"))
    }

    /// Down to a delivered line, and from it up again.
    pub(super) fn walk(&self, city: &City) -> Result<Way, String> {
        let asked = json!({"period": self.period, "only": self.only, "limit": 100});
        let told = city.post(&format!("/metrics/{}/trail", self.metric), &asked)?;
        let value = told["point"]["value"].as_f64();
        if !value.is_some_and(|value| recount::are_same(value, self.value)) {
            return Err(format!("its trail is that of {value:?}"));
        }
        let trail = &told["trail"];
        if list(trail, "rows").next().is_none() {
            return Err("its trail begins with no row".to_owned());
        }
        let model = trail["dataset"].as_str().unwrap_or_default();
        let is_whole = told["more"] == false;
        let shown = chosen(city, trail);
        if is_whole {
            recount::number(city, &told, self.value)?;
        } else {
            self.holds(city, &told, shown)?;
        }
        let row = named(city, model, trail, shown)?;
        let step = city.post(
            "/trail",
            &json!({"dataset": model, "rows": [row], "version": trail["version"], "limit": ROWS}),
        )?;
        let is_recounted = recount::rows(city, &step)? && is_whole;
        let leaf = leaf(&step, Vec::new())?
            .ok_or_else(|| "no row of a delivery contributes to it".to_owned())?;
        delivered(city, &leaf, (model, row), is_recounted)
    }
}

/// One of the rows of a step: another one in another city.
fn chosen<'a>(city: &City, trail: &'a Value) -> &'a Value {
    let rows: Vec<&Value> = list(trail, "rows").collect();
    rows[city.seed as usize % rows.len()]
}

/// The values of the key of a row of a model.
fn named(
    city: &City,
    model: &str,
    trail: &Value,
    row: &Value,
) -> Result<Map<String, Value>, String> {
    let declared = city.get(&format!("/datasets/{model}"));
    let key: Vec<&str> = list(&declared, "key").filter_map(Value::as_str).collect();
    if key.is_empty() {
        return Err(format!("the rows of {model} have no key"));
    }
    key.into_iter()
        .map(|column| Ok((column.to_owned(), cell(trail, row, column)?.clone())))
        .collect()
}

/// The cell of a row of a step.
pub(super) fn cell<'a>(step: &Value, row: &'a Value, column: &str) -> Result<&'a Value, String> {
    let place = list(step, "columns").position(|known| known["name"] == column);
    place
        .and_then(|place| row.get(place))
        .ok_or_else(|| format!("{} shows no {column}", step["dataset"]))
}

/// A collected row that contributes, through as many models as there are; one of a register before one of a list of the pack of
/// lists, which is in all numbers.
fn leaf(step: &Value, mut way: Vec<String>) -> Result<Option<Leaf<'_>>, String> {
    let dataset = step["dataset"].as_str().unwrap_or_default();
    way.push(dataset.to_owned());
    let made = &step["made"];
    if made.is_null() {
        let row = list(step, "rows").next().and_then(Value::as_array);
        return Ok(row.map(|row| Leaf { step, row, way }));
    }
    if let Some(end) = made["end"].as_str() {
        return Err(format!("the trail ends at {dataset}: {end}"));
    }
    let mut lists = None;
    for input in list(made, "inputs").filter(|input| input["contributes"] == true) {
        if let Some(gone) = input["gone"].as_str() {
            return Err(format!("{} is gone: {gone}", input["dataset"]));
        }
        let found = leaf(input, way.clone())?;
        match found {
            Some(leaf)
                if leaf
                    .way
                    .last()
                    .is_some_and(|last| last.starts_with("base.")) =>
            {
                lists = Some(leaf);
            }
            Some(leaf) => return Ok(Some(leaf)),
            None => {}
        }
    }
    Ok(lists)
}

/// The delivery and the department of a row; where the delivery is a text, its line has what the row says.
fn delivered(
    city: &City,
    leaf: &Leaf<'_>,
    (model, key): (&str, Map<String, Value>),
    is_recounted: bool,
) -> Result<Way, String> {
    let row = Value::from(leaf.row);
    let batch = cell(leaf.step, &row, "_batch")?
        .as_str()
        .unwrap_or_default();
    let line = cell(leaf.step, &row, "_row")?.as_u64().unwrap_or_default();
    let delivery = &leaf.step["deliveries"][batch];
    let name = delivery["delivered_as"]
        .as_str()
        .ok_or_else(|| format!("row {line} of {} has no delivery", leaf.step["dataset"]))?;
    let department = leaf.step["owner"]
        .as_str()
        .filter(|owner| !owner.is_empty());
    let department = department.ok_or_else(|| format!("{} has no owner", leaf.step["dataset"]))?;
    let file = name.rsplit('/').next().unwrap_or(name);
    if file.strip_suffix(".csv").is_some() {
        let text = city
            .delivered(file)
            .ok_or_else(|| format!("`{file}` was delivered by nobody"))?;
        let columns = list(leaf.step, "columns").map(|column| column["name"].as_str());
        // What begins with `_` was written by the program.
        let delivered: Vec<&Value> = columns
            .zip(leaf.row)
            .filter(|(name, _)| name.is_some_and(|name| !name.starts_with('_')))
            .map(|(_, cell)| cell)
            .collect();
        stands_in(&text, line, &delivered)
            .then_some(())
            .ok_or_else(|| format!("line {line} of `{file}` is another row: {row}"))?;
    }
    Ok(Way {
        datasets: leaf.way.clone(),
        department: department.to_owned(),
        delivery: file.to_owned(),
        line,
        is_recounted,
        back: Back {
            dataset: leaf.step["dataset"].as_str().unwrap_or_default().to_owned(),
            place: json!({"_batch": batch, "_row": line}),
            model: model.to_owned(),
            row: key,
        },
    })
}

/// Whether a row of a text has one of these cells in it, in whatever width it was delivered: a word of letters and digits, where the
/// row has one; else a text in Chinese; else whatever is there.
fn stands_in(text: &[u8], row: u64, cells: &[&Value]) -> bool {
    let text = String::from_utf8(text.to_vec())
        .unwrap_or_else(|_| encoding_rs::GB18030.decode(text).0.into_owned());
    let narrow = |text: &str| text.chars().map(sign::fold).collect::<String>();
    let texts = || cells.iter().filter_map(|cell| cell.as_str());
    let is_word =
        |word: &&str| word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_chinese = |text: &&str| text.chars().any(sign::is_han);
    let mut words: Vec<String> = texts().filter(is_word).map(narrow).collect();
    if words.is_empty() {
        words.extend(texts().filter(is_chinese).map(narrow));
    }
    if words.is_empty() {
        let told = cells.iter().filter(|cell| !cell.is_null());
        words.extend(told.map(|cell| match cell.as_str() {
            Some(text) => narrow(text),
            None => cell.to_string(),
        }));
    }
    let mut near = text
        .split('\n')
        .skip(row.saturating_sub(1) as usize)
        .take(HEAD + 1);
    near.any(|line| {
        let line = narrow(line);
        words.iter().any(|word| line.contains(word.as_str()))
    })
}

#[test]
fn a_row_is_looked_for_by_its_words_else_by_its_texts_else_by_its_numbers() {
    let text = "编号,区域,数量\nＡ００１,亭湖区,3\n,盐都区,9\n";
    for (cells, is_there) in [
        (json!(["A001", "大丰区", 7]), true),
        (json!(["A002", "亭湖区", 3]), false),
        (json!([null, "盐都区", 7]), true),
        (json!([null, "大丰区", 9]), false),
        (json!([null, null, 9]), true),
        (json!([null, null, 7]), false),
    ] {
        let row: Vec<&Value> = cells.as_array().unwrap().iter().collect();
        assert_eq!(stands_in(text.as_bytes(), 1, &row), is_there, "{cells}");
    }
}

/// From delivered rows up: the row of the model of each must be among what was made of them.
pub(super) fn back(city: &City, ways: &[(String, Back)]) -> Result<(), String> {
    let Some((name, first)) = ways.first() else {
        return Ok(());
    };
    let rows: Vec<&Value> = ways.iter().map(|(_, back)| &back.place).collect();
    let asked = json!({"dataset": first.dataset, "rows": rows, "limit": ROWS});
    let onward = city.post("/trail/onward", &asked)?;
    let is_lost = |(_, back): &&(String, Back)| !arrives(&onward, &back.model, &back.row);
    let lost: Vec<_> = ways.iter().filter(is_lost).collect();
    match (lost.as_slice(), ways) {
        ([], _) => Ok(()),
        ([_], [_]) => Err(format!(
            "{name}: from {} of {} nothing leads to {} {:?}",
            first.place, first.dataset, first.model, first.row
        )),
        // Of many rows not all that was made of them is shown.
        (lost, _) => lost
            .iter()
            .try_for_each(|way| back(city, std::slice::from_ref(*way))),
    }
}

fn arrives(step: &Value, model: &str, row: &Map<String, Value>) -> bool {
    let is_row = |shown: &Value| {
        row.iter()
            .all(|(column, value)| cell(step, shown, column).is_ok_and(|known| known == value))
    };
    (step["dataset"] == model && list(step, "rows").any(is_row))
        || list(step, "readers").any(|reader| arrives(reader, model, row))
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            board,
            tile,
            metric,
            period,
            only,
            value,
        } = self;
        write!(f, "{board}/{tile}: {metric} {period} {only:?} = {value}")
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = self.datasets.join(" ← ");
        let exact = if self.is_recounted {
            "recounted"
        } else {
            "followed"
        };
        write!(
            f,
            "{exact}, {way} ← row {} of {} ({})",
            self.line, self.delivery, self.department
        )
    }
}
