/// What can be said of a policy beside what Cedar reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Annotation {
    /// The name of the policy, one in its text.
    Id,
    /// What it is for, in the words of those who read under it.
    About,
    /// The law or document that it follows.
    Basis,
    /// Which rows a permit of `read` shows: a condition of SQL. `$account`, `$department` and `$division` are values of the
    /// reader.
    Rows,
    /// The columns that it shows, with commas between; all where it is missing.
    Columns,
    /// The grade up to which it shows values as they are. Of higher ones it shows what their masks leave.
    UpTo,
    /// Masks of single columns in the place of the declared ones: `mobile: keep 3 4; name: null`.
    Masks,
    /// With `forbid`: only values of this grade and above are withheld, and not the dataset.
    FromGrade,
}

impl Annotation {
    pub const ALL: [Self; 8] = [
        Self::Id,
        Self::About,
        Self::Basis,
        Self::Rows,
        Self::Columns,
        Self::UpTo,
        Self::Masks,
        Self::FromGrade,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::About => "about",
            Self::Basis => "basis",
            Self::Rows => "rows",
            Self::Columns => "columns",
            Self::UpTo => "up_to",
            Self::Masks => "masks",
            Self::FromGrade => "from_grade",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}
