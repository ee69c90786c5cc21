//! Which policies can apply is looked up by their scopes, so that a decision costs what applies and not what there is.

use std::collections::HashMap;

use cedar_policy::EntityUid;

/// Whom, or what, a policy is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    Any,
    Is(String),
    Eq(EntityUid),
    In(EntityUid),
    IsIn(String, EntityUid),
}

impl Scope {
    /// What it names.
    pub(crate) fn name(&self) -> Option<&EntityUid> {
        match self {
            Self::Any | Self::Is(_) => None,
            Self::Eq(uid) | Self::In(uid) | Self::IsIn(_, uid) => Some(uid),
        }
    }
}

/// A scope with numbers for names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Any,
    Is(u32),
    Eq(u32),
    In(u32),
    IsIn(u32, u32),
}

pub(crate) type ByResource = HashMap<Key, Vec<u32>>;

/// The places of statements by their scopes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    types: HashMap<String, u32>,
    names: HashMap<EntityUid, u32>,
    places: HashMap<Key, ByResource>,
}

impl Index {
    pub(crate) fn add(&mut self, place: u32, principal: &Scope, resource: &Scope) {
        let principal = self.intern(principal);
        let resource = self.intern(resource);
        let by_resource = self.places.entry(principal).or_default();
        by_resource.entry(resource).or_default().push(place);
    }

    fn intern(&mut self, scope: &Scope) -> Key {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let mut of_type = |name: &str| {
            let next = number(self.types.len());
            *self.types.entry(name.to_owned()).or_insert(next)
        };
        let mut of_name = |uid: &EntityUid| {
            let next = number(self.names.len());
            *self.names.entry(uid.clone()).or_insert(next)
        };
        match scope {
            Scope::Any => Key::Any,
            Scope::Is(name) => Key::Is(of_type(name)),
            Scope::Eq(uid) => Key::Eq(of_name(uid)),
            Scope::In(uid) => Key::In(of_name(uid)),
            Scope::IsIn(name, uid) => Key::IsIn(of_type(name), of_name(uid)),
        }
    }

    /// The keys that an entity meets: `above` are those that it is in, without itself.
    fn keys(&self, of_type: &str, uid: &EntityUid, above: &[EntityUid]) -> Vec<Key> {
        let mut keys = vec![Key::Any];
        let of_type = self.types.get(of_type).copied();
        keys.extend(of_type.map(Key::Is));
        keys.extend(self.names.get(uid).copied().map(Key::Eq));
        for name in std::iter::once(uid).chain(above) {
            if let Some(name) = self.names.get(name).copied() {
                keys.push(Key::In(name));
                keys.extend(of_type.map(|of_type| Key::IsIn(of_type, name)));
            }
        }
        keys
    }

    /// What is about a principal.
    pub(crate) fn of_principal(
        &self,
        of_type: &str,
        uid: &EntityUid,
        above: &[EntityUid],
    ) -> Vec<&ByResource> {
        let keys = self.keys(of_type, uid, above);
        let found = keys.iter().filter_map(|key| self.places.get(key));
        found.collect()
    }

    /// Of that, what is about a resource, in the order in which it was added.
    pub(crate) fn of_resource(
        &self,
        principal: &[&ByResource],
        of_type: &str,
        uid: &EntityUid,
        above: &[EntityUid],
    ) -> Vec<u32> {
        let mut found = Vec::new();
        if principal.is_empty() {
            return found;
        }
        for key in self.keys(of_type, uid, above) {
            for by_resource in principal {
                found.extend(by_resource.get(&key).into_iter().flatten());
            }
        }
        found.sort_unstable();
        found
    }
}
