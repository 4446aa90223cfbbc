"""The command `web`."""

import argparse
import asyncio
from pathlib import Path

from pydantic import ValidationError

from web import __version__
from web.settings import Settings, settings


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="web", description="Water levels.")
    parser.add_argument("--version", action="version", version=f"web {__version__}")
    commands = parser.add_subparsers(dest="command", help="without one: serve")
    commands.add_parser("check", help="import every compiled dependency and print the versions")
    commands.add_parser("serve", help="serve the API and the pages")
    commands.add_parser("create-tables", help="create the tables in WEB_DATABASE_URL")
    commands.add_parser("token", help="print a token that may upload readings").add_argument("name")
    commands.add_parser("summarise", help="print the daily summary of a file").add_argument("file", type=Path)
    arguments = parser.parse_args(argv)
    try:
        return _run(arguments, settings())
    except ValidationError as error:
        for problem in error.errors():
            name = "_".join(str(part) for part in problem["loc"]).upper()
            print(f"web: WEB_{name}: {problem['msg']}")
        return 2


# Each command imports what it needs alone: `web token` must not wait for pandas.
def _run(arguments: argparse.Namespace, values: Settings) -> int:
    match arguments.command or "serve":
        case "check":
            from web.check import check

            return 1 if check() else 0
        case "serve":
            import uvicorn

            from web.app import create_app

            uvicorn.run(create_app(values), host=values.host, port=values.port, log_config=None, access_log=False)
        case "create-tables":
            from web.database import Database

            asyncio.run(Database(values).create_tables())
        case "token":
            from web.tokens import NotAllowed, issue

            try:
                print(issue(values, arguments.name))
            except NotAllowed as error:
                print(f"web: {error}")
                return 2
        case "summarise":
            from web.readings import BadUpload, parse, summarise

            try:
                print(summarise(parse(arguments.file.name, arguments.file.read_bytes())).to_string(index=False))
            except (BadUpload, OSError) as error:
                print(f"web: {error}")
                return 2
    return 0
