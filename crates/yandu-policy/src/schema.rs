//! The schema that policies are held to, and the entities that they are asked about.

use std::collections::{HashMap, HashSet};
use std::str::FromStr as _;
use std::sync::LazyLock;

use cedar_policy::{
    Context, Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression, Schema,
};
use yandu_words::Grade;
use yandu_words::id::DatasetId;

use crate::city::{Action, Circumstances, City, Dataset, Kind, Principal};

pub(crate) const ROLE: &str = "Role";
pub(crate) const DEPARTMENT: &str = "Department";
pub(crate) const DIVISION: &str = "Division";
pub(crate) const PACK: &str = "Pack";
pub(crate) const DATASET: &str = "Dataset";
pub(crate) const CITY: &str = "City";
const ACTION: &str = "Action";
/// There is one city.
pub(crate) const THE_CITY: &str = "city";

/// The schema as text, for whoever writes policies.
pub(crate) fn text() -> String {
    let mut text = String::from(
        "// What policies can speak of.\n\
         entity Role;\n\
         entity Department;\n\
         entity Division in [Division];\n\
         entity Pack;\n\
         entity City;\n\
         // `context.way` is `page`, `export` or `interface`.\n\
         // `grade` counts from 1 (general-1) to 6 (core).\n\
         entity Dataset in [Pack, Department] {\n  \
           owner: Department, origin: String, grade: Long, sharing: String, opening: String\n\
         };\n",
    );
    for kind in Kind::ALL {
        let name = kind.type_name();
        text.push_str(&format!(
            "entity {name} in [Role, Department, Division] {{ department?: Department, division?: Division }};\n"
        ));
    }
    let principals = Kind::ALL.map(Kind::type_name).join(", ");
    for action in Action::ALL {
        let resource = if action.is_on_dataset() {
            DATASET
        } else {
            CITY
        };
        text.push_str(&format!(
            "action {} appliesTo {{ principal: [{principals}], resource: {resource}, context: {{ purpose?: String, way: String }} }};\n",
            crate::quoted(action.name())
        ));
    }
    text
}

pub(crate) fn schema() -> Schema {
    let (schema, _) = Schema::from_cedarschema_str(&text()).expect("the text above is a schema");
    schema
}

/// The types of entities, read once: Cedar's parser takes longer than a decision.
static TYPES: LazyLock<HashMap<&'static str, EntityTypeName>> = LazyLock::new(|| {
    let fixed = [ROLE, DEPARTMENT, DIVISION, PACK, DATASET, CITY, ACTION];
    let names = fixed.into_iter().chain(Kind::ALL.map(Kind::type_name));
    names.map(|name| (name, type_of(name))).collect()
});

fn type_of(name: &str) -> EntityTypeName {
    EntityTypeName::from_str(name).expect("the types of this file are names of Cedar")
}

pub(crate) fn uid(type_name: &str, id: &str) -> EntityUid {
    let known = TYPES.get(type_name).cloned();
    let type_name = known.unwrap_or_else(|| type_of(type_name));
    EntityUid::from_type_name_and_id(type_name, EntityId::new(id))
}

pub(crate) fn uid_of(principal: &Principal) -> EntityUid {
    uid(principal.kind.type_name(), &principal.id)
}

pub(crate) fn action_uid(action: Action) -> EntityUid {
    uid(ACTION, action.name())
}

pub(crate) fn context(circumstances: &Circumstances) -> Context {
    let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
    let purpose = circumstances.purpose.as_deref();
    let purpose = purpose.map(|purpose| ("purpose".to_owned(), text(purpose)));
    let way = ("way".to_owned(), text(circumstances.way.name()));
    Context::from_pairs(purpose.into_iter().chain([way])).expect("texts need no evaluation")
}

/// A principal with all that it is in.
pub(crate) fn principal_entities(principal: &Principal, city: &City) -> Vec<Entity> {
    let mut entities = Vec::new();
    let mut parents = HashSet::new();
    let mut attributes = HashMap::new();
    for role in &principal.roles {
        let role = uid(ROLE, role);
        entities.push(bare(role.clone(), []));
        parents.insert(role);
    }
    if let Some(department) = &principal.department {
        let department = uid(DEPARTMENT, department);
        attributes.insert("department".to_owned(), reference(&department));
        entities.push(bare(department.clone(), []));
        parents.insert(department);
    }
    if let Some(division) = &principal.division {
        let first = uid(DIVISION, division);
        attributes.insert("division".to_owned(), reference(&first));
        parents.insert(first);
        entities.extend(divisions(division, city));
    }
    let this = Entity::new(uid_of(principal), attributes, parents)
        .expect("references are values that need no evaluation");
    entities.push(this);
    entities
}

/// A division and those above it.
pub(crate) fn above<'c>(code: &'c str, city: &'c City) -> impl Iterator<Item = &'c str> {
    let above = |this: &&'c str| city.above.get(*this).map(String::as_str);
    // No tree of divisions is as deep; one that is a circle ends here.
    std::iter::successors(Some(code), above).take(16)
}

fn divisions(code: &str, city: &City) -> Vec<Entity> {
    let entity = |this: &str| {
        let above = city.above.get(this);
        bare(uid(DIVISION, this), above.map(|above| uid(DIVISION, above)))
    };
    above(code, city).map(entity).collect()
}

/// A dataset with all that it is in.
pub(crate) fn dataset_entities(id: &DatasetId, dataset: &Dataset) -> Vec<Entity> {
    let pack = uid(PACK, id.pack().as_str());
    let owner = uid(DEPARTMENT, &dataset.owner);
    let attributes = HashMap::from([
        ("owner".to_owned(), reference(&owner)),
        (
            "grade".to_owned(),
            RestrictedExpression::new_long(number_of(dataset.grade())),
        ),
        (
            "origin".to_owned(),
            RestrictedExpression::new_string(dataset.origin.clone()),
        ),
        (
            "sharing".to_owned(),
            RestrictedExpression::new_string(dataset.sharing.clone()),
        ),
        (
            "opening".to_owned(),
            RestrictedExpression::new_string(dataset.opening.clone()),
        ),
    ]);
    let parents = HashSet::from([pack.clone(), owner.clone()]);
    let this = Entity::new(uid(DATASET, id.as_str()), attributes, parents)
        .expect("texts, numbers and references need no evaluation");
    vec![bare(pack, []), bare(owner, []), this]
}

fn number_of(grade: Grade) -> i64 {
    let place = Grade::ALL.into_iter().position(|one| one == grade);
    place.map_or(i64::MAX, |place| place as i64 + 1)
}

fn bare(uid: EntityUid, parents: impl IntoIterator<Item = EntityUid>) -> Entity {
    Entity::new_no_attrs(uid, parents.into_iter().collect())
}

fn reference(uid: &EntityUid) -> RestrictedExpression {
    RestrictedExpression::new_entity_uid(uid.clone())
}
