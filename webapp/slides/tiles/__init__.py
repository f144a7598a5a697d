"""Tiles: a raw ASGI application beside Django. Permission first, then a read of stored bytes, or the decoder pool."""

from webapp.slides.tiles.application import application

__all__ = ["application"]
