"""What all of it needs to know: folders, version, date, and how a command is run."""

import configparser
import os
import pathlib
import shlex
import subprocess
import sys
import sysconfig
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").absolute()
WORK = TARGET / "packages"  # what is between cargo and the packages
DIST = ROOT / "dist"
NAME = "dingtalk-extcontact"
DESCRIPTION = "Deletes external contacts of a DingTalk organisation, and says exactly what happened"
LICENCE = "MIT OR Apache-2.0"
VERSION = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
ABI = VERSION.rpartition(".")[0] if VERSION.startswith("0.") else VERSION.partition(".")[0]  # as in bindings-c/build.rs
EXECUTABLES = pathlib.Path(sysconfig.get_path("scripts"))  # of what requirements.txt names


def publisher(section, key):
    """Who publishes: nobody is invented here, and a release refuses the placeholders."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "packaging/publisher.ini")
    return parser[section][key]


def output_of(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, text=True, stdout=subprocess.PIPE,
                          cwd=options.pop("cwd", ROOT), **options).stdout


def run(*command, **options):
    """Runs a command, shown as a person would type it; ends the program where it fails."""
    command = [str(part) for part in command]
    print("$", shlex.join(command), flush=True)
    status = subprocess.run(command, cwd=options.pop("cwd", ROOT), **options).returncode
    if status:
        sys.exit(f"{command[0]} ended with {status}")


def left_out(what, because):
    """Told, and a failure where nothing may be left out: as in all tests here."""
    run("sh", ROOT / "tools/left-out.sh", what, because)


def tool(name):
    """A program of requirements.txt."""
    return EXECUTABLES / name


def tracked(*folders):
    """The files of git below these folders: never what lies about there."""
    return [ROOT / name for name in output_of("git", "ls-files", "-z", *folders).split("\0") if name]


def epoch():
    """The time of the last commit, which every packed file gets: so that a second build has the same bytes."""
    return int(os.environ.get("SOURCE_DATE_EPOCH") or output_of("git", "log", "-1", "--format=%ct"))
