//! What is known of the contacts that a dry run shows.

use std::borrow::Cow;
use std::collections::HashMap;

use dingtalk_extcontact::binding::PriorState;
use dingtalk_extcontact::{Call, Client, Contact, Error, ErrorKind};

use crate::commands::delete::likeness::{Likeness, Likenesses};
use crate::language::{self, said};
use crate::output::{self, Exit};

/// Up to this many contacts are asked for one by one. For more, all contacts are listed.
const FEW: u64 = 100;

/// Looks contacts up.
pub(crate) struct Lookup<'a> {
    client: &'a Client,
    call: Call,
    contacts: Contacts,
    /// By all contacts, once somebody has asked; `None` in it where these cannot be read.
    likenesses: Option<Option<Likenesses>>,
}

enum Contacts {
    /// By their ids, as they were listed.
    Listed(HashMap<String, Contact>),
    /// To be asked for when they are needed.
    OneByOne,
    /// Reading is not permitted, or fails.
    Unknown(Error),
}

/// What is known of one id.
pub(crate) enum Finding<'a> {
    Contact(Cow<'a, Contact>),
    /// With what it is like, unless an earlier run may have deleted it or contacts cannot be listed.
    NoContact(Option<Likeness>),
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
                Err(error) => unknown(error)?,
            },
        };
        Ok(Lookup { client, call, contacts, likenesses: None })
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
                    return self.no_contact(id, state);
                }
                Err(error) => self.contacts = unknown(error)?,
            }
        }
        if self.failure().is_some() {
            return Ok(Finding::Unknown);
        }
        if self.listed(id).is_none() {
            return self.no_contact(id, state);
        }
        let known = |contact| Finding::Contact(Cow::Borrowed(contact));
        Ok(self.listed(id).map_or(Finding::Unknown, known))
    }

    fn no_contact(
        &mut self,
        id: &str,
        state: Option<PriorState>,
    ) -> Result<Finding<'static>, Exit> {
        Ok(Finding::NoContact(match state {
            Some(PriorState::MaybeDeleted) => None,
            _ => self.likeness(id)?,
        }))
    }

    /// Why contacts cannot be looked up.
    pub(crate) const fn failure(&self) -> Option<&Error> {
        match &self.contacts {
            Contacts::Unknown(error) => Some(error),
            Contacts::Listed(_) | Contacts::OneByOne => None,
        }
    }

    /// What an id without a contact is like, by all contacts; `None` where these cannot be read.
    fn likeness(&mut self, id: &str) -> Result<Option<Likeness>, Exit> {
        if self.likenesses.is_none() {
            self.likenesses = Some(self.read_likenesses()?);
        }
        Ok(self.likenesses.as_ref().and_then(Option::as_ref).map(|all| all.find(id)))
    }

    /// The contact with this id, once all are listed.
    pub(crate) fn listed(&self, id: &str) -> Option<&Contact> {
        match &self.contacts {
            Contacts::Listed(all) => all.get(id),
            Contacts::OneByOne | Contacts::Unknown(_) => None,
        }
    }

    /// Lists all contacts, if they are not listed yet; from then on nobody is asked for any more.
    fn read_likenesses(&mut self) -> Result<Option<Likenesses>, Exit> {
        if matches!(self.contacts, Contacts::OneByOne) {
            match self.client.contacts(&self.call) {
                Ok(contacts) => self.contacts = by_id(contacts),
                Err(error) if error.kind() == ErrorKind::Cancelled => {
                    return Err(Exit::Interrupted);
                }
                Err(error) => {
                    let message = error.message();
                    output::note(&said!("whether zeros are lost is not known: {message}", message));
                }
            }
        }
        Ok(match &self.contacts {
            Contacts::Listed(all) => Some(Likenesses::of(all.values())),
            Contacts::OneByOne | Contacts::Unknown(_) => None,
        })
    }
}

fn by_id(contacts: Vec<Contact>) -> Contacts {
    let by_id = |contact: Contact| (contact.user_id().to_owned(), contact);
    Contacts::Listed(contacts.into_iter().map(by_id).collect())
}

/// Goes on without names, which are a help and no condition.
fn unknown(error: Error) -> Result<Contacts, Exit> {
    if error.kind() == ErrorKind::Cancelled {
        return Err(Exit::Interrupted);
    }
    output::note(&said!("names are not known: {message}", message = error.message()));
    output::note(&output::wrapped(&language::advice(&error), 4));
    Ok(Contacts::Unknown(error))
}
