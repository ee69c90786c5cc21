//! Where in an entry a token stands, and what it is worth there.

use super::token::{add_text, code};
use super::{pinyin, token};
use crate::store::Stored;

/// A part of an entry that is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Field {
    Title,
    /// Id, code and names of columns, whole and in their parts.
    Code,
    /// Names and titles of columns.
    Names,
    About,
    /// How the title is spoken.
    Sounds,
    Initials,
}

impl Field {
    /// From the one that weighs most to the one that weighs least.
    pub(crate) const ALL: [Self; 6] = [
        Self::Title,
        Self::Code,
        Self::Sounds,
        Self::Initials,
        Self::Names,
        Self::About,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Code => "code",
            Self::Names => "names",
            Self::About => "about",
            Self::Sounds => "sounds",
            Self::Initials => "initials",
        }
    }

    pub(crate) fn weight(self) -> f32 {
        match self {
            Self::Title => 10.0,
            Self::Code => 9.0,
            Self::Sounds => 7.0,
            Self::Initials => 6.0,
            Self::Names => 4.0,
            Self::About => 2.0,
        }
    }
}

/// The tokens of an entry, each once, sorted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tokens {
    by_field: [Vec<String>; 6],
}

impl Tokens {
    pub(crate) fn of(&self, field: Field) -> &[String] {
        self.by_field.get(field as usize).map_or(&[], Vec::as_slice)
    }

    fn of_mut(&mut self, field: Field) -> &mut Vec<String> {
        // Each field has its place.
        let [title, code, names, about, sounds, initials] = &mut self.by_field;
        match field {
            Field::Title => title,
            Field::Code => code,
            Field::Names => names,
            Field::About => about,
            Field::Sounds => sounds,
            Field::Initials => initials,
        }
    }

    /// `place` is the name of the division of the entry, with those around it.
    pub(crate) fn new(entry: &Stored, place: Option<&str>) -> Self {
        let mut tokens = Self::default();
        let content = &entry.content;
        tokens.text(Field::Title, Some(&content.title.zh));
        tokens.text(Field::Title, content.title.en.as_deref());
        tokens.code(entry.id.as_str());
        if let Some(code) = &content.code {
            tokens.code(code);
        }
        for column in &content.columns {
            tokens.text(Field::Names, Some(&column.name));
            tokens.text(Field::Names, Some(&column.title.zh));
            tokens.text(Field::Names, column.title.en.as_deref());
            tokens.of_mut(Field::Names).push(code(&column.name));
            tokens.text(Field::About, column.about.as_deref());
        }
        for text in [
            Some(content.owner.as_str()),
            content.about.as_deref(),
            content.steward.as_deref(),
            content.contact.as_deref(),
            content.owner_code.as_deref(),
            content.theme.as_deref(),
            content.sharing.condition.as_deref(),
            content.sharing.basis.as_deref(),
            content.division.as_deref(),
            place,
        ] {
            tokens.text(Field::About, text);
        }
        for tag in &content.tags {
            tokens.text(Field::About, Some(tag));
        }
        let sounds = pinyin::sounds(&content.title.zh);
        *tokens.of_mut(Field::Sounds) = sounds.whole;
        *tokens.of_mut(Field::Initials) = sounds.initials;
        for field in &mut tokens.by_field {
            field.sort_unstable();
            field.dedup();
        }
        tokens
    }

    fn text(&mut self, field: Field, text: Option<&str>) {
        if let Some(text) = text {
            add_text(text, self.of_mut(field));
        }
    }

    /// A code, whole and in its parts.
    fn code(&mut self, text: &str) {
        let codes = self.of_mut(Field::Code);
        codes.push(code(text));
        for run in token::runs(text) {
            if let token::Run::Word(word) = run {
                codes.push(word);
            }
        }
    }
}
