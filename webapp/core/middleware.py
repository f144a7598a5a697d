"""What every answer carries, whatever made it, and the end of sessions that nobody uses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from webapp.core.problems import problem
from webapp.core.sessions import SessionStore

_FEATURES = (
    "accelerometer", "ambient-light-sensor", "attribution-reporting", "autoplay", "bluetooth", "browsing-topics",
    "camera", "display-capture", "encrypted-media", "gamepad", "geolocation", "gyroscope", "hid", "idle-detection",
    "local-fonts", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
    "publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "serial", "usb",
    "web-share", "window-management", "xr-spatial-tracking",
)  # fmt: skip
# Security keys are a second factor here, so their two features are the page's own, like full screen.
_OWN = ("publickey-credentials-create", "publickey-credentials-get")
PERMISSIONS_POLICY = ", ".join(
    [f"{name}=({'self' if name in _OWN else ''})" for name in _FEATURES] + ["fullscreen=(self)"]
)
#: A request that the page sends by itself, while nobody touches it, says so; it does not keep the session alive.
UNATTENDED = "X-Unattended"

Answer = Callable[[HttpRequest], HttpResponseBase]


class _Both:
    """Middleware for both worlds: Django passes on whatever server called it without a detour through a thread."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_asynchronous = iscoroutinefunction(get_response)
        if self.is_asynchronous:
            markcoroutinefunction(self)  # type: ignore[type-var]  # made for instances of classes like this one


class SecurityHeaders(_Both):
    """Headers on every answer that Django gives, static files and errors included; a view's own values stand."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_asynchronous:
            return self._later(request)
        return self.dress(request, self._no_trace(request) or self.get_response(request))

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        return self.dress(request, self._no_trace(request) or await self.get_response(request))

    @staticmethod
    def _no_trace(request: HttpRequest) -> HttpResponse | None:
        """TRACE would repeat cookies to whoever can make a browser send it."""
        return problem(405, "Method not allowed", "TRACE is not answered.") if request.method == "TRACE" else None

    @staticmethod
    def dress(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add what is missing."""
        headers = response.headers
        headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("X-Content-Type-Options", "nosniff")
        if not request.path_info.startswith(settings.STATIC_URL):
            headers.setdefault("Cache-Control", "no-store")
        return response


class IdleTimeout:
    """Keeps the session of a person who works alive, and clears the browser when they sign out.

    Must stand inside SessionMiddleware. Unused sessions end by themselves: see ``core.sessions``.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        session: SessionStore = request.session  # type: ignore[assignment]  # SESSION_ENGINE names it
        before = session.session_key
        response = self.get_response(request)
        if before and session.session_key == before:
            if session.accessed and UNATTENDED not in request.headers:
                session.keep_alive()
        elif before and session.session_key is None and session.accessed and session.modified:
            # The session was flushed: somebody signed out. Whoever sits down next finds nothing of theirs.
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response
