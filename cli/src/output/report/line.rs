//! One contact in words or as JSON.

use dingtalk_extcontact::{Deletion, Error, Item, Outcome};

use crate::output;
use crate::output::report::ending::End;

/// An item as a line of JSON: the library's own form of it.
pub(crate) fn json(item: &Item) -> String {
    // Maps with text keys and plain values cannot fail to serialise.
    serde_json::to_string(item).unwrap_or_default()
}

pub(crate) fn words(item: &Item) -> String {
    match &item.outcome {
        Outcome::Deletion(deletion) => of_deletion(deletion),
        Outcome::Error(error) => of_error(error),
        Outcome::NotAttempted { user_id } => format!("contact {}", output::shown(user_id)),
    }
}

fn of_deletion(deletion: &Deletion) -> String {
    let mut words = format!("contact {}", output::shown(&deletion.user_id));
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
    words.push_str(match End::of_deletion(deletion) {
        End::Gone => "; probably by an earlier request of ours, whose reply was lost",
        End::NoContact => "; gone before, or never there",
        _ => "",
    });
    words
}

/// Its message names the contact, the request id, and whether it may be gone.
fn of_error(error: &Error) -> String {
    error.message().to_owned()
}
