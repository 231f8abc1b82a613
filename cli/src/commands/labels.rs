//! The names of labels, where they are wanted.

use dingtalk_extcontact::{Call, Client, Error};

use crate::input::filter::{self, Filter, LabelNames};

/// Those that the filters ask for; none where they ask for none.
pub(crate) fn for_filters(
    filters: &[Filter],
    client: &Client,
    call: &Call,
) -> Result<LabelNames, Error> {
    match filter::ask_for_label_names(filters) {
        true => names(client, call),
        false => Ok(LabelNames::new()),
    }
}

/// All of them.
pub(crate) fn names(client: &Client, call: &Call) -> Result<LabelNames, Error> {
    let labels = client.labels(call)?;
    Ok(labels.into_iter().map(|label| (label.id, label.name)).collect())
}
