//! Accounts in a folder that goes with them, under a clock that stands until a test lets time pass.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tempfile::TempDir;
use yandu_store::{Clock, Store};
use yandu_words::Title;

use crate::password::Cost;
use crate::{
    Account, AccountChange, AccountId, Accounts, Client, Key, Known, LoggedIn, NewAccount, Result,
    RoleId, SYSTEM_ADMINISTRATOR, Settings,
};

/// Follows the rules, and is no account's name.
pub(super) const PASSWORD: &str = "Sunny-Weather-7";

/// Nobody that an account could be called.
pub(super) const LOCAL: &str = crate::LOCAL_ADMINISTRATOR;

const KEY: [u8; 32] = [7; 32];

pub(super) struct Site {
    folder: TempDir,
    /// The time on the clock, but for microseconds.
    at: Timestamp,
    settings: Settings,
    pub(super) store: Store,
    pub(super) accounts: Accounts,
}

impl Site {
    pub(super) async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub(super) async fn with(settings: Settings) -> Self {
        let at = "2025-06-01T01:00:00Z".parse().unwrap();
        Self::open(tempfile::tempdir().unwrap(), at, settings, KEY).await
    }

    async fn open(folder: TempDir, at: Timestamp, settings: Settings, key: [u8; 32]) -> Self {
        let path = folder.path().join("records.sqlite");
        let store = Store::open_with(&path, Clock::standing(at)).await.unwrap();
        // A hash that costs nothing.
        let cost = Cost {
            memory_kib: 8,
            passes: 1,
            lanes: 1,
        };
        let accounts = Accounts::open_with(store.clone(), settings.clone(), Key::new(key), cost)
            .await
            .unwrap();
        accounts.set_known(known());
        Self {
            folder,
            at,
            settings,
            store,
            accounts,
        }
    }

    /// The same records after the program was started again.
    pub(super) async fn again(self) -> Self {
        self.again_with(KEY).await
    }

    pub(super) async fn again_with(self, key: [u8; 32]) -> Self {
        self.store.close().await.unwrap();
        Self::open(self.folder, self.at, self.settings, key).await
    }

    pub(super) fn pass(&mut self, time: SignedDuration) {
        self.at += time;
        self.accounts.pass(time);
    }

    pub(super) fn pass_minutes(&mut self, minutes: i64) {
        self.pass(SignedDuration::from_mins(minutes));
    }

    pub(super) fn pass_days(&mut self, days: i64) {
        self.pass(SignedDuration::from_hours(24 * days));
    }

    pub(super) fn now(&self) -> Timestamp {
        self.at
    }

    pub(super) fn files(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.map(|file| file.unwrap().path()).collect()
    }

    /// A person with a password.
    pub(super) async fn person(&self, name: &str) -> AccountId {
        self.person_with(name, &[]).await
    }

    pub(super) async fn person_with(&self, name: &str, held: &[&str]) -> AccountId {
        let new = NewAccount {
            roles: roles(held),
            ..NewAccount::person(id(name), name)
        };
        self.accounts.create(LOCAL, new).await.unwrap();
        let link = self.accounts.invite(LOCAL, &id(name)).await.unwrap();
        let secret = link.secret.reveal();
        self.accounts.accept(secret, PASSWORD).await.unwrap();
        id(name)
    }

    /// The first system administrator.
    pub(super) async fn claimed(&self, name: &str) -> Account {
        let link = self.accounts.first_link().await.unwrap();
        self.accounts
            .claim(link.secret.reveal(), id(name), name, PASSWORD)
            .await
            .unwrap()
    }

    pub(super) async fn login(&self, name: &str) -> Result<LoggedIn> {
        self.try_login(name, PASSWORD).await
    }

    pub(super) async fn try_login(&self, name: &str, password: &str) -> Result<LoggedIn> {
        self.accounts
            .login(name, password, None, Client::default())
            .await
    }

    /// Whether the secret of a session opens one.
    pub(super) async fn is_alive(&self, login: &LoggedIn) -> bool {
        let session = self.accounts.session(login.secret.reveal()).await.unwrap();
        session.is_some()
    }

    pub(super) async fn change(
        &self,
        by: &str,
        name: &str,
        change: AccountChange,
    ) -> Result<Account> {
        let before = self.accounts.find(&id(name)).await?;
        self.accounts
            .change(by, &id(name), before.revision, change)
            .await
    }

    pub(super) async fn disable(&self, by: &str, name: &str, disabled: bool) -> Result<Account> {
        let change = AccountChange {
            disabled: Some(disabled),
            ..AccountChange::default()
        };
        self.change(by, name, change).await
    }

    pub(super) async fn give_roles(&self, by: &str, name: &str, held: &[&str]) -> Result<Account> {
        let change = AccountChange {
            roles: Some(roles(held)),
            ..AccountChange::default()
        };
        self.change(by, name, change).await
    }

    /// Names of the accounts that can log in and run the system.
    pub(super) async fn governors(&self) -> Vec<String> {
        let filter = crate::Filter {
            role: Some(SYSTEM_ADMINISTRATOR.parse().unwrap()),
            status: Some(crate::Status::Active),
            ..crate::Filter::default()
        };
        let all = self.accounts.list(&filter, None, 100).await.unwrap();
        let governing = all
            .into_iter()
            .filter(|account| account.password_changed_at.is_some());
        governing.map(|account| account.id.to_string()).collect()
    }
}

pub(super) fn known() -> Known {
    let roles = [("collector", "采集员"), ("reader", "读者")];
    Known {
        roles: roles
            .into_iter()
            .map(|(name, title)| (role(name), Title::new(title, name)))
            .collect::<BTreeMap<_, _>>(),
        departments: ["SJ", "FG", "GX"].map(ToOwned::to_owned).into(),
        divisions: ["330000", "330100", "330102"].map(ToOwned::to_owned).into(),
    }
}

pub(super) fn id(name: &str) -> AccountId {
    name.parse().unwrap()
}

pub(super) fn role(name: &str) -> RoleId {
    name.parse().unwrap()
}

pub(super) fn roles(names: &[&str]) -> BTreeSet<RoleId> {
    names.iter().map(|name| role(name)).collect()
}

pub(super) fn code<T: std::fmt::Debug>(answer: Result<T>) -> &'static str {
    answer.unwrap_err().code()
}

/// A source of chance, the same again under `YANDU_SEED`.
pub(super) fn chance() -> StdRng {
    let seed: u64 = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random(),
    };
    println!("YANDU_SEED={seed}");
    StdRng::seed_from_u64(seed)
}
