//! The rows of a register, each with the month in which it arrives.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Place;

use super::{Draw, Due, Month, Pace, Record, Register};
use crate::Deliveries;
use crate::random::{Purpose, Stream, mix};
use crate::world::World;

/// Indices of rows end below this bit; above it stands the state that a row is in.
const STATE: u32 = 56;

/// A version of a row.
struct Entry {
    index: u64,
    /// The month with whose delivery it comes.
    arrives: Month,
    record: Record,
}

pub(crate) struct Entries<'a> {
    pub(crate) world: &'a World,
    register: &'a Register,
    salt: u64,
    rows: Vec<Entry>,
    /// When the newest version of a row arrives, by index.
    arrived: HashMap<u64, Month>,
}

/// A delivery: the month that it ends with, and its rows with the index of each.
pub(super) struct Batch<'a> {
    pub(super) month: Month,
    pub(super) rows: Vec<(u64, &'a Record)>,
}

impl<'a> Entries<'a> {
    pub(crate) fn new(world: &'a World, register: &'a Register) -> Self {
        let name = register.layout.dataset.bytes();
        Self {
            world,
            register,
            salt: name.fold(0, |hash, byte| mix(hash ^ u64::from(byte))),
            rows: Vec::new(),
            arrived: HashMap::new(),
        }
    }

    /// The first of the three years.
    pub(crate) fn first_month(&self) -> Month {
        Month::new(Month::of(self.world.today).year() - 2, 1)
    }

    /// The last month that is over.
    pub(crate) fn last_month(&self) -> Month {
        Month::of(self.world.today + 1).after(-1)
    }

    pub(crate) fn months(&self) -> impl Iterator<Item = Month> + use<> {
        self.first_month().up_to(self.last_month())
    }

    /// On the straight line from the first of the three years to their end.
    pub(crate) fn on_the_line(&self, [from, to]: [f64; 2], month: Month) -> f64 {
        let first = self.first_month().number();
        from + (to - from) * (month.number() - first) as f64 / 35.0
    }

    /// A stream that no other register has.
    pub(crate) fn stream(&self, purpose: Purpose, index: u64) -> Stream {
        Stream::new(self.world.seed ^ self.salt, purpose, index)
    }

    /// Adds the row of an index about a day, which the county reports (or an office of the city, which is never slow).
    /// `make` is called again where the row is restated. Of rows with one key the later counts from its arrival on.
    pub(crate) fn add(
        &mut self,
        index: u64,
        county: Option<usize>,
        day: i32,
        make: impl Fn(&mut Draw) -> Record,
    ) {
        let about = Month::of(day);
        let arrives = self.due(about).after(self.late(county, about));
        let settings = &self.world.city.settings.registers;
        let mut stream = self.stream(Purpose::Restated, index);
        let restated = self.register.due == Due::NextMonth
            && stream.per_thousand(settings.restated_per_thousand);
        let factor = if restated {
            stream.triangular(0.86, 0.95, 1.04)
        } else {
            1.0
        };
        self.put(index * 2, arrives, factor, index, &make);
        if restated {
            let later = arrives.after(stream.between(1, 4));
            self.put(index * 2 + 1, later, 1.0, index, &make);
        }
    }

    /// Adds a row about a month, as [`Self::add`] does. `at` tells the rows of the month apart and is below 65,536.
    pub(crate) fn add_month(
        &mut self,
        month: Month,
        at: usize,
        county: Option<usize>,
        make: impl Fn(&mut Draw) -> Record,
    ) {
        let index = (month.number() << 16) | at as u64;
        self.add(index, county, month.last_day(), make);
    }

    /// Adds a later state of a row: drawn from the row's own stream, reported for itself. `change` is a number above all
    /// indices of rows that tells the kinds of change apart.
    pub(crate) fn add_change(
        &mut self,
        index: u64,
        change: u64,
        county: Option<usize>,
        day: i32,
        make: impl Fn(&mut Draw) -> Record,
    ) {
        let about = Month::of(day);
        let due = self.due(about).after(self.late(county, about));
        // A county that has not reported the row yet does not report its change before.
        let arrives = self
            .arrived
            .get(&index)
            .map_or(due, |first| due.max(*first));
        self.put((index | change) * 2, arrives, 1.0, index, &make);
    }

    /// Adds the states of a row, each from its day on, the oldest first. All are drawn from the row's own stream, and none
    /// arrives before an older one.
    pub(crate) fn add_states(
        &mut self,
        index: u64,
        county: Option<usize>,
        days: &[i32],
        make: impl Fn(&mut Draw, usize) -> Record,
    ) {
        let mut newest = None;
        for (state, day) in days.iter().enumerate() {
            let about = Month::of(*day);
            let arrives = self.due(about).after(self.late(county, about));
            let arrives = newest.map_or(arrives, |newest: Month| newest.max(arrives));
            newest = Some(arrives);
            let version = (index | (state as u64) << STATE) * 2;
            self.put(version, arrives, 1.0, index, &|draw: &mut Draw| {
                make(draw, state)
            });
        }
    }

    /// The month with whose delivery a report about a month is expected.
    fn due(&self, about: Month) -> Month {
        match self.register.due {
            Due::SameMonth => about,
            Due::NextMonth => about.after(1),
        }
    }

    fn put(
        &mut self,
        version: u64,
        arrives: Month,
        factor: f64,
        index: u64,
        make: &impl Fn(&mut Draw) -> Record,
    ) {
        self.arrived.insert(index, arrives);
        if arrives > self.last_month() {
            return;
        }
        let mut stream = self.stream(Purpose::Reported, version);
        let reported_on = match self.register.due {
            Due::SameMonth => arrives.last_day(),
            Due::NextMonth => arrives.first_day() + stream.between(3, 11),
        };
        let record = make(&mut Draw {
            stream: self.stream(Purpose::Record, index),
            reported_on,
            factor,
        });
        self.rows.push(Entry {
            index: version,
            arrives,
            record,
        });
    }

    /// By how many months the report of a county on a month is late.
    fn late(&self, county: Option<usize>, month: Month) -> i32 {
        let Some(county) = county else { return 0 };
        let settings = &self.world.city.settings.registers;
        let code = self.world.city.counties.get(county).map(|c| &c.code[..]);
        let share = settings
            .late_counties
            .iter()
            .find(|(slow, _)| Some(slow.as_bytes()) == code)
            .map_or(settings.late_per_thousand, |(_, share)| *share);
        let mut stream = self.stream(Purpose::Late, (month.number() << 16) | county as u64);
        if !stream.per_thousand(share) {
            return 0;
        }
        let at_most = settings.latest_months.max(1);
        // The smaller of two draws: a month late is more frequent than four.
        1 + stream.below(at_most).min(stream.below(at_most)) as i32
    }

    /// The deliveries with their rows, oldest first; those without a row are left out.
    pub(super) fn batches(&self, deliveries: Deliveries) -> Vec<Batch<'_>> {
        let mut after = None;
        let mut batches = Vec::new();
        for month in self.ends(deliveries) {
            let rows = self.between(after, month);
            after = Some(month);
            if !rows.is_empty() {
                batches.push(Batch { month, rows });
            }
        }
        batches
    }

    /// The months that deliveries end with.
    fn ends(&self, deliveries: Deliveries) -> Vec<Month> {
        if deliveries == Deliveries::EveryMonth {
            return self.months().collect();
        }
        let december = Month::new(Month::of(self.world.today).year() - 1, 12);
        let last = self.last_month();
        let every = match self.register.pace {
            Pace::Monthly => 1,
            Pace::Quarterly => 3,
            Pace::Newest => return vec![last.after(-1), last],
        };
        let this_year = december.after(1).up_to(last);
        let mut ends = vec![december];
        ends.extend(this_year.filter(|month| month.month() % every == 0));
        ends
    }

    /// The newest version of each row that arrived after one month and up to another, in the order in which they were
    /// added.
    fn between(&self, after: Option<Month>, up_to: Month) -> Vec<(u64, &Record)> {
        let key = self.register.layout.key;
        let mut places: HashMap<Vec<String>, (usize, Month)> = HashMap::new();
        let mut rows: Vec<(u64, &Record)> = Vec::new();
        for entry in &self.rows {
            if entry.arrives > up_to || after.is_some_and(|after| entry.arrives <= after) {
                continue;
            }
            match places.entry(entry.record.key(key)) {
                Place::Vacant(place) => {
                    place.insert((rows.len(), entry.arrives));
                    rows.push((entry.index, &entry.record));
                }
                Place::Occupied(mut place) => {
                    let (at, arrived) = *place.get();
                    if entry.arrives >= arrived {
                        place.insert((at, entry.arrives));
                        if let Some(row) = rows.get_mut(at) {
                            *row = (entry.index, &entry.record);
                        }
                    }
                }
            }
        }
        rows
    }

    /// The newest version of every row that has arrived.
    pub(super) fn newest(&self) -> Vec<(u64, &Record)> {
        self.between(None, self.last_month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;
    use crate::telecom::base_station::REGISTER;

    /// The month with whose delivery a row comes, for rows and for their changes.
    fn arrivals(entries: &Entries<'_>, change: u64) -> [HashMap<u64, Month>; 2] {
        [0, change].map(|change| {
            let rows = entries.rows.iter();
            rows.filter(|row| (row.index / 2) & (1 << 41) == change)
                .map(|row| ((row.index / 2) & !(1 << 41), row.arrives))
                .collect()
        })
    }

    #[test]
    fn a_county_that_is_late_with_a_row_does_not_report_its_change_before() {
        const CHANGE: u64 = 1 << 41;
        let world = World::new(&Options::new(100, 3, "unused")).unwrap();
        let mut entries = Entries::new(&world, &REGISTER);
        let (mut index, mut late) = (0, 0);
        for month in entries.first_month().up_to(entries.last_month().after(-6)) {
            for county in 0..world.city.counties.len() {
                let day = month.first_day();
                entries.add(index, Some(county), day, |_| Record::new());
                let next = month.after(1).first_day();
                entries.add_change(index, CHANGE, Some(county), next, |_| Record::new());
                index += 1;
            }
        }
        let [rows, changes] = arrivals(&entries, CHANGE);
        assert_eq!((rows.len(), changes.len()), (300, 300));
        for (index, arrives) in &changes {
            assert!(rows[index] <= *arrives);
            late += u32::from(rows[index] == *arrives);
        }
        assert!(late > 5, "{late} changes had to wait for their rows");
    }
}
