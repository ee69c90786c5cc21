//! The words of other vocabularies: prefixes, and those concepts of the European authority tables that are used.
//!
//! Each concept is described where it is used, so that a reader needs no other document to understand or check the graph.
//! Their source: the authority tables of the Publications Office of the EU (<https://op.europa.eu/web/eu-vocabularies>).

use oxrdf::NamedNode;
use yandu_ledger::{Content, Refresh};
use yandu_pack::declare::{Opening, SharingClass};

use super::graph::Graph;

pub(super) const PREFIXES: &[(&str, &str)] = &[
    ("adms", "http://www.w3.org/ns/adms#"),
    ("dcat", "http://www.w3.org/ns/dcat#"),
    ("dct", "http://purl.org/dc/terms/"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("hydra", "http://www.w3.org/ns/hydra/core#"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// The full name of a word such as `dct:title`.
pub(super) fn named(word: &str) -> NamedNode {
    let full = word.split_once(':').and_then(|(prefix, name)| {
        let (_, iri) = PREFIXES.iter().find(|(known, _)| *known == prefix)?;
        Some(format!("{iri}{name}"))
    });
    NamedNode::new_unchecked(full.unwrap_or_else(|| word.to_owned()))
}

/// A full name with its prefix, where it has one.
pub(super) fn shortened(iri: &str) -> String {
    let short = PREFIXES.iter().find_map(|(prefix, start)| {
        let name = iri.strip_prefix(start)?;
        Some(format!("{prefix}:{name}"))
    });
    short.unwrap_or_else(|| iri.to_owned())
}

/// A table of concepts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table {
    start: &'static str,
    pub(super) scheme: &'static str,
    title: &'static str,
    /// What its concepts are besides.
    class: Option<&'static str>,
}

const FREQUENCY: Table = Table {
    start: "http://publications.europa.eu/resource/authority/frequency/",
    scheme: "http://publications.europa.eu/resource/authority/frequency",
    title: "Frequency",
    class: Some("dct:Frequency"),
};
const LANGUAGE: Table = Table {
    start: "http://publications.europa.eu/resource/authority/language/",
    scheme: "http://publications.europa.eu/resource/authority/language",
    title: "Language",
    class: Some("dct:LinguisticSystem"),
};
const ACCESS: Table = Table {
    start: "http://publications.europa.eu/resource/authority/access-right/",
    scheme: "http://publications.europa.eu/resource/authority/access-right",
    title: "Access right",
    class: Some("dct:RightsStatement"),
};
const FILE_TYPE: Table = Table {
    start: "http://publications.europa.eu/resource/authority/file-type/",
    scheme: "http://publications.europa.eu/resource/authority/file-type",
    title: "File type",
    class: Some("dct:MediaTypeOrExtent"),
};
pub(super) const THEME: Table = Table {
    start: "http://publications.europa.eu/resource/authority/data-theme/",
    scheme: "http://publications.europa.eu/resource/authority/data-theme",
    title: "Data theme",
    class: None,
};
const PUBLISHER: Table = Table {
    start: "http://purl.org/adms/publishertype/",
    scheme: "http://purl.org/adms/publishertype/1.0",
    title: "Publisher type",
    class: None,
};

/// A concept of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Concept {
    table: Table,
    name: &'static str,
    zh: &'static str,
    en: &'static str,
}

macro_rules! concept {
    ($table:ident $name:literal $zh:literal $en:literal) => {
        Concept {
            table: $table,
            name: $name,
            zh: $zh,
            en: $en,
        }
    };
}

pub(super) const CHINESE: Concept = concept!(LANGUAGE "ZHO" "中文" "Chinese");
pub(super) const ENGLISH: Concept = concept!(LANGUAGE "ENG" "英文" "English");
pub(super) const CSV: Concept = concept!(FILE_TYPE "CSV" "CSV" "CSV");
pub(super) const JSON: Concept = concept!(FILE_TYPE "JSON" "JSON" "JSON");
pub(super) const AUTHORITY: Concept =
    concept!(PUBLISHER "LocalAuthority" "地方机关" "Local authority");
const PUBLIC: Concept = concept!(ACCESS "PUBLIC" "公开" "public");
const RESTRICTED: Concept = concept!(ACCESS "RESTRICTED" "有条件" "restricted");
const NON_PUBLIC: Concept = concept!(ACCESS "NON_PUBLIC" "不公开" "non-public");

impl Concept {
    pub(super) fn iri(self) -> String {
        format!("{}{}", self.table.start, self.name)
    }

    /// Describes the concept, and gives its name to link to.
    pub(super) fn within(self, graph: &mut Graph) -> String {
        let iri = self.iri();
        let mut concept = graph.about(&iri);
        concept.is_a("skos:Concept");
        if let Some(class) = self.table.class {
            concept.is_a(class);
        }
        concept
            .worded("skos:prefLabel", self.zh, "zh")
            .worded("skos:prefLabel", self.en, "en")
            .link("skos:inScheme", self.table.scheme);
        self.table.within(graph);
        iri
    }
}

impl Table {
    pub(super) fn within(self, graph: &mut Graph) {
        graph
            .about(self.scheme)
            .is_a("skos:ConceptScheme")
            .worded("dct:title", self.title, "en");
    }
}

pub(super) fn frequency(refresh: Refresh) -> Concept {
    match refresh {
        Refresh::RealTime => concept!(FREQUENCY "CONT" "实时" "continuous"),
        Refresh::Hourly => concept!(FREQUENCY "HOURLY" "每小时" "hourly"),
        Refresh::Daily => concept!(FREQUENCY "DAILY" "每日" "daily"),
        Refresh::Weekly => concept!(FREQUENCY "WEEKLY" "每周" "weekly"),
        Refresh::TenDaily => concept!(FREQUENCY "MONTHLY_3" "每旬" "three times a month"),
        Refresh::Monthly => concept!(FREQUENCY "MONTHLY" "每月" "monthly"),
        Refresh::Quarterly => concept!(FREQUENCY "QUARTERLY" "每季" "quarterly"),
        Refresh::HalfYearly => concept!(FREQUENCY "ANNUAL_2" "每半年" "semiannual"),
        Refresh::Yearly => concept!(FREQUENCY "ANNUAL" "每年" "annual"),
        Refresh::Irregular => concept!(FREQUENCY "IRREG" "不定期" "irregular"),
    }
}

/// Who may have the data. What is open is public; what is opened or shared under conditions, or only among departments,
/// is restricted; what nobody else may have is not public.
pub(super) fn access(content: &Content) -> Concept {
    match (content.opening, content.sharing.class) {
        (Some(Opening::Open), _) => PUBLIC,
        (Some(Opening::Conditional), _)
        | (_, Some(SharingClass::Unconditional | SharingClass::Conditional)) => RESTRICTED,
        _ => NON_PUBLIC,
    }
}

/// The words of the city's themes, and the European theme that each belongs to. The first that a theme contains counts.
const THEMES: &[(&[&str], Concept)] = &[
    (
        &["农", "渔", "林", "食品", "agri", "food"],
        concept!(THEME "AGRI" "农业、渔业、林业和食品" "Agriculture, fisheries, forestry and food"),
    ),
    (
        &[
            "教育",
            "文化",
            "体育",
            "旅游",
            "education",
            "culture",
            "sport",
        ],
        concept!(THEME "EDUC" "教育、文化和体育" "Education, culture and sport"),
    ),
    (
        &["能源", "电力", "燃气", "双碳", "energy"],
        concept!(THEME "ENER" "能源" "Energy"),
    ),
    (
        &[
            "生态",
            "环境",
            "环保",
            "空气",
            "气象",
            "水利",
            "environment",
            "ecology",
            "air",
        ],
        concept!(THEME "ENVI" "环境" "Environment"),
    ),
    (
        &["卫生", "健康", "医疗", "医保", "药", "health"],
        concept!(THEME "HEAL" "健康" "Health"),
    ),
    (
        &[
            "司法",
            "公安",
            "安全",
            "应急",
            "justice",
            "safety",
            "emergency",
        ],
        concept!(THEME "JUST" "司法、法律制度和公共安全" "Justice, legal system and public safety"),
    ),
    (
        &["交通", "运输", "道路", "transport"],
        concept!(THEME "TRAN" "交通运输" "Transport"),
    ),
    (
        &["科技", "科学", "信息化", "technology", "science"],
        concept!(THEME "TECH" "科学技术" "Science and technology"),
    ),
    (
        &[
            "空间",
            "地理",
            "国土",
            "自然资源",
            "城乡",
            "城市",
            "住房",
            "房产",
            "区划",
            "spatial",
            "housing",
            "urban",
        ],
        concept!(THEME "REGI" "区域和城市" "Regions and cities"),
    ),
    (
        &[
            "法人",
            "企业",
            "经济",
            "金融",
            "价格",
            "市场",
            "税",
            "财政",
            "工商",
            "enterprise",
            "economy",
            "finance",
        ],
        concept!(THEME "ECON" "经济和金融" "Economy and finance"),
    ),
    (
        &[
            "人口",
            "社会",
            "民政",
            "社保",
            "就业",
            "救助",
            "社区",
            "population",
            "society",
            "social",
        ],
        concept!(THEME "SOCI" "人口和社会" "Population and society"),
    ),
    (
        &[
            "政务",
            "信用",
            "公共服务",
            "证照",
            "政府",
            "government",
            "credit",
        ],
        concept!(THEME "GOVE" "政府和公共部门" "Government and public sector"),
    ),
];

/// The European theme that a theme of the city belongs to.
pub(super) fn theme(theme: &str) -> Option<Concept> {
    let theme = theme.to_lowercase();
    let contains = |words: &[&str]| words.iter().any(|word| theme.contains(word));
    THEMES
        .iter()
        .find(|(words, _)| contains(words))
        .map(|(_, concept)| *concept)
}
