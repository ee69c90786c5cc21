use super::*;

fn nothing(_: &str) -> Option<String> {
    None
}

fn site() -> (tempfile::TempDir, Secrets) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("secrets")).unwrap();
    let secrets = Secrets::with_environment(folder.path(), nothing);
    (folder, secrets)
}

fn stored(name: &str) -> declare::Secret {
    declare::Secret::Stored(name.to_owned())
}

#[test]
fn printing_a_secret_shows_nothing_of_it() {
    let secret = Secret::new("pa55");
    assert_eq!(
        format!("{secret} {secret:?} {:?}", Some(&secret)),
        "*** *** Some(***)"
    );
    assert_eq!(secret.expose(), "pa55");
}

#[test]
fn a_stored_secret_comes_back_and_is_on_disk_only_sealed() {
    let (folder, secrets) = site();
    secrets
        .set("air_token", &Secret::new("令牌 pa55word"))
        .unwrap();
    assert_eq!(
        secrets.resolve(&stored("air_token")).unwrap().expose(),
        "令牌 pa55word"
    );
    let bytes = fs::read(folder.path().join("secrets/stored/air_token")).unwrap();
    assert!(!bytes.windows(8).any(|window| window == b"pa55word"));
    secrets.set("air_token", &Secret::new("second")).unwrap();
    assert_eq!(
        secrets.resolve(&stored("air_token")).unwrap().expose(),
        "second"
    );
    let names: Vec<String> = secrets
        .list()
        .unwrap()
        .into_iter()
        .map(|secret| secret.name)
        .collect();
    assert_eq!(names, ["air_token"]);
    assert!(secrets.remove("air_token").unwrap());
    assert!(!secrets.remove("air_token").unwrap());
    assert!(secrets.resolve(&stored("air_token")).is_err());
}

#[cfg(unix)]
#[test]
fn the_key_and_what_it_seals_are_readable_by_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, secrets) = site();
    secrets.set("token", &Secret::new("x")).unwrap();
    for path in ["secrets/key", "secrets/stored/token"] {
        let mode = fs::metadata(folder.path().join(path))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{path}");
    }
    let key = folder.path().join("secrets/key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = secrets.resolve(&stored("token")).unwrap_err();
    assert!(refused.to_string().contains("others may read"), "{refused}");
}

#[test]
fn a_sealed_file_is_of_no_use_under_another_name_or_key() {
    let (folder, secrets) = site();
    secrets.set("one", &Secret::new("1")).unwrap();
    let at = |name: &str| folder.path().join("secrets/stored").join(name);
    fs::copy(at("one"), at("two")).unwrap();
    assert!(secrets.resolve(&stored("two")).is_err());
    let other = Secrets::with_environment(folder.path(), |name| {
        (name == KEY_VARIABLE).then(|| "0f".repeat(32))
    });
    assert!(other.resolve(&stored("one")).is_err());
    other.set("three", &Secret::new("3")).unwrap();
    assert_eq!(other.resolve(&stored("three")).unwrap().expose(), "3");
}

#[test]
fn a_lost_key_is_not_silently_replaced() {
    let (folder, secrets) = site();
    secrets.set("one", &Secret::new("1")).unwrap();
    fs::remove_file(folder.path().join("secrets/key")).unwrap();
    for error in [
        secrets.resolve(&stored("one")).unwrap_err(),
        secrets.set("two", &Secret::new("2")).unwrap_err(),
    ] {
        assert!(
            error.to_string().contains("the key that sealed it is gone"),
            "{error}"
        );
    }
}

#[test]
fn damage_of_any_byte_is_noticed() {
    let (folder, secrets) = site();
    secrets.set("token", &Secret::new("x")).unwrap();
    let path = folder.path().join("secrets/stored/token");
    let sound = fs::read(&path).unwrap();
    for at in 0..sound.len() {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert!(secrets.resolve(&stored("token")).is_err(), "byte {at}");
    }
    fs::write(&path, &sound[..10]).unwrap();
    assert!(secrets.resolve(&stored("token")).is_err());
}

#[test]
fn names_that_are_paths_are_refused() {
    let (_folder, secrets) = site();
    for name in ["../key", "", "A", "a/b", "a.b", &"a".repeat(64)] {
        assert!(
            matches!(
                secrets.set(name, &Secret::new("x")),
                Err(Error::SecretName(_))
            ),
            "{name}"
        );
    }
}

#[test]
fn the_environment_gives_secrets_but_not_the_key_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = Secrets::with_environment(folder.path(), |name| match name {
        "TOKEN" => Some("t".to_owned()),
        "EMPTY" => Some(String::new()),
        KEY_VARIABLE => Some("0f".repeat(32)),
        _ => None,
    });
    let resolve = |name: &str| secrets.resolve(&declare::Secret::Env(name.to_owned()));
    assert_eq!(resolve("TOKEN").unwrap().expose(), "t");
    for name in ["EMPTY", "ABSENT", KEY_VARIABLE] {
        assert!(resolve(name).is_err(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_read_or_that_lies_elsewhere_holds_no_secret() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, secrets) = site();
    let path = folder.path().join("secrets/token");
    fs::write(&path, "from a file\n").unwrap();
    let resolve = |path: &str| secrets.resolve(&declare::Secret::File(path.to_owned()));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(
        resolve("secrets/token")
            .unwrap_err()
            .to_string()
            .contains("chmod 600")
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(resolve("secrets/token").unwrap().expose(), "from a file");
    secrets.set("other", &Secret::new("x")).unwrap();
    for elsewhere in [
        "../token",
        "/etc/hostname",
        "secrets/key",
        "secrets/stored/other",
        "secrets/absent",
    ] {
        assert!(resolve(elsewhere).is_err(), "{elsewhere}");
    }
}
