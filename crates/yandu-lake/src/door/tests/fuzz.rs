//! Non-interference: two lakes that differ only in rows and values that a reader must not see, and random queries of the
//! reader to both. Rows, errors, plans, explanations and the information schema have to be the same.
//!
//! `YANDU_DOOR_QUERIES=100000` asks more of them, `YANDU_DOOR_SEED` a run again.

mod pair;
mod question;

use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;

use self::pair::{Pair, SECRET_NUMBERS, SECRETS};
use self::question::question;
use crate::Session;
use crate::door::Broken;
use crate::lineage::tests::random::generate::Generator;
use crate::lineage::tests::random::texts;

/// Queries of one pair of lakes.
const QUERIES: usize = 200;

/// A query that takes longer says nothing.
const SLOW: Duration = Duration::from_secs(3);

/// Rows as lines in an order of their own, or the error.
type Told = Result<Vec<String>, String>;

async fn told(reader: &Session, sql: &str) -> Told {
    let rows = async { reader.query(sql).await?.collect().await }.await;
    let rows = rows.map_err(|error: crate::Error| format!("{}: {error}", error.code()))?;
    let mut lines: Vec<String> = texts(&rows).into_iter().map(|row| row.join("|")).collect();
    lines.sort_unstable();
    Ok(lines)
}

/// An error without the values that it speaks of: of two rows that fail either may come first.
fn kind_of(error: &str) -> String {
    let mut quoted = false;
    let mut kind: String = error
        .chars()
        .filter(|sign| {
            if *sign == '\'' || *sign == '"' {
                quoted = !quoted;
                return false;
            }
            !quoted && !sign.is_ascii_digit()
        })
        .collect();
    // The patterns themselves are written over several lines.
    kind.truncate(
        kind.find("regex parse error")
            .map_or(kind.len(), |place| place + 17),
    );
    kind
}

#[derive(Debug, Default)]
struct Counts {
    answered: usize,
    failed: usize,
    plans: usize,
    /// Queries that fail on rows that are seen, or not, as these come in batches.
    by_batches: usize,
    /// Queries whose joins make too many rows.
    slow: usize,
    spent: [Duration; 2],
}

/// Asks both lakes; what is wrong when they tell apart.
async fn compare(pair: &Pair, sql: &str, counts: &mut Counts) -> Result<(), String> {
    let mut both = Vec::new();
    for (side, reader) in pair.readers.iter().enumerate() {
        let begun = Instant::now();
        let Ok(told) = tokio::time::timeout(SLOW, told(reader, sql)).await else {
            counts.slow += 1;
            return Ok(());
        };
        both.push(told);
        counts.spent[side] += begun.elapsed();
    }
    let is_same = match (&both[0], &both[1]) {
        (Ok(one), Ok(other)) => one == other,
        (Err(one), Err(other)) => kind_of(one) == kind_of(other),
        _ => false,
    };
    let shown = format!("{both:?}");
    // What the query itself says of such numbers may be reckoned with in its plan.
    let is_asked = SECRET_NUMBERS
        .clone()
        .any(|number| sql.contains(&number.to_string()));
    let has_number = !is_asked
        && SECRET_NUMBERS
            .clone()
            .any(|number| shown.contains(&number.to_string()));
    let tells = SECRETS
        .iter()
        .any(|secret| shown.contains(&secret.escape_debug().to_string()))
        || has_number;
    if sql.starts_with("EXPLAIN") {
        counts.plans += 1;
    } else if both[0].is_ok() {
        counts.answered += 1;
    } else {
        counts.failed += 1;
    }
    if !tells && (is_same || is_same_sometimes(pair, sql, &both).await) {
        return Ok(());
    }
    if !tells && both[0].is_ok() != both[1].is_ok() && is_same_row_by_row(pair, sql).await {
        counts.by_batches += 1;
        return Ok(());
    }
    let [one, other] = [&both[0], &both[1]].map(|told| match told {
        Ok(lines) => lines.join("\n"),
        Err(error) => error.clone(),
    });
    let different = one
        .lines()
        .zip(other.lines())
        .find(|(one, other)| one != other);
    Err(format!(
        "{sql}\n{}\nfirst line that is different: {different:#?}\n{one}\n---\n{other}",
        pair.about
    ))
}

/// The engine plans some queries in one of several ways, by chance, and gives one of several answers to a few. Each lake
/// has to show what the other did then.
async fn is_same_sometimes(pair: &Pair, sql: &str, both: &[Told]) -> bool {
    let mut shown = [false, false];
    for _ in 0..40 {
        for side in 0..2 {
            shown[side] |= told(&pair.readers[side], sql).await == both[1 - side];
        }
        if shown == [true, true] {
            return true;
        }
    }
    false
}

/// `a AND b` leaves `b` out where no row of a batch meets `a`, and which rows come in one batch follows from how files are
/// read. A query that can fail on rows that are seen fails or does not by that. Row by row it has one answer.
async fn is_same_row_by_row(pair: &Pair, sql: &str) -> bool {
    let mut answers = Vec::new();
    for reader in &pair.readers {
        answers.push(told(&reader.clone().row_by_row(), sql).await);
    }
    match (&answers[0], &answers[1]) {
        (Err(one), Err(other)) => kind_of(one) == kind_of(other),
        (one, other) => one == other,
    }
}

fn seed() -> u64 {
    let given = std::env::var("YANDU_DOOR_SEED").ok();
    given.map_or_else(rand::random, |seed| seed.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_a_reader_asks_tells_two_lakes_apart_that_differ_in_what_is_hidden() {
    let wanted: usize =
        std::env::var("YANDU_DOOR_QUERIES").map_or(20_000, |count| count.parse().unwrap());
    let seed = seed();
    println!("seed {seed}, {wanted} queries");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut generator = Generator::new(StdRng::seed_from_u64(seed ^ 1));
    let mut counts = Counts::default();
    let mut asked = 0;
    while asked < wanted {
        let pair = Pair::draw(&mut rng, None).await;
        for _ in 0..QUERIES {
            let sql = question(&mut rng, &mut generator);
            asked += 1;
            if let Err(leak) = compare(&pair, &sql, &mut counts).await {
                panic!("seed {seed}: {leak}");
            }
        }
    }
    println!("{counts:?}");
    // Most queries have an answer, and some fail on values that are seen.
    assert!(counts.answered * 3 > asked, "{counts:?}");
    assert!(
        counts.by_batches * 100 < asked && counts.slow * 100 < asked,
        "{counts:?}"
    );
    assert!(
        counts.failed * 40 > asked && counts.plans * 5 > asked,
        "{counts:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_barrier_that_is_broken_is_found_out_within_a_minute() {
    let seed = seed();
    println!("seed {seed}");
    for broken in Broken::FOUND {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut generator = Generator::new(StdRng::seed_from_u64(seed ^ 1));
        let mut counts = Counts::default();
        let begun = Instant::now();
        let mut asked = 0;
        let found = 'found: loop {
            let pair = Pair::draw(&mut rng, Some(broken)).await;
            for _ in 0..QUERIES {
                let sql = question(&mut rng, &mut generator);
                asked += 1;
                if compare(&pair, &sql, &mut counts).await.is_err() {
                    break 'found true;
                }
            }
            if begun.elapsed() > Duration::from_mins(1) {
                break false;
            }
        };
        assert!(
            found,
            "seed {seed}: {broken:?} was not found in {asked} queries"
        );
        println!(
            "{broken:?}: found by query {asked} after {:?}",
            begun.elapsed()
        );
    }
}
