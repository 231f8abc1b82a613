//! The outcome of one contact, in words or as JSON.

use dingtalk_extcontact::{Deletion, Item, Outcome};

use crate::language::{self, said};
use crate::output;
use crate::output::report::ending::Ending;

/// An item as a line of JSON, in the library's form.
pub(crate) fn json(item: &Item) -> String {
    // A map with text keys and plain values cannot fail to serialise.
    serde_json::to_string(item).unwrap_or_default()
}

/// An item in words. An error's own message names the contact, the request id, and whether the
/// contact may be gone.
pub(crate) fn words(item: &Item) -> String {
    match &item.outcome {
        Outcome::Deletion(deletion) => of_deletion(deletion),
        Outcome::Error(error) => match language::meaning(error) {
            Some(meaning) => format!("{} [{meaning}]", error.message()),
            None => error.message().to_owned(),
        },
        Outcome::NotAttempted { user_id } => said!("contact {id}", id = output::escaped(user_id)),
    }
}

fn of_deletion(deletion: &Deletion) -> String {
    let mut words = said!("contact {id}", id = output::escaped(&deletion.user_id));
    let mut facts = Vec::new();
    if let Some(id) = &deletion.request_id {
        facts.push(said!("request id {id}", id));
    }
    if deletion.attempts > 1 {
        facts.push(said!("after {count} requests", count = deletion.attempts));
    }
    if !facts.is_empty() {
        words = said!("{words} ({facts})", words, facts = facts.join(&said!(", ")));
    }
    match Ending::of_deletion(deletion) {
        Ending::Gone => {
            said!("{words}; probably by an earlier request of ours, whose reply was lost", words)
        }
        Ending::NoContact => said!("{words}; gone before, or never there", words),
        _ => words,
    }
}
