"""For the tests: real PostgreSQL and Valkey (see ``tests.provision``), production's behaviour, a fast hasher."""

import os

# So that mypy's Django plugin and `makemigrations --check` can read the settings where nothing runs.
os.environ.setdefault("SECRET_KEY", "a-key-for-tests-alone-that-signs-nothing-of-worth-0123456789")
os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")

from webapp.settings.base import *

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Valkey's numbered databases keep the queues of parallel test processes apart, but not what is published.
CHANNEL_LAYERS = {
    "default": {
        **CHANNEL_LAYERS["default"],
        "CONFIG": {"hosts": [REDIS_URL], "prefix": os.environ.get("PYTEST_XDIST_WORKER", "main")},
    }
}
