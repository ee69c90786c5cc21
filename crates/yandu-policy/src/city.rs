//! What policies speak of: who asks, what can be done, and what the city has.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use yandu_words::id::DatasetId;
use yandu_words::{FieldId, Grade, Mask};

/// What the city has, as far as policies can name it. What is `None` is not known, and any name of it is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct City {
    pub datasets: BTreeMap<DatasetId, Dataset>,
    pub roles: Option<BTreeSet<String>>,
    /// The roles that it has of its own, beside those.
    pub own_roles: BTreeSet<String>,
    /// The departments by their names, as the owners of datasets are.
    pub departments: Option<BTreeSet<String>>,
    /// The codes of divisions.
    pub divisions: Option<BTreeSet<String>>,
    /// The division above each that has one.
    pub above: BTreeMap<String, String>,
}

impl City {
    /// Whether all names mean the same in another city, whatever grades and masks there are: a policy that was read over one is
    /// read over the other.
    pub(crate) fn has_names_of(&self, other: &Self) -> bool {
        let fields = |dataset: &Dataset| -> BTreeMap<String, FieldId> {
            let columns = dataset.columns.iter();
            columns
                .map(|(name, column)| (name.clone(), column.field))
                .collect()
        };
        let datasets = self.datasets.iter().zip(&other.datasets);
        self.roles == other.roles
            && self.own_roles == other.own_roles
            && self.departments == other.departments
            && self.divisions == other.divisions
            && self.datasets.len() == other.datasets.len()
            && datasets
                .into_iter()
                .all(|((id, one), (other_id, another))| {
                    id == other_id && one.owner == another.owner && fields(one) == fields(another)
                })
    }
}

/// A dataset as policies see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// The department that answers for it.
    pub owner: String,
    /// `collect`, `model`, `matter`, `form` or `observe`.
    pub origin: String,
    /// `unconditional`, `conditional` or `none`.
    pub sharing: String,
    /// `open`, `conditional` or `closed`.
    pub opening: String,
    pub columns: IndexMap<String, Column>,
    /// The grade that it has at least as a whole.
    pub at_least: Option<Grade>,
}

impl Dataset {
    /// What a field is called; none where no column is it.
    pub fn name_of(&self, field: FieldId) -> Option<&str> {
        let mut columns = self.columns.iter();
        let found = columns.find(|(_, column)| column.field == field);
        found.map(|(name, _)| name.as_str())
    }

    /// The highest grade of its columns, and what it has at least.
    pub fn grade(&self) -> Grade {
        let grades = self.columns.values().map(|column| column.grade);
        grades.chain(self.at_least).max().unwrap_or(Grade::General1)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Whatever it is called.
    pub field: FieldId,
    pub grade: Grade,
    /// What stands in for a value that is above the grade up to which a permit shows values.
    pub mask: Mask,
}

/// Runs the system: accounts, packs, backups.
pub const SYSTEM_ADMINISTRATOR: &str = "system-administrator";
/// Decides on rights.
pub const SECURITY_ADMINISTRATOR: &str = "security-administrator";
/// Looks at what the others did.
pub const AUDIT_ADMINISTRATOR: &str = "audit-administrator";

/// The roles of the three administrators, which every city has.
pub const ADMINISTRATORS: [&str; 3] = [
    SYSTEM_ADMINISTRATOR,
    SECURITY_ADMINISTRATOR,
    AUDIT_ADMINISTRATOR,
];

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Principal {
    pub kind: Kind,
    pub id: String,
    pub roles: BTreeSet<String>,
    /// The name of the department that it belongs to.
    pub department: Option<String>,
    /// The code of the division that it works for.
    pub division: Option<String>,
}

impl Principal {
    /// Whoever has not said who it is.
    pub fn visitor() -> Self {
        Self {
            kind: Kind::Visitor,
            id: "anyone".to_owned(),
            roles: BTreeSet::new(),
            department: None,
            division: None,
        }
    }

    /// What a condition on rows can put in the place of `$name`. What the principal has not is null, with which no
    /// comparison holds.
    pub fn values(&self) -> BTreeMap<String, Option<String>> {
        BTreeMap::from([
            ("account".to_owned(), Some(self.id.clone())),
            ("department".to_owned(), self.department.clone()),
            ("division".to_owned(), self.division.clone()),
        ])
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Person,
    /// A program that asks for itself.
    Service,
    /// An organisation outside of the administration, such as an enterprise.
    Organisation,
    Visitor,
}

impl Kind {
    pub const ALL: [Self; 4] = [
        Self::Person,
        Self::Service,
        Self::Organisation,
        Self::Visitor,
    ];

    /// The name of its type in Cedar.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Service => "Service",
            Self::Organisation => "Organisation",
            Self::Visitor => "Visitor",
        }
    }
}

/// What can be done. Each is done to a dataset, or to the city as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Read rows of a dataset.
    Read,
    /// Hand over deliveries and forms for a dataset.
    Deliver,
    /// Correct, release, undo, and keep the entry of a dataset in the ledger.
    Steward,
    /// Give and revoke grants of a dataset.
    Grant,
    /// Know that a dataset is there and of its fields, and ask to be given it.
    Apply,
    /// Read what the ledger and the plan say of the city, and its boards.
    Browse,
    /// Register, review and publish entries of the ledger, of whatever department.
    KeepLedger,
    /// Work on the plan.
    EditPlan,
    /// Say how the plan stands where the own unit answers for it: steps, evidence, documents.
    ReportPlan,
    /// Change packs, sources and models, make backups, and see how the program runs.
    Operate,
    ManageAccounts,
    ManagePolicies,
    /// Read who did what.
    Audit,
}

impl Action {
    pub const ALL: [Self; 13] = [
        Self::Read,
        Self::Deliver,
        Self::Steward,
        Self::Grant,
        Self::Apply,
        Self::Browse,
        Self::KeepLedger,
        Self::EditPlan,
        Self::ReportPlan,
        Self::Operate,
        Self::ManageAccounts,
        Self::ManagePolicies,
        Self::Audit,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Deliver => "deliver",
            Self::Steward => "steward",
            Self::Grant => "grant",
            Self::Apply => "apply",
            Self::Browse => "browse",
            Self::KeepLedger => "keep-ledger",
            Self::EditPlan => "edit-plan",
            Self::ReportPlan => "report-plan",
            Self::Operate => "operate",
            Self::ManageAccounts => "manage-accounts",
            Self::ManagePolicies => "manage-policies",
            Self::Audit => "audit",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }

    /// Whether it is done to a dataset, and not to the city.
    pub fn is_on_dataset(self) -> bool {
        matches!(
            self,
            Self::Read | Self::Deliver | Self::Steward | Self::Grant | Self::Apply
        )
    }

    pub(crate) fn bit(self) -> u16 {
        1 << (self as u16)
    }
}

/// The way on which something leaves the city's program.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Pages and questions, some rows at a time.
    #[default]
    Page,
    /// A file of any size.
    Export,
    /// Programs: tokens, and the protocols of other databases.
    Interface,
}

impl Way {
    pub const ALL: [Self; 3] = [Self::Page, Self::Export, Self::Interface];

    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Export => "export",
            Self::Interface => "interface",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }
}

/// In which circumstances somebody asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Circumstances {
    /// What the reader says it is for.
    pub purpose: Option<String>,
    pub way: Way,
}
