mod random;
mod table;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::*;

fn drawn(random: &mut StdRng, rows: u64) -> RoaringTreemap {
    let mut places = RoaringTreemap::new();
    for _ in 0..random.random_range(0..20) {
        let from = random.random_range(0..rows);
        let to = random.random_range(from..rows.min(from + 50));
        places.insert_range(from..=to);
    }
    places
}

#[test]
fn a_vector_is_read_as_it_was_written() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..300 {
        let rows = random.random_range(1..5_000_000_000);
        let vector = Vector::new(drawn(&mut random, rows));
        let descriptor = vector.descriptor();
        assert_eq!(descriptor["cardinality"], vector.len());
        assert_eq!(descriptor["sizeInBytes"], vector.bytes());
        assert_eq!(Vector::read(&descriptor), Some(vector));
    }
}

#[test]
fn the_vector_of_another_program_is_read() {
    // Written by pyroaring: the rows 1, 5, 333 and 999.
    let descriptor = json!({
        "storageType": "i",
        "pathOrInlineDv": "^Bg9^0rr910000000000iXQKl0rr91000935c8Xg0rro6o-:zV",
        "sizeInBytes": 40,
        "cardinality": 4,
    });
    let vector = Vector::read(&descriptor).unwrap();
    assert_eq!(vector.gone.iter().collect::<Vec<_>>(), [1, 5, 333, 999]);
}

#[test]
fn what_is_damaged_or_elsewhere_is_not_read() {
    let vector = Vector::new([3, 9].into_iter().collect());
    let good = vector.descriptor();
    for (field, value) in [
        ("storageType", json!("u")),
        ("cardinality", json!(3)),
        ("pathOrInlineDv", json!("00000")),
        ("pathOrInlineDv", json!("")),
        ("pathOrInlineDv", json!("~")),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        assert_eq!(Vector::read(&bad), None, "{bad}");
    }
}

#[test]
fn a_selection_and_a_mask_name_the_rows_that_are_there() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..300 {
        let rows = random.random_range(1..400);
        let vector = Vector::new(drawn(&mut random, rows));
        let first = random.random_range(0..rows);
        let count = random.random_range(0..=rows - first);
        let expected: Vec<bool> = (first..first + count)
            .map(|row| !vector.gone.contains(row))
            .collect();
        let mut found = Vec::new();
        for selector in vector.selection(first, count).iter() {
            found.extend(std::iter::repeat_n(!selector.skip, selector.row_count));
        }
        assert_eq!(found, expected);
        let mask = mask(&vector.gone, first, count as usize);
        let gone: Vec<bool> = mask.values().iter().map(|gone| !gone).collect();
        assert_eq!(gone, expected);
        assert_eq!(vector.is_in(first, count), expected.contains(&false));
        let left = Vector::leaving(rows, &vector.gone);
        assert_eq!(left.len() + vector.len(), rows);
        assert!(left.gone.is_disjoint(&vector.gone));
    }
}
