//! A row that is worked on: the faults that a dataset plants in its columns.

use crate::defect::Planted;
use crate::random::Stream;
use crate::sheet::Layout;
use crate::sink::Cell;

/// The cells of one row and the draws for its fault.
pub(crate) struct Hand<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) cells: &'a mut Vec<Cell>,
    pub(crate) stream: Stream,
}

impl Hand<'_> {
    pub(crate) fn text(&self, column: &str) -> &str {
        self.layout
            .at(column)
            .and_then(|at| self.cells.get(at))
            .map_or("", Cell::text)
    }

    pub(crate) fn set(&mut self, column: &str, cell: Cell) {
        if let Some(place) = self.layout.at(column).and_then(|at| self.cells.get_mut(at)) {
            *place = cell;
        }
    }

    pub(crate) fn set_text(&mut self, column: &str, text: impl Into<String>) {
        self.set(column, Cell::Text(text.into()));
    }

    fn change(
        &mut self,
        column: &str,
        spoil: impl FnOnce(&str, &mut Stream) -> Option<String>,
    ) -> Option<()> {
        let text = self.text(column).to_owned();
        if text.is_empty() {
            return None;
        }
        let spoiled = spoil(&text, &mut self.stream)?;
        self.set_text(column, spoiled);
        Some(())
    }

    pub(crate) fn hard(
        &mut self,
        column: &'static str,
        reason: &'static str,
        spoil: impl FnOnce(&str, &mut Stream) -> Option<String>,
    ) -> Option<Planted> {
        self.change(column, spoil)?;
        Some(Planted::hard(column, reason))
    }

    pub(crate) fn soft(
        &mut self,
        column: &'static str,
        reason: &'static str,
        spoil: impl FnOnce(&str, &mut Stream) -> Option<String>,
    ) -> Option<Planted> {
        self.change(column, spoil)?;
        Some(Planted::soft(column, reason))
    }

    /// A number in the form that people write.
    pub(crate) fn as_written(&mut self, column: &'static str) -> Option<Planted> {
        let (text, change) = crate::spoil::as_written(self.text(column))?;
        self.set(column, Cell::Quoted(text));
        Some(Planted::soft(column, change))
    }

    pub(crate) fn empty(&mut self, columns: &[&'static str]) -> Option<Planted> {
        let column = *self.stream.pick(columns)?;
        self.set(column, Cell::Absent);
        Some(Planted::hard(column, "missing"))
    }

    /// One of some columns, each with a code that its list does not have.
    pub(crate) fn wrong_code(&mut self, codes: &[(&'static str, &'static str)]) -> Option<Planted> {
        let (column, code) = *self.stream.pick(codes)?;
        self.set(column, Cell::Quoted(code.into()));
        Some(Planted::hard(column, "code-list"))
    }

    /// Words where a number belongs.
    pub(crate) fn words_for_a_number(&mut self, column: &'static str) -> Option<Planted> {
        let text = crate::spoil::not_a_number(&mut self.stream)?;
        self.set(column, Cell::Quoted(text));
        Some(Planted::hard(column, "number"))
    }

    /// A part that is greater than its whole.
    pub(crate) fn exceed(
        &mut self,
        part: &'static str,
        whole: &str,
        reason: &'static str,
    ) -> Option<Planted> {
        let whole: u64 = self.text(whole).parse().ok()?;
        let more = whole + 1 + u64::from(self.stream.below(99));
        self.set_text(part, more.to_string());
        Some(Planted::hard(part, reason))
    }

    /// A day in another form, as a text also where the format knows days.
    pub(crate) fn date_form(&mut self, column: &'static str) -> Option<Planted> {
        let planted = self.soft(column, "date-form", crate::spoil::date_form)?;
        let text = self.text(column).to_owned();
        self.set(column, Cell::Quoted(text));
        Some(planted)
    }

    /// A township of another city.
    pub(crate) fn wrong_township(
        &mut self,
        column: &'static str,
        reason: &'static str,
    ) -> Option<Planted> {
        let code = *self.stream.pick(&["320602001", "321202003", "340102005"])?;
        self.set_text(column, code);
        Some(Planted::hard(column, reason))
    }

    /// A county of another city.
    pub(crate) fn wrong_county(
        &mut self,
        column: &'static str,
        reason: &'static str,
    ) -> Option<Planted> {
        let code = *self.stream.pick(&["320602", "321202", "340102"])?;
        self.set_text(column, code);
        Some(Planted::hard(column, reason))
    }

    pub(crate) fn one_of(&mut self, columns: &[&'static str]) -> Option<&'static str> {
        self.stream.pick(columns).copied()
    }
}
