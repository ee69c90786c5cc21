//! All routes, in one list.

use std::any::Any;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State as Shared};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::line::Line;
use crate::problem::Problem;
use crate::state::State;
use crate::{
    access, area, backup, batch, board, citizen, ckan, classification, clock, compress, counts,
    dataset, dcat, draft, etag, export, form, guard, health, ledger, lineage, metric, model,
    notice, observe, openapi, pack, pack_page, plan, problem, quarantine,
};
use crate::{query, row, sharing, source, trail, ui, unheard};

/// The whole face. It may be served, or asked in process.
pub fn router(state: State) -> Router {
    let (api, document) = api(&state).split_for_parts();
    let document = openapi::Document::new(document);
    let described = Router::new()
        .route(
            "/api/v1/openapi.json",
            get(move || async move { document.into_response() }),
        )
        .route("/errors/{code}", get(problem::page))
        .layer(middleware::map_response(etag::kept));
    let tagged = api
        .merge(described)
        .merge(ckan::routes())
        .layer(middleware::from_fn(etag::validate));
    tagged
        .route("/", get(root))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(counts::counts))
        .merge(backup::routes())
        .merge(sharing::routes())
        .merge(access::openid::browser_routes())
        .merge(citizen::routes())
        .fallback(elsewhere)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(state.options().body_bytes))
        .layer(middleware::map_response(compress::bear))
        .layer(compress::layer())
        .layer(middleware::from_fn(compress::choose))
        .layer(middleware::from_fn_with_state(state.clone(), access::admit))
        .layer(middleware::from_fn_with_state(state.clone(), guard::guard))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(sharing::in_words_of_the_protocol))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            observe::observe,
        ))
        .layer(middleware::from_fn(unheard::announce))
        .with_state(state)
}

/// The same face for encrypted lines, on which requests may come from other machines.
pub fn encrypted(router: Router) -> Router {
    router.layer(axum::Extension(Line::Encrypted))
}

/// The routes that the document of the interface describes.
pub(crate) fn api(state: &State) -> OpenApiRouter<State> {
    let resources = OpenApiRouter::new()
        .merge(batch::routes(state))
        .merge(quarantine::routes(state))
        .merge(dataset::routes())
        .merge(draft::routes())
        .merge(form::routes(state))
        .merge(clock::routes())
        .merge(row::routes())
        .merge(query::routes())
        .merge(export::routes())
        .merge(lineage::routes())
        .merge(metric::routes())
        .merge(area::routes())
        .merge(board::routes())
        .merge(trail::routes())
        .merge(pack::routes().layer(middleware::map_response(etag::kept)))
        .merge(pack_page::routes().layer(middleware::map_response(etag::kept)))
        .merge(plan::routes(state))
        .merge(source::routes())
        .merge(notice::routes())
        .merge(ledger::routes(state).layer(middleware::map_response(etag::kept)))
        .merge(model::routes())
        .merge(classification::routes())
        .merge(access::routes());
    OpenApiRouter::with_openapi(OpenApi::default())
        .nest("/api/v1", resources)
        .merge(dcat::routes().layer(middleware::map_response(etag::kept)))
}

async fn root(Shared(state): Shared<State>) -> Response {
    ui::shell(&state.options().site_name)
}

/// A page or a file of the pages, for a browser; anybody else is told that there is nothing.
async fn elsewhere(
    Shared(state): Shared<State>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let site = &state.options().site_name;
    let page = method.is_safe().then(|| ui::page(&uri, &headers, site));
    let page = page.flatten();
    page.unwrap_or_else(|| not_found(&uri).into_response())
}

fn not_found(uri: &Uri) -> Box<Problem> {
    let path: String = uri.path().chars().take(200).collect();
    Problem::new("not-found", format!("there is nothing at `{path}`"))
        .with_help("`/api/v1/openapi.json` describes the interface".to_owned())
}

async fn method_not_allowed(method: Method) -> Box<Problem> {
    Problem::new(
        "method-not-allowed",
        format!("this address does not take `{method}`"),
    )
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the reason over"
)]
fn panicked(reason: Box<dyn Any + Send>) -> Response {
    let reason = reason
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| reason.downcast_ref::<&str>().copied())
        .unwrap_or("without a reason");
    tracing::error!(reason, "a handler panicked");
    Problem::new("internal", "the request could not be finished").into_response()
}
