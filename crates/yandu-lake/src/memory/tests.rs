use arrow::array::Int64Array;

use super::*;

fn place(block: u32) -> Place {
    let part = Part::Column {
        group: 0,
        block,
        column: 0,
    };
    Place {
        file: 1,
        table: 1,
        part,
    }
}

fn column(rows: usize) -> Piece {
    Piece::Column(Arc::new(Int64Array::from(vec![7; rows])))
}

#[test]
fn what_is_larger_than_the_whole_memory_is_not_kept_and_takes_nobodys_place() {
    let memory = Memory::new(3 * column(100).bytes());
    for block in 0..3 {
        memory.keep(place(block), column(100));
    }
    let full = memory.bytes();
    memory.keep(place(3), column(1_000));
    assert!(memory.get(&place(3)).is_none());
    assert_eq!(memory.bytes(), full);
    let others = memory.get_each((0..3).map(place));
    assert!(others.iter().all(Option::is_some));
}

#[test]
fn the_piece_that_was_not_used_for_longest_gives_way_to_another() {
    let memory = Memory::new(3 * column(100).bytes());
    for block in 0..3 {
        memory.keep(place(block), column(100));
    }
    assert!(memory.get(&place(0)).is_some());
    memory.keep(place(3), column(100));
    let is_kept: Vec<bool> = (0..4)
        .map(|block| memory.get(&place(block)).is_some())
        .collect();
    assert_eq!(is_kept, [true, false, true, true]);
}

#[test]
fn what_is_kept_once_more_counts_once() {
    let memory = Memory::new(1 << 20);
    memory.keep(place(0), column(100));
    let once = memory.bytes();
    memory.keep(place(0), column(100));
    assert_eq!(memory.bytes(), once);
}
