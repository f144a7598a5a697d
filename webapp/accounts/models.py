"""People who sign in, and the personal tokens their programs use."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower

from webapp.core.models import Record


class User(AbstractUser):
    """A person. Roles belong to studies; ``is_staff`` marks a system administrator and gives no reading role."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    display_name = models.CharField(max_length=120, blank=True)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(Lower("username"), name="accounts_username_caseless"),
        ]

    @property
    def is_system_administrator(self) -> bool:
        return self.is_active and self.is_staff

    def __str__(self) -> str:
        return self.display_name or self.username


class Token(Record):
    """A personal token for programs: shown once, kept as SHA-256, revocable."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
