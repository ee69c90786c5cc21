//! Shapes of more than one relation.

use rand::Rng;

use super::Type::{Int, Text};
use super::{Column, Generator, Query, SHAPES, Type};

impl Generator {
    pub(super) fn join(&mut self, depth: usize) -> Query {
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

    pub(super) fn of_types(&mut self, depth: usize, types: &[(String, Type)]) -> String {
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

    pub(super) fn set_operation(&mut self, depth: usize) -> Query {
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

    pub(super) fn lateral(&mut self, depth: usize) -> Query {
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

    pub(super) fn values(&mut self, depth: usize) -> Query {
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

    pub(super) fn common_table(&mut self, depth: usize) -> Query {
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
