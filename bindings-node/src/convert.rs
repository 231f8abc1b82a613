//! Values of JavaScript for the core, and its outcomes as JSON.

use dingtalk_extcontact::binding::{Value, contact_to_json, to_json};
use dingtalk_extcontact::{Check, Contact, Deletion, Error, Item, Restoration};
use napi::bindgen_prelude::{Either5, Null, Unknown};

/// The value of an option, as JavaScript has it.
pub type Given<'a> = Either5<String, f64, bool, Null, Unknown<'a>>;

/// The same for the core.
pub fn plain(given: Given) -> Value {
    match given {
        Either5::A(text) => Value::Text(text),
        Either5::B(number) => Value::Number(number),
        Either5::C(flag) => Value::Flag(flag),
        Either5::D(_) => Value::None,
        // An object, a BigInt or a function: every option refuses this, by its name.
        Either5::E(_) => Value::Number(f64::NAN),
    }
}

/// The one JSON form, with the fields in its order.
pub fn json(outcome: &Result<Deletion, Error>) -> String {
    let text = match outcome {
        Ok(deletion) => serde_json::to_string(deletion),
        Err(error) => serde_json::to_string(error),
    };
    text.unwrap_or_else(|_| to_json(outcome).to_string())
}

/// The next item of a batch, or `null`.
pub fn item(item: Option<Item>) -> String {
    // Maps with text keys and plain values cannot fail to serialise.
    serde_json::to_string(&item).unwrap_or_default()
}

/// A record, or why there is none.
pub fn contact(outcome: Result<Contact, Error>) -> String {
    match outcome {
        Ok(contact) => contact_to_json(&contact).to_string(),
        Err(error) => json(&Err(error)),
    }
}

/// What stands, or why that is not known.
pub fn check(outcome: Result<Check, Error>) -> String {
    match outcome {
        // Maps with text keys and plain values cannot fail to serialise.
        Ok(check) => serde_json::to_string(&check).unwrap_or_default(),
        Err(error) => json(&Err(error)),
    }
}

/// A page of records, `null` at the end, or why there is none.
pub fn page(outcome: Result<Option<Vec<Contact>>, Error>) -> String {
    match outcome {
        Ok(page) => {
            let page = page.map(|page| page.iter().map(contact_to_json).collect::<Vec<_>>());
            serde_json::Value::from(page).to_string()
        }
        Err(error) => json(&Err(error)),
    }
}

/// What came of a record that was to be restored, or why it was not.
pub fn restoration(outcome: Result<Restoration, Error>) -> String {
    match outcome {
        // Plain values cannot fail to serialise.
        Ok(restoration) => serde_json::to_string(&restoration).unwrap_or_default(),
        Err(error) => json(&Err(error)),
    }
}
