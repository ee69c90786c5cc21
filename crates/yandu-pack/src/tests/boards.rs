//! What a board may say.

use expect_test::expect;

use super::metrics::CELLS;
use super::{air, check, load, write};

const METRIC: &str = "\
== air/metrics/opened.yaml
metric: air.opened
title: {zh: 新增站点, en: New stations}
owner: 市生态环境局
formula: 当月启用的监测站数
basis: 生态环境监测规划
of: air.cell
measure: sum(opened)
unit: 个
time: {column: month, grain: month}
dimensions: {area: {column: division, kind: area}, kind: {}}
";

const BOARD: &str = "\
== air/boards/city.yaml
board: air.city
title: {zh: 全市, en: City}
narrow: county
tiles:
  - {id: opened, kind: number, metric: air.opened, period: year, target: {value: 20, due: \"2025\"}, slot: {x: 0, y: 0, w: 3, h: 2}}
  - {id: trend, kind: trend, metric: air.opened, points: 12, draw: bar, slot: {x: 3, y: 0, w: 9, h: 2}}
  - {id: map, kind: map, metric: air.opened, by: area, slot: {x: 0, y: 2, w: 6, h: 4}, wide: {x: 12, y: 0, w: 12, h: 6}}
  - {id: note, kind: text, text: {zh: 按启用日期计}, slot: {x: 6, y: 2, w: 6, h: 1}}
== air/boards/part.yaml
board: air.part
title: {zh: 分站, en: Part}
extends: air.city
without: [note]
only: {kind: [国控]}
tiles:
  - {id: opened, kind: ranking, metric: air.opened, by: kind, limit: 5, slot: {x: 0, y: 0, w: 3, h: 2}}
";

#[test]
fn a_board_has_tiles_and_another_one_inherits_them() {
    let board = BOARD.replace(
        "wide: {x: 12, y: 0, w: 12, h: 6}",
        "wide: {x: 0, y: 2, w: 12, h: 4}",
    );
    let folder = write(&air(&format!("{CELLS}{METRIC}{board}")));
    let loaded = load(folder.path());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    assert_eq!(loaded.packs.boards().len(), 2);
    let part = loaded.packs.board(&"air.part".parse().unwrap()).unwrap();
    let tiles: Vec<(&str, &str)> = part
        .tiles
        .iter()
        .map(|tile| (tile.id.as_str(), tile.kind.name()))
        .collect();
    assert_eq!(
        tiles,
        [("opened", "ranking"), ("trend", "trend"), ("map", "map")]
    );
    assert!(part.narrow.is_some());
    assert_eq!(part.only.values().next().unwrap(), &["国控"]);
}

#[test]
fn what_boards_and_metrics_say_of_themselves_may_be_a_text_of_one_language() {
    let said = |of_metric: &str, of_board: &str| {
        let metric = METRIC.replace("owner:", &format!("about: {of_metric}\nowner:"));
        let board = BOARD.replace("narrow:", &format!("about: {of_board}\nnarrow:"));
        let board = board
            .replace("wide: {x: 12, y: 0, w: 12", "wide: {x: 0, y: 2, w: 12")
            .replace("w: 12, h: 6}}", "w: 12, h: 4}}");
        let folder = write(&air(&format!("{CELLS}{metric}{board}")));
        load(folder.path())
    };
    for about in ["按启用日期计", "{zh: 按启用日期计}"] {
        let loaded = said(about, about);
        assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
        let board = loaded.packs.board(&"air.city".parse().unwrap()).unwrap();
        let metric = loaded.packs.metric(&"air.opened".parse().unwrap()).unwrap();
        for about in [&board.about, &metric.about] {
            let about = about.as_ref().unwrap();
            assert_eq!((about.zh.as_str(), &about.en), ("按启用日期计", &None));
        }
    }
    assert!(!said("{en: Opened}", "[按启用日期计]").problems.is_empty());
}

#[test]
fn what_a_board_names_is_there_and_its_tiles_lie_beside_each_other() {
    let board = BOARD
        .replace(
            "kind: number, metric: air.opened",
            "kind: number, metric: air.openend",
        )
        .replace(
            "points: 12, draw: bar, slot: {x: 3, y: 0, w: 9",
            "limit: 3, drill: air.nothing, slot: {x: 2, y: 0, w: 11",
        )
        .replace(
            "metric: air.opened, by: area",
            "metric: air.opened, by: kind",
        )
        .replace(
            "kind: text, text: {zh: 按启用日期计}",
            "kind: text, metric: air.opened, period: day",
        )
        .replace("without: [note]", "without: [notes]")
        .replace(
            "id: opened, kind: ranking, metric: air.opened, by: kind",
            "id: opened, kind: ranking, metric: air.opened, by: colour",
        );
    check(
        &air(&format!("{CELLS}{METRIC}{board}")),
        expect![[r#"
            error[missing-metric]: there is no metric `air.openend`
             --> air/boards/city.yaml:5:40
              |
            5 |   - {id: opened, kind: number, metric: air.openend, period: year, target: {value: 20, due: "2025"}, slot: {x: …
              |                                        ^^^^^^^^^^^
              help: did you mean `air.opened`?

            error[wrong-keys]: a tile of the kind trend has no `limit`
             --> air/boards/city.yaml:6:50
              |
            6 |   - {id: trend, kind: trend, metric: air.opened, limit: 3, drill: air.nothing, slot: {x: 2, y: 0, w: 11, h: 2}}
              |                                                  ^^^^^
              help: leave it out, or make the tile another kind

            error[missing-board]: there is no board `air.nothing`
             --> air/boards/city.yaml:6:67
              |
            6 | …d: trend, kind: trend, metric: air.opened, limit: 3, drill: air.nothing, slot: {x: 2, y: 0, w: 11, h: 2}}
              |                                                              ^^^^^^^^^^^
              help: boards: `air.city`, `air.part`

            error[wrong-bound]: the tile `trend` ends in column 13, and there are 12
             --> air/boards/city.yaml:6:86
              |
            6 | …nd, metric: air.opened, limit: 3, drill: air.nothing, slot: {x: 2, y: 0, w: 11, h: 2}}
              |                                                              ^^^^^^^^^^^^^^^^^^^^^^^^^
              help: make it narrower, or move it to the left

            error[wrong-bound]: the tile `trend` lies on `opened`
             --> air/boards/city.yaml:6:86
              |
            6 | …nd, metric: air.opened, limit: 3, drill: air.nothing, slot: {x: 2, y: 0, w: 11, h: 2}}
              |                                                              ^^^^^^^^^^^^^^^^^^^^^^^^^
              help: give one of them another place

            error[wrong-value]: a map shows areas, and `kind` is none
             --> air/boards/city.yaml:7:50
              |
            7 |   - {id: map, kind: map, metric: air.opened, by: kind, slot: {x: 0, y: 2, w: 6, h: 4}, wide: {x: 12, y: 0, w: 12,…
              |                                                  ^^^^
              help: make the tile a ranking

            error[wrong-bound]: the tile `map` lies on `trend` on the wall
             --> air/boards/city.yaml:7:94
              |
            7 | …air.opened, by: kind, slot: {x: 0, y: 2, w: 6, h: 4}, wide: {x: 12, y: 0, w: 12, h: 6}}
              |                                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^
              help: give one of them another place

            error[missing-key]: a tile of the kind text needs `text`
             --> air/boards/city.yaml:8:5
              |
            8 |   - {id: note, kind: text, metric: air.opened, period: day, slot: {x: 6, y: 2, w: 6, h: 1}}
              |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            error[wrong-bound]: the tile `note` lies on `map` on the wall
             --> air/boards/city.yaml:8:5
              |
            8 |   - {id: note, kind: text, metric: air.opened, period: day, slot: {x: 6, y: 2, w: 6, h: 1}}
              |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              help: give one of them another place

            error[wrong-keys]: a tile of the kind text has no `metric`
             --> air/boards/city.yaml:8:28
              |
            8 |   - {id: note, kind: text, metric: air.opened, period: day, slot: {x: 6, y: 2, w: 6, h: 1}}
              |                            ^^^^^^
              help: leave it out, or make the tile another kind

            error[wrong-keys]: a tile of the kind text has no `period`
             --> air/boards/city.yaml:8:48
              |
            8 |   - {id: note, kind: text, metric: air.opened, period: day, slot: {x: 6, y: 2, w: 6, h: 1}}
              |                                                ^^^^^^
              help: leave it out, or make the tile another kind

            error[wrong-value]: `air.opened` is told by month, and a day is shorter
             --> air/boards/city.yaml:8:56
              |
            8 |   - {id: note, kind: text, metric: air.opened, period: day, slot: {x: 6, y: 2, w: 6, h: 1}}
              |                                                        ^^^
              help: show the periods of the metric, or longer ones

            error[wrong-bound]: the tile `trend` lies on `opened`
             --> air/boards/part.yaml:3:10
              |
            3 | extends: air.city
              |          ^^^^^^^^
              help: give one of them another place

            error[wrong-value]: the board below has no tile `notes`
             --> air/boards/part.yaml:4:11
              |
            4 | without: [notes]
              |           ^^^^^
              help: did you mean `note`?

            error[missing-column]: `air.opened` cannot be asked for by `colour`
             --> air/boards/part.yaml:7:57
              |
            7 |   - {id: opened, kind: ranking, metric: air.opened, by: colour, limit: 5, slot: {x: 0, y: 0, w: 3, h: 2}}
              |                                                         ^^^^^^
              help: dimensions: `area`, `kind`
        "#]],
    );
}

#[test]
fn boards_do_not_extend_each_other_in_a_circle() {
    let board = BOARD.replace("narrow: county", "extends: air.part");
    check(
        &air(&format!("{CELLS}{METRIC}{board}")),
        expect![[r#"
        error[wrong-value]: the boards extend each other in a circle
         --> air/boards/city.yaml:3:10
          |
        3 | extends: air.part
          |          ^^^^^^^^
          help: let one of them have its own tiles

        error[wrong-value]: the boards extend each other in a circle
         --> air/boards/part.yaml:3:10
          |
        3 | extends: air.city
          |          ^^^^^^^^
          help: let one of them have its own tiles
    "#]],
    );
}

#[test]
fn a_tile_of_lamps_says_what_has_them_and_only_work_with_a_date_is_due_in_a_month() {
    let lamps = |tile: &str| {
        format!(
            "== air/boards/plan.yaml\nboard: air.plan\ntitle: {{zh: 要点, en: Plan}}\ntiles:\n  - {{id: lamps, kind: lamps, {tile}, slot: {{x: 0, y: 0, w: 6, h: 4}}}}\n"
        )
    };
    let good = lamps("limit: 8, lamps: {by: node, points: [1, 2], only: [late], due: this-month}");
    let folder = write(&air(&good));
    let loaded = load(folder.path());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    check(
        &air(&lamps("lamps: {by: unit, due: this-month}")),
        expect![[r#"
            error[wrong-value]: a unit is due on no day of its own
             --> air/boards/plan.yaml:4:53
              |
            4 |   - {id: lamps, kind: lamps, lamps: {by: unit, due: this-month}, slot: {x: 0, y: 0, w: 6, h: 4}}
              |                                                     ^^^^^^^^^^
              help: leave it out, or list tasks, targets or nodes
        "#]],
    );
    check(
        &air(&lamps("limit: 8")),
        expect![[r#"
        error[missing-key]: a tile of the kind lamps needs `lamps`
         --> air/boards/plan.yaml:4:5
          |
        4 |   - {id: lamps, kind: lamps, limit: 8, slot: {x: 0, y: 0, w: 6, h: 4}}
          |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#]],
    );
    check(
        &air(&lamps("lamps: {by: unit}, points: 12")),
        expect![[r#"
            error[wrong-keys]: a tile of the kind lamps has no `points`
             --> air/boards/plan.yaml:4:49
              |
            4 |   - {id: lamps, kind: lamps, lamps: {by: unit}, points: 12, slot: {x: 0, y: 0, w: 6, h: 4}}
              |                                                 ^^^^^^
              help: leave it out, or make the tile another kind
        "#]],
    );
}
