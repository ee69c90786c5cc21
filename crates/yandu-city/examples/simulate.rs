//! Writes a city and says how long it took:
//! `cargo run -p yandu-city --example simulate -- PEOPLE SEED OUT [THREADS] [DELIVERY…]`.

#![allow(
    clippy::print_stdout,
    reason = "a command for people to look at its times"
)]

use std::time::Instant;

use yandu_city::{Delivery, Options, Progress, simulate};

struct Times(Instant);

impl Progress for Times {
    fn begin(&self, delivery: Delivery, rows: u64) {
        let at = self.0.elapsed().as_secs_f64();
        println!("{at:7.2} s  {} begins, {rows} rows", delivery.name());
    }

    fn advance(&self, _: Delivery, _: u64) {}

    fn finish(&self, _: Delivery, file: &std::path::Path) {
        let at = self.0.elapsed().as_secs_f64();
        let size = std::fs::metadata(file).map_or(0, |metadata| metadata.len());
        println!("{at:7.2} s  {} bytes in {}", size, file.display());
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || {
        arguments
            .next()
            .ok_or("PEOPLE SEED OUT [THREADS] [DELIVERY…]")
    };
    let mut options = Options::new(next()?.parse()?, next()?.parse()?, next()?);
    if let Ok(threads) = next() {
        options.threads = threads.parse()?;
    }
    let only: Vec<Delivery> = arguments
        .map(|name| {
            Delivery::ALL
                .into_iter()
                .find(|known| known.name() == name)
                .ok_or(name)
        })
        .collect::<Result<_, _>>()?;
    options.only = (!only.is_empty()).then_some(only);
    let start = Instant::now();
    let summary = simulate(&options, &Times(start))?;
    for written in &summary.files {
        println!(
            "{:>9} rows  {}  {}",
            written.rows, written.dataset, written.file
        );
    }
    for defect in &summary.defects {
        println!(
            "{:>6}  {}  {}  {}  {:?}",
            defect.rows,
            defect.dataset,
            defect.kind.name(),
            defect.reason,
            defect.verdict
        );
    }
    println!("{:.2} s", start.elapsed().as_secs_f64());
    Ok(())
}
