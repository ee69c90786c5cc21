use jiff::civil::Date;

use super::{Today, days_to};

/// How work stands against its date (红黄绿灯).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lamp {
    /// Finished in time.
    Done,
    /// Nobody has begun, and there is time.
    NotBegun,
    /// Begun, and there is time.
    OnCourse,
    /// Finished behind its date; it stays so.
    DoneLate,
    /// Its date is near, or it is behind its pace.
    Near,
    /// Its date has passed.
    Late,
}

impl Lamp {
    pub const ALL: [Self; 6] = [
        Self::Done,
        Self::NotBegun,
        Self::OnCourse,
        Self::DoneLate,
        Self::Near,
        Self::Late,
    ];

    /// Stable name, as JSON writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::NotBegun => "not-begun",
            Self::OnCourse => "on-course",
            Self::DoneLate => "done-late",
            Self::Near => "near",
            Self::Late => "late",
        }
    }

    /// In Chinese.
    pub fn text(self) -> &'static str {
        match self {
            Self::Done => "按期完成",
            Self::NotBegun => "未启动",
            Self::OnCourse => "正常推进",
            Self::DoneLate => "逾期完成",
            Self::Near => "临近或滞后",
            Self::Late => "逾期",
        }
    }

    pub fn is_closed(self) -> bool {
        matches!(self, Self::Done | Self::DoneLate)
    }
}

/// The lamp of work that is closed on a day or not yet.
pub(super) fn of(closed_on: Option<Date>, due: Date, is_begun: bool, today: Today<'_>) -> Lamp {
    match closed_on {
        Some(on) if on <= due => Lamp::Done,
        Some(_) => Lamp::DoneLate,
        None if today.day > due => Lamp::Late,
        None if days_to(today.day, due) <= i64::from(today.rules.near_days) => Lamp::Near,
        None if is_begun => Lamp::OnCourse,
        None => Lamp::NotBegun,
    }
}

/// How many of some items have which lamp.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts([u32; 6]);

impl Counts {
    pub fn add(&mut self, lamp: Lamp) {
        if let Some(count) = self.0.get_mut(lamp as usize) {
            *count += 1;
        }
    }

    pub fn of(&self, lamp: Lamp) -> u32 {
        self.0.get(lamp as usize).copied().unwrap_or(0)
    }

    pub fn total(&self) -> u32 {
        self.0.iter().sum()
    }

    pub(super) fn join(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.total() > 0
            && Lamp::ALL
                .iter()
                .all(|lamp| lamp.is_closed() || self.of(*lamp) == 0)
    }

    /// The lamp of what holds the items: the worst of them. Work of which some is closed has begun.
    pub(super) fn worst(&self) -> Option<Lamp> {
        let worst = Lamp::ALL.into_iter().rfind(|lamp| self.of(*lamp) > 0)?;
        let is_begun = self.of(Lamp::Done) > 0;
        Some(match worst {
            Lamp::NotBegun if is_begun => Lamp::OnCourse,
            worst => worst,
        })
    }
}

impl FromIterator<Lamp> for Counts {
    fn from_iter<I: IntoIterator<Item = Lamp>>(lamps: I) -> Self {
        let mut counts = Self::default();
        for lamp in lamps {
            counts.add(lamp);
        }
        counts
    }
}

/// Items with the lamp of all of them together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub counts: Counts,
}

impl Tally {
    pub fn add(&mut self, lamp: Lamp) {
        self.counts.add(lamp);
    }

    /// Absent where there is nothing.
    pub fn lamp(&self) -> Option<Lamp> {
        self.counts.worst()
    }
}
