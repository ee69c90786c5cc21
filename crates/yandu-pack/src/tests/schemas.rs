use std::path::PathBuf;
use std::{env, fs};

use crate::FileKind;

fn path(kind: FileKind) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../../schemas/{}.schema.json", kind.name()))
}

/// `UPDATE=1 cargo test -p yandu-pack schemas` writes them anew.
#[test]
fn the_committed_schemas_are_those_of_the_declarations() {
    for kind in FileKind::ALL {
        let mut text = serde_json::to_string_pretty(kind.schema()).unwrap();
        text.push('\n');
        if env::var_os("UPDATE").is_some() {
            fs::create_dir_all(path(kind).parent().unwrap()).unwrap();
            fs::write(path(kind), &text).unwrap();
        }
        let committed = fs::read_to_string(path(kind)).unwrap_or_default();
        assert_eq!(
            committed, text,
            "run `UPDATE=1 cargo test -p yandu-pack schemas`"
        );
    }
}

#[test]
fn every_definition_of_a_schema_is_used() {
    for kind in FileKind::ALL {
        let text = kind.schema().to_string();
        let parts = kind.schema()["$defs"].as_object();
        for name in parts.into_iter().flatten().map(|(name, _)| name) {
            let used = format!("\"#/$defs/{name}\"");
            assert!(text.contains(&used), "{}: {name}", kind.name());
        }
    }
}

#[test]
fn the_schemas_are_valid() {
    for kind in FileKind::ALL {
        jsonschema::meta::validate(kind.schema()).unwrap();
        jsonschema::validator_for(kind.schema()).unwrap();
    }
}
