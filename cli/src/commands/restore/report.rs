//! What came of each record, in words or as JSON, and the summary at the end.

use std::io;
use std::path::Path;

use dingtalk_extcontact::{Client, Error, Restoration, RestoreStatus};
use serde_json::{Value, json};

use crate::language::{self, said};
use crate::output::{self, Output};

pub(crate) struct Report<'a> {
    output: &'a mut Output,
    json: bool,
    created: u64,
    still_there: u64,
    may_be_created: u64,
    failed: u64,
    would_be_created: u64,
    pub(crate) not_attempted: u64,
}

impl<'a> Report<'a> {
    pub(crate) fn new(output: &'a mut Output, json: bool) -> Report<'a> {
        Report {
            output,
            json,
            created: 0,
            still_there: 0,
            may_be_created: 0,
            failed: 0,
            would_be_created: 0,
            not_attempted: 0,
        }
    }

    pub(crate) fn restored(&mut self, it: &Restoration) -> io::Result<()> {
        let count = match it.status {
            RestoreStatus::Created => &mut self.created,
            RestoreStatus::StillThere => &mut self.still_there,
            _ => &mut self.may_be_created,
        };
        *count += 1;
        if self.json {
            return self.output.line(&serde_json::to_string(it)?);
        }
        let old = output::escaped(&it.old_user_id);
        let problem = it.problem.clone().unwrap_or_else(|| said!("not known"));
        let line = match (it.status, &it.user_id) {
            (RestoreStatus::Created, Some(user_id)) => {
                let new = output::escaped(user_id);
                said!("contact {old}: created again as {new}", old, new)
            }
            (RestoreStatus::Created, None) => {
                said!(
                    "contact {old}: created again, under an id that is not known: {problem}",
                    old,
                    problem
                )
            }
            (RestoreStatus::StillThere, _) => said!("contact {old}: still there", old),
            _ => said!("contact {old}: may be created: {problem}", old, problem),
        };
        let line = self.output.fit_to_terminal(&line);
        self.output.line(&line)
    }

    pub(crate) fn refused(&mut self, old_user_id: &str, error: &Error) -> io::Result<()> {
        self.failed += 1;
        if self.json {
            let line = json!({"old_user_id": old_user_id, "status": "failed", "error": error});
            return self.output.line(&line.to_string());
        }
        output::print_library_error(error);
        Ok(())
    }

    /// What a dry run found.
    pub(crate) fn would(&mut self, old_user_id: &str, status: &str) -> io::Result<()> {
        match status {
            "still_there" => self.still_there += 1,
            _ => self.would_be_created += 1,
        }
        if self.json {
            return self
                .output
                .line(&json!({"old_user_id": old_user_id, "status": status}).to_string());
        }
        let words = match status {
            "still_there" => said!("still there"),
            "would_be_looked_for" => said!("would be looked for"),
            _ => said!("would be created"),
        };
        let id = output::escaped(old_user_id);
        self.output.line(&said!("contact {id}: {words}", id, words))
    }

    /// Whether each contact is there.
    pub(crate) const fn is_good(&self) -> bool {
        self.may_be_created + self.failed + self.not_attempted == 0
    }

    /// Ends a dry run; whether every record can be restored.
    pub(crate) fn dry_run(&self) -> bool {
        if !self.json {
            output::note(&said!(
                "{would_be} would be created again, {there} still there, {created} created before, \
                 {failed} cannot be; nothing was created",
                would_be = self.would_be_created,
                there = self.still_there,
                created = self.created,
                failed = self.failed
            ));
        }
        self.failed == 0
    }

    /// Ends a run: the summary, and how to go on.
    pub(crate) fn end(
        &mut self,
        client: &Client,
        backup: &Path,
        journal: &Path,
        stopped: Option<&str>,
    ) {
        if self.json {
            let mut summary = json!({
                "created": self.created, "still_there": self.still_there,
                "may_be_created": self.may_be_created, "failed": self.failed,
                "not_attempted": self.not_attempted, "endpoint": client.endpoint(),
                "backup": backup.to_string_lossy(), "journal": journal.to_string_lossy(),
            });
            let more = [("app_key", client.app_key()), ("stopped", stopped)];
            for (name, value) in more {
                if let (Some(value), Some(summary)) = (value, summary.as_object_mut()) {
                    summary.insert(name.to_owned(), Value::from(value));
                }
            }
            // Whoever closed standard output was told by the line before.
            let _ = self.output.line(&json!({"summary": summary}).to_string());
            return;
        }
        output::note(&said!(
            "{created} created, {there} still there, {may_be} may be created, {failed} failed, \
             {not_attempted} not attempted",
            created = self.created,
            there = self.still_there,
            may_be = self.may_be_created,
            failed = self.failed,
            not_attempted = self.not_attempted
        ));
        if let Some(why) = stopped {
            output::note(&said!("stopped: {why}", why = language::told(why)));
        }
        let journal = output::escaped(&journal.to_string_lossy());
        output::note_unwrapped(&said!("journal: {path}", path = journal));
        if self.may_be_created + self.not_attempted > 0 {
            output::note(&said!(
                "run the same command again: it looks for who may be created, and creates nobody twice"
            ));
        }
    }
}
