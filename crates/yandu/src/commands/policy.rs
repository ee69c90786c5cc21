use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use yandu_http::access::{DifferenceLine, PolicyText, RightsChange, RightsPreview};

use crate::app::policy_files;
use crate::cli::Context;
use crate::client::{Folder, with_client};
use crate::failure::{Failure, Result};

/// Look at what other policies of the city would open and close
#[derive(Debug, Args)]
pub(crate) struct Policy {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Compare files of policies with those that the city's own folder has; nothing is put in force
    #[command(after_help = "Example:\n  yandu policy diff city/policies")]
    Diff {
        /// Files, or folders of `.cedar` files, in the place of the city's own
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

impl Policy {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let Action::Diff { files } = self.action;
        let mut texts = Vec::new();
        for path in files {
            read(&path, &mut texts)?;
        }
        let change = RightsChange::Texts(texts);
        let preview: RightsPreview =
            with_client(&context.config, Folder::MustExist, async |client| {
                client.post("/api/v1/policies/preview", &change).await
            })
            .await?;
        context.output.result(&preview, show)?;
        let is_wrong = !preview.problems.is_empty() || !preview.closes_ways_of.is_empty();
        if is_wrong {
            Err(Failure::told())
        } else {
            Ok(())
        }
    }
}

fn read(path: &Path, texts: &mut Vec<PolicyText>) -> Result<()> {
    if path.is_dir() {
        let paths = policy_files(path)?;
        if paths.is_empty() {
            // Nothing to compare with would read as if nobody should see anything.
            let below = path.join("policies");
            let help = match policy_files(&below) {
                Ok(below_it) if !below_it.is_empty() => {
                    format!("did you mean `{}`?", below.display())
                }
                _ => "policies stand in files whose names end with `.cedar`; a file that holds only a comment stands for none".to_owned(),
            };
            let message = format!("`{}` holds no policies", path.display());
            return Err(Failure::new(message).help(help));
        }
        return paths.iter().try_for_each(|path| read(path, texts));
    }
    texts.push(PolicyText {
        text: std::fs::read_to_string(path).map_err(Failure::io("read", path))?,
        file: path.to_string_lossy().into(),
    });
    Ok(())
}

fn show(preview: &RightsPreview) -> String {
    let mut text = String::new();
    for problem in &preview.problems {
        let place = problem.line.zip(problem.column);
        let place = place.map_or_else(String::new, |(line, column)| format!(":{line}:{column}"));
        let _ = writeln!(text, "error: {}{place}: {}", problem.file, problem.message);
        if let Some(help) = &problem.help {
            let _ = writeln!(text, "  help: {help}");
        }
    }
    for role in &preview.closes_ways_of {
        let _ = writeln!(
            text,
            "error: after this change nobody could act as `{role}`"
        );
    }
    for finding in &preview.findings {
        let _ = writeln!(
            text,
            "warning: {}\n  help: {}",
            finding.message, finding.help
        );
    }
    for one in &preview.matchable {
        let columns: Vec<String> = one.columns.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(
            text,
            "warning: {} people could find out values of {} of `{}`, which they see hashed or encrypted, by delivering values of their own\n  help: mask them with `null` or `keep`",
            one.people,
            columns.join(", "),
            one.dataset
        );
    }
    if !preview.problems.is_empty() {
        return text;
    }
    for line in &preview.lines {
        tell(line, &mut text);
    }
    let told = preview.lines.len() as u64;
    let all = preview.opening + preview.closing;
    if told < all {
        let _ = writeln!(text, "the {told} largest of {all} are listed");
    }
    let _ = writeln!(
        text,
        "{} open, {} close; {} pairs of an account and a dataset change, {} stay as they are",
        preview.opening, preview.closing, preview.changed, preview.same
    );
    text
}

fn tell(line: &DifferenceLine, text: &mut String) {
    let sign = if line.is_opening { '+' } else { '-' };
    let about = line.dataset.as_deref().unwrap_or("the city");
    let what = line.action.as_deref().unwrap_or(&line.kind);
    let _ = write!(text, "{sign} {about}: {what}, {} accounts", line.people);
    if line.disabled > 0 {
        let _ = write!(text, " ({} of them disabled)", line.disabled);
    }
    if let (Some(before), Some(after)) = (line.count_before, line.count_after) {
        let _ = write!(text, ", {before} -> {after} rows for one of them");
    }
    text.push('\n');
    for column in &line.columns {
        let shown = |masks: &[String]| {
            if masks.is_empty() {
                "not there".to_owned()
            } else {
                masks.join(" or ")
            }
        };
        let (before, after) = (shown(&column.before), shown(&column.after));
        let _ = writeln!(text, "    {}: {before} -> {after}", column.name);
    }
    if line.kind == "rows" {
        let rows = |rows: &[String]| {
            if rows.is_empty() {
                "all rows".to_owned()
            } else {
                rows.join(" or ")
            }
        };
        let (before, after) = (rows(&line.rows_before), rows(&line.rows_after));
        let _ = writeln!(text, "    rows: {before} -> {after}");
    }
    if !line.ways.is_empty() {
        let (ways, purposes) = (line.ways.join(", "), line.purposes.join(", "));
        let _ = writeln!(text, "    only by {ways}, for `{purposes}`");
    }
    for who in &line.who {
        let roles = who.roles.iter().map(String::as_str);
        let like: Vec<&str> = who.department.as_deref().into_iter().chain(roles).collect();
        let accounts = who.accounts.join(", ");
        let _ = writeln!(
            text,
            "    {} {}{} {}: {accounts}",
            who.count,
            if who.is_disabled { "disabled " } else { "" },
            who.kind,
            like.join(" ")
        );
    }
}
