//! An entry of the ledger as a package of CKAN, and the way back.

#![expect(
    clippy::indexing_slicing,
    reason = "an object of JSON takes and gives any name"
)]

use serde_json::{Map, Value, json};
use yandu_ledger::{Content, Entry, Status};
use yandu_pack::declare::Opening;

use super::parameters::Parameters;
use super::refusal::{Outcome, Refusal};
use super::{Context, list, resource};
use crate::address::encode;

/// Where an entry stands, in CKAN's words.
pub(super) fn state(status: Status) -> &'static str {
    match status {
        Status::Published | Status::Changed => "active",
        Status::Drafted | Status::Reviewed => "draft",
        Status::Withdrawn => "deleted",
    }
}

/// The statuses that a state of CKAN means.
pub(super) fn statuses(state: &str) -> Option<&'static [Status]> {
    match state {
        "active" => Some(&[Status::Published, Status::Changed]),
        "draft" => Some(&[Status::Drafted, Status::Reviewed]),
        "deleted" => Some(&[Status::Withdrawn]),
        _ => None,
    }
}

/// The package that an entry is.
pub(super) fn package(context: &Context, entry: &Entry) -> Value {
    let content = &entry.content;
    let id = entry.id.as_str();
    let resources = resource::of_entry(context, entry);
    let groups: Vec<Value> = content
        .theme
        .iter()
        .map(|theme| list::group(theme))
        .collect();
    let tags: Vec<Value> = content.tags.iter().map(|tag| list::tag(tag)).collect();
    let is_open = content.opening == Some(Opening::Open);
    let mut package = json!({
        "id": id,
        "name": id,
        "title": content.title.zh,
        "title_translated": { "zh": content.title.zh, "en": content.title.en },
        "notes": content.about,
        "type": "dataset",
        "state": state(entry.status),
        "private": state(entry.status) != "active",
        "url": context.base.at(&format!("/datasets/{}", encode(id))),
        "author": content.steward,
        "author_email": null,
        "maintainer": content.contact,
        "maintainer_email": null,
        "license_id": if is_open { "other-open" } else { "notspecified" },
        "license_title": if is_open { "其他（开放）" } else { "未注明许可" },
        "isopen": is_open,
        "version": entry.facts.version.map(|version| version.to_string()),
        "metadata_created": naive(entry.created_at),
        "metadata_modified": naive(entry.updated_at),
        "creator_user_id": null,
        "owner_org": content.owner,
        "organization": list::organization(&content.owner),
        "groups": groups,
        "tags": tags,
        "num_tags": tags.len(),
        "resources": resources,
        "num_resources": resources.len(),
        "extras": extras(entry),
        "relationships_as_subject": [],
        "relationships_as_object": [],
    });
    if content.owner.is_empty() {
        package["owner_org"] = Value::Null;
        package["organization"] = Value::Null;
    }
    package
}

/// The time as CKAN writes it: of UTC, without a zone.
pub(super) fn naive(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

/// What CKAN has no field for, each under the name that the ledger gives it.
const EXTRAS: &[&str] = &[
    "code",
    "owner_code",
    "late_contact",
    "origin",
    "kind",
    "grade",
    "opening",
    "opening_condition",
    "refresh",
    "division",
    "points",
    "related",
    "key",
    "sharing_class",
    "sharing_basis",
    "sharing_condition",
    "sharing_method",
];

fn extras(entry: &Entry) -> Vec<Value> {
    // A content is an object of texts and lists, which JSON can always hold.
    let content = serde_json::to_value(&entry.content).unwrap_or_default();
    let of_content = EXTRAS.iter().filter_map(|name| {
        let value = match name.strip_prefix("sharing_") {
            Some(part) => &content["sharing"][part],
            None => &content[*name],
        };
        let text = match value {
            Value::Null => return None,
            Value::Array(items) if items.is_empty() => return None,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some(((*name).to_owned(), text))
    });
    let facts = [
        ("status", Some(entry.status.name().to_owned())),
        ("rows", entry.facts.rows.map(|rows| rows.to_string())),
        ("score", entry.facts.score.map(|score| score.to_string())),
    ];
    let facts = facts
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    of_content
        .chain(facts)
        .map(|(key, value)| json!({ "key": key, "value": value }))
        .collect()
}

/// Fields of the program itself that a package has and nobody sets: sent back as they came, they change nothing.
const GIVEN: &[&str] = &[
    "id",
    "name",
    "type",
    "state",
    "private",
    "url",
    "license_id",
    "license_title",
    "license_url",
    "isopen",
    "version",
    "metadata_created",
    "metadata_modified",
    "creator_user_id",
    "organization",
    "num_tags",
    "num_resources",
    "relationships_as_subject",
    "relationships_as_object",
    "author_email",
    "maintainer_email",
    "revision_id",
    "title_translated",
    "resources",
];

/// What a package says of its entry, field by field of the ledger. A field that is not there is not said.
pub(super) fn said(parameters: &Parameters) -> Outcome<Map<String, Value>> {
    let mut said = Map::new();
    let texts = [
        ("notes", "about"),
        ("author", "steward"),
        ("maintainer", "contact"),
        ("owner_org", "owner"),
    ];
    for (parameter, field) in texts {
        if parameters.given(parameter).is_some() {
            let text = parameters.text(parameter)?.filter(|text| !text.is_empty());
            said.insert(field.to_owned(), text.into());
        }
    }
    if let Some(title) = title(parameters)? {
        said.insert("title".to_owned(), title);
    }
    if let Some(tags) = tags(parameters)? {
        said.insert("tags".to_owned(), tags.into());
    }
    if let Some(groups) = parameters.json("groups")? {
        said.insert("theme".to_owned(), theme(&groups)?);
    }
    if let Some(extras) = parameters.json("extras")? {
        say_extras(&mut said, &extras)?;
    }
    let known = [
        "title",
        "tags",
        "tag_string",
        "groups",
        "extras",
        "notes",
        "author",
        "maintainer",
        "owner_org",
    ];
    for name in parameters.names() {
        if !known.contains(&name) && !GIVEN.contains(&name) {
            if !EXTRAS.contains(&name) {
                return Err(Refusal::invalid(name, "The input field was not expected."));
            }
            say_extra(
                &mut said,
                name,
                parameters.value(name).cloned().unwrap_or_default(),
            );
        }
    }
    Ok(said)
}

fn title(parameters: &Parameters) -> Outcome<Option<Value>> {
    let mut title = Map::new();
    if let Some(translated) = parameters.object("title_translated")? {
        for language in ["zh", "en"] {
            if let Some(text) = translated.get(language) {
                title.insert(language.to_owned(), text.clone());
            }
        }
    }
    // The title is the one that is in force where both are there and differ.
    if let Some(text) = parameters.text("title")?.filter(|text| !text.is_empty()) {
        title.insert("zh".to_owned(), text.into());
    }
    Ok((!title.is_empty()).then(|| title.into()))
}

fn tags(parameters: &Parameters) -> Outcome<Option<Vec<String>>> {
    if let Some(words) = parameters
        .text("tag_string")?
        .filter(|words| !words.is_empty())
    {
        let words = words.split([',', '，', '、']).map(str::trim);
        return Ok(Some(
            words
                .filter(|tag| !tag.is_empty())
                .map(str::to_owned)
                .collect(),
        ));
    }
    let Some(tags) = parameters.json("tags")? else {
        return Ok(None);
    };
    let wrong = || Refusal::invalid("tags", "Must be a list of tags, each with a name");
    let tags = tags.as_array().ok_or_else(wrong)?.iter();
    let names = tags.map(|tag| named(tag).ok_or_else(wrong));
    names.collect::<Outcome<_>>().map(Some)
}

/// The name of a thing that is told by its name or by an object that has one.
fn named(thing: &Value) -> Option<String> {
    let name = thing.as_str().or_else(|| {
        let name = thing.get("name").or_else(|| thing.get("id"))?;
        name.as_str()
    });
    name.map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
}

fn theme(groups: &Value) -> Outcome {
    let wrong = || Refusal::invalid("groups", "Must be a list of groups, each with a name");
    let groups = groups.as_array().ok_or_else(wrong)?;
    match groups.as_slice() {
        [] => Ok(Value::Null),
        [group] => Ok(named(group).ok_or_else(wrong)?.into()),
        _ => Err(Refusal::invalid("groups", "An entry has one theme")),
    }
}

fn say_extras(said: &mut Map<String, Value>, extras: &Value) -> Outcome<()> {
    let wrong = || Refusal::invalid("extras", "Must be a list of keys with values");
    for extra in extras.as_array().ok_or_else(wrong)? {
        let key = extra["key"].as_str().ok_or_else(wrong)?;
        // Facts are measured; sent back, they change nothing.
        if matches!(key, "status" | "rows" | "score") {
            continue;
        }
        if !EXTRAS.contains(&key) {
            let why = format!(
                "There is no extra field \"{key}\"; there are {}",
                EXTRAS.join(", ")
            );
            return Err(Refusal::invalid("extras", why));
        }
        say_extra(said, key, extra["value"].clone());
    }
    Ok(())
}

fn say_extra(said: &mut Map<String, Value>, key: &str, value: Value) {
    // Lists are texts of JSON in an extra.
    let value = match &value {
        Value::String(text) if text.starts_with('[') => serde_json::from_str(text).unwrap_or(value),
        Value::String(text) if text.is_empty() => Value::Null,
        _ => value,
    };
    match key.strip_prefix("sharing_") {
        Some(part) => {
            let sharing = said.entry("sharing").or_insert_with(|| json!({}));
            sharing[part] = value;
        }
        None => {
            said.insert(key.to_owned(), value);
        }
    }
}

/// The parameter of CKAN that a field of the ledger is.
pub(super) fn parameter_of(field: &str) -> &str {
    match field {
        "about" => "notes",
        "steward" => "author",
        "contact" => "maintainer",
        "owner" => "owner_org",
        "theme" => "groups",
        "id" => "name",
        field if field.starts_with("title") => "title",
        field => field,
    }
}

/// Every field that a package can say, empty: what an update that does not name it makes of it.
pub(super) fn emptied(content: &Content) -> Map<String, Value> {
    let mut fields = Map::new();
    for name in ["about", "steward", "contact", "theme"]
        .iter()
        .chain(EXTRAS)
    {
        if !name.starts_with("sharing_") && !matches!(*name, "kind") {
            fields.insert((*name).to_owned(), Value::Null);
        }
    }
    fields.insert("tags".to_owned(), json!([]));
    if content.sharing != yandu_ledger::Sharing::default() {
        let sharing = json!({ "class": null, "basis": null, "condition": null, "method": null });
        fields.insert("sharing".to_owned(), sharing);
    }
    fields
}
