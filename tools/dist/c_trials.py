"""The C archives: compiled against from an empty folder, and run."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import c_archive
import checks
from project import VERSION, left_out, output_of, run
from roots import debian_root, missing
from targets import runs_here
from trial_tools import Wine, nothing, package, sandbox


@dataclass(frozen=True)
class Compiler:
    """What compiles for a target, and what then runs its programs."""

    c: str
    cxx: str = ""
    system: str = ""  # as CMake has it, where it is not this one
    runner: tuple = ()

    def missing(self):
        wanted = [self.c, *filter(None, [self.cxx]), *self.runner[:1]]
        return ", ".join(f"no {program}" for program in wanted if not shutil.which(program))


CROSS = {
    "aarch64-unknown-linux-gnu": Compiler("aarch64-linux-gnu-gcc", system="Linux",
                                          runner=("qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu")),
    "x86_64-pc-windows-gnu": Compiler("x86_64-w64-mingw32-gcc", system="Windows"),
}


def compiler_for(target, folder):
    """A compiler, or a text that says what this system lacks."""
    if runs_here(target) and target.libc == "gnu":
        return Compiler("cc", "c++")
    if target.libc == "musl":
        return missing(target) or zig(target, folder)
    compiler = CROSS.get(target.triple)
    if not compiler or sys.platform != "linux":
        return "its own system has the compiler"
    return compiler.missing() or (Wine.missing() if target.system == "windows" else "") or compiler


def zig(target, folder):
    """Debian's musl-gcc takes its library for unwinding from glibc's gcc; zig has one for musl, which it wants named."""
    script = folder / "zig-cc"
    command = f"{sys.executable} -m ziglang cc -target {target.machine}-linux-musl -dynamic"
    script.write_text(f'#!/bin/sh\nexec {command} "$@" -lunwind\n')
    script.chmod(0o755)
    root = debian_root("trixie", {"x86_64": "amd64", "aarch64": "arm64"}[target.machine], "extract", "musl")
    loader = str(root / f"lib/ld-musl-{target.machine}.so.1")
    return Compiler(str(script), system="Linux",
                    runner=(loader,) if runs_here(target) else (f"qemu-{target.machine}-static", "-L", str(root)))


def c(target, folder):
    archive = package("c", c_archive.name(target) + "*")
    if not archive:
        return None
    compiler = compiler_for(target, folder)
    if isinstance(compiler, str):
        return left_out(f"the C archive of {target.triple}", compiler)
    checks.unpack(archive, folder)
    place = folder / c_archive.name(target)
    programs = by_pkg_config(compiler, place, folder) + by_cmake(compiler, target, place, folder)
    if target.system == "windows":
        # Windows looks for a library beside the program.
        for program in programs:
            shutil.copy(place / "bin" / target.shared_library, program.parent)
    with sandbox() as server:
        for program in programs:
            if target.system == "windows":
                Wine(program.parent).run(program, server.take(), **server.environment)
            else:
                run(*map(shutil.which, compiler.runner[:1]), *compiler.runner[1:], program, server.take(), cwd=folder,
                    env=nothing(LD_LIBRARY_PATH=str(place / "lib"), **server.environment))
    return f"C archive, shared and static: {len(programs)} programs by pkg-config and CMake with {Path(compiler.c).name}"


def by_pkg_config(compiler, place, folder):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(place / "lib/pkgconfig")}
    programs = []
    for kind in ("dingtalk_extcontact", "dingtalk_extcontact-static"):
        words = output_of("pkg-config", "--cflags", "--libs", kind, env=environment).split()
        for language, source in ((compiler.c, "c/delete.c"), (compiler.cxx, "cpp/delete.cpp")):
            if language:
                program = folder / f"{kind}-{Path(source).suffix[1:]}.exe"
                run(language, "-Wall", "-Werror", place / "share/doc/dingtalk_extcontact/examples" / source, "-o", program,
                    *words, cwd=folder)
                programs.append(program)
    return programs


def by_cmake(compiler, target, place, folder):
    cmake = shutil.which("cmake")
    if not cmake:
        left_out(f"the C archive of {target.triple} by CMake", "no cmake")
        return []
    (folder / "CMakeLists.txt").write_text(CMAKE)
    run(cmake, "-S", folder, "-B", folder / "cmake", f"-DCMAKE_PREFIX_PATH={place}", f"-DCMAKE_C_COMPILER={compiler.c}",
        *([f"-DCMAKE_SYSTEM_NAME={compiler.system}"] if compiler.system else []), stdout=subprocess.DEVNULL)
    run(cmake, "--build", folder / "cmake", stdout=subprocess.DEVNULL)
    return sorted(path for path in (folder / "cmake").glob("with-*") if path.is_file())


CMAKE = f"""\
cmake_minimum_required(VERSION 3.16)
project(trial C)
find_package(dingtalk_extcontact {VERSION} REQUIRED)
set(source ${{CMAKE_PREFIX_PATH}}/share/doc/dingtalk_extcontact/examples/c/delete.c)
add_executable(with-shared ${{source}})
add_executable(with-static ${{source}})
target_link_libraries(with-shared dingtalk_extcontact::dingtalk_extcontact)
target_link_libraries(with-static dingtalk_extcontact::static)
"""
