//! Statements that are asked again and again: from the second time on, those that look up the rows of a key are not planned anew.

use std::slice;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::ArrayRef;
use yandu_access::FileForm;
use yandu_face::{Asked, Leaving};
use yandu_lake::{LookedUp, Lookup, Principal};

use super::Conversation;
use crate::answer::Answer;
use crate::fault::Result;
use crate::question::Question;
use crate::receipt::Out;
use crate::socket::Stream;

/// A look-up that does not hold this often, one time after the other, is none for its client.
const TRIES: u32 = 3;

/// What is known of a statement from the times that it was asked before.
#[derive(Debug, Default)]
pub(super) struct Repeated(Mutex<State>);

#[derive(Debug, Clone, Default)]
enum State {
    #[default]
    New,
    /// It was asked, and may be a look-up; so often it was none.
    Asked(u32),
    Lookup(Arc<Lookup>),
    /// The engine answers it.
    Other,
}

impl Repeated {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Stream> Conversation<S> {
    /// Asks a statement that was prepared. The rights and the catalogue are those of now, not those of when that was.
    pub(super) async fn ask_prepared(
        &mut self,
        repeated: &Repeated,
        question: &Question,
        values: &[ArrayRef],
    ) -> Result<Answer> {
        let principal = self.ends.reader().await?;
        let known = self.look_up(&principal, repeated, question, values).await?;
        if let Some(answer) = known {
            return Ok(answer);
        }
        let (session, _) = self.reading(&principal);
        self.open(session, question, values).await
    }

    /// The answer of a look-up; none where the engine has to be asked.
    async fn look_up(
        &mut self,
        principal: &Principal,
        repeated: &Repeated,
        question: &Question,
        values: &[ArrayRef],
    ) -> Result<Option<Answer>> {
        let state = repeated.state().clone();
        let (lookup, tries) = match state {
            State::New => {
                *repeated.state() = State::Asked(0);
                return Ok(None);
            }
            State::Other => return Ok(None),
            State::Lookup(lookup) => (lookup, 0),
            State::Asked(tries) => {
                let (session, _) = self.reading(principal);
                let types = values.iter().map(|value| value.data_type().clone());
                let types: Vec<_> = types.collect();
                let preparing = session.lookup(&question.sql, &types);
                // What is wrong with it is told by the one who is asked now.
                let found = self.ends.unless(preparing).await?.ok().flatten();
                let Some(lookup) = found else {
                    *repeated.state() = State::Other;
                    return Ok(None);
                };
                (Arc::new(lookup), tries)
            }
        };
        let session = self.city.session(principal);
        let looking = lookup.rows(&session, values);
        let Some(found) = self.ends.unless(looking).await? else {
            *repeated.state() = match tries + 1 {
                TRIES => State::Other,
                tries => State::Asked(tries),
            };
            return Ok(None);
        };
        let LookedUp {
            rows,
            version,
            terms,
        } = found;
        let dataset = lookup.dataset();
        tracing::debug!(dataset.id = %dataset, rows = rows.num_rows(), "rows looked up");
        self.city.note(principal, slice::from_ref(dataset)).await?;
        let asked = Asked {
            login: &self.login,
            principal,
            form: FileForm::Postgresql,
            sql: &question.sql,
            values,
        };
        let read = vec![(dataset.clone(), version)];
        let leaving = Leaving::reading(&self.city, &asked, read, lookup.schema());
        let mut answer = Answer::of_rows(rows, &question.names);
        answer.terms = terms;
        answer.out = Out::new(Some(leaving), &self.told);
        *repeated.state() = State::Lookup(lookup);
        Ok(Some(answer))
    }
}
