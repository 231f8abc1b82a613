//! What is known of the contacts that a dry run shows.

use std::borrow::Cow;
use std::collections::HashMap;

use dingtalk_extcontact::binding::PriorState;
use dingtalk_extcontact::{Call, Client, Contact, Error, ErrorKind};

use crate::input::digits::may_lack_zeros;
use crate::output::{self, Exit};

/// Up to this many contacts are asked for one by one. For more, all contacts are listed.
const FEW: u64 = 100;

/// Looks contacts up.
pub(crate) struct Lookup<'a> {
    client: &'a Client,
    call: Call,
    contacts: Contacts,
}

enum Contacts {
    /// By their ids, as they were listed.
    Listed(HashMap<String, Contact>),
    /// To be asked for when they are needed.
    OneByOne,
    /// Reading is not permitted, or fails.
    Unknown,
}

/// What is known of one id.
pub(crate) enum Finding<'a> {
    Contact(Cow<'a, Contact>),
    NoContact,
    Unknown,
    /// An earlier run settled it ("gone", "refused"), so it would not be called.
    Settled(&'static str),
}

impl<'a> Lookup<'a> {
    /// Looks up `count` ids, or the contacts that are given.
    pub(crate) fn new(
        client: &'a Client,
        call: Call,
        count: u64,
        given: Option<Vec<Contact>>,
    ) -> Result<Lookup<'a>, Exit> {
        let contacts = match given {
            Some(given) => by_id(given),
            None if count <= FEW => Contacts::OneByOne,
            None => match client.contacts(&call) {
                Ok(contacts) => by_id(contacts),
                Err(error) => unknown(&error)?,
            },
        };
        Ok(Lookup { client, call, contacts })
    }

    /// What is known of an id, with what the journal says of it.
    pub(crate) fn find(
        &mut self,
        id: &str,
        state: Option<PriorState>,
    ) -> Result<Finding<'_>, Exit> {
        match state {
            Some(PriorState::Gone) => return Ok(Finding::Settled("gone")),
            Some(PriorState::Refused) => return Ok(Finding::Settled("refused")),
            Some(PriorState::MaybeDeleted | PriorState::Open) | None => {}
        }
        if matches!(self.contacts, Contacts::OneByOne) {
            match self.client.get(id, &self.call) {
                Ok(contact) => return Ok(Finding::Contact(Cow::Owned(contact))),
                Err(error) if error.kind() == ErrorKind::InvalidUserId => {
                    return Ok(Finding::NoContact);
                }
                Err(error) => self.contacts = unknown(&error)?,
            }
        }
        Ok(match &self.contacts {
            Contacts::Listed(all) => all
                .get(id)
                .map_or(Finding::NoContact, |contact| Finding::Contact(Cow::Borrowed(contact))),
            Contacts::OneByOne | Contacts::Unknown => Finding::Unknown,
        })
    }

    /// Whether contacts can be looked up.
    pub(crate) const fn is_known(&self) -> bool {
        !matches!(self.contacts, Contacts::Unknown)
    }

    /// The ids of all contacts, to compare ids without a contact with. Empty where these cannot
    /// be damaged, or the contacts cannot be read.
    pub(crate) fn all_ids(&self, missing: &[String]) -> Result<Vec<String>, Exit> {
        match &self.contacts {
            Contacts::Listed(all) => Ok(all.keys().cloned().collect()),
            Contacts::OneByOne if missing.iter().any(|id| may_lack_zeros(id)) => {
                match self.client.contacts(&self.call) {
                    Ok(contacts) => Ok(contacts.iter().map(|it| it.user_id().to_owned()).collect()),
                    Err(error) if error.kind() == ErrorKind::Cancelled => Err(Exit::Interrupted),
                    Err(error) => {
                        let message = error.message();
                        output::note(&format!("whether zeros are lost is not known: {message}"));
                        Ok(Vec::new())
                    }
                }
            }
            Contacts::OneByOne | Contacts::Unknown => Ok(Vec::new()),
        }
    }
}

fn by_id(contacts: Vec<Contact>) -> Contacts {
    let by_id = |contact: Contact| (contact.user_id().to_owned(), contact);
    Contacts::Listed(contacts.into_iter().map(by_id).collect())
}

/// Goes on without names, which are a help and no condition.
fn unknown(error: &Error) -> Result<Contacts, Exit> {
    if error.kind() == ErrorKind::Cancelled {
        return Err(Exit::Interrupted);
    }
    output::note(&format!("names are not known: {}", error.message()));
    output::note(&output::wrapped(error.advice(), 4));
    Ok(Contacts::Unknown)
}
