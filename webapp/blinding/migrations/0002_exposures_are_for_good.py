"""Exposures are append-only: PostgreSQL refuses to change or delete one, whoever asks."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION blinding_exposure_is_for_good() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an exposure is recorded for good (%)', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER exposure_is_for_good BEFORE UPDATE OR DELETE ON blinding_exposure
    FOR EACH ROW EXECUTE FUNCTION blinding_exposure_is_for_good();
CREATE TRIGGER exposures_are_for_good BEFORE TRUNCATE ON blinding_exposure
    FOR EACH STATEMENT EXECUTE FUNCTION blinding_exposure_is_for_good();

-- A veil may be lifted once and nothing else of it changes; it is never deleted.
CREATE FUNCTION blinding_veil_only_lifts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.lifted_at IS NULL AND NEW.lifted_at IS NOT NULL
        AND (OLD.id, OLD.person_id, OLD.specimen_id, OLD.reason, OLD.created_at)
          = (NEW.id, NEW.person_id, NEW.specimen_id, NEW.reason, NEW.created_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a veil can only be lifted, once (%)', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER veil_only_lifts BEFORE UPDATE OR DELETE ON blinding_veil
    FOR EACH ROW EXECUTE FUNCTION blinding_veil_only_lifts();
"""

BACKWARD = """
DROP TRIGGER veil_only_lifts ON blinding_veil;
DROP FUNCTION blinding_veil_only_lifts();
DROP TRIGGER exposures_are_for_good ON blinding_exposure;
DROP TRIGGER exposure_is_for_good ON blinding_exposure;
DROP FUNCTION blinding_exposure_is_for_good();
"""


class Migration(migrations.Migration):
    dependencies = [("blinding", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
