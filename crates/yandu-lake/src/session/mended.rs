//! The engine's rules, mended where they are wrong. Each mend is to be dropped with the first release that needs it no more.

mod filter;
mod order;

use std::sync::Arc;

use datafusion::execution::SessionStateBuilder;
use datafusion::optimizer::OptimizerRule;
use datafusion::optimizer::optimizer::Optimizer;

use self::filter::MendedFilter;
use self::order::OrderedOnce;

pub(super) fn mended(builder: SessionStateBuilder) -> SessionStateBuilder {
    let mut rules = Optimizer::new().rules;
    let filter = MendedFilter::new();
    for rule in &mut rules {
        if rule.name() == filter.name() {
            *rule = Arc::new(MendedFilter::new());
        }
    }
    // Behind all others: two keys can be one only after constants were put into them.
    rules.push(Arc::new(OrderedOnce));
    builder.with_optimizer_rules(rules)
}
