//! Tables of the catalogue that have rows, with the columns that PostgreSQL 15 has.

use arrow::array::RecordBatch;

use super::relation::{Attribute, CATALOGUE_OID, Relation};
use super::spec::Filled;
use super::{DATABASE, Seen};
use crate::types::{About, TYPES};

/// Whoever asks is the only role that the catalogue knows.
const ROLE_OID: u32 = 10;
const DATABASE_OID: u32 = 5;
const TABLESPACE_OID: u32 = 1_663;
/// The class of tables in descriptions.
const CLASS_OID: u32 = 1_259;
/// The way in which tables are kept.
const HEAP_OID: u32 = 2;
/// UTF8.
const ENCODING: i32 = 6;

type Make = fn(&Seen) -> RecordBatch;

pub(super) const TABLES: &[(&str, Make)] = &[
    ("pg_am", access_methods),
    ("pg_attribute", attributes),
    ("pg_authid", roles),
    ("pg_class", classes),
    ("pg_database", databases),
    ("pg_description", descriptions),
    ("pg_get_keywords", keywords),
    ("pg_namespace", namespaces),
    ("pg_roles", roles),
    ("pg_settings", settings),
    ("pg_tables", tables),
    ("pg_tablespace", tablespaces),
    ("pg_type", types),
    ("pg_user", users),
];

fn access_methods(_: &Seen) -> RecordBatch {
    Filled::new(&["heap"])
        .oid("oid", |_| HEAP_OID)
        .text("amname", |name| *name)
        .no_oids("amhandler")
        .text("amtype", |_| "t")
        .done()
}

fn namespaces(seen: &Seen) -> RecordBatch {
    Filled::new(&seen.relations().namespaces)
        .oid("oid", |namespace| namespace.oid)
        .text("nspname", |namespace| &namespace.name)
        .oid("nspowner", |_| ROLE_OID)
        .nothing("nspacl:_t")
        .done()
}

fn classes(seen: &Seen) -> RecordBatch {
    Filled::new(&seen.relations().all)
        .oid("oid", |relation| relation.oid)
        .text("relname", |relation| &relation.name)
        .oid("relnamespace", |relation| relation.schema_oid)
        .no_oids("reltype reloftype")
        .oid("relowner", |_| ROLE_OID)
        .oid("relam", |_| HEAP_OID)
        .no_oids("relfilenode reltablespace")
        .int4("relpages", |_| 0)
        // Never counted.
        .float4("reltuples", |_| -1.0)
        .int4("relallvisible", |_| 0)
        .no_oids("reltoastrelid")
        .untrue("relhasindex relisshared")
        .text("relpersistence", |_| "p")
        .text("relkind", |_| "r")
        .int2("relnatts", |relation| relation.attributes.len() as i16)
        .int2("relchecks", |_| 0)
        .untrue("relhasrules relhastriggers relhassubclass relrowsecurity relforcerowsecurity")
        .truth("relispopulated", |_| true)
        .text("relreplident", |_| "d")
        .untrue("relispartition")
        .no_oids("relrewrite relfrozenxid relminmxid")
        .nothing("relacl:_t reloptions:_t relpartbound:t")
        .done()
}

fn attributes(seen: &Seen) -> RecordBatch {
    let of = |relation: &'_ Relation| relation.attributes.len();
    let mut rows: Vec<(u32, &Attribute)> =
        Vec::with_capacity(seen.relations().all.iter().map(of).sum());
    for relation in &seen.relations().all {
        let attributes = relation.attributes.iter();
        rows.extend(attributes.map(|attribute| (relation.oid, attribute)));
    }
    Filled::new(&rows)
        .oid("attrelid", |(oid, _)| *oid)
        .text("attname", |(_, attribute)| &attribute.name)
        .oid("atttypid", |(_, attribute)| attribute.column.oid())
        .int4("attstattarget", |_| -1)
        .int2("attlen", |(_, attribute)| attribute.column.size())
        .int2("attnum", |(_, attribute)| attribute.number)
        .int4("attndims", |(_, attribute)| {
            i32::from(attribute.column.is_array)
        })
        .int4("attcacheoff", |_| -1)
        .int4("atttypmod", |(_, attribute)| attribute.column.modifier)
        .truth("attbyval", |(_, attribute)| attribute.column.size() > 0)
        .text("attalign", |_| "i")
        .text("attstorage", |_| "p")
        .text("attcompression", |_| "")
        .untrue("attnotnull atthasdef atthasmissing")
        .text("attidentity", |_| "")
        .text("attgenerated", |_| "")
        .untrue("attisdropped")
        .truth("attislocal", |_| true)
        .int4("attinhcount", |_| 0)
        .no_oids("attcollation")
        .nothing("attacl:_t attoptions:_t attfdwoptions:_t attmissingval:t")
        .done()
}

fn types(_: &Seen) -> RecordBatch {
    let plain = TYPES.iter().map(|about| (about, false));
    let arrays = TYPES.iter().filter(|about| about.array_oid != 0);
    let rows: Vec<(&About, bool)> = plain.chain(arrays.map(|about| (about, true))).collect();
    let oid = |(about, is_array): &(&About, bool)| {
        if *is_array {
            about.array_oid
        } else {
            about.oid
        }
    };
    let size = |(about, is_array): &(&About, bool)| if *is_array { -1 } else { about.size };
    let io = |way: &'static str| {
        move |(about, is_array): &(&About, bool)| match is_array {
            true => format!("array_{way}"),
            false => format!("{}{way}", about.name),
        }
    };
    Filled::new(&rows)
        .oid("oid", oid)
        .text("typname", |(about, is_array)| match is_array {
            true => format!("_{}", about.name),
            false => about.name.to_owned(),
        })
        .oid("typnamespace", |_| CATALOGUE_OID)
        .oid("typowner", |_| ROLE_OID)
        .int2("typlen", size)
        .truth("typbyval", move |row| size(row) > 0)
        .text("typtype", |_| "b")
        .text(
            "typcategory",
            |(about, is_array)| if *is_array { "A" } else { about.category },
        )
        .untrue("typispreferred")
        .truth("typisdefined", |_| true)
        .text("typdelim", |_| ",")
        .no_oids("typrelid")
        .text("typsubscript", |(_, is_array)| {
            if *is_array {
                "array_subscript_handler"
            } else {
                "-"
            }
        })
        .oid(
            "typelem",
            |(about, is_array)| if *is_array { about.oid } else { 0 },
        )
        .oid(
            "typarray",
            |(about, is_array)| if *is_array { 0 } else { about.array_oid },
        )
        .text("typinput", io("in"))
        .text("typoutput", io("out"))
        .text("typreceive", io("recv"))
        .text("typsend", io("send"))
        .text("typmodin", |_| "-")
        .text("typmodout", |_| "-")
        .text("typanalyze", |_| "-")
        .text("typalign", |_| "i")
        .text("typstorage", |_| "p")
        .untrue("typnotnull")
        .no_oids("typbasetype")
        .int4("typtypmod", |_| -1)
        .int4("typndims", |_| 0)
        .no_oids("typcollation")
        .nothing("typdefaultbin:t typdefault:t typacl:_t")
        .done()
}

fn descriptions(seen: &Seen) -> RecordBatch {
    let mut rows: Vec<(u32, i32, &str)> = Vec::new();
    for relation in &seen.relations().all {
        rows.extend(
            relation
                .title
                .as_deref()
                .map(|title| (relation.oid, 0, title)),
        );
        rows.extend(relation.attributes.iter().filter_map(|attribute| {
            let title = attribute.title.as_deref()?;
            Some((relation.oid, i32::from(attribute.number), title))
        }));
    }
    Filled::new(&rows)
        .oid("objoid", |(oid, ..)| *oid)
        .oid("classoid", |_| CLASS_OID)
        .int4("objsubid", |(_, number, _)| *number)
        .text("description", |(.., title)| *title)
        .done()
}

fn databases(_: &Seen) -> RecordBatch {
    Filled::new(&[DATABASE])
        .oid("oid", |_| DATABASE_OID)
        .text("datname", |name| *name)
        .oid("datdba", |_| ROLE_OID)
        .int4("encoding", |_| ENCODING)
        .text("datlocprovider", |_| "c")
        .untrue("datistemplate")
        .truth("datallowconn", |_| true)
        .int4("datconnlimit", |_| -1)
        .no_oids("datfrozenxid datminmxid")
        .oid("dattablespace", |_| TABLESPACE_OID)
        .text("datcollate", |_| "C")
        .text("datctype", |_| "C")
        .nothing("daticulocale:t datcollversion:t datacl:_t")
        .done()
}

fn roles(seen: &Seen) -> RecordBatch {
    Filled::new(&[&seen.user])
        .oid("oid", |_| ROLE_OID)
        .text("rolname", |user| user)
        .untrue("rolsuper")
        .truth("rolinherit", |_| true)
        .untrue("rolcreaterole rolcreatedb")
        .truth("rolcanlogin", |_| true)
        .untrue("rolreplication rolbypassrls")
        .int4("rolconnlimit", |_| -1)
        .nothing("rolpassword:t rolvaliduntil:t rolconfig:_t")
        .done()
}

fn users(seen: &Seen) -> RecordBatch {
    Filled::new(&[&seen.user])
        .text("usename", |user| user)
        .oid("usesysid", |_| ROLE_OID)
        .untrue("usecreatedb usesuper userepl usebypassrls")
        .nothing("passwd:t valuntil:t useconfig:_t")
        .done()
}

fn tablespaces(_: &Seen) -> RecordBatch {
    Filled::new(&["pg_default"])
        .oid("oid", |_| TABLESPACE_OID)
        .text("spcname", |name| *name)
        .oid("spcowner", |_| ROLE_OID)
        .nothing("spcacl:_t spcoptions:_t")
        .done()
}

/// Words that PostgreSQL keeps beside those of the standard.
fn keywords(_: &Seen) -> RecordBatch {
    const WORDS: [&str; 12] = [
        "analyse",
        "analyze",
        "binary",
        "concurrently",
        "do",
        "freeze",
        "ilike",
        "isnull",
        "limit",
        "notnull",
        "returning",
        "verbose",
    ];
    Filled::new(&WORDS)
        .text("word", |word| *word)
        .text("catcode", |_| "R")
        .truth("barelabel", |_| true)
        .text("catdesc", |_| "reserved")
        .text("baredesc", |_| "can be bare label")
        .done()
}

fn settings(seen: &Seen) -> RecordBatch {
    let rows: Vec<(&str, &str)> = seen.settings.all().collect();
    Filled::new(&rows)
        .text("name", |(name, _)| *name)
        .text("setting", |(_, value)| *value)
        .nothing("unit:t")
        .text("category", |_| "")
        .text("short_desc", |_| "")
        .nothing("extra_desc:t")
        .text("context", |_| "user")
        .text("vartype", |_| "string")
        .text("source", |_| "session")
        .nothing("min_val:t max_val:t enumvals:_t")
        .text("boot_val", |(_, value)| *value)
        .text("reset_val", |(_, value)| *value)
        .nothing("sourcefile:t sourceline:4")
        .untrue("pending_restart")
        .done()
}

fn tables(seen: &Seen) -> RecordBatch {
    Filled::new(&seen.relations().all)
        .text("schemaname", |relation| &relation.schema)
        .text("tablename", |relation| &relation.name)
        .text("tableowner", |_| &seen.user)
        .nothing("tablespace:t")
        .untrue("hasindexes hasrules hastriggers rowsecurity")
        .done()
}
