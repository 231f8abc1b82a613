"""What the functions of the header mean, in terms that no language owns.

C says it by conventions: a NULL, a number written to a place, a count and a place, a name in the
documentation. Here alone stands how they are read; a language says what it makes of each.
"""

import re
from typing import NamedTuple

from header import Function


class Getter(NamedTuple):
    """What an object can be asked for.

    `what` it is: text, json (text that is an object of JSON), time (text, RFC 3339), number, flag,
    enum, duration (in milliseconds), part (another object, which it owns), parts or texts (as many
    as `function` says, each by its place of `at`).
    """

    name: str  # without the object's, and without the unit
    what: str
    type: str  # C's own word for the value
    of: str | None  # the enum, or the handle of the parts
    optional: bool  # it may be missing
    written: bool  # the function says whether it is known, and writes it
    fields: list  # those that it can be asked for by name; empty where it takes no name
    function: Function
    at: Function | None
    note: str


class Setter(NamedTuple):
    """An option. `what` it is: text, path, secret, number, flag, duration (in milliseconds)."""

    name: str  # without the unit
    what: str
    function: Function
    note: str


class Parameter(NamedTuple):
    """Of a call. `what` it is: what a setter can be, or texts and their count, another object
    (handle), the function that is called back (callback) and its context, and those that the caller
    of another language does not give: self, made (where a new object goes), out (where a number
    goes), error."""

    name: str
    what: str
    type: str
    of: str | None  # the handle of self, of a handle, of what is made


class Said(NamedTuple):
    """What is said of a call."""

    whole: str
    arguments: dict  # of each, by its name in C, where it is said
    ends: dict  # of "DTX_OK", of the kinds of its errors, and of "Anything else"


class Call(NamedTuple):
    """A function that can fail with an error."""

    name: str  # without the handle's
    parameters: list  # in C's order
    ends: bool  # it makes nothing at an end, which is no error
    function: Function
    note: str

    @property
    def arguments(self):
        """What the caller gives."""
        return [it for it in self.parameters if it.what not in ("self", "made", "out", "error")]

    @property
    def is_method(self):
        """Of the handle whose name it has; otherwise it makes one."""
        return self.parameters[0].what == "self"

    @property
    def made(self):
        """The handle of what it makes, or None."""
        return next((it.of for it in self.parameters if it.what == "made"), None)

    @property
    def said(self):
        """Its note, taken apart: "DTX_OK: a sentence." stands amid it, "name: sentences." at its end."""
        note = self.note.replace("A failure means that ", "Anything else: ")
        names = "|".join(name for _, name in self.function.parameters)
        whole, *arguments = re.split(rf"(?<=\. )({names}): ", note)
        end = r"(DTX_\w+|Anything else): ([^.]*\.) ?"
        said = dict(zip(arguments[::2], (it.strip() for it in arguments[1::2])))
        return Said(re.sub(end, "", whole).strip(), said, dict(re.findall(end, whole)))

    @property
    def takes_call(self):
        return any(it.of == "dtx_call" and it.what == "handle" for it in self.parameters)


class Command(NamedTuple):
    """A function that returns nothing and cannot fail."""

    name: str
    function: Function
    note: str


class Handle(NamedTuple):
    """An opaque type and what can be done with it, each in the header's order."""

    name: str
    getters: list
    setters: list
    calls: list
    commands: list
    is_part: bool  # it belongs to another and is never freed by itself
    note: str

    @property
    def is_value(self):
        """It says what happened, never changes, and can be read at once."""
        return self.is_part or any(it.name == "json" for it in self.getters)


def handles(header):
    """The opaque types by their names."""
    functions = {one.name: one for one in header.functions}
    made = {}
    for name in header.handles:
        mine = [one for one in header.functions if owner(header, one) == name]
        made[name] = Handle(
            name,
            [getter(header, name, one, functions) for one in mine if is_getter(header, name, one)],
            [setter(header, name, one) for one in mine if is_setter(name, one)],
            [call(header, name, one) for one in mine if is_call(one)],
            [
                Command(one.name.removeprefix(f"{name}_"), one, header.notes[one.name])
                for one in mine
                if one.result == "void" and len(one.parameters) == 1 and one.name != f"{name}_free"
            ],
            f"{name}_free" not in functions,
            header.notes[name],
        )
    return made


def owner(header, one):
    """Whose function it is: of dtx_check its step_at, of dtx_check_step its name, as each takes it."""
    named = [name for name in header.handles if one.name.startswith(f"{name}_")]
    takes = handle_of(header, one.parameters[0][0]) if one.parameters else None
    return takes if takes in named else max(named, key=len, default=None)


def handle_of(header, kind):
    """The opaque type of a pointer, or of a place for one; None for what is neither."""
    name = kind.removeprefix("const ").rstrip(" *")
    return name if name in header.handles else None


# --- What an object can be asked for ---

NUMBERS = ("int", "uint32_t", "int64_t", "uint64_t")


def is_getter(header, handle, one):
    """It returns a value, and takes the object, a name, a place, or where a number goes."""
    is_part = one.result.startswith("const ") and handle_of(header, one.result)
    first, *more = one.parameters or [("", "")]
    if first[0] != f"const {handle} *" or not (is_part or one.result in (*NUMBERS, "const char *")):
        return False
    # What is asked by its place is left to the function that counts.
    return all(name == "field" or kind in [f"{number} *" for number in NUMBERS] for kind, name in more)


def getter(header, handle, one, functions):
    note = header.notes[one.name]
    name, kind, at, of = one.name.removeprefix(f"{handle}_"), one.result, None, None
    takes_field = any(own == "field" for _, own in one.parameters)
    fields = re.findall(r'"(\w+)"', note) if takes_field else []
    written = [it for it in one.parameters[1:] if it[1] != "field"]
    unit = name
    if written:
        kind, unit = written[0][0].removesuffix(" *"), written[0][1]
    enum = re.search(r"as a (dtx_\w+)", note)
    if name.endswith("_count"):
        stem = one.name.removesuffix("_count")
        at = functions.get(f"{stem}_at") or functions[stem]
        kind, of, name = at.result, handle_of(header, at.result), name.removesuffix("_count") + "s"
        what = "parts" if of else "texts"
    elif handle_of(header, kind):
        what, of = "part", handle_of(header, kind)
    elif kind == "const char *":
        what = "json" if "JSON object" in note else "time" if "RFC 3339" in note else "text"
    elif enum:
        what, of = "enum", enum[1]
    elif unit.endswith("_ms"):
        what, name = "duration", name.removesuffix("_ms")
    else:
        what = "flag" if kind == "int" and not written else "number"
    optional = bool(written) or re.search(r"\bor NULL|NULL (where|until)|where there is none", note) is not None
    return Getter(name, what, kind, of, optional, bool(written), fields, one, at, note)


# --- What can be set or given ---


def is_setter(handle, one):
    return one.name.startswith(f"{handle}_set_") and len(one.parameters) == 2


def setter(header, handle, one):
    kind, _ = one.parameters[1]
    name, note = one.name.removeprefix(f"{handle}_set_"), header.notes[one.name]
    return Setter(name.removesuffix("_ms"), given(kind, name, note), one, note)


def given(kind, name, note):
    """What an option or an argument is. Secrets are known by their names."""
    if kind == "const char *":
        secret = name.endswith(("_token", "_secret"))
        return "secret" if secret else "path" if note.startswith("Sets a file") else "text"
    if name.endswith("_ms"):
        return "duration"
    return "flag" if kind == "int" else "number"


# --- What can fail ---


def is_call(one):
    return any(kind == "dtx_error **" for kind, _ in one.parameters)


def call(header, handle, one):
    note = header.notes[one.name]
    callbacks = [it.name for it in header.callbacks]

    def what(place, kind, name):
        of = handle_of(header, kind)
        if kind.endswith("**"):
            return ("error" if of == "dtx_error" else "made"), of
        if of:
            return ("self" if place == 0 and of == handle else "handle"), of
        if kind in callbacks or kind == "void *":
            return ("callback" if kind in callbacks else "context"), None
        if kind == "const char *const *":
            return "texts", None
        if kind.endswith("*") and kind != "const char *":
            return "out", None
        return ("count" if name == "count" else given(kind, name, "")), None

    parameters = []
    for place, (kind, name) in enumerate(one.parameters):
        is_what, of = what(place, kind, name)
        parameters.append(Parameter(name.removesuffix("_ms"), is_what, kind, of))
    ends = re.search(r"\*\w+ (is )?NULL\b|as dtx_\w+_next does", note) is not None
    return Call(one.name.removeprefix(f"{handle}_"), parameters, ends, one, note)
