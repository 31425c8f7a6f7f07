"""GraphiQL for development, from files of this package: nothing is loaded from elsewhere."""

from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from api.examples.reading import Example, read_examples

FOLDER = Path(__file__).parent / "static" / "graphiql"

# Styles are set by the editor at run time and its fonts are part of the style sheet; everything else is a file of ours.
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src data:",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)


async def show_ide(_request: Request) -> Response:
    """The page."""
    headers = {"Content-Security-Policy": "; ".join(_POLICY), "Cache-Control": "no-cache"}
    return FileResponse(FOLDER / "index.html", headers=headers)


async def show_examples(_request: Request) -> Response:
    """The examples as the tabs that GraphiQL opens with."""
    return JSONResponse([{"query": example.document, "variables": _shown(example)} for example in read_examples()])


def _shown(example: Example) -> str:
    return orjson.dumps(example.variables, option=orjson.OPT_INDENT_2).decode()


def ide_routes() -> list[BaseRoute]:
    """The page at /, its files and its tabs."""
    files = Mount("/graphiql", StaticFiles(directory=FOLDER))
    return [Route("/", show_ide), Route("/graphiql/examples.json", show_examples), files]
