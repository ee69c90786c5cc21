//! Shared tables, read by the client of Delta Sharing.

use crate::exports::{ROWS, accounts_of, link};
use crate::faces::drive;

#[test]
fn the_client_of_delta_sharing_reads_what_its_account_sees_and_no_byte_more() {
    let mut names = Vec::new();
    // Two cities that differ in what is hidden from the reader alone.
    for rows in [ROWS.to_owned(), other_hidden_rows()] {
        let place = accounts_of(&rows);
        let mut server = place.serve();
        let data = place.path("data").to_string_lossy().into_owned();
        let arguments = [server.url(), link(&server), data];
        let Some(said) = drive("sharing.py", &arguments.each_ref().map(String::as_str)) else {
            return;
        };
        assert!(said["checked"].as_u64().unwrap() > 65, "{said}");
        names.push(said["files"].clone());
        let log = server.stop();
        assert!(!log.contains("panicked"), "{log}");
    }
    assert_eq!(names[0], names[1], "hidden rows change no file");
}

/// More rows of the other area, before the visible ones and behind them, and other hidden values of the visible rows.
fn other_hidden_rows() -> String {
    let (head, rows) = ROWS.split_once('\n').unwrap();
    let visible = rows.replace("138000000", "138111100");
    let visible: String = visible
        .lines()
        .rev()
        .map(|row| format!("{row}\n"))
        .collect();
    let hidden: String = (0..3_000)
        .map(|row| {
            format!(
                "1{row:05},320903,x{row},13900000000,other,{row}.00,1.00,1990-01-01,2026-01-02 03:04:05,true,\n"
            )
        })
        .collect();
    format!("{head}\n{hidden}{visible}")
}
