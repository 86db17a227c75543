//! A person: somebody with a name, perhaps a zone, and a wish for leap days.

use crate::{id::PersonId, policy::LeapDay, zones::ZoneName};

/// A person, as events refer to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Which person.
    pub id: PersonId,
    /// The name as shown.
    pub name: String,
    /// Where the person lives; `None` is wherever the machine is.
    pub zone: Option<ZoneName>,
    /// What a birthday on 29 February is in other years.
    pub leap_day: LeapDay,
}
