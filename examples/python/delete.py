"""Deletes the external contacts whose ids are given.

    pip install ./bindings-python    (in a clone; PyPI has no release of it yet)
    export DINGTALK_APP_KEY=... DINGTALK_APP_SECRET=...
    python delete.py 0125400001 0125400002

DINGTALK_ACCESS_TOKEN serves instead of key and secret. DINGTALK_ENDPOINT leads to a sandbox,
DINGTALK_REGION to the hosts in China.

Exit status: 0 every contact is gone, 1 some are not, 2 nothing could be sent.
"""

import sys

from dingtalk_extcontact import Client, DingTalkError, InvalidArgumentError


def print_error(what, error):
    fields = {
        "kind": error.kind,
        "code": error.code,
        "message": error.message,
        "advice": error.advice,
        "request id": error.request_id,
        "may be gone": "yes" if error.maybe_deleted else "no",
        "retry after": None if error.retry_after is None else f"{error.retry_after * 1000:.0f} ms",
    }
    print(f"failed: {what}", file=sys.stderr)
    for name, value in fields.items():
        # None is "not known", which is not the same as empty.
        if value is not None:
            print(f"  {name}: {value}", file=sys.stderr)


def print_deletion(deletion):
    # Absent is fine, but not the same: it does not prove that the id was ever right.
    request_id = deletion.request_id or "not known"
    line = f"{deletion.status}: {deletion.user_id} (request id {request_id})"
    if deletion.maybe_deleted:
        line += ", perhaps deleted just now: the reply to an earlier request was lost"
    print(line)


def main(ids):
    if not ids:
        print(f"usage: python {sys.argv[0]} ID...", file=sys.stderr)
        return 2
    try:
        client = Client.from_env()
    except DingTalkError as error:
        print_error("no client", error)
        return 2
    failed = refused = 0
    # One client for all: it keeps its connection and its token, and heeds the rate limit.
    with client:
        for user_id in ids:
            try:
                print_deletion(client.delete(user_id))
            except DingTalkError as error:
                print_error(user_id, error)
                failed += 1
                # Refused before anything was sent.
                refused += isinstance(error, InvalidArgumentError)
    if not failed:
        return 0
    return 2 if refused == len(ids) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
