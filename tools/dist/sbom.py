"""What a package has in it: a bill of materials (CycloneDX), and the licences of all of that."""

import datetime
import functools
import json
import pathlib
import re
import tomllib
import uuid

from project import DESCRIPTION, LICENCE, NAME, ROOT, VERSION, epoch, output_of

BILL, LICENCES = "sbom.cdx.json", "THIRD-PARTY-LICENSES"


def crates(targets, package):
    """The crates of others that are linked into a package for any of the targets, as cargo's metadata has them."""
    linked = set()
    for target in targets:
        tree = output_of("cargo", "tree", "--locked", "--quiet", "-e", "normal,no-proc-macro", "--prefix", "none",
                         "-f", "{p}", "--target", target.triple, "-p", f"{NAME}-{package}")
        linked |= {tuple(line.split()[:2]) for line in tree.splitlines()}
    return [crate for crate in metadata()["packages"]
            if crate["source"] and (crate["name"], "v" + crate["version"]) in linked]


@functools.cache
def metadata():
    return json.loads(output_of("cargo", "metadata", "--locked", "--format-version=1"))


@functools.cache
def checksums():
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    return {(crate["name"], crate["version"]): crate.get("checksum") for crate in lock["package"]}


def licence_of(crate):
    # Older manifests have a slash for "or".
    return re.sub(r"\s*/\s*", " OR ", crate["license"])


def url(crate):
    return f"pkg:cargo/{crate['name']}@{crate['version']}"


def bill(targets, package):
    """The bill, in bytes that depend on the sources alone."""
    linked = crates(targets, package)
    ours = f"pkg:generic/{NAME}@{VERSION}"
    urls = {crate["id"]: url(crate) for crate in linked}
    needs = {node["id"]: node["dependencies"] for node in metadata()["resolve"]["nodes"]}
    names = " ".join(target.triple for target in targets)
    when = datetime.datetime.fromtimestamp(epoch(), datetime.UTC)
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{ours}/{names}/{package}')}",
        "version": 1,
        "metadata": {
            "timestamp": when.isoformat().replace("+00:00", "Z"),
            "component": {"type": "library", "bom-ref": ours, "name": NAME, "version": VERSION, "purl": ours,
                          "description": DESCRIPTION, "licenses": [{"expression": LICENCE}]},
            "properties": [{"name": "target", "value": names}],
        },
        "components": [component(crate) for crate in linked] + toolchain(targets, package),
        "dependencies": [
            {"ref": ours, "dependsOn": sorted(urls.values())},
            *({"ref": urls[name], "dependsOn": sorted({urls[need] for need in needs[name] if need in urls})}
              for name in urls),
        ],
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def component(crate):
    entry = {"type": "library", "bom-ref": url(crate), "name": crate["name"], "version": crate["version"],
             "purl": url(crate), "licenses": [{"expression": licence_of(crate)}]}
    checksum = checksums()[crate["name"], crate["version"]]
    return {**entry, "hashes": [{"alg": "SHA-256", "content": checksum}]} if checksum else entry


def toolchain(targets, package):
    """What comes with the compiler, and is linked in, too."""
    version = output_of("rustc", "--version").split()[1]
    std = {"type": "library", "bom-ref": f"pkg:generic/rust-std@{version}", "name": "rust-std", "version": version,
           "purl": f"pkg:generic/rust-std@{version}", "licenses": [{"expression": LICENCE}]}
    musl = {"type": "library", "bom-ref": "pkg:generic/musl", "name": "musl", "purl": "pkg:generic/musl",
            "licenses": [{"license": {"id": "MIT"}}]}
    return [std, musl] if has_musl(targets, package) else [std]


def has_musl(targets, package):
    """Whether musl is linked in: a library takes that of its program."""
    return package == "cli" and any(target.libc == "musl" for target in targets)


def licences(targets, package):
    """The licences of what is linked in: each text once, below the names of those it is of."""
    texts = {}
    for crate in crates(targets, package):
        folder = pathlib.Path(crate["manifest_path"]).parent
        files = sorted(file for file in folder.iterdir()
                       if re.match(r"(?i)(licen[cs]e|copying|copyright|unlicense|notice)", file.name) and file.is_file())
        if not files:
            # Some bring no text, and name MIT: whose text is the same for all, but for the names.
            if "MIT" not in licence_of(crate):
                raise SystemExit(f"{crate['name']} {crate['version']} brings no text of its licence")
            authors = ", ".join(crate["authors"]) or f"the developers of {crate['name']}"
            mit = (ROOT / "LICENSE-MIT").read_text().strip()
            texts.setdefault(mit, []).append(f"{crate['name']} {crate['version']} (MIT), by {authors}")
        for file in files:
            text = "\n".join(line.rstrip() for line in file.read_text(errors="replace").strip().splitlines())
            texts.setdefault(text, []).append(f"{crate['name']} {crate['version']} ({licence_of(crate)})")
    version = output_of("rustc", "--version").split()[1]
    notes = [f"rust-std {version} ({LICENCE}): the licences of {NAME} itself, by the Rust project's developers"]
    if has_musl(targets, package):
        texts.setdefault((ROOT / "tools/dist/musl-COPYRIGHT").read_text().strip(), []).append("musl (MIT)")
    rule = "-" * 79
    parts = [f"What {NAME} {VERSION} is linked with, and under which licences.", *notes]
    parts += [f"{rule}\n" + "\n".join(sorted(set(names))) + f"\n\n{text}" for text, names in texts.items()]
    return ("\n\n".join(parts) + "\n").encode()
