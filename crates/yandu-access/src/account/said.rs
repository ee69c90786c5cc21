//! What may be said of an account, and what becomes of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use yandu_words::Standard;

use super::{Account, AccountChange, Kind, NewAccount, Status};
use crate::known::Known;
use crate::{Error, Result};
use yandu_words::{AccountId, RoleId};

/// Signs of the longest name of an account's owner.
const NAME_LENGTH: usize = 100;

/// What is said of an account that is to be made, its id apart.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) department: Option<String>,
    pub(crate) division: Option<String>,
    pub(crate) uscc: Option<String>,
    pub(crate) roles: BTreeSet<RoleId>,
}

impl Said {
    /// The same as it is written, or everything that is wrong with it, each with its field.
    pub(crate) fn checked(
        self,
        known: &Known,
        with_near: bool,
    ) -> Result<Self, Vec<(&'static str, Error)>> {
        let mut faults = Vec::new();
        let name = clean_name(&self.name).unwrap_or_else(|error| {
            faults.push(("name", error));
            String::new()
        });
        let uscc = clean_uscc(self.kind, given(self.uscc)).unwrap_or_else(|error| {
            faults.push(("uscc", error));
            None
        });
        let department = given(self.department);
        if let Some(code) = &department
            && let Err(error) = known.check_department(code, with_near)
        {
            faults.push(("department", error));
        }
        let division = given(self.division);
        if let Some(code) = &division
            && let Err(error) = known.check_division(code, with_near)
        {
            faults.push(("division", error));
        }
        for role in &self.roles {
            if let Err(error) = known.check_role(role, with_near) {
                faults.push(("roles", error));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            kind: self.kind,
            name,
            department,
            division,
            uscc,
            roles: self.roles,
        })
    }

    /// The account that it is said of, new.
    pub(crate) fn account(self, id: AccountId, at: Timestamp) -> Account {
        Account {
            id,
            kind: self.kind,
            name: self.name,
            department: self.department,
            division: self.division,
            uscc: self.uscc,
            roles: self.roles,
            status: match self.kind {
                Kind::Service => Status::Active,
                Kind::Person | Kind::Organisation => Status::Invited,
            },
            locked_until: None,
            has_second_factor: false,
            password_changed_at: None,
            created_at: at,
            changed_at: at,
            revision: 1,
        }
    }
}

/// The account that is to be made, or the first thing that is wrong with it.
pub(crate) fn built(new: NewAccount, known: &Known, at: Timestamp) -> Result<Account> {
    let said = Said {
        kind: new.kind,
        name: new.name,
        department: new.department,
        division: new.division,
        uscc: new.uscc,
        roles: new.roles,
    };
    match said.checked(known, true) {
        Ok(said) => Ok(said.account(new.id, at)),
        Err(faults) => Err(faults
            .into_iter()
            .next()
            .map_or_else(|| Error::invalid("name", "it is wrong"), |(_, error)| error)),
    }
}

/// The account with a change. What was known when it was said stays, even where it is not known any more.
pub(crate) fn changed(before: &Account, change: AccountChange, known: &Known) -> Result<Account> {
    let mut after = before.clone();
    if let Some(name) = change.name {
        after.name = clean_name(&name)?;
    }
    if let Some(department) = change.department {
        after.department = given(Some(department));
        if let Some(code) = &after.department
            && after.department != before.department
        {
            known.check_department(code, true)?;
        }
    }
    if let Some(division) = change.division {
        after.division = given(Some(division));
        if let Some(code) = &after.division
            && after.division != before.division
        {
            known.check_division(code, true)?;
        }
    }
    if let Some(uscc) = change.uscc {
        after.uscc = clean_uscc(before.kind, given(Some(uscc)))?;
    }
    if let Some(roles) = change.roles {
        for role in roles.difference(&before.roles) {
            known.check_role(role, true)?;
        }
        after.roles = roles;
    }
    if let Some(is_disabled) = change.disabled {
        after.status = status_of(before, is_disabled);
    }
    Ok(after)
}

fn status_of(before: &Account, is_disabled: bool) -> Status {
    let can_be_used = before.kind == Kind::Service || before.password_changed_at.is_some();
    match (is_disabled, before.status) {
        (true, _) => Status::Disabled,
        (false, Status::Disabled) if can_be_used => Status::Active,
        (false, Status::Disabled) => Status::Invited,
        (false, status) => status,
    }
}

/// A text that says something, without the blanks around it.
fn given(text: Option<String>) -> Option<String> {
    let text = text?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

fn clean_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::invalid("name", "it is empty"));
    }
    if name.chars().count() > NAME_LENGTH {
        let why = format!("it has more than {NAME_LENGTH} signs");
        return Err(Error::invalid("name", why));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "it is one line of text"));
    }
    Ok(name.to_owned())
}

fn clean_uscc(kind: Kind, uscc: Option<String>) -> Result<Option<String>> {
    let Some(uscc) = uscc else {
        return Ok(None);
    };
    if kind != Kind::Organisation {
        return Err(Error::invalid("uscc", "only an organisation has one"));
    }
    let code = Standard::Uscc.read_text(&uscc).value();
    let code = code.ok_or_else(|| {
        Error::invalid(
            "uscc",
            "this is no unified social credit code, which has 18 signs and a check sign (GB 32100)",
        )
    })?;
    Ok(Some(code.into_owned()))
}
