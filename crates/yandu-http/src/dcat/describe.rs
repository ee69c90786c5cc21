//! An entry of the ledger as a `dcat:Dataset`, and what belongs to it.

use yandu_ledger::{Content, Entry};
use yandu_pack::declare::Origin;

use super::graph::Graph;
use super::vocabulary::{self, AUTHORITY, CHINESE, CSV, Concept, ENGLISH, JSON};
use crate::address::{Base, encode};

/// The names of things in the graph.
pub(super) struct Names<'a> {
    pub(super) base: &'a Base,
}

impl Names<'_> {
    pub(super) fn catalogue(&self) -> String {
        self.base.at("/dcat/catalog")
    }

    pub(super) fn dataset(&self, id: &str) -> String {
        self.base.at(&format!("/dcat/dataset/{}", encode(id)))
    }

    pub(super) fn agent(&self, name: &str) -> String {
        self.base.at(&format!("/dcat/agent/{}", encode(name)))
    }

    pub(super) fn themes(&self) -> String {
        self.base.at("/dcat/theme")
    }

    pub(super) fn sql(&self) -> String {
        self.base.at("/dcat/service/sql")
    }

    pub(super) fn actions(&self) -> String {
        self.base.at("/dcat/service/ckan")
    }
}

/// Describes an entry; `is_table` says whether its rows can be read here.
pub(super) fn dataset(graph: &mut Graph, names: &Names<'_>, entry: &Entry, is_table: bool) {
    let content = &entry.content;
    let iri = names.dataset(entry.id.as_str());
    let publisher = agent(graph, names, &content.owner);
    let access = vocabulary::access(content).within(graph);
    let language = CHINESE.within(graph);
    let about = content.about.as_deref().filter(|about| !about.is_empty());
    let page = names
        .base
        .at(&format!("/datasets/{}", encode(entry.id.as_str())));
    graph
        .about(&iri)
        .is_a("dcat:Dataset")
        .text("dct:identifier", entry.id.as_str())
        .titled("dct:title", &content.title)
        .worded("dct:description", about.unwrap_or(&content.title.zh), "zh")
        .link("dct:publisher", &publisher)
        .link("dct:accessRights", &access)
        .link("dct:language", &language)
        .link("dcat:landingPage", &page)
        .time("dct:issued", entry.published_at.unwrap_or(entry.created_at))
        .time("dct:modified", modified(entry));
    graph.about(&page).is_a("foaf:Document");
    if let Some(code) = &content.code {
        graph.about(&iri).text("dct:identifier", code);
    }
    if content.title.en.is_some() {
        let english = ENGLISH.within(graph);
        graph.about(&iri).link("dct:language", &english);
    }
    if let Some(refresh) = content.refresh {
        let frequency = vocabulary::frequency(refresh).within(graph);
        graph.about(&iri).link("dct:accrualPeriodicity", &frequency);
    }
    for tag in &content.tags {
        let language = if tag.is_ascii() { "en" } else { "zh" };
        graph.about(&iri).worded("dcat:keyword", tag, language);
    }
    for related in &content.related {
        let other = names.dataset(related);
        graph.about(&iri).link("dct:relation", &other);
        graph.about(&other).is_a("rdfs:Resource");
    }
    contact(graph, &iri, content);
    theme(graph, names, &iri, content);
    place_and_time(graph, names, &iri, entry);
    origin(graph, &iri, content);
    rights(graph, &iri, content);
    standards(graph, names, &iri, content);
    if is_table {
        distributions(graph, names, &iri, entry);
    }
}

fn modified(entry: &Entry) -> jiff::Timestamp {
    entry
        .facts
        .last_at
        .map_or(entry.updated_at, |at| at.max(entry.updated_at))
}

/// A department.
pub(super) fn agent(graph: &mut Graph, names: &Names<'_>, name: &str) -> String {
    let name = if name.is_empty() { "未注明" } else { name };
    let iri = names.agent(name);
    let kind = AUTHORITY.within(graph);
    graph
        .about(&iri)
        .is_a("foaf:Agent")
        .worded("foaf:name", name, "zh")
        .link("dct:type", &kind);
    iri
}

/// Who is asked. The text of the ledger is free; an address or a number in it is made one that can be used.
fn contact(graph: &mut Graph, iri: &str, content: &Content) {
    let contact = content.contact.as_deref().unwrap_or_default();
    let steward = content.steward.as_deref().unwrap_or_default();
    let Some(name) = [contact, steward, &content.owner]
        .into_iter()
        .find(|name| !name.is_empty())
    else {
        return;
    };
    let card = format!("{iri}#contact");
    graph.about(iri).link("dcat:contactPoint", &card);
    let mut vcard = graph.about(&card);
    vcard
        .is_a("vcard:Kind")
        .is_a("vcard:Organization")
        .worded("vcard:fn", name, "zh");
    let words =
        contact.split(|sign: char| sign.is_whitespace() || "，,；;：:（）()".contains(sign));
    for word in words {
        if let Some(mail) = mail(word) {
            vcard.link("vcard:hasEmail", &format!("mailto:{mail}"));
        } else if let Some(number) = telephone(word) {
            vcard.link("vcard:hasTelephone", &format!("tel:{number}"));
        }
    }
}

fn mail(word: &str) -> Option<&str> {
    let is_sign =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+' | b'@');
    let (name, host) = word.split_once('@')?;
    let is_mail = !name.is_empty() && host.contains('.') && word.bytes().all(is_sign);
    is_mail.then_some(word)
}

fn telephone(word: &str) -> Option<String> {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_number = word
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+'));
    (is_number && (5..=15).contains(&digits)).then(|| word.to_owned())
}

/// The theme of the city, and the European one that it belongs to.
fn theme(graph: &mut Graph, names: &Names<'_>, iri: &str, content: &Content) {
    let Some(theme) = content.theme.as_deref().filter(|theme| !theme.is_empty()) else {
        return;
    };
    let own = format!("{}/{}", names.themes(), encode(theme));
    themes(graph, names);
    graph.about(iri).link("dcat:theme", &own);
    graph
        .about(&own)
        .is_a("skos:Concept")
        .worded("skos:prefLabel", theme, "zh")
        .link("skos:inScheme", &names.themes());
    if let Some(wider) = vocabulary::theme(theme) {
        let wider = wider.within(graph);
        graph.about(iri).link("dcat:theme", &wider);
        graph.about(&own).link("skos:broadMatch", &wider);
    }
}

pub(super) fn themes(graph: &mut Graph, names: &Names<'_>) {
    graph
        .about(&names.themes())
        .is_a("skos:ConceptScheme")
        .worded("dct:title", "主题分类", "zh")
        .worded("dct:title", "Themes", "en");
}

/// The division that the data is about, and the day up to which it has come.
fn place_and_time(graph: &mut Graph, names: &Names<'_>, iri: &str, entry: &Entry) {
    if let Some(code) = &entry.content.division {
        let place = names.base.at(&format!("/dcat/division/{}", encode(code)));
        graph.about(iri).link("dct:spatial", &place);
        graph
            .about(&place)
            .is_a("dct:Location")
            .text("dct:identifier", code);
    }
    if let Some(at) = entry.facts.last_at {
        let period = format!("{iri}#period");
        graph.about(iri).link("dct:temporal", &period);
        graph
            .about(&period)
            .is_a("dct:PeriodOfTime")
            .time("dcat:endDate", at);
    }
}

/// Where the data comes from.
fn origin(graph: &mut Graph, iri: &str, content: &Content) {
    let way = match content.origin {
        Some(Origin::Collect) => "部门归集",
        Some(Origin::Model) => "由其他数据集加工",
        Some(Origin::Matter) => "事项办理中产生",
        Some(Origin::Form) => "填报",
        Some(Origin::Observe) => "设备上报",
        None => return,
    };
    let statement = format!("{iri}#provenance");
    graph.about(iri).link("dct:provenance", &statement);
    graph
        .about(&statement)
        .is_a("dct:ProvenanceStatement")
        .worded("rdfs:label", &format!("{way}（{}）", content.owner), "zh");
}

/// On which law or condition others may have the data.
fn rights(graph: &mut Graph, iri: &str, content: &Content) {
    let said: Vec<&str> = [
        &content.sharing.basis,
        &content.sharing.condition,
        &content.opening_condition,
    ]
    .into_iter()
    .flatten()
    .map(String::as_str)
    .collect();
    if !said.is_empty() {
        let rights = format!("{iri}#rights");
        graph.about(iri).link("dct:rights", &rights);
        graph.about(&rights).is_a("dct:RightsStatement").worded(
            "rdfs:label",
            &said.join("；"),
            "zh",
        );
    }
}

/// The data standards that columns follow.
fn standards(graph: &mut Graph, names: &Names<'_>, iri: &str, content: &Content) {
    for name in content
        .columns
        .iter()
        .filter_map(|column| column.standard.as_ref())
    {
        let standard = names.base.at(&format!("/dcat/standard/{}", encode(name)));
        graph.about(iri).link("dct:conformsTo", &standard);
        graph
            .about(&standard)
            .is_a("dct:Standard")
            .text("dct:title", name);
    }
}

/// The ways to the rows.
fn distributions(graph: &mut Graph, names: &Names<'_>, iri: &str, entry: &Entry) {
    let ways = [("csv", CSV, "text/csv"), ("json", JSON, "application/json")];
    for (name, format, media) in ways {
        let way = format!("{iri}#{name}");
        let file = names.base.at(&format!(
            "/datastore/dump/{}?format={name}",
            encode(entry.id.as_str())
        ));
        graph.about(iri).link("dcat:distribution", &way);
        distribution(graph, &way, &file, format, media);
        graph
            .about(&way)
            .worded(
                "dct:title",
                &format!("{}（{}）", entry.content.title.zh, name.to_uppercase()),
                "zh",
            )
            .link("dcat:accessService", &names.actions())
            .link("dcat:accessService", &names.sql())
            .time("dct:modified", modified(entry));
    }
}

/// The services through which rows can be read, and the datasets that they serve.
pub(super) fn services<'a>(
    graph: &mut Graph,
    names: &Names<'_>,
    entries: impl Iterator<Item = &'a Entry>,
) {
    let keeper = agent(graph, names, super::KEEPER);
    let document = names.base.at("/api/v1/openapi.json");
    let services = [
        (
            names.sql(),
            "/api/v1/query",
            "SQL 查询",
            "SQL over the datasets",
        ),
        (
            names.actions(),
            "/api/3/action",
            "CKAN 接口",
            "CKAN action API",
        ),
    ];
    for (iri, path, zh, en) in &services {
        graph
            .about(iri)
            .is_a("dcat:DataService")
            .worded("dct:title", zh, "zh")
            .worded("dct:title", en, "en")
            .link("dct:publisher", &keeper)
            .link("dcat:endpointURL", &names.base.at(path));
        // What every thing is by RDFS; the profile asks for it, and readers do not infer.
        graph.about(&names.base.at(path)).is_a("rdfs:Resource");
    }
    graph
        .about(&names.sql())
        .link("dcat:endpointDescription", &document);
    graph.about(&document).is_a("rdfs:Resource");
    for entry in entries {
        let dataset = names.dataset(entry.id.as_str());
        for (iri, ..) in &services {
            graph.about(iri).link("dcat:servesDataset", &dataset);
        }
    }
}

fn distribution(graph: &mut Graph, way: &str, file: &str, format: Concept, media: &str) {
    let format = format.within(graph);
    let media = format!("https://www.iana.org/assignments/media-types/{media}");
    graph.about(&media).is_a("dct:MediaType");
    graph.about(file).is_a("rdfs:Resource");
    graph
        .about(way)
        .is_a("dcat:Distribution")
        .link("dcat:accessURL", file)
        .link("dcat:downloadURL", file)
        .link("dct:format", &format)
        .link("dcat:mediaType", &media);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_are_found_in_a_free_text() {
        assert_eq!(mail("data@yancheng.gov.cn"), Some("data@yancheng.gov.cn"));
        for none in ["data@", "@x.cn", "张三", "a b@x.cn", "<a@x.cn>"] {
            assert_eq!(mail(none), None, "{none}");
        }
        assert_eq!(telephone("0515-88190000").as_deref(), Some("0515-88190000"));
        for none in ["", "12", "张三", "2026年", "1234567890123456789"] {
            assert_eq!(telephone(none), None, "{none}");
        }
    }
}
