//! Pages for citizens, written by the program: open data (开放数据), open boards (公开看板), and what one has been granted (我的授权).
//!
//! They carry no script and no request of their own, so that an old phone with scripts off can use them; their policy forbids
//! scripts altogether. Open data is always asked for as a visitor, whoever looks at it: what no permit opens to visitors is not
//! there, in no list, no count and no file. Forms that change something carry a seal that only this program writes.
//!
//! Not here: what is open (policies), rows and files (the door, and the receipts of exports).

mod boards;
mod catalogue;
mod dataset;
mod entrance;
mod fields;
mod figure;
mod file;
mod frame;
mod granted;
mod language;
mod mark;
mod mine;
mod provider;
mod renounce;
mod rows;
mod seal;
mod taken;
pub(crate) mod told;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};

use crate::etag;
use crate::state::State;

pub(crate) use language::Language;

/// The largest form of these pages, in bytes.
const FORM_BYTES: usize = 16 << 10;

pub(crate) fn routes() -> Router<State> {
    // The list alone holds nothing but what is public and the same for everybody.
    let public = Router::new()
        .route("/open", get(catalogue::show_catalogue))
        .layer(middleware::from_fn(etag::validate));
    Router::new()
        .merge(public)
        .route("/open/boards", get(boards::list_boards))
        .route("/open/boards/{board}", get(boards::show_board))
        .route("/open/{id}", get(dataset::show_dataset))
        .route("/open/{id}/{form}", get(file::take_file))
        .route("/mine", get(mine::show_grants).post(entrance::log_in))
        .route("/mine/files", get(taken::show_files))
        .route("/mine/end", post(entrance::log_out))
        .route("/mine/openid", post(provider::begin))
        .route("/mine/code", post(provider::send_code))
        .route("/mine/arrived", get(provider::arrive))
        .route(
            "/mine/grants/{id}",
            get(renounce::show_grant).post(renounce::renounce_grant),
        )
        .layer(DefaultBodyLimit::max(FORM_BYTES))
}
