use std::sync::Arc;
use std::time::Instant;
use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema};
use yandu_lake::*;
#[tokio::main]
async fn main() {
    let root = std::path::PathBuf::from(std::env::args().nth(1).unwrap());
    let rows: u64 = std::env::args().nth(2).unwrap().parse().unwrap();
    let mut options = Options::new(&root);
    options.threads = 2;
    let lake = Lake::open(options).unwrap();
    let mut fields = vec![Field::new("id", DataType::Utf8View, true)];
    for n in 0..8 { fields.push(Field::new(format!("c{n}"), DataType::Utf8View, true)); }
    fields.push(Field::new("n", DataType::Int64, true));
    let id: yandu_words::id::DatasetId = "population.resident".parse().unwrap();
    lake.declare(TableSpec { id: id.clone(), schema: Arc::new(Schema::new(fields)), key: vec!["id".into()] }).unwrap();
    let key = |n: u64| format!("32090{:013}", (n.wrapping_mul(0x9E37_79B9_7F4A_7C15)) % 9_999_999_999_999);
    if lake.version(&id).await.unwrap().is_none() {
        let started = Instant::now();
        let schema = lake.schema(&id).unwrap();
        let mut tasks = vec![];
        for worker in 0..2u64 {
            let mut writer = lake.writer(&id).unwrap();
            let schema = schema.clone();
            tasks.push(std::thread::spawn(move || {
                let mut n = worker * rows / 2;
                let end = (worker + 1) * rows / 2;
                while n < end {
                    let to = (n + 8192).min(end);
                    let mut columns: Vec<ArrayRef> = vec![Arc::new(StringViewArray::from_iter_values((n..to).map(key)))];
                    for c in 0..8 { columns.push(Arc::new(StringViewArray::from_iter_values((n..to).map(|n| format!("value {} {}", c, n.wrapping_mul(7919) % 5000))))); }
                    columns.push(Arc::new(Int64Array::from_iter_values((n..to).map(|n| n as i64 % 100))));
                    columns.push(Arc::new(StringViewArray::from_iter_values((n..to).map(|_| "b1"))));
                    columns.push(Arc::new(Int64Array::from_iter_values((n..to).map(|n| n as i64 + 1))));
                    writer.write(&RecordBatch::try_new(schema.clone(), columns).unwrap()).unwrap();
                    n = to;
                }
                writer.finish().unwrap()
            }));
        }
        let files: Vec<NewFile> = tasks.into_iter().flat_map(|t| t.join().unwrap()).collect();
        println!("{} files {} MB", files.len(), files.iter().map(NewFile::bytes).sum::<u64>() >> 20);
        lake.commit(&id, Commit { batch: "b1".parse().unwrap(), change: Change::Append, files, operation: "x".into() }).await.unwrap();
        println!("written in {:?}", started.elapsed());
    }
    let session = lake.session(&Principal::local_administrator(), ReadPoint::default());
    let time = async |sql: &str| {
        let started = Instant::now();
        let found: usize = session.query(sql).await.unwrap().collect().await.unwrap().iter().map(RecordBatch::num_rows).sum();
        (started.elapsed().as_secs_f64() * 1e3, found)
    };
    for n in [5u64, 100_000, 3_000_000 % rows, rows - 1, 77, 1_234_567 % rows] {
        println!("{:?}", time(&format!("SELECT * FROM population.resident WHERE id = '{}'", key(n))).await);
    }
    println!("absent {:?}", time("SELECT * FROM population.resident WHERE id = '320900000000000000'").await);
    println!("count {:?}", time("SELECT count(*) FROM population.resident").await);
    println!("group {:?}", time("SELECT c1, count(*) FROM population.resident GROUP BY c1").await);
    if std::env::args().len() > 3 {
        let rows = session.query(&format!("EXPLAIN ANALYZE SELECT * FROM population.resident WHERE id = '{}'", key(77))).await.unwrap().collect().await.unwrap();
        println!("{}", arrow::util::pretty::pretty_format_batches(&rows).unwrap());
    }
}
