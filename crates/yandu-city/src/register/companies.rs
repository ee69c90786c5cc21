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

    pub(crate) fn of_kinds(
        world: &'a World,
        salt: u64,
        sections: &[&str],
        kinds: &[FirmKind],
    ) -> Self {
        let mut order: Vec<(bool, u64, u32)> = (0..world.firms.count())
            .filter(|firm| {
                world
                    .firms
                    .operating(*firm)
                    .is_some_and(|kind| kinds.contains(&kind))
            })
            .map(|firm| {
                let section = world.section(firm);
                let is_other = !section.is_some_and(|section| sections.contains(&section));
                (is_other, mix(world.seed ^ salt ^ u64::from(firm)), firm)
            })
            .collect();
        order.sort_unstable();
        Self {
            world,
            order: order.into_iter().map(|(_, _, firm)| firm).collect(),
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
