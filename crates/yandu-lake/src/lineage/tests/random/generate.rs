//! Random queries of many shapes over three small tables.
//!
//! A table is written as `{a}`, so that one query can be asked over several fillings of it. Where SQL would leave the
//! answer open (ties of a `LIMIT` or of a numbered window) the place of the row in its batch settles it.

use std::collections::BTreeMap;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Int,
    Text,
}

use Type::{Int, Text};

/// The tables with their columns.
pub(crate) const TABLES: [(&str, [(&str, Type); 4]); 3] = [
    ("a", [("k", Int), ("g", Int), ("n", Int), ("s", Text)]),
    ("b", [("k", Int), ("g", Int), ("m", Int), ("t", Text)]),
    ("c", [("k", Int), ("p", Int), ("v", Text), ("w", Text)]),
];

pub(crate) type Column = (String, Type);

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
        Self {
            rng,
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
        let (table, columns) = self.pick(&TABLES);
        let alias = self.name('x');
        Relation {
            from: format!("{{{table}}} AS {alias}"),
            columns: columns
                .iter()
                .map(|(name, data_type)| (format!("{alias}.{name}"), *data_type))
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

    fn literal(&mut self, data_type: Type) -> String {
        match data_type {
            Int => self.rng.random_range(0..4).to_string(),
            Text => format!("'{}'", self.pick(&["a", "b", "c", ""])),
        }
    }

    fn column(&mut self, columns: &[Column], data_type: Type) -> String {
        let fitting: Vec<&Column> = columns
            .iter()
            .filter(|column| column.1 == data_type)
            .collect();
        match fitting.choose(&mut self.rng) {
            Some((name, _)) => name.clone(),
            None => self.literal(data_type),
        }
    }

    fn expression(&mut self, columns: &[Column], data_type: Type, depth: usize) -> String {
        if depth == 0 || self.one_in(3) {
            return if self.one_in(6) {
                self.literal(data_type)
            } else {
                self.column(columns, data_type)
            };
        }
        let inner = depth - 1;
        match (self.rng.random_range(0..6), data_type) {
            (0, _) => format!(
                "CASE WHEN {} THEN {} ELSE {} END",
                self.condition(columns, inner),
                self.expression(columns, data_type, inner),
                self.expression(columns, data_type, inner)
            ),
            (1, _) => format!(
                "coalesce({}, {})",
                self.expression(columns, data_type, inner),
                self.expression(columns, data_type, inner)
            ),
            (2, Int) => self.scalar_subquery(columns),
            (3, Int) => format!(
                "CAST(char_length({}) AS BIGINT)",
                self.expression(columns, Text, inner)
            ),
            (_, Int) => format!(
                "({} {} {})",
                self.expression(columns, Int, inner),
                self.pick(&["+", "-"]),
                self.expression(columns, Int, inner)
            ),
            (2, Text) => format!("CAST({} AS VARCHAR)", self.expression(columns, Int, inner)),
            (3, Text) => format!("upper({})", self.expression(columns, Text, inner)),
            (_, Text) => format!(
                "({} || {})",
                self.expression(columns, Text, inner),
                self.expression(columns, Text, inner)
            ),
        }
    }

    fn scalar_subquery(&mut self, columns: &[Column]) -> String {
        let table = self.table();
        let value = self.column(&table.columns, Int);
        let own = self.column(&table.columns, Int);
        let outer = self.column(columns, Int);
        let function = self.pick(&["max", "min", "sum", "count"]);
        format!(
            "(SELECT {function}({value}) FROM {} WHERE {own} = {outer})",
            table.from
        )
    }

    fn condition(&mut self, columns: &[Column], depth: usize) -> String {
        let inner = depth.saturating_sub(1);
        match self.rng.random_range(0..if depth == 0 { 4 } else { 9 }) {
            0 => format!(
                "{} = {}",
                self.column(columns, Text),
                self.expression(columns, Text, inner)
            ),
            1 => format!("{} IS NOT NULL", self.column(columns, Int)),
            2 | 3 => format!(
                "{} {} {}",
                self.column(columns, Int),
                self.pick(&["=", "<>", "<", ">="]),
                self.expression(columns, Int, inner)
            ),
            4 => format!(
                "({} {} {})",
                self.condition(columns, inner),
                self.pick(&["AND", "OR"]),
                self.condition(columns, inner)
            ),
            5 => format!("NOT ({})", self.condition(columns, inner)),
            6 => {
                let (table, column) = self.filtered_table();
                let is_in = self.pick(&["IN", "NOT IN"]);
                let own = self.column(columns, Int);
                format!("{own} {is_in} (SELECT {column} {table})")
            }
            7 => {
                let table = self.table();
                let own = self.column(&table.columns, Int);
                let outer = self.column(columns, Int);
                let exists = self.pick(&["EXISTS", "NOT EXISTS"]);
                format!(
                    "{exists} (SELECT 1 FROM {} WHERE {own} = {outer})",
                    table.from
                )
            }
            _ => format!(
                "{} {} (0, {}, 2)",
                self.column(columns, Int),
                self.pick(&["IN", "NOT IN"]),
                self.column(columns, Int)
            ),
        }
    }

    fn filtered_table(&mut self) -> (String, String) {
        let table = self.table();
        let column = self.column(&table.columns, Int);
        let condition = self.condition(&table.columns, 0);
        (format!("FROM {} WHERE {condition}", table.from), column)
    }

    fn filter(&mut self, columns: &[Column]) -> String {
        if self.one_in(2) {
            return String::new();
        }
        format!(" WHERE {}", self.condition(columns, 2))
    }

    /// Some expressions under new names.
    fn selected(&mut self, columns: &[Column]) -> (Vec<String>, Vec<Column>) {
        let count = self.rng.random_range(1..4);
        (0..count)
            .map(|_| {
                let data_type = self.pick(&[Int, Int, Text]);
                let expression = self.expression(columns, data_type, 2);
                let name = self.name('c');
                (format!("{expression} AS {name}"), (name, data_type))
            })
            .unzip()
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

    fn join(&mut self, depth: usize) -> Query {
        let left = self.relation(depth);
        let right = self.relation(depth);
        let both: Vec<Column> = [left.columns.clone(), right.columns.clone()].concat();
        let kind = self.pick(&[
            "JOIN",
            "LEFT JOIN",
            "RIGHT JOIN",
            "FULL JOIN",
            "CROSS JOIN",
            "LEFT SEMI JOIN",
            "LEFT ANTI JOIN",
        ]);
        let on = if kind == "CROSS JOIN" {
            String::new()
        } else {
            let mut on = format!(
                " ON {} = {}",
                self.column(&left.columns, Int),
                self.column(&right.columns, Int)
            );
            if self.one_in(3) {
                on += &format!(
                    " AND {} < {}",
                    self.column(&left.columns, Int),
                    self.column(&right.columns, Int)
                );
            }
            on
        };
        let visible = if kind.starts_with("LEFT SEMI") || kind.starts_with("LEFT ANTI") {
            left.columns.clone()
        } else {
            both
        };
        let filter = self.filter(&visible);
        let (list, columns) = self.selected(&visible);
        Query {
            sql: format!(
                "SELECT {} FROM {} {kind} {}{on}{filter}",
                list.join(", "),
                left.from,
                right.from
            ),
            columns,
            unique: None,
        }
    }

    fn measure(&mut self, relation: &Relation) -> (String, Type) {
        let number = self.expression(&relation.columns, Int, 1);
        let text = self.column(&relation.columns, Text);
        match self.rng.random_range(0..7) {
            0 => ("count(*)".to_owned(), Int),
            1 => (format!("count(DISTINCT {text})"), Int),
            2 => (format!("max({text})"), Text),
            3 => {
                let condition = self.condition(&relation.columns, 0);
                (format!("sum({number}) FILTER (WHERE {condition})"), Int)
            }
            4 if relation.unique.is_some() => {
                let order = self.column(&relation.columns, Int);
                let unique = relation.unique.as_deref().unwrap();
                (
                    format!("first_value({text} ORDER BY {order}, {unique})"),
                    Text,
                )
            }
            5 => (format!("min({number})"), Int),
            _ => (format!("sum({number})"), Int),
        }
    }

    fn aggregate(&mut self, depth: usize) -> Query {
        let relation = self.relation(depth);
        let filter = self.filter(&relation.columns);
        let mut list = Vec::new();
        let mut columns = Vec::new();
        let mut groups = Vec::new();
        for _ in 0..self.rng.random_range(0..3) {
            let data_type = self.pick(&[Int, Text]);
            let group = self.column(&relation.columns, data_type);
            if groups.contains(&group) || !group.contains('.') {
                continue;
            }
            let name = self.name('c');
            list.push(format!("{group} AS {name}"));
            columns.push((name, data_type));
            groups.push(group);
        }
        for _ in 0..self.rng.random_range(1..3) {
            let (measure, data_type) = self.measure(&relation);
            let name = self.name('c');
            list.push(format!("{measure} AS {name}"));
            columns.push((name, data_type));
        }
        let mut end = String::new();
        if !groups.is_empty() {
            end += &format!(" GROUP BY {}", groups.join(", "));
            if self.one_in(3) {
                end += &format!(" HAVING min({}) >= 1", self.column(&relation.columns, Int));
            }
        }
        Query {
            sql: format!(
                "SELECT {} FROM {}{filter}{end}",
                list.join(", "),
                relation.from
            ),
            columns,
            unique: None,
        }
    }

    fn grouping_sets(&mut self, depth: usize) -> Query {
        let relation = self.relation(depth);
        let first = self.column(&relation.columns, Int);
        let second = self.column(&relation.columns, Text);
        let (measure, data_type) = self.measure(&relation);
        let names = [self.name('c'), self.name('c'), self.name('c')];
        let sets = self.pick(&[
            "ROLLUP (#, @)",
            "CUBE (#, @)",
            "GROUPING SETS ((#), (@), ())",
        ]);
        let sets = sets.replace('#', &first).replace('@', &second);
        Query {
            sql: format!(
                "SELECT {first} AS {}, {second} AS {}, {measure} AS {} FROM {} GROUP BY {sets}",
                names[0], names[1], names[2], relation.from
            ),
            columns: names.into_iter().zip([Int, Text, data_type]).collect(),
            unique: None,
        }
    }

    fn distinct(&mut self, depth: usize) -> Query {
        let mut query = self.plain(depth);
        query.sql = query.sql.replacen("SELECT", "SELECT DISTINCT", 1);
        query
    }

    fn distinct_on(&mut self, depth: usize) -> Query {
        let mut relation = self.relation(depth);
        if relation.unique.is_none() {
            relation = self.table();
        }
        let on = self.column(&relation.columns, Int);
        let order = self.column(&relation.columns, Text);
        let unique = relation.unique.unwrap_or_default();
        let filter = self.filter(&relation.columns);
        let (list, columns) = self.selected(&relation.columns);
        let on = if on.contains('.') { on } else { unique.clone() };
        Query {
            sql: format!(
                "SELECT DISTINCT ON ({on}) {} FROM {}{filter} ORDER BY {on}, {order}, {unique}",
                list.join(", "),
                relation.from
            ),
            columns,
            unique: None,
        }
    }

    fn of_types(&mut self, depth: usize, types: &[(String, Type)]) -> String {
        let relation = self.relation(depth);
        let filter = self.filter(&relation.columns);
        let list: Vec<String> = types
            .iter()
            .map(|(name, data_type)| {
                let expression = self.expression(&relation.columns, *data_type, 1);
                format!("{expression} AS {name}")
            })
            .collect();
        format!("SELECT {} FROM {}{filter}", list.join(", "), relation.from)
    }

    fn set_operation(&mut self, depth: usize) -> Query {
        let count = self.rng.random_range(1..4);
        let columns: Vec<Column> = (0..count)
            .map(|_| (self.name('c'), self.pick(&[Int, Text])))
            .collect();
        let first = self.of_types(depth, &columns);
        let second = self.of_types(depth, &columns);
        let operation = self.pick(&["UNION ALL", "UNION ALL", "UNION", "INTERSECT", "EXCEPT"]);
        Query {
            sql: format!("({first}) {operation} ({second})"),
            columns,
            unique: None,
        }
    }

    fn window(&mut self, depth: usize) -> Query {
        let mut relation = self.relation(depth);
        if relation.unique.is_none() {
            relation = self.table();
        }
        let unique = relation.unique.clone().unwrap_or_default();
        let mut list = vec![format!("{unique} AS u")];
        let mut columns = vec![("u".to_owned(), Int)];
        for _ in 0..self.rng.random_range(1..4) {
            let value = self.column(&relation.columns, Int);
            let part = self.column(&relation.columns, Text);
            let order = self.column(&relation.columns, Int);
            let window = match self.rng.random_range(0..6) {
                0 => format!("sum({value}) OVER (PARTITION BY {part})"),
                1 => format!("CAST(rank() OVER (ORDER BY {order}) AS BIGINT)"),
                2 => format!("lag({value}) OVER (PARTITION BY {part} ORDER BY {order}, {unique})"),
                3 => format!("first_value({value}) OVER (ORDER BY {order}, {unique})"),
                4 => format!(
                    "max({value}) OVER (ORDER BY {order}, {unique} ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)"
                ),
                _ => format!(
                    "CAST(row_number() OVER (PARTITION BY {part} ORDER BY {order}, {unique}) AS BIGINT)"
                ),
            };
            let name = self.name('c');
            list.push(format!("{window} AS {name}"));
            columns.push((name, Int));
        }
        let text = self.column(&relation.columns, Text);
        let name = self.name('c');
        list.push(format!("{text} AS {name}"));
        columns.push((name, Text));
        let sql = format!("SELECT {} FROM {}", list.join(", "), relation.from);
        if self.one_in(3) {
            // The first of each window, as one writes it to keep the newest row.
            let last = columns[1].0.clone();
            let alias = self.name('q');
            return Query {
                sql: format!("SELECT * FROM ({sql}) AS {alias} WHERE {alias}.{last} = 1"),
                columns,
                unique: Some("u".to_owned()),
            };
        }
        Query {
            sql,
            columns,
            unique: Some("u".to_owned()),
        }
    }

    fn limit(&mut self, depth: usize) -> Query {
        let mut relation = self.relation(depth);
        if relation.unique.is_none() {
            relation = self.table();
        }
        let unique = relation.unique.unwrap_or_default();
        let order = self.column(&relation.columns, Int);
        let filter = self.filter(&relation.columns);
        let (list, columns) = self.selected(&relation.columns);
        let count = self.rng.random_range(1..5);
        let skip = self.pick(&["", " OFFSET 1"]);
        let order = if order.contains('.') {
            order
        } else {
            unique.clone()
        };
        Query {
            sql: format!(
                "SELECT {} FROM {}{filter} ORDER BY {order} DESC, {unique} LIMIT {count}{skip}",
                list.join(", "),
                relation.from
            ),
            columns,
            unique: None,
        }
    }

    fn lateral(&mut self, depth: usize) -> Query {
        let left = self.relation(depth);
        let inner = self.table();
        let own = self.column(&inner.columns, Int);
        let outer = self.column(&left.columns, Int);
        let value = self.column(&inner.columns, Int);
        let function = self.pick(&["", "max", "sum", "count"]);
        let alias = self.name('l');
        let right = format!(
            "LATERAL (SELECT {function}({value}) AS v FROM {} WHERE {own} = {outer}) AS {alias}",
            inner.from
        );
        let visible: Vec<Column> = [left.columns, vec![(format!("{alias}.v"), Int)]].concat();
        let (mut list, mut columns) = self.selected(&visible);
        let name = self.name('c');
        list.push(format!("{alias}.v AS {name}"));
        columns.push((name, Int));
        Query {
            sql: format!(
                "SELECT {} FROM {} CROSS JOIN {right}",
                list.join(", "),
                left.from
            ),
            columns,
            unique: None,
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

    fn column_of(&mut self, relation: &Relation, data_type: Type) -> String {
        self.column(&relation.columns, data_type)
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

    fn values(&mut self, depth: usize) -> Query {
        let relation = self.relation(depth);
        let alias = self.name('v');
        let own = self.column(&relation.columns, Int);
        let mut visible = relation.columns.clone();
        visible.push((format!("{alias}.y"), Text));
        let (list, columns) = self.selected(&visible);
        Query {
            sql: format!(
                "SELECT {} FROM {} JOIN (VALUES (0, 'x'), (1, 'y'), (2, 'y')) AS {alias} (x, y) ON {alias}.x = {own}",
                list.join(", "),
                relation.from
            ),
            columns,
            unique: None,
        }
    }

    fn common_table(&mut self, depth: usize) -> Query {
        let shape = self.rng.random_range(0..SHAPES.len());
        let inner = self.query(shape, depth.saturating_sub(1));
        let table = self.name('w');
        let aliases = [self.name('x'), self.name('x')];
        let of = |alias: &str| -> Vec<Column> {
            let columns = inner.columns.iter();
            columns
                .map(|(name, data_type)| (format!("{alias}.{name}"), *data_type))
                .collect()
        };
        let (left, right) = (of(&aliases[0]), of(&aliases[1]));
        let on = format!("{} = {}", self.column(&left, Int), self.column(&right, Int));
        let (list, columns) = self.selected(&[left, right].concat());
        Query {
            sql: format!(
                "WITH {table} AS ({}) SELECT {} FROM {table} AS {} LEFT JOIN {table} AS {} ON {on}",
                inner.sql,
                list.join(", "),
                aliases[0],
                aliases[1]
            ),
            columns,
            unique: None,
        }
    }
}

fn own_name(name: &str) -> String {
    name.rsplit('.').next().unwrap().to_owned()
}
