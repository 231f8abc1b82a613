"""The command ``dingtalk-extcontact``, also as ``python -m dingtalk_extcontact``."""

import signal
import sys

from ._native import command

__all__ = ["main"]


def main() -> int:
    """Runs the command with the arguments of this process, and returns its exit status."""
    # The command owns SIGINT while it runs. Python's handler, if it stayed, would add a
    # traceback of its own; where SIGINT is ignored (nohup) it stays so.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout.flush()
    return command(["dingtalk-extcontact", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
