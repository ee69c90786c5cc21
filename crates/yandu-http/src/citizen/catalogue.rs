//! The list of open data: what visitors may read, and what they may ask to be given.

use axum::extract::State as Shared;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use yandu_lake::{ReadPoint, Session};
use yandu_ledger::{Facet, FacetCount, Filter, Hit, Search};
use yandu_policy::{Action, Way};
use yandu_words::id::DatasetId;

use super::boards;
use super::frame::{self, Place};
use super::language::Speech;
use super::told;
use crate::Result;
use crate::access::{Asker, Duty};
use crate::address::encode;
use crate::batch::word;
use crate::extract::Query;
use crate::line::Peer;
use crate::problem::Problem;
use crate::state::State;

/// Datasets of one page.
const PAGE: usize = 20;
/// Signs of the longest question.
const QUESTION: usize = 100;

/// What visitors may do with a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    /// Know of it, and ask.
    Apply,
}

/// What is open to visitors under the policies in force.
pub(super) struct Opening {
    session: Session,
    duty: Duty,
}

impl Opening {
    pub(super) fn of(state: &State) -> Self {
        let reader = Asker::Visitor.reader(state, Way::Page);
        Self {
            session: state.lake().session(&reader, ReadPoint::default()),
            duty: Asker::Visitor.duty(state),
        }
    }

    /// What visitors may do with a dataset; none where they may not know of it.
    pub(super) fn access(&self, id: &DatasetId) -> Option<Access> {
        if self.session.schema(id).is_ok() {
            return Some(Access::Read);
        }
        let may_apply = self.duty.may(&[Action::Apply], id);
        may_apply.then_some(Access::Apply)
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    q: Option<String>,
    owner: Option<String>,
    theme: Option<String>,
    /// `open` or `conditional`.
    access: Option<String>,
    after: Option<String>,
}

impl Asked {
    /// What was filled in of the form, by the names of its fields.
    fn filled(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let fields = [
            ("q", &self.q),
            ("owner", &self.owner),
            ("theme", &self.theme),
            ("access", &self.access),
        ];
        fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?.trim())))
            .filter(|(_, value)| !value.is_empty())
    }

    fn value(&self, name: &str) -> Option<&str> {
        let mut filled = self.filled();
        filled
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    fn takes(&self, access: Access) -> bool {
        match self.value("access") {
            Some("open") => access == Access::Read,
            Some("conditional") => access == Access::Apply,
            _ => true,
        }
    }
}

/// The list, page by page. It is the same for everybody, so that it may be kept by whoever passes it on.
pub(super) async fn show_catalogue(
    Shared(state): Shared<State>,
    speech: Speech,
    peer: Peer,
    asked: Result<Query<Asked>>,
) -> Response {
    let Some(_place) = state.visitors().look(peer).await else {
        return frame::crowded(&speech);
    };
    let found = match asked {
        Ok(Query(asked)) => list(&state, &speech, &asked).await,
        Err(problem) => Err(problem),
    };
    match found {
        Ok(content) => {
            let title = speech.say("开放数据", "Open data");
            let mut response = frame::page(&speech, Place::Open, title, &content);
            let kept = HeaderValue::from_static("public, no-cache");
            response.headers_mut().insert(header::CACHE_CONTROL, kept);
            response
        }
        Err(problem) => frame::refused(&speech, Place::Open, &problem),
    }
}

async fn list(state: &State, speech: &Speech, asked: &Asked) -> Result<Markup> {
    let words = asked.value("q").unwrap_or_default();
    if words.chars().count() > QUESTION {
        let why = format!("`q` has more than {QUESTION} signs");
        return Err(Problem::new("invalid-parameter", why));
    }
    let packs = state.collector().packs();
    let opening = Opening::of(state);
    let known = packs.datasets().filter_map(|dataset| {
        let access = opening.access(dataset.id())?;
        asked.takes(access).then(|| dataset.id().to_string())
    });
    let only = |filter: Filter, facet, name| filter.with(facet, asked.value(name));
    let filter = only(Filter::default(), Facet::Owner, "owner");
    let search = Search {
        q: words.to_owned(),
        filter: only(filter, Facet::Theme, "theme"),
        among: Some(known.collect()),
        limit: PAGE,
        after: asked.after.clone().filter(|after| !after.is_empty()),
        ..Search::default()
    };
    let found = state.ledger().search(&search).await?;
    let values = |facet: Facet| {
        let mut facets = found.facets.iter();
        let values = facets.find(|(known, _)| *known == facet);
        values.map_or(&[][..], |(_, values)| values.as_slice())
    };
    Ok(html! {
        h1 { (speech.say("开放数据", "Open data")) }
        p class="lead" {
            (speech.say("可以直接查看、下载的数据，和按条件申请的数据。", "Data to look at and download, and data that is given on conditions."))
        }
        @if !boards::open_boards(state).is_empty() {
            p { a href=(speech.to("/open/boards")) { (speech.say("公开看板", "Open boards")) } }
        }
        (form(speech, asked, values(Facet::Owner), values(Facet::Theme)))
        p class="hint" { (counted(speech, found.total)) }
        @if found.hits.is_empty() {
            div class="box" {
                p { (speech.say("没有找到符合条件的数据。", "Nothing was found.")) }
                @if asked.filled().next().is_some() {
                    p { a href=(speech.to("/open")) { (speech.say("清除条件，看全部开放数据", "Clear the conditions and see all")) } }
                }
            }
        } @else {
            ul class="cards" {
                @for hit in &found.hits { (card(&opening, speech, hit)) }
            }
        }
        (pages(speech, asked, found.next.as_deref()))
    })
}

fn counted(speech: &Speech, total: u64) -> String {
    match speech.language {
        super::language::Language::Chinese => format!("共 {total} 份数据"),
        super::language::Language::English => format!("{total} found"),
    }
}

fn form(speech: &Speech, asked: &Asked, owners: &[FacetCount], themes: &[FacetCount]) -> Markup {
    let choice = |name: &str, label: &str, values: &[(String, String)]| {
        let chosen = asked.value(name).unwrap_or_default();
        html! {
            div {
                label for=(name) { (label) }
                select id=(name) name=(name) {
                    option value="" { (speech.say("全部", "All")) }
                    @for (value, text) in values {
                        option value=(value) selected[value == chosen] { (text) }
                    }
                }
            }
        }
    };
    let values = |counts: &[FacetCount]| -> Vec<(String, String)> {
        let named = counts.iter().filter(|count| !is_unset(&count.value));
        let mut values: Vec<_> = named
            .map(|count| {
                (
                    count.value.clone(),
                    format!("{} ({})", count.value, count.count),
                )
            })
            .collect();
        values.sort();
        values
    };
    let ways = [
        ("open".to_owned(), direct(speech).to_owned()),
        ("conditional".to_owned(), on_request(speech).to_owned()),
    ];
    let themes = values(themes);
    html! {
        form class="find box" method="get" action="/open" role="search" {
            @if let Some(language) = speech.chosen() { input type="hidden" name="lang" value=(language); }
            div {
                label for="q" { (speech.say("关键词", "Words")) }
                input id="q" name="q" type="search" maxlength=(QUESTION) value=(asked.value("q").unwrap_or_default());
            }
            (choice("owner", speech.say("提供部门", "Department"), &values(owners)))
            @if !themes.is_empty() { (choice("theme", speech.say("主题", "Theme"), &themes)) }
            (choice("access", speech.say("开放方式", "How it is open"), &ways))
            button type="submit" { (speech.say("查找", "Find")) }
        }
    }
}

/// Whether a value of a facet stands for those that have none.
fn is_unset(value: &str) -> bool {
    value.is_empty() || value == "unset"
}

fn direct(speech: &Speech) -> &'static str {
    speech.say("无条件开放", "Open")
}

fn on_request(speech: &Speech) -> &'static str {
    speech.say("有条件开放", "On conditions")
}

/// How a dataset is open, as a mark.
pub(super) fn tag(speech: &Speech, access: Access) -> Markup {
    match access {
        Access::Read => html! { span class="tag" { (direct(speech)) } },
        Access::Apply => html! { span class="tag tag-ask" { (on_request(speech)) } },
    }
}

fn card(opening: &Opening, speech: &Speech, hit: &Hit) -> Markup {
    let content = &hit.entry.content;
    let id = hit.entry.id.as_str();
    let access = id.parse().ok().and_then(|id| opening.access(&id));
    let refresh = content.refresh.map(|refresh| word(&refresh));
    html! {
        li class="card" {
            h2 {
                a href=(speech.to(&format!("/open/{}", encode(id)))) { (speech.title(&content.title)) }
                " " @if let Some(access) = access { (tag(speech, access)) }
            }
            @if let Some(about) = &content.about { p class="about" { (told::prose(about)) } }
            p class="hint" {
                (content.owner)
                @if let Some(theme) = &content.theme { " · " (theme) }
                @if let Some(refresh) = refresh {
                    " · " (speech.say("更新：", "Updated: ")) (told::word(speech.language, "refresh", &refresh))
                }
            }
        }
    }
}

fn pages(speech: &Speech, asked: &Asked, next: Option<&str>) -> Markup {
    let at = |after: Option<&str>| {
        let mut pairs: Vec<String> = asked
            .filled()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        pairs.extend(after.map(|after| format!("after={}", encode(after))));
        speech.to(&format!("/open?{}", pairs.join("&")))
    };
    let is_first = asked.after.as_deref().is_none_or(str::is_empty);
    let first = (!is_first).then(|| at(None));
    let next = next.map(|next| at(Some(next)));
    frame::pages(speech, first.as_deref(), next.as_deref())
}
