//! How sensitive what a model makes is: the rule for one column.
//!
//! A column inherits the highest grade of the values that flow into it, since the higher and stricter wins (GB/T
//! 43697-2024). Only an aggregate may have a lower one, and only where its declaration says so and why; whoever writes
//! it answers for it. What a steward settled with a reason is lower whatever it is made of. What only decides (a filter,
//! a join, a group) carries no value and lifts no grade.

use yandu_words::Grade;

/// A column whose values flow into another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inflow {
    /// `pack.dataset.column`.
    pub from: String,
    /// The grade that it has for whatever comes from it.
    pub grade: Grade,
    /// Whether its values arrive only computed from many rows.
    pub is_aggregated: bool,
}

/// What a column inherits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inherited {
    pub declared: Grade,
    /// The highest grade that flows in.
    pub grade: Grade,
    /// The columns that bring it.
    pub from: Vec<String>,
    pub standing: Standing,
}

/// How a declared grade stands against the inherited one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// At least as high.
    Kept,
    /// Lower, and it is said why: by the declaration, of aggregates, or by whoever settled it.
    Lowered,
    /// Lower, of aggregates, and nothing is said about it.
    Unexplained,
    /// Lower than values that arrive themselves.
    Below,
}

/// What is said of a grade that is lower than what flows in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explained {
    /// Nothing.
    Not,
    /// The declaration gives a grade of its own and a reason to lower it, which counts for aggregates.
    Declared,
    /// Somebody who answers for the values settled it with a written reason.
    Settled,
}

/// What a column with a declared grade inherits; `None` where no values flow in.
pub fn inherit(
    declared: Grade,
    explained: Explained,
    inflows: impl IntoIterator<Item = Inflow>,
) -> Option<Inherited> {
    let mut highest: Option<(Grade, Vec<String>)> = None;
    let mut only_aggregates = true;
    for inflow in inflows {
        only_aggregates &= inflow.is_aggregated || inflow.grade <= declared;
        match &mut highest {
            Some((grade, _)) if inflow.grade < *grade => {}
            Some((grade, from)) if inflow.grade == *grade => from.push(inflow.from),
            _ => highest = Some((inflow.grade, vec![inflow.from])),
        }
    }
    let (grade, mut from) = highest?;
    from.sort();
    from.dedup();
    let standing = if grade <= declared {
        Standing::Kept
    } else {
        match (explained, only_aggregates) {
            (Explained::Settled, _) | (Explained::Declared, true) => Standing::Lowered,
            (Explained::Not, true) => Standing::Unexplained,
            (Explained::Not | Explained::Declared, false) => Standing::Below,
        }
    };
    Some(Inherited {
        declared,
        grade,
        from,
        standing,
    })
}

impl Inherited {
    /// The grade for whatever comes from the column: a lowering that is declared counts further down, any other does not.
    pub fn effective(&self) -> Grade {
        match self.standing {
            Standing::Kept | Standing::Lowered => self.declared,
            Standing::Unexplained | Standing::Below => self.grade,
        }
    }

    /// Whether the declaration must be mended.
    pub fn is_too_low(&self) -> bool {
        matches!(self.standing, Standing::Unexplained | Standing::Below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inflow(from: &str, grade: Grade, is_aggregated: bool) -> Inflow {
        Inflow {
            from: from.to_owned(),
            grade,
            is_aggregated,
        }
    }

    fn standing(explained: Explained, inflows: &[Inflow]) -> Standing {
        inherit(Grade::General1, explained, inflows.to_vec())
            .unwrap()
            .standing
    }

    #[test]
    fn the_highest_grade_wins_and_all_columns_that_bring_it_are_named() {
        let inherited = inherit(
            Grade::General4,
            Explained::Not,
            [
                inflow("a.b.name", Grade::General2, false),
                inflow("a.b.number", Grade::General3, true),
                inflow("a.b.mobile", Grade::General3, false),
                inflow("a.b.mobile", Grade::General3, true),
            ],
        )
        .unwrap();
        assert_eq!(inherited.grade, Grade::General3);
        assert_eq!(inherited.from, ["a.b.mobile", "a.b.number"]);
        assert_eq!(inherited.standing, Standing::Kept);
        assert_eq!(inherited.effective(), Grade::General4);
    }

    #[test]
    fn only_an_explained_aggregate_lowers_a_grade() {
        let whole = inflow("a.b.mobile", Grade::General3, false);
        let summed = inflow("a.b.income", Grade::General3, true);
        let harmless = inflow("a.b.town", Grade::General1, false);
        let all = [summed.clone(), harmless];
        assert_eq!(standing(Explained::Declared, &all), Standing::Lowered);
        assert_eq!(standing(Explained::Not, &all), Standing::Unexplained);
        let with_copies = [summed, whole];
        assert_eq!(standing(Explained::Declared, &with_copies), Standing::Below);
        assert_eq!(
            standing(Explained::Settled, &with_copies),
            Standing::Lowered
        );
    }

    #[test]
    fn an_undeclared_lowering_is_none_for_what_comes_after() {
        let of = |explained| {
            let summed = inflow("a.b.income", Grade::General3, true);
            inherit(Grade::General1, explained, [summed]).unwrap()
        };
        assert_eq!(of(Explained::Declared).effective(), Grade::General1);
        assert!(!of(Explained::Declared).is_too_low());
        assert_eq!(of(Explained::Not).effective(), Grade::General3);
        assert!(of(Explained::Not).is_too_low());
        assert_eq!(inherit(Grade::General1, Explained::Declared, []), None);
    }
}
