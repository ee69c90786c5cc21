use expect_test::expect;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::test_runner::Config;
use tempfile::TempDir;
use yandu_words::{Standard, Title, ValueType};

use crate::declare::Format;
use crate::scaffold::{Proposal, ProposedColumn, ProposedMeaning, column_names};
use crate::{AnyCondition, Packs};

#[test]
fn headers_get_usual_names_or_pinyin() {
    let headers = [
        "证件号码",
        "户主身份证号",
        "姓名",
        "姓名",
        "ＰＭ2.5浓度（μg/m³）",
        "月收入(元)",
        "stationName",
        "Order",
        "吕后",
        "2024年",
        "",
        "！？",
        "𠮷田",
    ];
    let names: Vec<String> = column_names(&headers)
        .iter()
        .map(ToString::to_string)
        .collect();
    expect!["resident_id head_id name name_2 pm2_5_nong_du income station_name order_value lv_hou column_2024_nian column_11 column_12 tian"].assert_eq(&names.join(" "));
}

fn proposal() -> Proposal {
    let headers = ["证件号码", "姓名", "月收入(元)", "备注", "备注"];
    let names = column_names(&headers);
    let meanings = [
        ProposedMeaning::Standard(Standard::ResidentId),
        ProposedMeaning::Standard(Standard::Name),
        ProposedMeaning::Type(ValueType::Decimal {
            precision: 12,
            scale: 2,
        }),
        ProposedMeaning::Type(ValueType::Text),
        ProposedMeaning::Type(ValueType::Text),
    ];
    Proposal {
        dataset: "aid.household".parse().unwrap(),
        title: Title::new("低收入家庭", "Low-income household"),
        key: vec![names[0].clone()],
        columns: headers
            .iter()
            .zip(names)
            .zip(meanings)
            .map(|((header, name), meaning)| ProposedColumn {
                name,
                header: (*header).to_owned(),
                title: Title {
                    zh: (*header).to_owned(),
                    en: None,
                },
                meaning,
                unit: header.ends_with("(元)").then(|| "元".to_owned()),
                required: *header != "备注",
                evidence: "all 3 values fit".to_owned(),
            })
            .collect(),
        format: Format {
            encoding: Some("gb18030".to_owned()),
            delimiter: Some(','),
            header_row: Some(2),
            ..Format::default()
        },
        pattern: "*.csv".to_owned(),
        rows: vec![vec![
            Some("32090219900307452X".to_owned()),
            Some("null".to_owned()),
            None,
            None,
            None,
        ]],
    }
}

#[test]
fn a_new_pack_reads_well() {
    let text: Vec<String> = proposal()
        .render()
        .into_iter()
        .map(|(path, text)| format!("== {}\n{text}", path.display()))
        .collect();
    expect![[r#"
        == pack.yaml
        pack: aid
        version: 0.1.0
        title: {zh: 低收入家庭, en: "Low-income household"}
        # points: [3]                # the points of the work plan that this serves
        needs: []

        == README.md
        # 低收入家庭

        What this system is, and whose it is.

        ```sh
        yandu pack check packs/aid
        yandu pack test packs/aid
        yandu sql "select count(*) from aid.household"
        ```

        == datasets/household.yaml
        dataset: aid.household
        title: {zh: 低收入家庭, en: "Low-income household"}
        owner: 待填写                # the department that answers for the data
        origin: collect
        sharing: {class: conditional, condition: 待确认}   # unconditional | conditional | none (with its basis)
        opening: closed              # open | conditional | closed
        refresh: irregular           # real-time | hourly | daily | weekly | monthly | quarterly | yearly | irregular
        key: [resident_id]
        columns:
          # all 3 values fit
          resident_id: {title: {zh: 证件号码}, standard: resident_id, from: [证件号码]}
          # all 3 values fit
          name: {title: {zh: 姓名}, standard: name, from: [姓名]}
          # all 3 values fit
          income: {title: {zh: "月收入(元)"}, type: "decimal(12,2)", from: ["月收入(元)"], unit: 元}
          # all 3 values fit
          remark: {title: {zh: 备注}, type: text, from: [备注], required: false}
          # all 3 values fit
          # the header 备注 stands for another column too
          remark_2: {title: {zh: 备注}, type: text, required: false}
        # checks:
        #   - {expect: "income >= 0"}                          # SQL over one row; NULL passes
        #   - {column: division, references: base.division}    # reported, not quarantined
        #   - {fresh: 36 h}

        == sources/household_export.yaml
        source: aid.household_export
        title: {zh: 低收入家庭, en: "Low-income household"}
        dataset: aid.household
        mode: snapshot               # snapshot: the whole dataset | upsert: rows by key | append
        # schedule: {every: 24 h, grace: 6 h}
        format: {encoding: gb18030, delimiter: ",", header_row: 2}
        channel:
          folder:
            path: inbox/aid          # below the data folder
            pattern: "*.csv"

        == tests/household.yaml
        name: the first rows are taken in
        given:
          dataset: aid.household
          rows:
            - {resident_id: "32090219900307452X", name: "null", income: null, remark: null, remark_2: null}
        then: {rows_in: 1}
    "#]].assert_eq(&text.join("\n"));
}

#[test]
fn a_new_pack_passes_its_check_and_is_never_written_over() {
    let folder = TempDir::new().unwrap();
    proposal().write(folder.path()).unwrap();
    let loaded = Packs::load(&[folder.path().to_owned()], &AnyCondition);
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    assert!(proposal().write(folder.path()).is_err());
}

fn meaning() -> impl Strategy<Value = ProposedMeaning> {
    prop_oneof![
        (0..Standard::ALL.len()).prop_map(|index| ProposedMeaning::Standard(Standard::ALL[index])),
        Just(ProposedMeaning::Type(ValueType::Decimal {
            precision: 38,
            scale: 38
        })),
        Just(ProposedMeaning::Type(ValueType::Timestamp)),
        Just(ProposedMeaning::Type(ValueType::Boolean)),
    ]
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        Just("null".to_owned()),
        Just("- x: #".to_owned()),
        Just("010".to_owned()),
        Just("\u{feff}\u{2028}\u{ffff}".to_owned()),
        Just("姓名".to_owned()),
        Just("name".to_owned()),
    ]
}

proptest! {
    #![proptest_config(Config { cases: 64, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_proposal_gives_a_pack_without_problems(
        columns in vec((word(), word(), meaning(), any::<bool>(), word()), 1..8),
        cells in vec(option::of(word()), 8),
        zh in word(),
        en in word(),
        pattern in word(),
        sheet in option::of(word()),
        delimiter in any::<char>(),
    ) {
        let headers: Vec<&String> = columns.iter().map(|column| &column.0).collect();
        let names = column_names(&headers);
        prop_assert_eq!(names.len(), columns.len());
        let proposal = Proposal {
            dataset: "new_pack.thing".parse().unwrap(),
            title: Title::new(zh, en),
            key: vec![names[0].clone()],
            columns: columns
                .iter()
                .zip(&names)
                .map(|((header, title, meaning, required, evidence), name)| ProposedColumn {
                    name: name.clone(),
                    header: header.clone(),
                    title: Title { zh: title.clone(), en: None },
                    meaning: meaning.clone(),
                    unit: None,
                    required: *required,
                    evidence: evidence.clone(),
                })
                .collect(),
            format: Format { sheet, delimiter: Some(delimiter), ..Format::default() },
            pattern,
            rows: vec![cells.clone()],
        };
        let folder = TempDir::new().unwrap();
        proposal.write(folder.path()).unwrap();
        let loaded = Packs::load(&[folder.path().to_owned()], &AnyCondition);
        let problems: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
        prop_assert!(problems.is_empty(), "{}", problems.join("\n"));
        let pack = loaded.packs.packs().next().unwrap();
        let rows = pack.tests()[0].test.given.rows.as_ref().unwrap();
        for (name, cell) in names.iter().zip(&cells) {
            let read = rows[0].get(name.as_str()).unwrap().as_ref().map(ToString::to_string);
            prop_assert_eq!(&read, cell);
        }
    }
}
