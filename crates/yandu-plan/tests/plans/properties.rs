//! Random plans of sentences with planted targets: every one is found with its fields, and every place points at its wording.

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng, rngs::StdRng};
use yandu_plan::{Comparison, Options, Reading, Role, Value, read};

struct Planted {
    literal: String,
    value: i64,
    unit: &'static str,
    comparison: Comparison,
    point: u32,
    due: &'static str,
}

const DEEDS: [&str; 6] = ["新增", "建成", "新建", "培育", "引进", "打造"];
const THINGS: [(&str, &str); 6] = [
    ("数字化车间", "个"),
    ("龙头企业", "家"),
    ("5G基站", "座"),
    ("示范线路", "条"),
    ("互联网医院", "家"),
    ("充电桩", "台"),
];
const RATES: [&str; 4] = ["网上可办率", "宽带通达率", "设备联网率", "数据挂接率"];
const FILLERS: [&str; 6] = [
    "持续完善工作机制，压实各方责任。",
    "推进“一网通办”，优化12345热线服务。",
    "落实《数据管理办法（2023—2026年）》有关要求。",
    "深化IPv6规模部署，拓展5G应用。",
    "健全市县两级协调机制，实施三年行动计划。",
    "坚持以人民为中心的发展思想，加强第三方评估。",
];
const DATES: [(&str, &str); 5] = [
    ("", "2026-12-31"),
    ("年底前", "2026-12-31"),
    ("6月底前", "2026-06-30"),
    ("到2027年", "2027-12-31"),
    ("三季度末前", "2026-09-30"),
];
const UNITS: [&str; 6] = [
    "市数据局",
    "市教育局",
    "市自然资源和规划局",
    "市委网信办",
    "各县（市、区）人民政府",
    "城投集团",
];

fn plant(random: &mut StdRng, point: u32) -> (String, Planted) {
    let (date, due) = *DATES.choose(random).unwrap();
    let value: i64 = random.random_range(2..5000);
    let (words, comparison) = *[
        ("", Comparison::Equal),
        ("不少于", Comparison::AtLeast),
        ("超过", Comparison::Above),
        ("以上", Comparison::AtLeast),
        ("左右", Comparison::About),
    ]
    .choose(random)
    .unwrap();
    let is_behind = matches!(words, "以上" | "左右");
    let (before, behind) = if is_behind { ("", words) } else { (words, "") };
    let deed = DEEDS.choose(random).unwrap();
    let (thing, unit) = *THINGS.choose(random).unwrap();
    let (literal, value, unit, comparison) = match random.random_range(0..5) {
        0 => (
            format!("{date}{deed}{thing}{before}{value}{unit}{behind}"),
            value,
            unit,
            comparison,
        ),
        1 => (
            format!("{date}{deed}{before}{value}{unit}{behind}{thing}"),
            value,
            unit,
            comparison,
        ),
        2 => (
            format!("{date}{deed}{thing}{before}{value}万{unit}{behind}"),
            value * 10_000,
            unit,
            comparison,
        ),
        3 => {
            let rate = RATES.choose(random).unwrap();
            let value = value % 100;
            (
                format!("{date}{rate}达到{before}{value}%{behind}"),
                value,
                "%",
                comparison,
            )
        }
        _ => {
            let rate = RATES.choose(random).unwrap();
            let value = value % 50 + 1;
            (
                format!("{date}{rate}提高{value}个百分点"),
                value,
                "percentage point",
                Comparison::Change,
            )
        }
    };
    let planted = Planted {
        literal: literal.clone(),
        value,
        unit,
        comparison,
        point,
        due,
    };
    (literal, planted)
}

/// A plan with what was planted in it, and its units.
fn compose(random: &mut StdRng) -> (String, Vec<Planted>, Vec<(u32, String)>) {
    let mut text = "澄江市2026年数字化工作要点\n\n".to_owned();
    let (mut planted, mut units) = (Vec::new(), Vec::new());
    let points = random.random_range(2..6);
    text.push_str("一、重点任务\n");
    for point in 1..=points {
        text.push_str(&format!(
            "（{}）夯实数字底座。",
            "一二三四五六".chars().nth(point as usize - 1).unwrap()
        ));
        for _ in 0..random.random_range(1..4) {
            text.push_str(FILLERS.choose(random).unwrap());
            let (sentence, target) = plant(random, point);
            text.push_str(&sentence);
            text.push('。');
            planted.push(target);
        }
        let lead = *UNITS.choose(random).unwrap();
        let support = *UNITS.choose(random).unwrap();
        text.push_str(&format!("（牵头单位：{lead}；配合单位：{support}）\n"));
        units.push((point, lead.to_owned()));
    }
    (text, planted, units)
}

/// Every place that a reading names.
fn places_hold(text: &str, reading: &Reading) {
    let signs: Vec<char> = text.chars().collect();
    let stands = |offset: usize, literal: &str| {
        let wanted: Vec<char> = literal.chars().collect();
        let found = signs.get(offset..offset + wanted.len());
        assert_eq!(found, Some(wanted.as_slice()), "at {offset}: {literal}");
    };
    for figure in &reading.targets {
        stands(figure.offset, &figure.literal);
    }
    for offer in &reading.offers {
        stands(offer.offset, &offer.literal);
    }
    for point in &reading.points {
        for sentence in &point.sentences {
            stands(sentence.offset, &sentence.text);
            assert!(point.offset <= sentence.offset && sentence.end <= point.end);
        }
        for unit in point.assignments.iter().flat_map(|one| &one.units) {
            assert_eq!(signs[unit.offset], unit.name.chars().next().unwrap());
        }
    }
}

#[test]
fn every_planted_target_is_found_and_every_place_points_at_its_wording() {
    let seed = seed();
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..120 {
        let (text, planted, units) = compose(&mut random);
        let reading = read(text.as_bytes(), &Options::default()).unwrap();
        places_hold(&text, &reading);
        for target in &planted {
            let found = reading.targets.iter().any(|figure| {
                figure.literal == target.literal
                    && figure.value == Value::Number(target.value.into())
                    && figure.unit == target.unit
                    && figure.comparison == target.comparison
                    && figure.point == Some(target.point)
                    && figure.due.as_deref() == Some(target.due)
            });
            assert!(
                found,
                "seed {seed}: `{}` in\n{text}\n{:#?}",
                target.literal, reading.targets
            );
        }
        assert_eq!(
            reading.targets.len(),
            planted.len(),
            "seed {seed}\n{text}\n{:#?}",
            reading.targets
        );
        for (point, lead) in &units {
            assert_eq!(
                &reading.points[*point as usize - 1].leads,
                std::slice::from_ref(lead),
                "{text}"
            );
        }
    }
}

/// The text as a page shows it: lines of one width, with a number below each page.
fn wrapped(text: &str, width: usize) -> String {
    let mut shaped = String::new();
    let mut lines = 0;
    let mut end_line = |shaped: &mut String| {
        shaped.push_str("\r\n");
        lines += 1;
        if lines % 12 == 0 {
            shaped.push_str(&format!("\r\n— {} —\r\n\r\n", lines / 12));
        }
    };
    for paragraph in text.lines() {
        let mut column = 0;
        for sign in paragraph.chars() {
            let columns = if sign.is_ascii() { 1 } else { 2 };
            if column + columns > width {
                end_line(&mut shaped);
                column = 0;
            }
            shaped.push(sign);
            column += columns;
        }
        end_line(&mut shaped);
    }
    shaped
}

/// A fresh seed, or that of a run that failed: `YANDU_SEED`.
pub(crate) fn seed() -> u64 {
    let given = std::env::var("YANDU_SEED").ok();
    let seed = given
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| rand::rng().random());
    println!("YANDU_SEED={seed}");
    seed
}

/// Wrapped lines, page numbers, other line ends and wide signs change the places and nothing else.
#[test]
fn the_shape_of_the_lines_changes_no_target() {
    let seed = seed();
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..60 {
        let (text, ..) = compose(&mut random);
        let plain = read(text.as_bytes(), &Options::default()).unwrap();
        let width = random.random_range(36..80);
        let wide: String = text
            .chars()
            .map(|sign| match sign {
                '0'..='9' => char::from_u32(u32::from(sign) + 0xfee0).unwrap(),
                sign => sign,
            })
            .collect();
        let (shaped, wide) = (wrapped(&text, width), wrapped(&wide, width));
        for shaped in [shaped, wide] {
            let reading = read(shaped.as_bytes(), &Options::default()).unwrap();
            places_hold(&shaped, &reading);
            let fields = |reading: &Reading| -> Vec<String> {
                reading
                    .targets
                    .iter()
                    .map(|figure| {
                        format!(
                            "{:?} {:?} {} {:?} {:?}",
                            figure.point, figure.value, figure.unit, figure.comparison, figure.due
                        )
                    })
                    .collect()
            };
            assert_eq!(fields(&reading), fields(&plain), "seed {seed}\n{shaped}");
            let roles = |reading: &Reading| -> Vec<(String, Role)> {
                reading
                    .points
                    .iter()
                    .flat_map(|point| &point.assignments)
                    .flat_map(|one| &one.units)
                    .map(|unit| (unit.name.clone(), unit.role))
                    .collect()
            };
            assert_eq!(roles(&reading), roles(&plain), "seed {seed}\n{shaped}");
        }
    }
}

/// Two pages that begin with the same piece of a sentence lose nothing; a running head that stands on both is no text.
#[test]
fn a_page_may_begin_as_another_page_does() {
    let point = |number: &str, break_: &str| {
        format!(
            "（{number}）夯实数字底座。年底前新建5G基站100座。（牵头单{break_}位：市自然资源和规划局；配合单位：市自然资源和\n规划局）\n"
        )
    };
    let pages = |head: &str| {
        let first = point("一", &format!("\n\n— 1 —\n\n{head}"));
        let second = point("二", &format!("\n\n— 2 —\n\n{head}"));
        format!("2026年数字化工作要点\n\n一、重点任务\n{first}{second}")
    };
    for head in ["", "云溪市数字化工作要点\n"] {
        let reading = read(pages(head).as_bytes(), &Options::default()).unwrap();
        for point in &reading.points {
            let units = point.assignments.iter().flat_map(|one| &one.units);
            let roles: Vec<(&str, Role)> =
                units.map(|unit| (unit.name.as_str(), unit.role)).collect();
            let name = "市自然资源和规划局";
            assert_eq!(roles, [(name, Role::Lead), (name, Role::Support)], "{head}");
        }
        assert_eq!(reading.points.len(), 2);
    }
}

#[test]
fn a_number_that_a_line_end_cuts_is_one_number_also_in_a_short_text() {
    let text = |end: &str, begin: &str| {
        format!(
            "澄江市2026年数字化工作要点\n\n一、重点任务\n（一）夯实数字底座。坚持以人民为中心的发展思想，数据挂接率达到{end}\n{begin}\n"
        )
    };
    let values = |text: &str| -> Vec<String> {
        let reading = read(text.as_bytes(), &Options::default()).unwrap();
        let targets = reading.targets.iter();
        targets
            .map(|target| format!("{:?} {}", target.value, target.unit))
            .collect()
    };
    let whole = values(&text("40%。", ""));
    assert_eq!(whole.len(), 1, "{whole:?}");
    assert_eq!(values(&text("4", "0%。")), whole);
    assert_eq!(values(&text("４", "０%。")), whole);
    // A year, or the number of the next point, goes on no number.
    assert_eq!(values(&text("40%", "2027年底前完成验收。")), whole);
    assert_eq!(values(&text("40%", "1.推进共享。")), whole);
}
