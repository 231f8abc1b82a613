"""The systems that packages are built for, and what each registry calls them."""

import platform
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    triple: str
    system: str  # linux, windows or macos
    machine: str  # as Debian's multiarch and `uname -m` have it
    libc: str = ""  # gnu or musl
    wheel: tuple = ()  # the platform tags of its wheel
    free_threaded: bool = False  # whether a wheel for CPython without GIL is built, too
    node: str = ""  # the end of the name of its addon
    jna: str = ""  # the jar's folder of its library
    rid: str = ""  # .NET's runtime identifier
    go: str = ""  # GOOS_GOARCH, where the Go module has the library
    debian: str = ""  # Debian's architecture
    command: bool = False  # whether the command is packed for it

    @property
    def shared_library(self):
        return {"linux": "libdingtalk_extcontact.so", "macos": "libdingtalk_extcontact.dylib",
                "windows": "dingtalk_extcontact.dll"}[self.system]

    @property
    def addon(self):
        return f"dingtalk-extcontact.{self.node}.node" if self.node else ""

    @property
    def program(self):
        return "dingtalk-extcontact" + (".exe" if self.system == "windows" else "")

    @property
    def zig(self):
        """The target as cargo-zigbuild has it, where that is the linker."""
        return self.triple + (f".{GLIBC}" if self.libc == "gnu" else "") if self.system == "linux" else ""


# The oldest glibc that is served: that of manylinux2014, and of the Rust targets themselves.
GLIBC = "2.17"


def linux(machine, libc, node_arch, debian):
    gnu = libc == "gnu"
    return Target(
        f"{machine}-unknown-linux-{libc}", "linux", machine, libc,
        wheel=(f"manylinux_2_17_{machine}", f"manylinux2014_{machine}") if gnu else (f"musllinux_1_2_{machine}",),
        free_threaded=True,
        node=f"linux-{node_arch}-{libc}",
        jna="linux-" + ("x86-64" if machine == "x86_64" else machine) + ("" if gnu else "-musl"),
        rid=("linux-" if gnu else "linux-musl-") + node_arch,
        go=f"linux_{debian}" if gnu else "",
        debian=debian if gnu else "",
        # Linked with musl it has all in it, and runs on every Linux of its machine.
        command=not gnu,
    )


def windows(machine, compiler, arch, wheel, **different):
    names = {"node": f"win32-{arch}-{compiler}", "rid": f"win-{arch}"}
    jna = "win32-" + ("x86-64" if machine == "x86_64" else machine)
    return Target(f"{machine}-pc-windows-{compiler}", "windows", machine, wheel=(f"win_{wheel}",), jna=jna, command=True,
                  **{**names, **different})


TARGETS = {target.triple: target for target in (
    linux("x86_64", "gnu", "x64", "amd64"),
    linux("aarch64", "gnu", "arm64", "arm64"),
    linux("x86_64", "musl", "x64", "amd64"),
    linux("aarch64", "musl", "arm64", "arm64"),
    # No addon: napi-build asks there for a libnode.dll, which only an msvc build can do without.
    windows("x86_64", "gnu", "x64", "amd64", node=""),
    # From here on they want their own system, and are built by the release workflow.
    windows("x86_64", "msvc", "x64", "amd64"),
    windows("aarch64", "msvc", "arm64", "arm64"),
    Target("x86_64-apple-darwin", "macos", "x86_64", wheel=("macosx_10_12_x86_64",), node="darwin-x64",
           jna="darwin-x86-64", rid="osx-x64", go="darwin_amd64", command=True),
    Target("aarch64-apple-darwin", "macos", "aarch64", wheel=("macosx_11_0_arm64",), node="darwin-arm64",
           jna="darwin-aarch64", rid="osx-arm64", go="darwin_arm64", command=True),
)}


def buildable():
    """The targets that a system like this one can build."""
    if sys.platform == "linux":
        return [t for t in TARGETS.values() if t.system == "linux" or t.triple.endswith("windows-gnu")]
    system = {"darwin": "macos", "win32": "windows"}[sys.platform]
    return [t for t in TARGETS.values() if t.system == system and not t.triple.endswith("-gnu")]


def runs_here(target):
    """Whether this system runs its programs; those for musl run on every Linux if they are static."""
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    system = {"darwin": "macos", "win32": "windows"}.get(sys.platform, sys.platform)
    return (target.system, target.machine) == (system, machine)
