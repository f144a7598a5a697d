"""A study whose data are locked stays closed and locked, and its protocol as it is: PostgreSQL refuses, whoever asks."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION studies_locked_is_for_good() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.locked_at IS NOT NULL AND (TG_OP = 'DELETE' OR NEW.locked_at IS DISTINCT FROM OLD.locked_at
                                      OR NEW.closed_at IS DISTINCT FROM OLD.closed_at) THEN
        RAISE EXCEPTION 'the data of this study are locked' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER locked_is_for_good BEFORE UPDATE OR DELETE ON studies_study
    FOR EACH ROW EXECUTE FUNCTION studies_locked_is_for_good();
ALTER TABLE studies_study ENABLE ALWAYS TRIGGER locked_is_for_good;
"""

BACKWARD = """
DROP TRIGGER locked_is_for_good ON studies_study;
DROP FUNCTION studies_locked_is_for_good();
"""


class Migration(migrations.Migration):
    dependencies = [("studies", "0003_reading_protocol")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
