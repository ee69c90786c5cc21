//! The three administrators of a classified system are apart (三员分立): GB/T 22239-2019 8.1.4.2 d and 8.1.5.1 to 8.1.5.3.

use std::collections::BTreeSet;

use crate::account::{Account, Status};
use crate::{Error, Result};

pub use yandu_policy::{
    ADMINISTRATORS, AUDIT_ADMINISTRATOR, SECURITY_ADMINISTRATOR, SYSTEM_ADMINISTRATOR,
};

/// Whoever holds the data folder: above all accounts, and no account's name.
pub const LOCAL_ADMINISTRATOR: &str = "local-administrator";

/// What the same is called on what is shown to people.
pub const LOCAL_ADMINISTRATOR_NAME: &str = "本机管理员";

/// Names that the program itself uses for those who have no account: in what it writes down, and in policies
/// (`Visitor::"anyone"`), where an account of that name would change what visitors may read.
pub(crate) const RESERVED: [&str; 3] = [LOCAL_ADMINISTRATOR, "visitor", "anyone"];

/// An account before and after what somebody does with it.
pub(crate) struct Move<'a> {
    pub(crate) by: &'a str,
    pub(crate) before: Option<&'a Account>,
    pub(crate) after: &'a Account,
    /// How many other accounts govern the system.
    pub(crate) others: u64,
    /// The roles of administrators that other accounts hold which are not disabled.
    pub(crate) held: &'a BTreeSet<String>,
}

/// Refuses what would join two administrators in one account, what somebody does to their own administration, and what would
/// leave the system without anybody who can govern it.
pub(crate) fn check(change: &Move<'_>) -> Result<()> {
    let id = &change.after.id;
    let separated = |why: String| {
        Err(Error::Separated {
            id: id.clone(),
            why,
        })
    };
    let after = administration(change.after);
    if let [one, other, ..] = after.as_slice() {
        return separated(format!(
            "cannot hold the roles `{one}` and `{other}` at once"
        ));
    }
    let before = change.before.map(administration).unwrap_or_default();
    if change.by == id.as_str()
        && change
            .before
            .is_some_and(|before| differ(before, change.after))
    {
        return separated("cannot change its own roles, its department or its division".to_owned());
    }
    guarded(change, &before, &after)?;
    let has_governed = change.before.is_some_and(governs);
    if has_governed && !governs(change.after) && change.others == 0 {
        return Err(Error::LastAdministrator(id.clone()));
    }
    Ok(())
}

/// Refuses what would let a system administrator become one of the other two: once somebody holds their office, accounts that
/// hold it, and the office itself, are for whoever holds the data folder.
fn guarded(change: &Move<'_>, before: &[&str], after: &[&str]) -> Result<()> {
    let id = &change.after.id;
    if change.by == LOCAL_ADMINISTRATOR || change.by == id.as_str() {
        return Ok(());
    }
    let is_other = |role: &&&str| **role != SYSTEM_ADMINISTRATOR;
    if before.iter().any(|role| is_other(&role)) {
        return Err(Error::Separated {
            id: id.clone(),
            why: "is changed by whoever holds the data folder alone: it holds the office of another administrator"
                .to_owned(),
        });
    }
    let mut given = after
        .iter()
        .filter(|role| !before.contains(role) && is_other(role));
    match given.find(|role| change.held.contains(**role)) {
        Some(role) => Err(Error::Separated {
            id: id.clone(),
            why: format!(
                "cannot be given the role `{role}`, which somebody holds, but by whoever holds the data folder"
            ),
        }),
        None => Ok(()),
    }
}

fn differ(before: &Account, after: &Account) -> bool {
    before.roles != after.roles
        || before.department != after.department
        || before.division != after.division
}

/// Refuses a way round the password, or the second factor, of another administrator than the system's.
pub(crate) fn check_access(by: &str, account: &Account) -> Result<()> {
    let is_other = |role: &&str| *role != SYSTEM_ADMINISTRATOR;
    let is_own = by == account.id.as_str();
    if !is_own && by != LOCAL_ADMINISTRATOR && administration(account).iter().any(is_other) {
        return Err(Error::Separated {
            id: account.id.clone(),
            why: "is let in again by whoever holds the data folder alone: it holds the office of another administrator"
                .to_owned(),
        });
    }
    Ok(())
}

/// Whether an account can log in and run the system.
pub(crate) fn governs(account: &Account) -> bool {
    account.status == Status::Active
        && account.password_changed_at.is_some()
        && account.roles.contains(SYSTEM_ADMINISTRATOR)
}

/// Whether an account holds the office of one of the three administrators.
pub(crate) fn is_administrator(account: &Account) -> bool {
    !administration(account).is_empty()
}

fn administration(account: &Account) -> Vec<&'static str> {
    ADMINISTRATORS
        .into_iter()
        .filter(|role| account.roles.contains(*role))
        .collect()
}
