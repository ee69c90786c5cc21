//! Which answers an operation can have beside those of its handler: what the extractors, the guard and the layers say.
//!
//! A handler marks with [`Problem`](crate::Problem) that it answers with problem details; here the mark becomes the
//! statuses that the form of the operation allows. What only one operation can answer stands in [`OF_OPERATIONS`].

use std::collections::BTreeSet;

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::schema::{Object, Ref, Schema, Type};
use utoipa::openapi::{Components, OpenApi, RefOr, Response, ResponseBuilder};
use yandu_words::id::{DatasetId, SourceId};

use crate::problem;

/// Statuses of single operations, beside those that follow from their form.
const OF_OPERATIONS: &[(&str, &[u16])] = &[
    ("explain_query", &[404, 410, 503, 504]),
    ("run_query", &[404, 406, 410, 503, 504]),
    ("log_in", &[429]),
    ("begin_openid", &[404, 504]),
    ("link_myself", &[404, 504]),
    ("link_proved_identity", &[404, 429]),
    ("send_openid_code", &[404, 429]),
    ("change_password", &[429]),
    ("change_expired_password", &[429]),
    ("remove_second_factor", &[429]),
    ("run_source", &[502, 504]),
    ("restore_dataset", &[410]),
    ("show_rollback", &[409]),
    ("show_impact", &[404, 422]),
    ("show_lineage", &[404, 422]),
    ("list_suggestions", &[404]),
    ("list_grants", &[404]),
];

const MARK: &str = "default";
const NAME: &str = "Problem";

pub(super) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for (is_safe, operation) in operations(item) {
            bound(path, operation);
            require_body(operation);
            if is_safe {
                tag(operation);
            }
            if operation.responses.responses.remove(MARK).is_some() {
                for status in statuses(path, is_safe, operation) {
                    let problem = RefOr::Ref(Ref::from_response_name(NAME));
                    let responses = &mut operation.responses.responses;
                    responses.entry(status.to_string()).or_insert(problem);
                }
            }
        }
    }
    let components = document.components.get_or_insert_with(Components::new);
    components
        .responses
        .insert(NAME.to_owned(), problem::described().into());
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (bool, &mut Operation)> {
    let safe = [&mut item.get, &mut item.head];
    let unsafe_ones = [
        &mut item.put,
        &mut item.post,
        &mut item.patch,
        &mut item.delete,
    ];
    let safe = safe.into_iter().map(|operation| (true, operation));
    let all = safe.chain(unsafe_ones.map(|operation| (false, operation)));
    all.filter_map(|(is_safe, operation)| Some((is_safe, operation.as_mut()?)))
}

/// The statuses that follow from the form of an operation.
fn statuses(path: &str, is_safe: bool, operation: &Operation) -> BTreeSet<u16> {
    let mut statuses = BTreeSet::from([401, 403, 408, 500]);
    if operation.parameters.iter().any(|list| !list.is_empty()) {
        statuses.insert(400);
    }
    if path.contains('{') {
        statuses.extend([400, 404]);
    }
    if operation.request_body.is_some() {
        statuses.extend([400, 404, 413, 415, 422]);
    }
    if !is_safe {
        statuses.extend([409, 422, 503, 507]);
    }
    let matches = |name: &&str| operation.operation_id.as_deref() == Some(*name);
    for (_, more) in OF_OPERATIONS.iter().filter(|(name, _)| matches(name)) {
        statuses.extend(*more);
    }
    if accepts_if_match(operation) {
        statuses.insert(412);
    }
    statuses
}

fn accepts_if_match(operation: &Operation) -> bool {
    parameters(operation).any(|parameter| parameter.name.eq_ignore_ascii_case("if-match"))
}

fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    let all = operation.parameters.iter().flatten();
    all.filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

/// An answer that can be asked for again with its tag.
fn tag(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    let Some(RefOr::T(answer)) = responses.get_mut("200") else {
        return;
    };
    let is_whole = |form: &String| form.contains("json") || form.starts_with("text/");
    if !answer.content.keys().any(is_whole) {
        return;
    }
    let tag = HeaderBuilder::new()
        .schema(Some(Object::with_type(Type::String)))
        .description(Some("Give it back as `If-None-Match`."))
        .build();
    answer.headers.insert("ETag".to_owned(), tag.into());
    let same: Response = ResponseBuilder::new()
        .description("The caller has this answer already: `If-None-Match` names its tag.")
        .build();
    responses.insert("304".to_owned(), same.into());
}

/// Ids in addresses have the form of their kind.
fn bound(path: &str, operation: &mut Operation) {
    let (pattern, example) = if path.contains("/datasets/{id}") || path.contains("/models/{id}") {
        (DatasetId::PATTERN, "population.resident")
    } else if path.contains("/sources/{id}") {
        (SourceId::PATTERN, "population.resident_export")
    } else {
        return;
    };
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else {
            continue;
        };
        if parameter.name != "id" || parameter.parameter_in != ParameterIn::Path {
            continue;
        }
        if let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema {
            schema.pattern.get_or_insert_with(|| pattern.to_owned());
            schema.example.get_or_insert_with(|| example.into());
        }
    }
}

/// A body that an operation has is not left out.
fn require_body(operation: &mut Operation) {
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        body.required.get_or_insert(utoipa::openapi::Required::True);
    }
}
