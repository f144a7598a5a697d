"""A frozen version of a protocol is never changed or deleted: PostgreSQL refuses, whoever asks."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION studies_frozen_protocol_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.frozen_at IS NOT NULL THEN
        RAISE EXCEPTION 'a frozen protocol stays as it is (%)', TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frozen_protocol_stays BEFORE UPDATE OR DELETE ON studies_protocol
    FOR EACH ROW EXECUTE FUNCTION studies_frozen_protocol_stays();
"""

BACKWARD = """
DROP TRIGGER frozen_protocol_stays ON studies_protocol;
DROP FUNCTION studies_frozen_protocol_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("studies", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
