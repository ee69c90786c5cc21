//! Texts that are no plans, or not whole ones: each is refused or reported under its own code, with a place and a mend.

use rand::{Rng, SeedableRng, rngs::StdRng};
use yandu_plan::{Error, FindingCode, LIMIT_BYTES, Options, Reading, read};

use crate::table_of_truth::{fixtures, shared};

fn code(bytes: &[u8]) -> &'static str {
    match read(bytes, &Options::default()) {
        Ok(_) => "read",
        Err(error) => {
            assert!(Error::CODES.contains(&error.code()));
            assert!(error.help().is_some());
            error.code()
        }
    }
}

fn plan_text() -> String {
    std::fs::read_to_string(fixtures().join("yunxi.txt")).unwrap()
}

fn reading(text: &str) -> Reading {
    read(text.as_bytes(), &Options::default()).unwrap()
}

fn codes(reading: &Reading) -> Vec<FindingCode> {
    reading
        .findings
        .iter()
        .map(|finding| finding.code)
        .collect()
}

/// Who leads, point by point.
fn leads(reading: &Reading) -> Vec<&str> {
    let points = reading.points.iter();
    points
        .flat_map(|point| &point.leads)
        .map(String::as_str)
        .collect()
}

#[test]
fn a_file_that_is_no_text_is_named_for_what_it_is() {
    assert_eq!(code(b""), "plan-empty");
    assert_eq!(code(b" \r\n\t\xef\xbb\xbf "), "plan-empty");
    assert_eq!(code(b"%PDF-1.7\n%\xe2\xe3"), "plan-not-text");
    assert_eq!(code(b"\x89PNG\r\n\x1a\n\0\0\0"), "plan-not-text");
    assert_eq!(code(b"\xff\xd8\xff\xe0\0\x10JFIF"), "plan-not-text");
    assert_eq!(code(b"PK\x03\x04\x14\0word/document.xml"), "plan-not-text");
    assert_eq!(code(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "plan-not-text");
    assert_eq!(
        code(b"<!DOCTYPE html><html><body>x</body></html>"),
        "plan-not-text"
    );
    assert_eq!(
        code(&[0, 1, 2, 3, 0, 0, 255, 254, 7, 0, 9]),
        "plan-not-text"
    );
}

#[test]
fn a_text_beyond_the_bound_is_refused_before_it_is_read() {
    assert_eq!(code(&vec![b' '; LIMIT_BYTES + 1]), "plan-too-large");
    let options = Options {
        limit_bytes: 10,
        ..Options::default()
    };
    let error = read("一、加强统筹".as_bytes(), &options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the text has 18 bytes, and at most 10 are read"
    );
}

#[test]
fn a_text_in_no_encoding_or_garbled_before_is_refused() {
    let text = plan_text();
    // UTF-8 taken for Western, and for GBK, and written down as UTF-8 again: the two ways in which texts are spoilt.
    let western: String = text.bytes().map(char::from).collect();
    assert_eq!(code(western.as_bytes()), "plan-encoding");
    let (gbk, _) = encoding_rs::GBK.decode_without_bom_handling(text.as_bytes());
    assert_eq!(
        code(gbk.replace('\u{fffd}', "").as_bytes()),
        "plan-encoding"
    );
    let lost: String = text
        .chars()
        .enumerate()
        .map(|(place, sign)| if place % 20 == 0 { '\u{fffd}' } else { sign })
        .collect();
    assert_eq!(code(lost.as_bytes()), "plan-encoding");
    let cyrillic: Vec<u8> = (0..4000)
        .map(|place| 0xc0 + (place * 7 % 40) as u8)
        .collect();
    assert_ne!(code(&cyrillic), "read");
}

#[test]
fn a_text_of_another_kind_is_no_plan() {
    let story = "从前有一座山，山里有一座庙，庙里有一个老和尚在讲故事。".repeat(30);
    assert_eq!(code(story.as_bytes()), "not-a-plan");
    assert_eq!(
        code("hello, this is a letter and no plan at all".as_bytes()),
        "not-a-plan"
    );
    let law = "第一条 为了规范公共数据管理，制定本条例。\n第二条 本市行政区域内的公共数据活动，适用本条例。\n第三条 本条例所称公共数据，是指国家机关在履行职责中产生的数据。\n";
    assert_eq!(code(law.as_bytes()), "not-a-plan");
}

#[test]
fn figures_alone_make_no_plan_where_neither_a_title_nor_a_unit_does() {
    for text in [
        "第一章 法律责任\n第一条 未按照规定归集数据的，处10万元以上100万元以下罚款。\n第二条 泄露数据的，处5万元以上50万元以下罚款。\n",
        "云溪市数据发展规划条例\n（2026年1月10日通过）\n第一条 未按照规定归集数据的，处10万元以上100万元以下罚款。\n第二条 泄露数据的，处5万元以上50万元以下罚款。\n",
        "全市数字化推进会召开\n2026年3月5日\n一、会议肯定成绩\n（一）新增基站500座，新增归集数据3亿条。\n（二）新增企业20家。\n二、会议提出要求\n（一）完成投资20亿元。\n",
        "云溪市2026年第三次常务会议纪要\n一、网络建设\n（一）新增基站500座。\n（二）新增企业20家。\n",
    ] {
        assert_eq!(code(text.as_bytes()), "not-a-plan", "{text}");
    }
    let plan =
        "云溪市2026年数字惠民十件事\n一、网络建设\n（一）新增基站500座。\n（二）新增企业20家。\n";
    assert_eq!(code(plan.as_bytes()), "read");
}

const DAYS_OF_ISSUE: [&str; 5] = [
    "2026年9月30日",
    "2026-09-30",
    "发布日期：2026年9月30日",
    "发布时间：2026-09-30",
    "发布日期：2026年9月30号",
];

#[test]
fn the_day_on_which_a_text_was_given_out_makes_no_plan_of_it() {
    for day in DAYS_OF_ISSUE {
        let text = format!(
            "全市数字化推进会召开\n{day}\n一、会议肯定成绩\n（一）新增基站500座，新增归集数据3亿条。\n（二）新增企业20家。\n"
        );
        assert_eq!(code(text.as_bytes()), "not-a-plan", "{day}");
    }
}

#[test]
fn the_day_on_which_a_plan_was_given_out_is_no_title_and_says_its_year() {
    let points = "一、建设\n（一）加强建设。新增场景20个。（市数据局负责）\n（二）加强统筹。推进工作。（市数据局负责）\n";
    for day in DAYS_OF_ISSUE {
        let reading = reading(&format!("云溪市数字惠民十件事\n\n{day}\n\n{points}"));
        assert_eq!(reading.title.as_deref(), Some("云溪市数字惠民十件事"));
        assert_eq!(reading.year, Some(2026), "{day}");
    }
}

#[test]
fn the_marks_of_markdown_are_no_part_of_a_plan() {
    let text = "# 云溪市2026年数字化工作要点\n\n## 一、重点任务\n\n### （一）建设网络\n\n新增基站**500**座。（市工信局负责）\n\n###（二）推进共享\n\n- 新增平台**2**个。\n- 责任单位：**市数据局**\n";
    let reading = reading(text);
    assert_eq!(reading.title.as_deref(), Some("云溪市2026年数字化工作要点"));
    let points: Vec<(&str, &[String])> = reading
        .points
        .iter()
        .map(|point| (point.title.as_str(), point.leads.as_slice()))
        .collect();
    assert_eq!(
        points,
        [
            ("建设网络", ["市工信局".to_owned()].as_slice()),
            ("推进共享", ["市数据局".to_owned()].as_slice()),
        ]
    );
    let literals: Vec<&str> = reading
        .targets
        .iter()
        .map(|figure| figure.literal.as_str())
        .collect();
    assert_eq!(literals, ["新增基站**500**座", "新增平台**2**个"]);
}

#[test]
fn the_year_is_that_of_the_title_however_the_plan_is_called() {
    let points = "一、建设\n（一）加强建设。新增场景20个。（市数据局负责）\n（二）加强统筹。推进工作。（市数据局负责）\n";
    for (title, year) in [
        ("滨海市2025年民生实事项目清单", 2025),
        ("滨海市2025年工作任务", 2025),
        ("滨海新城2025年营商环境提升计划", 2025),
        ("数据攻坚行动（2025年）", 2025),
        ("2026年安澜市数字政府建设重点指标", 2026),
        ("2025年目标任务书", 2025),
        ("2025年工作台账", 2025),
        ("关于做好2025年全市数字化工作的通知", 2025),
        ("云溪市2026年数字惠民十件事", 2026),
    ] {
        let reading = reading(&format!("滨海市大数据局文件\n\n{title}\n\n{points}"));
        assert_eq!(reading.title.as_deref(), Some(title));
        assert_eq!(reading.year, Some(year), "{title}");
        assert!(
            !codes(&reading).contains(&FindingCode::YearUnknown),
            "{title}"
        );
        let due = reading.targets[0].due.clone();
        assert_eq!(due, Some(format!("{year}-12-31")), "{title}");
    }
}

#[test]
fn a_text_that_ends_with_its_units_is_whole() {
    for end in [
        "责任单位：市数据局、市财政局",
        "牵头单位：市数据局；配合单位：市财政局",
        "〔市数据局牵头，市财政局配合〕",
        "（市数据局、各乡镇、街道）",
    ] {
        let text = format!(
            "2026年工作要点\n一、建设\n（一）加强建设。新增场景5个。（市数据局负责）\n（二）加强改造。新增平台5个。（市数据局负责）\n（三）加强统筹。推进工作。{end}"
        );
        let found = codes(&reading(&text));
        for code in [FindingCode::Truncated, FindingCode::NoUnit] {
            assert!(!found.contains(&code), "{end}: {found:?}");
        }
    }
}

#[test]
fn numbers_below_the_chapters_may_run_on_through_the_text() {
    let text = |third: &str| {
        format!(
            "2026年工作要点\n一、建设\n（一）网络\n1.建设网络。新增基站5座。（市工信局负责）\n（二）平台\n2.建设平台。新增平台5个。（市数据局负责）\n二、保障\n（{third}）统筹\n3.加强统筹。新增专班5个。（市数据局负责）\n"
        )
    };
    for third in ["一", "三"] {
        let found = codes(&reading(&text(third)));
        assert!(!found.contains(&FindingCode::NumberingGap), "{third}");
    }
    let reading = reading(&text("五"));
    let gap = reading
        .findings
        .iter()
        .find(|finding| finding.code == FindingCode::NumberingGap);
    assert_eq!(gap.map(|gap| gap.message.as_str()), Some("编号从2跳到5"));
}

#[test]
fn what_a_recognition_of_a_scan_left_is_told_from_a_plan() {
    let scan = "|1 ~ ^* 数宇 ■□ 城巿 ¤ ﹌ 建\u{c}\n° ± 工 作 § ¶ 耍 点 ¦\n‖ ▲ 一 丶 夯 实 † ◇ ※ 底 ¬ 座 ￠\n".repeat(3);
    assert_eq!(code(scan.as_bytes()), "plan-scan");
}

#[test]
fn a_plan_reads_the_same_in_every_encoding() {
    let text = plan_text();
    let plain = serde_json::to_value(&reading(&text).targets).unwrap();
    let (gb, ..) = encoding_rs::GB18030.encode(&text);
    let utf16 =
        |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let little = [&[0xff, 0xfe], utf16(u16::to_le_bytes).as_slice()].concat();
    let big = [&[0xfe, 0xff], utf16(u16::to_be_bytes).as_slice()].concat();
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for (bytes, encoding) in [
        (gb.to_vec(), "GB18030"),
        (little, "UTF-16LE"),
        (big, "UTF-16BE"),
        (utf16(u16::to_le_bytes), "UTF-16LE"),
        (utf16(u16::to_be_bytes), "UTF-16BE"),
        (marked, "UTF-8"),
    ] {
        let read = read(&bytes, &Options::default()).unwrap();
        assert_eq!(read.encoding, encoding);
        assert_eq!(
            serde_json::to_value(&read.targets).unwrap(),
            plain,
            "{encoding}"
        );
    }
}

#[test]
fn a_cut_text_says_where_it_ends() {
    let text = plan_text();
    let signs: Vec<char> = text.chars().collect();
    let at = |part: &str| {
        let byte = text.find(part).unwrap();
        text.get(..byte).unwrap().chars().count()
    };
    for (end, what) in [
        (at("满意度提高"), "inside a sentence"),
        (at("市公安局、市应急管理局"), "inside a bracket"),
        (
            at("（牵头单位：市委网信办"),
            "before the units of the last point",
        ),
    ] {
        let cut: String = signs.iter().take(end).collect();
        let reading = reading(&cut);
        let finding = reading
            .findings
            .iter()
            .find(|finding| finding.code == FindingCode::Truncated)
            .unwrap_or_else(|| panic!("cut {what}: {:?}", reading.findings));
        assert_eq!(finding.offset, end);
        assert!(!finding.mend.is_empty());
    }
    assert!(!codes(&reading(&text)).contains(&FindingCode::Truncated));
    // Inside of a sign.
    let bytes = text.as_bytes();
    let inside = text.find("满意度提高").unwrap() + 1;
    let cut = read(bytes.get(..inside).unwrap(), &Options::default()).unwrap();
    assert!(codes(&cut).contains(&FindingCode::Truncated));
}

#[test]
fn gaps_and_repeats_of_the_numbering_are_found_where_they_are() {
    let text = plan_text();
    let without = text
        .lines()
        .filter(|line| !line.starts_with("7."))
        .collect::<Vec<_>>()
        .join("\n");
    let finding = reading(&without)
        .findings
        .into_iter()
        .find(|finding| finding.code == FindingCode::NumberingGap)
        .unwrap();
    let line = without.lines().nth(finding.line - 1).unwrap();
    assert!(line.starts_with("8."), "{line}");
    let twice = text.replace("\n8.", "\n7.");
    assert!(codes(&reading(&twice)).contains(&FindingCode::NumberingRepeats));
    for code in [FindingCode::NumberingGap, FindingCode::NumberingRepeats] {
        assert!(!codes(&reading(&text)).contains(&code));
    }
}

#[test]
fn what_a_person_must_look_at_is_found() {
    let text = plan_text();
    let found = codes(&reading(&text));
    assert!(found.contains(&FindingCode::SeveralLeads));
    assert!(found.contains(&FindingCode::UnitUnnamed));
    let alike = text.replace("市卫生健康委", "市交通运输局");
    assert!(codes(&reading(&alike)).contains(&FindingCode::UnitsAlike));
    let undated = text.replace("2026", "〇〇").replace("2025", "上");
    assert!(codes(&reading(&undated)).contains(&FindingCode::YearUnknown));
    let open = text.replace("运行体系，9月底前", "运行体系（9月底前");
    assert!(codes(&reading(&open)).contains(&FindingCode::Unclosed));
    let without = text.replace("（牵头单位：市委社会工作部；责任单位：市数据局）", "");
    assert!(codes(&reading(&without)).contains(&FindingCode::NoUnit));
    let spoilt = text.replacen("统一", "\u{fffd}一", 1);
    assert!(codes(&reading(&spoilt)).contains(&FindingCode::Garbled));
}

#[test]
fn a_mark_before_a_digit_is_one_where_its_number_comes_next() {
    let text = "2026年数字化工作要点\n1．2026年底前新建基站5座。（牵头单位：市工信局）\n2．提升服务。完成投资1.5亿元。（牵头单位：市数据局）\n3.5G网络建设。新建5G基站100座。（牵头单位：市通管办）\n";
    let found = reading(text);
    let titles: Vec<&str> = found
        .points
        .iter()
        .map(|point| point.title.as_str())
        .collect();
    assert_eq!(titles, ["2026年底前新建基站5座", "提升服务", "5G网络建设"]);
    let numbers: Vec<u32> = found.points.iter().map(|point| point.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(leads(&found), ["市工信局", "市数据局", "市通管办"]);
    let literals: Vec<(&str, Option<u32>)> = found
        .targets
        .iter()
        .map(|figure| (figure.literal.as_str(), figure.point))
        .collect();
    assert_eq!(
        literals,
        [
            ("2026年底前新建基站5座", Some(1)),
            ("完成投资1.5亿元", Some(2)),
            ("新建5G基站100座", Some(3))
        ]
    );
    assert!(!codes(&found).contains(&FindingCode::SeveralLeads));
    // A number that does not come next is no mark, and that two lead in one point is told.
    let apart = reading(&text.replace("3.5G", "7.5G"));
    assert_eq!(apart.points.len(), 2);
    assert!(codes(&apart).contains(&FindingCode::SeveralLeads));
    // The rows of a table may give the parts of a point to several.
    let rows = std::fs::read_to_string(fixtures().join("qingluan.txt")).unwrap();
    let told = reading(&rows).findings.into_iter();
    let told: Vec<String> = told
        .filter(|finding| finding.message.contains("几处"))
        .map(|finding| finding.message)
        .collect();
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn a_mark_before_the_number_of_a_service_is_one_and_before_a_fraction_is_none() {
    let text = "2026年数字化工作要点\n1．2026年底前新建基站5座。（牵头单位：市工信局）\n2.12345热线接通率达到95%。（牵头单位：市数据局）\n3.5G网络建设。新建5G基站100座。（牵头单位：市通管办）\n4.24小时自助服务区建成3个。（牵头单位：市公安局）\n5.110、119联动处置提速。（牵头单位：市应急局）\n";
    let found = reading(text);
    let numbers: Vec<u32> = found.points.iter().map(|point| point.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    assert_eq!(
        leads(&found),
        ["市工信局", "市数据局", "市通管办", "市公安局", "市应急局"]
    );
    for amount in [
        "2.125亿元投资",
        "2.35亿元投资",
        "2.12万座基站",
        "2.110、2.120",
    ] {
        let none = reading(&text.replace("2.12345热线", amount));
        assert_eq!(none.points.first().map(|point| point.number), Some(1));
        assert!(
            none.points.iter().all(|point| point.number != 2),
            "{amount}"
        );
    }
}

#[test]
fn the_day_below_a_signature_ends_a_plan_whose_last_point_is_short() {
    let plan = "临江市2026年工作要点\n一、新建基站5座。（牵头单位：市工信局）\n二、新建园区3个。（牵头单位：市商务局）\n";
    for signature in [
        "2026年2月18日\n",
        "\n临江市人民政府办公室\n2026年2月18日\n",
        "\n临江市人民政府办公室  2026年2月18日\n",
    ] {
        let signed = reading(&format!("{plan}{signature}"));
        assert!(
            !codes(&signed).contains(&FindingCode::Truncated),
            "{signature}"
        );
    }
    let cut = format!("{plan}三、在2026年2月18日\n");
    assert!(codes(&reading(&cut)).contains(&FindingCode::Truncated));
}

#[test]
fn no_text_makes_the_reader_fail() {
    let seed = crate::properties::seed();
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..300 {
        let length = random.random_range(0..600);
        let bytes: Vec<u8> = (0..length).map(|_| random.random()).collect();
        let _ = read(&bytes, &Options::default());
        // Signs that mean something to the reader, in any order.
        let alphabet: Vec<char> = "一二十百千万亿两第章部分任务、.（）()：:；;。，,“”《》〔〕【】0123456789%年月日底前到至由从提高下降增长新增建成个家座条项不少于以上以内左右每其中牵头责任单位配合负责市局委区县各\n\r\t |-—～×+N翻番成分之全覆盖零".chars().collect();
        let text: String = (0..length)
            .map(|_| alphabet[random.random_range(0..alphabet.len())])
            .collect();
        let plan = format!(
            "2026年工作要点\n一、建设\n（一）{text}。（市数据局负责）\n（二）新增基站5座。（市数据局负责）"
        );
        let _ = read(plan.as_bytes(), &Options::default());
    }
}

#[test]
fn a_plan_cut_anywhere_is_read_or_refused() {
    let signs: Vec<char> = plan_text().chars().collect();
    for end in 0..signs.len() {
        let cut: String = signs.iter().take(end).collect();
        let _ = read(cut.as_bytes(), &Options::default());
    }
    if let Some(plan) = shared() {
        let bytes = plan.text.as_bytes();
        for end in (0..bytes.len()).step_by(97) {
            let _ = read(bytes.get(..end).unwrap(), &Options::default());
        }
    }
}

/// Kinds of text that a careless reader would look through again for each of their signs.
#[test]
fn long_texts_of_any_kind_are_read() {
    const SIGNS: usize = 30_000;
    let head = "2026年工作要点\n一、建设\n（一）推进工作。（市数据局负责）\n（二）";
    for part in [
        "新增基站5座、",
        "（",
        "“",
        "《2026年",
        "2026年底前",
        "（市数据局负责）",
        "新增基站5座，",
        "到2026年新增5座；",
        "市数据局、",
        "9",
        "百",
        "\n1.",
        "\n（三）",
        "负责（",
    ] {
        let text = format!("{head}{}", part.repeat(SIGNS / part.chars().count()));
        let _ = read(text.as_bytes(), &Options::default());
    }
    let rows = "1\t建设\t新增基站5座\t市数据局\n".repeat(SIGNS / 20);
    let table = format!("2026年工作要点\n序号\t重点任务\t工作内容\t牵头单位\n{rows}");
    let _ = read(table.as_bytes(), &Options::default());
}
