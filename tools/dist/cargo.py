"""Builds for one target all that is packed, in one run of cargo, so that dependencies are built once."""

import os
import pathlib
import shutil
import sys

from project import ROOT, WORK, output_of, run, tool
from targets import TARGETS

# For a look at the packages themselves: built in a third of the time, and larger and slower.
QUICK = {"CARGO_PROFILE_DIST_LTO": "off", "CARGO_PROFILE_DIST_OPT_LEVEL": "1", "CARGO_PROFILE_DIST_CODEGEN_UNITS": "16"}

# pyo3 asks the Python at hand what it builds for; here that is said instead.
FREE_THREADED = """\
implementation=CPython
version=3.14
shared=true
build_flags=Py_GIL_DISABLED
suppress_build_script_link_lines=true
"""


class Builder:
    """Cargo's products for one target, in folders of their own: python, python-free-threaded, c, node, command."""

    def __init__(self, target, quick):
        self.target = target
        self.folder = WORK / ("quick" if quick else "dist")
        self.stage = self.folder / "stage" / target.triple
        self.built = self.folder / target.triple / "dist"
        self.environment = {
            **os.environ,
            **(QUICK if quick else {}),
            "CARGO_TARGET_DIR": str(self.folder),
            "PYO3_BUILD_EXTENSION_MODULE": "1",
            "PYO3_NO_PYTHON": "1",
            "PATH": os.pathsep.join([str(tool("")), os.environ["PATH"]]),
            "RUSTFLAGS": " ".join(rust_flags(target)),
        }

    def build(self):
        target = self.target
        run("rustup", "--quiet", "target", "add", target.triple)
        shutil.rmtree(self.stage, ignore_errors=True)
        packages = ["c", "python", *(["node"] if target.node else []), *([] if target.libc == "musl" else ["cli"])]
        packages = [part for package in packages for part in ("-p", f"dingtalk-extcontact-{package}")]
        self.cargo("build", *packages)
        self.keep("python", python_library(target))
        for name in c_libraries(target):
            self.keep("c", name)
        if target.node:
            self.keep("node", cdylib(target, "dingtalk_extcontact_node"), target.addon)
        if target.libc == "musl":
            # Only a program can have musl itself in it: a library takes that of the program.
            self.cargo("rustc", "-p", "dingtalk-extcontact-cli", "--bin", "dingtalk-extcontact", "--",
                       "-C", "target-feature=+crt-static")
        self.keep("command", target.program)
        if target.free_threaded:
            config = self.folder / "free-threaded.txt"
            config.write_text(FREE_THREADED)
            self.environment["PYO3_CONFIG_FILE"] = str(config)
            del self.environment["PYO3_NO_PYTHON"]
            self.cargo("build", *packages)
            self.keep("python-free-threaded", python_library(target))

    def cargo(self, command, *arguments):
        """Zig is the linker for Linux: it has each glibc, and compiles ring's C for each machine."""
        if self.target.zig:
            front = [tool("cargo-zigbuild"), "zigbuild" if command == "build" else command]
        else:
            front = ["cargo", command]
        run(*front, "--locked", "--profile", "dist", "--target", self.target.zig or self.target.triple, *arguments,
            env=self.environment)

    def keep(self, folder, name, new_name=None):
        to = self.stage / folder
        to.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.built / name, to / (new_name or name))
        shutil.copymode(self.built / name, to / (new_name or name))


def stages(quick):
    """What has been built, here or on other machines: targets with their folders."""
    folder = WORK / ("quick" if quick else "dist") / "stage"
    return [(target, folder / triple) for triple, target in TARGETS.items() if (folder / triple / "c").is_dir()]


def rust_flags(target):
    """No path of this machine gets into a binary, and on musl a library is one."""
    home = pathlib.Path(os.environ.get("CARGO_HOME") or pathlib.Path.home() / ".cargo")
    # The last that fits is taken. A registry's folder has its host's name in it.
    paths = {str(pathlib.Path.home()): "~", str(home): "cargo", str(ROOT): "dingtalk-extcontact"}
    paths.update({str(folder): "crates" for folder in sorted((home / "registry/src").glob("*"))})
    flags = [f"--remap-path-prefix={path}={name}" for path, name in paths.items()]
    if target.libc == "musl":
        flags.append("-Ctarget-feature=-crt-static")
    if target.triple.endswith("-msvc"):
        flags.append("-Ctarget-feature=+crt-static")  # Else each user needs Microsoft's runtime.
    return flags


def cdylib(target, name):
    return {"linux": f"lib{name}.so", "macos": f"lib{name}.dylib", "windows": f"{name}.dll"}[target.system]


def python_library(target):
    return cdylib(target, "_native")


def c_libraries(target):
    shared = cdylib(target, "dingtalk_extcontact")
    if target.triple.endswith("-msvc"):
        return [shared, f"{shared}.lib", "dingtalk_extcontact.lib"]
    import_library = [f"lib{shared}.a"] if target.system == "windows" else []
    return [shared, *import_library, "libdingtalk_extcontact.a"]


def llvm(name):
    """A tool for files of every target, of the Rust toolchain itself."""
    run("rustup", "--quiet", "component", "add", "llvm-tools")
    sysroot = pathlib.Path(output_of("rustc", "--print", "sysroot").strip())
    host = next(line.split()[1] for line in output_of("rustc", "-vV").splitlines() if line.startswith("host:"))
    return sysroot / "lib/rustlib" / host / "bin" / (name + (".exe" if sys.platform == "win32" else ""))
