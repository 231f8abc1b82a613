"""What is made for Java of the header: functions, enums, results, options.

A result is a class with what each getter of its object says, taken over at once; the options are
classes with a method for each setter. What Java documents of them is what the header says.
"""

import re
from typing import NamedTuple

FOLDER = "bindings-java/src/main/java/dingtalk/extcontact/"
MADE = "// Made of the C header by tools/declarations; `make header` renews it.\npackage dingtalk.extcontact;\n"
TYPES = {
    "void": "void", "int": "int", "uint32_t": "int", "int64_t": "long", "uint64_t": "long",
    "int *": "IntByReference", "uint32_t *": "IntByReference",
    "int64_t *": "LongByReference", "uint64_t *": "LongByReference",
}  # fmt: skip
ENUMS = {
    "dtx_result": ("Kind", "What kind of error it is. More may come: treat {@link #UNKNOWN} like {@link #API}."),
    "dtx_status": ("Status", "How a contact came to be gone."),
    "dtx_restore_status": ("RestoreStatus", "What came of a record that was to be restored."),
    "dtx_journal_state": ("JournalState", "What became of a contact, as journals say."),
    "dtx_check_status": ("CheckStatus", "What came of a step of a check."),
    "dtx_log_level": ("LogLevel", "How much is logged; each level includes those above it."),
}
RESULTS = {
    "dtx_deletion": "Deletion",
    "dtx_error": "DingTalkException",
    "dtx_item": "Item",
    "dtx_batch": "Summary",
    "dtx_contact": "Contact",
    "dtx_restoration": "Restoration",
    "dtx_journal_entry": "JournalEntry",
    "dtx_check": "Check",
    "dtx_check_step": "CheckStep",
}
OPTIONS = {
    "dtx_options": ("abstract class ClientOptions<T>", "T", "Options of a client."),
    "dtx_call": ("public final class CallOptions", "CallOptions", "Options of one call, instead of its client's."),
    "dtx_batch_options": ("public final class BatchOptions", "BatchOptions", "Options of many deletions."),
}
LATER = "A value that a later version of the library has and this package does not know."

# From what the header says to programs in C to what it is in Java, in this order.
WORDS = [
    (r"^1 (?:if|where) (.*?)[;,] (?:otherwise|else) 0\.", r"Whether \1."),
    (r": returns 1 and writes \*\w+, or returns 0\s+where (.*?)\. \w+ may be NULL\.", r", or null where \1."),
    (r": 1 and \*\w+, or 0 where", ", or null where"),
    (r"; (?:0|DTX_OK) for NULL", ""),
    (r"; DTX_OK where there is none, and for NULL", ", or null where there is none"),
    (r",? as a dtx_\w+(?:: [^.]*)?", ""),
    (r", or 0 with nothing written", ""),
    (r": 0 is no( \(the default\))?, any other number is yes", lambda found: ". No unless set" if found[1] else ""),
    (r"(?:A wrong value is reported by \w+; here the result is )?DTX_INVALID_ARGUMENT for NULL(?: alone)?\.", ""),
    (r"a (?:later )?dtx_batch_next\b", "a later item"),
    (r"\bdtx_client_new\b", "{@code build}"),
    (r"\bdtx_client_(\w+)", lambda found: f"{{@code {camel(found[1])}}}"),
    (r"DTX_(?:STATUS_|RESTORE_|JOURNAL_|CHECK_|LOG_)?(\w+)", r"\1"),
    (r"\bNULL\b", "null"),
    (r"\bpushed\b", "given"),
    (r"\b((?!qyapi|sub_)[a-z]+(?:_[a-z]+)+)\b(?!\")", lambda found: camel(found[1])),
]  # fmt: skip


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def said(header, name):
    """What the header says of it, in Java's words."""
    text = header.notes[name]
    # Names in JSON are the same in every language.
    for pattern, instead in WORDS[:-1] if "JSON" in text else WORDS:
        text = re.sub(pattern, instead, text)
    return text.strip()


def wrapped(text, indent="    ", *more):
    """A comment of javadoc of at most 110 characters a line."""
    if not more and len(text) < 100:
        return [f"{indent}/** {text} */"]
    lines, line = [f"{indent}/**"], ""
    for paragraph in (text, "", *more) if more else (text,):
        line = f"{indent} *"
        for word in paragraph.split():
            if len(line) + len(word) > 108:
                lines.append(line)
                line = f"{indent} *"
            line += " " + word
        lines.append(line)
    return [*lines, f"{indent} */"]


# --- The functions ---


def type_of(kind, header, is_result):
    """Text goes in as bytes, as JNA would put question marks into it, or end it at a NUL."""
    if kind in TYPES:
        return TYPES[kind]
    if kind in [one.name for one in header.callbacks]:
        return kind
    if kind == "const char *":
        return "String" if is_result else "byte[]"
    return "PointerByReference" if kind.endswith("**") else "Pointer"


def functions(header):
    def line(one, name, is_callback):
        listed = ", ".join(
            f"{type_of(kind, header, is_callback).replace('String', 'Pointer')} {camel(own)}"
            for kind, own in one.parameters
        )
        return f"{type_of(one.result, header, True)} {name}({listed});"

    callbacks = [
        f"    interface {one.name} extends Callback {{\n        {line(one, 'invoke', True)}\n    }}\n"
        for one in header.callbacks
    ]
    return "\n".join([
        MADE,
        "import com.sun.jna.Callback;",
        "import com.sun.jna.Pointer;",
        "import com.sun.jna.ptr.IntByReference;",
        "import com.sun.jna.ptr.LongByReference;",
        "import com.sun.jna.ptr.PointerByReference;",
        "",
        "/** The functions of the C library; what each does stands in its header. */",
        "final class Dtx {",
        f'    static final String VERSION = "{header.version}";',
        f'    static final String ABI = "{header.abi}";',
        "",
        "    private Dtx() {}",
        "",
        *callbacks,
        *[f"    static native {line(one, one.name, False)}" for one in header.functions],
        "}",
        "",
    ])  # fmt: skip


# --- Enums ---


def enum(header, source):
    """An enum of the results but DTX_OK, or of another list; with a value for later numbers."""
    name, about = ENUMS[source]
    constants = [it for it in header.enums[source] if it[0] != "DTX_OK"]
    prefix = re.match(r"DTX_(?:STATUS_|RESTORE_|JOURNAL_|CHECK_|LOG_)?", constants[0][0])[0]
    values = [(constant[len(prefix) :], number, said(header, constant)) for constant, number in constants]
    other = values[0][0] if values[0][1] == 0 else "UNKNOWN"
    if other not in [value for value, _, _ in values]:
        values.append((other, -1, LATER))
    listed = ["\n".join([*wrapped(note), f"    {value}({number})"]) for value, number, note in values]
    return "\n".join([
        MADE,
        f"/** {about} */",
        f"public enum {name} {{",
        ",\n".join(listed) + ";",
        "",
        "    final int number;",
        "",
        f"    {name}(int number) {{",
        "        this.number = number;",
        "    }",
        "",
        f"    static {name} of(int number) {{",
        f"        for ({name} one : values()) {{",
        "            if (one.number == number) {",
        "                return one;",
        "            }",
        "        }",
        f"        return {other if other != 'UNKNOWN' else 'number == 0 ? null : UNKNOWN'};",
        "    }",
        "}",
        "",
    ])  # fmt: skip


# --- Results ---


class Field(NamedTuple):
    """What an object says of itself."""

    kind: str  # in Java
    name: str  # as C has it
    how: str  # it is had of the object
    note: str


def part_of(kind):
    """The class of `const dtx_deletion *`, or None for what is no part of a result."""
    return RESULTS.get(kind.removeprefix("const ").removesuffix(" *"))


def fields(header, handle):
    """What the getters of an object say, in the order of the header."""
    found = []
    for one in header.functions:
        of_it = one.parameters and one.parameters[0][0] == f"const {handle} *" and one.name.startswith(handle + "_")
        # Of many deletions the numbers and the text: the rest is asked of it as it goes on.
        if not of_it or (handle == "dtx_batch" and one.result == "int"):
            continue
        name, note = one.name.removeprefix(handle + "_"), said(header, one.name)
        parameters = [own for _, own in one.parameters[1:]]
        if name.endswith("_count"):
            found += counted(header, one, name.removesuffix("_count"), note)
        elif parameters == ["field"]:
            found += [
                Field("String", field, f'Dtx.{one.name}(from, Natives.text("field", "{field}"))',
                      f"The field {{@code {field}}}, or null where it is missing or empty.")
                for field in re.findall(r'"(\w+)"', note)
            ]  # fmt: skip
        elif "place" in parameters:
            continue  # counted
        elif parameters:
            found.append(perhaps_known(one, name, note))
        else:
            found.append(plain(header, one, name, note))
    return found


def counted(header, one, name, note):
    """Of a function that counts: a list of ids for each field that it knows, or the list of the parts."""
    at = next(it for it in header.functions if it.name in (one.name[:-6], one.name[:-6] + "_at"))
    if len(one.parameters) == 1:
        kind = part_of(at.result)
        how = f"Natives.list(Dtx.{one.name}(from), at -> new {kind}(Dtx.{at.name}(from, at)))"
        return [Field(f"List<{kind}>", name + "s", how, "Each, in the order in which a call needs them.")]
    return [
        Field("List<String>", field,
              f'Natives.list(Dtx.{one.name}(from, Natives.text("field", "{field}")),\n'
              f'                at -> Dtx.{at.name}(from, Natives.text("field", "{field}"), at))',
              f"The ids of the field {{@code {field}}}, as text; empty where it is missing.")
        for field in re.findall(r'"(\w+)"', note)
    ]  # fmt: skip


def perhaps_known(one, name, note):
    """A number that is written to a place where it is known."""
    place = TYPES[one.parameters[1][0]]
    kind, value = ("Long" if one.parameters[1][0] == "int64_t *" else "Integer"), f"{place}::getValue"
    if name.endswith("_ms"):
        name, kind, value = name[:-3], "Duration", "place -> Duration.ofMillis(place.getValue())"
    return Field(kind, name, f"Natives.known(new {place}(), place -> Dtx.{one.name}(from, place), {value})", note)


def plain(header, one, name, note):
    """What a function returns. An int says in its documentation of which list it is; else it is 0 or 1."""
    call = f"Dtx.{one.name}(from)"
    kind = part_of(one.result)
    if kind:
        return Field(kind, name, f"Natives.part({call}, {kind}::new)", note)
    if name == "time":
        return Field("Instant", name, f"Instant.parse({call})", re.sub(r', in UTC as RFC 3339: "[^"]*"', "", note))
    if one.result != "int":
        return Field(type_of(one.result, header, True), name, call, note)
    listed = re.search(r"as a (dtx_\w+)", header.notes[one.name])
    if listed:
        kind = ENUMS[listed[1]][0]
        return Field(kind, name, f"{kind}.of({call})", note)
    return Field("boolean", name, f"{call} != 0", note)


def result(header, handle):
    own, known = RESULTS[handle], fields(header, handle)
    exception = handle == "dtx_error"
    about = said(header, handle) if handle != "dtx_batch" else (
        "The numbers of many deletions, as they were when it was asked for. Each id is one of deleted,"
        " absent, maybeDeleted, failed and notAttempted.")  # fmt: skip
    if exception:
        known = [it for it in known if it.name != "message"]
    lines = wrapped(about, "")
    lines.append(f"public final class {own} {'extends RuntimeException ' if exception else ''}{{")
    if exception:
        lines.append("    private static final long serialVersionUID = 1;\n")
    for kind, name, _, _ in known:
        # What javadoc wants of what is serialized.
        lines += ["    /** @serial */"] if exception else []
        lines.append(f"    private final {kind} {camel(name)};")
    lines += ["", "    /** Takes all of it over; the object is still to be freed. */", f"    {own}(Pointer from) {{"]
    if exception:
        lines.append(f"        super(Dtx.{handle}_message(from));")
    lines += [f"        {camel(name)} = {how};" for _, name, how, _ in known]
    lines.append("    }")
    for kind, name, _, note in known:
        method = "toJson" if name.endswith("json") else camel(name)
        note = "All of it as one JSON object, the same in every language." if name == "json" else note
        lines += ["", *wrapped(note), f"    public {kind} {method}() {{", f"        return {camel(name)};", "    }"]
    if not exception and any(it.name == "json" for it in known):
        private = "personal data" in about
        lines += ["", *wrapped("The id alone." if private else "The same as {@link #toJson()}."), "    @Override",
                  "    public String toString() {",
                  f"        return {chr(34) + own + ' ' + chr(34) + ' + userId' if private else 'json'};", "    }"]  # fmt: skip
    text = "\n".join(lines)
    used = {"com.sun.jna.Pointer": "Pointer", "com.sun.jna.ptr.IntByReference": "IntByReference",
            "com.sun.jna.ptr.LongByReference": "LongByReference", "java.time.Duration": "Duration",
            "java.time.Instant": "Instant", "java.util.List": "List"}  # fmt: skip
    imports = [f"import {name};" for name, short in used.items() if re.search(rf"\b{short}\b", text)]
    return "\n".join([MADE, *imports, "", text, "}", ""])


# --- Options ---


def options(header, source):
    declared, own, about = OPTIONS[source]
    base = "CancellableOptions" if source == "dtx_call" else f"Options<{own}>"
    body = []
    for one in header.functions:
        if not one.name.startswith(f"{source}_set_") or one.parameters[1][0] == "dtx_probe_fn":
            continue
        kind, name = one.parameters[1]
        note, value = said(header, one.name), "Natives.text"
        if name.endswith("_ms"):
            name, kind, given, value = name[:-3], "Duration", "a time; the numbers above are milliseconds", "millis"
        elif kind == "uint32_t":
            kind, given = "int", "a number"
        elif kind == "int":
            kind, given = "boolean", "whether it does"
        elif "Sets a file" in note:
            kind, given = "Path", "its place"
        else:
            kind, given = "String", "the value"
        argument = camel(name)
        body += [
            "",
            *wrapped(note, "    ", f"@param {argument} {given}", "@return these options"),
            f"    public {own} {argument}({kind} {argument}) {{",
            f'        return set("{name}", {value}("{argument}", {argument}));',
            "    }",
        ]
    if own != "T":
        body = [f"    /** The defaults. */\n    public {own}() {{}}", *body]
    else:
        body = body[1:]
    text = "\n".join(body)
    used = {"java.nio.file.Path": r"\bPath\b", "java.time.Duration": r"\bDuration\b"}
    imports = [f"import {name};" for name, pattern in used.items() if re.search(pattern, text)]
    return "\n".join([MADE, *imports, "", f"/** {about} */", f"{declared} extends {base} {{", text, "}", ""])


def outputs(header):
    """The files by their names."""
    made = {"Dtx": functions(header)}
    made |= {name: enum(header, source) for source, (name, _) in ENUMS.items()}
    made |= {name: result(header, source) for source, name in RESULTS.items()}
    made |= {
        {"dtx_options": "ClientOptions"}.get(source, own): options(header, source)
        for source, (_, own, _) in OPTIONS.items()
    }
    return {f"{FOLDER}{name}.java": text for name, text in made.items()}
