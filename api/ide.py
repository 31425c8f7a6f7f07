"""GraphiQL for development, from files of this package: nothing is loaded from elsewhere."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

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


def ide_routes() -> list[BaseRoute]:
    """The page at / and its files."""
    return [Route("/", show_ide), Mount("/graphiql", StaticFiles(directory=FOLDER))]
