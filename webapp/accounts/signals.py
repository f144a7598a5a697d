"""What the accounts app tells the layers above it."""

from django.dispatch import Signal

#: Sent once the transaction that closed an account has committed: ``user_id`` (UUID). Whatever the person holds (tile
#: tokens, sockets) ends now.
access_ended = Signal()
