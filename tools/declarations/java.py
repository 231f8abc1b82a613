"""What is made for Java of the header: functions, enums, results, options, handles, calls.

A result is a class with what each getter of its object says, taken over at once; the options are
classes with a method for each setter; a handle is a class with a method for each function of what
lives in the library; the calls are what a client is asked for. What Java documents of them is what
the header says; a sentence that only makes sense in C is an error here.
"""

import re
from typing import NamedTuple

import meaning
from words import SPANS, refuse_terms_of_c, reworded

FOLDER = "bindings-java/src/main/java/dingtalk/extcontact/"
MADE = "// Made of the C header by tools/declarations; `make header` renews it.\npackage dingtalk.extcontact;\n"
TYPES = {
    "void": "void", "int": "int", "uint32_t": "int", "int64_t": "long", "uint64_t": "long",
    "int *": "IntByReference", "uint32_t *": "IntByReference",
    "int64_t *": "LongByReference", "uint64_t *": "LongByReference",
}  # fmt: skip
ENUMS = {
    "dtx_result": "Kind",
    "dtx_status": "Status",
    "dtx_restore_status": "RestoreStatus",
    "dtx_journal_state": "JournalState",
    "dtx_check_status": "CheckStatus",
    "dtx_log_level": "LogLevel",
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
IMPORTS = [
    "com.sun.jna.Callback",
    "com.sun.jna.Pointer",
    "com.sun.jna.ptr.IntByReference",
    "com.sun.jna.ptr.LongByReference",
    "com.sun.jna.ptr.PointerByReference",
    "java.nio.file.Path",
    "java.time.Duration",
    "java.time.Instant",
    "java.util.List",
    "java.util.Objects",
]
# Java waits for these by what is submitted instead, which holds no thread.
UNUSED = {"dtx_client_delete", "dtx_batch_next", "dtx_batch_next_within", "dtx_batch_try_next"}
# Of parameters that the header does not speak of by themselves.
PARAMETERS = {
    "user_id": "the id, sent as it is",
    "access_token": "the new one",
    "write": "whether to try the permission to delete, too",
}
LATER = "A value that a later version of the library has and this package does not know."

# From what the header says to programs in C to what it is in Java, in this order.
WORDS = [
    (r"^What a function returns: DTX_OK, or the kind of the error\..*",
     "What kind of error it is. More may come: treat {@link #UNKNOWN} like {@link #API}."),
    (r", as dtx_\w+ returns it", ""),
    (r",? as a dtx_\w+(?:: [^.]*)?", ""),
    (r"Waits as dtx_client_delete does", "Waits on the calling thread"),
    (r", or 0 with nothing written", ""),
    (r', in UTC as RFC 3339: "[^"]*"', ""),
    *SPANS,
    (r"\bpushed\b", "given"),
    (r"\bdtx_client_new\b", "{@code build}"),
    (r"\bdtx_client_(\w+)", lambda found: f"{{@code {camel(found[1])}}}"),
    (r"\bdtx_contact_(\w+)", lambda found: f"{{@link Contact#{camel(found[1])}()}}"),
    (r"DTX_(?:STATUS_|RESTORE_|JOURNAL_|CHECK_|LOG_)?(\w+)", r"\1"),
]  # fmt: skip
# Names in JSON are the same in every language.
SPELT = (r"\b((?!qyapi|sub_)[a-z]+(?:_[a-z]+)+)\b(?!\")", lambda found: camel(found[1]))


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def said(text, name):
    """What the header says of something, in Java's words."""
    text = reworded(text, WORDS if "one JSON object" in text else [*WORDS, SPELT])
    refuse_terms_of_c(text, name)
    return text


def wrapped(text, indent="    ", *more):
    """A comment of javadoc of at most 110 characters a line."""
    if not more and len(text) < 100:
        return [f"{indent}/** {text} */"]
    lines, line = [f"{indent}/**"], ""
    for paragraph in (text, "", *more) if more else (text,):
        line = f"{indent} *"
        for word in re.findall(r"(?:\{@[^}]*\}|\S)+", paragraph):
            if len(line) + len(word) > 108:
                lines.append(line)
                line = f"{indent} *"
            line += " " + word
        lines.append(line)
    return [*lines, f"{indent} */"]


def file(lines):
    """A class with what it imports."""
    text = "\n".join(lines)
    used = [name for name in IMPORTS if re.search(rf"\b{name.rpartition('.')[2]}\b", text)]
    return "\n".join([MADE, *[f"import {name};" for name in used], *([""] if used else []), text, ""])


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
    # Options are set by their names.
    called = [
        one
        for one in header.functions
        if one.name not in UNUSED and not meaning.is_setter(meaning.owner(header, one), one)
    ]
    return file([
        "/** The functions of the C library; what each does stands in its header. */",
        "final class Dtx {",
        f'    static final String VERSION = "{header.version}";',
        f'    static final String ABI = "{header.abi}";',
        "",
        "    private Dtx() {}",
        "",
        *callbacks,
        *[f"    static native {line(one, one.name, False)}" for one in called],
        "}",
    ])  # fmt: skip


# --- Enums ---


def enum(header, source):
    """An enum of the results but DTX_OK, or of another list; with a value for later numbers."""
    name = ENUMS[source]
    constants = [it for it in header.enums[source] if it[0] != "DTX_OK"]
    prefix = re.match(r"DTX_(?:STATUS_|RESTORE_|JOURNAL_|CHECK_|LOG_)?", constants[0][0])[0]
    values = [(it[len(prefix) :], number, said(header.notes[it], it)) for it, number in constants]
    other = values[0][0] if values[0][1] == 0 else "UNKNOWN"
    if other not in [value for value, _, _ in values]:
        values.append((other, -1, LATER))
    listed = ["\n".join([*wrapped(note), f"    {value}({number})"]) for value, number, note in values]
    return file([
        f"/** {said(header.notes[source], source)} */",
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
    ])  # fmt: skip


# --- Results ---


class Field(NamedTuple):
    """What an object says of itself."""

    kind: str  # in Java
    name: str  # as C has it
    how: str  # it is had of the object
    note: str


def fields(getters, of):
    """What the getters of an object say, in the order of the header."""
    return [field for getter in getters for field in of_getter(getter, of)]


def of_getter(getter, of):
    call = f"Dtx.{getter.function.name}({of}"
    if not getter.fields:
        note = "Each, in the order in which a call needs them." if getter.what == "parts" else getter.note
        return [Field(*value(getter, call, of), said(note, getter.function.name))]
    named = [(name, f'{call}, Natives.text("field", "{name}"))') for name in getter.fields]
    if getter.what == "texts":
        return [
            Field("List<String>", name,
                  f"Natives.list({count},\n"
                  f'                at -> Dtx.{getter.at.name}({of}, Natives.text("field", "{name}"), at))',
                  f"The ids of the field {{@code {name}}}, as text; empty where it is missing.")
            for name, count in named
        ]  # fmt: skip
    note = "The field {{@code {}}}, or null where it is missing or empty."
    return [Field("String", name, how, note.format(name)) for name, how in named]


def value(getter, call, of):
    """Type, name and expression; `call` is still open, as a place may be given."""
    name = getter.name
    if getter.written:
        place = TYPES[f"{getter.type} *"]
        kind, got = ("Long" if getter.type == "int64_t" else "Integer"), f"{place}::getValue"
        if getter.what == "duration":
            kind, got = "Duration", "place -> Duration.ofMillis(place.getValue())"
        return kind, name, f"Natives.known(new {place}(), place -> {call}, place), {got})"
    if getter.what in ("enum", "part"):
        kind = ENUMS[getter.of] if getter.what == "enum" else RESULTS[getter.of]
        return kind, name, f"{kind}.of({call}))"
    if getter.what == "parts":
        kind = RESULTS[getter.of]
        return f"List<{kind}>", name, f"Natives.list({call}), at -> {kind}.of(Dtx.{getter.at.name}({of}, at)))"
    if getter.what == "time":
        return "Instant", name, f"Instant.parse({call}))"
    if getter.what == "flag":
        return "boolean", name, f"{call}) != 0"
    return ("String" if getter.type == "const char *" else TYPES[getter.type]), name, f"{call})"


def is_asked(getter):
    """Of what lives on: it is asked for as it goes on, by itself. The rest of it is its summary."""
    return getter.what == "flag" or getter.written


def result(handle):
    own, is_error = RESULTS[handle.name], handle.name == "dtx_error"
    known = fields([it for it in handle.getters if handle.is_value or not is_asked(it)], "from")
    about = said(handle.note, handle.name) if handle.is_value else (
        "The numbers of many deletions, as they were when it was asked for. Each id is one of deleted,"
        " absent, maybeDeleted, failed and notAttempted.")  # fmt: skip
    if is_error:
        known = [it for it in known if it.name != "message"]
    lines = wrapped(about, "")
    lines.append(f"public final class {own} {'extends RuntimeException ' if is_error else ''}{{")
    if is_error:
        lines.append("    private static final long serialVersionUID = 1;\n")
    for kind, name, _, _ in known:
        # What javadoc wants of what is serialized.
        lines += ["    /** @serial */"] if is_error else []
        lines.append(f"    private final {kind} {camel(name)};")
    lines += ["", f"    private {own}(Pointer from) {{"]
    if is_error:
        lines.append(f"        super(Dtx.{handle.name}_message(from));")
    lines += [f"        {camel(name)} = {how};" for _, name, how, _ in known]
    lines += [
        "    }",
        "",
        "    /** Copies all of it; null for null. */",
        f"    static {own} of(Pointer from) {{",
        f"        return from == null ? null : new {own}(from);",
        "    }",
    ]
    if handle.is_value and not handle.is_part:
        lines += [
            "",
            "    /** The same, and frees it. */",
            f"    static {own} take(Pointer from) {{",
            "        try {",
            "            return of(from);",
            "        } finally {",
            f"            Dtx.{handle.name}_free(from);",
            "        }",
            "    }",
        ]
    for kind, name, _, note in known:
        method = "toJson" if name.endswith("json") else camel(name)
        note = "All of it as one JSON object, the same in every language." if name == "json" else note
        lines += ["", *wrapped(note), f"    public {kind} {method}() {{", f"        return {camel(name)};", "    }"]
    if not is_error and any(it.name == "json" for it in known):
        private = "personal data" in about
        lines += ["", *wrapped("The id alone." if private else "The same as {@link #toJson()}."), "    @Override",
                  "    public String toString() {",
                  f"        return {chr(34) + own + ' ' + chr(34) + ' + userId' if private else 'json'};", "    }"]  # fmt: skip
    return file([*lines, "}"])


# --- Handles: what lives in the library, with a method for each of its functions ---


def handle_name(name):
    return "".join(word.capitalize() for word in name.removeprefix("dtx_").split("_")) + "Handle"


def handle_class(header, handles, handle):
    name = handle_name(handle.name)
    known = [it.function for it in (*handle.getters, *handle.setters)]
    mine = [
        meaning.call(header, handle.name, one)
        for one in header.functions
        if meaning.owner(header, one) == handle.name and one not in known and one.name not in UNUSED
    ]
    constants, methods = [], []
    for call in mine:
        if call.name != "free":
            constant, future = submitted(header, call)
            constants += constant
            methods += [*method(header, handles, call), *future]
    if handle.name in RESULTS:
        own = RESULTS[handle.name]
        methods += answer(own, camel(own.lower()), f"{own}.of(pointer)")
    for getter in filter(is_asked, handle.getters):
        methods += answer(*value(getter, f"Dtx.{getter.function.name}(pointer", "pointer"))
    return file([
        f"/** A {handle.name} of the library; what each method does stands in its header. */",
        f"final class {name} extends Handle {{",
        *constants,
        f"    {name}(Pointer pointer) {{",
        f"        super(pointer, Dtx::{handle.name}_free);",
        "    }",
        *methods,
        "}",
    ])  # fmt: skip


def answer(kind, name, how):
    body = [f"{kind} {name}() {{", f"    {kind} answer = {how};", "    keep();", "    return answer;", "}"]
    return ["", *[f"    {line}" for line in body]]


def method(header, handles, call):
    """Arguments become C's, an error is thrown, and what was made is taken over."""
    arguments = [argument(header, it) for it in call.parameters]
    has = [it.what for it in call.parameters]
    before = [] if "self" in has else ["Loader.check();"]
    before += [f"PointerByReference {what} = new PointerByReference();" for what in ("made", "error") if what in has]
    kept = ["keep();"] if "self" in has else []
    kept += [f"{camel(it.name)}.keep();" for it in call.parameters if it.what == "handle"]
    after = ["Natives.check(error.getValue());"] if "error" in has else []
    asked = f"Dtx.{call.function.name}({', '.join(given for _, given in arguments)})"
    made, result = meaning.handle_of(header, call.function.result), "void"
    if made:
        result = handle_name(made)
        asked = f"{result} made = new {result}({asked})"
        after.append("return made;")
    elif call.made and handles[call.made].is_value:
        result = RESULTS[call.made]
        after.append(f"return {result}.take(made.getValue());")
    elif call.made:
        result = handle_name(call.made)
        after.append(f"return new {result}(made.getValue());")
    name = "create" if call.name == "new" else camel(call.name)
    takes = ", ".join(declared for declared, _ in arguments if declared)
    head = f"{'' if 'self' in has else 'static '}{result} {name}({takes}) {{"
    return ["", f"    {head}", *[f"        {line}" for line in (*before, f"{asked};", *kept, *after)], "    }"]


def submitted(header, call):
    """Where it has a callback that is handed an outcome: that callback, and a method that returns a future."""
    types = [it.type for it in call.parameters if it.what == "callback"]
    for callback in header.callbacks:
        outcome = meaning.handle_of(header, callback.parameters[0][0])
        if callback.name not in types or not outcome:
            continue
        names, result = [name for _, name in callback.parameters], RESULTS[outcome]
        tell = f"Ended.tell(context, {'error' if 'error' in names else 'null'}, () -> {result}.take({names[0]}))"
        told, name = f"{call.name.upper()}_DONE", camel(call.name)
        given = [it for it in call.arguments if it.what not in ("callback", "context")]
        takes = ", ".join(argument(header, it)[0] for it in given)
        gives = ", ".join([*(camel(it.name) for it in given), told, "context"])
        return [
            f"    private static final Dtx.{callback.name} {told} =",
            f"            Natives.attached(({', '.join(names)}) -> {tell});",
            "",
        ], [
            "",
            f"    Ended<{result}> {name}({takes}) {{",
            f"        return Ended.begun(context -> {name}({gives}));",
            "    }",
        ]  # fmt: skip
    return [], []


def argument(header, it):
    """How it is declared in Java, or None where the caller gives none, and what C gets."""
    name, kind = camel(it.name), type_of(it.type, header, False)
    if it.what in ("made", "error"):
        return None, it.what
    if it.what == "self":
        return None, "pointer"
    if it.what == "handle":
        return f"{handle_name(it.of)} {name}", f"{name}.pointer"
    if it.what in ("text", "secret"):
        return f"String {name}", f'Natives.text("{name}", {name})'
    if it.what == "flag":
        return f"boolean {name}", f"{name} ? 1 : 0"
    return f"{'Dtx.' if it.what == 'callback' else ''}{kind} {name}", name


# --- Calls: what a client is asked for and waits for, each with its options and without ---


def calls(handles):
    lines = [
        "/** What a client can be asked for. */",
        "abstract class ClientCalls {",
        "    /** Another one once it is closed. */",
        "    volatile ClientHandle client;",
        "",
        "    ClientCalls(ClientHandle client) {",
        "        this.client = client;",
        "    }",
    ]
    for call in handles["dtx_client"].calls:
        if call.is_method and call.function.name not in UNUSED and (not call.made or handles[call.made].is_value):
            lines += public_call(call, handles)
    return file([*lines, "}"])


def public_call(call, handles):
    name, result = camel(call.name), RESULTS.get(call.made, "void")
    about = said(call.said.whole, call.function.name)
    given = PARAMETERS | {
        own: said(note.replace(", or NULL", ""), own).rstrip(".") for own, note in call.said.arguments.items()
    }
    ends = [f"@return {first_sentence(said(handles[call.made].note, call.made))}"] if call.made else []
    for kind, why in call.said.ends.items():
        if kind != "DTX_OK":
            kind = "any kind" if kind == "Anything else" else f"kind {said(kind, kind)}"
            ends.append(f"@throws DingTalkException of {kind}: {said(why, call.function.name).rstrip('.')}")
    if not call.said.ends:
        ends.append("@throws DingTalkException where it fails")
    if any(it.what in ("text", "secret") for it in call.arguments):
        ends.append("@throws IllegalArgumentException where a text has a NUL or a lone surrogate")

    def kind(it):
        return "CallOptions" if it.what == "handle" else GIVEN[it.what][0]

    def own(it):
        return "options" if it.what == "handle" else camel(it.name)

    def public(note, takes, gives):
        notes = [f"@param {own(it)} {given[it.name]}" for it in takes]
        declared = ", ".join(f"{kind(it)} {own(it)}" for it in takes)
        return ["", *wrapped(note, "    ", *notes, *ends),
                f"    public {result} {name}({declared}) {{",
                f"        {'return ' if call.made else ''}{gives};", "    }"]  # fmt: skip

    waiting = {"handle": 'Objects.requireNonNull(options, "options").waiting()'}
    passed = ", ".join(waiting.get(it.what, own(it)) for it in call.arguments)
    lines = public(about, call.arguments, f"client.{name}({passed})")
    if not call.takes_call:
        return lines
    defaults = {"flag": "false", "handle": "new CallOptions()"}
    link = f"{{@link #{name}({', '.join(map(kind, call.arguments))})}}"
    flags = "".join(f", and {{@code {own(it)}}} false" for it in call.arguments if it.what == "flag")
    short = f"{about} It is {link} with the client's own options{flags}."
    passed = ", ".join(defaults.get(it.what, own(it)) for it in call.arguments)
    return public(short, [it for it in call.arguments if it.what not in defaults], f"{name}({passed})") + lines


def first_sentence(text):
    text = re.match(r"[^.]*", text)[0]
    return text[0].lower() + text[1:]


# --- Options ---


GIVEN = {
    "text": ("String", "the value"),
    "secret": ("String", "the value"),
    "path": ("Path", "its place"),
    "number": ("int", "a number"),
    "flag": ("boolean", "whether it does"),
    "duration": ("Duration", "a time"),
}


def options(handle):
    declared, own, about = OPTIONS[handle.name]
    base = "CancellableOptions" if handle.name == "dtx_call" else f"Options<{own}>"
    body = [] if own == "T" else ["", "    /** The defaults. */", f"    public {own}() {{}}"]
    for setter in handle.setters:
        argument, (kind, given) = camel(setter.name), GIVEN[setter.what]
        body += [
            "",
            *wrapped(said(setter.note, setter.function.name), "    ", f"@param {argument} {given}",
                     "@return these options"),
            f"    public {own} {argument}({kind} {argument}) {{",
            f'        return set("{setter.name}", "{argument}", {argument});',
            "    }",
        ]  # fmt: skip
    return file([f"/** {about} */", f"{declared} extends {base} {{", *body[1:], "}"])


def outputs(header):
    """The files by their names."""
    handles = meaning.handles(header)
    made = {"Dtx": functions(header)}
    made |= {name: enum(header, source) for source, name in ENUMS.items()}
    made |= {name: result(handles[source]) for source, name in RESULTS.items()}
    made |= {
        {"dtx_options": "ClientOptions"}.get(source, own): options(handles[source])
        for source, (_, own, _) in OPTIONS.items()
    }
    living = [it for it in handles.values() if not it.is_value]
    made |= {handle_name(it.name): handle_class(header, handles, it) for it in living}
    made["ClientCalls"] = calls(handles)
    return {f"{FOLDER}{name}.java": text for name, text in made.items()}
