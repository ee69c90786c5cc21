//! The SQL of accounts, identities, grants, the negative list and receipts.

pub(crate) mod failure;
pub(crate) mod grant;
pub(crate) mod identity;
pub(crate) mod invitation;
pub(crate) mod meaning;
pub(crate) mod password;
pub(crate) mod policy;
pub(crate) mod receipt;
pub(crate) mod second_factor;
pub(crate) mod session;
pub(crate) mod token;

use std::collections::BTreeSet;

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, SqlitePool};
use yandu_store::Migration;

use crate::account::{Account, Filter, Kind, Status};
use crate::separation::{ADMINISTRATORS, SYSTEM_ADMINISTRATOR};
use crate::{Error, Result};
use yandu_words::{AccountId, RoleId};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "account",
        sql: include_str!("../migrations/0001_account.sql"),
    },
    Migration {
        version: 2,
        name: "grant",
        sql: include_str!("../migrations/0002_grant.sql"),
    },
    Migration {
        version: 3,
        name: "token login",
        sql: include_str!("../migrations/0003_token_login.sql"),
    },
    Migration {
        version: 4,
        name: "receipt",
        sql: include_str!("../migrations/0004_receipt.sql"),
    },
    Migration {
        version: 5,
        name: "identity",
        sql: include_str!("../migrations/0005_identity.sql"),
    },
    Migration {
        version: 6,
        name: "grantee",
        sql: include_str!("../migrations/0006_grantee.sql"),
    },
    Migration {
        version: 7,
        name: "field",
        sql: include_str!("../migrations/0007_field.sql"),
    },
    Migration {
        version: 8,
        name: "policy meaning",
        sql: include_str!("../migrations/0008_policy_meaning.sql"),
    },
    Migration {
        version: 9,
        name: "receipt count",
        sql: include_str!("../migrations/0009_receipt_count.sql"),
    },
    Migration {
        version: 10,
        name: "token purpose",
        sql: include_str!("../migrations/0010_token_purpose.sql"),
    },
    Migration {
        version: 11,
        name: "password ended",
        sql: include_str!("../migrations/0011_password_ended.sql"),
    },
    Migration {
        version: 12,
        name: "city policy",
        sql: include_str!("../migrations/0012_city_policy.sql"),
    },
];

/// What [`account_of`] reads of a row of `account`.
const ACCOUNT: &str = "account.id AS id, account.kind AS kind, account.name AS name, \
    account.department AS department, account.division AS division, account.uscc AS uscc, \
    account.status AS status, account.password_changed_at AS password_changed_at, \
    account.created_at AS created_at, account.changed_at AS changed_at, account.revision AS revision, \
    (SELECT group_concat(role, ',') FROM account_role WHERE account_role.account = account.id) AS roles, \
    (SELECT locked_until FROM failure WHERE failure.name = account.id) AS locked_until, \
    EXISTS (SELECT 1 FROM second_factor WHERE second_factor.account = account.id \
        AND second_factor.confirmed_at IS NOT NULL) AS has_second_factor";

/// An account as it is at a time.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    id: &AccountId,
    now: Timestamp,
) -> Result<Option<Account>> {
    let sql = format!("SELECT {ACCOUNT} FROM account WHERE account.id = ?");
    sqlx::query(AssertSqlSafe(sql))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?
        .map(|row| account_of(&row, now))
        .transpose()
}

/// The same of an account that must be there.
pub(crate) async fn account(
    connection: &mut SqliteConnection,
    id: &AccountId,
    now: Timestamp,
) -> Result<Account> {
    let account = find(connection, id, now).await?;
    account.ok_or_else(|| Error::NoAccount(id.clone()))
}

/// Accounts by their ids, after one where it is named.
pub(crate) async fn list(
    pool: &SqlitePool,
    filter: &Filter,
    after: Option<&AccountId>,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<Account>> {
    let sql = format!(
        "SELECT {ACCOUNT} FROM account WHERE (?1 IS NULL OR account.id > ?1) \
         AND (?2 IS NULL OR instr(account.id, ?2) > 0 OR instr(lower(account.name), ?2) > 0) \
         AND (?3 IS NULL OR account.department = ?3) AND (?4 IS NULL OR account.status = ?4) \
         AND (?5 IS NULL OR EXISTS (SELECT 1 FROM account_role \
             WHERE account_role.account = account.id AND account_role.role = ?5)) \
         AND (NOT ?6 OR EXISTS (SELECT 1 FROM failure \
             WHERE failure.name = account.id AND failure.locked_until > ?7)) \
         ORDER BY account.id LIMIT ?8"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(after.map(AccountId::as_str))
        .bind(filter.text.as_deref().map(str::to_lowercase))
        .bind(filter.department.as_deref())
        .bind(filter.status.map(Status::name))
        .bind(filter.role.as_ref().map(RoleId::as_str))
        .bind(filter.is_locked)
        .bind(now.as_microsecond())
        .bind(limit)
        .fetch_all(pool)
        .await?
        .iter()
        .map(|row| account_of(row, now))
        .collect()
}

/// The ids of all accounts.
pub(crate) async fn ids(connection: &mut SqliteConnection) -> Result<BTreeSet<String>> {
    let ids: Vec<String> = sqlx::query_scalar("SELECT id FROM account")
        .fetch_all(connection)
        .await?;
    Ok(ids.into_iter().collect())
}

/// How many accounts can log in and run the system, one of them apart where it is named.
pub(crate) async fn governing(
    connection: &mut SqliteConnection,
    but: Option<&AccountId>,
) -> Result<u64> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM account_role JOIN account ON account.id = account_role.account \
         WHERE account_role.role = ?1 AND account.status = 'active' AND account.password IS NOT NULL \
         AND account.id IS NOT ?2",
    )
    .bind(SYSTEM_ADMINISTRATOR)
    .bind(but.map(AccountId::as_str))
    .fetch_one(connection)
    .await?;
    Ok(count as u64)
}

/// The roles of administrators that other accounts hold which are not disabled.
pub(crate) async fn offices(
    connection: &mut SqliteConnection,
    but: &AccountId,
) -> Result<BTreeSet<String>> {
    let [one, another, third] = ADMINISTRATORS;
    let roles: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT account_role.role FROM account_role JOIN account ON account.id = account_role.account \
         WHERE account_role.role IN (?, ?, ?) AND account.status <> 'disabled' AND account.id <> ?",
    )
    .bind(one)
    .bind(another)
    .bind(third)
    .bind(but.as_str())
    .fetch_all(connection)
    .await?;
    Ok(roles.into_iter().collect())
}

/// Writes an account that was not there, without a password.
pub(crate) async fn insert(connection: &mut SqliteConnection, account: &Account) -> Result<()> {
    sqlx::query(
        "INSERT INTO account (id, kind, name, department, division, uscc, status, created_at, changed_at, revision) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(account.id.as_str())
    .bind(account.kind.name())
    .bind(&account.name)
    .bind(&account.department)
    .bind(&account.division)
    .bind(&account.uscc)
    .bind(account.status.name())
    .bind(account.created_at.as_microsecond())
    .bind(account.changed_at.as_microsecond())
    .bind(account.revision as i64)
    .execute(&mut *connection)
    .await?;
    insert_roles(connection, account).await
}

/// Writes what a change made of an account, its password apart.
pub(crate) async fn update(connection: &mut SqliteConnection, account: &Account) -> Result<()> {
    sqlx::query(
        "UPDATE account SET name = ?, department = ?, division = ?, uscc = ?, status = ?, changed_at = ?, revision = ? \
         WHERE id = ?",
    )
    .bind(&account.name)
    .bind(&account.department)
    .bind(&account.division)
    .bind(&account.uscc)
    .bind(account.status.name())
    .bind(account.changed_at.as_microsecond())
    .bind(account.revision as i64)
    .bind(account.id.as_str())
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM account_role WHERE account = ?")
        .bind(account.id.as_str())
        .execute(&mut *connection)
        .await?;
    insert_roles(connection, account).await
}

async fn insert_roles(connection: &mut SqliteConnection, account: &Account) -> Result<()> {
    for role in &account.roles {
        sqlx::query("INSERT INTO account_role (account, role) VALUES (?, ?)")
            .bind(account.id.as_str())
            .bind(role.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn account_of(row: &SqliteRow, now: Timestamp) -> Result<Account> {
    let roles: Option<String> = row.try_get("roles")?;
    let roles = roles
        .iter()
        .flat_map(|roles| roles.split(','))
        .map(|role| {
            let role = role.parse::<RoleId>();
            role.map_err(|_| Error::damaged("a role of an account"))
        })
        .collect::<Result<BTreeSet<RoleId>>>()?;
    Ok(Account {
        id: id_of(row, "id")?,
        kind: Kind::from_name(row.try_get("kind")?)
            .ok_or_else(|| Error::damaged("the kind of an account"))?,
        name: row.try_get("name")?,
        department: row.try_get("department")?,
        division: row.try_get("division")?,
        uscc: row.try_get("uscc")?,
        roles,
        status: Status::from_name(row.try_get("status")?)
            .ok_or_else(|| Error::damaged("the status of an account"))?,
        locked_until: time_of(row, "locked_until")?.filter(|until| *until > now),
        has_second_factor: row.try_get("has_second_factor")?,
        password_changed_at: time_of(row, "password_changed_at")?,
        created_at: time(row.try_get("created_at")?),
        changed_at: time(row.try_get("changed_at")?),
        revision: row.try_get::<i64, _>("revision")? as u64,
    })
}

fn id_of(row: &SqliteRow, column: &str) -> Result<AccountId> {
    let id: &str = row.try_get(column)?;
    id.parse()
        .map_err(|_| Error::damaged("the id of an account"))
}

fn time_of(row: &SqliteRow, column: &str) -> Result<Option<Timestamp>> {
    let at: Option<i64> = row.try_get(column)?;
    Ok(at.map(time))
}

pub(crate) fn time(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or_default()
}
