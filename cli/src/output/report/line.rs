//! The outcome of one contact, in words or as JSON.

use dingtalk_extcontact::{Deletion, Item, Outcome};

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
        Outcome::Error(error) => error.message().to_owned(),
        Outcome::NotAttempted { user_id } => format!("contact {}", output::escaped(user_id)),
    }
}

fn of_deletion(deletion: &Deletion) -> String {
    let mut words = format!("contact {}", output::escaped(&deletion.user_id));
    let mut facts = Vec::new();
    if let Some(id) = &deletion.request_id {
        facts.push(format!("request id {id}"));
    }
    if deletion.attempts > 1 {
        facts.push(format!("after {} requests", deletion.attempts));
    }
    if !facts.is_empty() {
        words.push_str(&format!(" ({})", facts.join(", ")));
    }
    words.push_str(match Ending::of_deletion(deletion) {
        Ending::Gone => "; probably by an earlier request of ours, whose reply was lost",
        Ending::NoContact => "; gone before, or never there",
        _ => "",
    });
    words
}
