use serde_json::json;

use super::site::{Site, bare, ids};
use crate::{Error, Facet, Filter, Lacking, Search, Sort};

#[tokio::test]
async fn a_search_sees_what_was_acknowledged_before_it() {
    let site = Site::new().await;
    for number in 0..30 {
        site.register(&format!("e{number}"), bare("盐业专卖许可", "市发展改革委"))
            .await
            .unwrap();
        assert_eq!(site.ids("盐业专卖").await.len(), number + 1);
        let word = format!("渔港{number}号");
        site.patch(&format!("e{number}"), json!({"about": word}))
            .await
            .unwrap();
        assert!(site.ids(&word).await.contains(&format!("e{number}")));
    }
    site.patch("e7", json!({"title": {"zh": "海域使用权"}}))
        .await
        .unwrap();
    assert_eq!(site.ids("盐业专卖").await.len(), 29);
    assert_eq!(site.ids("海域使用").await, ["e7"]);
    site.ledger.close().await.unwrap();
    assert_eq!(site.ids("盐业专卖").await.len(), 29);
    assert_eq!(site.ids("海域使用").await, ["e7"]);
}

#[tokio::test]
async fn a_title_weighs_more_than_a_column_and_a_column_more_than_a_description() {
    let site = Site::new().await;
    let mut about = bare("甲", "市局");
    about["about"] = json!("记录房屋租赁情况");
    let mut column = bare("乙", "市局");
    column["columns"] = json!([{"name": "lease", "title": {"zh": "房屋租赁"}}]);
    site.register("about", about).await.unwrap();
    site.register("column", column).await.unwrap();
    site.register("title", bare("房屋租赁备案登记信息汇总", "市局"))
        .await
        .unwrap();
    site.register("exact", bare("房屋租赁", "市局"))
        .await
        .unwrap();
    assert_eq!(
        site.ids("房屋租赁").await,
        ["exact", "title", "column", "about"]
    );
}

#[tokio::test]
async fn filters_narrow_down_and_facets_count_what_could_be_chosen_instead() {
    let site = Site::new().await;
    for (id, owner, division, sharing) in [
        ("a", "市公安局", "320902", "conditional"),
        ("b", "市公安局", "320902001", "unconditional"),
        ("c", "市民政局", "320903", "conditional"),
        ("d", "市民政局", "320900", "none"),
    ] {
        let mut entry = bare("登记信息", owner);
        entry["division"] = json!(division);
        entry["sharing"] = json!({"class": sharing});
        site.register(id, entry).await.unwrap();
    }
    let search = |filter: Filter| Search {
        filter,
        ..Search::default()
    };
    let found = site
        .ledger
        .search(&search(Filter::default().with(Facet::Division, ["320902"])))
        .await
        .unwrap();
    assert_eq!(ids(&found), ["a", "b"]);
    let city = site
        .ledger
        .search(&search(Filter::default().with(Facet::Division, ["320900"])))
        .await
        .unwrap();
    assert_eq!(city.total, 4);
    let police = site
        .ledger
        .search(&search(
            Filter::default()
                .with(Facet::Owner, ["市公安局"])
                .with(Facet::Sharing, ["conditional", "none"]),
        ))
        .await
        .unwrap();
    assert_eq!(ids(&police), ["a"]);
    let counts = |facet: Facet| -> Vec<(String, u64)> {
        let (_, counts) = police.facets.iter().find(|(of, _)| *of == facet).unwrap();
        counts
            .iter()
            .map(|count| (count.value.clone(), count.count))
            .collect()
    };
    assert_eq!(
        counts(Facet::Owner),
        [("市民政局".to_owned(), 2), ("市公安局".to_owned(), 1)]
    );
    assert_eq!(
        counts(Facet::Sharing),
        [
            ("unconditional".to_owned(), 1),
            ("conditional".to_owned(), 1)
        ]
    );
    assert_eq!(counts(Facet::Division), [("320902".to_owned(), 1)]);
    let nobody = site
        .ledger
        .search(&search(Filter::default().with(Facet::Owner, ["市消防局"])))
        .await
        .unwrap();
    assert_eq!(nobody.total, 0);
    let mut lacking = Filter::default();
    lacking
        .lacks
        .push(Lacking::from_name("sharing-basis").unwrap());
    assert_eq!(
        ids(&site.ledger.search(&search(lacking)).await.unwrap()),
        ["a", "c", "d"]
    );
}

#[tokio::test]
async fn as_many_values_of_a_facet_are_told_as_are_asked_for() {
    let site = Site::new().await;
    let lines: Vec<String> = (0..700)
        .map(|number| {
            let mut entry = bare("登记", &format!("单位{}", number / 2));
            entry["id"] = json!(format!("e{number}"));
            entry.to_string()
        })
        .collect();
    let path = site.write("owners.jsonl", lines.join("\n"));
    site.ledger
        .import(&super::site::who(), &path, crate::Format::JsonLines, None)
        .await
        .unwrap();
    for (facet_values, told) in [(0, 0), (10, 10), (1_000, 350)] {
        let search = Search {
            facet_values,
            ..Search::default()
        };
        let page = site.ledger.search(&search).await.unwrap();
        let (_, owners) = page
            .facets
            .iter()
            .find(|(facet, _)| *facet == Facet::Owner)
            .unwrap();
        assert_eq!(owners.len(), told);
        assert!(owners.iter().all(|owner| owner.count == 2));
    }
}

#[tokio::test]
async fn pages_follow_each_other_in_every_order_while_entries_come_and_go() {
    let site = Site::new().await;
    for number in 0..57 {
        let mut entry = bare(&format!("登记信息{}", number % 7), "市局");
        entry["division"] = json!("320902");
        site.register(&format!("e{number:02}"), entry)
            .await
            .unwrap();
        let facts = crate::Facts {
            rows: (number % 3 != 0).then_some(number * 10 % 70),
            score: (number % 4 != 0).then_some((number % 5) as f64 * 10.0),
            ..crate::Facts::default()
        };
        site.ledger
            .note_facts(&format!("e{number:02}"), facts)
            .await
            .unwrap();
    }
    for (sort, q) in [
        (Sort::Title, ""),
        (Sort::Updated, ""),
        (Sort::Score, ""),
        (Sort::Rows, "登记"),
        (Sort::Relevance, "登记信息"),
    ] {
        let mut search = Search {
            q: q.to_owned(),
            sort,
            limit: 200,
            ..Search::default()
        };
        let all = ids(&site.ledger.search(&search).await.unwrap());
        assert_eq!(all.len(), 57);
        search.limit = 10;
        let mut paged = Vec::new();
        loop {
            let page = site.ledger.search(&search).await.unwrap();
            assert_eq!(page.total, 57);
            paged.extend(ids(&page));
            let Some(next) = page.next else { break };
            search.after = Some(next);
        }
        assert_eq!(paged, all, "{sort:?}");
    }
    // What comes before the key does not move what comes after it.
    let mut search = Search {
        sort: Sort::Title,
        limit: 10,
        ..Search::default()
    };
    let whole = ids(&site
        .ledger
        .search(&Search {
            limit: 200,
            ..search.clone()
        })
        .await
        .unwrap());
    let first = site.ledger.search(&search).await.unwrap();
    site.register("new", bare("阿", "市局")).await.unwrap();
    search.after = first.next;
    let second = site.ledger.search(&search).await.unwrap();
    assert_eq!(ids(&second), whole[10..20]);
}

#[tokio::test]
async fn a_key_of_another_order_or_of_nobody_is_refused() {
    let site = Site::new().await;
    for number in 0..5 {
        site.register(&format!("e{number}"), bare("登记", "市局"))
            .await
            .unwrap();
    }
    let page = site
        .ledger
        .search(&Search {
            sort: Sort::Title,
            limit: 2,
            ..Search::default()
        })
        .await
        .unwrap();
    let long = "61".repeat(10_000);
    for after in [
        page.next.unwrap().as_str(),
        "zz",
        "7b7d",
        "é",
        long.as_str(),
    ] {
        let refused = site
            .ledger
            .search(&Search {
                sort: Sort::Updated,
                after: Some(after.to_owned()),
                ..Search::default()
            })
            .await;
        assert!(
            matches!(
                refused,
                Err(Error::Parameter {
                    parameter: "after",
                    ..
                })
            ),
            "{after}"
        );
    }
}

#[tokio::test]
async fn findings_come_back_in_pieces_of_plain_text() {
    let site = Site::new().await;
    let mut entry = bare("全市常住人口<b>登记</b>", "市公安局");
    entry["about"] = json!("公安机关常住人口登记，每人一行。");
    entry["columns"] = json!([{"name": "mobile", "title": {"zh": "手机号码"}}]);
    site.register("a", entry).await.unwrap();
    let hits = |pieces: Option<&Vec<crate::Piece>>| -> Vec<String> {
        pieces
            .into_iter()
            .flatten()
            .filter(|piece| piece.is_hit)
            .map(|piece| piece.text.clone())
            .collect()
    };
    for (q, title, about) in [
        ("常住人口", "常住人口", "常住人口"),
        ("常駐", "", ""),
        ("czrk", "常住人口", ""),
        ("renkou", "人口", ""),
        ("b", "b", ""),
    ] {
        let page = site.find(q).await;
        let Some(hit) = page.hits.first() else {
            assert_eq!(title, "", "{q}");
            continue;
        };
        let highlight = hit.highlight.as_ref().unwrap();
        if !title.is_empty() {
            assert_eq!(hits(highlight.title.as_ref())[0], title, "{q}");
        }
        assert_eq!(hits(highlight.about.as_ref()).concat(), about, "{q}");
        if let Some(title) = &highlight.title {
            let text: String = title.iter().map(|piece| piece.text.as_str()).collect();
            assert_eq!(text, "全市常住人口<b>登记</b>");
        }
    }
    let page = site.find("手机号码").await;
    let (name, _) = &page.hits[0].highlight.as_ref().unwrap().columns[0];
    assert_eq!(name, "mobile");
    assert!(page.hits[0].entry.content.columns.is_empty());
}

#[tokio::test]
async fn tags_are_counted_and_narrow_down_what_is_found() {
    let site = Site::new().await;
    for (id, tags) in [
        ("a", json!(["水", "路"])),
        ("b", json!(["水"])),
        ("c", json!([])),
        ("d", json!(["unset"])),
    ] {
        let mut entry = bare(&format!("表{id}"), "市局");
        entry["tags"] = tags;
        site.register(id, entry).await.unwrap();
    }
    let tags = async |filter: Filter| site.ledger.tags(filter).await.unwrap();
    let count = |tags: &std::collections::BTreeMap<String, u64>| {
        let tags = tags.iter();
        tags.map(|(tag, count)| format!("{tag} {count}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        count(&tags(Filter::default()).await),
        ["unset 1", "水 2", "路 1"]
    );
    let tagged = |tags: &[&str]| Filter {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..Filter::default()
    };
    let found = async |filter: Filter| {
        let search = Search {
            filter,
            sort: Sort::Title,
            ..Search::default()
        };
        let page = site.ledger.search(&search).await.unwrap();
        assert_eq!(page.total as usize, page.hits.len());
        ids(&page)
    };
    assert_eq!(found(tagged(&["水"])).await, ["a", "b"]);
    assert_eq!(found(tagged(&["路", "unset"])).await, ["a", "d"]);
    assert_eq!(found(tagged(&["没有"])).await, [""; 0]);
    let own = tagged(&["水"]).with(Facet::Owner, ["市水利局"]);
    assert_eq!(count(&tags(own).await), [""; 0]);

    site.patch("a", json!({"tags": ["路"]})).await.unwrap();
    assert_eq!(found(tagged(&["水"])).await, ["b"]);
    let site = site.killed().await;
    let tags = site.ledger.tags(tagged(&["水"])).await.unwrap();
    assert_eq!(count(&tags), ["水 1"]);
}

/// Each facet by itself: what it counts, and what a choice of one of its values leaves.
#[tokio::test]
async fn every_facet_counts_its_own_values_and_narrows_down_by_them() {
    let site = Site::new().await;
    let of = |facet: Facet| match facet {
        Facet::Owner => ("owner", ["市公安局", "市民政局"]),
        Facet::Division => ("division", ["320902", "320981"]),
        Facet::Theme => ("theme", ["生态环境", "社会保障"]),
        Facet::Kind => ("kind", ["api", "file"]),
        Facet::Opening => ("opening", ["open", "closed"]),
        Facet::Origin => ("origin", ["collect", "form"]),
        Facet::Grade => ("grade", ["general-2", "core"]),
        Facet::Refresh => ("refresh", ["daily", "ten-daily"]),
        Facet::Sharing => ("sharing", ["unconditional", "none"]),
        Facet::Point => ("points", ["3", "17"]),
        // How an entry stands and whether it is late are not written down; they have tests of their own.
        Facet::Status | Facet::Fresh => ("", ["", ""]),
    };
    let facets = Facet::ALL
        .into_iter()
        .filter(|facet| !of(*facet).0.is_empty());
    for facet in facets.clone() {
        let (field, values) = of(facet);
        for (place, value) in values.into_iter().enumerate() {
            let mut entry = bare("表", "市数据局");
            entry[field] = match facet {
                Facet::Sharing => json!({"class": value, "basis": "法"}),
                Facet::Point => json!([value.parse::<u8>().unwrap()]),
                _ => json!(value),
            };
            site.register(&format!("{field}-{place}"), entry)
                .await
                .unwrap();
        }
    }
    for facet in facets {
        let (field, values) = of(facet);
        for (place, value) in values.into_iter().enumerate() {
            let search = Search {
                filter: Filter::default().with(facet, [value]),
                facets: true,
                ..Search::default()
            };
            let page = site.ledger.search(&search).await.unwrap();
            assert_eq!(ids(&page), [format!("{field}-{place}")], "{field} {value}");
            let (_, counts) = page
                .facets
                .iter()
                .find(|(counted, _)| *counted == facet)
                .unwrap();
            for known in values {
                let count = counts.iter().find(|count| count.value == known);
                assert_eq!(count.map(|count| count.count), Some(1), "{field} {known}");
            }
        }
    }
}
