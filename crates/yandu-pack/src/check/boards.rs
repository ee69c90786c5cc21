//! Boards: metrics that are there, what a kind of tile needs, and places on the grid.

use std::collections::{HashMap, HashSet};

use yandu_words::{BoardId, ColumnName, MetricId};

use super::Checker;
use crate::declare::{BoardFile, BoardTile, DimensionKind, MetricFile, Slot, TileKind};
use crate::load::Declared;
use crate::problem::{Code, alternatives, quoted};

pub(super) fn check(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    let boards: HashMap<&BoardId, &Declared<BoardFile>> = drafts
        .boards
        .iter()
        .map(|board| (&board.declaration.board, board))
        .collect();
    let metrics: HashMap<&MetricId, &Declared<MetricFile>> = drafts
        .metrics
        .iter()
        .map(|metric| (&metric.declaration.metric, metric))
        .collect();
    for board in &drafts.boards {
        extends(checker, board, &boards);
        let mut seen = HashSet::new();
        for (index, tile) in board.declaration.tiles.iter().enumerate() {
            let at = format!("/tiles/{index}");
            if !seen.insert(&tile.id) {
                let message = format!("there are two tiles {}", quoted(tile.id.as_str()));
                let problem = board.at(Code::DuplicateName, &format!("{at}/id"), message);
                checker.push(problem.help("give this one another id"));
            }
            shape(checker, board, &at, tile);
            metric(checker, board, &at, tile, &metrics);
            lamps(checker, board, &at, tile);
            drill(checker, board, &at, tile, &boards);
        }
        if let Some(whole) = resolved(&board.declaration, &boards) {
            places(checker, board, &whole);
        }
        let is_empty = board.declaration.tiles.is_empty() && board.declaration.extends.is_none();
        if is_empty && !board.has_lost("/tiles") && !board.has_lost("/extends") {
            let problem = board.at_key(Code::MissingKey, "/board", "this board shows nothing");
            checker.push(problem.help("add `tiles`, or `extends` a board that has some"));
        }
    }
}

/// A board with the tiles of those that it extends; none where they go in a circle or are not there.
fn resolved(
    board: &BoardFile,
    boards: &HashMap<&BoardId, &Declared<BoardFile>>,
) -> Option<BoardFile> {
    let mut chain = vec![board];
    while let Some(below) = chain.last().and_then(|last| last.extends.as_ref()) {
        let below = &boards.get(below)?.declaration;
        if chain.iter().any(|known| known.board == below.board) {
            return None;
        }
        chain.push(below);
    }
    let mut chain = chain.into_iter().rev();
    let first = chain.next()?.clone();
    Some(chain.fold(first, |below, board| board.over(&below)))
}

fn extends(
    checker: &mut Checker<'_>,
    board: &Declared<BoardFile>,
    boards: &HashMap<&BoardId, &Declared<BoardFile>>,
) {
    let file = &board.declaration;
    let Some(below) = &file.extends else {
        if !file.without.is_empty() {
            let problem = board.at_key(
                Code::WrongKeys,
                "/without",
                "nothing is left out of a board that extends none",
            );
            checker.push(problem.help("leave `without` out, or add `extends`"));
        }
        return;
    };
    if !known_board(checker, board, "/extends", below, boards) {
        return;
    }
    if resolved(file, boards).is_none() {
        let problem = board.at(
            Code::WrongValue,
            "/extends",
            "the boards extend each other in a circle",
        );
        checker.push(problem.help("let one of them have its own tiles"));
        return;
    }
    let below = boards
        .get(below)
        .and_then(|below| resolved(&below.declaration, boards));
    let known: Vec<&str> = below
        .iter()
        .flat_map(|below| &below.tiles)
        .map(|tile| tile.id.as_str())
        .collect();
    for (index, id) in file.without.iter().enumerate() {
        if !known.contains(&id.as_str()) {
            let message = format!("the board below has no tile {}", quoted(id.as_str()));
            let problem = board.at(Code::WrongValue, &format!("/without/{index}"), message);
            checker.push(problem.help_if(alternatives(
                id.as_str(),
                "tiles",
                known.iter().copied(),
            )));
        }
    }
}

fn known_board(
    checker: &mut Checker<'_>,
    board: &Declared<BoardFile>,
    pointer: &str,
    id: &BoardId,
    boards: &HashMap<&BoardId, &Declared<BoardFile>>,
) -> bool {
    if boards.contains_key(id) {
        checker.uses(board, pointer, &id.pack());
        return true;
    }
    let mut known: Vec<&str> = boards.keys().map(|id| id.as_str()).collect();
    known.sort_unstable();
    let problem = board
        .at(
            Code::MissingBoard,
            pointer,
            format!("there is no board `{id}`"),
        )
        .help_if(alternatives(id.as_str(), "boards", known));
    checker.push(problem);
    false
}

/// What a kind of tile has, and what belongs to others.
fn shape(checker: &mut Checker<'_>, board: &Declared<BoardFile>, at: &str, tile: &BoardTile) {
    use TileKind::{Lamps, Map, Number, Ranking, Table, Text, Trend};
    if board.has_lost(&format!("{at}/kind")) {
        return;
    }
    let parts: [(&str, bool, &[TileKind]); 9] = [
        (
            "metric",
            tile.metric.is_some(),
            &[Number, Trend, Ranking, Map, Table],
        ),
        (
            "period",
            tile.period.is_some(),
            &[Number, Trend, Ranking, Map, Table],
        ),
        ("points", tile.points.is_some(), &[Trend]),
        ("by", tile.by.is_some(), &[Trend, Ranking, Map, Table]),
        ("limit", tile.limit.is_some(), &[Ranking, Table, Lamps]),
        ("target", tile.target.is_some(), &[Number, Trend]),
        ("draw", tile.draw.is_some(), &[Trend]),
        ("lamps", tile.lamps.is_some(), &[Lamps]),
        ("text", tile.text.is_some(), &[Text]),
    ];
    for (key, is_there, kinds) in parts {
        if is_there && !kinds.contains(&tile.kind) {
            let message = format!("a tile of the kind {} has no `{key}`", tile.kind.name());
            let problem = board.at_key(Code::WrongKeys, &format!("{at}/{key}"), message);
            checker.push(problem.help("leave it out, or make the tile another kind"));
        }
    }
    let needed = match tile.kind {
        Text => ("text", tile.text.is_some()),
        Lamps => ("lamps", tile.lamps.is_some()),
        Ranking | Map | Table if tile.metric.is_some() => ("by", tile.by.is_some()),
        _ => ("metric", tile.metric.is_some()),
    };
    let pointer = format!("{at}/{}", needed.0);
    if !needed.1 && !board.has_lost(&pointer) {
        let message = format!(
            "a tile of the kind {} needs `{}`",
            tile.kind.name(),
            needed.0
        );
        checker.push(board.at(Code::MissingKey, at, message));
    }
}

fn metric(
    checker: &mut Checker<'_>,
    board: &Declared<BoardFile>,
    at: &str,
    tile: &BoardTile,
    metrics: &HashMap<&MetricId, &Declared<MetricFile>>,
) {
    let Some(id) = &tile.metric else { return };
    let pointer = format!("{at}/metric");
    let Some(metric) = metrics.get(id) else {
        if !checker
            .drafts
            .is_unread(crate::FileKind::Metric, id.as_str())
        {
            let mut known: Vec<&str> = metrics.keys().map(|id| id.as_str()).collect();
            known.sort_unstable();
            let problem = board
                .at(
                    Code::MissingMetric,
                    &pointer,
                    format!("there is no metric `{id}`"),
                )
                .help_if(alternatives(id.as_str(), "metrics", known));
            checker.push(problem);
        }
        return;
    };
    checker.uses(board, &pointer, &id.pack());
    let file = &metric.declaration;
    if let Some(period) = tile.period
        && period < file.time.grain
    {
        let message = format!(
            "`{id}` is told by {}, and a {period} is shorter",
            file.time.grain
        );
        let problem = board.at(Code::WrongValue, &format!("{at}/period"), message);
        checker.push(problem.help("show the periods of the metric, or longer ones"));
    }
    let Some(by) = &tile.by else { return };
    let pointer = format!("{at}/by");
    let Some(dimension) = file.dimensions.get(by) else {
        let known = file.dimensions.keys().map(ColumnName::as_str);
        let problem = board
            .at(
                Code::MissingColumn,
                &pointer,
                format!("`{id}` cannot be asked for by `{by}`"),
            )
            .help_if(alternatives(by.as_str(), "dimensions", known));
        checker.push(problem);
        return;
    };
    if tile.kind == TileKind::Map && dimension.kind != DimensionKind::Area {
        let message = format!("a map shows areas, and `{by}` is none");
        checker.push(
            board
                .at(Code::WrongValue, &pointer, message)
                .help("make the tile a ranking"),
        );
    }
}

/// Only what has a date is due in a month.
fn lamps(checker: &mut Checker<'_>, board: &Declared<BoardFile>, at: &str, tile: &BoardTile) {
    let Some(lamps) = &tile.lamps else { return };
    if lamps.due.is_some() && !lamps.by.is_dated() {
        let message = format!("a {} is due on no day of its own", lamps.by.name());
        let problem = board.at(Code::WrongValue, &format!("{at}/lamps/due"), message);
        checker.push(problem.help("leave it out, or list tasks, targets or nodes"));
    }
}

fn drill(
    checker: &mut Checker<'_>,
    board: &Declared<BoardFile>,
    at: &str,
    tile: &BoardTile,
    boards: &HashMap<&BoardId, &Declared<BoardFile>>,
) {
    if let Some(to) = &tile.drill {
        known_board(checker, board, &format!("{at}/drill"), to, boards);
    }
}

/// Tiles lie on the grid and not on each other, on the desk and on the wall. What is wrong with inherited ones among
/// themselves is told where they are declared.
fn places(checker: &mut Checker<'_>, board: &Declared<BoardFile>, whole: &BoardFile) {
    let own = |tile: &BoardTile| {
        let tiles = &board.declaration.tiles;
        tiles.iter().position(|own| own.id == tile.id)
    };
    for (is_wall, columns) in [(false, Slot::COLUMNS), (true, Slot::WIDE_COLUMNS)] {
        let mut taken: Vec<(&BoardTile, Slot)> = Vec::new();
        for tile in &whole.tiles {
            let slot = if is_wall { tile.on_wall() } else { tile.slot };
            // A tile without a place of its own on the wall stands there as on the desk, which was looked at already.
            let is_new = !is_wall || tile.wide.is_some();
            let key = if is_wall { "wide" } else { "slot" };
            let at = match own(tile) {
                Some(index) if is_new => format!("/tiles/{index}/{key}"),
                Some(index) => format!("/tiles/{index}"),
                None => "/extends".to_owned(),
            };
            let name = quoted(tile.id.as_str());
            let end = slot.x.saturating_add(slot.w);
            if is_new && own(tile).is_some() && end > columns {
                let message =
                    format!("the tile {name} ends in column {end}, and there are {columns}");
                let problem = board.at(Code::WrongBound, &at, message);
                checker.push(problem.help("make it narrower, or move it to the left"));
            }
            let over = taken.iter().find(|(other, place)| {
                let is_ours = own(tile).is_some() || own(other).is_some();
                let is_new = is_new || other.wide.is_some();
                is_ours && is_new && place.overlaps(slot)
            });
            if let Some((other, _)) = over {
                let other = quoted(other.id.as_str());
                let wall = if is_wall { " on the wall" } else { "" };
                let message = format!("the tile {name} lies on {other}{wall}");
                let problem = board.at(Code::WrongBound, &at, message);
                checker.push(problem.help("give one of them another place"));
            }
            taken.push((tile, slot));
        }
    }
}
