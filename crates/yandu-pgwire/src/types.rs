//! Which type of PostgreSQL a column has.

use arrow::datatypes::DataType;

/// Type modifiers count from four.
const MODIFIER: i32 = 4;

/// A type of PostgreSQL, by its numbers there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PgType {
    Bool,
    Bytea,
    Int8,
    Int2,
    Int4,
    Text,
    Oid,
    Float4,
    Float8,
    Unknown,
    Bpchar,
    Varchar,
    Name,
    Char,
    Json,
    Uuid,
    Date,
    Time,
    Timestamp,
    Timestamptz,
    Interval,
    Numeric,
    Regproc,
    Regclass,
    Regtype,
}

/// What the catalogue says of a type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About {
    pub(crate) pg_type: PgType,
    pub(crate) oid: u32,
    pub(crate) array_oid: u32,
    pub(crate) name: &'static str,
    /// As SQL writes it.
    pub(crate) written: &'static str,
    /// Bytes of a value, -1 when they vary.
    pub(crate) size: i16,
    pub(crate) category: &'static str,
}

macro_rules! types {
    ($($variant:ident $oid:literal $array:literal $name:literal $written:literal $size:literal $category:literal,)+) => {
        pub(crate) const TYPES: &[About] = &[
            $(*PgType::$variant.about(),)+
        ];

        impl PgType {
            pub(crate) const fn about(self) -> &'static About {
                match self {
                    $(Self::$variant => {
                        const ABOUT: About = About {
                            pg_type: PgType::$variant,
                            oid: $oid,
                            array_oid: $array,
                            name: $name,
                            written: $written,
                            size: $size,
                            category: $category,
                        };
                        &ABOUT
                    })+
                }
            }
        }
    };
}

types! {
    Bool 16 1000 "bool" "boolean" 1 "B",
    Bytea 17 1001 "bytea" "bytea" -1 "U",
    Char 18 1002 "char" "\"char\"" 1 "Z",
    Name 19 1003 "name" "name" 64 "S",
    Int8 20 1016 "int8" "bigint" 8 "N",
    Int2 21 1005 "int2" "smallint" 2 "N",
    Int4 23 1007 "int4" "integer" 4 "N",
    Regproc 24 1008 "regproc" "regproc" 4 "N",
    Text 25 1009 "text" "text" -1 "S",
    Oid 26 1028 "oid" "oid" 4 "N",
    Json 114 199 "json" "json" -1 "U",
    Float4 700 1021 "float4" "real" 4 "N",
    Float8 701 1022 "float8" "double precision" 8 "N",
    Unknown 705 0 "unknown" "unknown" -2 "X",
    Bpchar 1042 1014 "bpchar" "character" -1 "S",
    Varchar 1043 1015 "varchar" "character varying" -1 "S",
    Date 1082 1182 "date" "date" 4 "D",
    Time 1083 1183 "time" "time without time zone" 8 "D",
    Timestamp 1114 1115 "timestamp" "timestamp without time zone" 8 "D",
    Timestamptz 1184 1185 "timestamptz" "timestamp with time zone" 8 "D",
    Interval 1186 1187 "interval" "interval" 16 "T",
    Numeric 1700 1231 "numeric" "numeric" -1 "N",
    Regclass 2205 2210 "regclass" "regclass" 4 "N",
    Regtype 2206 2211 "regtype" "regtype" 4 "N",
    Uuid 2950 2951 "uuid" "uuid" 16 "U",
}

/// The type of a column or a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ColumnType {
    pub(crate) element: PgType,
    pub(crate) is_array: bool,
    /// Precision and scale, of numbers that have both; -1 for none.
    pub(crate) modifier: i32,
}

impl ColumnType {
    pub(crate) fn plain(element: PgType) -> Self {
        Self {
            element,
            is_array: false,
            modifier: -1,
        }
    }

    /// The type that a column of the lake has for a client. What PostgreSQL has no type for is a text.
    pub(crate) fn of(data_type: &DataType) -> Self {
        let plain = Self::plain;
        match data_type {
            DataType::Boolean => plain(PgType::Bool),
            DataType::Int8 | DataType::Int16 | DataType::UInt8 => plain(PgType::Int2),
            DataType::Int32 | DataType::UInt16 => plain(PgType::Int4),
            // Numbers of rows are unsigned in the engine.
            DataType::Int64 | DataType::UInt64 => plain(PgType::Int8),
            // Only the catalogue has such columns.
            DataType::UInt32 => plain(PgType::Oid),
            DataType::Float16 | DataType::Float32 => plain(PgType::Float4),
            DataType::Float64 => plain(PgType::Float8),
            DataType::Decimal32(precision, scale)
            | DataType::Decimal64(precision, scale)
            | DataType::Decimal128(precision, scale)
            | DataType::Decimal256(precision, scale) => Self {
                modifier: numeric_modifier(*precision, *scale),
                ..plain(PgType::Numeric)
            },
            DataType::Date32 | DataType::Date64 => plain(PgType::Date),
            DataType::Time32(_) | DataType::Time64(_) => plain(PgType::Time),
            DataType::Timestamp(_, None) => plain(PgType::Timestamp),
            DataType::Timestamp(_, Some(_)) => plain(PgType::Timestamptz),
            DataType::Interval(_) | DataType::Duration(_) => plain(PgType::Interval),
            DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView
            | DataType::FixedSizeBinary(_) => plain(PgType::Bytea),
            DataType::Dictionary(_, values) => Self::of(values),
            DataType::List(field)
            | DataType::LargeList(field)
            | DataType::FixedSizeList(field, _) => {
                let element = Self::of(field.data_type());
                if element.is_array {
                    return plain(PgType::Text);
                }
                Self {
                    is_array: true,
                    ..element
                }
            }
            _ => plain(PgType::Text),
        }
    }

    pub(crate) fn from_oid(oid: u32) -> Option<Self> {
        TYPES.iter().find_map(|about| {
            let is_array = about.array_oid == oid && oid != 0;
            (about.oid == oid || is_array).then_some(Self {
                element: about.pg_type,
                is_array,
                modifier: -1,
            })
        })
    }

    pub(crate) fn oid(self) -> u32 {
        let about = self.element.about();
        if self.is_array {
            about.array_oid
        } else {
            about.oid
        }
    }

    pub(crate) fn size(self) -> i16 {
        if self.is_array {
            -1
        } else {
            self.element.about().size
        }
    }

    /// Whether a client says this also of what it knows no type of.
    pub(crate) fn is_textual(self) -> bool {
        !self.is_array
            && matches!(
                self.element,
                PgType::Text
                    | PgType::Varchar
                    | PgType::Bpchar
                    | PgType::Name
                    | PgType::Unknown
                    | PgType::Char
            )
    }
}

fn numeric_modifier(precision: u8, scale: i8) -> i32 {
    let scale = i32::from(scale);
    if scale < 0 {
        return -1;
    }
    (i32::from(precision) << 16 | scale) + MODIFIER
}

/// A type as SQL writes it, `numeric(12,2)` for a modifier.
pub(crate) fn written(oid: u32, modifier: i32) -> Option<String> {
    let column = ColumnType::from_oid(oid)?;
    let mut text = column.element.about().written.to_owned();
    if column.element == PgType::Numeric && modifier >= MODIFIER {
        let modifier = modifier - MODIFIER;
        text = format!("numeric({},{})", modifier >> 16, modifier & 0xffff);
    }
    if column.is_array {
        text.push_str("[]");
    }
    Some(text)
}

/// The type that SQL writes so, also by its short name.
pub(crate) fn named(name: &str) -> Option<&'static About> {
    let name = name.trim();
    TYPES
        .iter()
        .find(|about| about.name == name || about.written == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_the_numbers_of_postgresql() {
        for (data_type, oid) in [
            (DataType::Int64, 20),
            (DataType::Utf8View, 25),
            (DataType::Boolean, 16),
            (DataType::Float64, 701),
            (DataType::Date32, 1082),
            (DataType::Decimal128(12, 2), 1700),
            (DataType::Binary, 17),
            (DataType::new_list(DataType::Int64, true), 1016),
            (DataType::new_list(DataType::Utf8, true), 1009),
        ] {
            assert_eq!(ColumnType::of(&data_type).oid(), oid, "{data_type}");
        }
    }

    #[test]
    fn a_decimal_says_how_many_digits_it_has() {
        let column = ColumnType::of(&DataType::Decimal128(12, 2));
        assert_eq!(column.modifier, 786_438);
        assert_eq!(
            written(column.oid(), column.modifier).unwrap(),
            "numeric(12,2)"
        );
        assert_eq!(written(1016, -1).unwrap(), "bigint[]");
        assert_eq!(named("integer").unwrap().oid, 23);
    }
}
