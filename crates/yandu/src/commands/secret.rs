use std::io::{IsTerminal, Read};

use clap::{Args, Subcommand};
use serde::Serialize;
use yandu_collect::secret::{Secret as Value, Secrets, StoredSecret};

use super::local;
use crate::app::is_data_folder;
use crate::cli::Context;
use crate::client::no_folder;
use crate::failure::{Failure, Result};
use crate::table::Table;

/// Store, list or remove the secrets that sources name
///
/// Secrets are sealed files of the data folder and no requests: a value that is never sent cannot be overheard.
#[derive(Debug, Args)]
pub(crate) struct Secret {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Store a secret, read from stdin
    #[command(after_help = "Example:\n  yandu secret set air_token < token.txt")]
    Set { name: String },
    /// List the names of the stored secrets
    #[command(after_help = "Example:\n  yandu secret list")]
    List,
    /// Remove a stored secret
    #[command(after_help = "Example:\n  yandu secret remove air_token")]
    Remove { name: String },
}

#[derive(Debug, Serialize)]
struct Done {
    name: String,
    /// `stored`, `removed` or `absent`.
    status: &'static str,
}

#[derive(Debug, Serialize)]
struct List {
    secrets: Vec<StoredSecret>,
}

impl Secret {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let folder = &context.config.data;
        if !is_data_folder(folder) {
            if !matches!(self.action, Action::Set { .. }) {
                return Err(no_folder(folder));
            }
            // Opening makes it, and refuses a folder of somebody else.
            drop(yandu_store::DataFolder::open(folder)?);
        }
        let secrets = Secrets::new(folder);
        let told = |done: &Done| format!("{} is {}\n", done.name, done.status);
        match self.action {
            Action::Set { name } => {
                secrets.set(&name, &Value::new(read()?))?;
                let done = Done {
                    name,
                    status: "stored",
                };
                context.output.result(&done, told)
            }
            Action::List => {
                let list = List {
                    secrets: secrets.list()?,
                };
                context.output.result(&list, table)
            }
            Action::Remove { name } => {
                let status = if secrets.remove(&name)? {
                    "removed"
                } else {
                    "absent"
                };
                context.output.result(&Done { name, status }, told)
            }
        }
    }
}

/// The secret from stdin: never from the command line, which others can see.
fn read() -> Result<String> {
    const LONGEST: u64 = 64 << 10;
    let mut stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Err(
            Failure::new("a secret is read from stdin").help("yandu secret set NAME < FILE")
        );
    }
    let mut bytes = Vec::new();
    stdin
        .by_ref()
        .take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::of(&error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Failure::new(format!(
            "the secret has more than {LONGEST} bytes"
        )));
    }
    let text = String::from_utf8(bytes).map_err(|_| Failure::new("the secret is no UTF-8 text"))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        Err(Failure::new("the secret is empty"))
    } else {
        Ok(text.to_owned())
    }
}

fn table(list: &List) -> String {
    let mut table = Table::new(["secret", "set at"]);
    for secret in &list.secrets {
        table.row(vec![
            secret.name.as_str().into(),
            local(secret.set_at).into(),
        ]);
    }
    table.render()
}
