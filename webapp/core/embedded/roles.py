"""Two roles: one owns the tables and migrates, the other reads and writes rows and owns nothing.

With one role for both, every REVOKE on the audit trail would be void: an owner may always grant itself more.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

OWNER = "duoscope_owner"
APP = "duoscope_app"


def ensure_role(admin: psycopg.Connection[tuple[object, ...]], role: str, password: str) -> None:
    """Make the login role, or give the one there is this password."""
    known = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    statement = "ALTER ROLE {} LOGIN PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}"
    admin.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(password)))


def ensure_database(admin_url: str, database: str, *, owner_password: str, app_password: str) -> None:
    """Make both roles and ``database`` as far as they are missing; ``admin_url`` names a superuser's other database."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        ensure_role(admin, OWNER, owner_password)
        ensure_role(admin, APP, app_password)
        name = sql.Identifier(database)
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(OWNER)))
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(APP)))


def ensure_grants(admin_database_url: str) -> None:
    """In the database named: the owner owns the schema; what it makes later, the app role may read and write."""
    owner, app = sql.Identifier(OWNER), sql.Identifier(APP)
    with psycopg.connect(admin_database_url, autocommit=True) as admin:
        for statement in (
            "ALTER SCHEMA public OWNER TO {owner}",
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
            "GRANT USAGE ON SCHEMA public TO {app}",
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        ):
            admin.execute(sql.SQL(statement).format(owner=owner, app=app))
