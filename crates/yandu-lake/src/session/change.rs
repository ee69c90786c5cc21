//! Statements that would change something, refused as they are written: the plan of one asks first for what its change needs, such
//! as the format of a file.

use datafusion::common::DataFusionError;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::Statement as SqlStatement;

use crate::session::problem;

/// Refuses a statement that writes rows, or makes or takes away what holds them. What else is no query is refused as a plan.
pub(crate) fn refuse_change(statement: &Statement) -> Result<(), DataFusionError> {
    if is_change(statement) {
        return Err(problem::change());
    }
    Ok(())
}

fn is_change(statement: &Statement) -> bool {
    match statement {
        Statement::CopyTo(_) | Statement::CreateExternalTable(_) => true,
        Statement::Explain(explained) => is_change(&explained.statement),
        Statement::Statement(statement) => matches!(
            statement.as_ref(),
            SqlStatement::Insert(_)
                | SqlStatement::Update(_)
                | SqlStatement::Delete(_)
                | SqlStatement::Merge(_)
                | SqlStatement::Truncate(_)
                | SqlStatement::CreateTable(_)
                | SqlStatement::CreateView(_)
                | SqlStatement::AlterTable(_)
                | SqlStatement::Drop { .. }
        ),
        Statement::Reset(_) => false,
    }
}
