"""The chain: PostgreSQL itself numbers, dates and hashes every event, and refuses to change one."""

from django.db import migrations

FORWARD = r"""
CREATE TABLE audit_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq bigint NOT NULL,
    hash bytea NOT NULL
);
INSERT INTO audit_head VALUES (true, 0, '\x00');

ALTER TABLE audit_event ADD CONSTRAINT audit_event_hash_once UNIQUE (hash);

-- What is hashed: every column. `services.verify` repeats this expression and must stay equal to it.
CREATE FUNCTION audit_digest(event audit_event) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to(jsonb_build_array(
        event.seq, extract(epoch FROM event.at)::text, event.actor, event.actor_id, event.verb, event.study_id,
        event.specimen_id, event.object_kind, event.object_id, event.details, encode(event.prev, 'hex')
    )::text, 'UTF8'))
$$;

CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE head audit_head;
BEGIN
    SELECT * INTO head FROM audit_head WHERE one FOR UPDATE;
    NEW.seq := head.seq + 1;
    NEW.at := clock_timestamp();
    NEW.prev := head.hash;
    NEW.hash := audit_digest(NEW);
    UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE one;
    RETURN NEW;
END $$;
CREATE TRIGGER a_chain BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_chain();

CREATE FUNCTION audit_deny() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_event is append-only (%)', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER a_no_update BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_deny();
CREATE TRIGGER a_no_truncate BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_deny();

-- ALWAYS: also while session_replication_role is "replica".
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER a_chain;
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER a_no_update;
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER a_no_truncate;

REVOKE ALL ON audit_event, audit_head FROM PUBLIC;
REVOKE ALL ON FUNCTION audit_chain(), audit_deny() FROM PUBLIC;
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'duoscope_app') AND current_user <> 'duoscope_app' THEN
        REVOKE ALL ON audit_event, audit_head FROM duoscope_app;
        GRANT SELECT, INSERT ON audit_event TO duoscope_app;
    END IF;
END $$;
"""

BACKWARD = """
DROP TRIGGER a_no_truncate ON audit_event;
DROP TRIGGER a_no_update ON audit_event;
DROP TRIGGER a_chain ON audit_event;
DROP FUNCTION audit_deny();
DROP FUNCTION audit_chain();
DROP FUNCTION audit_digest(audit_event);
ALTER TABLE audit_event DROP CONSTRAINT audit_event_hash_once;
DROP TABLE audit_head;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
