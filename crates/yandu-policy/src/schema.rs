//! The schema that policies are held to, and the entities that they are asked about.

use std::collections::{HashMap, HashSet};
use std::str::FromStr as _;
use std::sync::{LazyLock, OnceLock};

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression, Schema,
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

/// One side of a question: somebody, or a resource.
#[derive(Debug)]
pub(crate) struct Side {
    /// All that it is in.
    pub(crate) above: Vec<EntityUid>,
    /// What Cedar is told of it, and of what it is in that is in something itself. Other names are no entities: `in` and `==` need
    /// none, and each would cost every question more than a condition does.
    pub(crate) entities: Vec<Entity>,
    told: OnceLock<Result<Entities, String>>,
}

impl Side {
    fn new(
        uid: EntityUid,
        attributes: HashMap<String, RestrictedExpression>,
        above: Vec<EntityUid>,
    ) -> Self {
        let this = Entity::new(uid, attributes, above.iter().cloned().collect())
            .expect("texts, numbers and references need no evaluation");
        Self {
            above,
            entities: vec![this],
            told: OnceLock::new(),
        }
    }

    /// Its entities alone, for questions that do not look at the other side.
    ///
    /// # Errors
    ///
    /// Where divisions are in a circle.
    pub(crate) fn told(&self) -> Result<&Entities, &String> {
        let told = || entities(&self.entities);
        self.told.get_or_init(told).as_ref()
    }
}

pub(crate) fn entities<'e>(told: impl IntoIterator<Item = &'e Entity>) -> Result<Entities, String> {
    let entities = Entities::from_entities(told.into_iter().cloned(), None);
    entities.map_err(|error| error.to_string())
}

pub(crate) fn city() -> Side {
    Side::new(uid(CITY, THE_CITY), HashMap::new(), Vec::new())
}

pub(crate) fn principal(principal: &Principal, city: &City) -> Side {
    let roles = principal.roles.iter().map(|role| uid(ROLE, role));
    let mut in_all: Vec<EntityUid> = roles.collect();
    let mut attributes = HashMap::new();
    if let Some(department) = &principal.department {
        let department = uid(DEPARTMENT, department);
        attributes.insert("department".to_owned(), reference(&department));
        in_all.push(department);
    }
    let division = principal.division.as_deref();
    let codes: Vec<&str> = division.map_or_else(Vec::new, |code| above(code, city).collect());
    let divisions: Vec<EntityUid> = codes.iter().map(|code| uid(DIVISION, code)).collect();
    if let Some(first) = divisions.first() {
        attributes.insert("division".to_owned(), reference(first));
    }
    in_all.extend(divisions.iter().cloned());
    let mut side = Side::new(uid_of(principal), attributes, in_all);
    let above = divisions.iter().zip(divisions.iter().skip(1));
    side.entities.extend(above.map(|(division, above)| {
        Entity::new_no_attrs(division.clone(), HashSet::from([above.clone()]))
    }));
    side
}

/// A division and those above it.
pub(crate) fn above<'c>(code: &'c str, city: &'c City) -> impl Iterator<Item = &'c str> {
    let above = |this: &&'c str| city.above.get(*this).map(String::as_str);
    // No tree of divisions is as deep; one that is a circle ends here.
    std::iter::successors(Some(code), above).take(16)
}

pub(crate) fn dataset(id: &DatasetId, dataset: &Dataset) -> Side {
    let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
    let grade = RestrictedExpression::new_long(number_of(dataset.grade()));
    let pack = uid(PACK, id.pack().as_str());
    let owner = uid(DEPARTMENT, &dataset.owner);
    let attributes = HashMap::from([
        ("owner".to_owned(), reference(&owner)),
        ("grade".to_owned(), grade),
        ("origin".to_owned(), text(&dataset.origin)),
        ("sharing".to_owned(), text(&dataset.sharing)),
        ("opening".to_owned(), text(&dataset.opening)),
    ]);
    Side::new(uid(DATASET, id.as_str()), attributes, vec![pack, owner])
}

fn number_of(grade: Grade) -> i64 {
    let place = Grade::ALL.into_iter().position(|one| one == grade);
    place.map_or(i64::MAX, |place| place as i64 + 1)
}

fn reference(uid: &EntityUid) -> RestrictedExpression {
    RestrictedExpression::new_entity_uid(uid.clone())
}
