//! Which columns a workbook of rows that wait leaves out, and by which rule and grade, in the words of the pages.
//!
//! Such a row is in no table yet, so that no mask is made of its cells and no condition asked of it: a column is left out unless its
//! values are seen as they are in every row. The pages say the same in the place of each cell.

use yandu_lake::WholeColumns;
use yandu_policy::{Because, Policies, Seen, Shown, Way};
use yandu_words::Grade;
use yandu_words::id::DatasetId;

use crate::access::Asker;
use crate::citizen::{Language, told};
use crate::state::State;

/// A line in both languages for each column of a dataset that is not seen, in the order of their declaration.
pub(super) fn lines(
    state: &State,
    asker: &Asker,
    dataset: &DatasetId,
    seen: &WholeColumns,
) -> Vec<String> {
    if seen.shows_all() {
        return Vec::new();
    }
    let packs = state.collector().packs();
    let Some(declared) = packs.dataset(dataset) else {
        return Vec::new();
    };
    let shown = shown(state, asker, dataset);
    let columns = declared.file().columns.iter();
    let left_out = columns.filter(|(name, _)| !seen.shows(name.as_str()));
    state.door().with_policies(|policies| {
        let lines = left_out.map(|(name, column)| {
            let name = name.as_str();
            let grade = declared.column_grade(name);
            let why = Why::of(name, &shown);
            let said = [Language::Chinese, Language::English].map(|language| {
                let column = named(language, language.title(&column.title), name);
                let why = why.words(language, grade, policies);
                format!("{column}{}{why}", language.say("：", ": "))
            });
            said.join(" · ")
        });
        lines.collect()
    })
}

/// What permits show of a dataset to whoever asks.
fn shown(state: &State, asker: &Asker, dataset: &DatasetId) -> Vec<Shown> {
    let Some(principal) = asker.principal().filter(|_| asker.reads()) else {
        return Vec::new();
    };
    state
        .door()
        .sight(&principal, &asker.on(Way::Export), dataset)
}

/// Why a column is left out, and the policy or grant that it follows from.
enum Why<'a> {
    /// A permit does not show its values as they are; of several the one that counts.
    Seen(&'a Seen, &'a str),
    /// A permit shows them in some rows alone.
    InSomeRows(&'a str),
    Unread,
}

impl<'a> Why<'a> {
    fn of(column: &str, shown: &'a [Shown]) -> Self {
        if let Some((permit, seen)) = Shown::masking(column, shown) {
            return Self::Seen(seen, &permit.policy);
        }
        let mut showing = shown
            .iter()
            .filter(|permit| permit.columns.contains_key(column));
        match showing.find(|permit| permit.rows.is_some()) {
            Some(permit) => Self::InSomeRows(&permit.policy),
            None => Self::Unread,
        }
    }

    /// The reason, the grade of the column, and the rule.
    fn words(&self, language: Language, grade: Option<Grade>, policies: &Policies) -> String {
        let text = |key| told::text(language, key, &[]);
        let (because, policy) = match self {
            Self::Seen(seen, policy) => (told::because(language, seen), Some(*policy)),
            Self::InSomeRows(policy) => (text("sights.because-condition"), Some(*policy)),
            Self::Unread => (text("sights.because-unread"), None),
        };
        let is_graded = matches!(
            self,
            Self::Seen(
                Seen {
                    because: Because::Grade(_),
                    ..
                },
                _
            )
        );
        let grade = grade.filter(|_| !is_graded).and_then(|grade| {
            let grade = told::grade(language, grade);
            told::text(language, "hidden.grade", &[("grade", &grade)])
        });
        let under = policy.and_then(|policy| {
            let about = policies.find(policy).and_then(|told| told.about);
            let policy = about.map_or_else(
                || policy.to_owned(),
                |about| named(language, &about, policy),
            );
            told::under(language, &policy)
        });
        let parts: Vec<String> = [because, grade, under].into_iter().flatten().collect();
        parts.join(language.say("；", "; "))
    }
}

/// What something is called, with its name behind it.
fn named(language: Language, title: &str, name: &str) -> String {
    match language {
        Language::Chinese => format!("{title}（{name}）"),
        Language::English => format!("{title} ({name})"),
    }
}
