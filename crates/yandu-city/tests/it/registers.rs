//! Registers and monthly reports of departments, as they come over the months.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use jiff::civil::date;
use yandu_city::{DefectKind, Delivery, Options, Rates};

use crate::folder::{Folder, draw_seed};
use crate::reading::split_csv;

/// One row by its headers.
pub(crate) type Cells = BTreeMap<String, String>;

/// The rows of a file, whatever its form.
pub(crate) fn rows(path: &Path) -> Vec<Cells> {
    let mut lines = match path.extension().unwrap().to_str().unwrap() {
        "csv" => csv(path),
        "xlsx" => workbook(path),
        "xls" => page(path),
        "jsonl" => return json_lines(path),
        "sqlite" => database(path),
        other => panic!("nobody hands over {other}"),
    };
    let headers = lines.remove(0);
    lines
        .into_iter()
        .map(|cells| headers.iter().cloned().zip(cells).collect())
        .collect()
}

fn csv(path: &Path) -> Vec<Vec<String>> {
    let bytes = std::fs::read(path).unwrap();
    let text = match bytes.strip_prefix("\u{feff}".as_bytes()) {
        Some(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
        None => encoding_rs::GB18030.decode(&bytes).0.into_owned(),
    };
    text.lines().map(split_csv).collect()
}

/// The header in the third row, and what is below it.
fn workbook(path: &Path) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let cell = |cell: &Data| match cell {
        Data::DateTime(day) => {
            let days = jiff::Span::new().days(day.as_f64() as i32);
            date(1899, 12, 30).checked_add(days).unwrap().to_string()
        }
        other => other.to_string(),
    };
    range
        .rows()
        .skip(2)
        .map(|row| row.iter().map(cell).collect())
        .collect()
}

fn page(path: &Path) -> Vec<Vec<String>> {
    let bytes = std::fs::read(path).unwrap();
    let text = encoding_rs::GBK.decode(&bytes).0.into_owned();
    let row = |row: &str| {
        let cells = row.split("<td>").skip(1);
        let text = |cell: &str| cell.split("</td>").next().unwrap().to_owned();
        cells
            .map(|cell| text(cell).replace("<b>", "").replace("</b>", ""))
            .collect()
    };
    text.split("<tr>").skip(3).map(row).collect()
}

fn json_lines(path: &Path) -> Vec<Cells> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| {
            let record: BTreeMap<String, serde_json::Value> = serde_json::from_str(line).unwrap();
            let cell = |value: serde_json::Value| match value {
                serde_json::Value::Null => String::new(),
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            };
            record
                .into_iter()
                .map(|(name, value)| (name, cell(value)))
                .collect()
        })
        .collect()
}

fn database(path: &Path) -> Vec<Vec<String>> {
    use sqlx::{ConnectOptions, Row as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(path)
        .read_only(true);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut connection = options.connect().await.unwrap();
        let names = "SELECT name FROM pragma_table_info('visit_month')";
        let names = sqlx::query(names).fetch_all(&mut connection).await.unwrap();
        let names: Vec<String> = names.iter().map(|row| row.get(0)).collect();
        let cells = names
            .iter()
            .map(|name| format!("coalesce(CAST({name} AS TEXT), '')"))
            .collect::<Vec<_>>();
        let query = format!(
            "SELECT {} FROM visit_month ORDER BY rowid",
            cells.join(", ")
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        let cells = rows
            .iter()
            .map(|row| (0..names.len()).map(|at| row.get(at)).collect());
        std::iter::once(names.clone()).chain(cells).collect()
    })
}

fn clean(folder: &Folder, people: u64, seed: u64, delivery: Delivery) -> Options {
    let mut options = folder.options(people, seed);
    options.only = Some(vec![delivery]);
    options.defects = Rates::none();
    options
}

/// The files of a register in the order in which they come, with the day in the name of each.
pub(crate) fn deliveries(folder: &Folder, stem: &str) -> Vec<(String, Vec<Cells>)> {
    let files = folder.files();
    let names = files
        .iter()
        .filter_map(|(name, _)| Some((name, name.file_stem()?.to_str()?)));
    names
        .filter_map(|(name, file)| {
            let rest = file.strip_prefix(stem)?;
            Some((name, rest.strip_prefix('_').unwrap_or(rest)))
        })
        .map(|(name, day)| (day.to_owned(), rows(&folder.path().join(name))))
        .collect()
}

pub(crate) fn compact(day: &str) -> String {
    day.replace('-', "")
}

#[test]
fn history_comes_in_one_file_and_every_month_of_this_year_in_its_own() {
    let folder = Folder::new();
    folder.simulate(&clean(&folder, 2_000, draw_seed(), Delivery::Telecom));
    let deliveries = deliveries(&folder, "基站台账");
    let days: Vec<&str> = deliveries.iter().map(|(day, _)| day.as_str()).collect();
    assert_eq!(days.len(), 13);
    assert_eq!(days[..3], ["20241231", "20250131", "20250228"]);
    let mut before = String::new();
    let (mut in_time, mut all) = (0, 0);
    for (day, rows) in &deliveries {
        assert!(!rows.is_empty(), "{day}");
        let mut keys = BTreeSet::new();
        for row in rows {
            assert!(
                keys.insert(&row["基站编号"]),
                "{row:?} comes twice in {day}"
            );
            let newest = [&row["投用日期"], &row["停用日期"]].map(|day| compact(day));
            let newest = newest.iter().max().unwrap();
            assert!(newest <= day, "{row:?} stands in {day}");
        }
        let is_in_time = |row: &&Cells| {
            let opened = compact(&row["投用日期"]);
            opened > before && opened <= *day
        };
        in_time += rows.iter().filter(is_in_time).count();
        all += rows.len();
        before.clone_from(day);
    }
    // In a single month few stations may have opened, and more of the one before come late.
    assert!(in_time * 2 > all, "{in_time} of {all}");
}

#[test]
fn a_county_reports_some_months_late_and_each_at_once() {
    let folder = Folder::new();
    folder.simulate(&clean(&folder, 2_000, draw_seed(), Delivery::Telecom));
    let mut late: BTreeMap<(String, String), String> = BTreeMap::new();
    for (day, rows) in deliveries(&folder, "基站台账").iter().skip(1) {
        for row in rows.iter().filter(|row| row["停用日期"].is_empty()) {
            let month = compact(&row["投用日期"])[..6].to_owned();
            if *month < day[..6] {
                let county = row["所属区划"][..6].to_owned();
                let came = late.entry((county, month)).or_insert_with(|| day.clone());
                assert_eq!(came, day, "a county reports a month at once: {row:?}");
            }
        }
    }
    println!("{late:?}");
    // Of 120 reports of counties on months, about seven are late.
    assert!((1..=24).contains(&late.len()), "{} are late", late.len());
}

#[test]
fn only_months_that_are_over_are_delivered() {
    let folder = Folder::new();
    let mut options = clean(&folder, 2_000, 5, Delivery::Telecom);
    options.date = date(2025, 6, 15);
    folder.simulate(&options);
    let days: Vec<String> = deliveries(&folder, "基站台账")
        .into_iter()
        .map(|(day, _)| day)
        .collect();
    assert_eq!(days.first().unwrap(), "20241231");
    assert_eq!(days.last().unwrap(), "20250531");
    assert_eq!(days.len(), 6);
}

/// The files of the city with a change of its settings.
pub(crate) fn changed_city(from: &str, to: &str) -> Folder {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../city/yancheng");
    let other = Folder::new();
    std::fs::create_dir_all(other.path()).unwrap();
    for entry in std::fs::read_dir(here).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, other.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let settings = other.path().join("simulator.json");
    let text = std::fs::read_to_string(&settings).unwrap();
    let changed = text.replace(from, to);
    assert_ne!(text, changed);
    std::fs::write(&settings, changed).unwrap();
    other
}

/// How many stations of the newest generation were put into service in a year.
fn opened(folder: &Folder, year: &str) -> usize {
    let all = deliveries(folder, "基站台账");
    let rows = all.iter().flat_map(|(_, rows)| rows);
    let opened = rows.filter(|row| row["网络制式"] == "5G" && row["投用日期"].starts_with(year));
    let stations: BTreeSet<&String> = opened.map(|row| &row["基站编号"]).collect();
    stations.len()
}

#[test]
fn a_small_city_has_the_stations_of_a_whole_one_unless_its_settings_say_otherwise() {
    let seed = draw_seed();
    let whole = Folder::new();
    whole.simulate(&clean(&whole, 2_000, seed, Delivery::Telecom));
    let count = opened(&whole, "2025");
    assert!((1_500..=1_715).contains(&count), "{count}");

    let other = changed_city("\"least_share\": 1.0", "\"least_share\": 0.01");
    let small = Folder::new();
    let mut options = clean(&small, 134_000, seed, Delivery::Telecom);
    options.city = Some(other.path().to_owned());
    small.simulate(&options);
    let count = opened(&small, "2025");
    assert!(
        (25..=35).contains(&count),
        "{count} in a fiftieth of a city"
    );
}

const REPORTS: [Delivery; 4] = [
    Delivery::Telecom,
    Delivery::Compute,
    Delivery::Traffic,
    Delivery::Health,
];

#[test]
fn every_form_holds_the_rows_that_are_counted() {
    let folder = Folder::new();
    let mut options = clean(&folder, 20_000, draw_seed(), Delivery::Telecom);
    options.only = Some(REPORTS.to_vec());
    let summary = folder.simulate(&options);
    let mut forms = BTreeSet::new();
    for written in &summary.files {
        let path = folder.path().join(&*written.file);
        assert_eq!(rows(&path).len() as u64, written.rows, "{}", written.file);
        forms.insert(path.extension().unwrap().to_owned());
    }
    assert_eq!(forms.len(), 5, "{forms:?}");
}

#[test]
fn a_figure_that_was_wrong_comes_again_with_a_later_delivery() {
    let city = changed_city(
        "\"restated_per_thousand\": 12",
        "\"restated_per_thousand\": 300",
    );
    let folder = Folder::new();
    let mut options = clean(&folder, 50_000, draw_seed(), Delivery::Telecom);
    options.city = Some(city.path().to_owned());
    folder.simulate(&options);
    let deliveries = deliveries(&folder, "千兆家庭");
    let [(_, first), (_, second)] = deliveries.as_slice() else {
        panic!("{} deliveries", deliveries.len());
    };
    let key = |row: &Cells| (row["统计月份"].clone(), row["所属区划"].clone());
    let before: BTreeMap<_, _> = first.iter().map(|row| (key(row), row)).collect();
    let restated: Vec<(&Cells, &Cells)> = second
        .iter()
        .filter_map(|row| Some((*before.get(&key(row))?, row)))
        .collect();
    assert!(restated.len() > 20, "{} are restated", restated.len());
    let other = |(old, new): &&(&Cells, &Cells)| {
        old["具备千兆接入能力户数"] != new["具备千兆接入能力户数"]
            && old["城镇家庭户数"] == new["城镇家庭户数"]
    };
    assert!(restated.iter().filter(other).count() * 2 > restated.len());
}

/// The newest state of every row of a register, by its key.
fn newest(folder: &Folder, stem: &str, key: &[&str]) -> Vec<Cells> {
    let mut rows = BTreeMap::new();
    for (_, delivered) in deliveries(folder, stem) {
        for row in delivered {
            let key: Vec<String> = key.iter().map(|column| row[*column].clone()).collect();
            rows.insert(key, row);
        }
    }
    rows.into_values().collect()
}

fn sum(rows: &[Cells], column: &str, holds: impl Fn(&Cells) -> bool) -> f64 {
    let rows = rows.iter().filter(|row| holds(row));
    rows.map(|row| row[column].parse::<f64>().unwrap()).sum()
}

#[test]
fn a_year_of_the_city_comes_near_what_a_work_plan_asks_for() {
    let folder = Folder::new();
    let mut options = clean(&folder, 50_000, draw_seed(), Delivery::Telecom);
    options.only = Some(REPORTS.to_vec());
    folder.simulate(&options);
    let near = |what: &str, value: f64, range: std::ops::Range<f64>| {
        println!("{what}: {value:.3}");
        assert!(range.contains(&value), "{what}: {value}");
    };
    let of =
        |column: &'static str, year: &'static str| move |row: &Cells| row[column].starts_with(year);

    let boards = newest(&folder, "10GPON端口", &["板卡编号"]);
    let ports = sum(&boards, "10G-PON端口数", of("投用日期", "2025"));
    near("ports", ports, 25_500.0..29_000.0);

    let households = newest(&folder, "千兆家庭", &["统计月份", "所属区划"]);
    let share = |month: &'static str| {
        sum(&households, "具备千兆接入能力户数", of("统计月份", month))
            / sum(&households, "城镇家庭户数", of("统计月份", month))
    };
    near("gigabit", share("2025-10"), 0.88..0.95);
    near("gigabit before", share("2023-01"), 0.68..0.77);

    let areas = newest(&folder, "重点区域5G覆盖", &["区域编号"]);
    let reached = areas.iter().filter(|row| row["5G是否通达"] == "是").count();
    near("key areas", reached as f64 / areas.len() as f64, 0.93..1.01);

    let centres = newest(&folder, "数据中心能耗月报", &["统计月份", "数据中心编号"]);
    let pue = |year: &'static str| {
        sum(&centres, "总用电量（千瓦时）", of("统计月份", year))
            / sum(&centres, "IT设备用电量（千瓦时）", of("统计月份", year))
    };
    near("effectiveness", pue("2025"), 1.2..1.3);
    assert!(pue("2023") > pue("2024") && pue("2024") > pue("2025"));

    let clusters = newest(&folder, "算力集群", &["cluster_id"]);
    let cloud = sum(&clusters, "pflops", |row| {
        row["government_cloud"] == "是"
            && row["kind"] == "智能"
            && row["in_use_since"].starts_with("2025")
    });
    near("on the government cloud", cloud, 40.0..45.0);
    let intelligent = sum(&clusters, "pflops", |row| row["kind"] == "智能");
    let all = sum(&clusters, "pflops", |_| true);
    near("intelligent", intelligent / all, 0.85..0.95);

    let sections = newest(&folder, "国省道三维采集", &["路段编号"]);
    let captured = sum(&sections, "里程（公里）", of("采集完成日期", "2025"));
    near("captured", captured, 1_650.0..1_980.0);

    let visits = newest(&folder, "statistics", &["month", "institution_id"]);
    let ratio = |part: &str, whole: &str, year: &'static str| {
        sum(&visits, part, of("month", year)) / sum(&visits, whole, of("month", year))
    };
    let drugs = |year| ratio("drug_income", "medical_income", year);
    near(
        "fall of the drug share",
        1.0 - drugs("2025") / drugs("2024"),
        0.03..0.12,
    );
    let cost = |year| ratio("outpatient_income", "visits", year);
    near(
        "fall of the cost",
        1.0 - cost("2025") / cost("2024"),
        0.03..0.18,
    );
    let first = |year: &'static str| {
        sum(&visits, "first_visits", |row| {
            row["level"] == "基层" && of("month", year)(row)
        }) / sum(&visits, "first_visits", of("month", year))
    };
    near(
        "rise of first visits",
        first("2025") / first("2024") - 1.0,
        0.05..0.14,
    );

    let reviews = newest(&folder, "处方点评", &["统计月份", "机构编码"]);
    let passed = sum(&reviews, "合格处方数", of("统计月份", "2025"))
        / sum(&reviews, "点评处方数", of("统计月份", "2025"));
    near("prescriptions", passed, 0.994..0.999);
}

/// The months, as `YYYY-MM`, that rows are about.
fn months(rows: &[Cells]) -> Vec<&str> {
    let months: BTreeSet<&str> = rows.iter().map(|row| &row["统计月份"][..7]).collect();
    months.into_iter().collect()
}

#[test]
fn the_population_changes_month_by_month_and_more_people_die_in_the_cold() {
    let folder = Folder::new();
    folder.simulate(&clean(&folder, 100_000, draw_seed(), Delivery::Residents));
    let rows = newest(&folder, "人口变动月报", &["统计月份", "户籍地区划"]);
    let all = months(&rows);
    assert_eq!(
        (all.len(), all[0], all[35]),
        (36, "2023-01", "2025-12"),
        "{all:?}"
    );
    let deaths = |wanted: [&str; 3]| {
        sum(&rows, "死亡注销人数", |row| {
            wanted.contains(&&row["统计月份"][5..7])
        })
    };
    let (winter, summer) = (deaths(["01", "02", "12"]), deaths(["06", "07", "08"]));
    assert!(winter > summer * 1.15, "{winter} and {summer}");
    let in_2024 = |column| sum(&rows, column, |row| row["统计月份"].starts_with("2024"));
    let (births, deaths) = (in_2024("出生登记人数"), in_2024("死亡注销人数"));
    // Of 100,000 people, 9.3 of a thousand die in a year, and 4.4 are born.
    assert!((850.0..1_010.0).contains(&deaths), "{deaths} died");
    assert!((380.0..500.0).contains(&births), "{births} were born");
}

#[test]
fn reports_on_air_have_seasons_and_no_mean_of_a_month_with_too_few_days() {
    let folder = Folder::new();
    folder.simulate(&clean(&folder, 1_000, draw_seed(), Delivery::Air));
    let rows = newest(&folder, "空气质量审核月报", &["统计月份", "站点编码"]);
    // The report on December comes in January; until then there are the readings.
    let all = months(&rows);
    assert_eq!(
        (all.len(), all[0], all[34]),
        (35, "2023-01", "2025-11"),
        "{all:?}"
    );
    let number = |row: &Cells, column: &str| row[column].parse::<f64>().ok();
    for row in &rows {
        let days = number(row, "有记录天数").unwrap();
        let is_february = &row["统计月份"][5..7] == "02";
        let is_enough = days >= if is_february { 25.0 } else { 27.0 };
        assert_eq!(
            number(row, "细颗粒物月均值").is_some(),
            is_enough,
            "{row:?}"
        );
        assert!(
            number(row, "细颗粒物达标天数") <= number(row, "细颗粒物有效天数"),
            "{row:?}"
        );
        assert!(
            number(row, "细颗粒物月均值") <= number(row, "可吸入颗粒物月均值"),
            "{row:?}"
        );
    }
    let mean = |column: &str, wanted: [&str; 2]| {
        let of = rows
            .iter()
            .filter(|row| wanted.contains(&&row["统计月份"][5..7]));
        let numbers: Vec<f64> = of.filter_map(|row| number(row, column)).collect();
        numbers.iter().sum::<f64>() / numbers.len() as f64
    };
    let (cold, hot) = (["01", "12"], ["06", "07"]);
    assert!(mean("细颗粒物月均值", cold) > 1.8 * mean("细颗粒物月均值", hot));
    assert!(mean("臭氧日最大小时值月均", hot) > 1.5 * mean("臭氧日最大小时值月均", cold));
}

#[test]
fn a_day_that_is_planted_too_early_is_before_the_one_it_may_not_come_before() {
    let folder = Folder::new();
    let mut options = folder.options(20_000, draw_seed());
    options.only = Some(vec![
        Delivery::Industry,
        Delivery::Farm,
        Delivery::Trade,
        Delivery::Service,
        Delivery::Education,
    ]);
    let often = ("date-order".to_owned(), 300.0);
    options.defects.per_thousand = [often].into();
    folder.simulate(&options);
    let mut planted = BTreeSet::new();
    let mut files = BTreeMap::new();
    for truth in folder.truths() {
        if truth.kind != DefectKind::DateOrder {
            continue;
        }
        let rows = files
            .entry(truth.file.clone())
            .or_insert_with(|| rows(&folder.path().join(&*truth.file)));
        let row = &rows[truth.row as usize - 1];
        let day = |header: &str| row[header].parse::<jiff::civil::Date>();
        let (dataset, column) = (&*truth.dataset, truth.column.as_deref().unwrap());
        let (early, first) = match (dataset, column) {
            ("industry.recognition", "valid_until") => ("有效期至", "认定日期"),
            ("industry.project", "reported_on") => ("填报日期", "签约日期"),
            ("industry.upgrade_project", "finished_on") => ("竣工日期", "开工日期"),
            ("industry.upgrade_project", "reported_on") => ("填报日期", "开工日期"),
            ("industry.sme_upgrade", "accepted_on") => ("验收日期", "签订日期"),
            ("industry.scenario", "accepted_on") => ("入库日期", "申报日期"),
            ("education.school", "smart_on") => ("智慧校园建成日期", "建校日期"),
            ("education.school", "updated_on") => ("更新日期", "建校日期"),
            ("service.convenience_scenario", "closed_on") => ("下线日期", "上线日期"),
            ("service.matter", "unified_on") => ("统一受理日期", "列入清单日期"),
            ("service.matter", "free_on") => ("免证办日期", "列入清单日期"),
            ("service.matter", "updated_on") => ("更新日期", "列入清单日期"),
            ("trade.product", "delisted_on") => ("摘牌日期", "挂牌日期"),
            ("trade.product", "updated_on") => ("更新日期", "挂牌日期"),
            ("farm.site", "built_on") => ("建成日期", "开工日期"),
            _ => panic!("no order is known here of {truth:?}"),
        };
        let (early, first) = (day(early).unwrap(), day(first).unwrap());
        assert!(early < first, "{truth:?}: {row:?}");
        planted.insert((truth.dataset.clone(), truth.column.clone()));
    }
    // Some registers of a small city have few rows, and not every one of these has a second day.
    assert!(planted.len() >= 11, "{planted:?}");
}
