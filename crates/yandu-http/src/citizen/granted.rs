//! A grant in words: what of which dataset, for which purpose, until when, how often, and what became of it.

use jiff::Timestamp;
use maud::{Markup, html};
use yandu_access::{Account, Conflict, Grant, Grantee, GranteeKind, LOCAL_ADMINISTRATOR};
use yandu_pack::Packs;
use yandu_policy::mask_of;
use yandu_words::id::DatasetId;

use super::language::{Language, Speech};
use super::{fields, told};
use crate::state::State;

/// What became of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Holds,
    /// Its term has not begun.
    Waits,
    /// It holds and shows nothing, because the dataset is another one now.
    Rests,
    Expired,
    UsedUp,
    /// Its grantee gave it up.
    Renounced,
    Revoked,
}

impl Standing {
    pub(super) fn of(grant: &Grant, now: Timestamp) -> Self {
        let granted = &grant.granted;
        match &grant.revoked {
            Some(ended) if granted.to.kind.is_account() && ended.by == granted.to.id => {
                Self::Renounced
            }
            Some(_) => Self::Revoked,
            None if now >= granted.until => Self::Expired,
            None if granted.uses.is_some_and(|uses| grant.used >= uses) => Self::UsedUp,
            None if grant.is_waiting(now) => Self::Waits,
            None if grant.broken.is_some() => Self::Rests,
            None => Self::Holds,
        }
    }

    pub(super) fn is_over(self) -> bool {
        !matches!(self, Self::Holds | Self::Waits | Self::Rests)
    }

    fn word(self, speech: &Speech) -> &'static str {
        match self {
            Self::Holds => speech.say("生效中", "in force"),
            Self::Waits => speech.say("尚未开始", "not begun"),
            Self::Rests => speech.say("暂不能用", "rests"),
            Self::Expired => speech.say("已到期", "expired"),
            Self::UsedUp => speech.say("次数已用完", "used up"),
            Self::Renounced => speech.say("已放弃", "given up"),
            Self::Revoked => speech.say("已收回", "revoked"),
        }
    }

    pub(super) fn tag(self, speech: &Speech) -> Markup {
        let class = match self {
            Self::Holds => "tag",
            Self::Waits | Self::Rests => "tag tag-ask",
            _ => "tag tag-off",
        };
        html! { span class=(class) { (self.word(speech)) } }
    }
}

/// Whether a grant is to the account itself, so that it can be given up.
pub(super) fn is_own(grant: &Grant, account: &Account) -> bool {
    grant.granted.to == Grantee::of(account)
}

/// What a dataset is called.
pub(super) fn title(speech: &Speech, packs: &Packs, id: &DatasetId) -> String {
    let dataset = packs.dataset(id);
    dataset.map_or_else(
        || id.to_string(),
        |dataset| speech.title(&dataset.file().title).to_owned(),
    )
}

/// All that is granted to an account, line by line, and what is taken back of it.
pub(super) async fn facts(
    state: &State,
    speech: &Speech,
    account: &Account,
    grant: &Grant,
) -> Markup {
    let packs = state.collector().packs();
    let withheld = state.door().taken_back_from(grant, account);
    let granted = &grant.granted;
    let giver = name(state, speech, &grant.given_by).await;
    let ways = granted.ways.iter();
    let ways: Vec<String> = ways
        .map(|way| told::word(speech.language, "way", way.name()))
        .collect();
    let comma = speech.say("、", ", ");
    let used = match granted.uses {
        None => speech.say("不限次数", "as often as you like").to_owned(),
        Some(uses) => match speech.language {
            Language::Chinese => format!("已用 {} 次，共 {uses} 次", grant.used),
            Language::English => format!("{} of {uses} used", grant.used),
        },
    };
    html! {
        dl class="facts" {
            dt { (speech.say("用途", "Purpose")) }
            dd { (granted.purpose) }
            dt { (speech.say("字段", "Fields")) }
            dd { (columns(speech, &packs, grant, &withheld)) }
            dt { (speech.say("行", "Rows")) }
            dd {
                @match &granted.rows {
                    None => (speech.say("全部行", "all rows")),
                    Some(condition) => {
                        (speech.say("符合条件的行：", "rows with ")) code translate="no" { (condition) }
                    }
                }
            }
            @if let Some(from) = granted.from {
                dt { (speech.say("起始", "From")) }
                dd { (told::time(from)) }
            }
            dt { (speech.say("期限", "Until")) }
            dd { (told::until(speech.language, granted.until)) }
            dt { (speech.say("次数", "Uses")) }
            dd { (used) }
            dt { (speech.say("方式", "Ways")) }
            dd { (ways.join(comma)) }
            @if let Some(basis) = &granted.basis {
                dt { (speech.say("依据", "Basis")) }
                dd { (basis) }
            }
            dt { (speech.say("授予", "Given")) }
            dd { (giver) " · " (told::time(grant.given_at)) }
            @if let Some(as_whom) = as_whom(state, speech, &granted.to) {
                dt { (speech.say("授予给", "Given to")) }
                dd { (as_whom) }
            }
            @if let Some(ended) = &grant.revoked {
                dt { (speech.say("收回或放弃", "Ended")) }
                dd { (name(state, speech, &ended.by).await) " · " (told::time(ended.at)) " · " (ended.why) }
            }
            dt { (speech.say("编号", "Number")) }
            dd { code translate="no" { (grant.id) " · " (granted.dataset) } }
        }
    }
}

fn columns(speech: &Speech, packs: &Packs, grant: &Grant, withheld: &[Conflict]) -> Markup {
    let granted = &grant.granted;
    let dataset = packs.dataset(&granted.dataset);
    let titled = |name: &str| {
        dataset.map_or_else(
            || name.to_owned(),
            |dataset| fields::title(speech, dataset, name).to_owned(),
        )
    };
    let comma = speech.say("、", ", ");
    // In the order of the declaration, as everywhere else.
    let place = |name: &str| {
        let dataset = dataset?;
        let mut columns = dataset.file().columns.keys();
        columns.position(|column| column.as_str() == name)
    };
    let named = granted.columns.as_ref().map(|columns| {
        let mut columns: Vec<&String> = columns.iter().collect();
        columns.sort_by_key(|name| place(name).unwrap_or(usize::MAX));
        let titles: Vec<String> = columns.iter().map(|name| titled(name)).collect();
        titles.join(comma)
    });
    let is_withheld = |name: &str| {
        withheld
            .iter()
            .any(|one| one.column.as_deref().is_none_or(|column| column == name))
    };
    // A mask is no more to be seen than what it stands for.
    let masks: Vec<String> = granted
        .masks
        .iter()
        .filter(|(name, _)| !is_withheld(name))
        .map(|(name, mask)| {
            let left = mask_of(mask)
                .map_or_else(|_| mask.clone(), |mask| told::mask(speech.language, &mask));
            format!("{}{}{left}", titled(name), speech.say("：", ": "))
        })
        .collect();
    html! {
        (named.as_deref().unwrap_or(speech.say("全部字段", "all fields")))
        p class="hint" {
            (speech.say("按原值显示到", "Shown as they are up to ")) (told::grade(speech.language, granted.up_to))
            (speech.say("，更高级别的脱敏", "; masked above"))
            @if !masks.is_empty() { (speech.say("；", "; ")) (masks.join(speech.say("；", "; "))) }
        }
        @for one in withheld {
            p class="note" {
                @match &one.column {
                    Some(column) => (titled(column)),
                    None => (speech.say("全部数据", "all of it")),
                }
                (speech.say("：", ": "))
                (told::text(speech.language, "sights.because-withheld", &[("policy", &one.policy)]).unwrap_or_default())
                @if let Some(basis) = &one.basis { (speech.say("（", " (")) (basis) (speech.say("）", ")")) }
            }
        }
    }
}

/// The department or the role for which the account has a grant; none where it is its own.
fn as_whom(state: &State, speech: &Speech, to: &Grantee) -> Option<String> {
    match to.kind {
        GranteeKind::Department => Some(to.id.clone()),
        GranteeKind::Role => {
            let known = state.door().accounts().known();
            let mut roles = known.roles.iter();
            let role = roles.find(|(role, _)| role.as_str() == to.id);
            Some(role.map_or_else(
                || to.id.clone(),
                |(_, title)| speech.title(title).to_owned(),
            ))
        }
        _ => None,
    }
}

/// What somebody is called who gave or ended a grant.
async fn name(state: &State, speech: &Speech, id: &str) -> String {
    if id == LOCAL_ADMINISTRATOR {
        return told::word(speech.language, "principal", id);
    }
    let Ok(account) = id.parse() else {
        return id.to_owned();
    };
    let account = state.door().accounts().find(&account).await;
    account.map_or_else(|_| id.to_owned(), |account| account.name)
}
