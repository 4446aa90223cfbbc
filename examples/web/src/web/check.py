"""Imports every compiled dependency, reads the package's own data, and says what was found."""

import platform
import sys
from importlib import import_module
from importlib.metadata import distributions, version
from importlib.resources import files

from web.stations import stations

#: Distributions with compiled code, each with a module that loads it.
COMPILED = {
    "cffi": "_cffi_backend",
    "cryptography": "cryptography.hazmat.bindings._rust",
    "greenlet": "greenlet._greenlet",
    "httptools": "httptools.parser.parser",
    "markupsafe": "markupsafe._speedups",
    "numpy": "numpy.linalg._umath_linalg",
    "orjson": "orjson.orjson",
    "pandas": "pandas._libs.join",
    "pillow": "PIL._imaging",
    "psycopg-binary": "psycopg_binary._psycopg",
    "pydantic-core": "pydantic_core._pydantic_core",
    "pyyaml": "yaml._yaml",
    "rapidfuzz": "rapidfuzz.fuzz_cpp",
    "sqlalchemy": "sqlalchemy.engine._result_cy",
    "uvloop": "uvloop.loop",
    "watchfiles": "watchfiles._rust_notify",
    "websockets": "websockets.speedups",
}


def check() -> int:
    """Prints a line for each; returns how many failed."""
    print(f"python {platform.python_version()} {platform.machine()} {sys.prefix}")
    failed = 0
    for distribution, module in COMPILED.items():
        try:
            # psycopg_binary can only be loaded by psycopg.
            if distribution == "psycopg-binary":
                import_module("psycopg")
            import_module(module)
            print(f"{distribution} {version(distribution)}")
        except Exception as error:
            failed += 1
            print(f"{distribution} FAILED: {error!r}")
    templates = [entry.name for entry in files("web").joinpath("templates").iterdir()]
    print(f"{len(list(distributions()))} distributions, {len(templates)} templates, {len(stations())} stations")
    return failed
