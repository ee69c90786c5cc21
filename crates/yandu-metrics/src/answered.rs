//! Answers that are held as long as all that they follow from is the same: many people ask the same of a board.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, Weak};

use jiff::civil::Date;
use lru::LruCache;

use crate::Result;
use crate::answer::Answer;
use crate::areas::Areas;
use crate::ask::Ask;
use crate::cells::Cells;
use crate::definition::Definition;
use crate::metrics::lock;

/// How many answers are held, of all readers together; the one that was asked longest ago is given up first.
/// With as many points as one may have they take some 100 MB.
const HELD: NonZeroUsize = NonZeroUsize::MIN.saturating_add(2_047);
/// Points of an answer that is held: more than a tile of a board has.
const POINTS: usize = 100;

/// What an answer follows from, beside the question.
pub(crate) struct Ground<'a> {
    pub(crate) definition: &'a Definition,
    pub(crate) cells: &'a Arc<Cells>,
    pub(crate) areas: &'a Arc<Areas>,
    pub(crate) today: Date,
}

struct Held {
    // Weak, so that no former cells stay in memory for an answer that is of no use any more.
    cells: Weak<Cells>,
    areas: Weak<Areas>,
    today: Date,
    answer: Arc<Answer>,
}

impl Held {
    fn is_of(&self, ground: &Ground<'_>) -> bool {
        std::ptr::eq(self.cells.as_ptr(), Arc::as_ptr(ground.cells))
            && std::ptr::eq(self.areas.as_ptr(), Arc::as_ptr(ground.areas))
            && Arc::ptr_eq(&self.answer.definition.file, &ground.definition.file)
            && self.today == ground.today
    }
}

/// The answers that were asked last, by reader and question.
pub(crate) struct Answered {
    held: Mutex<LruCache<(String, Ask), Held>>,
}

impl Answered {
    pub(crate) fn new() -> Self {
        Self {
            held: Mutex::new(LruCache::new(HELD)),
        }
    }

    /// The answer that is held for a reader, or else the one that `make` makes.
    pub(crate) fn answer(
        &self,
        reader: String,
        ask: &Ask,
        ground: &Ground<'_>,
        make: impl FnOnce() -> Result<Answer>,
    ) -> Result<Answer> {
        let key = (reader, ask.clone());
        let held = {
            let mut held = lock(&self.held);
            let held = held.get(&key).filter(|held| held.is_of(ground));
            held.map(|held| Arc::clone(&held.answer))
        };
        if let Some(answer) = held {
            return Ok(Answer::clone(&answer));
        }
        let answer = make()?;
        let points: usize = answer.groups.iter().map(|group| group.points.len()).sum();
        if points <= POINTS {
            let held = Held {
                cells: Arc::downgrade(ground.cells),
                areas: Arc::downgrade(ground.areas),
                today: ground.today,
                answer: Arc::new(answer.clone()),
            };
            lock(&self.held).put(key, held);
        }
        Ok(answer)
    }
}
