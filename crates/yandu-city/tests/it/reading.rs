//! The deliveries as rows of texts, read with other code than they were written with.

use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};

/// One row below the header.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Row {
    pub(crate) cells: Vec<String>,
    /// The bytes are no text in the encoding of the delivery.
    pub(crate) encoding_fault: bool,
    /// The record is none of its format.
    pub(crate) broken: bool,
    /// Columns that hold a text where others hold a number or a date.
    pub(crate) texts: Vec<bool>,
}

pub(crate) struct Sheet {
    pub(crate) columns: Vec<&'static str>,
    pub(crate) headers: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

impl Sheet {
    pub(crate) fn at(&self, column: &str) -> usize {
        let at = self.columns.iter().position(|known| *known == column);
        at.unwrap_or_else(|| panic!("no column {column}"))
    }

    pub(crate) fn cell<'a>(&self, row: &'a Row, column: &str) -> &'a str {
        row.cells.get(self.at(column)).map_or("", String::as_str)
    }
}

pub(crate) const RESIDENT: [&str; 15] = [
    "resident_id",
    "name",
    "sex",
    "ethnicity",
    "birth_date",
    "household_id",
    "relation",
    "township",
    "address",
    "mobile",
    "education",
    "marital",
    "employer",
    "income",
    "registered_at",
];
const HOUSEHOLD: [&str; 8] = [
    "household_id",
    "head_id",
    "head_name",
    "township",
    "address",
    "kind",
    "members",
    "founded_on",
];
const COMPANY: [&str; 13] = [
    "uscc",
    "name",
    "legal_person",
    "legal_person_id",
    "kind",
    "trade",
    "capital",
    "founded_on",
    "status",
    "address",
    "division",
    "phone",
    "employees",
];
const REPORT: [&str; 6] = ["uscc", "year", "assets", "revenue", "tax", "employees"];
const INSURED: [&str; 9] = [
    "person_id",
    "resident_id",
    "name",
    "kind",
    "division",
    "employer",
    "status",
    "insured_on",
    "base",
];
const SETTLEMENT: [&str; 11] = [
    "settlement_id",
    "person_id",
    "resident_id",
    "hospital_code",
    "hospital_name",
    "admitted_at",
    "settled_at",
    "diagnosis",
    "total_amount",
    "fund_amount",
    "own_amount",
];
const PROPERTY: [&str; 12] = [
    "unit_no",
    "owner_name",
    "owner_id",
    "township",
    "address",
    "area_m2",
    "purpose",
    "built_year",
    "registered_on",
    "mortgaged",
    "lon",
    "lat",
];

/// Whether the dataset is one of the registers of people, homes and firms, which come whole in one file.
pub(crate) fn knows(dataset: &str) -> bool {
    matches!(
        dataset,
        "population.resident"
            | "population.household"
            | "enterprise.company"
            | "enterprise.annual_report"
            | "insurance.insured"
            | "insurance.settlement"
            | "housing.property"
    )
}

/// The rows of a dataset from the file of a delivery.
pub(crate) fn read(out: &Path, file: &str, dataset: &str) -> Sheet {
    let path = out.join(file);
    match dataset {
        "population.resident" => csv(&path, encoding_rs::GB18030, &RESIDENT),
        "insurance.insured" => csv(&path, encoding_rs::UTF_8, &INSURED),
        "population.household" => html(&path),
        "enterprise.company" => sheet(&path, "企业登记信息", 3, &COMPANY),
        "enterprise.annual_report" => sheet(&path, "年报信息", 1, &REPORT),
        "housing.property" => json_lines(&path),
        "insurance.settlement" => database(&path),
        _ => panic!("{dataset} is not delivered as a file"),
    }
}

fn csv(path: &Path, encoding: &'static encoding_rs::Encoding, columns: &[&'static str]) -> Sheet {
    let bytes = std::fs::read(path).unwrap();
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let bytes = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
    let mut rows: Vec<Row> = bytes
        .split(|byte| *byte == b'\n')
        .map(|line| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let (text, encoding_fault) = encoding.decode_without_bom_handling(line);
            Row {
                cells: split_csv(&text),
                encoding_fault,
                ..Row::default()
            }
        })
        .collect();
    let headers = rows.remove(0).cells;
    Sheet {
        columns: columns.to_vec(),
        headers,
        rows,
    }
}

pub(crate) fn split_csv(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut signs = line.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                cells.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().unwrap().push(sign),
        }
    }
    cells
}

fn html(path: &Path) -> Sheet {
    let bytes = std::fs::read(path).unwrap();
    let (text, _, faulty) = encoding_rs::GBK.decode(&bytes);
    assert!(!faulty);
    assert!(text.contains("charset=gb2312"));
    let mut rows: Vec<Row> = text
        .split("<tr>")
        .skip(3)
        .map(|row| Row {
            cells: row
                .split("<td>")
                .skip(1)
                .map(|cell| unescape(cell.split("</td>").next().unwrap()))
                .collect(),
            ..Row::default()
        })
        .collect();
    let headers = rows.remove(0).cells;
    let headers = headers
        .iter()
        .map(|header| header.replace("<b>", "").replace("</b>", ""))
        .collect();
    Sheet {
        columns: HOUSEHOLD.to_vec(),
        headers,
        rows,
    }
}

fn unescape(text: &str) -> String {
    let mut parts = text.split("&#");
    let mut whole = parts.next().unwrap().to_owned();
    for part in parts {
        let (number, rest) = part.split_once(';').unwrap();
        whole.push(char::from_u32(number.parse().unwrap()).unwrap());
        whole.push_str(rest);
    }
    whole
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

fn sheet(path: &Path, name: &str, header_row: usize, columns: &[&'static str]) -> Sheet {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let range = book.worksheet_range(name).unwrap();
    let mut lines = range.rows().skip(header_row - 1);
    let headers = lines
        .next()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    let mut rows: Vec<Row> = Vec::new();
    for line in lines {
        let mut row = Row::default();
        for (at, cell) in line.iter().enumerate() {
            let text = match cell {
                Data::DateTime(day) => {
                    let days = day.as_f64() as i32;
                    let first = jiff::civil::date(1899, 12, 30);
                    let span = jiff::Span::new().days(days);
                    first.checked_add(span).unwrap().to_string()
                }
                // A year that is merged over several rows stands in the first of them.
                Data::Empty if columns[at] == "year" => rows.last().unwrap().cells[at].clone(),
                other => other.to_string(),
            };
            row.cells.push(text);
            row.texts.push(matches!(cell, Data::String(_)));
        }
        rows.push(row);
    }
    if rows.last().unwrap().cells[0] == "合计" {
        rows.pop();
    }
    Sheet {
        columns: columns.to_vec(),
        headers,
        rows,
    }
}

fn json_lines(path: &Path) -> Sheet {
    let bytes = std::fs::read(path).unwrap();
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows = bytes
        .strip_suffix(b"\n")
        .unwrap()
        .split(|byte| *byte == b'\n')
        .map(|line| {
            let Ok(line) = std::str::from_utf8(line) else {
                return Row {
                    encoding_fault: true,
                    ..Row::default()
                };
            };
            let Ok(record) = serde_json::from_str::<serde_json::Value>(line) else {
                return Row {
                    broken: true,
                    ..Row::default()
                };
            };
            let values: Vec<&serde_json::Value> = PROPERTY
                .iter()
                .map(|column| match *column {
                    "owner_name" => &record["owner"]["name"],
                    "owner_id" => &record["owner"]["id_no"],
                    column => &record[column],
                })
                .collect();
            Row {
                cells: values.iter().map(|value| text(value)).collect(),
                texts: values.iter().map(|value| value.is_string()).collect(),
                ..Row::default()
            }
        })
        .collect();
    Sheet {
        columns: PROPERTY.to_vec(),
        headers: Vec::new(),
        rows,
    }
}

fn database(path: &Path) -> Sheet {
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(path)
        .read_only(true);
    settlements(&options, None)
}

/// The rows that the script for PostgreSQL makes, read by another engine that knows its statements.
pub(crate) fn script(path: &Path) -> Sheet {
    let script = std::fs::read_to_string(path).unwrap();
    let script = script
        .strip_prefix("SET client_encoding = 'UTF8';\n")
        .unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().in_memory(true);
    settlements(&options, Some(script.to_owned()))
}

fn settlements(options: &sqlx::sqlite::SqliteConnectOptions, script: Option<String>) -> Sheet {
    use sqlx::{ConnectOptions, Row as _};
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let columns: Vec<String> = SETTLEMENT
        .iter()
        .map(|column| {
            if column.ends_with("_amount") {
                format!("iif({column} IS NULL, '', printf('%.2f', {column}))")
            } else {
                format!("coalesce({column}, '')")
            }
        })
        .collect();
    let query = format!(
        "SELECT {} FROM settlement ORDER BY rowid",
        columns.join(", ")
    );
    let rows = runtime.block_on(async {
        let mut connection = options.connect().await.unwrap();
        if let Some(script) = script {
            let script = sqlx::raw_sql(sqlx::AssertSqlSafe(script));
            script.execute(&mut connection).await.unwrap();
        }
        sqlx::query(sqlx::AssertSqlSafe(query))
            .fetch_all(&mut connection)
            .await
            .unwrap()
    });
    Sheet {
        columns: SETTLEMENT.to_vec(),
        headers: Vec::new(),
        rows: rows
            .iter()
            .map(|row| Row {
                cells: (0..SETTLEMENT.len()).map(|at| row.get(at)).collect(),
                ..Row::default()
            })
            .collect(),
    }
}
