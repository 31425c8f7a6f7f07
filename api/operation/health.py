"""Health: for supervisors and people. Open to everybody, and without a word about what is stored."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from api.operation.backend import backend_of

health = APIRouter()


@health.get("/livez")
async def livez() -> JSONResponse:
    """The process turns."""
    return JSONResponse({"status": "ok"})


@health.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """Requests can be answered: 200, else 503 with what is missing."""
    if request.app.state.draining.is_on:
        return JSONResponse({"status": "draining"}, status_code=503)
    backend = backend_of(request)
    report, records = await backend.readiness.report(), backend.recorder.log.accepts
    is_ready = report.ready and records
    body = {
        "status": "ready" if is_ready else "not ready",
        "database": report.database,
        "schema": report.schema,
        "audit": "is written" if records else "cannot be written",
    }
    return JSONResponse(body, status_code=200 if is_ready else 503)


@health.get("/version")
async def show_version(request: Request) -> JSONResponse:
    """Name and versions of what runs."""
    return JSONResponse(await request.app.state.versions.report())
