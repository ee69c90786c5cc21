//! Following a collection until it is settled, with a bar on a terminal.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use yandu_http::batch::{BatchDetail, Progress};

use crate::client::Client;
use crate::failure::Result;

/// Short at first, because most deliveries are small.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// A bar on stderr, hidden when stderr is no terminal.
pub(crate) fn bar(total: u64, template: &str) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(total), target).with_style(style)
}

/// Waits until a batch is settled.
pub(crate) async fn follow(client: &Client, batch: &str) -> Result<BatchDetail> {
    let bar = bar(
        0,
        "{msg:11} {bar:32} {bytes:>10}/{total_bytes:10} {elapsed}",
    );
    let path = format!("/api/v1/batches/{batch}");
    let mut pause = FIRST_PAUSE;
    loop {
        let detail: BatchDetail = client.get(&path).await?;
        if !matches!(detail.batch.status.as_str(), "running" | "committing") {
            bar.finish_and_clear();
            return Ok(detail);
        }
        if let Some(progress) = &detail.progress {
            show(&bar, progress);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn show(bar: &ProgressBar, progress: &Progress) {
    bar.set_message(progress.phase.clone());
    bar.set_length(progress.bytes_total);
    bar.set_position(progress.bytes_done);
}
