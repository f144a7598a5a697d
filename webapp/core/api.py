"""HTTP manners shared by every app: problem details (RFC 9457), pages, and a viewset that demands a query set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, OperationalError
from django.db.models import QuerySet
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback
from rest_framework.viewsets import GenericViewSet

from webapp.core import errors
from webapp.core.pagination import Pages as Pages  # noqa: PLC0414 - a re-export, for mypy

_STATUS: list[tuple[type[errors.DomainError], int, str]] = [
    (errors.Invalid, status.HTTP_400_BAD_REQUEST, "Invalid input"),
    (errors.NotAllowed, status.HTTP_403_FORBIDDEN, "Not allowed"),
    (errors.NotVisible, status.HTTP_404_NOT_FOUND, "Not found"),
    (errors.Stale, status.HTTP_412_PRECONDITION_FAILED, "Changed in the meantime"),
    (errors.Conflict, status.HTTP_409_CONFLICT, "Conflict"),
    (errors.TooLarge, status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, "Too large"),
    (errors.NoRoom, status.HTTP_507_INSUFFICIENT_STORAGE, "No room"),
    (errors.Unavailable, status.HTTP_503_SERVICE_UNAVAILABLE, "Temporarily unavailable"),
]


def problem(status_code: int, title: str, detail: str, **more: Any) -> Response:
    """A response of type application/problem+json."""
    headers = {"Retry-After": "2"} if status_code == status.HTTP_503_SERVICE_UNAVAILABLE else None
    return Response(
        {"type": "about:blank", "title": title, "status": status_code, "detail": detail, **more},
        status=status_code,
        content_type="application/problem+json",
        headers=headers,
    )


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Translate what a view raised into problem details; None lets a real bug become a 500."""
    set_rollback()
    for kind, code, title in _STATUS:
        if isinstance(error, kind):
            more: dict[str, Any] = {}
            if isinstance(error, errors.Invalid) and error.fields:
                more["fields"] = error.fields
            if isinstance(error, errors.BadLines):
                more["lines"] = [{"line": wrong.line, "message": wrong.message} for wrong in error.lines]
            if isinstance(error, errors.Stale) and error.version is not None:
                more["version"] = error.version
            response = problem(code, title, error.message, code=error.code, **more)
            if "version" in more:
                response["ETag"] = f'"{more["version"]}"'
            return response
    if isinstance(error, Http404 | exceptions.NotFound):
        return problem(404, "Not found", "There is no such thing, or you may not know of it.")
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.ValidationError):
        return problem(400, "Invalid input", "Some fields are not acceptable.", fields=error.detail)
    if isinstance(error, exceptions.APIException):
        response = problem(error.status_code, type(error).__name__, str(error.detail))
        wait = getattr(error, "wait", None)
        if wait is not None:
            response["Retry-After"] = str(int(wait))
        if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
            response.status_code = 401
        return response
    if isinstance(error, DataError | RecursionError):
        return problem(400, "Invalid input", "The request holds values that cannot be stored.")
    if isinstance(error, IntegrityError):
        return problem(409, "Conflict", "This clashes with something that exists already; load it again.")
    if isinstance(error, OperationalError):
        return problem(503, "Temporarily unavailable", "The database did not answer in time; try again in a moment.")
    return None


class ScopedViewSet(GenericViewSet[Any]):
    """A viewset whose rows come from one visibility query set; what is outside it does not exist (404)."""

    #: ``visible_*`` of the app's permissions: user -> query set.
    visible: ClassVar[Callable[[Any], QuerySet[Any]]]
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Any]:
        return type(self).visible(self.request.user)
