//! Tables from a list of their columns, and those of the catalogue that are empty here.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float32Array, Int16Array, Int32Array, RecordBatch, StringArray,
    UInt32Array, new_null_array,
};
use arrow::datatypes::{DataType, Field, Schema};

/// A table without rows. Each column is `name:type`; types are those of [`data_type`].
pub(super) fn empty(columns: &str) -> RecordBatch {
    let fields = columns.split_whitespace().filter_map(|column| {
        let (name, letter) = column.split_once(':')?;
        Some(Field::new(name, data_type(letter), true))
    });
    RecordBatch::new_empty(Arc::new(Schema::new(fields.collect::<Vec<_>>())))
}

/// The type of a letter: `o` an oid, `t` a text, `b` a truth, `2`, `4` and `8` integers by their bytes, `f` a short float, and
/// arrays of some behind `_`.
fn data_type(letter: &str) -> DataType {
    match letter {
        "o" => DataType::UInt32,
        "b" => DataType::Boolean,
        "2" => DataType::Int16,
        "4" => DataType::Int32,
        "8" => DataType::Int64,
        "f" => DataType::Float32,
        "_2" => DataType::new_list(DataType::Int16, true),
        "_o" => DataType::new_list(DataType::UInt32, true),
        "_t" => DataType::new_list(DataType::Utf8, true),
        _ => DataType::Utf8,
    }
}

/// A table that is filled column by column from rows of one kind.
pub(super) struct Filled<'a, T> {
    rows: &'a [T],
    fields: Vec<Field>,
    columns: Vec<ArrayRef>,
}

impl<'a, T> Filled<'a, T> {
    pub(super) fn new(rows: &'a [T]) -> Self {
        Self {
            rows,
            fields: Vec::new(),
            columns: Vec::new(),
        }
    }

    fn with(mut self, name: &str, column: ArrayRef) -> Self {
        self.fields
            .push(Field::new(name, column.data_type().clone(), true));
        self.columns.push(column);
        self
    }

    pub(super) fn oid(self, name: &str, value: impl Fn(&'a T) -> u32) -> Self {
        let column: UInt32Array = self.rows.iter().map(|row| Some(value(row))).collect();
        self.with(name, Arc::new(column))
    }

    pub(super) fn text<V: AsRef<str>>(self, name: &str, value: impl Fn(&'a T) -> V) -> Self {
        let column: StringArray = self.rows.iter().map(|row| Some(value(row))).collect();
        self.with(name, Arc::new(column))
    }

    pub(super) fn truth(self, name: &str, value: impl Fn(&'a T) -> bool) -> Self {
        let column: BooleanArray = self.rows.iter().map(|row| Some(value(row))).collect();
        self.with(name, Arc::new(column))
    }

    pub(super) fn int2(self, name: &str, value: impl Fn(&'a T) -> i16) -> Self {
        let column: Int16Array = self.rows.iter().map(|row| Some(value(row))).collect();
        self.with(name, Arc::new(column))
    }

    pub(super) fn int4(self, name: &str, value: impl Fn(&'a T) -> i32) -> Self {
        let column: Int32Array = self.rows.iter().map(|row| Some(value(row))).collect();
        self.with(name, Arc::new(column))
    }

    pub(super) fn some_int4(self, name: &str, value: impl Fn(&'a T) -> Option<i32>) -> Self {
        let column: Int32Array = self.rows.iter().map(value).collect();
        self.with(name, Arc::new(column))
    }

    pub(super) fn float4(self, name: &str, value: impl Fn(&'a T) -> f32) -> Self {
        let column: Float32Array = self.rows.iter().map(|row| Some(value(row))).collect();
        self.with(name, Arc::new(column))
    }

    /// Columns in which nothing stands, as [`empty`] takes them.
    pub(super) fn nothing(mut self, columns: &str) -> Self {
        for column in columns.split_whitespace() {
            if let Some((name, letter)) = column.split_once(':') {
                let column = new_null_array(&data_type(letter), self.rows.len());
                self = self.with(name, column);
            }
        }
        self
    }

    /// Oids of nothing.
    pub(super) fn no_oids(mut self, names: &str) -> Self {
        for name in names.split_whitespace() {
            self = self.oid(name, |_| 0);
        }
        self
    }

    /// What is not so.
    pub(super) fn untrue(mut self, names: &str) -> Self {
        for name in names.split_whitespace() {
            self = self.truth(name, |_| false);
        }
        self
    }

    pub(super) fn done(self) -> RecordBatch {
        let schema = Arc::new(Schema::new(self.fields));
        let made = RecordBatch::try_new(Arc::clone(&schema), self.columns);
        // All columns come from the same rows.
        made.unwrap_or_else(|_| RecordBatch::new_empty(schema))
    }
}

/// Tables of the catalogue in which nothing stands: there are no indexes, keys, functions, rules or users of a client's making.
pub(super) const EMPTY: &[(&str, &str)] = &[
    (
        "pg_aggregate",
        "aggfnoid:o aggkind:t aggnumdirectargs:2 aggtransfn:o aggfinalfn:o aggtranstype:o agginitval:t",
    ),
    ("pg_attrdef", "oid:o adrelid:o adnum:2 adbin:t"),
    (
        "pg_auth_members",
        "roleid:o member:o grantor:o admin_option:b",
    ),
    (
        "pg_cast",
        "oid:o castsource:o casttarget:o castfunc:o castcontext:t castmethod:t",
    ),
    (
        "pg_collation",
        "oid:o collname:t collnamespace:o collowner:o collprovider:t collisdeterministic:b collencoding:4 collcollate:t collctype:t colliculocale:t collversion:t",
    ),
    (
        "pg_constraint",
        "oid:o conname:t connamespace:o contype:t condeferrable:b condeferred:b convalidated:b conrelid:o contypid:o conindid:o conparentid:o confrelid:o confupdtype:t confdeltype:t confmatchtype:t conislocal:b coninhcount:4 connoinherit:b conkey:_2 confkey:_2 conpfeqop:_o conppeqop:_o conffeqop:_o confdelsetcols:_2 conexclop:_o conbin:t",
    ),
    (
        "pg_conversion",
        "oid:o conname:t connamespace:o conowner:o conforencoding:4 contoencoding:4 conproc:o condefault:b",
    ),
    (
        "pg_depend",
        "classid:o objid:o objsubid:4 refclassid:o refobjid:o refobjsubid:4 deptype:t",
    ),
    ("pg_enum", "oid:o enumtypid:o enumsortorder:f enumlabel:t"),
    (
        "pg_event_trigger",
        "oid:o evtname:t evtevent:t evtowner:o evtfoid:o evtenabled:t evttags:_t",
    ),
    (
        "pg_extension",
        "oid:o extname:t extowner:o extnamespace:o extrelocatable:b extversion:t extconfig:_o extcondition:_t",
    ),
    (
        "pg_foreign_data_wrapper",
        "oid:o fdwname:t fdwowner:o fdwhandler:o fdwvalidator:o fdwacl:_t fdwoptions:_t",
    ),
    (
        "pg_foreign_server",
        "oid:o srvname:t srvowner:o srvfdw:o srvtype:t srvversion:t srvacl:_t srvoptions:_t",
    ),
    ("pg_foreign_table", "ftrelid:o ftserver:o ftoptions:_t"),
    (
        "pg_index",
        "indexrelid:o indrelid:o indnatts:2 indnkeyatts:2 indisunique:b indnullsnotdistinct:b indisprimary:b indisexclusion:b indimmediate:b indisclustered:b indisvalid:b indcheckxmin:b indisready:b indislive:b indisreplident:b indkey:_2 indcollation:_o indclass:_o indoption:_2 indexprs:t indpred:t",
    ),
    (
        "pg_indexes",
        "schemaname:t tablename:t indexname:t tablespace:t indexdef:t",
    ),
    (
        "pg_inherits",
        "inhrelid:o inhparent:o inhseqno:4 inhdetachpending:b",
    ),
    (
        "pg_language",
        "oid:o lanname:t lanowner:o lanispl:b lanpltrusted:b lanplcallfoid:o laninline:o lanvalidator:o lanacl:_t",
    ),
    (
        "pg_locks",
        "locktype:t database:o relation:o page:4 tuple:2 virtualxid:t transactionid:o classid:o objid:o objsubid:2 virtualtransaction:t pid:4 mode:t granted:b fastpath:b",
    ),
    (
        "pg_matviews",
        "schemaname:t matviewname:t matviewowner:t tablespace:t hasindexes:b ispopulated:b definition:t",
    ),
    (
        "pg_opclass",
        "oid:o opcmethod:o opcname:t opcnamespace:o opcowner:o opcfamily:o opcintype:o opcdefault:b opckeytype:o",
    ),
    (
        "pg_operator",
        "oid:o oprname:t oprnamespace:o oprowner:o oprkind:t oprcanmerge:b oprcanhash:b oprleft:o oprright:o oprresult:o oprcom:o oprnegate:o oprcode:o oprrest:o oprjoin:o",
    ),
    (
        "pg_partitioned_table",
        "partrelid:o partstrat:t partnatts:2 partdefid:o partattrs:_2 partclass:_o partcollation:_o partexprs:t",
    ),
    (
        "pg_policies",
        "schemaname:t tablename:t policyname:t permissive:t roles:_t cmd:t qual:t with_check:t",
    ),
    (
        "pg_policy",
        "oid:o polname:t polrelid:o polcmd:t polpermissive:b polroles:t polqual:t polwithcheck:t",
    ),
    (
        "pg_proc",
        "oid:o proname:t pronamespace:o proowner:o prolang:o procost:f prorows:f provariadic:o prosupport:o prokind:t prosecdef:b proleakproof:b proisstrict:b proretset:b provolatile:t proparallel:t pronargs:2 pronargdefaults:2 prorettype:o proargtypes:_o proallargtypes:_o proargmodes:_t proargnames:_t proargdefaults:t protrftypes:_o prosrc:t probin:t prosqlbody:t proconfig:_t proacl:_t",
    ),
    (
        "pg_publication",
        "oid:o pubname:t pubowner:o puballtables:b pubinsert:b pubupdate:b pubdelete:b pubtruncate:b pubviaroot:b",
    ),
    ("pg_publication_namespace", "oid:o pnpubid:o pnnspid:o"),
    (
        "pg_publication_rel",
        "oid:o prpubid:o prrelid:o prqual:t prattrs:_2",
    ),
    (
        "pg_publication_tables",
        "pubname:t schemaname:t tablename:t attnames:_t rowfilter:t",
    ),
    (
        "pg_range",
        "rngtypid:o rngsubtype:o rngmultitypid:o rngcollation:o rngsubopc:o rngcanonical:o rngsubdiff:o",
    ),
    (
        "pg_rewrite",
        "oid:o rulename:t ev_class:o ev_type:t ev_enabled:t is_instead:b ev_qual:t ev_action:t",
    ),
    (
        "pg_rules",
        "schemaname:t tablename:t rulename:t definition:t",
    ),
    (
        "pg_seclabels",
        "objoid:o classoid:o objsubid:4 objtype:t objnamespace:o objname:t provider:t label:t",
    ),
    (
        "pg_sequence",
        "seqrelid:o seqtypid:o seqstart:8 seqincrement:8 seqmax:8 seqmin:8 seqcache:8 seqcycle:b",
    ),
    (
        "pg_sequences",
        "schemaname:t sequencename:t sequenceowner:t data_type:t start_value:8 min_value:8 max_value:8 increment_by:8 cycle:b cache_size:8 last_value:8",
    ),
    ("pg_shdescription", "objoid:o classoid:o description:t"),
    (
        "pg_stat_activity",
        "datid:o datname:t pid:4 usesysid:o usename:t application_name:t client_addr:t state:t query:t backend_type:t",
    ),
    (
        "pg_stat_user_tables",
        "relid:o schemaname:t relname:t seq_scan:8 n_live_tup:8 n_dead_tup:8",
    ),
    (
        "pg_statistic_ext",
        "oid:o stxrelid:o stxname:t stxnamespace:o stxowner:o stxstattarget:4 stxkeys:_2 stxkind:_t stxexprs:t",
    ),
    (
        "pg_statio_user_tables",
        "relid:o schemaname:t relname:t heap_blks_read:8 heap_blks_hit:8",
    ),
    (
        "pg_subscription",
        "oid:o subdbid:o subname:t subowner:o subenabled:b",
    ),
    ("pg_subscription_rel", "srsubid:o srrelid:o srsubstate:t"),
    ("pg_timezone_names", "name:t abbrev:t utc_offset:t is_dst:b"),
    (
        "pg_trigger",
        "oid:o tgrelid:o tgparentid:o tgname:t tgfoid:o tgtype:2 tgenabled:t tgisinternal:b tgconstrrelid:o tgconstrindid:o tgconstraint:o tgdeferrable:b tginitdeferred:b tgnargs:2 tgattr:_2 tgargs:t tgqual:t tgoldtable:t tgnewtable:t",
    ),
    (
        "pg_ts_config",
        "oid:o cfgname:t cfgnamespace:o cfgowner:o cfgparser:o",
    ),
    (
        "pg_user_mappings",
        "umid:o srvid:o srvname:t umuser:o usename:t umoptions:_t",
    ),
    (
        "pg_views",
        "schemaname:t viewname:t viewowner:t definition:t",
    ),
];
