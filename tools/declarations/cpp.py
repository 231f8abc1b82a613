"""What is made for C++ of the header: what frees each handle, values, setters, calls.

A value is a class with a member for each getter. Setters and calls are bases of the classes that
dingtalk_extcontact.hpp completes, where a handle has more than this knows how to make: constructors
that can fail, and functions that are called back.
"""

import os
import re
import textwrap

import meaning
from words import SPANS, reworded

NAME = "include/dingtalk_extcontact_generated.hpp"
HEAD = """// A part of dingtalk_extcontact.hpp.
// Made of dingtalk_extcontact.h by tools/declarations; `make header` renews it.
#ifndef DINGTALK_EXTCONTACT_HPP
#error "include dingtalk_extcontact.hpp, which includes this"
#endif
#ifndef DINGTALK_EXTCONTACT_GENERATED_HPP
#define DINGTALK_EXTCONTACT_GENERATED_HPP

namespace dingtalk {
"""
TAIL = """} // namespace dingtalk

#endif
"""
# What C++ has another word for: `delete` is one of its own, and `get` has the handle of an object.
NAMES = {"dtx_client_delete": "remove", "dtx_client_get": "contact"}

# From what the header says to programs in C to what it is in C++, in this order.
WORDS = [
    *SPANS,
    (r"^1 if (.*?), 0 while", r"Whether \1, false while"),
    (r", or NONE where", "; false, and nothing written, where"),
    (r"\b1, and \*\w+ is (.*); or 0, and nothing is written", r"If so, \1 is written"),
    (r", or 0 with nothing written", ", or false with nothing written"),
    (r"^A (\w+) by its place from 0, (.*);.*", r"Each \1, \2."),
    (r"^How many (\w+) a field lists: (.*)\. 0 for", r"The \1 that a field lists: \2. None for"),
    (r", or NULL where there is none", "; DTX_OK where there is none"),
    (r", as a (dtx_\w+)", r", one of \1"),
    (r"; here the result is [^.]*", ""),
    (r" At the end \*\w+ is NULL and the result DTX_OK\.", ""),
    (r": NULL, or text", ": text"),
    (r"\breturns (DTX_\w+) with an error\b", r"throws an Error of \1"),
    (r" as dtx_batch_next does, and waits for it no longer than the call says:", ", and waits for it, with a call no longer"
     " than that says:"),
    (r"\bone dtx_call\b", "one Call"),
    (r"\bthe last who has it frees it\b", "the last that there is of it is destroyed"),
    (r"\bdtx_client_new\b", "the constructor of Client"),
    (r"\bdtx_(batch|client|contacts?|error|options)_(\w+)", lambda found: member(*found.group(0, 1, 2))),
]  # fmt: skip


def member(function, handle, name):
    return f"{pascal(handle)}::{NAMES.get(function, name)}()"


def said(text):
    return textwrap.wrap(reworded(text, WORDS), 98, initial_indent="// ", subsequent_indent="// ")


def pascal(name):
    return "".join(word.capitalize() for word in name.removeprefix("dtx_").split("_"))


def function(head, *body):
    one_line = f"{head} {{ {body[0]} }}"
    if len(body) == 1 and len(one_line) <= 98:
        return [one_line]
    return [f"{head} {{", *(f"  {line}" for line in body), "}"]


def declared(head, before, members, own):
    """A class; each member is a list of lines."""
    public = [f"  {line}" for member in members for line in member]
    private = [f"  {line}" for line in own]
    return [*before, f"class {head} {{", "public:", *public, "", "private:", *private, "};", ""]


def in_detail(lines):
    return ["namespace detail {", "", *lines, "} // namespace detail", ""]


class Cpp:
    def __init__(self, header):
        self.header = header
        self.functions = {one.name: one for one in header.functions}
        self.handles = meaning.handles(header)
        getters = [one for handle in self.handles.values() for one in handle.getters]
        self.parts = {one.of for one in getters if one.what in ("part", "parts")}
        self.ending = {one.made for handle in self.handles.values() for one in handle.calls if one.ends}

    def in_order(self):
        """Each after what it has in it or makes."""
        done = []

        def add(name):
            handle = self.handles[name]
            for needed in [*(it.of for it in handle.getters), *(it.made for it in handle.calls)]:
                if needed in self.handles and needed != name:
                    add(needed)
            if handle not in done:
                done.append(handle)

        for name in self.handles:
            add(name)
        return done

    # --- What frees, and what is owned ---

    def free(self):
        frees = [
            f"  void operator()({it.name} *handle) const noexcept {{ {it.name}_free(handle); }}"
            for it in self.handles.values()
            if not it.is_part
        ]
        handle = "template <class T> using Handle = std::unique_ptr<T, Free>;"
        return in_detail(["struct Free {", *frees, "};", "", handle, ""])

    def owner(self, handle, name):
        """The first members of a class that owns a handle, and what it has of its own."""
        ends = handle.name in self.ending
        none = " = nullptr" if ends else ""
        public = [[f"explicit {name}({handle.name} *handle{none}) noexcept : handle_(handle) {{}}"]]
        public.append(function(f"{handle.name} *get() const noexcept", "return handle_.get();"))
        if ends:
            whether = function("explicit operator bool() const noexcept", "return handle_ != nullptr;")
            public.append(["// False: the end.", *whether])
        return public, [f"detail::Handle<{handle.name}> handle_;"]

    # --- Values ---

    def view_name(self, name):
        """The class of what something else owns."""
        return pascal(name) + ("" if self.handles[name].is_part else "View")

    def getter(self, one):
        about, field = said(one.note), 'get(), detail::text(field, "field")'
        if one.what == "texts":
            return [*about, *self.listed(one, "const std::string &field", field, "std::string")]
        if one.what == "parts":
            about = said(self.header.notes[one.at.name])
            return [*about, *self.listed(one, "", "get()", self.view_name(one.of))]
        if one.fields:
            head = f"const char *{one.name}(const std::string &field) const"
            return [*about, *function(head, f"return {one.function.name}({field});")]
        ask, head = f"{one.function.name}(get())", f"{one.name}() const noexcept"
        if one.what == "part":
            view, has = self.view_name(one.of), []
            if one.optional:
                has = function(f"bool has_{head}", f"return {ask} != nullptr;")
                about = said(re.sub(r"[,;] or NULL.*", f"; ask has_{one.name} first.", one.note))
            return [*has, *about, *function(f"{view} {head}", f"return {view}({ask});")]
        if one.written:
            return [*about, *self.written(one)]
        if one.what == "flag":
            return [*about, *function(f"bool {head}", f"return {ask} != 0;")]
        kind = one.type + ("" if one.type.endswith("*") else " ")
        lines = [*about, *function(kind + head, f"return {ask};")]
        return [*lines, *self.of_enum(one)] if one.what == "enum" else lines

    def of_enum(self, one):
        """Its name, where the library has one; otherwise a question for each value."""
        name_of = one.of + "_name"
        if name_of in self.functions:
            head = f"const char *{one.name}_name() const noexcept"
            return function(head, f"return {name_of}({one.name}());")
        constants = [constant for constant, _ in self.header.enums[one.of]]
        prefix = os.path.commonprefix(constants)
        prefix = prefix[: prefix.rindex("_") + 1]
        lines = []
        for constant in constants:
            lines += said(self.header.notes[constant])
            own = constant.removeprefix(prefix).lower()
            lines += function(f"bool {own}() const noexcept", f"return {one.name}() == {constant};")
        return lines

    def written(self, one):
        value = one.function.parameters[1][1]
        if one.what != "duration":
            head = f"bool {one.name}({one.type} &{value}) const noexcept"
            return function(head, f"return {one.function.name}(get(), &{value}) != 0;")
        value = value.removesuffix("_ms")
        return function(
            f"bool {one.name}(Milliseconds &{value}) const noexcept",
            f"{one.type} ms = 0;",
            f"if (!{one.function.name}(get(), &ms))",
            "  return false;",
            f"{value} = Milliseconds(static_cast<Milliseconds::rep>(ms));",
            "return true;",
        )

    def listed(self, one, parameter, given, item):
        return function(
            f"std::vector<{item}> {one.name}({parameter}) const",
            f"std::vector<{item}> all;",
            f"const uint64_t count = {one.function.name}({given});",
            "for (uint64_t place = 0; place < count; place++)",
            f"  all.emplace_back({one.at.name}({given}, place));",
            "return all;",
        )

    def value(self, handle):
        name, getters = pascal(handle.name), [self.getter(one) for one in handle.getters]
        if handle.name not in self.parts:
            public, own = self.owner(handle, name)
            return declared(name, said(handle.note), [*public, *getters], own)
        view = self.view_name(handle.name)
        about = said(f"{handle.note} Another object owns it, and it lives as long as that.")
        public = [
            [f"explicit {view}(const {handle.name} *handle) noexcept : handle_(handle) {{}}"],
            function(f"const {handle.name} *get() const noexcept", "return handle_;"),
        ]
        lines = declared(view, about, [*public, *getters], [f"const {handle.name} *handle_;"])
        # The owner of an error is an exception.
        if handle.is_part or handle.name == "dtx_error":
            return lines
        made = f"explicit {name}({handle.name} *handle) noexcept : {view}(handle), handle_(handle) {{}}"
        own = [f"detail::Handle<{handle.name}> handle_;"]
        return lines + declared(f"{name} : public {view}", said(handle.note), [[made]], own)

    # --- Setters ---

    def setters(self, handle):
        """A base of the class `Self`, which each setter returns."""
        name = f"{pascal(handle.name)}Setters"
        public, own = self.owner(handle, name)
        by_name = self.functions.get(f"{handle.name}_set")
        if by_name:
            head = "Self &set(const std::string &name, const std::string &text)"
            body = f'{by_name.name}(get(), detail::text(name, "name"), detail::text(text, name.c_str()));'
            public.append([*said(self.header.notes[by_name.name]), *function(head, body, "return self();")])
        for one in handle.setters:
            kind, given = self.taken(one.what, one.function.parameters[1][0], one.name)
            head, body = f"Self &{one.name}({kind}{one.name})", f"{one.function.name}(get(), {given});"
            public.append([*said(one.note), *function(head, body, "return self();")])
        public += [self.command(one) for one in handle.commands]
        own = [*function("Self &self() noexcept", "return static_cast<Self &>(*this);"), *own]
        about = [f"// The setters of {pascal(handle.name)}.", "template <class Self>"]
        return declared(name, about, public, own)

    def taken(self, what, kind, name):
        """The type of a parameter, and what C gets of it."""
        if what in ("text", "path", "secret"):
            return "const std::string &", f'detail::text({name}, "{name}")'
        if what == "duration":
            return "Milliseconds ", f"detail::ms({name})"
        return ("bool " if what == "flag" else f"{kind} "), name

    # --- Calls ---

    def is_complete(self, handle):
        """Nothing is left to be made by hand."""
        return not handle.setters and all(map(self.is_made, handle.calls))

    def calls(self, handle):
        """A class, or a base of what has more calls."""
        name, about = pascal(handle.name), said(handle.note)
        if not self.is_complete(handle):
            about, name = [f"// What {name} has of the C header."], f"{name}Calls"
        public, own = self.owner(handle, name)
        public += [self.getter(one) for one in handle.getters]
        names = [one.name for one in handle.calls]
        for one in handle.calls:
            # That one is the same, and can be called without a call, too.
            if self.is_made(one) and f"{one.name}_within" not in names:
                public += self.call(one)
        public += [self.command(one) for one in handle.commands]
        return declared(name, about, public, own)

    def is_made(self, one):
        return one.is_method and not any(it.what in ("callback", "out") for it in one.parameters)

    def call(self, one):
        """With a dtx_call where it takes one, and without."""
        name = NAMES.get(one.function.name, one.name.removesuffix("_within"))
        about = said(self.note(one))
        const = " const" if one.parameters[0].type.startswith("const ") else ""
        made = pascal(one.made) if one.made else "void"
        members = []
        for with_call in (False, True) if one.takes_call else (False,):
            listed, given = [], [one.function.name, "get()"]
            for it in one.arguments:
                if it.of == "dtx_call":
                    listed += ["const Call &call"] if with_call else []
                    given.append("detail::handle(call)" if with_call else "nullptr")
                    continue
                kind, value = self.taken(it.what, it.type, it.name)
                listed.append(kind + it.name + (" = false" if it.what == "flag" and not with_call else ""))
                given.append(value)
            begin, end = f"return {made}(detail::made<{one.made}>(", "));"
            if not one.made:
                begin, end = "detail::run(", ");"
            body = [begin + ", ".join(given) + end]
            if len(body[0]) > 94:
                body = [begin, "    " + ", ".join(given) + end]
            members.append([*about, *function(f"{made} {name}({', '.join(listed)}){const}", *body)])
            about = []
        return members

    def note(self, one):
        """What the header says of it, without DTX_OK, which is no error here, and without the call."""
        ends = {kind.replace("Anything else", "Any error"): why for kind, why in one.said.ends.items()}
        kinds = [f"{kind}: {why}" for kind, why in ends.items() if kind != "DTX_OK"]
        arguments = [f"{name}: {what}" for name, what in one.said.arguments.items() if name != "call"]
        return " ".join([one.said.whole, *kinds, *arguments, *(["False: the end."] if one.ends else [])])

    def command(self, one):
        const = " const" if one.function.parameters[0][0].startswith("const ") else ""
        head = f"void {one.name}(){const} noexcept"
        return [*said(one.note), *function(head, f"{one.function.name}(get());")]

    def text(self):
        outer, inner = [], []
        for handle in self.in_order():
            if handle.is_value:
                outer += self.value(handle)
            elif handle.setters:
                inner += self.setters(handle)
            elif self.is_complete(handle):
                outer += self.calls(handle)
            else:
                inner += self.calls(handle)
        return "\n".join([HEAD, *self.free(), *outer, *in_detail(inner), TAIL])


def outputs(header):
    return {NAME: Cpp(header).text()}
