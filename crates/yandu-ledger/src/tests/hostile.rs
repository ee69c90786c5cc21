use serde_json::json;

use super::site::{Site, bare};
use crate::{Error, Search};

#[tokio::test]
async fn queries_of_any_kind_are_answered_or_refused_and_never_fail() {
    let site = Site::new().await;
    site.register("a", bare("登记", "市局")).await.unwrap();
    for q in [
        "*",
        ".*",
        "(a|b)+c{1000}",
        "a OR b AND",
        "title:登记",
        "\"",
        "\\",
        "%' OR 1=1 --",
        "<script>alert(1)</script>",
        "\u{0}\u{1}\u{202e}",
        "\u{feff}",
        "   ",
        "。，！",
        "a\u{300}\u{301}",
        "🙂🙂",
        "𠮷野家",
        "___...---",
        "q q q q q q q q q q q q q q q q q q q q q q q q",
    ] {
        site.find(q).await;
    }
    assert_eq!(site.ids("登记").await, ["a"]);
    assert!(site.ids("。，！").await.is_empty());
    let long = Search {
        q: "登".repeat(100 << 10),
        ..Search::default()
    };
    assert!(matches!(
        site.ledger.search(&long).await,
        Err(Error::Parameter { parameter: "q", .. })
    ));
    let words = "行".repeat(200);
    assert!(site.ids(&words).await.is_empty());
}

#[tokio::test]
async fn what_is_too_long_or_makes_no_sense_is_not_kept() {
    let site = Site::new().await;
    for (content, at) in [
        (
            json!({"title": {"zh": "表".repeat(201)}, "owner": "市局"}),
            "title.zh",
        ),
        (
            json!({"title": {"zh": "表"}, "owner": "市局", "about": "字".repeat(10_001)}),
            "about",
        ),
        (
            json!({"title": {"zh": "\u{0}\u{202e}"}, "owner": "市局"}),
            "title.zh",
        ),
        (
            json!({"title": {"zh": "表"}, "owner": "市局", "division": "999999"}),
            "division",
        ),
        (
            json!({"title": {"zh": "表"}, "owner": "市局", "tags": vec!["a"; 201]}),
            "tags",
        ),
        (
            json!({"title": {"zh": "表"}, "owner": "市局", "key": ["x"]}),
            "key",
        ),
        (
            json!({"title": {"zh": "表"}, "owner": "市局", "related": ["../x"]}),
            "related",
        ),
        (
            json!({"title": {"zh": "表"}, "owner": "市局", "columns": [
                {"name": "a", "title": {"zh": "甲"}}, {"name": "a", "title": {"zh": "乙"}}]}),
            "columns",
        ),
    ] {
        match site.register("x", content).await {
            Err(Error::Invalid { field, .. }) => assert_eq!(field, at),
            other => panic!("{at}: {other:?}"),
        }
    }
    assert!(site.ledger.is_empty());
    for id in ["", "A", "a b", "-a", "a/b", "表", &"a".repeat(128)] {
        assert!(id.parse::<crate::EntryId>().is_err(), "{id}");
    }
}

#[tokio::test]
async fn a_misspelling_of_a_long_word_is_marked_at_once() {
    let site = Site::new().await;
    let word = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
    site.register("a", bare(word, "市局")).await.unwrap();
    let typed = format!("{}9", &word[..word.len() - 1]);
    assert_eq!(site.ids(&typed).await, ["a"]);
}

#[tokio::test]
async fn an_entry_that_nobody_answers_for_is_not_registered() {
    let site = Site::new().await;
    for content in [
        json!({"title": {"zh": "表"}}),
        json!({"title": {"zh": "表"}, "owner": " "}),
    ] {
        let refused = site.register("a", content).await;
        assert!(
            matches!(refused, Err(Error::Invalid { ref field, .. }) if field == "owner"),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_title_of_polyphones_and_scripts_stays_what_it_is() {
    let site = Site::new().await;
    let title = format!("<img src=x onerror=alert(1)>{}", "行重长会".repeat(20));
    site.register("a", bare(&title, "市局")).await.unwrap();
    assert_eq!(
        site.ledger.entry("a").await.unwrap().content.title.zh,
        title
    );
    assert_eq!(site.ids("onerror").await, ["a"]);
    assert_eq!(site.ids("hangzhongzhanghui").await, ["a"]);
}
