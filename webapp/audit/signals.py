"""What the audit app tells the layers above it."""

from django.dispatch import Signal

#: Sent once the transaction of a recorded event has committed, with ids only: ``verb``, ``kind``, ``id``, ``study_id``,
#: ``specimen_id`` (strings; the last two may be None). A receiver that fails is logged and stops nobody.
recorded = Signal()
