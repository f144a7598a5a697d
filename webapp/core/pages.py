"""The single page: every address that is neither data nor a file answers with it, and the browser takes over."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe


@lru_cache(maxsize=1)
def _entry(manifest: Path, _written_ns: int) -> dict[str, Any]:
    """The entry's files as Vite names them: ``script``, ``styles``, ``preloads``."""
    chunks: dict[str, Any] = json.loads(manifest.read_text())
    entry = next(chunk for chunk in chunks.values() if chunk.get("isEntry"))
    styles, preloads, waiting, seen = [], [], [entry], set()
    while waiting:
        chunk = waiting.pop()
        styles += [name for name in chunk.get("css", []) if name not in styles]
        for name in chunk.get("imports", []):
            if name not in seen:
                seen.add(name)
                preloads.append(chunks[name]["file"])
                waiting.append(chunks[name])
    return {"script": entry["file"], "styles": styles, "preloads": preloads}


@require_safe
@ensure_csrf_cookie
def page(request: HttpRequest) -> HttpResponse:
    """The page with this response's nonce; 503 with a sentence where the front end has not been built."""
    manifest = settings.ROOT / "frontend" / "dist" / ".vite" / "manifest.json"
    try:
        entry = _entry(manifest, manifest.stat().st_mtime_ns)
    except FileNotFoundError:
        return HttpResponse(
            "The front end is not built. Run `make install` (or `npm run build` in frontend/), then load this page.\n",
            status=503,
            content_type="text/plain; charset=utf-8",
        )
    return render(request, "page.html", entry)
