//! Random queries of many shapes over small tables.
//!
//! A table is written as `{a}`, so that one query can be asked over several fillings of it. Where SQL would leave the
//! answer open (ties of a `LIMIT` or of a numbered window) the place of the row in its batch settles it.

mod expression;
mod grouped;
mod joined;

use std::collections::BTreeMap;

use arrow::datatypes::{DataType, TimeUnit};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Int,
    Text,
    Decimal,
    Float,
    Date,
    Moment,
    Truth,
}

impl Type {
    pub(crate) const ALL: [Self; 7] = [
        Self::Int,
        Self::Text,
        Self::Decimal,
        Self::Float,
        Self::Date,
        Self::Moment,
        Self::Truth,
    ];

    /// The type of such a column in the lake.
    pub(crate) fn stored(self) -> DataType {
        match self {
            Self::Int => DataType::Int64,
            Self::Text => DataType::Utf8View,
            Self::Decimal => DataType::Decimal128(12, 2),
            Self::Float => DataType::Float64,
            Self::Date => DataType::Date32,
            Self::Moment => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::Truth => DataType::Boolean,
        }
    }
}

use Type::{Int, Text};

/// The tables with their columns.
pub(crate) const TABLES: [(&str, [(&str, Type); 4]); 3] = [
    ("a", [("k", Int), ("g", Int), ("n", Int), ("s", Text)]),
    ("b", [("k", Int), ("g", Int), ("m", Int), ("t", Text)]),
    ("c", [("k", Int), ("p", Int), ("v", Text), ("w", Text)]),
];

pub(crate) type Column = (String, Type);

/// A table with its columns.
pub(crate) type Table = (String, Vec<Column>);

/// A select with its columns, and one that is different in each row when there is one.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) sql: String,
    pub(crate) columns: Vec<Column>,
    unique: Option<String>,
}

/// Something to select from, with columns as they are named in expressions.
struct Relation {
    from: String,
    columns: Vec<Column>,
    unique: Option<String>,
}

pub(crate) struct Generator {
    rng: StdRng,
    tables: Vec<Table>,
    names: usize,
    /// How often each shape was used.
    pub(crate) shapes: BTreeMap<&'static str, usize>,
}

type Shape = (&'static str, fn(&mut Generator, usize) -> Query);

const SHAPES: [Shape; 14] = [
    ("aggregate", Generator::aggregate),
    ("common table", Generator::common_table),
    ("distinct", Generator::distinct),
    ("distinct on", Generator::distinct_on),
    ("grouping sets", Generator::grouping_sets),
    ("join", Generator::join),
    ("lateral", Generator::lateral),
    ("limit", Generator::limit),
    ("plain", Generator::plain),
    ("recursive", Generator::recursive),
    ("set operation", Generator::set_operation),
    ("unnest", Generator::unnest),
    ("values", Generator::values),
    ("window", Generator::window),
];

impl Generator {
    pub(crate) fn new(rng: StdRng) -> Self {
        let tables = TABLES.map(|(table, columns)| {
            let columns = columns.map(|(name, data_type)| (name.to_owned(), data_type));
            (table.to_owned(), columns.to_vec())
        });
        Self::over(tables.to_vec(), rng)
    }

    /// Queries over other tables.
    pub(crate) fn over(tables: Vec<Table>, rng: StdRng) -> Self {
        Self {
            rng,
            tables,
            names: 0,
            shapes: BTreeMap::new(),
        }
    }

    pub(crate) fn shape_count() -> usize {
        SHAPES.len()
    }

    /// One query, of the shape with this number, over parts that are nested at most `depth` deep.
    pub(crate) fn query(&mut self, shape: usize, depth: usize) -> Query {
        let (name, make) = SHAPES[shape % SHAPES.len()];
        *self.shapes.entry(name).or_default() += 1;
        make(self, depth)
    }

    fn name(&mut self, letter: char) -> String {
        self.names += 1;
        format!("{letter}{}", self.names)
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.rng.random_ratio(1, count)
    }

    fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices.choose(&mut self.rng).unwrap().clone()
    }

    fn table(&mut self) -> Relation {
        let (table, columns) = self.tables.choose(&mut self.rng).unwrap().clone();
        let alias = self.name('x');
        Relation {
            from: format!("{{{table}}} AS {alias}"),
            columns: columns
                .into_iter()
                .map(|(name, data_type)| (format!("{alias}.{name}"), data_type))
                .collect(),
            unique: Some(format!("{alias}._row")),
        }
    }

    fn relation(&mut self, depth: usize) -> Relation {
        if depth == 0 || self.one_in(3) {
            return self.table();
        }
        let shape = self.rng.random_range(0..SHAPES.len());
        let query = self.query(shape, depth - 1);
        let alias = self.name('q');
        Relation {
            from: format!("({}) AS {alias}", query.sql),
            columns: query
                .columns
                .iter()
                .map(|(name, data_type)| (format!("{alias}.{name}"), *data_type))
                .collect(),
            unique: query.unique.map(|unique| format!("{alias}.{unique}")),
        }
    }

    fn plain(&mut self, depth: usize) -> Query {
        let relation = self.relation(depth);
        let filter = self.filter(&relation.columns);
        if self.one_in(6) {
            let from = &relation.from;
            return Query {
                sql: format!("SELECT * FROM {from}{filter}"),
                columns: relation
                    .columns
                    .iter()
                    .map(|(name, data_type)| (own_name(name), *data_type))
                    .collect(),
                unique: relation.unique.as_deref().map(own_name),
            };
        }
        let (mut list, mut columns) = self.selected(&relation.columns);
        let unique = relation.unique.map(|unique| {
            let name = self.name('u');
            list.push(format!("{unique} AS {name}"));
            columns.push((name.clone(), Int));
            name
        });
        Query {
            sql: format!("SELECT {} FROM {}{filter}", list.join(", "), relation.from),
            columns,
            unique,
        }
    }

    fn recursive(&mut self, _: usize) -> Query {
        let first = self.table();
        let next = self.table();
        let working = self.name('r');
        let condition = self.condition(&first.columns, 0);
        let all = self.pick(&["UNION ALL", "UNION"]);
        let own = self.column(&next.columns, Int);
        let link = self.pick(&["p", "q"]);
        let carried = [format!("{working}.p"), self.column_of(&next, Int)];
        let texts = [format!("{working}.s"), self.column_of(&next, Text)];
        let step = [
            self.column(&next.columns, Int),
            self.pick(&carried),
            self.pick(&texts),
        ];
        let sql = format!(
            "WITH RECURSIVE {working} AS (SELECT {} AS p, {} AS q, {} AS s, 0 AS d FROM {} WHERE {condition} \
             {all} SELECT {}, {}, {}, {working}.d + 1 FROM {working} JOIN {} ON {own} = {working}.{link} AND {working}.d < 2) \
             SELECT p, q, s, d FROM {working}",
            self.column_of(&first, Int),
            self.column_of(&first, Int),
            self.column_of(&first, Text),
            first.from,
            step[0],
            step[1],
            step[2],
            next.from,
        );
        let columns = [("p", Int), ("q", Int), ("s", Text), ("d", Int)];
        Query {
            sql,
            columns: columns
                .iter()
                .map(|(name, data_type)| ((*name).to_owned(), *data_type))
                .collect(),
            unique: None,
        }
    }

    fn unnest(&mut self, depth: usize) -> Query {
        let relation = self.relation(depth);
        let items = [
            self.column(&relation.columns, Int),
            self.column(&relation.columns, Int),
        ];
        let text = self.column(&relation.columns, Text);
        let names = [self.name('c'), self.name('c')];
        Query {
            sql: format!(
                "SELECT unnest(make_array({}, {})) AS {}, {text} AS {} FROM {}",
                items[0], items[1], names[0], names[1], relation.from
            ),
            columns: names.into_iter().zip([Int, Text]).collect(),
            unique: None,
        }
    }
}

fn own_name(name: &str) -> String {
    name.rsplit('.').next().unwrap().to_owned()
}
