"""What the studies app tells the layers above it."""

from django.dispatch import Signal

#: Sent once the transaction that took a role from a person has committed: ``user_id``, ``study_id`` (UUIDs). Whatever
#: rested on it (tile tokens, rooms of sockets) is judged anew.
access_changed = Signal()
