"""Problem details (RFC 9457) for what Django refuses before a view of the API is reached."""

from __future__ import annotations

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse


def problem(status: int, title: str, detail: str, **more: Any) -> JsonResponse:
    """An answer of type application/problem+json."""
    return JsonResponse(
        {"type": "about:blank", "title": title, "status": status, "detail": detail, **more},
        status=status,
        content_type="application/problem+json",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> JsonResponse:
    """For ``CSRF_FAILURE_VIEW``. The reason goes to the log alone."""
    return problem(
        403,
        "Not allowed",
        "The request did not prove that it comes from this site's page. Load the page again and repeat it.",
        code="csrf",
    )


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    """For ``handler400``."""
    return problem(400, "Invalid input", "The request is malformed.", code="malformed")


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """For ``handler404``."""
    return problem(404, "Not found", "There is no such thing, or you may not know of it.")


def server_error(request: HttpRequest) -> JsonResponse:
    """For ``handler500``. The database being away is no bug of ours: 503, and the same call may work in a moment."""
    error = sys.exc_info()[1]
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError):
            answer = problem(
                503, "Temporarily unavailable", "The database did not answer in time; try again in a moment."
            )
            answer["Retry-After"] = "2"
            return answer
        error = error.__cause__
    return problem(500, "Server error", "Something went wrong here; it has been noted. Nothing was changed.")
