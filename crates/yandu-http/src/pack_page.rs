//! Pages that packs declare. The browser draws them and asks `/query` for what they show.

use axum::Json;
use axum::extract::State as Shared;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_pack::declare::{Chart, PageFile, Tile};
use yandu_words::{PageId, Title};

use crate::Result;
use crate::caller::Caller;
use crate::extract::Path;
use crate::problem::Problem;
use crate::state::State;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_pages))
        .routes(routes!(get_page))
}

/// A title in Chinese, and in English where it has one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PageTitle {
    pub zh: String,
    pub en: Option<String>,
}

/// A page in the list of pages.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PageLine {
    pub id: String,
    pub pack: String,
    pub title: PageTitle,
    pub about: Option<String>,
    /// `list` or `dashboard`.
    pub kind: String,
}

/// The pages of the installed packs, in the order of the packs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PageList {
    pub pages: Vec<PageLine>,
}

/// A page as its pack declares it, with the settings of the site in its SQL.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page {
    pub id: String,
    pub pack: String,
    pub title: PageTitle,
    pub about: Option<String>,
    /// `list` or `dashboard`.
    pub kind: String,
    /// list: the dataset whose rows are shown.
    pub dataset: Option<String>,
    /// list: the columns in their order.
    pub columns: Vec<String>,
    /// list: the columns that rows can be narrowed down by.
    pub filters: Vec<String>,
    pub sort: Vec<PageSort>,
    /// dashboard: single numbers.
    pub tiles: Vec<PageTile>,
    /// dashboard: drawings.
    pub charts: Vec<PageChart>,
}

/// A column that rows are ordered by.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PageSort {
    pub column: String,
    pub descending: bool,
}

/// A number: the only cell of what the SQL gives.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PageTile {
    pub title: PageTitle,
    pub sql: String,
    pub unit: String,
}

/// A drawing of the rows that the SQL gives.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PageChart {
    pub title: PageTitle,
    /// `bar`, `line` or `pie`.
    #[serde(rename = "type")]
    pub chart_type: String,
    pub sql: String,
    /// The column along the axis, or of the names of the pieces.
    pub x: String,
    /// The columns of numbers.
    pub y: Vec<String>,
    /// The column whose values are lines or bars of their own.
    pub series: Option<String>,
    pub unit: String,
}

impl From<&Title> for PageTitle {
    fn from(title: &Title) -> Self {
        Self {
            zh: title.zh.clone(),
            en: title.en.clone(),
        }
    }
}

impl From<&PageFile> for PageLine {
    fn from(file: &PageFile) -> Self {
        Self {
            id: file.page.to_string(),
            pack: file.page.pack().to_string(),
            title: (&file.title).into(),
            about: file.about.clone(),
            kind: file.kind.name().to_owned(),
        }
    }
}

impl From<&Tile> for PageTile {
    fn from(tile: &Tile) -> Self {
        Self {
            title: (&tile.title).into(),
            sql: tile.sql.clone(),
            unit: tile.unit.clone(),
        }
    }
}

impl From<&Chart> for PageChart {
    fn from(chart: &Chart) -> Self {
        Self {
            title: (&chart.title).into(),
            chart_type: chart.chart_type.name().to_owned(),
            sql: chart.sql.clone(),
            x: chart.x.to_string(),
            y: chart.y.iter().map(ToString::to_string).collect(),
            series: chart.series.as_ref().map(ToString::to_string),
            unit: chart.unit.clone(),
        }
    }
}

impl Page {
    fn new(file: &PageFile, columns: Vec<String>) -> Self {
        let line = PageLine::from(file);
        Self {
            id: line.id,
            pack: line.pack,
            title: line.title,
            about: line.about,
            kind: line.kind,
            dataset: file.dataset.as_ref().map(ToString::to_string),
            columns,
            filters: file.filters.iter().map(ToString::to_string).collect(),
            sort: file
                .sort
                .iter()
                .map(|sort| PageSort {
                    column: sort.column.to_string(),
                    descending: sort.descending,
                })
                .collect(),
            tiles: file.tiles.iter().map(PageTile::from).collect(),
            charts: file.charts.iter().map(PageChart::from).collect(),
        }
    }
}

/// Lists the pages of the installed packs.
#[utoipa::path(get, path = "/pages", tag = "packs", responses((status = 200, body = PageList), Problem))]
async fn list_pages(Shared(state): Shared<State>, _caller: Caller) -> Result<Json<PageList>> {
    let packs = state.collector().packs();
    Ok(Json(PageList {
        pages: packs.pages().map(PageLine::from).collect(),
    }))
}

/// Shows a page as its pack declares it.
#[utoipa::path(
    get, path = "/pages/{id}", tag = "packs",
    params(("id" = String, Path, description = "The page, as `pack.page`")),
    responses((status = 200, body = Page), Problem)
)]
async fn get_page(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Page>> {
    let packs = state.collector().packs();
    let page = id
        .parse::<PageId>()
        .ok()
        .and_then(|id| packs.page(&id))
        .ok_or_else(|| no_page(&id))?;
    let page = packs
        .expanded_page(page)
        .map_err(|error| Problem::new("packs", error.to_string()))?;
    let columns = if page.columns.is_empty() {
        let dataset = page.dataset.as_ref().and_then(|id| packs.dataset(id));
        let columns = dataset
            .into_iter()
            .flat_map(|dataset| dataset.file().columns.keys());
        columns.map(ToString::to_string).collect()
    } else {
        page.columns.iter().map(ToString::to_string).collect()
    };
    Ok(Json(Page::new(&page, columns)))
}

fn no_page(id: &str) -> Box<Problem> {
    let id: String = id.chars().take(200).collect();
    Problem::new("no-page", format!("there is no page `{id}`"))
        .with_help("`GET /api/v1/pages` lists the pages of the installed packs".to_owned())
}
