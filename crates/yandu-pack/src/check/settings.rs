//! Settings of packs.

use yandu_words::PackId;

use super::{Checker, secrets};
use crate::declare::Literal;
use crate::file::FileText;
use crate::load::Declared;
use crate::problem::{Code, quoted};

pub(super) fn check(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    for pack in &drafts.packs {
        for (name, setting) in &pack.declaration.settings {
            if setting.uncertain && setting.basis.is_none() {
                let problem = pack
                    .at_key(
                        Code::UncertainSetting,
                        &format!("/settings/{name}"),
                        format!("the setting `{name}` is uncertain, and nothing says where its value comes from"),
                    )
                    .help("add `basis`: the document or estimate that the value was taken from, and what is in doubt");
                checker.push(problem);
            }
            if let Literal::Text(text) = &setting.default
                && secrets::is_secret(name.as_str(), text)
            {
                let problem = pack
                    .at(
                        Code::LiteralSecret,
                        &format!("/settings/{name}/default"),
                        format!("the default of the setting `{name}` holds a secret"),
                    )
                    .help(secrets::HELP);
                checker.push(FileText::redact(problem));
            }
        }
    }
}

/// Reports each `${name}` of a text that is no setting of the pack.
pub(super) fn used<T>(checker: &mut Checker<'_>, from: &Declared<T>, pointer: &str, text: &str) {
    let Some(pack) = checker.pack_of_folder.get(&from.folder).copied() else {
        return;
    };
    let id: &PackId = &pack.declaration.pack;
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else {
            let problem = from
                .at(Code::MissingSetting, pointer, "`${` is never closed")
                .help("a setting is used as `${name}`");
            return checker.push(problem);
        };
        if !checker.has_setting(pack, name) {
            let problem = from
                .at(
                    Code::MissingSetting,
                    pointer,
                    format!("the pack `{id}` has no setting {}", quoted(name)),
                )
                .help(checker.mend_of_setting(pack, name));
            checker.push(problem);
        }
        rest = after;
    }
}
