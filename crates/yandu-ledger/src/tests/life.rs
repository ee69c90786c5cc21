use serde_json::{Value, json};

use super::site::{Site, bare, complete, who};
use crate::{Element, Error, RevisionKind, Status};

#[tokio::test]
async fn an_entry_goes_through_its_life_and_every_step_is_kept() {
    let site = Site::new().await;
    site.register("aid.household", complete("低收入家庭"))
        .await
        .unwrap();
    let ledger = &site.ledger;
    for (to, reason) in [
        (Status::Reviewed, "已核对"),
        (Status::Published, "同意发布"),
    ] {
        ledger
            .transition(&who(), "aid.household", to, reason, None)
            .await
            .unwrap();
    }
    let published = ledger.entry("aid.household").await.unwrap();
    assert_eq!(published.status, Status::Published);
    assert!(published.published_at.is_some());
    let changed = site
        .patch(
            "aid.household",
            json!({"about": "按户登记，按月更新", "sharing": {"basis": "社会救助法"}}),
        )
        .await
        .unwrap();
    assert_eq!(changed.status, Status::Changed);
    assert_eq!(changed.published_at, published.published_at);
    ledger
        .transition(&who(), "aid.household", Status::Published, "重新发布", None)
        .await
        .unwrap();
    ledger
        .transition(&who(), "aid.household", Status::Withdrawn, "机构调整", None)
        .await
        .unwrap();
    let last = ledger
        .transition(&who(), "aid.household", Status::Drafted, "恢复", None)
        .await
        .unwrap();
    assert_eq!((last.status, last.revision), (Status::Drafted, 7));

    let history = ledger.history("aid.household", None, 100).await.unwrap();
    let steps: Vec<(u64, RevisionKind, Status, Option<&str>)> = history
        .iter()
        .rev()
        .map(|revision| {
            (
                revision.revision,
                revision.kind,
                revision.status_to,
                revision.reason.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        steps,
        [
            (1, RevisionKind::Created, Status::Drafted, None),
            (2, RevisionKind::Moved, Status::Reviewed, Some("已核对")),
            (3, RevisionKind::Moved, Status::Published, Some("同意发布")),
            (4, RevisionKind::Edited, Status::Changed, None),
            (5, RevisionKind::Moved, Status::Published, Some("重新发布")),
            (6, RevisionKind::Moved, Status::Withdrawn, Some("机构调整")),
            (7, RevisionKind::Moved, Status::Drafted, Some("恢复")),
        ]
    );
    let edit = &history[3];
    assert_eq!(edit.who, "local-administrator");
    let changes: Vec<(&str, &Value, &Value)> = edit
        .changes
        .iter()
        .map(|change| (change.field.as_str(), &change.from, &change.to))
        .collect();
    assert_eq!(
        changes,
        [
            ("about", &json!("按户登记"), &json!("按户登记，按月更新")),
            (
                "sharing.basis",
                &json!("社会救助暂行办法"),
                &json!("社会救助法")
            ),
        ]
    );
    assert_eq!(
        ledger.history("aid.household", Some(3), 1).await.unwrap()[0].revision,
        2
    );
}

#[tokio::test]
async fn a_move_that_is_not_in_the_table_is_refused_and_told_what_is() {
    let site = Site::new().await;
    site.register("a", complete("甲")).await.unwrap();
    for from in Status::ALL {
        for to in Status::ALL {
            sqlx::query("UPDATE entry SET status = ? WHERE id = 'a'")
                .bind(from.name())
                .execute(site.store.pool())
                .await
                .unwrap();
            let moved = site.ledger.transition(&who(), "a", to, "试", None).await;
            if from.moves().contains(&to) {
                assert_eq!(moved.unwrap().status, to);
            } else {
                let refused = moved.unwrap_err();
                assert!(matches!(refused, Error::Refused { .. }), "{refused}");
                let help = refused.help().unwrap();
                for allowed in from.moves() {
                    assert!(help.contains(allowed.name()), "{help}");
                }
            }
        }
    }
    assert!(
        !Status::ALL
            .iter()
            .any(|from| from.moves().contains(&Status::Changed))
    );
    assert!(matches!(
        site.ledger
            .transition(&who(), "a", Status::Drafted, "  ", None)
            .await,
        Err(Error::NoReason)
    ));
}

#[tokio::test]
async fn an_entry_without_one_of_its_elements_is_not_published_and_says_which() {
    let site = Site::new().await;
    for (number, (field, value, lacks)) in [
        ("theme", json!(null), Element::Theme),
        ("code", json!(null), Element::Code),
        ("owner_code", json!(null), Element::OwnerCode),
        ("about", json!(" "), Element::About),
        ("grade", json!(null), Element::Grade),
        (
            "sharing",
            json!({"class": "none", "method": "service"}),
            Element::SharingBasis,
        ),
        (
            "sharing",
            json!({"class": "conditional", "basis": "法", "method": "service"}),
            Element::SharingCondition,
        ),
        (
            "sharing",
            json!({"class": "unconditional"}),
            Element::SharingMethod,
        ),
        (
            "sharing",
            json!({"method": "service"}),
            Element::SharingClass,
        ),
        ("opening", json!(null), Element::Opening),
        ("opening", json!("conditional"), Element::OpeningCondition),
        ("refresh", json!(null), Element::Refresh),
        ("contact", json!(""), Element::Contact),
        (
            "columns",
            json!([{"name": "number", "title": {"zh": "编号"}}]),
            Element::Grade,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("e{number}");
        let mut content = complete("表");
        content[field] = value;
        let entry = site.register(&id, content).await.unwrap();
        assert_eq!(entry.lacks, [lacks], "{field}");
        site.ledger
            .transition(&who(), &id, Status::Reviewed, "核对", None)
            .await
            .unwrap();
        match site
            .ledger
            .transition(&who(), &id, Status::Published, "发布", None)
            .await
        {
            Err(Error::Incomplete { lacks: named, .. }) => assert_eq!(named, [lacks]),
            other => panic!("{field}: {other:?}"),
        }
        assert_eq!(
            site.ledger.entry(&id).await.unwrap().status,
            Status::Reviewed
        );
    }
    let mut keyless = complete("表");
    keyless["key"] = json!([]);
    let entry = site.register("keyless", keyless).await.unwrap();
    assert_eq!(entry.lacks, [Element::Key]);
    for to in [Status::Reviewed, Status::Published] {
        site.ledger
            .transition(&who(), "keyless", to, "无主键的流水表", None)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_change_takes_the_review_back_and_no_change_makes_no_revision() {
    let site = Site::new().await;
    site.register("a", complete("甲")).await.unwrap();
    site.ledger
        .transition(&who(), "a", Status::Reviewed, "核对", None)
        .await
        .unwrap();
    let same = site
        .patch("a", json!({"about": " 按户登记 "}))
        .await
        .unwrap();
    assert_eq!((same.status, same.revision), (Status::Reviewed, 2));
    let other = site
        .patch("a", json!({"about": "另一种说明"}))
        .await
        .unwrap();
    assert_eq!((other.status, other.revision), (Status::Drafted, 3));
}

#[tokio::test]
async fn the_history_cannot_be_written_over() {
    let site = Site::new().await;
    site.register("a", complete("甲")).await.unwrap();
    for sql in [
        "UPDATE entry_revision SET who = 'nobody'",
        "DELETE FROM entry_revision",
    ] {
        let refused = sqlx::query(sql).execute(site.store.pool()).await;
        assert!(
            refused
                .unwrap_err()
                .to_string()
                .contains("a revision is never")
        );
    }
}

#[tokio::test]
async fn of_changes_to_one_revision_only_one_is_made() {
    let site = Site::new().await;
    site.register("a", complete("甲")).await.unwrap();
    let edits = (0..16).map(|number| {
        let ledger = site.ledger.clone();
        tokio::spawn(async move {
            let edit = crate::Edit {
                set: super::site::object(json!({"about": format!("第{number}种")})),
                reason: None,
            };
            ledger.patch(&who(), "a", edit, Some(1)).await
        })
    });
    let mut made = 0;
    for edit in edits.collect::<Vec<_>>() {
        match edit.await.unwrap() {
            Ok(entry) => {
                assert_eq!(entry.revision, 2);
                made += 1;
            }
            Err(Error::Outdated {
                revision: 2,
                expected: 1,
                ..
            }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(site.ledger.history("a", None, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn duties_say_who_is_told_when_a_delivery_is_late() {
    let site = Site::new().await;
    let told = |entry: &crate::Entry| entry.duties()[3].who.clone();
    let entry = site.register("a", bare("甲", "市民政局")).await.unwrap();
    assert_eq!(told(&entry).as_deref(), Some("市民政局"));
    let entry = site.patch("a", json!({"steward": "王芳"})).await.unwrap();
    assert_eq!(told(&entry).as_deref(), Some("王芳"));
    let entry = site
        .patch("a", json!({"late_contact": "值班室 88886666"}))
        .await
        .unwrap();
    assert_eq!(told(&entry).as_deref(), Some("值班室 88886666"));
}

#[tokio::test]
async fn facts_and_uses_stand_beside_an_entry_and_make_no_revisions() {
    let site = Site::new().await;
    site.register("a", complete("甲")).await.unwrap();
    let facts = crate::Facts {
        rows: Some(42),
        score: Some(97.5),
        fresh: Some(true),
        last_at: Some(jiff::Timestamp::UNIX_EPOCH),
        ..crate::Facts::default()
    };
    site.ledger.note_facts("a", facts.clone()).await.unwrap();
    site.ledger
        .note_facts("nobody", facts.clone())
        .await
        .unwrap();
    let now = jiff::Timestamp::now();
    for _ in 0..3 {
        site.ledger.note_use("a", &who(), now);
    }
    site.ledger.flush_uses().await.unwrap();
    site.ledger.note_use("a", &who(), now);
    let long_ago = now - jiff::SignedDuration::from_hours(24 * 31);
    site.ledger.note_use("a", &who(), long_ago);
    let entry = site.ledger.entry("a").await.unwrap();
    assert_eq!(
        (entry.facts.clone(), entry.revision, entry.uses_30_days),
        (facts.clone(), 1, 4)
    );
    site.patch("a", json!({"about": "改"})).await.unwrap();
    site.ledger.close().await.unwrap();
    let site = site.killed().await;
    let entry = site.ledger.entry("a").await.unwrap();
    assert_eq!((entry.facts, entry.uses_30_days), (facts, 4));
}
