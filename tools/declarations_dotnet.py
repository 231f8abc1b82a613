"""What the package for .NET has of the C header: declarations, enums, exceptions, options and values.

`outputs` is for declarations.py. A getter of the header becomes a property, a setter an option, and what the
header says of it the documentation of both. A sentence that only makes sense in C is an error here.
"""

import re
import sys
import textwrap
from html import escape

FOLDER = "bindings-dotnet/src/Generated/"
MADE = "// Made of the C header by tools/declarations.py; `make header` renews it.\n"
NUMBERS = {"int": "int", "uint32_t": "uint", "int64_t": "long", "uint64_t": "ulong"}
# Types that are called otherwise than in C. "Timeout" and "cancelled" are names of System's own.
NAMES = {
    "dtx_result": "ErrorKind", "dtx_status": "DeletionStatus", "dtx_error": "DingTalkException",
    "dtx_options": "ClientOptions", "dtx_call": "CallOptions",
    "Timeout": "CallTimeout", "Cancelled": "CallCancelled",
}  # fmt: skip
# What stands in the C header, and what is meant here.
WORDS = [
    (r": (?:returns )?1 and (?:writes )?\*\w+, or (?:returns )?0 where that is not known", ", or null where that is not known"),
    (r": (?:returns )?1 and (?:writes )?\*\w+, or (?:returns )?0 where", ", or null where"),
    (r"^Whether the batch pauses, as (.*)\. 1, and \*left_ms is how long (.*); or 0, and nothing is written",
     r"How long \2, as \1; or null"),
    (r" \w+ may be NULL\.", ""),
    (r", as a dtx_\w+(: what the failed function returned)?", ""),
    (r", as dtx_\w+ returns it", ""),
    (r"; (?:0|DTX_OK) for NULL", ""),
    (r"; DTX_OK where there is none, and for NULL", "; null where there is none"),
    (r"^1 if (.*)[;,] (?:otherwise|else) 0", r"Whether \1"),
    (r"^1 where (.*), else 0", r"Whether \1"),
    (r"^Sets (the|a|whether|how|which) ", lambda it: it[1].capitalize() + " "),
    (r": 0 is no \(the default\), any other number is yes", "; false unless set"),
    (r": 0 is no, any other number is yes\. Yes unless set", "; true unless set"),
    (r": 0 is no, any other number is yes", ""),
    (r"[Ff]rom 1 to 86400000(?: \(a day\))?", "From a millisecond to a day"),
    (r"(\d+)000 unless set", r"\1 s unless set"),
    (r" A wrong value is reported by dtx_client_delete; .* alone\.", ""),
    (r" DTX_INVALID_ARGUMENT for NULL\.", ""),
    (r"dtx_client_set_access_token", "Client.SetAccessToken"),
    (r"dtx_client_delete", "Client.Delete"),
    (r"dtx_client_new", "the constructor of Client"),
    (r"dtx_error_maybe_deleted", "MaybeDeleted"),
    (r" Functions return an int, .* DTX_API\.", " Later versions may have more: treat Unknown like Api."),
    (r"DTX_OK, or the kind", "the kind"),
    (r"What a function returns: the kind of the error\. (.*) A number is never used.*", r"The kind of an error. \1"),
    (r" See dtx_set_log\.", ""),
    (r"\bNULL\b", "null"),
]  # fmt: skip


def pascal(name):
    return "".join(word.capitalize() for word in name.split("_"))


def type_name(c_name):
    return NAMES.get(c_name) or pascal(c_name.removeprefix("dtx_"))


class Dotnet:
    def __init__(self, header):
        self.header = header
        self.functions = {one.name: one for one in header.functions}
        self.options = [one for one in header.handles if one.endswith("options")]
        # What is read at once and then freed, and what lives as long as somebody has it.
        self.values = [one for one in header.handles if f"{one}_json" in self.functions or self.step(one)]
        self.living = [one for one in header.handles if one not in self.options + self.values]
        self.callbacks = [one.name for one in header.callbacks]
        self.fields = {pascal(name): name for name in self.snake_names()}

    def step(self, handle):
        """Whether it is a part of another and never freed by itself."""
        return f"{handle}_free" not in self.functions

    def snake_names(self):
        for name in self.functions:
            found = re.fullmatch(r"dtx_(?:options|call|batch_options)_set_(\w+?)(?:_ms)?", name)
            if found and "_" in found[1]:
                yield found[1]

    def handle_of(self, kind):
        found = re.fullmatch(r"(?:const )?(dtx_\w+) \*", kind)
        return found and found[1] in self.header.handles and found[1]

    def say(self, text, name, indent="    "):
        """The documentation of something, from the header's."""
        for there, here in WORDS:
            text = re.sub(there, here, text)
        for here, there in self.fields.items():
            text = re.sub(rf"\b{there}\b", here, text)
        if re.search(r"dtx_|DTX_|NULL|\*\w|\b\w+ may be null", text):
            sys.exit(f"declarations_dotnet.py: {name} is said in C's terms: {text}")
        text = f"<summary>{escape(text, quote=False)}</summary>"
        return "".join(f"{indent}/// {line}\n" for line in textwrap.wrap(text, 116 - len(indent)))

    # --- The files ---

    def native(self):
        lines = [
            f'        internal const string Version = "{self.header.version}";\n'
            f'        internal const string Abi = "{self.header.abi}";\n'
        ]
        for one in self.header.callbacks:
            lines.append(
                "        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]\n"
                f"        internal delegate {self.signature(one, callback=True)};\n"
            )
        for one in self.header.functions:
            lines.append(
                "        [DllImport(Name, CallingConvention = CallingConvention.Cdecl)]\n"
                f"        internal static extern {self.signature(one)};\n"
            )
        handles = [
            f"    internal sealed class {pascal(one[4:])}Handle : Handle\n    {{\n"
            f"        internal {pascal(one[4:])}Handle(IntPtr pointer) : base(pointer) {{ }}\n\n"
            "        protected override bool ReleaseHandle()\n        {\n"
            f"            Native.{one}_free(handle);\n            return true;\n        }}\n    }}\n"
            for one in self.living
        ]
        return (
            "    /// <summary>The functions of the C library; what each does stands in its header.</summary>\n"
            "    internal static partial class Native\n    {\n" + "\n".join(lines) + "    }\n\n" + "\n".join(handles)
        )

    def signature(self, one, callback=False):
        freeing = one.name.endswith("_free")
        listed = ", ".join(f"{self.native_type(kind, callback or freeing)} {self.camel(own)}" for kind, own in one.parameters)
        result = "IntPtr" if "*" in one.result else NUMBERS.get(one.result, one.result)
        return f"{result} {one.name}({listed})"

    @staticmethod
    def camel(name):
        name = pascal(name)
        return name[0].lower() + name[1:]

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
        handle = self.handle_of(kind)
        return f"{pascal(handle[4:])}Handle" if handle in self.living and not bare else "IntPtr"

    def enums(self):
        made, known = [], []
        for name, constants in self.header.enums.items():
            named = type_name(name)
            constants = [it for it in constants if it[0] != "DTX_OK"]
            prefix = min((constant for constant, _ in constants), key=len)
            while not all(constant.startswith(prefix) and prefix.endswith("_") for constant, _ in constants):
                prefix = prefix[:-1]
            body = "".join(
                self.say(self.header.notes[constant], constant, " " * 8)
                + f"        {pascal(constant[len(prefix):].lower())} = {number},\n"
                for constant, number in constants
            )
            doc = self.say(self.header.notes[name], name)
            if name != "dtx_log_level":
                if "DTX_CHECK_UNKNOWN" not in dict(constants):
                    body += (
                        "        /// <summary>A value that a later version of the library has and this package does not"
                        " know.</summary>\n        Unknown = -1,\n"
                    )
                cases = "".join(f"                case {number}:\n" for _, number in constants)
                known.append(
                    f"        internal static {named} {named}(int number)\n        {{\n            switch (number)\n"
                    f"            {{\n{cases}                    return (DingTalk.ExtContact.{named})number;\n"
                    f"                default:\n                    return DingTalk.ExtContact.{named}.Unknown;\n"
                    "            }\n        }\n"
                )
            made.append(f"{doc}    public enum {named}\n    {{\n{body}    }}\n")
        known = "    internal static class Known\n    {\n" + "\n".join(known) + "    }\n"
        return "\n".join([*made, known])

    def exceptions(self):
        classes, cases = [], []
        for constant, number in self.header.enums["dtx_result"][1:]:
            name = pascal(constant.removeprefix("DTX_").lower())
            name = NAMES.get(name, name) + "Exception"
            classes.append(
                self.say(self.header.notes[constant], constant)
                + f"    public sealed class {name} : DingTalkException\n    {{\n"
                f"        internal {name}(IntPtr error) : base(error) {{ }}\n    }}\n"
            )
            cases.append(f"                case {number}:\n                    return new {name}(error);\n")
        of = (
            "    public partial class DingTalkException\n    {\n"
            "        internal static DingTalkException Of(IntPtr error)\n        {\n"
            "            if (error == IntPtr.Zero)\n                return null;\n"
            "            switch (Native.dtx_error_kind(error))\n            {\n" + "".join(cases)
            + "                default:\n                    return new ApiException(error);\n"
            "            }\n        }\n    }\n"
        )  # fmt: skip
        return "\n".join([of, *classes])

    def option_classes(self):
        made = []
        for owner in [*self.options, "dtx_call"]:
            found = [
                (name.removeprefix(f"{owner}_set_"), one)
                for name, one in self.functions.items()
                if name.startswith(f"{owner}_set_") and len(one.parameters) == 2
            ]
            properties, given = "", '            Native.Give(set, options, "binding", "dotnet");\n'
            for name, one in found:
                kind = one.parameters[1][0]
                plain = name.removesuffix("_ms")
                type_ = {"const char *": "string", "int": "bool?"}.get(kind, "TimeSpan?" if plain != name else "int?")
                properties += self.say(self.header.notes[one.name], one.name, " " * 8)
                properties += f"        public {type_} {pascal(plain)} {{ get; set; }}\n\n"
                given += f'            Native.Give(set, options, "{plain}", {pascal(plain)});\n'
            made.append(
                self.say(re.sub(r"(, from|, and the means|\. One may| A setter).*", ".", self.header.notes[owner]).replace("..", "."), owner)
                + f"    public sealed partial class {type_name(owner)}\n    {{\n{properties}"
                f"        internal void Give<T>(Native.Setter<T> set, T options)\n        {{\n{given}        }}\n    }}\n"
            )
        return "\n".join(made)

    def getters(self, handle):
        """(type, property, expression, function) of each thing that can be asked of a handle by itself."""
        at = "batch" if handle == "dtx_batch" else "from"
        for name, one in self.functions.items():
            if not one.parameters or self.handle_of(one.parameters[0][0]) != handle or "const" not in one.parameters[0][0]:
                continue
            short, doc = name.removeprefix(f"{handle}_"), self.header.notes[name]
            rest = one.parameters[1:]
            if name.endswith("_free") or short == "wants" or name == "dtx_error_message" or handle == "dtx_client":
                continue
            if rest and rest[0][1] == "field":
                if one.result == "const char *" and len(rest) == 1:
                    for field in re.findall(r'"(\w+)"', doc):
                        yield "string", pascal(field), f'Native.Text(Native.{name}({at}, Native.Bytes("{field}", "field")))', f'The field "{field}", or null where it is missing or empty.'
                elif short.endswith("_count"):
                    item = name.removesuffix("_count")
                    for field in re.findall(r'"(\w+)"', doc):
                        bytes_ = f'Native.Bytes("{field}", "field")'
                        yield "IReadOnlyList<string>", pascal(field), f"Native.List(Native.{name}({at}, {bytes_}), place => Native.Text(Native.{item}({at}, {bytes_}, place)))", f'The ids of the field "{field}".'
            elif rest and rest[0][1] == "place":
                item = type_name(self.handle_of(one.result))
                yield f"IReadOnlyList<{item}>", pascal(short.removesuffix("_at")) + "s", f"Native.List(Native.{name.removesuffix('_at')}_count({at}), place => {item}.Of(Native.{name}({at}, place)))", doc.split(" by its place")[0].replace("A step", "The steps") + ", in the order in which a call needs them."
            elif rest:
                number = NUMBERS[rest[0][0].removesuffix(" *")]
                it = self.camel(short)
                plain = "TimeSpan" if rest[0][1].endswith("_ms") else {"uint": "int", "ulong": "long"}.get(number, number)
                value = f"TimeSpan.FromMilliseconds({it})" if plain == "TimeSpan" else f"({plain}){it}"
                yield f"{plain}?", pascal(short.removesuffix("_ms")), f"Native.{name}({at}, out {number} {it}) != 0 ? {value} : ({plain}?)null", doc
            elif short.endswith("_count"):
                continue
            elif self.handle_of(one.result):
                item = type_name(self.handle_of(one.result))
                yield item, pascal(short), f"{item}.Of(Native.{name}({at}))", doc
            elif one.result == "const char *":
                yield "string", pascal(short), f"Native.Text(Native.{name}({at}))", doc
            elif one.result == "int":
                enum = re.search(r"as a (dtx_\w+)", doc)
                if not enum:
                    yield "bool", pascal(short), f"Native.{name}({at}) != 0", doc
                elif "DTX_OK where there is none" in doc:
                    named = type_name(enum[1])
                    yield f"{named}?", pascal(short), f"Native.{name}({at}) == 0 ? ({named}?)null : Known.{named}(Native.{name}({at}))", doc
                else:
                    named = type_name(enum[1])
                    yield named, pascal(short), f"Known.{named}(Native.{name}({at}))", doc
            else:
                plain = {"uint32_t": "int", "uint64_t": "long"}[one.result]
                yield plain, pascal(short), f"({plain})Native.{name}({at})", doc

    def value_classes(self):
        made = []
        for handle in self.values:
            named = type_name(handle)
            is_error = handle == "dtx_error"
            properties, copies = "", ""
            for type_, name, expression, doc in self.getters(handle):
                properties += self.say(doc, f"{named}.{name}", " " * 8) + f"        public {type_} {name} {{ get; }}\n\n"
                copies += f"            {name} = {expression};\n"
            base = " : base(Native.Text(Native.dtx_error_message(from)))" if is_error else ""
            of = "" if is_error else (
                f"\n        internal static {named} Of(IntPtr from)\n        {{\n"
                f"            return from == IntPtr.Zero ? null : new {named}(from);\n        }}\n"
            )  # fmt: skip
            take = "" if self.step(handle) else (
                f"\n        internal static {named} Take(IntPtr from)\n        {{\n"
                f"            try\n            {{\n                return Of(from);\n            }}\n"
                f"            finally\n            {{\n                Native.{handle}_free(from);\n            }}\n        }}\n"
            )  # fmt: skip
            made.append(
                self.say(self.header.notes[handle].replace(" It never changes.", ""), handle)
                + f"    public {'abstract' if is_error else 'sealed'} partial class {named}"
                f"{' : Exception' if is_error else ''}\n    {{\n{properties}"
                f"        {'internal' if is_error else 'private'} {named}(IntPtr from){base}\n        {{\n{copies}        }}\n"
                f"{of}{take}    }}\n"
            )
        numbers = "".join(
            self.say(doc, f"DeleteMany.{name}", " " * 8) + f"        public {type_} {name}\n        {{\n            get {{ return {expression}; }}\n        }}\n\n"
            for type_, name, expression, doc in self.getters("dtx_batch")
        )
        made.append(f"    public sealed partial class DeleteMany\n    {{\n{numbers.rstrip()}\n    }}\n")
        return "\n".join(made)


def outputs(header):
    dotnet = Dotnet(header)

    def file(body, *using):
        lines = "".join(f"using {one};\n" for one in ("System", *using))
        return f"{MADE}{lines}\nnamespace DingTalk.ExtContact\n{{\n{body}}}\n"

    return {
        FOLDER + "Native.cs": file(dotnet.native(), "System.Runtime.InteropServices"),
        FOLDER + "Enums.cs": file(dotnet.enums()),
        FOLDER + "Exceptions.cs": file(dotnet.exceptions()),
        FOLDER + "Options.cs": file(dotnet.option_classes()),
        FOLDER + "Values.cs": file(dotnet.value_classes(), "System.Collections.Generic"),
    }
