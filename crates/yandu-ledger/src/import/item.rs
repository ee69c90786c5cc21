//! The items of an entry (信息项) in one cell of a table, one a line: `名称|中文名|英文名|类型|标准|分级|说明`.
//!
//! What is empty at the end of a line is left out. A backslash stands before a bar, a backslash or a line break that belongs
//! to a text. Departments also write only names, with a type in brackets or behind a colon, and that is read too.

use serde_json::{Value, json};

use super::word;
use crate::content::Column;

/// What stands between the texts of an item.
const BAR: char = '|';
const ESCAPE: char = '\\';

/// The items as they are written. A line is never cut: what does not fit into `most` signs is left out with all after it.
pub(crate) fn written(columns: &[Column], most: usize) -> String {
    let mut cell = String::new();
    let mut signs = 0;
    for column in columns {
        let line = line(column);
        signs += line.chars().count() + 1;
        if signs > most {
            break;
        }
        if !cell.is_empty() {
            cell.push('\n');
        }
        cell.push_str(&line);
    }
    cell
}

fn line(column: &Column) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let grade = column
        .grade
        .map(|grade| word::said("grade", grade.name()).to_owned());
    let texts = [
        column.name.clone(),
        column.title.zh.clone(),
        text(&column.title.en),
        text(&column.value_type),
        text(&column.standard),
        grade.unwrap_or_default(),
        text(&column.about),
    ];
    let said = texts.iter().rposition(|text| !text.is_empty()).unwrap_or(0);
    // Two at least, so that a bar says how the line is meant.
    let texts = texts.iter().take(said.max(1) + 1);
    let escaped: Vec<String> = texts.map(|text| escape(text)).collect();
    escaped.join("|")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\n' => escaped.push_str("\\n"),
            BAR | ESCAPE => escaped.extend([ESCAPE, sign]),
            sign => escaped.push(sign),
        }
    }
    escaped
}

/// The texts of a line.
fn split(line: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut signs = line.chars();
    while let Some(sign) = signs.next() {
        let put = match sign {
            BAR => {
                texts.push(String::new());
                continue;
            }
            ESCAPE => match signs.next() {
                Some('n') => '\n',
                Some(escaped) => escaped,
                None => ESCAPE,
            },
            sign => sign,
        };
        if let Some(text) = texts.last_mut() {
            text.push(put);
        }
    }
    texts
}

/// The items of a cell, as columns in JSON.
pub(super) fn read(cell: &str) -> Vec<Value> {
    if cell.contains(BAR) {
        let lines = cell.lines().filter(|line| !line.trim().is_empty());
        lines.map(described).collect()
    } else {
        super::table::items(cell).into_iter().map(named).collect()
    }
}

fn described(line: &str) -> Value {
    let mut texts = split(line).into_iter();
    let mut next = || {
        let text = texts.next().unwrap_or_default();
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let name = next().unwrap_or_default();
    let (zh, en) = (next(), next());
    let (value_type, standard) = (next(), next());
    let grade = next().map(|grade| word::value("grade", &grade).to_owned());
    json!({
        "title": {"zh": zh.unwrap_or_else(|| name.clone()), "en": en},
        "name": name,
        "type": value_type,
        "standard": standard,
        "grade": grade,
        "about": next(),
    })
}

/// An item as departments write it: its name, and behind a colon or in brackets its type.
fn named(item: &str) -> Value {
    let in_brackets = || item.strip_suffix([')', '）'])?.split_once(['(', '（']);
    let cut = item.split_once([':', '：']).or_else(in_brackets);
    let (name, value_type) = cut.map_or((item, None), |(name, of)| (name, Some(of.trim())));
    json!({
        "name": name.trim(),
        "title": {"zh": name.trim()},
        "type": value_type,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_a_line_come_back_whatever_stands_in_them() {
        for text in ["", "a", "a|b", "\\", "\\|\\n", "一\n二|\\\n", "||"] {
            let line = format!("{}|{}", escape(text), escape(text));
            assert_eq!(split(&line), [text, text], "{line}");
        }
        assert_eq!(split("a\\"), ["a\\"]);
    }

    #[test]
    fn items_that_departments_write_are_read_too() {
        let read = read("姓名(C)、年龄：N；住址");
        let names: Vec<&str> = read
            .iter()
            .filter_map(|item| item["name"].as_str())
            .collect();
        assert_eq!(names, ["姓名", "年龄", "住址"]);
        assert_eq!(read[0]["type"], "C");
        assert_eq!(read[1]["type"], "N");
    }

    #[test]
    fn a_cell_ends_with_a_whole_item() {
        let column = |name: &str| {
            serde_json::from_value(json!({"name": name, "title": {"zh": name}})).unwrap()
        };
        let columns: Vec<Column> = ["aa", "bb", "cc"].map(column).into();
        assert_eq!(written(&columns, 100), "aa|aa\nbb|bb\ncc|cc");
        assert_eq!(written(&columns, 13), "aa|aa\nbb|bb");
    }
}
