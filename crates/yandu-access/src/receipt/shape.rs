//! The shapes of questions that are asked again and again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many questions are remembered whose shape was looked for.
const MOST: usize = 1_000;
/// Longer ones are not, in bytes.
const LONGEST: usize = 4_096;

/// What each question is without its values ([`yandu_lake::shape`]).
#[derive(Default)]
pub(super) struct Shapes(Mutex<HashMap<String, Arc<str>>>);

impl Shapes {
    pub(super) fn of(&self, sql: &str) -> Arc<str> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shape) = known().get(sql) {
            return Arc::clone(shape);
        }
        let shape: Arc<str> = yandu_lake::shape(sql).into();
        if sql.len() <= LONGEST {
            let mut known = known();
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(sql.to_owned(), Arc::clone(&shape));
        }
        shape
    }
}
