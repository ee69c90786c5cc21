//! Rows that leave as files, read by clients that nobody here wrote, and their receipts.

use crate::faces::drive;
use crate::support::{Place, Server};

const ACCOUNT: &str = "\
dataset: club.account
title: {zh: 账户}
owner: 市民政局
origin: collect
sharing: {class: conditional, basis: 测试}
opening: closed
refresh: daily
key: [number]
columns:
  number:  {title: {zh: 户号}, type: text}
  area:    {title: {zh: 区划}, type: text}
  id_card: {title: {zh: 证件号}, type: text}
  mobile:  {title: {zh: 手机}, type: text, grade: general-3, mask: {keep: {first: 3, last: 4}}}
  note:    {title: {zh: 备注}, type: text, required: false}
  amount:  {title: {zh: 总额}, type: 'decimal(30,2)'}
  price:   {title: {zh: 单价}, type: 'decimal(12,2)'}
  opened:  {title: {zh: 开户日期}, type: date}
  seen_at: {title: {zh: 最近时间}, type: timestamp}
  is_open: {title: {zh: 在用}, type: boolean}
  people:  {title: {zh: 人数}, type: integer, required: false}
";

/// Three rows of one area and one of another.
pub(crate) const ROWS: &str = "\
number,area,id_card,mobile,note,amount,price,opened,seen_at,is_open,people
000001,320902,320902199001011234,13800000001,=1+1,12345678901234567890.12,10.50,1990-01-01,2026-01-02 03:04:05,true,42
000002,320902,320902199001015678,13800000002,+86 139,100000000000.25,0.01,2000-02-29,2026-01-02 03:04:05,false,0
000003,320902,32090219900101001X,13800000003,-5 @home,-1.00,7.00,2024-10-04,2026-01-02 03:04:05,true,
000009,320903,320903199001011234,13800000009,hidden-note,5.00,5.00,1990-01-01,2026-01-02 03:04:05,true,9
";

/// A place whose city has accounts of four households.
fn accounts() -> Place {
    accounts_of(ROWS)
}

/// A place whose city has these accounts.
pub(crate) fn accounts_of(rows: &str) -> Place {
    let place = Place::with_pack();
    place.write("packs/club/datasets/account.yaml", ACCOUNT);
    place.write("accounts.csv", rows);
    place
        .yandu(&["collect", "accounts.csv", "--dataset", "club.account"])
        .ok();
    place
}

/// The link by which the first administrator is made.
pub(crate) fn link(server: &Server) -> String {
    let line = server.told("/claim#yi_");
    line.split_once("/claim#").unwrap().1.to_owned()
}

#[test]
fn files_say_the_same_in_every_form_and_leave_a_receipt_that_fits_their_bytes() {
    let place = accounts();
    let mut server = place.serve();
    let Some(said) = drive("exports.py", &[&server.url(), &link(&server)]) else {
        return;
    };
    assert!(said["checked"].as_u64().unwrap() > 90, "{said}");
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}

const FOR_A_PURPOSE: &str = "\
@id(\"for-checking\")
@about(\"核对账户\")
@up_to(\"general-2\")
permit (
  principal is Person,
  action == Action::\"read\",
  resource == Dataset::\"club.account\"
) when { context has purpose && context.purpose == \"核对\" };
";

#[test]
fn what_is_open_for_a_purpose_is_open_to_a_token_for_it_at_every_door() {
    let place = accounts();
    place.write("packs/club/policies/purpose.cedar", FOR_A_PURPOSE);
    place.yandu(&["pack", "apply", "--reason", "核对"]).ok();
    let listening = [
        "--pg-listen",
        "127.0.0.1:0",
        "--flight-listen",
        "127.0.0.1:0",
    ];
    let mut server = place.serve_with(&listening);
    let (url, link) = (server.url(), link(&server));
    let wire = server.postgres.clone().unwrap();
    let flight = server.flight.clone().unwrap();
    let Some(said) = drive("purposes.py", &[&url, &link, &wire, &flight]) else {
        return;
    };
    assert!(said["checked"].as_u64().unwrap() > 25, "{said}");
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn the_command_line_saves_every_form_and_tells_the_receipt() {
    let place = accounts();
    let sql = "SELECT number, mobile FROM club.account ORDER BY number";
    for form in ["csv", "json", "xlsx", "parquet"] {
        let file = format!("rows.{form}");
        let saved = place
            .yandu(&["sql", sql, "--format", form, "--out", &file])
            .ok();
        assert!(saved.stdout.is_empty(), "{}", saved.stdout);
        let bytes = std::fs::read(place.path(&file)).unwrap();
        let begins: &[u8] = match form {
            "csv" => b"number,mobile\n000001,13800000001\n",
            "json" => b"{\"columns\":",
            "xlsx" => b"PK",
            _ => b"PAR1",
        };
        assert!(bytes.starts_with(begins), "{form}");
        let is_told = saved.stderr.starts_with("receipt R");
        assert_eq!(is_told, form != "json", "{form}: {}", saved.stderr);
    }
    let refused = place.yandu(&["sql", sql, "--out", "rows.txt"]).fails();
    assert!(
        refused.stderr.contains("--format csv"),
        "{}",
        refused.stderr
    );
    assert!(!place.path("rows.txt").exists());
    let printed = place.yandu(&["sql", sql, "--format", "csv"]).ok();
    assert_eq!(printed.stdout.lines().count(), 5, "{}", printed.stdout);
}
