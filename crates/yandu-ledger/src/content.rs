//! What is said of an entry: the elements of a catalogue (政务信息资源目录编制指南) and what the program adds to them.

use serde::{Deserialize, Serialize};
use yandu_pack::declare::{Opening, Origin, SharingClass};
use yandu_words::{Grade, Title};

/// The content of an entry. What nobody has said yet is absent, and the entry lacks it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The code of the resource: classification code and serial.
    #[serde(default)]
    pub code: Option<String>,
    pub title: Title,
    #[serde(default)]
    pub about: Option<String>,
    /// The department that provides the data.
    #[serde(default)]
    pub owner: String,
    /// Its unified social credit code.
    #[serde(default)]
    pub owner_code: Option<String>,
    #[serde(default)]
    pub steward: Option<String>,
    /// Who is asked, and how.
    #[serde(default)]
    pub contact: Option<String>,
    /// Who is told when a delivery is late.
    #[serde(default)]
    pub late_contact: Option<String>,
    #[serde(default)]
    pub origin: Option<Origin>,
    #[serde(default)]
    pub kind: Kind,
    #[serde(default)]
    pub grade: Option<Grade>,
    #[serde(default)]
    pub sharing: Sharing,
    #[serde(default)]
    pub opening: Option<Opening>,
    #[serde(default)]
    pub opening_condition: Option<String>,
    #[serde(default)]
    pub refresh: Option<Refresh>,
    /// The place that the data is about, or the county that holds it: a division code.
    #[serde(default)]
    pub division: Option<String>,
    /// The theme of the classification: population, credit, ecology …
    #[serde(default)]
    pub theme: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    /// The points of the work plan that it serves.
    #[serde(default)]
    pub points: Vec<u8>,
    /// Entries that belong with it.
    #[serde(default)]
    pub related: Vec<String>,
    /// The columns whose values together name a row.
    #[serde(default)]
    pub key: Vec<String>,
    #[serde(default)]
    pub columns: Vec<Column>,
}

impl Content {
    /// An entry of which only the name is known.
    pub fn titled(title: Title, owner: impl Into<String>) -> Self {
        Self {
            code: None,
            title,
            about: None,
            owner: owner.into(),
            owner_code: None,
            steward: None,
            contact: None,
            late_contact: None,
            origin: None,
            kind: Kind::default(),
            grade: None,
            sharing: Sharing::default(),
            opening: None,
            opening_condition: None,
            refresh: None,
            division: None,
            theme: None,
            tags: Vec::new(),
            points: Vec::new(),
            related: Vec::new(),
            key: Vec::new(),
            columns: Vec::new(),
        }
    }
}

/// In which form the data is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    #[default]
    Table,
    Api,
    File,
    Stream,
}

/// Whether other departments may have the data, and how they get it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sharing {
    #[serde(default)]
    pub class: Option<SharingClass>,
    #[serde(default)]
    pub basis: Option<String>,
    #[serde(default)]
    pub condition: Option<String>,
    #[serde(default)]
    pub method: Option<SharingMethod>,
}

/// How shared data is handed over. Copies and downloads are for where the first five do not suffice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SharingMethod {
    SystemLink,
    OnlineQuery,
    OnlineView,
    Service,
    Download,
    Copy,
    Other,
}

/// The update cycle. Those of packs, and the ones between them that catalogues have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refresh {
    RealTime,
    Hourly,
    Daily,
    Weekly,
    TenDaily,
    Monthly,
    Quarterly,
    HalfYearly,
    Yearly,
    Irregular,
}

/// One item of the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    pub name: String,
    pub title: Title,
    #[serde(default, rename = "type")]
    pub value_type: Option<String>,
    #[serde(default)]
    pub standard: Option<String>,
    #[serde(default)]
    pub grade: Option<Grade>,
    #[serde(default)]
    pub about: Option<String>,
}

/// The closed lists of words, with lookups by name and a place for each word.
macro_rules! words {
    ($type:ident { $($variant:ident = $name:literal),+ $(,)? }) => {
        impl $type {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.name() == name)
            }
        }
    };
}

words!(Kind { Table = "table", Api = "api", File = "file", Stream = "stream" });
words!(SharingMethod {
    SystemLink = "system-link",
    OnlineQuery = "online-query",
    OnlineView = "online-view",
    Service = "service",
    Download = "download",
    Copy = "copy",
    Other = "other",
});
words!(Refresh {
    RealTime = "real-time",
    Hourly = "hourly",
    Daily = "daily",
    Weekly = "weekly",
    TenDaily = "ten-daily",
    Monthly = "monthly",
    Quarterly = "quarterly",
    HalfYearly = "half-yearly",
    Yearly = "yearly",
    Irregular = "irregular",
});

impl From<yandu_pack::declare::Refresh> for Refresh {
    fn from(refresh: yandu_pack::declare::Refresh) -> Self {
        use yandu_pack::declare::Refresh as Declared;
        match refresh {
            Declared::RealTime => Self::RealTime,
            Declared::Hourly => Self::Hourly,
            Declared::Daily => Self::Daily,
            Declared::Weekly => Self::Weekly,
            Declared::Monthly => Self::Monthly,
            Declared::Quarterly => Self::Quarterly,
            Declared::Yearly => Self::Yearly,
            Declared::Irregular => Self::Irregular,
        }
    }
}
