//! The workbook of rows that wait, mended and handed back.

use rust_xlsxwriter::Workbook;
use yandu_lake::Principal;
use yandu_words::id::BatchId;

use super::City;
use super::references::{run_sql, started_again};
use crate::batch::BatchStatus;
use crate::quarantine::{Returned, Selection};
use crate::{Error, Mode, Result};

/// The place of the column of ages in a workbook.
const AGE: u16 = 4;

impl City {
    async fn workbook(&self, batch: &BatchId) -> Workbook {
        let selection = Selection {
            waiting: true,
            ..Selection::default()
        };
        let written = self
            .collector
            .quarantine_workbook(batch, &selection, |_| true);
        written.await.unwrap().0
    }

    async fn take_back(&self, batch: &BatchId, mut workbook: Workbook) -> Result<Returned> {
        self.hand_in(batch, &workbook.save_to_buffer().unwrap())
            .await
    }

    async fn hand_in(&self, batch: &BatchId, workbook: &[u8]) -> Result<Returned> {
        let me = Principal::local_administrator();
        let workbook = self.write("returned.xlsx", workbook);
        let given = (workbook.as_path(), "the bureau asked");
        self.collector.take_back(&me, batch, given, |_| true).await
    }
}

fn write(workbook: &mut Workbook, (row, column): (u32, u16), text: &str) {
    let sheet = workbook.worksheet_from_index(0).unwrap();
    sheet.write_string(row, column, text).unwrap();
}

#[tokio::test]
async fn mended_cells_of_a_workbook_are_corrected_and_their_rows_released_and_nothing_else_is_touched()
 {
    let me = Principal::local_administrator();
    for mode in [Mode::Snapshot, Mode::Upsert] {
        let city = City::open().await;
        let faults = city
            .collect("编号,年龄\na,1\nb,x\nc,200\nd,z\ne,300\n", mode)
            .await
            .batch;
        let mut workbook = city.workbook(&faults).await;
        city.collector
            .drop_rows(&me, &faults, &[4], "a copy")
            .await
            .unwrap();
        write(&mut workbook, (1, AGE), "22");
        write(&mut workbook, (3, AGE), "44");
        write(&mut workbook, (4, AGE), "400");
        let returned = city.take_back(&faults, workbook).await.unwrap();
        assert_eq!(returned.corrected, [2, 5]);
        assert_eq!(returned.unchanged, 1);
        assert_eq!(returned.left, [4]);
        assert_eq!(returned.released.released, [2]);
        assert_eq!(returned.released.refused[0].row, 5);
        assert_eq!(returned.released.refused[0].reasons, ["age-range"]);
        assert_eq!(city.rows().await, ["a:1", "b:22"], "{mode:?}");
        let waiting = Selection {
            waiting: true,
            ..Selection::default()
        };
        let waiting = city.collector.quarantined(&faults, &waiting).await.unwrap();
        let ages: Vec<_> = waiting
            .iter()
            .map(|row| (row.row, row.cells["age"].as_deref()))
            .collect();
        assert_eq!(ages, [(3, Some("200")), (5, Some("400"))]);
    }
}

#[tokio::test]
async fn a_workbook_of_rows_that_wait_is_no_delivery_and_takes_no_row_away() {
    let city = City::open().await;
    let faults = city
        .collect("编号,年龄\na,1\nb,x\n", Mode::Snapshot)
        .await
        .batch;
    let mut workbook = city.workbook(&faults).await;
    write(&mut workbook, (1, AGE), "22");
    let delivered = city
        .collect(workbook.save_to_buffer().unwrap(), Mode::Snapshot)
        .await;
    assert_eq!(delivered.status, BatchStatus::Refused);
    assert_eq!(delivered.error.unwrap().code, "quarantine-workbook");
    assert_eq!(city.rows().await, ["a:1"]);
}

#[tokio::test]
async fn another_workbook_is_not_taken_for_the_one_that_was_written() {
    let city = City::open().await;
    let first = city
        .collect("编号,年龄\na,1\nb,x\n", Mode::Snapshot)
        .await
        .batch;
    let of_first = city.workbook(&first).await;
    let second = city
        .collect("编号,年龄\na,1\nc,x\n", Mode::Snapshot)
        .await
        .batch;
    let mut placeless = city.workbook(&second).await;
    write(&mut placeless, (1, 1), "第一");
    let mut headless = city.workbook(&second).await;
    write(&mut headless, (0, 1), "序号");
    let mut another = Workbook::new();
    another.add_worksheet().write_string(0, 0, "编号").unwrap();
    for (workbook, why) in [
        (of_first, first.as_str()),
        (placeless, "第一"),
        (headless, "记录序号"),
        (another, "问题数据1"),
    ] {
        let refused = city.take_back(&second, workbook).await.unwrap_err();
        assert!(matches!(refused, Error::NotReturned { .. }), "{refused}");
        assert!(refused.to_string().contains(why), "{why}: {refused}");
    }
    assert_eq!(city.rows().await, ["a:1"]);
}

#[tokio::test]
async fn columns_that_were_left_out_of_a_workbook_are_not_read_when_somebody_writes_them_in() {
    let city = City::open().await;
    let me = Principal::local_administrator();
    let faults = city.collect("编号,年龄\na,x\n", Mode::Upsert).await.batch;
    // What is guessed right would be told as unchanged.
    for guess in ["x", "22"] {
        let mut workbook = city.workbook(&faults).await;
        write(&mut workbook, (1, AGE), guess);
        let workbook = city.write("returned.xlsx", workbook.save_to_buffer().unwrap());
        let given = (workbook.as_path(), "a guess");
        let returned = city
            .collector
            .take_back(&me, &faults, given, |column| column != "age")
            .await
            .unwrap();
        assert_eq!((returned.corrected, returned.unchanged), (Vec::new(), 1));
    }
}

#[tokio::test]
async fn lines_of_a_cell_that_end_otherwise_are_the_same() {
    let city = City::open().await;
    let faults = city
        .collect("编号,年龄\na,\"1\r\n2\"\n", Mode::Upsert)
        .await
        .batch;
    let mut workbook = city.workbook(&faults).await;
    write(&mut workbook, (1, AGE), "1\n2");
    let returned = city.take_back(&faults, workbook).await.unwrap();
    assert_eq!((returned.corrected, returned.unchanged), (Vec::new(), 1));
}

#[tokio::test]
async fn nothing_of_a_workbook_is_taken_when_a_row_far_down_is_not_as_it_was_written() {
    let city = City::open().await;
    let faults = city
        .collect("编号,年龄\na,x\nb,x\nc,x\nd,x\ne,x\n", Mode::Upsert)
        .await
        .batch;
    let mut workbook = city.workbook(&faults).await;
    write(&mut workbook, (1, AGE), "22");
    write(&mut workbook, (5, 1), "1");
    let refused = city.take_back(&faults, workbook).await.unwrap_err();
    assert!(refused.to_string().contains("row 1 twice"), "{refused}");
    let waiting = Selection {
        waiting: true,
        ..Selection::default()
    };
    let waiting = city.collector.quarantined(&faults, &waiting).await.unwrap();
    let is_untouched = |row: &crate::quarantine::QuarantinedRow| {
        row.note.is_none() && row.cells["age"].as_deref() == Some("x")
    };
    assert_eq!(waiting.len(), 5);
    assert!(waiting.iter().all(is_untouched));
}

#[tokio::test]
async fn rows_of_a_workbook_may_come_back_in_another_order() {
    let city = City::open().await;
    let faults = city
        .collect("编号,年龄\na,1x\nb,2x\nc,3x\nd,4x\n", Mode::Upsert)
        .await
        .batch;
    let mut workbook = city.workbook(&faults).await;
    let sorted = [
        ("4", "d", "4"),
        ("2", "b", "2x"),
        ("3", "c", "3x"),
        ("1", "a", "1"),
    ];
    for (line, (place, id, age)) in (1..).zip(sorted) {
        write(&mut workbook, (line, 1), place);
        write(&mut workbook, (line, AGE - 1), id);
        write(&mut workbook, (line, AGE), age);
    }
    let returned = city.take_back(&faults, workbook).await.unwrap();
    assert_eq!(returned.corrected, [1, 4]);
    assert_eq!(returned.unchanged, 2);
    assert_eq!(city.rows().await, ["a:1", "d:4"]);
}

#[tokio::test]
async fn a_workbook_that_was_cut_off_before_its_release_is_finished_when_it_is_handed_in_again() {
    let content = "编号,年龄\na,1\nb,x\nc,200\nd,300\n";
    for mode in [Mode::Upsert, Mode::Append] {
        let city = City::open().await;
        let faults = city.collect(content, mode).await.batch;
        let mut workbook = city.workbook(&faults).await;
        write(&mut workbook, (1, AGE), "22");
        write(&mut workbook, (3, AGE), "400");
        let workbook = workbook.save_to_buffer().unwrap();
        run_sql(
            &city,
            "CREATE TRIGGER stopped BEFORE INSERT ON releasing BEGIN SELECT RAISE(ABORT, 'stopped'); END",
        )
        .await;
        city.hand_in(&faults, &workbook).await.unwrap_err();
        run_sql(&city, "DROP TRIGGER stopped").await;
        let city = started_again(city).await;
        assert_eq!(city.rows().await, ["a:1"], "{mode:?}");

        let again = city.hand_in(&faults, &workbook).await.unwrap();
        assert_eq!(again.corrected, [2, 4], "as the first time");
        assert_eq!(again.unchanged, 1);
        assert_eq!(again.released.released, [2]);
        assert_eq!(again.released.refused[0].row, 4);
        assert_eq!(city.rows().await, ["a:1", "b:22"], "{mode:?}");
        let once_more = city.hand_in(&faults, &workbook).await.unwrap();
        assert_eq!(once_more.left, [2]);
        assert_eq!(city.rows().await, ["a:1", "b:22"], "{mode:?}");
    }
}
