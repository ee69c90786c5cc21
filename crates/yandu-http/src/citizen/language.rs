//! In which language a page is written: what its address says, or else what the browser likes best.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use yandu_words::Title;

use crate::state::State;

const PARAMETER: &str = "lang";

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    Chinese,
    English,
}

impl Language {
    /// The mark of the language (BCP 47).
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// One of two texts.
    pub(crate) fn say<'a>(self, chinese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }

    pub(crate) fn title(self, title: &Title) -> &str {
        self.say(&title.zh, title.english())
    }

    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// What a browser likes best of what there is; of what it likes alike, the first.
    fn liked(headers: &HeaderMap) -> Option<Self> {
        let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        let mut best: Option<(f32, Self)> = None;
        for range in accepted.split(',') {
            let (tag, rest) = range.split_once(';').unwrap_or((range, ""));
            let weight = rest.trim().strip_prefix("q=");
            let weight = weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
            if let Some(language) = Self::of_tag(tag)
                && weight > best.map_or(0.0, |(best, _)| best)
            {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// The language of a page, and how its links keep to it.
#[derive(Debug, Clone)]
pub(super) struct Speech {
    pub(super) language: Language,
    /// Whether the address names the language, so that links go on naming it.
    is_chosen: bool,
    /// The path and the query of the page without the language.
    here: String,
    /// What this site is called; empty where it has no name of its own.
    site: String,
}

impl Speech {
    /// One of two texts.
    pub(super) fn say<'a>(&self, chinese: &'a str, english: &'a str) -> &'a str {
        self.language.say(chinese, english)
    }

    /// What stands at the head of each page.
    pub(super) fn site(&self) -> &str {
        if self.site.is_empty() {
            self.say("盐渎", "Yandu")
        } else {
            &self.site
        }
    }

    pub(super) fn title<'a>(&self, title: &'a Title) -> &'a str {
        self.language.title(title)
    }

    /// The address of another of these pages, in this language.
    pub(super) fn to(&self, path: &str) -> String {
        if self.is_chosen {
            with(path, self.language)
        } else {
            path.to_owned()
        }
    }

    /// The same page in the other language, and that language.
    pub(super) fn other(&self) -> (String, Language) {
        let other = match self.language {
            Language::Chinese => Language::English,
            Language::English => Language::Chinese,
        };
        (with(&self.here, other), other)
    }

    /// The language where links name it: for forms that make an address.
    pub(super) fn chosen(&self) -> Option<&'static str> {
        self.is_chosen.then(|| self.language.tag())
    }

    fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let query = uri.query().unwrap_or_default();
        let mut named = None;
        let mut others = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some((PARAMETER, tag)) => named = Language::of_tag(tag),
                _ => others.push(pair),
            }
        }
        let mut here = uri.path().to_owned();
        if !others.is_empty() {
            here.push('?');
            here.push_str(&others.join("&"));
        }
        Self {
            language: named
                .or_else(|| Language::liked(headers))
                .unwrap_or_default(),
            is_chosen: named.is_some(),
            here,
            site: String::new(),
        }
    }
}

fn with(path: &str, language: Language) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}{PARAMETER}={}", language.tag())
}

impl FromRequestParts<State> for Speech {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Infallible> {
        Ok(Self {
            site: state.options().site_name.clone(),
            ..Self::of(&parts.uri, &parts.headers)
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn speech(uri: &str, accepted: &str) -> Speech {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::ACCEPT_LANGUAGE,
            HeaderValue::from_str(accepted).unwrap(),
        );
        Speech::of(&uri.parse().unwrap(), &headers)
    }

    #[test]
    fn a_page_is_chinese_unless_the_address_or_the_browser_wants_english() {
        for (uri, accepted, language) in [
            ("/open", "", Language::Chinese),
            ("/open", "fr, de;q=0.5", Language::Chinese),
            ("/open", "en-GB,en;q=0.9", Language::English),
            ("/open", "en;q=0.4, zh-TW;q=0.5", Language::Chinese),
            ("/open", "en;q=0", Language::Chinese),
            ("/open?lang=en", "zh-CN", Language::English),
            ("/open?lang=zh-CN", "en", Language::Chinese),
            ("/open?lang=xx", "en", Language::English),
        ] {
            assert_eq!(speech(uri, accepted).language, language, "{uri} {accepted}");
        }
    }

    #[test]
    fn links_name_the_language_once_the_address_does() {
        let plain = speech("/open?q=a&owner=b", "en");
        assert_eq!(plain.to("/mine"), "/mine");
        assert_eq!(plain.other().0, "/open?q=a&owner=b&lang=zh-CN");
        let chosen = speech("/open?lang=en&q=a", "zh");
        assert_eq!(chosen.to("/open?after=x"), "/open?after=x&lang=en");
        assert_eq!(chosen.other().0, "/open?q=a&lang=zh-CN");
        assert_eq!(chosen.chosen(), Some("en"));
    }
}
