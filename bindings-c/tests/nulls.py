#!/usr/bin/env python3
"""Calls every function of the header with every choice of its pointers NULL: nulls.py LIBRARY.

What a program may forget must end in a result, never in a crash. The functions are read from the
header, so that a new one is among them.
"""

import ctypes
import itertools
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/declarations"))

from header import HEADER, read  # noqa: E402

POINTER = ctypes.c_void_p
NUMBERS = {"int": ctypes.c_int, "uint32_t": ctypes.c_uint32, "uint64_t": ctypes.c_uint64,
           "int64_t": ctypes.c_int64, "void": None}  # fmt: skip
INVALID_ARGUMENT = 1


def c_type(kind):
    return NUMBERS.get(kind, POINTER)


class Library:
    """The functions, and an object of each type, made anew for each use: a call may free it."""

    def __init__(self, path):
        self.header = read(HEADER.read_text())
        self.c = ctypes.CDLL(path)
        for function in self.header.functions:
            of = self.c[function.name]
            of.restype = c_type(function.result)
            of.argtypes = [c_type(kind) for kind, _ in function.parameters]
            setattr(self.c, function.name, of)
        self.kept = []  # what C may still point to
        self.callbacks = {
            callback.name: ctypes.CFUNCTYPE(c_type(callback.result), *(c_type(kind) for kind, _ in callback.parameters))
            for callback in self.header.callbacks
        }
        self.callbacks = {name: ctypes.cast(self.keep(kind(lambda *_: 0)), POINTER).value
                          for name, kind in self.callbacks.items()}  # fmt: skip

    def keep(self, value):
        self.kept.append(value)
        return value

    def made(self, function, *args):
        """What a function writes to its last pointer but that for an error."""
        made = POINTER()
        function(*args, ctypes.byref(made), None)
        return made.value

    def dtx_options(self):
        options = self.c.dtx_options_new()
        for name, text in ("access_token", b"t"), ("endpoint", b"http://127.0.0.1:1"), ("max_attempts", b"1"):
            assert self.c.dtx_options_set(options, name.encode(), text) == 0
        return options

    def dtx_client(self):
        return self.made(self.c.dtx_client_new, self.dtx_options())

    def dtx_error(self):
        error = POINTER()
        self.c.dtx_client_new(None, None, ctypes.byref(error))
        return error.value

    def dtx_batch(self):
        batch = self.made(self.c.dtx_batch_new, self.dtx_client(), None)
        self.c.dtx_batch_push(batch, b"1", None)
        self.c.dtx_batch_finish(batch)
        return batch

    def dtx_item(self):
        return self.made(self.c.dtx_batch_next, self.dtx_batch())

    def dtx_contacts(self):
        return self.made(self.c.dtx_client_contacts, self.dtx_client())

    def dtx_check(self):
        return self.made(self.c.dtx_client_check, self.dtx_client(), 0, None)

    def dtx_check_step(self):
        return self.c.dtx_check_step_at(self.dtx_check(), 0)

    def dtx_call(self):
        return self.c.dtx_call_new()

    def dtx_batch_options(self):
        return self.c.dtx_batch_options_new()

    def value(self, kind):
        """What a careful program gives here; None where only the service makes one."""
        if kind in self.callbacks:
            return self.callbacks[kind]
        if kind == "const char *const *":
            return ctypes.addressof(self.keep((ctypes.c_char_p * 1)(b"/nowhere")))
        if kind.count("*") == 2 or kind.split()[0] in NUMBERS:
            return ctypes.addressof(self.keep(ctypes.c_uint64()))
        if kind == "const char *":
            return ctypes.addressof(self.keep(ctypes.create_string_buffer(b"1")))
        make = getattr(self, kind.removeprefix("const ").removesuffix(" *"), None)
        return make() if make else None

    def arguments(self, function):
        """Each choice of NULLs, with the rest made for it."""
        kinds = [kind for kind, _ in function.parameters]
        pointers = [place for place, kind in enumerate(kinds) if c_type(kind) is POINTER]
        for count in range(len(pointers), -1, -1):
            for null in itertools.combinations(pointers, count):
                yield [1 if place not in pointers else None if place in null else self.value(kind)
                       for place, kind in enumerate(kinds)]  # fmt: skip


def call_all(path):
    library = Library(path)
    calls = 0
    for function in library.header.functions:
        print(function.name, flush=True)  # the last one is who crashed
        can_fail = function.parameters and function.parameters[-1][0] == "dtx_error **"
        for place, arguments in enumerate(library.arguments(function)):
            result = getattr(library.c, function.name)(*arguments)
            calls += 1
            if can_fail and place == 0:
                assert result == INVALID_ARGUMENT, f"{function.name} with NULLs alone: {result}"
    print(f"{len(library.header.functions)} functions, {calls} calls")


def main():
    if len(sys.argv) == 3:
        return call_all(sys.argv[2])
    child = subprocess.run([sys.executable, __file__, "--here", sys.argv[1]], stdout=subprocess.PIPE, text=True)
    last = (child.stdout.splitlines() or ["nothing was called"])[-1]
    if child.returncode != 0:
        sys.exit(f"nulls.py: {last}: exit status {child.returncode}")
    print(last)


if __name__ == "__main__":
    main()
