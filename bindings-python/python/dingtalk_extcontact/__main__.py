"""The command ``dingtalk-extcontact``, also as ``python -m dingtalk_extcontact``."""

import contextlib
import os
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
    _open_standard_streams()
    if sys.stdout is not None:
        sys.stdout.flush()
    return command(["dingtalk-extcontact", *sys.argv[1:]])


def _open_standard_streams() -> None:
    """What is closed of 0, 1 and 2 leads to nowhere, and not into a file that is opened later.

    A program in Rust or for Node does so at its start, Python does not.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with contextlib.suppress(OSError):
                # The lowest number that is free: this one.
                os.open(os.devnull, os.O_RDWR)


if __name__ == "__main__":
    sys.exit(main())
