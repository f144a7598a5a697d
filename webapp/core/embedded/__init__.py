"""The services of one machine, from wheels: PostgreSQL 18 and Valkey as supervised children of one launcher.

Nothing here imports Django: the launcher and the tests start the services before any settings are read.

* ``process``     starts a child that dies with its parent and may run as another user
* ``places``      where a service that runs as another user can keep its files and find its binaries
* ``postgres``    PostgreSQL's binaries, cluster and command line
* ``roles``       the owner role (migrations) and the app role (reads and writes rows, owns nothing)
* ``valkey``      Valkey's binary and configuration
* ``secrets``     passwords and keys, made once
* ``services``    both servers together, and the addresses under which Django finds them
* ``environment`` the variables Django reads, for ``manage.py`` beside a running launcher
* ``supervisor``  restarts what dies, with growing pauses; stops everything in order
* ``launcher``    ``make demo``
"""
