"""What is made for PHP of the header: its version, exceptions, results, and what a client does.

A result is a class with a property for each getter of its object, taken from the library's JSON; what a client does
is a method for each of its functions, with the options that it takes as parameters. What they document is what the
header says; a sentence that only makes sense in C is an error here.
"""

import os
import re
import textwrap
from typing import NamedTuple

import meaning
from words import refuse_terms_of_c, reworded

# What FFI's header for PHP calls them, too.
SCOPE = "DINGTALK_EXTCONTACT"
LIBRARY = "libdingtalk_extcontact.so"

FOLDER = "bindings-php/src/"
MADE = """<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);
"""
RESULTS = {
    "dtx_deletion": "Deletion",
    "dtx_error": "DingTalkException",
    "dtx_item": "Item",
    "dtx_batch": "Summary",
    "dtx_contact": "Contact",
    "dtx_restoration": "Restoration",
    "dtx_check": "Check",
}
# Where the header speaks of what the object does.
ABOUT = {"dtx_batch": "A batch in numbers: each id is one of the first five."}
MORE = {
    "dtx_error": "The classes in Exception are its kinds; one of another kind, of a newer library, is an ApiException.",
    "dtx_contact": "var_dump and print_r show the id alone, var_export all of it.",
    "deleteMany": "Ids are taken as they are needed. A generator that is dropped starts no more calls and waits for"
    " those under way. What the ids, a signal handler or $cancelWhen throw comes out after the items of those; of the"
    " latter two, they are cancelled.",
}
# An exception of PHP has a message and a code already. An item that was not attempted has no part.
OTHERWISE = {"dtx_error_message", "dtx_item_not_attempted"}
NAMES = {"dtx_error_code": "apiCode"}
# In the JSON of the whole the fields of a part stand among its own.
PARTS = {
    "dtx_deletion": "isset($fields['attempts']) && !isset($fields['kind']) ? new Deletion($fields) : null",
    "dtx_error": "isset($fields['kind']) ? Library::failure($fields) : null",
}
TYPES = {
    "text": "string", "time": "string", "enum": "string", "number": "int", "flag": "bool", "duration": "float",
    "json": "array", "parts": "array",
}  # fmt: skip
GIVEN = {"text": "string", "path": "string", "secret": "string", "number": "int", "duration": "int", "flag": "bool"}
WIDTH = 116

# From what the header says to programs in C to what it is in PHP, in this order.
WORDS = [
    (r"^Sets (the|a|whether|how) ", r"\1 "),
    (r"\bpushed\b", "given"),
    (r", or 0 with nothing written| It never changes\.| up to now\b| The options can be used again or freed\.", ""),
    (r"^Many deletions under way\. .* none: one for each id", "Deletes many contacts: an item for each id"),
    (r" and does not free them(?=;)", ""),
    (r"^A (\w+) by its place from 0, (.*); NULL from \w+ on\.", r"Each \1, \2."),
    (r"^How many (ids) a field lists(.*) 0 for", r"The \1 that a field lists, as text\2 None for"),
    (r"\b(\w+) is YES\b", r"$\1 is YES"),
    (r"\bOne of dtx_client_shared closes\b", "One that is shared is closed"),
    (r"\bdtx_client_free gives up what you got, and leaves the client\b", "To let go of it leaves the client"),
    (r"\b(?:frees|have freed) it\b", lambda found: "lets go of it" if found[0] == "frees it" else "have let go of it"),
    (r"\bas DTX_INVALID_ARGUMENT\b", "with an InvalidArgumentException"),
    (r"\bof dtx_contact_record\b", "that of a Contact"),
    (r"^a JSON object\.", "a JSON object, decoded."),
    (r"\bas (?:one|a) JSON object\b", "as an array"),
    (r" Waits on the calling thread\.| on the calling thread(?= until)", ""),
    (r"\bclient's timeout\b", "client's timeoutMs"),
    (r"\bdtx_client_new\b", "the constructor"),
    (r"\bdtx_client_(\w+)", lambda found: f"{camel(found[1])}()"),
    (r"\bdtx_deletion_(\w+)", lambda found: f"its {camel(found[1])}"),
    (r"\bdtx_error_(\w+)", lambda found: camel(found[1])),
    (r"\bDTX_RESTORE_(\w+)", lambda found: f'"{found[1].lower()}"'),
    (r"\b(?:user_id|look_first)\b", lambda found: f"${camel(found[0])}"),
    # Names that are quoted are the service's, as are sub codes and permission points.
    (r"(?<!\")\b((?!qyapi|sub_)[a-z]+(?:_[a-z]+)+)\b", lambda found: camel(found[1])),
]  # fmt: skip


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def say(text, name):
    """What the header says of something, in PHP's words."""
    text = reworded(text, WORDS)
    refuse_terms_of_c(text, name)
    return text


def comment(text, tags=(), indent="    "):
    """A doc comment; what is said of a tag goes on further in."""

    def wrapped(said, further=""):
        first, later = f"{indent} * ", f"{indent} * {further}"
        return textwrap.wrap(said, WIDTH, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)

    one, *more = [text, *tags] if text else tags
    if not more and len(indent + one) < WIDTH - 6:
        return [f"{indent}/** {one} */"]
    between = [f"{indent} *"] if text and tags else []
    tagged = [line for tag in tags for line in wrapped(tag, "    ")]
    return [f"{indent}/**", *wrapped(text), *between, *tagged, f"{indent} */"]


def method(head, parameters, result, body):
    """With its parameters on one line where they fit."""
    line = f"    {head}({', '.join(parameters)}){result}"
    if len(line) <= WIDTH and len(parameters) < 5:
        begun = [line, "    {"]
    else:
        begun = [f"    {head}(", *(f"        {one}," for one in parameters), f"    ){result} {{"]
    return [*begun, *(f"        {line}" for line in body), "    }"]


def apart(blocks):
    """With an empty line between them."""
    return [line for number, lines in enumerate(blocks) for line in ([""] if number else []) + lines]


def file(about, head, *blocks):
    return "\n".join([MADE, "namespace DingtalkExtcontact;", "", *about, head, "{", *apart(blocks), "}", ""])


# --- Kinds of errors, and the version ---


def exceptions(header):
    """A class for each kind of error, by its file; wrong arguments are of PHP's own kind, too."""
    made = {}
    for constant, _ in header.enums["dtx_result"][1:]:
        name = exception(constant)
        base = name if name == "InvalidArgumentException" else "RuntimeException"
        made[f"{FOLDER}Exception/{name}.php"] = f"""{MADE}
namespace DingtalkExtcontact\\Exception;

use DingtalkExtcontact\\DingTalkException;
use DingtalkExtcontact\\Failure;

/** {header.notes[constant]} */
final class {name} extends \\{base} implements DingTalkException
{{
    use Failure;
}}
"""
    return made


def exception(constant):
    return constant.removeprefix("DTX_").title().replace("_", "") + "Exception"


def version(header):
    """The classes that are preloaded go with this, whatever the files of the package are by then."""
    return file(
        ["/**", " * Of which C header this package is.", " *", " * @internal", " */"],
        "final class Header",
        [
            f"    public const SCOPE = '{SCOPE}';",
            f"    public const LIBRARY = '{LIBRARY}.{header.abi}';",
            f"    public const ABI = '{header.abi}';",
        ],
    )


# --- Results ---


class Property(NamedTuple):
    type: str
    name: str
    value: str
    items: str  # what an array has, or nothing
    note: str

    @property
    def declared(self):
        return f"    public readonly {self.type} ${self.name};"

    @property
    def documented(self):
        tags = [f"@var {self.items} {self.note}"] if self.items else []
        return comment("" if tags else self.note, tags)


FIELDS = "@param array<string, mixed> $fields as the library has them in its JSON"
STOPPED = Property("?string", "stopped", "$fields['stopped'] ?? null", "", "Why it stopped early, or null.")


def properties(header, handle):
    """Those of what an object says of itself, in the order of the header."""
    for it in handle.getters:
        if it.function.name in OTHERWISE or it.fields or it.name.endswith("json"):
            continue
        # Of a batch the numbers: the rest is asked of it as it goes on.
        if handle.name == "dtx_batch" and it.what != "number":
            continue
        yield Property(
            ("?" if it.optional else "") + (RESULTS[it.of] if it.what == "part" else TYPES[it.what]),
            NAMES.get(it.function.name, camel(it.name)),
            PARTS[it.of] if it.what == "part" else f"$fields['{it.name}']" + (" ?? null" if it.optional else ""),
            {"json": "array<string, mixed>", "parts": "list<array<string, mixed>>"}.get(it.what, ""),
            property_note(header, handle, it),
        )
    if handle.name == "dtx_batch":
        yield STOPPED


def property_note(header, handle, it):
    text = it.note
    if it.what == "enum":
        text = re.sub(r",? as a dtx_.*", f". {values(header, it.of)}", text)
    if it.what == "duration":
        text += " In seconds."
    if it.what == "parts":
        # The JSON of the whole says what each has.
        each = re.search(rf"\b{it.name}, (each with [^;]*)", header.notes[f"{handle.name}_json"])[1]
        text = f"{header.notes[it.at.name]} {each[0].upper()}{each[1:]}."
    return say(text, it.function.name)


def values(header, enum):
    """What text may be, which is a constant in C. Each kind of error has a class that says what it is."""
    constants = [constant for constant, number in header.enums[enum] if number]
    prefix = os.path.commonprefix(constants)
    named = {f'"{constant.removeprefix(prefix).lower()}"': header.notes[constant] for constant in constants}
    if enum == "dtx_result":
        return f"One of {', '.join(named)}."
    return " ".join(f"{name}: {note}" for name, note in named.items())


def asked_by_name(it):
    """A getter that is asked for a field by its name."""
    if it.what == "texts":
        about, result = ["@return list<string> " + say(it.note, it.function.name)], "array"
        known, other = "\\is_array($value) && array_is_list($value)", "[]"
    else:
        about, result = [], "?string"
        known, other = "\\is_string($value)", "null"
    body = ["$value = $this->fields[$field] ?? null;", f"return {known} ? $value : {other};"]
    said = comment("" if about else say(it.note, it.function.name), about)
    return [*said, *method(f"public function {it.name}", ["string $field"], f": {result}", body)]


def to_json():
    about = comment("", ["@return array<string, mixed> all of it under the names that the command's --json uses"])
    return [*about, *method("public function jsonSerialize", [], ": array", ["return $this->fields;"])]


def result(header, handle):
    known = list(properties(header, handle))
    about = ABOUT.get(handle.name) or f"{say(handle.note, handle.name)} {MORE.get(handle.name, '')}".strip()
    members = [[*it.documented, it.declared] for it in known]
    taken = [f"$this->{it.name} = {it.value};" for it in known]
    new = method("public function __construct", ["private readonly array $fields"], "", taken)
    members.append([*comment("", ["@internal", FIELDS]), *new])
    members += [asked_by_name(it) for it in handle.getters if it.fields]
    members.append(to_json())
    if "personal data" in about:
        shown = method("public function __debugInfo", [], ": array", ["return ['userId' => $this->userId];"])
        members.append([*comment("", ["@return array<string, string>"]), *shown])
    head = f"final class {RESULTS[handle.name]} implements \\JsonSerializable"
    return file(comment(about, indent=""), head, *members)


def failure(header, handle):
    """The interface of all exceptions, which documents their properties, and the trait that has them."""
    known = list(properties(header, handle))
    about = f"{say(handle.note, handle.name)} {MORE[handle.name]}"
    tags = [f"@property-read {it.type} ${it.name} {it.note}" for it in known]
    interface = file(comment(about, tags, ""), "interface DingTalkException extends \\Throwable, \\JsonSerializable")
    taken = [f"$this->{it.name} = {it.value};" for it in known]
    new = method(
        "public function __construct",
        ["private readonly array $fields", "?\\Throwable $previous = null"],
        "",
        ["parent::__construct($fields['message'], 0, $previous);", *taken],
    )
    trait = file(
        comment("The fields of every DingTalkException, which describes them.", ["@internal"], ""),
        "trait Failure",
        [it.declared for it in known],
        [*comment("", [FIELDS]), *new],
        to_json(),
    )
    return {FOLDER + "DingTalkException.php": interface, FOLDER + "Failure.php": trait}


# --- What a client does ---


class Parameter(NamedTuple):
    """Of a method: its type and what is said of it in the documentation, and how it is handed on."""

    type: str
    name: str
    note: str
    declared: str
    passed: str

    @property
    def tag(self):
        return f"@param {self.type} ${self.name} {self.note}".strip()


CANCEL = "asked every 50 ms while it waits: true ends it"
CANCEL_WHEN = Parameter("?\\Closure(): bool", "cancelWhen", CANCEL, "?\\Closure $cancelWhen = null", "$cancelWhen")


def hidden(it):
    """Secrets stand in no trace. The URL of a proxy may have a password."""
    return "#[\\SensitiveParameter] " if it.what == "secret" or it.name == "proxy" else ""


def options(handle):
    """Each option is a parameter; null leaves it to the library."""
    for it in handle.setters:
        kind, name = f"?{GIVEN[it.what]}", camel(it.name)
        note = say(it.note, it.function.name)
        if it.what == "duration":
            name, note = f"{name}Ms", f"{note} In milliseconds."
        yield Parameter(kind, name, note, f"{hidden(it)}{kind} ${name} = null", f"'{name}' => ${name}")


def argument(call, it, note):
    """What the caller gives, as C takes it. An id may come as a number, which is refused where it is made text."""
    name = camel(it.name)
    if it.what == "flag":
        return Parameter("bool", name, note, f"bool ${name} = false", f"(int) ${name}")
    if f"{it.name}: a JSON object" in call.note:
        passed = f"json_encode((object) ${name}, \\JSON_THROW_ON_ERROR)"
        return Parameter("array<string, mixed>", name, note, f"array ${name}", passed)
    kind = "mixed" if it.name == "user_id" else "string"
    return Parameter("string", name, note, f"{hidden(it)}{kind} ${name}", f"Library::text(${name}, '{name}')")


def constructors(header, options):
    """Options by name, and once more for those on top of the environment's: gathered, a trace would show them."""
    about, env, shared = (
        say(header.notes[name], name) for name in ("dtx_client_new", "dtx_options_from_env", "dtx_client_shared")
    )
    env = env.split(". ")[0].removeprefix("New options with ")
    flags = [
        Parameter("bool", "env", f"with {env}; the other options come on top", "bool $env = false", "$env"),
        Parameter("bool", "shared", shared[0].lower() + shared[1:], "bool $shared = false", "$shared"),
    ]
    throws = "@throws DingTalkException for an option that is refused"
    declared = [it.declared for it in options]
    new = [
        "$options = get_defined_vars();",
        "unset($options['env'], $options['shared']);",
        "$this->open($options, $env, $shared);",
    ]
    from_env = ["return new self(...get_defined_vars(), env: true);"]
    return [
        [
            *comment(about, [*(it.tag for it in (*options, *flags)), throws]),
            *method("public function __construct", [*declared, *(it.declared for it in flags)], "", new),
        ],
        [
            *comment(f"With {env}. Options are those of the constructor, and come on top.", [throws]),
            *method("public static function fromEnv", [*declared, flags[1].declared], ": self", from_env),
        ],
    ]


def thrown(call):
    """What it means that a call throws, of each kind of error that the header speaks of, and of all others."""
    ends = dict(call.said.ends)
    ends.pop("DTX_OK", None)
    others = ends.pop("Anything else", "")
    kinds = {f"Exception\\{exception(of)}": text for of, text in ends.items()}
    said = {**kinds, "DingTalkException": others}
    return [f"@throws {kind} {say(text, call.function.name)}".strip() for kind, text in said.items()]


def call_method(handles, call):
    function, said = call.function.name, call.said
    given = [
        argument(call, it, say(said.arguments.get(it.name, ""), function)) for it in call.arguments if it.of != "dtx_call"
    ]
    passed, own, body = ["$this->handle->pointer", *(it.passed for it in given)], [], []
    tags = [it.tag for it in given if it.note or it.declared.startswith("mixed")]
    if call.takes_call:
        # Nothing but a deletion ends as absent.
        own = [it for it in options(handles["dtx_call"]) if it.name != "missingOk" or call.made == "dtx_deletion"]
        of = re.search(r"(?:timeout|options) of (.*?) and the means", said.arguments["call"])[1]
        tags += [*(it.tag.replace("this call", of) for it in own), CANCEL_WHEN.tag]
        body.append(f"$call = new Call($cancelWhen, [{', '.join(it.passed for it in own)}]);")
        passed.append("$call->handle->pointer")
        own.append(CANCEL_WHEN)
    listed = [f"    {it}," for it in passed]
    if call.made:
        result = RESULTS[call.made]
        body += [f"return new {result}($call->result('{call.made}', '{function}', [", *listed, "]));"]
    else:
        result = "void"
        body += [f"Library::call('{function}', [", *listed, "]);"]
    if "DTX_OK" in said.ends:
        tags.append(f"@return {result} {say(said.ends['DTX_OK'], function)}")
    head, declared = f"public function {camel(call.name)}", [it.declared for it in (*given, *own)]
    about = comment(say(said.whole, function), [*tags, *thrown(call)])
    return [*about, *method(head, declared, f": {result}", body)]


def batch_method(handles):
    """Many deletions are a loop in PHP."""
    batch, own = handles["dtx_batch"], [*options(handles["dtx_batch_options"]), CANCEL_WHEN]
    about = f"{say(batch.note, batch.name)} {MORE['deleteMany']}"
    tags = ["@param iterable<string> $userIds", *(it.tag for it in own)]
    returns = "@return \\Generator<int, Item, mixed, Summary> its return value is the summary"
    throws = thrown(next(it for it in batch.calls if it.name == "new"))
    listed = [f"    {it.passed}," for it in own[:-1]]
    return [
        *comment(about, [*tags, returns, *throws]),
        *method(
            "public function deleteMany",
            ["iterable $userIds", *(it.declared for it in own)],
            ": \\Generator",
            ["return $this->batch($userIds, $cancelWhen, [", *listed, "]);"],
        ),
    ]


def command_method(command):
    body = [f"Library::get()->{command.function.name}($this->handle->pointer);"]
    about = comment(say(command.note, command.function.name))
    return [*about, *method(f"public function {camel(command.name)}", [], ": void", body)]


def client(header, handles):
    """What a client declares; what there is to do in PHP is written by hand, in the class that uses it."""
    own = handles["dtx_client"]
    calls = [it for it in own.calls if it.is_method and (it.made in RESULTS or not it.made)]
    return file(
        comment("What the C library does with a client.", ["@internal"], ""),
        "trait ClientMethods",
        *constructors(header, list(options(handles["dtx_options"]))),
        *(call_method(handles, it) for it in calls),
        batch_method(handles),
        *map(command_method, own.commands),
    )


def outputs(header):
    handles = meaning.handles(header)
    results = {
        f"{FOLDER}{name}.php": result(header, handles[handle])
        for handle, name in RESULTS.items()
        if handle != "dtx_error"
    }
    return {
        FOLDER + "Header.php": version(header),
        FOLDER + "ClientMethods.php": client(header, handles),
        **results,
        **failure(header, handles["dtx_error"]),
        **exceptions(header),
    }
