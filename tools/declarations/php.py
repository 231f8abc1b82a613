"""What is made for PHP of the header: its version, exceptions."""

# What FFI's header for PHP calls them, too.
SCOPE = "DINGTALK_EXTCONTACT"
LIBRARY = "libdingtalk_extcontact.so"

FOLDER = "bindings-php/src/"
MADE = """<?php

// Made by tools/declarations; `make header` renews it.

declare(strict_types=1);
"""


def exceptions(header):
    """A class for each kind of error, by its file; wrong arguments are of PHP's own kind, too."""
    made = {}
    for constant, _ in header.enums["dtx_result"][1:]:
        name = constant.removeprefix("DTX_").title().replace("_", "") + "Exception"
        base = name if name == "InvalidArgumentException" else "RuntimeException"
        made[f"{FOLDER}Exception/{name}.php"] = f"""{MADE}
namespace DingtalkExtcontact\\Exception;

use DingtalkExtcontact\\DingTalkException;
use DingtalkExtcontact\\Failure;

/** {header.notes[constant]} */
final class {name} extends \\{base} implements DingTalkException
{{
    use Failure;
}}
"""
    return made


def version(header):
    """The classes that are preloaded go with this, whatever the files of the package are by then."""
    return f"""{MADE}
namespace DingtalkExtcontact;

/**
 * Of which C header this package is.
 *
 * @internal
 */
final class Header
{{
    public const SCOPE = '{SCOPE}';
    public const LIBRARY = '{LIBRARY}.{header.abi}';
    public const ABI = '{header.abi}';
}}
"""


def outputs(header):
    return {FOLDER + "Header.php": version(header), **exceptions(header)}
