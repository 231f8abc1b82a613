"""What declarations.py makes for PHP of the header: exceptions."""

FOLDER = "bindings-php/src/"
MADE = """<?php

// Made by tools/declarations.py; `make header` renews it.

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


def outputs(header):
    return exceptions(header)
