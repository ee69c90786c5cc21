use yandu_city::{Delivery, Rates};

use crate::folder::{Folder, draw_seed};

fn compare(one: &Folder, other: &Folder) {
    let (one, other) = (one.files(), other.files());
    assert_eq!(one.len(), other.len());
    for ((name, bytes), (other_name, other_bytes)) in one.iter().zip(&other) {
        assert_eq!(name, other_name);
        assert!(bytes == other_bytes, "{} differs", name.display());
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_for_any_number_of_threads_and_every_time() {
    let seed = draw_seed();
    let first = Folder::new();
    let mut options = first.options(12_000, seed);
    options.threads = 1;
    options.population_utf8 = true;
    first.simulate(&options);
    assert!(first.files().len() >= 11);
    for threads in [1, 2, 5] {
        let again = Folder::new();
        options.out = again.path().to_owned();
        options.threads = threads;
        again.simulate(&options);
        compare(&first, &again);
    }
}

#[test]
fn another_seed_gives_other_bytes_in_every_file() {
    let (one, other) = (Folder::new(), Folder::new());
    one.simulate(&one.options(2_000, 1));
    other.simulate(&other.options(2_000, 2));
    let (one, other) = (one.files(), other.files());
    assert!(one.len() >= 11, "{}", one.len());
    for ((name, bytes), (_, other_bytes)) in one.iter().zip(&other) {
        assert!(bytes != other_bytes, "{} is the same", name.display());
    }
}

#[test]
fn a_selected_delivery_is_the_same_as_among_all() {
    let (all, one) = (Folder::new(), Folder::new());
    all.simulate(&all.options(3_000, 9));
    let mut options = one.options(3_000, 9);
    options.only = Some(vec![Delivery::Properties]);
    one.simulate(&options);
    let files = one.files();
    assert_eq!(files.len(), 3);
    let (name, bytes) = files
        .iter()
        .find(|(name, _)| name.ends_with("房屋登记_20251231.jsonl"))
        .unwrap();
    let (_, among_all) = all
        .files()
        .into_iter()
        .find(|(other, _)| other == name)
        .unwrap();
    assert!(*bytes == among_all);
}

#[test]
fn the_utf8_copy_holds_the_rows_of_the_delivery() {
    let folder = Folder::new();
    let mut options = folder.options(2_500, 4);
    options.population_utf8 = true;
    options.only = Some(vec![Delivery::Residents]);
    options.defects = Rates::none();
    folder.simulate(&options);
    let delivered = std::fs::read(
        folder
            .path()
            .join("inbox/public_security/常住人口登记_20251231.csv"),
    )
    .unwrap();
    let copy = std::fs::read_to_string(folder.path().join("reference/residents_utf8.csv")).unwrap();
    let (decoded, _, faulty) = encoding_rs::GB18030.decode(&delivered);
    assert!(!faulty);
    assert!(decoded == copy);
    assert!(copy.chars().any(|sign| u32::from(sign) > 0x1_0000));
}

#[test]
fn no_half_written_file_is_left() {
    let folder = Folder::new();
    folder.simulate(&folder.options(500, 3));
    let files = folder.files();
    assert!(files.len() >= 11, "{}", files.len());
    assert!(
        files
            .iter()
            .all(|(name, _)| name.extension().is_none_or(|e| e != "part"))
    );
}

#[test]
fn the_script_for_postgresql_makes_the_rows_of_the_database() {
    let folder = Folder::new();
    let mut options = folder.options(20_000, 11);
    options.only = Some(vec![Delivery::Settlements]);
    folder.simulate(&options);
    let folder = folder.path().join("inbox/medical_security");
    let database = crate::reading::read(&folder, "settlement.sqlite", "insurance.settlement");
    let script = crate::reading::script(&folder.join("settlement.postgres.sql"));
    assert_eq!(database.rows.len(), 2_400);
    assert!(database.rows == script.rows);
}
