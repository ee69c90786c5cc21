//! Changes that somebody asks for: a merge patch (RFC 7396) over the content.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::clean::clean;
use crate::content::Content;
use crate::entry::EntryId;
use crate::{Error, Result};

/// What is to change, and why. A field that is null is emptied; a list takes the place of the one that was there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edit {
    pub set: Map<String, Value>,
    pub reason: Option<String>,
}

/// What is said of an entry.
const FIELDS: [&str; 21] = [
    "code",
    "title",
    "about",
    "owner",
    "owner_code",
    "steward",
    "contact",
    "late_contact",
    "origin",
    "kind",
    "grade",
    "sharing",
    "opening",
    "opening_condition",
    "refresh",
    "division",
    "theme",
    "tags",
    "points",
    "related",
    "key",
];

/// What the ledger itself knows of an entry that a pack declares; all else follows the pack. Of `sharing` it is the method.
pub const OWN_FIELDS: [&str; 9] = [
    "code",
    "owner_code",
    "contact",
    "late_contact",
    "opening_condition",
    "division",
    "theme",
    "tags",
    "related",
];

/// The content after a patch.
pub(crate) fn patched(content: &Content, set: &Map<String, Value>) -> Result<Content> {
    let mut value = serde_json::to_value(content)?;
    for (field, new) in set {
        if !FIELDS.contains(&field.as_str()) && field != "columns" {
            return Err(Error::invalid(field, "an entry has no such field"));
        }
        if let Some(old) = value.get_mut(field) {
            merge(old, new);
        }
    }
    read(value)
}

/// A content that somebody sends whole.
pub(crate) fn read(mut value: Value) -> Result<Content> {
    if let Some(fields) = value.as_object_mut() {
        // An emptied field is one that was never set.
        for value in fields.values_mut().filter_map(Value::as_object_mut) {
            value.retain(|_, value| !value.is_null());
        }
        fields.retain(|_, value| !value.is_null());
    }
    let mut content = Content::deserialize(&value).map_err(|error| {
        // The whole says what is wrong, and one field after the other says where.
        let field = at_fault(&value).unwrap_or_else(|| "content".to_owned());
        Error::invalid(field, error.to_string())
    })?;
    clean(&mut content)?;
    Ok(content)
}

fn at_fault(value: &Value) -> Option<String> {
    let fields = value.as_object()?;
    let bare = |field: &str, value: &Value| {
        let mut alone = Map::new();
        alone.insert("title".to_owned(), serde_json::json!({"zh": "表"}));
        alone.insert(field.to_owned(), value.clone());
        serde_json::from_value::<Content>(alone.into()).is_err()
    };
    fields
        .iter()
        .find(|(field, value)| bare(field, value))
        .map(|(field, _)| field.clone())
}

fn merge(old: &mut Value, new: &Value) {
    let Value::Object(new) = new else {
        *old = new.clone();
        return;
    };
    if !old.is_object() {
        *old = Value::Object(Map::new());
    }
    if let Some(old) = old.as_object_mut() {
        for (key, value) in new {
            if value.is_null() {
                old.remove(key);
            } else {
                merge(old.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
    }
}

/// Refuses an entry that nobody answers for.
pub(crate) fn check_owner(content: &Content) -> Result<()> {
    if content.owner.is_empty() {
        return Err(Error::invalid("owner", "an entry has an owner"));
    }
    Ok(())
}

/// Refuses a change of what a pack declares.
pub(crate) fn check_own(id: &EntryId, before: &Content, after: &Content) -> Result<()> {
    for change in crate::diff::diff(before, after)? {
        let field = change.field;
        if !OWN_FIELDS.contains(&field.as_str()) && field != "sharing.method" {
            return Err(Error::ReadOnly {
                id: id.clone(),
                field,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use yandu_words::Title;

    use super::*;

    fn set(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_patch_sets_empties_and_leaves_alone() {
        let mut content = Content::titled(Title::new("表", "Table"), "市公安局");
        content.about = Some("说明".to_owned());
        content.sharing.basis = Some("条例".to_owned());
        let after = patched(
            &content,
            &set(&json!({"about": null, "sharing": {"class": "conditional"}, "title": {"en": null}, "tags": ["a"]})),
        )
        .unwrap();
        assert_eq!(after.about, None);
        assert_eq!(
            after.title,
            Title {
                zh: "表".to_owned(),
                en: None
            }
        );
        assert_eq!(after.sharing.basis.as_deref(), Some("条例"));
        assert_eq!(after.tags, ["a"]);
        assert_eq!(after.owner, "市公安局");
    }

    #[test]
    fn a_field_that_is_unknown_or_ill_typed_is_named() {
        let content = Content::titled(Title::new("表", "Table"), "市公安局");
        for (patch, at) in [
            (json!({"colour": "red"}), "colour"),
            (json!({"refresh": "sometimes"}), "refresh"),
            (json!({"points": [26]}), "points"),
            (json!({"title": null}), "content"),
        ] {
            match patched(&content, &set(&patch)) {
                Err(Error::Invalid { field, .. }) => assert_eq!(field, at),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn every_field_of_a_content_may_be_set() {
        let content = Content::titled(Title::new("表", "Table"), "市公安局");
        let value = serde_json::to_value(&content).unwrap();
        for field in value.as_object().unwrap().keys() {
            assert!(
                FIELDS.contains(&field.as_str()) || field == "columns",
                "{field}"
            );
        }
    }
}
