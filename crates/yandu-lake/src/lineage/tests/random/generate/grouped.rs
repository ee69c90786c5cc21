//! Shapes that look at rows together: groups, distinct rows, windows, limits.

use rand::Rng;

use super::Type::{Int, Text};
use super::{Generator, Query, Relation, Type};

impl Generator {
    pub(super) fn measure(&mut self, relation: &Relation) -> (String, Type) {
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

    pub(super) fn aggregate(&mut self, depth: usize) -> Query {
        let relation = self.relation(depth);
        let filter = self.filter(&relation.columns);
        let mut list = Vec::new();
        let mut columns = Vec::new();
        let mut groups = Vec::new();
        for _ in 0..self.rng.random_range(0..3) {
            let data_type = self.type_in(&relation.columns);
            let data_type = self.pick(&[Int, Text, data_type]);
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

    pub(super) fn grouping_sets(&mut self, depth: usize) -> Query {
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

    pub(super) fn distinct(&mut self, depth: usize) -> Query {
        let mut query = self.plain(depth);
        query.sql = query.sql.replacen("SELECT", "SELECT DISTINCT", 1);
        query
    }

    pub(super) fn distinct_on(&mut self, depth: usize) -> Query {
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

    pub(super) fn window(&mut self, depth: usize) -> Query {
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

    pub(super) fn limit(&mut self, depth: usize) -> Query {
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
}
