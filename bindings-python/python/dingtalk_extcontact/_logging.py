"""Log lines of the core as records of ``logging``; loaded by programs that log."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging

__all__ = ["handle"]

_FIELDS = ("user_id", "kind", "request_id")


def handle(
    logger: logging.Logger,
    level: int,
    text: str,
    time: float,
    fields: tuple[str | None, str | None, str | None],
    of_caller: bool,
) -> None:
    """Makes a record of a line that was written a while ago, and has the handlers take it."""
    if not logger.isEnabledFor(level):
        return
    path, line, function = "(unknown file)", 0, "(unknown function)"
    if of_caller:
        frame = sys._getframe(1)
        path, line, function = frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name
    record = logger.makeRecord(logger.name, level, path, line, text, (), None, function)
    late = record.created - time
    record.created = time
    record.msecs = time % 1 * 1000
    record.relativeCreated -= late * 1000
    for name, value in zip(_FIELDS, fields):
        # A factory of the program may have fields of these names, of its own.
        if value is not None or not hasattr(record, name):
            setattr(record, name, value)
    logger.handle(record)
