use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Title;

/// Sensitivity of a column or dataset, in the terms of GB/T 43697-2024; the order is that of the
/// variants, so the grade of a derived dataset is the maximum of what flows into it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    #[serde(rename = "general-1")]
    General1,
    #[serde(rename = "general-2")]
    General2,
    #[serde(rename = "general-3")]
    General3,
    #[serde(rename = "general-4")]
    General4,
    Important,
    Core,
}

impl Grade {
    pub const ALL: [Self; 6] = [
        Self::General1,
        Self::General2,
        Self::General3,
        Self::General4,
        Self::Important,
        Self::Core,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::General1 => "general-1",
            Self::General2 => "general-2",
            Self::General3 => "general-3",
            Self::General4 => "general-4",
            Self::Important => "important",
            Self::Core => "core",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.name() == name)
    }

    pub fn title(self) -> Title {
        match self {
            Self::General1 => Title::new("一般数据1级", "General data, level 1"),
            Self::General2 => Title::new("一般数据2级", "General data, level 2"),
            Self::General3 => Title::new("一般数据3级", "General data, level 3"),
            Self::General4 => Title::new("一般数据4级", "General data, level 4"),
            Self::Important => Title::new("重要数据", "Important data"),
            Self::Core => Title::new("核心数据", "Core data"),
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
