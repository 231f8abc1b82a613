"""What is made for .NET of the header: functions, enums, exceptions, options, values, the calls of a client.

A value is a class with what each getter of its object says, taken over at once; the options are classes with a
property for each setter; a client has a method for each call that gives a value. What they document is what the header
says; a sentence that only makes sense in C is an error here.
"""

import re
import textwrap
from html import escape

import meaning
from words import SPANS, refuse_terms_of_c, reworded

FOLDER = "bindings-dotnet/src/Generated/"
MADE = "// Made of the C header by tools/declarations; `make header` renews it.\n"
NUMBERS = {"int": "int", "uint32_t": "uint", "int64_t": "long", "uint64_t": "ulong"}
# Numbers without a sign are no part of the common language specification.
SIGNED = {"uint": "int", "ulong": "long"}
NAMES = {
    "dtx_result": "ErrorKind",
    "dtx_status": "DeletionStatus",
    "dtx_error": "DingTalkException",
    "dtx_options": "ClientOptions",
    "dtx_call": "CallOptions",
    # Of kinds whose exceptions System has, too.
    "Timeout": "CallTimeout",
    "Cancelled": "CallCancelled",
}
LATER = "A value that a later version of the library has and this package does not know."

# What this package does another way, and does not declare: to poll, and to name a kind.
LEFT_OUT = {"dtx_batch_try_next", "dtx_batch_next_within", "dtx_result_name"}

# Of parameters that the header does not speak of by themselves.
PARAMETERS = {
    "user_id": "The id, sent as it is.",
    "write": "Whether the permission to delete is tried, too.",
}

# From what the header says to programs in C to what it is in C#, in this order.
WORDS = [
    (r"^Whether (the batch) pauses, as (.*)\. 1, and \*\w+ is how long it (.*); or 0, .*",
     r"How long \1 \3, as \2; null where it does not pause."),
    (r", as a dtx_\w+(: what the failed function returned)?", ""),
    (r", as dtx_\w+ returns it", ""),
    (r"^Sets (the|a|whether|how) ", lambda it: it[1].capitalize() + " "),
    *SPANS,
    (r"\bpushed\b", "given"),
    (r"dtx_client_new", "the constructor of Client"),
    (r"dtx_(client|contact|deletion|error)_(\w+)", lambda it: f"{type_name('dtx_' + it[1])}.{pascal(it[2])}"),
    (r"^What a function returns: DTX_OK, or the kind of the error\..*",
     "The kind of an error. Later versions may have more: treat Unknown like Api."),
    (r", from dtx_.*|, and the means to cancel it\..*", "."),
    (r" and the means to cancel (?:it|them), or NULL", ""),
    (r"\bDTX_RESTORE_(\w+)", lambda it: pascal(it[1].lower())),
    (r"^YES where", "Whether"),
    (r", or 0 with nothing written| It never changes\.", ""),
]  # fmt: skip


def pascal(name):
    return "".join(word.capitalize() for word in name.split("_"))


def camel(name):
    return name.split("_")[0] + pascal(name.partition("_")[2])


def type_name(c_name):
    return NAMES.get(c_name) or pascal(c_name.removeprefix("dtx_"))


def exception_name(kind):
    name = pascal(kind.removeprefix("DTX_").lower())
    return "DingTalkException" if kind == "Anything else" else NAMES.get(name, name) + "Exception"


def handle_name(c_name):
    return f"{pascal(c_name.removeprefix('dtx_'))}Handle"


def block(head, lines):
    return [head, "{", *(f"    {line}" if line else "" for line in lines), "}"]


def apart(blocks):
    """With an empty line between them."""
    return [line for number, lines in enumerate(blocks) for line in ([""] if number else []) + lines]


def file(lines, *using):
    lines = block("namespace DingTalk.ExtContact", lines)
    return MADE + "".join(f"using {one};\n" for one in ("System", *using)) + "\n" + "\n".join(lines) + "\n"


class Dotnet:
    def __init__(self, header):
        self.header = header
        names = [one.name for one in header.functions]
        # Options are set by their names, as text: that setter stands for those of each option.
        self.functions = {
            one.name: one
            for one in header.functions
            if one.name not in LEFT_OUT and one.name.rpartition("_set_")[0] + "_set" not in names
        }
        taken = {kind for one in self.functions.values() for kind, _ in one.parameters}
        self.callbacks = {one.name: one for one in header.callbacks if one.name in taken}
        self.handles = meaning.handles(header)
        # What is read at once and then freed, or given up with what it belongs to.
        self.values = [one for one in self.handles.values() if one.is_value]
        self.living = [one for one in self.handles.values() if not one.is_value]
        self.by_name = [one for one in self.living if f"{one.name}_set" in self.functions]

    def say(self, text, name, tag="summary", attribute=""):
        """The documentation of something, from the header's."""
        text = reworded(text, WORDS)
        for option in (one.name for owner in self.by_name for one in owner.setters):
            # Names in JSON are the same in every language.
            if "_" in option and "one JSON object" not in text:
                text = re.sub(rf"\b{option}\b", pascal(option), text)
        refuse_terms_of_c(text, name)
        text = f"<{tag}{attribute}>{escape(text[0].upper() + text[1:], quote=False)}</{tag}>"
        return [f"/// {line}" for line in textwrap.wrap(text, 108)]

    # --- Functions ---

    def native(self):
        major, minor, patch = self.header.numbers
        constants = [
            f'internal const string Version = "{self.header.version}";',
            f'internal const string Abi = "{self.header.abi}";',
            f"internal const uint VersionNumber = {major * 1000000 + minor * 1000 + patch};",
        ]
        callbacks = [
            ["[UnmanagedFunctionPointer(CallingConvention.Cdecl)]", f"internal delegate {self.signature(one, bare=True)};"]
            for one in self.callbacks.values()
        ]
        functions = [
            ["[DllImport(Name, CallingConvention = CallingConvention.Cdecl)]",
             f"internal static extern {self.signature(one, bare=one.name.endswith('_free'))};"]
            for one in self.functions.values()
        ]  # fmt: skip
        declared = block("internal static partial class Native", apart([constants, *callbacks, *functions]))
        about = "/// <summary>The functions of the C library; what each does stands in its header.</summary>"
        handles = map(self.handle, self.living)
        return file(apart([[about, *declared], *handles]), "System.Runtime.InteropServices", "Microsoft.Win32.SafeHandles")

    def handle(self, of):
        release = [f"Native.{of.name}_free(handle);", "return true;"]
        made = [block(f"internal {handle_name(of.name)}(IntPtr pointer) : base(true)", ["SetHandle(pointer);"])]
        if of in self.by_name:
            set_it = f"Native.{of.name}_set(this, Native.Bytes(name, nameof(name)), Native.Value(value, property));"
            about = "/// <summary>What is wrong with a value is reported where the options are used.</summary>"
            head = "internal void Set(string name, string property, object value)"
            made.append([about, *block(head, ["if (value != null)", f"    {set_it}"])])
        made += [self.call(one) for one in of.calls if self.is_simple(one)]
        made.append(block("protected override bool ReleaseHandle()", release))
        about = "/// <summary>It frees itself, and is not freed while a call uses it.</summary>"
        head = f"internal sealed class {handle_name(of.name)} : SafeHandleZeroOrMinusOneIsInvalid"
        return [about, *block(head, apart(made))]

    # --- Calls: what can fail with an error, as methods of the handle that they are made with ---

    def is_simple(self, one):
        """A list of texts is not."""
        return one.function.name in self.functions and all(it.what != "texts" for it in one.parameters)

    def call(self, one):
        """Arguments become C's, an error is thrown, and what was made is taken over."""
        takes, gives = [], []
        for it in one.parameters:
            name = camel(it.name)
            if it.what == "self":
                gives.append("this")
            elif it.what in ("made", "error"):
                gives.append(f"out IntPtr {it.what}")
            elif it.type == "const char *":
                takes.append(f"string {name}")
                gives.append(f"Native.Bytes({name}, nameof({name}))")
            elif it.what == "flag":
                takes.append(f"bool {name}")
                gives.append(f"{name} ? 1 : 0")
            else:
                within = "Native." if it.what == "callback" else ""
                takes.append(f"{within}{self.native_type(it.type, False)} {name}")
                gives.append(name)
        name, result, back = pascal(one.name), "void", []
        if one.made and self.handles[one.made].is_value:
            result = type_name(one.made)
            # A method hides a class of its name.
            result = f"ExtContact.{result}" if result == name else result
            back = [f"return {result}.Take(made);"]
        elif one.made:
            result = handle_name(one.made)
            back = [f"return new {result}(made);"]
        head = f"internal {'' if one.is_method else 'static '}{result} {name}({', '.join(takes)})"
        return block(head, [f"Native.{one.function.name}({', '.join(gives)});", "DingTalkException.Throw(error);", *back])

    def client_calls(self):
        """What waits and gives a value, with what .NET has beside the arguments: options and a token."""
        calls = [one for one in self.handles["dtx_client"].calls if one.takes_call and self.handles[one.made].is_value]
        return file(block("public sealed partial class Client", apart(map(self.client_call, calls))), "System.Threading")

    def client_call(self, one):
        said, takes, gives, about = one.said, [], [], []

        def tell(text, tag, attribute="", value=""):
            for it in one.arguments:
                text = re.sub(rf"\b{it.name}\b", camel(it.name), text)
            about.extend(self.say(text, one.name, tag, f' {attribute}="{value}"' if value else ""))

        tell(said.whole, "summary")
        for it in one.arguments:
            is_call = it.of == "dtx_call"
            name = "options" if is_call else camel(it.name)
            kind = "CallOptions" if is_call else "bool" if it.what == "flag" else "string"
            takes.append(f"{kind} {name}" + {"CallOptions": " = null", "bool": " = false"}.get(kind, ""))
            gives.append("call" if is_call else name)
            tell(said.arguments.get(it.name) or PARAMETERS[it.name], "param", "name", name)
        takes.append("CancellationToken cancellation = default(CancellationToken)")
        tell("Ends the call.", "param", "name", "cancellation")
        for end, text in said.ends.items():
            tell(text, *(["returns"] if end == "DTX_OK" else ["exception", "cref", exception_name(end)]))
        if any(it.type == "const char *" for it in one.arguments):
            tell("Text has a NUL or a lone surrogate; nothing was sent.", "exception", "cref", "ArgumentException")
        return [
            *about,
            f"public {type_name(one.made)} {pascal(one.name)}({', '.join(takes)}) =>",
            f"    Wait(options, cancellation, call => Asked.{pascal(one.name)}({', '.join(gives)}));",
        ]

    def signature(self, one, bare):
        """Where it is bare, a handle is a pointer, and text is not marshalled."""
        listed = ", ".join(f"{self.native_type(kind, bare)} {camel(own)}" for kind, own in one.parameters)
        result = "IntPtr" if "*" in one.result else NUMBERS.get(one.result, one.result)
        return f"{result} {one.name}({listed})"

    def native_type(self, kind, bare):
        """Text goes in as bytes, as the marshaller's own idea of text is not UTF-8 everywhere."""
        if kind in NUMBERS or kind in self.callbacks:
            return NUMBERS.get(kind, kind)
        if kind == "const char *const *":
            return "IntPtr[]"
        if kind == "const char *" and not bare:
            return "byte[]"
        if kind.removesuffix(" *") in NUMBERS:
            return "out " + NUMBERS[kind.removesuffix(" *")]
        if kind.endswith("**"):
            return "out IntPtr"
        handle = self.handles.get(meaning.handle_of(self.header, kind))
        return handle_name(handle.name) if handle in self.living and not bare else "IntPtr"

    # --- Enums and exceptions ---

    def enums(self):
        made, known = [], []
        for name, constants in self.header.enums.items():
            named = type_name(name)
            constants = [it for it in constants if it[0] != "DTX_OK"]
            prefix = re.match(r"DTX_(?:STATUS_|RESTORE_|JOURNAL_|CHECK_|LOG_)?", constants[0][0])[0]
            lines = []
            for constant, number in constants:
                lines += self.say(self.header.notes[constant], constant)
                lines.append(f"{pascal(constant.removeprefix(prefix).lower())} = {number},")
            # What is set only, and not got, has no later values.
            if name != "dtx_log_level":
                if not any(line.startswith("Unknown ") for line in lines):
                    lines += [f"/// <summary>{LATER}</summary>", "Unknown = -1,"]
                cases = [f"case {number}:" for _, number in constants]
                full = f"DingTalk.ExtContact.{named}"
                switch = block("switch (number)", [
                    *cases, f"    return ({full})number;", "default:", f"    return {full}.Unknown;",
                ])  # fmt: skip
                known.append(block(f"internal static {named} {named}(int number)", switch))
            made.append([*self.say(self.header.notes[name], name), *block(f"public enum {named}", lines)])
        about = "/// <summary>Numbers of the library as enums.</summary>"
        return file(apart([*made, [about, *block("internal static class Known", apart(known))]]))

    def exceptions(self):
        classes, cases = [], []
        for constant, number in self.header.enums["dtx_result"][1:]:
            name = exception_name(constant)
            own = block(f"public sealed class {name} : DingTalkException", [f"internal {name}(IntPtr error) : base(error) {{ }}"])
            classes.append([*self.say(self.header.notes[constant], constant), *own])
            cases += [f"case {number}:", f"    return new {name}(error);"]
        of = block("internal static DingTalkException Of(IntPtr error)", [
            "if (error == IntPtr.Zero)",
            "    return null;",
            *block("switch (Native.dtx_error_kind(error))", [*cases, "default:", "    return new ApiException(error);"]),
        ])  # fmt: skip
        throw = block("internal static void Throw(IntPtr error)", ["if (error != IntPtr.Zero)", "    throw Take(error);"])
        return file(apart([block("public partial class DingTalkException", apart([of, throw])), *classes]))

    # --- Options ---

    def options(self):
        kinds = {"flag": "bool?", "number": "int?", "duration": "TimeSpan?"}
        made = []
        for owner in self.by_name:
            # Messages and advice have names as they stand here.
            properties, given = [], ['handle.Set("binding", "binding", "dotnet");']
            for one in owner.setters:
                about, name = self.say(one.note, one.function.name), pascal(one.name)
                properties.append([*about, f"public {kinds.get(one.what, 'string')} {name} {{ get; set; }}"])
                given.append(f'handle.Set("{one.name}", nameof({name}), {name});')
            properties.append(block(f"internal void Give({handle_name(owner.name)} handle)", given))
            head = f"public sealed partial class {type_name(owner.name)}"
            made.append([*self.say(owner.note, owner.name), *block(head, apart(properties))])
        return file(apart(made))

    # --- Values ---

    def getters(self, handle, of):
        """Of each thing that an object can be asked for: type, name, expression, documentation."""
        for one in handle.getters:
            # The message is the exception's own; the batch's wish for ids is nobody's business.
            if one.function.name in ("dtx_error_message", "dtx_batch_wants"):
                continue
            note = one.note
            if one.what == "parts":
                note = re.sub(r"^A (\w+) by its place from 0, (.*);.*", r"The \1s, \2.", self.header.notes[one.at.name])
            if not one.fields:
                yield *self.value(one, of), pascal(one.name), note
            for field in one.fields:
                about = f'The ids of "{field}".' if one.at else f'The field "{field}", or null where it is missing or empty.'
                yield *self.value(one, f'{of}, Native.Bytes("{field}", "field")'), pascal(field), about

    def value(self, one, arguments):
        """The type of what a getter says, and the expression."""
        call = f"Native.{one.function.name}({arguments})"
        if one.at:
            each = one._replace(what="part" if one.of else "text", function=one.at, at=None)
            kind, item = self.value(each, f"{arguments}, place")
            return f"IReadOnlyList<{kind}>", f"Native.List({call}, place => {item})"
        if one.what == "part":
            return type_name(one.of), f"{type_name(one.of)}.Of({call})"
        if one.what == "enum":
            kind, known = type_name(one.of), f"Known.{type_name(one.of)}({call})"
            return (f"{kind}?", f"{call} == 0 ? ({kind}?)null : {known}") if one.optional else (kind, known)
        if one.what == "flag":
            return "bool", f"{call} != 0"
        if one.type not in NUMBERS:
            return "string", f"Native.Text({call})"
        number = NUMBERS[one.type]
        kind = SIGNED.get(number, number)
        if not one.written:
            return kind, f"({kind}){call}"
        known = value = camel(one.name)
        if one.what == "duration":
            kind, value = "TimeSpan", f"TimeSpan.FromMilliseconds({known})"
        elif kind != number:
            value = f"({kind}){known}"
        return f"{kind}?", f"Native.{one.function.name}({arguments}, out {number} {known}) != 0 ? {value} : ({kind}?)null"

    def value_classes(self):
        numbers = [
            [*self.say(note, f"DeleteMany.{name}"), f"public {kind} {name} => {value};"]
            for kind, value, name, note in self.getters(self.handles["dtx_batch"], "batch")
        ]
        made = [*map(self.value_class, self.values), block("public sealed partial class DeleteMany", apart(numbers))]
        return file(apart(made), "System.Collections.Generic")

    def value_class(self, handle):
        name, is_error = type_name(handle.name), handle.name == "dtx_error"
        got = list(self.getters(handle, "from"))
        members = [
            [*self.say(note, f"{name}.{own}"), f"public {kind} {own} {{ get; }}"]
            for kind, _, own, note in got
        ]  # fmt: skip
        message = " : base(Native.Text(Native.dtx_error_message(from)))" if is_error else ""
        copies = [f"{own} = {value};" for _, value, own, _ in got]
        members.append(block(f"{'internal' if is_error else 'private'} {name}(IntPtr from){message}", copies))
        if not is_error:  # that of an error looks at its kind
            of = [f"return from == IntPtr.Zero ? null : new {name}(from);"]
            members.append(block(f"internal static {name} Of(IntPtr from)", of))
        if not handle.is_part:
            free = [*block("try", ["return Of(from);"]), *block("finally", [f"Native.{handle.name}_free(from);"])]
            members.append(block(f"internal static {name} Take(IntPtr from)", free))
        kind = "abstract partial" if is_error else "sealed"
        head = f"public {kind} class {name}{' : Exception' if is_error else ''}"
        return [*self.say(handle.note, handle.name), *block(head, apart(members))]


def outputs(header):
    dotnet = Dotnet(header)
    return {
        FOLDER + "Native.cs": dotnet.native(),
        FOLDER + "Client.cs": dotnet.client_calls(),
        FOLDER + "Enums.cs": dotnet.enums(),
        FOLDER + "Exceptions.cs": dotnet.exceptions(),
        FOLDER + "Options.cs": dotnet.options(),
        FOLDER + "Values.cs": dotnet.value_classes(),
    }
