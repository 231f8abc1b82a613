"""The header without a preprocessor, as PHP's FFI reads it."""

from php import LIBRARY, SCOPE


def c_line(function, name):
    listed = ", ".join(kind + ("" if kind.endswith("*") else " ") + own for kind, own in function.parameters)
    space = "" if function.result.endswith("*") else " "
    return f"{function.result}{space}{name}({listed or 'void'});"


def ffi(header):
    lines = [
        # PHP looks for these on the first lines alone.
        f'#define FFI_SCOPE "{SCOPE}"',
        f'#define FFI_LIB "{LIBRARY}.{header.abi}"',
        "/*",
        " * The declarations of dingtalk_extcontact.h for PHP's FFI, which reads C without a preprocessor:",
        f' * by FFI::load(), or named in ffi.preload and then FFI::scope("{SCOPE}"). What each does',
        " * stands in that header. Made by tools/declarations; `make header` renews it.",
        " */",
        "",
    ]
    for name, constants in header.enums.items():
        listed = ",\n  ".join(f"{constant} = {number}" for constant, number in constants)
        lines.append(f"typedef enum {{\n  {listed}\n}} {name};")
    lines += [f"typedef struct {name} {name};" for name in header.handles]
    lines += ["typedef " + c_line(one, f"(*{one.name})") for one in header.callbacks]
    lines += [c_line(one, one.name) for one in header.functions]
    return "\n".join(lines) + "\n"


def outputs(header):
    """Installed with the header, and in the package."""
    made = ffi(header)
    return {"include/dingtalk_extcontact_ffi.h": made, "bindings-php/dingtalk_extcontact_ffi.h": made}
