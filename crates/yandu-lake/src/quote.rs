/// A name of SQL between quotes, whatever signs it has: `"` here, in PostgreSQL and in SQLite, and a backtick in MariaDB.
pub fn quoted(name: &str, quote: char) -> String {
    let doubled = name.replace(quote, &format!("{quote}{quote}"));
    format!("{quote}{doubled}{quote}")
}
