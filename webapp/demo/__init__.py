"""The demo study that ``make demo`` loads: real tissue, a person for every role, one run done and one to start.

It stands above every other app and uses only their services, as any client would; nothing imports it.
"""
