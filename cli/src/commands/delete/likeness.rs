//! What an id without a contact is like: a contact's id but for zeros, or an id of another kind.

use crate::language::said;
use std::collections::{HashMap, HashSet};

use dingtalk_extcontact::Contact;

use crate::input::damage::are_digits;

/// What an id without a contact is like.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Likeness {
    /// The contacts whose ids have the same digits behind other zeros.
    pub(crate) same_digits: Vec<String>,
    /// It is of another kind.
    pub(crate) near_miss: Option<NearMiss>,
}

/// What is taken for a contact's userid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum NearMiss {
    /// The userid of an employee, who follows a contact or shares one.
    Employee,
    /// Userids of contacts are digits; a unionid has letters.
    NotDigits,
}

impl NearMiss {
    /// The name in JSON.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            NearMiss::Employee => "employee",
            NearMiss::NotDigits => "not_digits",
        }
    }

    /// For people.
    pub(crate) fn describe(self) -> String {
        match self {
            NearMiss::Employee => said!("it is an employee's userid"),
            NearMiss::NotDigits => {
                said!("it has more than digits: a unionid, or an employee's userid?")
            }
        }
    }
}

/// All contacts, by what an id may be like.
#[derive(Default)]
pub(crate) struct Likenesses {
    /// The ids of digits, by what follows their leading zeros.
    by_digits: HashMap<String, Vec<String>>,
    employees: HashSet<String>,
}

impl Likenesses {
    pub(crate) fn of<'a>(contacts: impl Iterator<Item = &'a Contact>) -> Likenesses {
        let mut all = Likenesses::default();
        for contact in contacts {
            let id = contact.user_id();
            if are_digits(id) {
                all.by_digits.entry(bare(id).to_owned()).or_default().push(id.to_owned());
            }
            all.employees.extend(contact.text("follower_user_id").map(str::to_owned));
            all.employees.extend(contact.ids("share_user_ids"));
        }
        all.by_digits.values_mut().for_each(|ids| ids.sort());
        all
    }

    /// What an id without a contact is like.
    pub(crate) fn find(&self, id: &str) -> Likeness {
        let digits = are_digits(id);
        let same_digits = match self.by_digits.get(bare(id)) {
            Some(ids) if digits => ids.clone(),
            _ => Vec::new(),
        };
        let near_miss = match digits {
            _ if self.employees.contains(id) => Some(NearMiss::Employee),
            false => Some(NearMiss::NotDigits),
            true => None,
        };
        Likeness { same_digits, near_miss }
    }
}

fn bare(id: &str) -> &str {
    id.trim_start_matches('0')
}
