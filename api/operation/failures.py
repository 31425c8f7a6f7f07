"""Failures: what may be told of an error that was not expected."""

import traceback


def error_fields(error: BaseException) -> dict[str, str]:
    """Its kind, and the function and line where it was raised; never its text, which may quote values."""
    frames = traceback.extract_tb(error.__traceback__)
    return {"error": type(error).__name__, "place": f"{frames[-1].name}:{frames[-1].lineno}" if frames else "-"}
