//! The parameters of an action: of a JSON body, of a form, or of the query of an address.
//!
//! CKAN takes texts where it means numbers, lists and objects, because an address has nothing else; so does this.

use serde_json::{Map, Value};

use super::refusal::{Outcome, Refusal};

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Parameters(Map<String, Value>);

impl Parameters {
    /// Those of a JSON body; an empty one has none.
    pub(super) fn of_json(body: &[u8]) -> Outcome<Self> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(parameters)) => Ok(Self(parameters)),
            Ok(_) => Err(Refusal::Bad(
                "JSON Error: Request data JSON decoded to something that is not an object"
                    .to_owned(),
            )),
            Err(error) => Err(Refusal::Bad(format!("JSON Error: {error}"))),
        }
    }

    /// Those of a form, which is what the query of an address is too. A name that stands twice has a list of values.
    pub(super) fn of_form(form: &[u8]) -> Outcome<Self> {
        // What `curl -d '{…}'` sends without naming its type.
        if form.trim_ascii_start().starts_with(b"{") {
            return Self::of_json(form);
        }
        let mut parameters = Map::new();
        for pair in form
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
        {
            let cut = pair
                .iter()
                .position(|byte| *byte == b'=')
                .unwrap_or(pair.len());
            let (name, value) = pair.split_at(cut);
            let not_text = || Refusal::Bad("the parameters are no UTF-8".to_owned());
            let name = decoded(name).ok_or_else(not_text)?;
            let value = decoded(value.strip_prefix(b"=").unwrap_or(value)).ok_or_else(not_text)?;
            match parameters.get_mut(&name) {
                None => {
                    parameters.insert(name, value.into());
                }
                Some(Value::Array(values)) => values.push(value.into()),
                Some(one) => *one = Value::Array(vec![one.take(), value.into()]),
            }
        }
        Ok(Self(parameters))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// A parameter that was given and is not null.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// The parameter, also when it is null.
    pub(super) fn given(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn text(&self, name: &str) -> Outcome<Option<String>> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(Refusal::invalid(name, "Must be a Unicode string value")),
        }
    }

    /// A text that must be there and say something.
    pub(super) fn needed(&self, name: &str) -> Outcome<String> {
        self.text(name)?
            .filter(|text| !text.is_empty())
            .ok_or_else(|| Refusal::missing(name))
    }

    pub(super) fn flag(&self, name: &str, usual: bool) -> Outcome<bool> {
        let text = match self.value(name) {
            None => return Ok(usual),
            Some(Value::Bool(flag)) => return Ok(*flag),
            Some(Value::String(text)) => text.to_lowercase(),
            Some(other) => other.to_string(),
        };
        match text.as_str() {
            "true" | "t" | "1" | "yes" | "y" | "on" => Ok(true),
            "false" | "f" | "0" | "no" | "n" | "off" | "" => Ok(false),
            _ => Err(Refusal::invalid(name, "Must be a boolean")),
        }
    }

    /// A number of things, at least 0; more than `most` is `most`.
    pub(super) fn count(&self, name: &str, usual: usize, most: usize) -> Outcome<usize> {
        self.number(name)?.map_or(Ok(usual), |number| {
            usize::try_from(number)
                .map(|number| number.min(most))
                .map_err(|_| Refusal::invalid(name, "Must be a natural number"))
        })
    }

    fn number(&self, name: &str) -> Outcome<Option<i64>> {
        let number = match self.value(name) {
            None => return Ok(None),
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        };
        number
            .map(Some)
            .ok_or_else(|| Refusal::invalid(name, "Invalid integer"))
    }

    /// The most of something, where a number below 0 means as much as there is.
    pub(super) fn most(&self, name: &str, usual: usize) -> Outcome<usize> {
        let number = self.number(name)?;
        Ok(number.map_or(usual, |number| {
            usize::try_from(number).unwrap_or(usize::MAX)
        }))
    }

    /// A list: one of JSON, one written in JSON, texts with commas between them, or one text.
    pub(super) fn list(&self, name: &str) -> Outcome<Option<Vec<String>>> {
        let items = match self.json(name)? {
            None => return Ok(None),
            Some(Value::Array(items)) => items,
            Some(Value::String(text)) => {
                let items = text
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty());
                return Ok(Some(items.map(str::to_owned).collect()));
            }
            Some(_) => return Err(Refusal::invalid(name, "Not a list")),
        };
        let text = |item: Value| match item {
            Value::String(text) => Ok(text),
            Value::Number(number) => Ok(number.to_string()),
            _ => Err(Refusal::invalid(name, "Not a list of strings")),
        };
        items
            .into_iter()
            .map(text)
            .collect::<Outcome<_>>()
            .map(Some)
    }

    /// A list of texts that may hold commas.
    pub(super) fn list_of_texts(&self, name: &str) -> Outcome<Vec<String>> {
        match self.json(name)? {
            Some(Value::Array(_)) => Ok(self.list(name)?.unwrap_or_default()),
            _ => Ok(self.text(name)?.into_iter().collect()),
        }
    }

    pub(super) fn object(&self, name: &str) -> Outcome<Option<Map<String, Value>>> {
        match self.json(name)? {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(_) => Err(Refusal::invalid(name, "Not a json object")),
        }
    }

    /// A value; a text that begins like a list or an object of JSON is read as one.
    pub(super) fn json(&self, name: &str) -> Outcome<Option<Value>> {
        match self.value(name) {
            Some(Value::String(text)) if text.trim_start().starts_with(['[', '{']) => {
                serde_json::from_str(text)
                    .map(Some)
                    .map_err(|_| Refusal::invalid(name, "Cannot parse JSON"))
            }
            other => Ok(other.cloned()),
        }
    }
}

/// A part of a form without its signs for signs; `None` where it is no UTF-8.
fn decoded(part: &[u8]) -> Option<String> {
    let mut bytes = part.iter().copied();
    let mut decoded = Vec::with_capacity(part.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                (digit(bytes.next())? * 16 + digit(bytes.next())?) as u8
            }
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(text: &str) -> Parameters {
        Parameters::of_form(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_form_and_a_json_body_say_the_same() {
        let form = form(
            "id=a.b&limit=5&include_total=false&fields=x%2C+y&filters=%7B%22x%22%3A1%7D&sort=",
        );
        let json = br#"{"id": "a.b", "limit": 5, "include_total": false, "fields": ["x", "y"], "filters": {"x": 1}, "sort": ""}"#;
        let json = Parameters::of_json(json).unwrap();
        for parameters in [form, json] {
            assert_eq!(parameters.needed("id").unwrap(), "a.b");
            assert_eq!(parameters.count("limit", 1, 9).unwrap(), 5);
            assert!(!parameters.flag("include_total", true).unwrap());
            assert_eq!(parameters.list("fields").unwrap().unwrap(), ["x", "y"]);
            assert_eq!(
                parameters.object("filters").unwrap().unwrap()["x"],
                json!(1)
            );
            assert_eq!(parameters.needed("sort"), Err(Refusal::missing("sort")));
        }
    }

    #[test]
    fn what_is_no_parameter_is_refused_by_name() {
        let parameters =
            form("limit=-1&rows=many&flag=perhaps&filters=%5B1%5D&a=1&a=2&broken=%7Bx");
        assert!(matches!(
            parameters.count("limit", 1, 9),
            Err(Refusal::Invalid(_))
        ));
        assert!(matches!(
            parameters.count("rows", 1, 9),
            Err(Refusal::Invalid(_))
        ));
        assert!(matches!(
            parameters.flag("flag", true),
            Err(Refusal::Invalid(_))
        ));
        assert!(matches!(
            parameters.object("filters"),
            Err(Refusal::Invalid(_))
        ));
        assert!(matches!(
            parameters.json("broken"),
            Err(Refusal::Invalid(_))
        ));
        assert!(matches!(
            parameters.most("rows", 1),
            Err(Refusal::Invalid(_))
        ));
        assert_eq!(parameters.most("limit", 1).unwrap(), usize::MAX);
        assert_eq!(parameters.list("a").unwrap().unwrap(), ["1", "2"]);
        for body in ["[]", "1", "{", "\"x\"", "nonsense"] {
            assert!(
                matches!(Parameters::of_json(body.as_bytes()), Err(Refusal::Bad(_))),
                "{body}"
            );
        }
        assert!(matches!(
            Parameters::of_form(b"a=%FF"),
            Err(Refusal::Bad(_))
        ));
        assert!(matches!(Parameters::of_form(b"a=%"), Err(Refusal::Bad(_))));
    }
}
