//! Packs that need each other.

use yandu_words::PackId;

use super::{Checker, alternatives_sorted, order};
use crate::problem::Code;
use crate::schema::FileKind;

pub(super) fn check(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    for pack in &drafts.packs {
        for (index, need) in pack.declaration.needs.iter().enumerate() {
            if checker.packs.contains_key(need) || drafts.is_unread(FileKind::Pack, need.as_str()) {
                continue;
            }
            let known: Vec<&str> = checker.packs.keys().map(PackId::as_str).collect();
            let problem = pack
                .at(
                    Code::MissingPack,
                    &format!("/needs/{index}"),
                    format!("there is no pack `{need}`"),
                )
                .help_if(alternatives_sorted(need.as_str(), "packs", known));
            checker.push(problem);
        }
    }
    for cycle in order::cycles(&order::needs(&drafts.packs)) {
        let ids: Vec<&PackId> = cycle
            .iter()
            .filter_map(|index| drafts.packs.get(*index))
            .map(|pack| &pack.declaration.pack)
            .collect();
        let (Some(first), Some(second)) = (ids.first(), ids.get(1).or(ids.first())) else {
            continue;
        };
        let Some(pack) = cycle.first().and_then(|index| drafts.packs.get(*index)) else {
            continue;
        };
        let place = pack
            .declaration
            .needs
            .iter()
            .position(|need| need == *second);
        let spelled: Vec<&str> = ids.iter().chain([first]).map(|id| id.as_str()).collect();
        let problem = pack
            .at(
                Code::NeedsCycle,
                &format!("/needs/{}", place.unwrap_or_default()),
                format!(
                    "packs need each other in a circle: `{}`",
                    spelled.join(" → ")
                ),
            )
            .help("move what both need into a pack of its own");
        checker.push(problem);
    }
}
