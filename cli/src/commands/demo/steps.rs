//! The steps of the demo.

use dingtalk_extcontact::{Deletion, Error, ErrorKind, Status};
use dingtalk_extcontact_sandbox::{Faults, Permission, Sandbox};

use crate::language::sentence;

pub(crate) type Outcome = Result<Deletion, Error>;

/// One call that is shown.
pub(crate) struct Step {
    pub(crate) title: &'static str,
    /// What is about to happen, and why.
    pub(crate) text: &'static str,
    /// What is changed in the sandbox for it.
    pub(crate) setup: Setup,
    pub(crate) target: Target,
    pub(crate) missing_ok: bool,
    /// The outcome that it should have.
    pub(crate) expected: Expected,
}

/// A change of the sandbox.
#[derive(Clone, Copy)]
pub(crate) enum Setup {
    Nothing,
    NoWritePermission,
    ExpiredToken,
    Fault(&'static str),
}

/// The contact that a step deletes.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// One that exists.
    Next,
    /// The one that the first step has deleted.
    Gone,
}

/// The outcome that a step should have.
pub(crate) enum Expected {
    Deleted { attempts: u32 },
    Absent { attempts: u32, maybe_deleted: bool },
    Failed { kind: ErrorKind, code: &'static str },
}

pub(crate) const STEPS: [Step; 7] = [
    Step {
        title: sentence!("Delete a contact"),
        text: sentence!(
            "The client has an app key and a secret. It fetches an access token with them, \
                and keeps it for the calls to come."
        ),
        setup: Setup::Nothing,
        target: Target::Next,
        missing_ok: false,
        expected: Expected::Deleted { attempts: 1 },
    },
    Step {
        title: sentence!("Delete the same contact again"),
        text: sentence!(
            "It is gone now. DingTalk's answer is the same for an id that never was one, so \
                this is an error: somebody should look."
        ),
        setup: Setup::Nothing,
        target: Target::Gone,
        missing_ok: false,
        expected: Expected::Failed { kind: ErrorKind::InvalidUserId, code: "33012" },
    },
    Step {
        title: sentence!("The same once more, with missing_ok"),
        text: sentence!(
            "Whoever is content as long as the contact is gone says so, and gets \"absent\" \
                instead of an error."
        ),
        setup: Setup::Nothing,
        target: Target::Gone,
        missing_ok: true,
        expected: Expected::Absent { attempts: 1, maybe_deleted: false },
    },
    Step {
        title: sentence!("Without permission"),
        text: sentence!(
            "The app has lost the permission point for deleting. No retry would help, so \
                none is made; the advice says what to do."
        ),
        setup: Setup::NoWritePermission,
        target: Target::Next,
        missing_ok: false,
        expected: Expected::Failed { kind: ErrorKind::PermissionDenied, code: "60011" },
    },
    Step {
        title: sentence!("With an access token that has expired"),
        text: sentence!(
            "The first request is refused. The client fetches a new token, once, and sends \
                the request again: 2 attempts."
        ),
        setup: Setup::ExpiredToken,
        target: Target::Next,
        missing_ok: false,
        expected: Expected::Deleted { attempts: 2 },
    },
    Step {
        title: sentence!("Too many calls a second"),
        text: sentence!(
            "The first request is throttled. The client waits for the second that DingTalk \
                asks for, and tries again."
        ),
        setup: Setup::Fault("throttle=first=1"),
        target: Target::Next,
        missing_ok: false,
        expected: Expected::Deleted { attempts: 2 },
    },
    Step {
        title: sentence!("A reply that is lost on its way"),
        text: sentence!(
            "The contact is deleted, but the connection breaks before the reply comes. The \
                retry finds no such contact. That is no failure here: maybe_deleted says that \
                this very call may have done it."
        ),
        setup: Setup::Fault("lost-reply=first=1"),
        target: Target::Next,
        missing_ok: false,
        expected: Expected::Absent { attempts: 2, maybe_deleted: true },
    },
];

impl Expected {
    /// Whether an outcome is as expected.
    pub(crate) fn matches(&self, outcome: &Outcome) -> bool {
        match (self, outcome) {
            (Expected::Deleted { attempts }, Ok(deletion)) => {
                deletion.status == Status::Deleted && deletion.attempts == *attempts
            }
            (Expected::Absent { attempts, maybe_deleted }, Ok(deletion)) => {
                deletion.status == Status::Absent
                    && deletion.attempts == *attempts
                    && deletion.maybe_deleted == *maybe_deleted
            }
            (Expected::Failed { kind, code }, Err(error)) => {
                error.kind() == *kind && error.code() == Some(code)
            }
            _ => false,
        }
    }
}

impl Setup {
    /// Changes the sandbox for a step.
    pub(crate) fn apply(self, sandbox: &Sandbox) -> Result<(), String> {
        match self {
            Setup::Nothing => {}
            Setup::NoWritePermission => sandbox.set_permission(Permission::Write, false),
            Setup::ExpiredToken => sandbox.expire_tokens(),
            Setup::Fault(spec) => sandbox.faults(Faults::parse(spec)?),
        }
        Ok(())
    }

    /// Undoes the change after the step.
    pub(crate) fn undo(self, sandbox: &Sandbox) {
        match self {
            Setup::Nothing | Setup::ExpiredToken => {}
            Setup::NoWritePermission => sandbox.set_permission(Permission::Write, true),
            Setup::Fault(_) => sandbox.faults(Faults::default()),
        }
    }
}
