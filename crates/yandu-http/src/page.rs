//! Lists page by page: one mechanism for every list that can grow.
//!
//! A page holds at most `limit` items. When there are more, `next` is the key of its last item; given back as `after`, it
//! begins the next page there. Paging is by key and not by number, so that what comes or goes meanwhile neither repeats an
//! item nor hides one. A key is opaque: what is in it may change.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};

/// How many items a page has: `USUAL` when nothing is asked for, `MOST` at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit<const USUAL: u32, const MOST: u32>(u32);

impl<const USUAL: u32, const MOST: u32> Limit<USUAL, MOST> {
    pub(crate) fn items(self) -> usize {
        self.0 as usize
    }

    /// One more than a page has, which tells whether there is another page.
    pub(crate) fn and_one(self) -> u32 {
        self.0.saturating_add(1)
    }

    /// The page out of [`Self::and_one`] items, and the key of the next one.
    pub(crate) fn cut<T, K: Serialize>(
        self,
        mut items: Vec<T>,
        key: impl Fn(&T) -> K,
    ) -> (Vec<T>, Option<String>) {
        let more = items.len() > self.items();
        items.truncate(self.items());
        let next = items
            .last()
            .filter(|_| more)
            .map(|last| self::key(&key(last)));
        (items, next)
    }
}

impl<const USUAL: u32, const MOST: u32> Default for Limit<USUAL, MOST> {
    fn default() -> Self {
        Self(USUAL)
    }
}

impl<'de, const USUAL: u32, const MOST: u32> Deserialize<'de> for Limit<USUAL, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            limit if (1..=MOST).contains(&limit) => Ok(Self(limit)),
            limit => Err(D::Error::custom(format_args!(
                "`limit` is {limit}: a page has from 1 to {MOST} items"
            ))),
        }
    }
}

/// The key that a page begins after: the `next` of the page before.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct After<K>(pub(crate) K);

impl<K: fmt::Debug> fmt::Debug for After<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<'de, K: DeserializeOwned> Deserialize<'de> for After<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let key = URL_SAFE_NO_PAD.decode(&text).ok();
        key.and_then(|key| serde_json::from_slice(&key).ok())
            .map(Self)
            .ok_or_else(|| D::Error::custom("`after` is not the `next` of a page of this list"))
    }
}

/// A key as it is given out.
pub(crate) fn key(key: &impl Serialize) -> String {
    // A key is a text, a number or a short list of them, which JSON can always hold.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Some2 = Limit<2, 5>;

    fn read<K: DeserializeOwned>(text: &str) -> Result<K, String> {
        serde_json::from_value::<After<K>>(text.into())
            .map(|after| after.0)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_page_names_the_next_one_only_when_there_is_one() {
        let limit = Some2::default();
        assert_eq!(limit.and_one(), 3);
        let (page, next) = limit.cut(vec!["a", "b", "c"], |item| (*item).to_owned());
        assert_eq!(page, ["a", "b"]);
        assert_eq!(read::<String>(&next.unwrap()).unwrap(), "b");
        let (page, next) = limit.cut(vec!["a", "b"], |item| (*item).to_owned());
        assert_eq!((page.len(), next), (2, None));
        let (page, next) = limit.cut(Vec::<&str>::new(), |item| (*item).to_owned());
        assert_eq!((page.len(), next), (0, None));
    }

    #[test]
    fn a_key_of_any_signs_comes_back_as_it_went() {
        for key in ["", "盐城𪚥", "a\"b\\c\n\0", "2026-01-01/1+2=3?&"] {
            let text = super::key(&(key, 7_i64));
            assert!(
                text.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')),
                "{text}"
            );
            assert_eq!(read::<(String, i64)>(&text).unwrap(), (key.to_owned(), 7));
        }
    }

    #[test]
    fn what_is_no_key_is_refused_in_words() {
        for text in ["", "x", "ö", "!!!!", &key(&"text")] {
            let error = read::<i64>(text).unwrap_err();
            assert!(error.contains("`after` is not the `next`"), "{error}");
        }
    }

    #[test]
    fn a_limit_out_of_bounds_is_refused_and_not_bent() {
        for limit in [1, 5] {
            let read: Some2 = serde_json::from_value(limit.into()).unwrap();
            assert_eq!(read.items(), limit);
        }
        for limit in [-1_i64, 0, 6, i64::MAX] {
            assert!(
                serde_json::from_value::<Some2>(limit.into()).is_err(),
                "{limit}"
            );
        }
    }
}
