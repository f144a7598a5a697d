"""Local conveniences; the launcher (``make demo``) supplies the services."""

from webapp.settings.base import *
