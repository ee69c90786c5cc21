use std::fs;
use std::path::{Path, PathBuf};

use super::{BackupAbout, BackupContent, BackupInfo, BackupItem, BackupProgress, Listed, Vault};
use crate::Error;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in [
            ("data/format.json", "{\"format\": 1}"),
            ("data/raw/ab/abc.zst", "delivery"),
            ("data/secrets/stored/token", "sealed"),
            ("data/tail/a/b/1.journal", "frame one|frame two"),
        ] {
            write(&folder.path().join(path), content);
        }
        Self { folder }
    }

    fn data(&self, path: &str) -> PathBuf {
        self.folder.path().join("data").join(path)
    }

    fn vault_folder(&self) -> PathBuf {
        self.folder.path().join("backups")
    }

    fn vault(&self) -> Vault {
        Vault::create(&self.vault_folder()).unwrap()
    }

    fn items(&self) -> Vec<BackupItem> {
        let item = |path: &str, content| BackupItem {
            path: path.to_owned(),
            content,
        };
        vec![
            item(
                "format.json",
                BackupContent::Loose(self.data("format.json")),
            ),
            item(
                "raw/ab/abc.zst",
                BackupContent::Fixed(self.data("raw/ab/abc.zst")),
            ),
            item(
                "secrets/stored/token",
                BackupContent::Loose(self.data("secrets/stored/token")),
            ),
            item(
                "tail/a/b/1.journal",
                BackupContent::Beginning(self.data("tail/a/b/1.journal"), 9),
            ),
            item("lake/_last", BackupContent::Bytes(b"7".to_vec())),
            item("gone", BackupContent::Loose(self.data("gone"))),
        ]
    }

    fn back_up(&self) -> super::Written {
        self.vault()
            .write(
                &self.items(),
                BackupAbout::default(),
                &BackupProgress::default(),
            )
            .unwrap()
    }

    fn restore(&self, id: Option<&str>, name: &str) -> crate::Result<PathBuf> {
        let vault = Vault::open(&self.vault_folder())?;
        let target = self.folder.path().join(name);
        let list = vault.list(id)?;
        vault.restore(&list, &target, &BackupProgress::default())?;
        Ok(target)
    }
}

fn write(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// The files of the vault that hold contents.
fn objects(place: &Place) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in fs::read_dir(place.vault_folder().join("objects")).unwrap() {
        let entries = fs::read_dir(folder.unwrap().path()).unwrap();
        found.extend(entries.map(|entry| entry.unwrap().path()));
    }
    found.sort();
    found
}

/// The backups whose lists can be read.
fn whole(vault: &Vault) -> Vec<BackupInfo> {
    let backups = vault.backups().unwrap().into_iter();
    backups
        .filter_map(|listed| match listed {
            Listed::Whole(info) => Some(info),
            Listed::Damaged { .. } => None,
        })
        .collect()
}

/// The files of the lists.
fn lists(place: &Place) -> Vec<PathBuf> {
    let folder = fs::read_dir(place.vault_folder().join("backups")).unwrap();
    let mut lists: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    lists.sort();
    lists
}

#[test]
fn what_was_backed_up_comes_back_as_it_was_at_that_moment() {
    let place = Place::new();
    let first = place.back_up();
    assert_eq!(first.files_written, 5);
    write(
        &place.data("format.json"),
        "{\"format\": 1, \"changed\": true}",
    );
    let second = place.back_up();
    assert_eq!(second.files_written, 1, "only what is new is written");
    assert!(second.backup.id > first.backup.id);
    let target = place.restore(Some(&first.backup.id), "old").unwrap();
    assert_eq!(read(&target.join("format.json")), "{\"format\": 1}");
    assert_eq!(read(&target.join("raw/ab/abc.zst")), "delivery");
    assert_eq!(read(&target.join("tail/a/b/1.journal")), "frame one");
    assert_eq!(read(&target.join("lake/_last")), "7");
    assert!(!target.join("gone").exists() && !target.join("restoring").exists());
    let modified = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
    assert_eq!(
        modified(&target.join("raw/ab/abc.zst")),
        modified(&place.data("raw/ab/abc.zst"))
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(target.join("secrets")), 0o700);
        assert_eq!(mode(target.join("secrets/stored/token")), 0o600);
        assert_eq!(mode(place.vault_folder()), 0o700);
    }
    let newest = place.restore(None, "new").unwrap();
    assert!(read(&newest.join("format.json")).contains("changed"));
}

#[test]
fn a_folder_that_is_not_empty_is_neither_restored_into_nor_taken_for_backups() {
    let place = Place::new();
    place.back_up();
    write(&place.folder.path().join("full/thesis.doc"), "mine");
    assert!(matches!(
        place.restore(None, "full"),
        Err(Error::RestoreTarget(_))
    ));
    assert_eq!(read(&place.folder.path().join("full/thesis.doc")), "mine");
    assert!(matches!(
        Vault::create(&place.folder.path().join("full")),
        Err(Error::BackupFolder { .. })
    ));
    for none in ["full", "nothing"] {
        let refused = Vault::open(&place.folder.path().join(none)).unwrap_err();
        assert!(matches!(refused, Error::NoVault(_)), "{refused}");
        let help = refused.help().unwrap();
        assert!(!help.contains("empty"), "{help}");
    }
    let file = place.folder.path().join("full/thesis.doc");
    let vault = place.vault();
    let list = vault.list(None).unwrap();
    assert!(matches!(
        vault.restore(&list, &file, &BackupProgress::default()),
        Err(Error::RestoreTarget(_))
    ));
    drop(vault);
    fs::create_dir(place.folder.path().join("empty")).unwrap();
    place.restore(None, "empty").unwrap();
}

#[test]
fn a_backup_that_was_cut_short_is_no_backup_and_leaves_the_one_before() {
    let place = Place::new();
    let vault = place.vault();
    let progress = BackupProgress::default();
    progress.cancel();
    let cancelled = vault.write(&place.items(), BackupAbout::default(), &progress);
    assert!(matches!(cancelled, Err(Error::BackupCancelled)));
    assert!(matches!(vault.list(None), Err(Error::NoBackup { .. })));
    drop(vault);
    let first = place.back_up();
    let mut items = place.items();
    items.push(BackupItem {
        path: "raw/missing".to_owned(),
        content: BackupContent::Fixed(place.data("raw/missing")),
    });
    let vault = place.vault();
    let failed = vault.write(&items, BackupAbout::default(), &BackupProgress::default());
    assert!(
        matches!(failed, Err(Error::BackupFile { .. })),
        "{failed:?}"
    );
    assert_eq!(vault.list(None).unwrap().id, first.backup.id);
    let partial = fs::read_dir(place.vault_folder().join("partial")).unwrap();
    assert_eq!(partial.count(), 0);
}

#[test]
fn a_changed_list_and_a_changed_content_are_found() {
    let place = Place::new();
    place.back_up();
    let check = || {
        let vault = Vault::open(&place.vault_folder()).unwrap();
        let list = vault.list(None)?;
        vault.check(&list, &BackupProgress::default())
    };
    assert_eq!(check().unwrap().files, 5);
    let kept = objects(&place);
    assert!(!kept.is_empty());
    for object in kept {
        let before = fs::read(&object).unwrap();
        let mut after = before.clone();
        after[0] ^= 1;
        for damage in [after, Vec::new()] {
            fs::write(&object, &damage).unwrap();
            assert!(place.restore(None, "new").is_err());
            assert!(matches!(check(), Err(Error::BackupDamaged { .. })));
            assert!(
                !place.folder.path().join("new").exists(),
                "nothing is left of a restore that failed"
            );
        }
        fs::write(&object, &before).unwrap();
    }
    check().unwrap();
    let lists = fs::read_dir(place.vault_folder().join("backups")).unwrap();
    let list = lists.map(|entry| entry.unwrap().path()).next().unwrap();
    let text = read(&list);
    fs::write(&list, text.replace("abc.zst", "abd.zst")).unwrap();
    assert!(matches!(check(), Err(Error::BackupDamaged { .. })));
}

#[test]
fn a_list_names_nothing_outside_a_data_folder() {
    let place = Place::new();
    place.back_up();
    for path in ["../evil", "/evil", ""] {
        let mut list = place.vault().list(None).unwrap();
        list.id = format!("{}-x", list.id);
        list.files[0].path = path.to_owned();
        let (name, bytes) = list.written().unwrap();
        let place_of_list = place.vault_folder().join("backups").join(name);
        fs::write(&place_of_list, bytes).unwrap();
        assert!(matches!(
            place.restore(Some(&list.id), "new"),
            Err(Error::BackupDamaged { .. })
        ));
        fs::remove_file(place_of_list).unwrap();
    }
}

#[test]
fn a_restore_that_was_killed_is_begun_anew_and_never_a_data_folder() {
    let place = Place::new();
    place.back_up();
    let target = place.folder.path().join("new");
    write(&target.join("restoring"), super::restore::MARK_TEXT);
    write(&target.join("raw/half"), "half");
    assert!(matches!(
        crate::DataFolder::open(&target),
        Err(Error::Foreign { .. })
    ));
    place.restore(None, "new").unwrap();
    assert!(!target.join("raw/half").exists());
    crate::DataFolder::open(&target).unwrap();
}

#[test]
fn older_backups_go_with_what_only_they_have() {
    let place = Place::new();
    for number in 0..4 {
        write(
            &place.data("format.json"),
            &format!("{{\"format\": 1, \"n\": {number}}}"),
        );
        place.back_up();
    }
    assert_eq!(objects(&place).len(), 8);
    assert_eq!(place.vault().prune(2).unwrap(), 2);
    assert_eq!(whole(&place.vault()).len(), 2);
    assert_eq!(objects(&place).len(), 6);
    let vault = place.vault();
    for backup in whole(&vault) {
        let list = vault.list(Some(&backup.id)).unwrap();
        vault.check(&list, &BackupProgress::default()).unwrap();
    }
    assert_eq!(vault.prune(0).unwrap(), 1, "the newest always stays");
}

#[test]
fn one_process_at_a_time_works_on_a_folder() {
    let place = Place::new();
    let held = place.vault();
    assert!(matches!(
        Vault::create(&place.vault_folder()),
        Err(Error::VaultInUse(_))
    ));
    drop(held);
    place.vault();
}

#[test]
fn a_full_disk_is_told_of_as_one() {
    let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
    assert_eq!(
        Error::backup("write", Path::new("/b"))(full).code(),
        "disk-full"
    );
}

#[test]
fn a_folder_whose_making_was_cut_short_takes_backups_and_no_other_folder_does() {
    let place = Place::new();
    let vault = place.vault_folder();
    for folder in ["backups", "objects", "partial"] {
        fs::create_dir_all(vault.join(folder)).unwrap();
    }
    write(&vault.join("lock"), "");
    let draft = vault.join("partial/0199f1f0-0000-7000-8000-000000000000");
    write(&draft, "{\"form");
    place.back_up();
    assert!(!draft.exists());
    for foreign in ["partial/letter.doc", "objects/ab", "lock"] {
        let other = place.folder.path().join("other");
        write(&other.join(foreign), "mine");
        assert!(
            matches!(Vault::create(&other), Err(Error::BackupFolder { .. })),
            "{foreign}"
        );
        assert_eq!(read(&other.join(foreign)), "mine");
        fs::remove_dir_all(&other).unwrap();
    }
}

#[test]
fn a_folder_of_a_newer_program_is_left_alone() {
    let place = Place::new();
    place.back_up();
    write(
        &place.vault_folder().join("yandu-backups.json"),
        "{\"format\": 2}",
    );
    for opened in [
        Vault::open(&place.vault_folder()),
        Vault::create(&place.vault_folder()),
    ] {
        assert!(matches!(opened, Err(Error::NewerFormat { found: 2, .. })));
    }
}

#[test]
fn one_damaged_list_hides_no_other_backup_and_stops_no_new_one() {
    let place = Place::new();
    let mut ids = Vec::new();
    for number in 0..3 {
        let text = format!("{{\"format\": 1, \"n\": {number}}}");
        write(&place.data("format.json"), &text);
        ids.push(place.back_up().backup.id);
    }
    let third = lists(&place).remove(2);
    fs::write(&third, read(&third).replace("abc.zst", "abd.zst")).unwrap();
    write(
        &place.vault_folder().join("backups/._left.json"),
        "by another system",
    );
    let listed = place.vault().backups().unwrap();
    assert_eq!(listed.len(), 3);
    assert!(matches!(&listed[2], Listed::Damaged { id, .. } if *id == ids[2]));
    let readable: Vec<String> = whole(&place.vault())
        .into_iter()
        .map(|info| info.id)
        .collect();
    assert_eq!(readable, [ids[0].clone(), ids[1].clone()]);

    let before = objects(&place).len();
    let newest = place.back_up().backup.id;
    assert_eq!(
        place.vault().prune(2).unwrap(),
        1,
        "the damaged list is none of the two"
    );
    assert_eq!(place.vault().backups().unwrap().len(), 3);
    assert_eq!(
        objects(&place).len(),
        before,
        "nobody knows what the damaged list has"
    );
    assert_eq!(
        place.vault().prune(1).unwrap(),
        2,
        "older than all that is kept it goes"
    );
    let vault = place.vault();
    assert_eq!(whole(&vault).len(), 1);
    let list = vault.list(Some(&newest)).unwrap();
    vault.check(&list, &BackupProgress::default()).unwrap();
    assert_eq!(objects(&place).len(), 5);
}

#[test]
fn a_content_that_was_found_damaged_is_written_anew_by_the_next_backup() {
    let place = Place::new();
    place.back_up();
    for object in objects(&place).iter().take(2) {
        let mut bytes = fs::read(object).unwrap();
        bytes[0] ^= 1;
        fs::write(object, bytes).unwrap();
    }
    let check = || {
        let vault = place.vault();
        let list = vault.list(None)?;
        vault.check(&list, &BackupProgress::default())
    };
    let told = check().unwrap_err().to_string();
    assert!(told.contains("and 1 more files"), "{told}");
    assert_eq!(place.back_up().files_written, 2);
    check().unwrap();
}

#[test]
fn a_folder_with_a_file_named_like_the_mark_is_not_emptied() {
    let place = Place::new();
    place.back_up();
    let target = place.folder.path().join("mine");
    write(&target.join("restoring"), "furniture");
    write(&target.join("thesis.doc"), "mine");
    assert!(matches!(
        place.restore(None, "mine"),
        Err(Error::RestoreTarget(_))
    ));
    assert_eq!(read(&target.join("thesis.doc")), "mine");
}

#[test]
fn two_restores_never_mix_in_one_folder() {
    let place = Place::new();
    place.back_up();
    let target = place.folder.path().join("new");
    write(&target.join("restoring"), super::restore::MARK_TEXT);
    let other = fs::File::open(target.join("restoring")).unwrap();
    other.lock().unwrap();
    let refused = place.restore(None, "new");
    assert!(
        matches!(refused, Err(Error::RestoreRunning(_))),
        "{refused:?}"
    );
    drop(other);
    place.restore(None, "new").unwrap();
}
