//! What somebody may do, and which policies say so.

use std::collections::HashSet;
use std::sync::Arc;

use cedar_policy::{Context, EntityUid, PolicySet, Request};
use yandu_words::id::DatasetId;

use crate::city::{Action, Circumstances, Principal};
use crate::index::{ByResource, Index};
use crate::policies::{Known, Policies};
use crate::schema::{self, Side};
use crate::statement::{Condition, Effect, Looks, Statement};

/// What a set of policies says of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub is_allowed: bool,
    /// The policies that decided: those that permit, or else those that forbid. Nothing where nothing applies.
    pub reasons: Vec<Arc<str>>,
    /// Policies that could not be evaluated. Then nothing is allowed.
    pub faults: Vec<String>,
}

/// Somebody who asks under a set of policies.
pub struct Reader<'a> {
    pub(crate) policies: &'a Policies,
    type_name: &'static str,
    uid: EntityUid,
    side: Side,
    places: Vec<&'a ByResource>,
    context: Context,
}

/// The statements that hold for one action, by what they do.
#[derive(Debug, Default)]
pub(crate) struct Holding<'a> {
    pub(crate) permits: Vec<&'a Statement>,
    pub(crate) forbids: Vec<&'a Statement>,
    pub(crate) withholds: Vec<&'a Statement>,
    pub(crate) faults: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        policies: &'a Policies,
        principal: &Principal,
        circumstances: &Circumstances,
    ) -> Self {
        let uid = schema::uid_of(principal);
        let side = schema::principal(principal, &policies.city);
        let type_name = principal.kind.type_name();
        let places = policies.index.of_principal(type_name, &uid, &side.above);
        let context = schema::context(circumstances);
        Self {
            policies,
            type_name,
            uid,
            side,
            places,
            context,
        }
    }

    /// Whether an action on a dataset is allowed. A dataset that the city does not have is nobody's.
    pub fn decide_on(&self, action: Action, dataset: &DatasetId) -> Decision {
        match self.policies.datasets.get(dataset) {
            Some(known) => self.decide(action, known),
            None => Decision {
                is_allowed: false,
                reasons: Vec::new(),
                faults: Vec::new(),
            },
        }
    }

    /// Whether an action on the city is allowed.
    pub fn decide_in_city(&self, action: Action) -> Decision {
        self.decide(action, &self.policies.city_itself)
    }

    fn decide(&self, action: Action, resource: &Known) -> Decision {
        let holding = self.holding(action, resource);
        let is_allowed = holding.is_allowed();
        let reasons = if holding.forbids.is_empty() {
            &holding.permits
        } else {
            &holding.forbids
        };
        Decision {
            is_allowed,
            reasons: reasons.iter().map(|one| Arc::clone(&one.id)).collect(),
            faults: holding.faults,
        }
    }

    /// The statements whose scopes are about this principal.
    pub(crate) fn places(&self) -> &[&'a ByResource] {
        &self.places
    }

    /// Of some statements, those whose scopes are about this principal.
    pub(crate) fn about<'i>(&self, index: &'i Index) -> Vec<&'i ByResource> {
        index.of_principal(self.type_name, &self.uid, &self.side.above)
    }

    /// The statements whose scopes are about this principal and a resource.
    pub(crate) fn found(&self, resource: &Known) -> impl Iterator<Item = &'a Statement> {
        let found = self.policies.index.of_resource(
            &self.places,
            resource.type_name,
            &resource.uid,
            &resource.side.above,
        );
        let statements = &self.policies.statements;
        found
            .into_iter()
            .filter_map(move |place| statements.get(place as usize))
    }

    /// The statements whose scopes and conditions hold.
    pub(crate) fn holding(&self, action: Action, resource: &Known) -> Holding<'a> {
        let mut holding = Holding::default();
        let mut conditional = Vec::new();
        for statement in self.found(resource) {
            if !statement.is_on(action) || statement.is_closed(action, resource) {
                continue;
            }
            match &statement.condition {
                Some(condition) => conditional.push((statement, condition)),
                None => holding.add(statement),
            }
        }
        if !conditional.is_empty() {
            self.evaluate(action, resource, &conditional, &mut holding);
        }
        holding.sort();
        holding
    }

    /// Lets Cedar evaluate conditions.
    fn evaluate(
        &self,
        action: Action,
        resource: &Known,
        conditional: &[(&'a Statement, &Condition)],
        holding: &mut Holding<'a>,
    ) {
        let looks = conditional.iter().map(|(_, condition)| condition.looks);
        let looks = looks.fold(Looks::default(), Looks::or);
        let both;
        let entities = match (looks.at_principal, looks.at_resource) {
            (_, false) => self.side.told(),
            (false, true) => resource.side.told(),
            (true, true) => {
                both = schema::entities(self.side.entities.iter().chain(&resource.side.entities));
                both.as_ref()
            }
        };
        let entities = entities.map_err(Clone::clone);
        let request = Request::new(
            self.uid.clone(),
            schema::action_uid(action),
            resource.uid.clone(),
            self.context.clone(),
            None,
        )
        .map_err(|error| error.to_string());
        let permits = conditional
            .iter()
            .map(|(_, condition)| condition.permit.clone());
        let permits = PolicySet::from_policies(permits).map_err(|error| error.to_string());
        let (entities, request, permits) = match (entities, request, permits) {
            (Ok(entities), Ok(request), Ok(permits)) => (entities, request, permits),
            (Err(fault), ..) | (_, Err(fault), _) | (.., Err(fault)) => {
                return holding.faults.push(fault);
            }
        };
        let authorizer = &self.policies.authorizer;
        let response = authorizer.is_authorized(&request, &permits, entities);
        let holds: HashSet<&str> = response.diagnostics().reason().map(AsRef::as_ref).collect();
        for (statement, _) in conditional {
            if holds.contains(statement.id.as_ref()) {
                holding.add(statement);
            }
        }
        let faults = response.diagnostics().errors();
        holding.faults.extend(faults.map(ToString::to_string));
    }
}

impl<'a> Holding<'a> {
    fn add(&mut self, statement: &'a Statement) {
        match statement.effect {
            Effect::Permit(_) => self.permits.push(statement),
            Effect::Forbid => self.forbids.push(statement),
            Effect::Withhold(_) => self.withholds.push(statement),
        }
    }

    /// Of two masks that leave as much the first counts, so their order is one that people can tell: that of the names.
    fn sort(&mut self) {
        for list in [&mut self.permits, &mut self.forbids, &mut self.withholds] {
            list.sort_by(|one, other| one.id.cmp(&other.id));
        }
    }

    /// Something permits, nothing forbids, and everything could be evaluated.
    pub(crate) fn is_allowed(&self) -> bool {
        !self.permits.is_empty() && self.forbids.is_empty() && self.faults.is_empty()
    }
}
