"""What uvicorn serves: tiles in front of everything, then the live channel, then Django.

Tiles do not pass through Django's stack: they are bytes moved under a short-lived token, a hundred times a page.
"""

from __future__ import annotations

import gc
import os
from typing import cast

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings.production")
os.environ.setdefault("DATABASE_POOL", "20")
_plain = get_asgi_application()

# These import models, which are there only once Django is set up.
from webapp.core.bodies import App, BodyLimit  # noqa: E402
from webapp.live.consumers import websocket_application  # noqa: E402
from webapp.slides import tiles  # noqa: E402

_django = BodyLimit(cast("App", _plain))

# What was loaded stays: the collector need not walk through all of it whenever an answer has made many objects.
gc.collect()
gc.freeze()


async def _http(scope, receive, send):  # type: ignore[no-untyped-def]
    app = tiles.application if scope["path"].startswith("/tiles/") else _django
    await app(scope, receive, send)


application = ProtocolTypeRouter({"http": _http, "websocket": websocket_application})
