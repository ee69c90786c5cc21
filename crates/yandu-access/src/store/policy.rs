//! The SQL of the texts that a city's folder held when they were in force.

use sqlx::{SqliteConnection, SqlitePool};

use crate::Result;

/// Files and their texts; none where nothing of the folder was ever in force.
pub(crate) async fn find(pool: &SqlitePool, folder: &str) -> Result<Option<Vec<(String, String)>>> {
    let sources: Option<String> =
        sqlx::query_scalar("SELECT sources FROM city_policy WHERE folder = ?")
            .bind(folder)
            .fetch_optional(pool)
            .await?;
    sources
        .map(|sources| Ok(serde_json::from_str(&sources)?))
        .transpose()
}

pub(crate) async fn put(
    connection: &mut SqliteConnection,
    folder: &str,
    sources: &[(String, String)],
) -> Result<()> {
    sqlx::query(
        "INSERT INTO city_policy (folder, sources) VALUES (?, ?) \
         ON CONFLICT (folder) DO UPDATE SET sources = excluded.sources",
    )
    .bind(folder)
    .bind(serde_json::to_string(sources)?)
    .execute(connection)
    .await?;
    Ok(())
}
