//! Files that were made to hurt are refused for the first thing that is wrong with them, and not read on.

use std::fmt::Write as _;
use std::fs;

use crate::Code;

use super::{air, load, write};

/// The codes of what is said about a dataset file.
fn codes(text: impl AsRef<[u8]>) -> Vec<Code> {
    let folder = write(&air(""));
    fs::write(folder.path().join("air/datasets/hostile.yaml"), text).unwrap();
    let loaded = load(folder.path());
    loaded.problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn deep_nesting_is_refused() {
    assert_eq!(codes("[".repeat(100_000)), [Code::TooDeep]);
    assert_eq!(codes("{a: ".repeat(100_000)), [Code::TooDeep]);
    assert_eq!(codes("- ".repeat(100_000)), [Code::TooDeep]);
    assert_eq!(codes("? ".repeat(100_000)), [Code::KeyNotText]);
    let stairs = (0..1_000).fold(String::new(), |mut text, depth| {
        let _ = writeln!(text, "{}a:", " ".repeat(depth));
        text
    });
    assert_eq!(codes(stairs), [Code::TooDeep]);
}

#[test]
fn aliases_are_refused_before_they_explode() {
    let mut bomb = String::from("a0: &a0 [lol]\n");
    for level in 1..30 {
        let _ = writeln!(
            bomb,
            "a{level}: &a{level} [{}]",
            vec![format!("*a{}", level - 1); 9].join(", ")
        );
    }
    assert_eq!(codes(bomb), [Code::YamlAlias]);
    assert_eq!(codes("a: &x 1\n<<: *x\n"), [Code::YamlAlias]);
}

#[test]
fn a_huge_file_is_not_read() {
    assert_eq!(codes(vec![b'a'; 50 << 20]), [Code::FileTooLarge]);
}

#[test]
fn a_huge_scalar_is_refused() {
    let scalar = "a".repeat(1_000_000);
    assert_eq!(codes(format!("dataset: {scalar}")), [Code::TooMuch]);
    assert_eq!(codes(format!("dataset: \"{scalar}\"")), [Code::TooMuch]);
    assert_eq!(codes(format!("dataset: |\n  {scalar}")), [Code::TooMuch]);
    assert_eq!(codes(format!("{scalar}: 1")), [Code::TooMuch]);
    assert_eq!(codes(format!("? {scalar}\n: 1")), [Code::TooMuch]);
}

#[test]
fn many_values_and_many_problems_are_bounded() {
    assert_eq!(codes("- 1\n".repeat(200_000)), [Code::TooMuch]);
    let keys = (0..20_000).fold(String::new(), |mut text, key| {
        let _ = writeln!(text, "key{key}: {key}");
        text
    });
    let codes = codes(keys);
    assert!(codes.len() <= 101, "{}", codes.len());
    assert!(codes.contains(&Code::TooManyProblems));
}

#[test]
fn what_is_no_text_is_refused() {
    assert_eq!(codes([0xff, 0xfe, 0x00]), [Code::NotText]);
    assert_eq!(
        codes("dataset: air.hostile\n\0rest: hidden"),
        [Code::NotText]
    );
    assert_eq!(codes("a: !!python/object x"), [Code::YamlTag]);
    assert_eq!(codes("a: 1\n---\nb: 2\n"), [Code::SeveralDocuments]);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_pack_are_not_followed() {
    use std::os::unix::fs::symlink;

    let folder = write(&air("== outside/secret.yaml
dataset: air.secret
"));
    let pack = folder.path().join("air");
    symlink(
        folder.path().join("outside/secret.yaml"),
        pack.join("datasets/secret.yaml"),
    )
    .unwrap();
    symlink("/", pack.join("codes")).unwrap();
    symlink(&pack, pack.join("rules")).unwrap();
    symlink("/etc/passwd", pack.join("data")).unwrap();
    let loaded = load(&pack);
    let codes: Vec<Code> = loaded.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [Code::PathOutside; 3]);
}

#[cfg(unix)]
#[test]
fn a_device_or_pipe_is_not_read() {
    use std::os::unix::net::UnixListener;

    let folder = write(&air(""));
    let _listener = UnixListener::bind(folder.path().join("air/datasets/socket.yaml")).unwrap();
    let loaded = load(folder.path());
    let codes: Vec<Code> = loaded.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [Code::UnreadableFile]);
}

#[test]
fn a_long_chain_of_packs_is_no_deep_recursion() {
    let files = (0..500).fold(String::new(), |mut text, pack| {
        let _ = writeln!(
            text,
            "== p{pack}/pack.yaml\npack: p{pack}\nversion: 1.0.0\ntitle: {{zh: 包}}\nneeds: [p{}]\n== p{pack}/README.md",
            (pack + 1) % 500
        );
        text
    });
    let folder = write(&files);
    let loaded = load(folder.path());
    let codes: Vec<Code> = loaded.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [Code::NeedsCycle]);
}

#[test]
fn signs_that_a_terminal_obeys_are_not_repeated() {
    let folder = write(&air("== air/codes/kind.yaml
codes: air.kind
title: {zh: 类别}
values: {a: {zh: 甲, \u{202e}en: x}}
"));
    let loaded = load(folder.path());
    let text = loaded
        .problems
        .iter()
        .map(ToString::to_string)
        .collect::<String>();
    assert!(!text.is_empty());
    assert!(!text.contains('\u{202e}'), "{text}");
}
