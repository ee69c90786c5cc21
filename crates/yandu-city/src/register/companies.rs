//! Firms of the enterprise register, each taken once.

use crate::firm::FirmKind;
use crate::random::mix;
use crate::world::World;

/// So many are looked at for one that is old enough.
const TRIES: usize = 400;

/// Firms in operation, in an order of the register's own.
pub(crate) struct Companies<'a> {
    world: &'a World,
    order: Vec<u32>,
    next: usize,
}

pub(crate) struct Company {
    pub(crate) uscc: [u8; 18],
    pub(crate) county: usize,
    pub(crate) founded: i32,
    index: u32,
}

impl<'a> Companies<'a> {
    /// Companies, those of some trades first. `salt` decides the order.
    pub(crate) fn new(world: &'a World, salt: u64, sections: &[&str]) -> Self {
        Self::of_kinds(world, salt, sections, &[FirmKind::Company])
    }

    /// Firms of some kinds, those of the first kind first.
    pub(crate) fn of_kinds(
        world: &'a World,
        salt: u64,
        sections: &[&str],
        kinds: &[FirmKind],
    ) -> Self {
        let mut order: Vec<(usize, bool, u64, u32)> = (0..world.firms.count())
            .filter_map(|firm| {
                let kind = world.firms.operating(firm)?;
                let rank = kinds.iter().position(|wanted| *wanted == kind)?;
                let section = world.section(firm);
                let is_other = !section.is_some_and(|section| sections.contains(&section));
                let luck = mix(world.seed ^ salt ^ u64::from(firm));
                Some((rank, is_other, luck, firm))
            })
            .collect();
        order.sort_unstable();
        Self {
            world,
            order: order.into_iter().map(|(.., firm)| firm).collect(),
            next: 0,
        }
    }

    /// The next one, founded by a day where there is such a one; from the beginning again when all were taken.
    pub(crate) fn take(&mut self, founded_by: i32) -> Option<Company> {
        let mut found = None;
        for _ in 0..self.order.len().min(TRIES) {
            let company = self.any()?;
            if company.founded <= founded_by {
                return Some(company);
            }
            found.get_or_insert(company);
        }
        found
    }

    /// The next one.
    pub(crate) fn any(&mut self) -> Option<Company> {
        let at = self.next.checked_rem(self.order.len())?;
        self.next += 1;
        let index = *self.order.get(at)?;
        let firm = self.world.firm(index);
        Some(Company {
            uscc: firm.uscc,
            county: firm.county,
            founded: firm.founded,
            index,
        })
    }

    pub(crate) fn count(&self) -> usize {
        self.order.len()
    }
}

impl Company {
    pub(crate) fn name(&self, world: &World) -> String {
        let firm = world.firm(self.index);
        let parts = firm.name.iter().flatten().map(|part| part.text());
        parts.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Options;

    fn world() -> World {
        World::new(&Options::new(4_000, 11, "unused")).unwrap()
    }

    #[test]
    fn a_firm_is_taken_once_until_all_were_and_those_of_the_trade_come_first() {
        let world = world();
        let mut companies = Companies::new(&world, 5, &["C"]);
        let count = companies.count();
        let first: Vec<Company> = (0..count).filter_map(|_| companies.any()).collect();
        let codes: BTreeSet<[u8; 18]> = first.iter().map(|company| company.uscc).collect();
        assert_eq!(codes.len(), count);
        let makers: Vec<bool> = first
            .iter()
            .map(|company| world.section(company.index) == Some("C"))
            .collect();
        let last = makers.iter().rposition(|is_maker| *is_maker).unwrap();
        assert!(
            makers[..=last].iter().all(|is_maker| *is_maker),
            "{makers:?}"
        );
        assert!(!makers[last + 1..].is_empty());
        assert_eq!(companies.any().unwrap().uscc, first[0].uscc);
    }

    #[test]
    fn a_firm_of_the_first_kind_comes_before_one_of_the_second() {
        let world = world();
        let kinds = [FirmKind::Cooperative, FirmKind::Company];
        let mut companies = Companies::of_kinds(&world, 5, &["A"], &kinds);
        let kinds: Vec<FirmKind> = (0..companies.count())
            .filter_map(|_| companies.any())
            .map(|company| world.firms.kind(company.index))
            .collect();
        let first = kinds.iter().position(|kind| *kind == FirmKind::Company);
        let first = first.unwrap();
        assert!(first > 0);
        assert!(kinds[first..].iter().all(|kind| *kind == FirmKind::Company));
    }

    #[test]
    fn a_firm_that_is_too_young_is_passed_over() {
        let world = world();
        let mut companies = Companies::new(&world, 5, &["C"]);
        let by = world.today - 3_000;
        let taken: Vec<Company> = (0..40).filter_map(|_| companies.take(by)).collect();
        assert_eq!(taken.len(), 40);
        assert!(taken.iter().all(|company| company.founded <= by));
    }
}
