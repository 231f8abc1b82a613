"""Uses the packages for Java, PHP, Go and .NET as they lie in dist/: the example of each language deletes with them."""

import os
import pathlib
import shutil
import subprocess
import sys

import checks
from project import NAME, ROOT, VERSION, left_out, run
from targets import TARGETS, runs_here
from trial_tools import package, sandbox

EXAMPLES = ROOT / "examples"
ARM = ("aarch64-linux-gnu-gcc", "qemu-aarch64-static")
JNA = pathlib.Path("/usr/share/java/jna.jar")  # libjna-java of Debian


def java(folder):
    jar = package("java", f"{NAME}-{VERSION}.jar")
    if needs(jar, "java", "javac", JNA):
        run("javac", "-cp", jar, "-d", folder, EXAMPLES / "java/Delete.java")
        return deletes("the jar", folder, "java", "-cp", f"{jar}:{JNA}:{folder}", "Delete")


def php(folder):
    archive = package("php", "*.zip")
    if needs(archive, "php", "composer"):
        checks.unpack(archive, folder)
        project = folder / "project"
        project.mkdir()
        shutil.copy(EXAMPLES / "php/delete.php", project)
        composer = ["composer", "--no-interaction", "--quiet", f"--working-dir={project}"]
        environment = {**os.environ, "COMPOSER_ALLOW_SUPERUSER": "1", "COMPOSER_HOME": str(folder / "home")}
        (project / "composer.json").write_text("{}")
        run(*composer, "config", "repositories.packagist.org", "false", env=environment)
        run(*composer, "config", "repositories.here", "path", folder / archive.stem, env=environment)
        run(*composer, "require", "dingtalk-extcontact/dingtalk-extcontact", env=environment)
        return deletes("the Composer package", project, "php", "-d", "ffi.enable=1", "delete.php")


def go(folder):
    archive = package("go", "*.zip")
    if needs(archive, "go", "cc"):
        checks.unpack(archive, folder)
        shutil.copy(EXAMPLES / "go/delete.go", folder)
        module = (folder / archive.stem / "go.mod").read_text().split()[1]
        (folder / "go.mod").write_text(f"module example\n\ngo 1.23\n\nrequire {module} v0.0.0\n\n"
                                       f"replace {module} => ./{archive.stem}\n")
        settings = {"CGO_ENABLED": "1", "GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOWORK": "off"}
        run("go", "build", "-o", "delete", ".", cwd=folder, env={**os.environ, **settings})
        done = deletes("the Go module", folder, folder / "delete")
        arm = TARGETS["aarch64-unknown-linux-gnu"]
        if (folder / archive.stem / "lib" / arm.go).exists() and not runs_here(arm) and needs(archive, *ARM):
            compiler, *emulator = ARM
            run("go", "build", "-o", "delete-arm", ".", cwd=folder,
                env={**os.environ, **settings, "GOARCH": "arm64", "CC": compiler})
            deletes("the Go module for arm64", folder, *emulator, "-L", "/usr/aarch64-linux-gnu", folder / "delete-arm")
            done += ", also on arm64"
        return done


def dotnet(folder):
    archive = package("dotnet", "*.zip")
    if needs(archive, "mcs", "mono"):
        checks.unpack(archive, folder)
        place = folder / archive.stem
        # Where NuGet puts both: beside the program.
        here = next(target for target in TARGETS.values() if runs_here(target) and target.libc == "gnu")
        for file in (place / "lib/netstandard2.0/DingTalk.ExtContact.dll",
                     place / "runtimes" / here.rid / "native" / here.shared_library):
            shutil.copy(file, folder)
        run("mcs", f"-r:{folder / 'DingTalk.ExtContact.dll'}", f"-out:{folder / 'Delete.exe'}", EXAMPLES / "csharp/Delete.cs")
        return deletes("the .NET package", folder, "mono", folder / "Delete.exe")


def needs(archive, *what):
    """Whether there is a package, and what it takes to try it."""
    missing = [str(one) for one in what if not (one.exists() if isinstance(one, pathlib.Path) else shutil.which(one))]
    if archive and missing:
        left_out(archive.name, f"no {', '.join(missing)}")
    return archive and not missing


def deletes(what, folder, *program):
    with sandbox() as server:
        user_id = server.take()
        done = subprocess.run([*map(str, program), user_id], cwd=folder, env={**os.environ, **server.environment},
                              capture_output=True, text=True)
    if done.returncode or not done.stdout.startswith(f"deleted: {user_id}"):
        sys.exit(f"{what}: the example ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return f"{what}: the example deletes"
