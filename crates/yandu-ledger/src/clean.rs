//! Texts of a content as they are kept: trimmed, without signs that nobody sees, and within bounds.

use yandu_words::Standard;
use yandu_words::division::Level;

use crate::content::{Column, Content};
use crate::entry::EntryId;
use crate::{Error, Result};

/// The longest texts and lists, in signs and in number.
const TITLE: usize = 200;
const LINE: usize = 500;
const TEXT: usize = 10_000;
const NAME: usize = 200;
const LIST: usize = 200;
const COLUMNS: usize = 5_000;
/// Points of the work plan.
const POINTS: u8 = 25;

/// Cleans a content in place, or says what cannot be kept.
pub(crate) fn clean(content: &mut Content) -> Result<()> {
    line("title.zh", &mut content.title.zh, TITLE)?;
    if content.title.zh.is_empty() {
        return Err(Error::invalid("title.zh", "an entry has a Chinese title"));
    }
    optional("title.en", &mut content.title.en, TITLE)?;
    text("about", &mut content.about)?;
    line("owner", &mut content.owner, LINE)?;
    for (field, value) in [
        ("code", &mut content.code),
        ("owner_code", &mut content.owner_code),
        ("steward", &mut content.steward),
        ("contact", &mut content.contact),
        ("late_contact", &mut content.late_contact),
        ("division", &mut content.division),
        ("theme", &mut content.theme),
    ] {
        optional(field, value, LINE)?;
    }
    text("opening_condition", &mut content.opening_condition)?;
    text("sharing.basis", &mut content.sharing.basis)?;
    text("sharing.condition", &mut content.sharing.condition)?;
    check_codes(content)?;
    list("tags", &mut content.tags)?;
    list("related", &mut content.related)?;
    list("key", &mut content.key)?;
    for related in &content.related {
        related
            .parse::<EntryId>()
            .map_err(|error| Error::invalid("related", error.to_string()))?;
    }
    content.points.sort_unstable();
    content.points.dedup();
    if let Some(point) = content
        .points
        .iter()
        .find(|point| !(1..=POINTS).contains(*point))
    {
        return Err(Error::invalid(
            "points",
            format!("the plan has the points 1 to {POINTS}, and no {point}"),
        ));
    }
    clean_columns(content)
}

fn check_codes(content: &Content) -> Result<()> {
    if let Some(code) = &content.owner_code
        && !matches!(
            Standard::Uscc.read_text(code),
            yandu_words::Read::Canonical(_)
        )
    {
        return Err(Error::invalid(
            "owner_code",
            format!("`{code}` is no unified social credit code"),
        ));
    }
    if let Some(code) = &content.division
        && Level::of_code(code).is_none()
    {
        return Err(Error::invalid(
            "division",
            format!("`{code}` is no division code"),
        ));
    }
    Ok(())
}

fn clean_columns(content: &mut Content) -> Result<()> {
    if content.columns.len() > COLUMNS {
        return Err(Error::invalid(
            "columns",
            format!("more than {COLUMNS} columns"),
        ));
    }
    let mut names = std::collections::HashSet::with_capacity(content.columns.len());
    for column in &mut content.columns {
        clean_column(column)?;
        if !names.insert(column.name.as_str()) {
            return Err(Error::invalid(
                "columns",
                format!("the column `{}` is there twice", column.name),
            ));
        }
    }
    if let Some(key) = content.key.iter().find(|key| !names.contains(key.as_str())) {
        return Err(Error::invalid("key", format!("there is no column `{key}`")));
    }
    Ok(())
}

fn clean_column(column: &mut Column) -> Result<()> {
    line("columns.name", &mut column.name, NAME)?;
    line("columns.title.zh", &mut column.title.zh, NAME)?;
    optional("columns.title.en", &mut column.title.en, NAME)?;
    optional("columns.type", &mut column.value_type, NAME)?;
    optional("columns.standard", &mut column.standard, NAME)?;
    text("columns.about", &mut column.about)?;
    if column.name.is_empty() {
        column.name.clone_from(&column.title.zh);
    }
    if column.title.zh.is_empty() {
        column.title.zh.clone_from(&column.name);
    }
    if column.name.is_empty() {
        return Err(Error::invalid("columns", "a column has no name"));
    }
    Ok(())
}

fn list(field: &str, values: &mut Vec<String>) -> Result<()> {
    if values.len() > LIST {
        return Err(Error::invalid(field, format!("more than {LIST} values")));
    }
    for value in values.iter_mut() {
        line(field, value, NAME)?;
    }
    let mut seen = std::collections::HashSet::new();
    values.retain(|value| !value.is_empty() && seen.insert(value.clone()));
    Ok(())
}

fn optional(field: &str, value: &mut Option<String>, most: usize) -> Result<()> {
    if let Some(text) = value {
        line(field, text, most)?;
    }
    value.take_if(|text| text.is_empty());
    Ok(())
}

fn text(field: &str, value: &mut Option<String>) -> Result<()> {
    if let Some(text) = value {
        bounded(field, text, TEXT)?;
        *text = without_hidden(text, true);
    }
    value.take_if(|text| text.is_empty());
    Ok(())
}

fn line(field: &str, text: &mut String, most: usize) -> Result<()> {
    bounded(field, text, most)?;
    if text.chars().any(is_hidden) || text.trim().len() != text.len() {
        *text = without_hidden(text, false);
    }
    Ok(())
}

fn bounded(field: &str, text: &str, most: usize) -> Result<()> {
    let count = text.chars().take(most + 1).count();
    if count > most {
        return Err(Error::invalid(field, format!("longer than {most} signs")));
    }
    Ok(())
}

/// Signs that steer a terminal or the direction of a text, and those that nobody sees. Signs that choose the form of the one before
/// them are none of these.
fn is_hidden(sign: char) -> bool {
    sign.is_control()
        || matches!(
            sign,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

fn without_hidden(text: &str, keeps_lines: bool) -> String {
    let kept: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter_map(|sign| match sign {
            '\n' if keeps_lines => Some('\n'),
            '\t' | '\r' | '\n' => Some(' '),
            sign if is_hidden(sign) => None,
            sign => Some(sign),
        })
        .collect();
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use yandu_words::Title;

    use super::*;

    #[test]
    fn signs_that_nobody_sees_are_not_kept() {
        let mut content = Content::titled(Title::new(" 人\u{202e}口\u{0}\n表 ", ""), "市公安局\t");
        content.about = Some("一\r\n二\u{7}".to_owned());
        clean(&mut content).unwrap();
        assert_eq!(content.title.zh, "人口 表");
        assert_eq!(content.title.en, None);
        assert_eq!(content.owner, "市公安局");
        assert_eq!(content.about.as_deref(), Some("一\n二"));
    }

    #[test]
    fn a_title_of_signs_that_nobody_sees_is_none() {
        for sign in "\u{ad}\u{61c}\u{115f}\u{2028}\u{2029}\u{2061}\u{3164}\u{ffa0}\u{e0041}".chars()
        {
            let mut content = Content::titled(Title::new(format!("{sign}{sign}"), ""), "局");
            assert!(clean(&mut content).is_err(), "{sign:?}");
            let mut content = Content::titled(Title::new(format!("人{sign}口"), ""), "局");
            clean(&mut content).unwrap();
            assert_eq!(content.title.zh, "人口", "{sign:?}");
        }
        let mut content = Content::titled(Title::new("葛\u{fe00}藤", ""), "局");
        clean(&mut content).unwrap();
        assert_eq!(content.title.zh, "葛\u{fe00}藤");
    }

    #[test]
    fn a_title_of_a_megabyte_and_a_false_code_are_refused() {
        let mut content = Content::titled(Title::new("人".repeat(1 << 20), ""), "局");
        assert!(matches!(
            clean(&mut content),
            Err(Error::Invalid { field, .. }) if field == "title.zh"
        ));
        let mut content = Content::titled(Title::new("表", ""), "局");
        content.owner_code = Some("11320900MB00000000".to_owned());
        assert!(clean(&mut content).is_err());
        content.owner_code = None;
        content.division = Some("99".to_owned());
        assert!(clean(&mut content).is_err());
    }
}
