//! Non-interference: two lakes that differ only in rows and values that a reader must not see, and random queries of the
//! reader to both, some of them prepared. Rows, errors, plans, what planners take to come out of each of their steps, explanations
//! and the information schema have to be the same, what is found by keys without the engine, and whole tables row by row in an order,
//! with what stands in memory where a row has no value. How long it took is told.
//!
//! `YANDU_DOOR_QUERIES=100000` asks more of them, `YANDU_DOOR_SEED` a run again.

mod in_order;
mod look_up;
mod pair;
mod question;
mod value;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use self::pair::Pair;
use self::question::Question;
use self::value::{SECRET_MONTH, SECRET_NUMBERS, SECRETS};
use crate::door::Broken;
use crate::lineage::tests::random::generate::Generator;
use crate::lineage::tests::random::texts;
use crate::{Prepared, Session};

/// Queries of one pair of lakes.
const QUERIES: usize = 200;

/// A query that takes longer says nothing.
const SLOW: Duration = Duration::from_secs(3);

/// Rows as lines in an order of their own, or the error.
type Told = Result<Vec<String>, String>;

async fn told(reader: &Session, question: &Question) -> Told {
    let told = answer(reader, question).await;
    let mut lines = told.map_err(|error| format!("{}: {error}", error.code()))?;
    lines.sort_unstable();
    Ok(lines)
}

async fn answer(reader: &Session, question: &Question) -> crate::Result<Vec<String>> {
    let sql = &question.sql;
    let mut lines = Vec::new();
    let mut asking = reader.clone();
    if let Some(value) = question.value {
        // Plans are made on threads that have a stack for them.
        let (client, text) = (reader.clone(), sql.clone());
        let threads = reader.lake.inner.threads.handle();
        let preparing = threads.spawn(async move { client.prepare(&text, &[]).await });
        let prepared = preparing.await??;
        lines.push(format!("{prepared:?}"));
        asking = asking.with_parameters(&bound(value, &prepared))?;
    }
    if question.is_for_statistics {
        let told = asking.statistics(sql).await?;
        lines.extend(told.lines().map(ToOwned::to_owned));
        lines.push(match asking.explain(sql).await {
            Ok(explained) => {
                let inputs = explained.inputs.iter();
                let inputs = inputs.map(|input| (&input.dataset, input.rows, input.bytes));
                let inputs: Vec<_> = inputs.collect();
                format!("{:?} {inputs:?} {}", explained.rows, explained.plan)
            }
            Err(error) => format!("{}: {error}", error.code()),
        });
    } else {
        let rows = asking.query(sql).await?.collect().await?;
        lines.extend(texts(&rows).into_iter().map(|row| row.join("|")));
    }
    Ok(lines)
}

/// The value as a client gives it, of the types that it was told of.
fn bound(value: i64, prepared: &Prepared) -> Vec<ArrayRef> {
    let number: ArrayRef = Arc::new(Int64Array::from(vec![value]));
    let types = prepared.parameters.iter();
    types
        .map(|known| {
            let known = known.as_ref().unwrap_or(&DataType::Utf8);
            cast(&number, known).unwrap_or_else(|_| Arc::clone(&number))
        })
        .collect()
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

/// What only hidden rows and values hold, in what was told of a question that does not say it itself.
fn told_secret(asked: &str, told: &impl Debug) -> Option<String> {
    let told = format!("{told:?}");
    let is_told =
        |secret: &str| !asked.contains(secret) && told.contains(&secret.escape_debug().to_string());
    let mut secrets = SECRETS.into_iter().chain([SECRET_MONTH]);
    if let Some(secret) = secrets.find(|secret| is_told(secret)) {
        return Some(secret.to_owned());
    }
    let number_in = |text: &str| {
        let mut words = text.split(|sign: char| !sign.is_ascii_digit());
        let is_secret = |word: &str| {
            word.parse::<i64>()
                .is_ok_and(|word| SECRET_NUMBERS.contains(&word))
        };
        words.find(|word| is_secret(word)).map(ToOwned::to_owned)
    };
    // What the query itself says of such numbers may be reckoned with in its plan.
    if number_in(asked).is_some() {
        return None;
    }
    number_in(&told)
}

#[derive(Debug, Default)]
struct Counts {
    answered: usize,
    failed: usize,
    plans: usize,
    /// Questions for what the planner takes to come out of each step.
    statistics: usize,
    /// Those of all these that were prepared, and got their value then.
    prepared: usize,
    /// Rows looked for by their keys.
    looked_up: usize,
    /// Tables whose rows were held against each other in their order.
    in_order: usize,
    /// Queries that fail on rows that are seen, or not, as these come in batches.
    by_batches: usize,
    /// Queries whose joins make too many rows.
    slow: usize,
    spent: [Duration; 2],
    spread: Spread,
}

/// How many pairs of times, in microseconds, lie between the same two powers of two, in neighbouring places, and farther apart.
#[derive(Debug, Default)]
struct Spread {
    equal: usize,
    off_by_one: usize,
    more: usize,
}

impl Counts {
    fn took(&mut self, [one, other]: [Duration; 2]) {
        self.spent[0] += one;
        self.spent[1] += other;
        let bucket = |time: Duration| time.as_micros().max(1).ilog2();
        match bucket(one).abs_diff(bucket(other)) {
            0 => self.spread.equal += 1,
            1 => self.spread.off_by_one += 1,
            _ => self.spread.more += 1,
        }
    }
}

/// Asks both lakes; what is wrong when they tell apart.
async fn compare(pair: &Pair, question: &Question, counts: &mut Counts) -> Result<(), String> {
    let mut both = Vec::new();
    let mut spent = [Duration::ZERO; 2];
    for (spent, reader) in spent.iter_mut().zip(&pair.readers) {
        let begun = Instant::now();
        let Ok(told) = tokio::time::timeout(SLOW, told(reader, question)).await else {
            counts.slow += 1;
            return Ok(());
        };
        both.push(told);
        *spent = begun.elapsed();
    }
    counts.took(spent);
    let is_same = match (&both[0], &both[1]) {
        (Ok(one), Ok(other)) => one == other,
        (Err(one), Err(other)) => kind_of(one) == kind_of(other),
        _ => false,
    };
    counts.prepared += usize::from(question.value.is_some());
    if question.is_for_statistics {
        counts.statistics += 1;
    } else if question.sql.starts_with("EXPLAIN") {
        counts.plans += 1;
    } else if both[0].is_ok() {
        counts.answered += 1;
    } else {
        counts.failed += 1;
    }
    let asked = format!("{} {:?}", question.sql, question.value);
    let secret = told_secret(&asked, &both);
    if secret.is_none() && (is_same || is_same_sometimes(pair, question, &both).await) {
        return Ok(());
    }
    // Below the barrier nothing fails on a row that is seen, however rows come in batches.
    let is_below = |told: &Told| matches!(told, Err(error) if error.starts_with("unreadable"));
    let may_be_by_batches = both[0].is_ok() != both[1].is_ok() && !both.iter().any(is_below);
    if secret.is_none() && may_be_by_batches && is_same_row_by_row(pair, question).await {
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
        "{question:?}\n{}\ntold of what is hidden: {secret:?}\nfirst line that is different: {different:#?}\n{one}\n---\n{other}",
        pair.about
    ))
}

/// The engine plans some queries in one of several ways, by chance, and gives one of several answers to a few. Each lake
/// has to show what the other did then.
async fn is_same_sometimes(pair: &Pair, question: &Question, both: &[Told]) -> bool {
    let mut shown = [false, false];
    for _ in 0..40 {
        for side in 0..2 {
            shown[side] |= told(&pair.readers[side], question).await == both[1 - side];
        }
        if shown == [true, true] {
            return true;
        }
    }
    false
}

/// `a AND b` leaves `b` out where no row of a batch meets `a`, and which rows come in one batch follows from how files are
/// read. A query that can fail on rows that are seen fails or does not by that. Row by row it has one answer.
async fn is_same_row_by_row(pair: &Pair, question: &Question) -> bool {
    let mut answers = Vec::new();
    for reader in &pair.readers {
        answers.push(told(&reader.clone().row_by_row(), question).await);
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

/// What makes queries over the tables of a pair.
fn generator(rng: &mut StdRng, pair: &Pair) -> Generator {
    Generator::over(pair.schemas(), StdRng::seed_from_u64(rng.random()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_a_reader_asks_tells_two_lakes_apart_that_differ_in_what_is_hidden() {
    let wanted: usize =
        std::env::var("YANDU_DOOR_QUERIES").map_or(20_000, |count| count.parse().unwrap());
    let seed = seed();
    println!("seed {seed}, {wanted} queries");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut counts = Counts::default();
    let mut asked = 0;
    while asked < wanted {
        let pair = Pair::draw(&mut rng, None).await;
        let tables = pair.schemas();
        let mut generator = generator(&mut rng, &pair);
        if let Err(leak) = look_up::compare(&mut rng, &pair, &mut counts).await {
            panic!("seed {seed}: {leak}");
        }
        let all = in_order::compare(&mut rng, &pair, usize::MAX, &mut counts);
        if let Err(leak) = all.await {
            panic!("seed {seed}: {leak}");
        }
        for _ in 0..QUERIES {
            let question = Question::draw(&mut rng, &mut generator, &tables);
            asked += 1;
            if let Err(leak) = compare(&pair, &question, &mut counts).await {
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
    assert!(
        counts.statistics * 40 > asked && counts.prepared * 100 > asked && counts.looked_up > 0,
        "{counts:?}"
    );
    assert!(counts.in_order * QUERIES > asked, "{counts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_leaves_columns_out_is_found_out_within_a_minute() {
    let seed = seed();
    println!("seed {seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut counts = Counts::default();
    let begun = Instant::now();
    loop {
        let pair = Pair::draw(&mut rng, None).await;
        let one = in_order::compare(&mut rng, &pair, 1, &mut counts);
        if one.await.is_err() {
            break;
        }
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "seed {seed}: it was not found in {} tables",
            counts.in_order
        );
    }
    println!("found by table {}", counts.in_order);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_barrier_that_is_broken_is_found_out_within_a_minute() {
    let seed = seed();
    println!("seed {seed}");
    for broken in Broken::ALL {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut counts = Counts::default();
        let begun = Instant::now();
        let mut asked = 0;
        let found = 'found: loop {
            let pair = Pair::draw(&mut rng, Some(broken)).await;
            let tables = pair.schemas();
            let mut generator = generator(&mut rng, &pair);
            for _ in 0..QUERIES {
                let question = Question::draw(&mut rng, &mut generator, &tables);
                asked += 1;
                if compare(&pair, &question, &mut counts).await.is_err() {
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
