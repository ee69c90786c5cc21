use super::*;

fn over(key: &str, text: &str) -> Override {
    Override::flag(key, text, &format!("--set {key}"))
}

#[test]
fn flags_go_over_the_environment_and_that_over_the_file() {
    let file = "data = \"a\"\nquery_rows = 1\nquery_memory = \"2 GiB\"\n[settings.air]\nair_api = \"x\"\nlimit = 1\n";
    let config = Config::merge(
        Some((file, Path::new("yandu.toml"))),
        [
            over("query_rows", "2"),
            over("query_rows", "3"),
            over("packs", "p:q"),
            over("settings.air.limit", "7"),
            over("settings.air.share", "-0.5"),
            over("settings.air.word", "infinity"),
        ],
    )
    .unwrap();
    assert_eq!(config.data, Path::new("a"));
    assert_eq!(config.query_rows, 3);
    assert_eq!(config.query_memory, Size(2 << 30));
    assert_eq!(config.packs, [PathBuf::from("p"), PathBuf::from("q")]);
    let air = &config.settings["air"];
    assert_eq!(
        (air["air_api"].as_str(), air["limit"].as_integer()),
        (Some("x"), Some(7))
    );
    assert_eq!(air["share"].as_float(), Some(-0.5));
    assert_eq!(air["word"].as_str(), Some("infinity"));
}

#[test]
fn a_fault_names_its_place() {
    let message = |file: &str, overrides: Vec<Override>| {
        Config::merge(Some((file, Path::new("yandu.toml"))), overrides)
            .unwrap_err()
            .message
    };
    assert!(
        message("data = \"a\"\nquery_row = 1\n", vec![])
            .starts_with("`yandu.toml` line 2: unknown field `query_row`")
    );
    assert!(
        message("query_seconds = \"soon\"", vec![])
            .starts_with("`yandu.toml` line 1: invalid type")
    );
    let text = message("", vec![over("query_seconds", "soon")]);
    assert!(
        text.starts_with("`soon` of `--set query_seconds`: "),
        "{text}"
    );
    assert_eq!(
        message("", vec![over("colour", "red")]),
        "`--set colour`: there is no key `colour`"
    );
}

#[test]
fn every_key_is_documented_with_its_default() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let document = keys::document();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == document,
        "docs/configuration.md is out of date: run the test with UPDATE=1"
    );
}

#[test]
fn the_documented_defaults_are_the_defaults() {
    let lines: Vec<String> = keys::KEYS
        .iter()
        .filter(|key| key.name != "city")
        .map(|key| format!("{} = {}", key.name, key.default))
        .collect();
    let text = lines.join("\n");
    assert_eq!(toml::from_str::<Config>(&text).unwrap(), Config::default());
    // Every field but the settings of packs and accounts has a key: an unknown one is refused with the list of all.
    let all = toml::from_str::<Config>("x = 1").unwrap_err().to_string();
    let fields = all.matches('`').count() / 2 - 1;
    let named = keys::KEYS
        .iter()
        .filter_map(|key| key.name.split('.').next());
    let named: std::collections::BTreeSet<&str> = named.collect();
    assert_eq!(fields, named.len() + 2, "{all}");
}

#[test]
fn a_site_behind_a_proxy_gives_its_one_address_all_places() {
    let set = [
        over("visitors.files", "40"),
        over("visitors.files_of_one", "40"),
        over("visitors.looks_of_one", "8"),
    ];
    let options = Config::merge(None, set).unwrap().visitors.options();
    assert_eq!((options.files, options.files_of_one), (40, 40));
    assert_eq!((options.looks, options.looks_of_one), (8, 8));
}

#[test]
fn a_provider_is_whole_or_is_refused_with_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "s3cret-of-the-client\n").unwrap();
    let file = path.to_string_lossy().into_owned();
    let read = |overrides: &[(&str, &str)]| {
        let overrides = overrides.iter().map(|(key, text)| over(key, text));
        let config = Config::merge(None, overrides).unwrap();
        config.openid.options().map_err(|failure| failure.line())
    };
    assert!(read(&[]).unwrap().is_none());
    let issuer = ("openid.issuer", "https://sso.example.gov.cn");
    let client = ("openid.client_id", "yandu");
    let secret = ("openid.client_secret_file", file.as_str());
    let whole = read(&[issuer, client, secret]).unwrap().unwrap();
    assert_eq!(whole.provider.issuer(), "https://sso.example.gov.cn");
    assert_eq!(whole.name, "统一身份认证");
    for (overrides, told) in [
        (
            vec![client],
            "`openid.client_id` is set, and `openid.issuer` is not",
        ),
        (
            vec![issuer, client],
            "`openid.client_secret_file` is missing",
        ),
        (vec![issuer, secret], "`openid.client_id` is missing"),
        (
            vec![
                ("openid.issuer", "http://sso.example.gov.cn"),
                client,
                secret,
            ],
            "`openid.issuer` must begin with `https://`",
        ),
        (
            vec![("openid.issuer", "sso"), client, secret],
            "`openid.issuer` is no address",
        ),
        (
            vec![issuer, client, secret, ("openid.unknown", "create")],
            "`openid.unknown` is `create`",
        ),
        (
            vec![issuer, client, secret, ("openid.scopes", "profile email")],
            "`openid.scopes` holds `profile email`",
        ),
        (
            vec![
                issuer,
                client,
                ("openid.client_secret_file", "/nowhere/secret"),
            ],
            "cannot read `/nowhere/secret`",
        ),
    ] {
        let failure = read(&overrides).err().unwrap();
        assert!(failure.starts_with(told), "{failure}");
        assert!(!failure.contains("s3cret"), "{failure}");
    }
    std::fs::write(&path, "").unwrap();
    let failure = read(&[issuer, client, secret]).err().unwrap();
    assert!(failure.contains("without a secret"), "{failure}");
    let config = Config::merge(None, [over(issuer.0, issuer.1), over(client.0, client.1)]).unwrap();
    assert!(!format!("{config:?}").contains("s3cret"));
}
