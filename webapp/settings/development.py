"""Local conveniences; the launcher (``make demo``) supplies the services."""

from webapp.settings.base import *
from webapp.settings.logs import configure

LOGGING = configure(as_json=False, level=env.str("LOG_LEVEL", default="INFO"))
