//! The files that a principal is given of a table, for tests of rights that no policy of a small city makes.

use serde_json::Value;
use yandu_lake::Principal;

use super::table::{At, Reader, Table};
use super::{SHARE, make, schema};
use crate::access::Asker;
use crate::state::State;

/// The list as a query of the table finds it. Without its order it is what the list must never be: files of rows as they are stored.
pub(crate) async fn files(
    state: &State,
    principal: &Principal,
    (pack, dataset): (&str, &str),
    is_ordered: bool,
) -> Value {
    let reader = Reader {
        asker: Asker::Local,
        principal: principal.clone(),
    };
    let named = (SHARE.to_owned(), pack.to_owned(), dataset.to_owned());
    let opened = Table::open(state, &reader, &named, &At::default()).await;
    let mut table = opened.unwrap();
    if !is_ordered {
        let order = table.sql.find(" ORDER BY ").unwrap();
        table.sql.truncate(order);
    }
    let columns = table.session.describe(&table.sql).await.unwrap();
    let files = make::files(state, &table, &schema::text(&columns)).await;
    serde_json::to_value(files.unwrap()).unwrap()
}
