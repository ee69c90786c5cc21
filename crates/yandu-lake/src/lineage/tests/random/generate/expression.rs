//! Expressions, conditions and lists of columns.

use rand::Rng;
use rand::seq::IndexedRandom;

use super::Type::{Date, Decimal, Float, Int, Moment, Text, Truth};
use super::{Column, Generator, Relation, Type};

impl Generator {
    pub(super) fn literal(&mut self, data_type: Type) -> String {
        match data_type {
            Int => self.rng.random_range(0..4).to_string(),
            Text => format!("'{}'", self.pick(&["a", "b", "c", ""])),
            Decimal => format!("CAST({} AS DECIMAL(12, 2))", self.rng.random_range(0..4)),
            Float => format!("CAST({} AS DOUBLE)", self.rng.random_range(0..4)),
            Date => format!("DATE '2024-0{}-01'", self.rng.random_range(1..7)),
            Moment => format!(
                "CAST('2024-0{}-01 12:00:00' AS TIMESTAMP(6))",
                self.rng.random_range(1..7)
            ),
            Truth => self.pick(&["true", "false"]).to_owned(),
        }
    }

    /// The type of one of the columns.
    pub(super) fn type_in(&mut self, columns: &[Column]) -> Type {
        let column = columns.choose(&mut self.rng);
        column.map_or(Int, |(_, data_type)| *data_type)
    }

    pub(super) fn column(&mut self, columns: &[Column], data_type: Type) -> String {
        let fitting: Vec<&Column> = columns
            .iter()
            .filter(|column| column.1 == data_type)
            .collect();
        match fitting.choose(&mut self.rng) {
            Some((name, _)) => name.clone(),
            None => self.literal(data_type),
        }
    }

    pub(super) fn column_of(&mut self, relation: &Relation, data_type: Type) -> String {
        self.column(&relation.columns, data_type)
    }

    pub(super) fn expression(
        &mut self,
        columns: &[Column],
        data_type: Type,
        depth: usize,
    ) -> String {
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
            (2, Text) => {
                let data_type = self.type_in(columns);
                let value = self.expression(columns, data_type, inner);
                format!("CAST({value} AS VARCHAR)")
            }
            (3, Text) => format!("upper({})", self.expression(columns, Text, inner)),
            (_, Text) => format!(
                "({} || {})",
                self.expression(columns, Text, inner),
                self.expression(columns, Text, inner)
            ),
            (_, Decimal | Float | Date | Moment | Truth) => self.column(columns, data_type),
        }
    }

    pub(super) fn scalar_subquery(&mut self, columns: &[Column]) -> String {
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

    pub(super) fn condition(&mut self, columns: &[Column], depth: usize) -> String {
        let inner = depth.saturating_sub(1);
        match self.rng.random_range(0..if depth == 0 { 4 } else { 9 }) {
            0 => {
                let data_type = self.type_in(columns);
                let data_type = self.pick(&[Text, data_type]);
                format!(
                    "{} = {}",
                    self.column(columns, data_type),
                    self.expression(columns, data_type, inner)
                )
            }
            1 => {
                let data_type = self.type_in(columns);
                format!("{} IS NOT NULL", self.column(columns, data_type))
            }
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

    pub(super) fn filtered_table(&mut self) -> (String, String) {
        let table = self.table();
        let column = self.column(&table.columns, Int);
        let condition = self.condition(&table.columns, 0);
        (format!("FROM {} WHERE {condition}", table.from), column)
    }

    pub(super) fn filter(&mut self, columns: &[Column]) -> String {
        if self.one_in(2) {
            return String::new();
        }
        format!(" WHERE {}", self.condition(columns, 2))
    }

    /// Some expressions under new names.
    pub(super) fn selected(&mut self, columns: &[Column]) -> (Vec<String>, Vec<Column>) {
        let count = self.rng.random_range(1..4);
        (0..count)
            .map(|_| {
                let data_type = self.type_in(columns);
                let data_type = self.pick(&[Int, Int, Text, data_type]);
                let expression = self.expression(columns, data_type, 2);
                let name = self.name('c');
                (format!("{expression} AS {name}"), (name, data_type))
            })
            .unzip()
    }
}
