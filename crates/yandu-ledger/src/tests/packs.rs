use serde_json::json;

use super::site::{Site, bare, packs_of, shipped, who};
use crate::{Element, Error, RevisionKind, Status};

const PACK: &str = "pack: club\nversion: 0.1.0\ntitle: {zh: 社团}\npoints: [3, 12]\n";

fn member(more: &str) -> String {
    format!(
        "dataset: club.member\ntitle: {{zh: 会员, en: Member}}\nowner: 市民政局\norigin: collect\n\
         sharing: {{class: conditional, basis: 条例, condition: 申请}}\nopening: open\nrefresh: daily\nkey: [number]\n{more}\n\
         columns:\n  number: {{title: {{zh: 会员号}}, type: text}}\n  name: {{title: {{zh: 姓名}}, standard: name}}\n"
    )
}

#[tokio::test]
async fn datasets_of_packs_are_entries_and_only_a_difference_makes_a_revision() {
    let site = Site::new().await;
    let folder = site.folder.path().join("packs");
    let first = member("about: 社团会员");
    let packs = packs_of(
        &folder,
        &[
            ("club/pack.yaml", PACK),
            ("club/datasets/member.yaml", &first),
        ],
    );
    site.ledger.sync_packs(&packs).await.unwrap();
    site.ledger.sync_packs(&packs).await.unwrap();
    let entry = site.ledger.entry("club.member").await.unwrap();
    assert_eq!((entry.revision, entry.status), (1, Status::Drafted));
    assert_eq!(entry.content.points, [3, 12]);
    assert_eq!(entry.content.columns[1].standard.as_deref(), Some("name"));
    assert!(entry.is_pack);
    assert!(entry.lacks.contains(&Element::Code));
    assert!(!entry.lacks.contains(&Element::Grade));

    site.patch(
        "club.member",
        json!({"code": "307-1", "sharing": {"method": "service"}}),
    )
    .await
    .unwrap();
    let changed = member("about: 社团会员，按日更新");
    let packs = packs_of(
        &folder,
        &[
            ("club/pack.yaml", PACK),
            ("club/datasets/member.yaml", &changed),
        ],
    );
    site.ledger.sync_packs(&packs).await.unwrap();
    let entry = site.ledger.entry("club.member").await.unwrap();
    assert_eq!(entry.revision, 3);
    assert_eq!(entry.content.code.as_deref(), Some("307-1"));
    assert!(entry.content.sharing.method.is_some());
    let newest = &site.ledger.history("club.member", None, 1).await.unwrap()[0];
    assert_eq!(newest.kind, RevisionKind::Synced);
    assert_eq!(newest.changes.len(), 1);
    assert_eq!(newest.changes[0].field, "about");
}

#[tokio::test]
async fn what_a_pack_declares_is_changed_in_the_pack_alone() {
    let site = Site::new().await;
    let text = member("");
    let packs = packs_of(
        &site.folder.path().join("packs"),
        &[
            ("club/pack.yaml", PACK),
            ("club/datasets/member.yaml", &text),
        ],
    );
    site.ledger.sync_packs(&packs).await.unwrap();
    for (set, at) in [
        (json!({"title": {"zh": "社员"}}), "title.zh"),
        (json!({"sharing": {"class": "none"}}), "sharing.class"),
        (json!({"columns": []}), "columns.number"),
        (json!({"refresh": "yearly"}), "refresh"),
    ] {
        let set = match set {
            // A list of columns takes the key along.
            set if at == "columns.number" => {
                let mut set = set;
                set["key"] = json!([]);
                set
            }
            set => set,
        };
        match site.patch("club.member", set).await {
            Err(Error::ReadOnly { field, .. }) => {
                assert!(field == at || field == "key", "{field}");
            }
            other => panic!("{other:?}"),
        }
    }
    for (field, value) in [
        ("code", json!("307-1")),
        ("owner_code", json!("113209000142463002")),
        ("contact", json!("8888")),
        ("late_contact", json!("6666")),
        ("opening_condition", json!("实名")),
        ("division", json!("320902")),
        ("theme", json!("社会组织")),
        ("tags", json!(["社团"])),
        ("related", json!(["club.fee"])),
    ] {
        assert!(crate::OWN_FIELDS.contains(&field));
        site.patch("club.member", json!({field: value}))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_dataset_that_left_the_packs_is_withdrawn_and_may_come_back() {
    let site = Site::new().await;
    let folder = site.folder.path().join("packs");
    let text = member("");
    let with = [
        ("club/pack.yaml", PACK),
        ("club/datasets/member.yaml", text.as_str()),
    ];
    site.ledger
        .sync_packs(&packs_of(&folder, &with))
        .await
        .unwrap();
    site.patch("club.member", json!({"tags": ["社团"]}))
        .await
        .unwrap();
    let fee = text.replace("club.member", "club.fee");
    let without = [
        ("club/pack.yaml", PACK),
        ("club/datasets/fee.yaml", fee.as_str()),
    ];
    site.ledger
        .sync_packs(&packs_of(&folder, &without))
        .await
        .unwrap();
    let gone = site.ledger.entry("club.member").await.unwrap();
    assert_eq!((gone.status, gone.is_pack), (Status::Withdrawn, false));
    let why = site.ledger.history("club.member", None, 1).await.unwrap();
    assert!(why[0].reason.as_deref().unwrap().contains("不再声明"));
    site.ledger
        .sync_packs(&packs_of(&folder, &without))
        .await
        .unwrap();
    assert_eq!(site.ledger.entry("club.member").await.unwrap().revision, 3);

    site.ledger
        .sync_packs(&packs_of(&folder, &with))
        .await
        .unwrap();
    let back = site.ledger.entry("club.member").await.unwrap();
    assert_eq!((back.status, back.is_pack), (Status::Drafted, true));
    assert_eq!(back.content.tags, ["社团"]);

    site.ledger
        .transition(&who(), "club.member", Status::Withdrawn, "停用", None)
        .await
        .unwrap();
    site.ledger
        .sync_packs(&packs_of(&folder, &with))
        .await
        .unwrap();
    let stays = site.ledger.entry("club.member").await.unwrap();
    assert_eq!(stays.status, Status::Withdrawn);
}

#[tokio::test]
async fn an_entry_registered_by_hand_becomes_that_of_a_pack() {
    let site = Site::new().await;
    site.register("club.member", bare("会员册", "市民政局"))
        .await
        .unwrap();
    let text = member("");
    let packs = packs_of(
        &site.folder.path().join("packs"),
        &[
            ("club/pack.yaml", PACK),
            ("club/datasets/member.yaml", &text),
        ],
    );
    site.ledger.sync_packs(&packs).await.unwrap();
    let entry = site.ledger.entry("club.member").await.unwrap();
    assert!(entry.is_pack);
    assert_eq!(
        (entry.revision, entry.content.title.zh.as_str()),
        (2, "会员")
    );
}

#[tokio::test]
async fn the_shipped_packs_are_entries_with_owner_grade_and_columns() {
    let site = Site::new().await;
    let packs = shipped();
    site.ledger.sync_packs(&packs).await.unwrap();
    assert_eq!(site.ledger.len(), packs.datasets().len());
    for dataset in packs.datasets() {
        let entry = site.ledger.entry(dataset.id().as_str()).await.unwrap();
        for element in [
            Element::Owner,
            Element::Columns,
            Element::Grade,
            Element::SharingClass,
            Element::SharingBasis,
            Element::Opening,
            Element::Refresh,
        ] {
            assert!(
                !entry.lacks.contains(&element),
                "{} lacks {}",
                entry.id,
                element.name()
            );
        }
    }
}
