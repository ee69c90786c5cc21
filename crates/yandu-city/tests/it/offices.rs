//! The registers of industry, farming, trade, service and education: rows that belong together across deliveries and
//! departments, and as many as the work plan speaks of.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use yandu_city::{Delivery, Rates};

use crate::folder::{Folder, draw_seed};
use crate::reading::read;
use crate::registers::{Cells, deliveries};

const PEOPLE: u64 = 6_000;

fn clean(seed: u64, people: u64, only: &[Delivery]) -> Folder {
    let folder = Folder::new();
    let mut options = folder.options(people, seed);
    options.only = Some(only.to_vec());
    options.defects = Rates::none();
    folder.simulate(&options);
    folder
}

/// The newest row of each key, as a table that is updated has them.
fn newest(folder: &Folder, stem: &str, key: &str) -> BTreeMap<String, Cells> {
    let all = deliveries(folder, stem);
    assert!(!all.is_empty(), "{stem}");
    let rows = all.into_iter().flat_map(|(_, rows)| rows);
    rows.map(|row| (row[key].clone(), row)).collect()
}

/// The listed products, which are delivered as JSON lines.
fn products(folder: &Folder) -> BTreeMap<String, Value> {
    let mut products = BTreeMap::new();
    for (name, bytes) in folder.files() {
        if name.to_string_lossy().contains("挂牌产品_") {
            for line in String::from_utf8(bytes).unwrap().lines() {
                let row: Value = serde_json::from_str(line).unwrap();
                products.insert(row["挂牌编号"].as_str().unwrap().to_owned(), row);
            }
        }
    }
    products
}

#[test]
fn firms_of_registers_are_those_of_the_enterprise_register() {
    let seed = draw_seed();
    let only = [Delivery::Industry, Delivery::Farm, Delivery::Trade];
    let folder = clean(seed, PEOPLE, &only);
    let firms = clean(seed, PEOPLE, &[Delivery::Enterprises]);
    let mut registered = BTreeSet::new();
    for (name, _) in firms.files() {
        if name.to_string_lossy().ends_with(".xlsx") {
            let sheet = read(firms.path(), name.to_str().unwrap(), "enterprise.company");
            let rows = sheet.rows.iter();
            registered.extend(rows.map(|row| sheet.cell(row, "uscc").to_owned()));
        }
    }
    assert!(registered.len() > 100, "{}", registered.len());
    for (stem, key, columns) in [
        ("智改数转网联项目", "项目编号", vec!["统一社会信用代码"]),
        (
            "小快轻准改造",
            "合同编号",
            vec!["统一社会信用代码", "服务商信用代码"],
        ),
        ("低空航线", "航线编号", vec!["运营企业信用代码"]),
        ("智慧农牧渔场", "基地编号", vec!["经营主体信用代码"]),
        ("成交订单", "订单编号", vec!["卖方信用代码", "买方信用代码"]),
    ] {
        for (number, row) in newest(&folder, stem, key) {
            for column in &columns {
                let code = &row[*column];
                assert!(
                    code.is_empty() || registered.contains(code),
                    "{stem} {number}: nobody has {code}"
                );
            }
        }
    }
}

#[test]
fn a_deal_is_about_a_product_that_is_on_the_list_on_its_day() {
    let folder = clean(draw_seed(), PEOPLE, &[Delivery::Trade]);
    let products = products(&folder);
    let deals = newest(&folder, "成交订单", "订单编号");
    assert!(deals.len() > 3_000, "{}", deals.len());
    for (number, deal) in deals {
        let product = &products[&deal["挂牌编号"]];
        assert_eq!(deal["卖方信用代码"], product["供方信用代码"], "{number}");
        let day = deal["签约日期"].as_str();
        assert!(product["挂牌日期"].as_str().unwrap() <= day, "{number}");
        let delisted = product["摘牌日期"].as_str();
        assert!(delisted.is_none_or(|delisted| delisted > day), "{number}");
    }
}

#[test]
fn a_later_delivery_never_takes_back_what_an_earlier_one_said() {
    let folder = clean(draw_seed(), PEOPLE, &[Delivery::Industry, Delivery::Trade]);
    let mut changed = 0;
    for (stem, key, end) in [
        ("智改数转网联项目", "项目编号", "竣工日期"),
        ("小快轻准改造", "合同编号", "验收日期"),
        ("成交订单", "订单编号", "结算日期"),
    ] {
        let mut said: BTreeMap<String, String> = BTreeMap::new();
        for (day, rows) in deliveries(&folder, stem) {
            for row in rows {
                let end = row[end].clone();
                assert!(end.replace('-', "") <= day, "{row:?} knows what comes");
                if let Some(before) = said.insert(row[key].clone(), end.clone()) {
                    assert!(before.is_empty() || before == end, "{row:?} in {day}");
                    changed += usize::from(before != end);
                }
            }
        }
    }
    assert!(
        changed > 100,
        "{changed} rows were changed by a later delivery"
    );
}

/// How many rows have a day of a year.
fn of_year(rows: &BTreeMap<String, Cells>, column: &str, year: &str) -> usize {
    rows.values()
        .filter(|row| row[column].starts_with(year))
        .count()
}

#[test]
fn what_the_plan_counts_is_there_whatever_the_size_of_the_city() {
    let seed = draw_seed();
    for people in [2_000, 20_000] {
        let only = [Delivery::Industry, Delivery::Trade, Delivery::Service];
        let folder = clean(seed, people, &only);
        let mut upgrades = newest(&folder, "智改数转网联项目", "项目编号");
        upgrades.retain(|_, row| row["项目级别"] == "重点");
        let begun = of_year(&upgrades, "开工日期", "2025");
        assert!((470..=521).contains(&begun), "{begun} key projects");
        assert!(begun > of_year(&upgrades, "开工日期", "2023"));
        let contracts = newest(&folder, "小快轻准改造", "合同编号");
        let signed = of_year(&contracts, "签订日期", "2025");
        assert!((1_400..=1_750).contains(&signed), "{signed} contracts");
        let launched = newest(&folder, "便民场景", "场景编号");
        let launched = of_year(&launched, "上线日期", "2025");
        assert!((18..=22).contains(&launched), "{launched} scenarios");
        let listed = products(&folder);
        let standing = listed.values().filter(|row| row["摘牌日期"].is_null());
        let standing = standing.count();
        assert!((1_750..=2_040).contains(&standing), "{standing} products");
        let deals = newest(&folder, "成交订单", "订单编号");
        let amounts = deals
            .values()
            .filter(|row| row["签约日期"].starts_with("2025"));
        let volume: f64 = amounts
            .map(|row| row["成交金额（元）"].parse::<f64>().unwrap())
            .sum();
        assert!((1.8e9..=2.5e9).contains(&volume), "{volume} yuan");
    }
}
