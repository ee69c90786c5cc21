use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::http::Method;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;
use yandu_http::access::{AccountChange, AccountLine, AccountPage, Link, NewAccount};

use super::local;
use crate::cli::Context;
use crate::client::{Ask, Client, Folder, encode, query, with_client};
use crate::failure::{Failure, Result};
use crate::next_page;
use crate::table::Table;

/// List accounts and look after them as the local administrator, who stands above the three administrators
#[derive(Debug, Args)]
pub(crate) struct Account {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List accounts by their names
    #[command(after_help = "Example:\n  yandu account list --role audit-administrator")]
    List {
        /// A part of the account or of the name
        text: Option<String>,
        /// Only those who hold this role
        #[arg(long)]
        role: Option<String>,
        /// Only those of this department
        #[arg(long)]
        department: Option<String>,
        /// Only `invited`, `active` or `disabled` ones
        #[arg(long)]
        status: Option<String>,
        /// Only those that are locked because too many logins have failed
        #[arg(long)]
        locked: bool,
        /// The page after this one, as the page before names it
        #[arg(long, value_name = "KEY")]
        after: Option<String>,
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Make an account and the link by which its owner sets a password
    #[command(
        after_help = "Example:\n  yandu account add wang.fang --name 王芳 --department 市纪委监委 --role audit-administrator"
    )]
    Add(Added),
    /// Make another link for an account that nobody has taken up; the one before ends
    #[command(after_help = "Example:\n  yandu account invite wang.fang")]
    Invite { account: String },
    /// Take the password away and make the link by which the owner sets another; sessions and tokens end
    #[command(after_help = "Example:\n  yandu account reset wang.fang")]
    Reset { account: String },
    /// Let an account be logged in to again that is locked because too many logins have failed
    #[command(after_help = "Example:\n  yandu account unlock wang.fang")]
    Unlock { account: String },
    /// Turn the second factor off, whose owner has lost it
    #[command(after_help = "Example:\n  yandu account remove-factor wang.fang")]
    RemoveFactor { account: String },
    /// Change name, department, division or roles; an empty text takes a value away
    #[command(
        after_help = "Example:\n  yandu account change wang.fang --role security-administrator"
    )]
    Change(Changed),
    /// Take an account out of use: its sessions end, and its tokens rest
    #[command(after_help = "Example:\n  yandu account disable wang.fang")]
    Disable { account: String },
    /// Put an account back into use
    #[command(after_help = "Example:\n  yandu account enable wang.fang")]
    Enable { account: String },
    /// End all sessions of an account
    #[command(after_help = "Example:\n  yandu account end-sessions wang.fang")]
    EndSessions { account: String },
}

#[derive(Debug, Args)]
struct Added {
    account: String,
    /// What the owner is called
    #[arg(long)]
    name: String,
    /// `person`, `service` or `organisation` [default: person]
    #[arg(long)]
    kind: Option<String>,
    #[arg(long)]
    department: Option<String>,
    /// The code of a division
    #[arg(long)]
    division: Option<String>,
    /// The unified social credit code of an organisation
    #[arg(long)]
    uscc: Option<String>,
    /// May be repeated
    #[arg(long)]
    role: Vec<String>,
}

#[derive(Debug, Args)]
struct Changed {
    account: String,
    #[arg(long)]
    name: Option<String>,
    #[arg(long)]
    department: Option<String>,
    /// The code of a division
    #[arg(long)]
    division: Option<String>,
    /// The unified social credit code of an organisation
    #[arg(long)]
    uscc: Option<String>,
    /// All roles from now on; may be repeated
    #[arg(long, conflicts_with = "no_roles")]
    role: Vec<String>,
    /// No role any more
    #[arg(long)]
    no_roles: bool,
}

/// The link that is handed to the owner.
#[derive(Debug, Serialize)]
struct Given {
    account: String,
    link: String,
    ends_at: Timestamp,
}

#[derive(Debug, Serialize)]
struct Done {
    account: String,
    /// `unlocked`, `second-factor-removed` or `sessions-ended`.
    done: &'static str,
}

impl Account {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let output = context.output;
        with_client(
            &context.config,
            Folder::MustExist,
            async |client| match self.action {
                Action::List {
                    text,
                    role,
                    department,
                    status,
                    locked,
                    after,
                    limit,
                } => {
                    let parameters = query([
                        ("q", text),
                        ("role", role),
                        ("department", department),
                        ("status", status),
                        ("locked", locked.then(|| "true".to_owned())),
                        ("after", after),
                        ("limit", Some(limit.to_string())),
                    ]);
                    let path = format!("/api/v1/accounts{parameters}");
                    let page: AccountPage = client.get(&path).await?;
                    output.result(&page, list)
                }
                Action::Add(added) => {
                    let account = added.account.clone();
                    let is_service = added.kind.as_deref() == Some("service");
                    let body = added.body();
                    let made: AccountLine = client.post("/api/v1/accounts", &body).await?;
                    if is_service {
                        return output.result(&made, one);
                    }
                    let given = link(client, context, account, "invitation").await?;
                    output.result(&given, tell)
                }
                Action::Invite { account } => {
                    let given = link(client, context, account, "invitation").await?;
                    output.result(&given, tell)
                }
                Action::Reset { account } => {
                    let given = link(client, context, account, "reset").await?;
                    output.result(&given, tell)
                }
                Action::Unlock { account } => {
                    let done = take(client, account, "lock", "unlocked").await?;
                    output.result(&done, done_text)
                }
                Action::RemoveFactor { account } => {
                    let done =
                        take(client, account, "second-factor", "second-factor-removed").await?;
                    output.result(&done, done_text)
                }
                Action::EndSessions { account } => {
                    let done = take(client, account, "sessions", "sessions-ended").await?;
                    output.result(&done, done_text)
                }
                Action::Change(changed) => {
                    let account = changed.account.clone();
                    let changed = change(client, &account, &changed.body()?).await?;
                    output.result(&changed, one)
                }
                Action::Disable { account } => {
                    let changed = change(client, &account, &in_use(false)).await?;
                    output.result(&changed, one)
                }
                Action::Enable { account } => {
                    let changed = change(client, &account, &in_use(true)).await?;
                    output.result(&changed, one)
                }
            },
        )
        .await
    }
}

impl Added {
    fn body(self) -> NewAccount {
        NewAccount {
            id: self.account,
            kind: self.kind,
            name: self.name,
            department: self.department,
            division: self.division,
            uscc: self.uscc,
            roles: self.role.into_iter().collect(),
        }
    }
}

impl Changed {
    fn body(self) -> Result<AccountChange> {
        let has_roles = self.no_roles || !self.role.is_empty();
        let roles: BTreeSet<String> = self.role.into_iter().collect();
        let change = AccountChange {
            name: self.name,
            department: self.department,
            division: self.division,
            uscc: self.uscc,
            roles: has_roles.then_some(roles),
            disabled: None,
        };
        let says_nothing = change.name.is_none()
            && change.department.is_none()
            && change.division.is_none()
            && change.uscc.is_none()
            && change.roles.is_none();
        if says_nothing {
            return Err(Failure::new("nothing is to be changed")
                .help("name what is, such as `--role audit-administrator`"));
        }
        Ok(change)
    }
}

fn address(account: &str) -> String {
    format!("/api/v1/accounts/{}", encode(account))
}

fn in_use(is_used: bool) -> AccountChange {
    AccountChange {
        disabled: Some(!is_used),
        ..AccountChange::default()
    }
}

async fn change(client: &Client, account: &str, change: &AccountChange) -> Result<AccountLine> {
    let ask = Ask::with(change)?;
    client.decoded(Method::PATCH, &address(account), ask).await
}

/// Takes something of an account away: its lock, its second factor or its sessions.
async fn take(client: &Client, account: String, what: &str, done: &'static str) -> Result<Done> {
    let path = format!("{}/{what}", address(&account));
    client.send(Method::DELETE, &path, Ask::default()).await?;
    Ok(Done { account, done })
}

/// Makes a link of an account, as an address of the page that takes it.
async fn link(client: &Client, context: &Context, account: String, what: &str) -> Result<Given> {
    let path = format!("{}/{what}", address(&account));
    let made: Link = client.decoded(Method::POST, &path, Ask::default()).await?;
    let site = context.config.site().unwrap_or_else(|| client.site());
    Ok(Given {
        account,
        link: format!("{site}/invitation#{}", made.link),
        ends_at: made.ends_at,
    })
}

fn tell(given: &Given) -> String {
    format!(
        "{}\n  sets the password of {} once, until {}; hand it to its owner in a way that is safe\n",
        given.link,
        given.account,
        local(given.ends_at)
    )
}

fn done_text(done: &Done) -> String {
    let said = match done.done {
        "unlocked" => "is not locked",
        "second-factor-removed" => "logs in with the password alone",
        _ => "is logged in nowhere",
    };
    format!("{} {said}\n", done.account)
}

fn one(account: &AccountLine) -> String {
    lines(std::slice::from_ref(account))
}

fn list(page: &AccountPage) -> String {
    let mut text = lines(&page.accounts);
    if let Some(next) = &page.next {
        let _ = writeln!(text, "more: {}", next_page::command(next));
    }
    text
}

fn lines(accounts: &[AccountLine]) -> String {
    let mut table = Table::new([
        "account",
        "name",
        "department",
        "roles",
        "status",
        "locked until",
    ]);
    for account in accounts {
        table.row(vec![
            account.id.as_str().into(),
            account.name.as_str().into(),
            account.department.clone().into(),
            account.roles.join(", ").into(),
            account.status.as_str().into(),
            account.locked_until.map(local).into(),
        ]);
    }
    table.render()
}
