use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::{Deserialize, Deserializer, de};
use yandu_store::Clock;

/// A moment at which the clock stands, or none: `2025-06-01T09:00+08:00`, or without an offset on the clocks of China.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) Option<Timestamp>);

impl Moment {
    pub(crate) fn clock(self) -> Clock {
        self.0.map_or_else(Clock::default, Clock::standing)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.trim().is_empty() {
            return Ok(Self(None));
        }
        parse(text.trim()).map(|at| Self(Some(at))).ok_or_else(|| {
            de::Error::custom(format!(
                "`{text}` is no time since 1970 such as `2025-06-01T09:00+08:00`"
            ))
        })
    }
}

/// A moment since 1970: records are kept by that count, and an earlier one would quietly be the first.
fn parse(text: &str) -> Option<Timestamp> {
    let here = || {
        let written: DateTime = text.parse().ok()?;
        Offset::constant(8).to_timestamp(written).ok()
    };
    let at: Option<Timestamp> = text.parse().ok().or_else(here);
    at.filter(|at| *at >= Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_moment_is_read_with_and_without_an_offset() {
        let nine = "2025-06-01T01:00:00Z".parse().ok();
        for text in [
            "2025-06-01T09:00+08:00",
            "2025-06-01T09:00",
            "2025-06-01 09:00:00",
            "2025-06-01T01:00:00Z",
        ] {
            assert_eq!(parse(text), nine, "{text}");
        }
        for text in ["tomorrow", "09:00", "2025-13-01T09:00", "1969-12-31T09:00"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
