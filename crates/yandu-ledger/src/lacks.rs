//! What an entry needs, and whether it has it.
//!
//! The list is that of the core metadata of a resource (政务信息资源目录编制指南), with what sharing under 国令第809号 asks for
//! besides: the basis of a refusal, the conditions, the grades.

use serde::Serialize;
use yandu_pack::declare::{Opening, SharingClass};

use crate::content::{Content, Kind};

/// Something that an entry needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Element {
    /// The classification of the resource.
    Theme,
    Code,
    Owner,
    OwnerCode,
    About,
    Columns,
    /// A grade of the entry and of each of its columns.
    Grade,
    SharingClass,
    /// The law that a condition or a refusal rests on.
    SharingBasis,
    SharingCondition,
    SharingMethod,
    Opening,
    OpeningCondition,
    Refresh,
    Contact,
    /// Advised: a table without a key cannot be corrected row by row.
    Key,
}

impl Element {
    pub const ALL: [Self; 16] = [
        Self::Theme,
        Self::Code,
        Self::Owner,
        Self::OwnerCode,
        Self::About,
        Self::Columns,
        Self::Grade,
        Self::SharingClass,
        Self::SharingBasis,
        Self::SharingCondition,
        Self::SharingMethod,
        Self::Opening,
        Self::OpeningCondition,
        Self::Refresh,
        Self::Contact,
        Self::Key,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Theme => "theme",
            Self::Code => "code",
            Self::Owner => "owner",
            Self::OwnerCode => "owner-code",
            Self::About => "about",
            Self::Columns => "columns",
            Self::Grade => "grade",
            Self::SharingClass => "sharing-class",
            Self::SharingBasis => "sharing-basis",
            Self::SharingCondition => "sharing-condition",
            Self::SharingMethod => "sharing-method",
            Self::Opening => "opening",
            Self::OpeningCondition => "opening-condition",
            Self::Refresh => "refresh",
            Self::Contact => "contact",
            Self::Key => "key",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|element| element.name() == name)
    }

    pub fn chinese(self) -> &'static str {
        match self {
            Self::Theme => "信息资源分类",
            Self::Code => "信息资源代码",
            Self::Owner => "提供方",
            Self::OwnerCode => "提供方代码",
            Self::About => "摘要",
            Self::Columns => "信息项",
            Self::Grade => "数据分级",
            Self::SharingClass => "共享类型",
            Self::SharingBasis => "共享依据",
            Self::SharingCondition => "共享条件",
            Self::SharingMethod => "共享方式",
            Self::Opening => "开放类型",
            Self::OpeningCondition => "开放条件",
            Self::Refresh => "更新周期",
            Self::Contact => "联系方式",
            Self::Key => "主键",
        }
    }

    /// Whether an entry without it is not published.
    pub fn is_required(self) -> bool {
        self != Self::Key
    }

    pub(crate) fn bit(self) -> u32 {
        1 << (self as u32)
    }

    fn is_lacking(self, content: &Content) -> bool {
        let class = content.sharing.class;
        let missing = |text: &Option<String>| text.as_deref().is_none_or(str::is_empty);
        match self {
            Self::Theme => missing(&content.theme),
            Self::Code => missing(&content.code),
            Self::Owner => content.owner.is_empty(),
            Self::OwnerCode => missing(&content.owner_code),
            Self::About => missing(&content.about),
            Self::Columns => content.columns.is_empty(),
            Self::Grade => {
                content.grade.is_none()
                    || content.columns.iter().any(|column| column.grade.is_none())
            }
            Self::SharingClass => class.is_none(),
            Self::SharingBasis => {
                matches!(class, Some(SharingClass::Conditional | SharingClass::None))
                    && missing(&content.sharing.basis)
            }
            Self::SharingCondition => {
                class == Some(SharingClass::Conditional) && missing(&content.sharing.condition)
            }
            Self::SharingMethod => {
                class != Some(SharingClass::None) && content.sharing.method.is_none()
            }
            Self::Opening => content.opening.is_none(),
            Self::OpeningCondition => {
                content.opening == Some(Opening::Conditional) && missing(&content.opening_condition)
            }
            Self::Refresh => content.refresh.is_none(),
            Self::Contact => missing(&content.contact),
            Self::Key => content.kind == Kind::Table && content.key.is_empty(),
        }
    }
}

/// What a content lacks, in the order of the elements.
pub(crate) fn lacks(content: &Content) -> Vec<Element> {
    Element::ALL
        .into_iter()
        .filter(|element| element.is_lacking(content))
        .collect()
}

pub(crate) fn bits(lacks: &[Element]) -> u32 {
    lacks.iter().fold(0, |bits, element| bits | element.bit())
}

pub(crate) fn from_bits(bits: u32) -> Vec<Element> {
    Element::ALL
        .into_iter()
        .filter(|element| bits & element.bit() != 0)
        .collect()
}

#[cfg(test)]
mod tests {
    use yandu_words::Title;

    use super::*;
    use crate::content::SharingMethod;

    fn bare() -> Content {
        Content::titled(Title::new("表", "Table"), "市公安局")
    }

    #[test]
    fn a_refusal_needs_its_basis_and_a_condition_its_text() {
        let mut content = bare();
        content.sharing.class = Some(SharingClass::None);
        let lacking = lacks(&content);
        assert!(lacking.contains(&Element::SharingBasis));
        assert!(!lacking.contains(&Element::SharingMethod));
        content.sharing.class = Some(SharingClass::Conditional);
        let lacking = lacks(&content);
        assert!(lacking.contains(&Element::SharingBasis));
        assert!(lacking.contains(&Element::SharingCondition));
        content.sharing.class = Some(SharingClass::Unconditional);
        content.sharing.method = Some(SharingMethod::Service);
        let lacking = lacks(&content);
        assert!(
            !lacking
                .iter()
                .any(|element| element.name().starts_with("sharing"))
        );
    }

    #[test]
    fn bits_and_elements_are_the_same() {
        for element in Element::ALL {
            assert_eq!(Element::from_name(element.name()), Some(element));
            assert_eq!(from_bits(bits(&[element])), [element]);
        }
    }
}
