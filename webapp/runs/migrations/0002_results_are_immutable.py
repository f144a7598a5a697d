"""A result is never changed and never deleted, by whatever client; a run that has ended stays as it ended."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION runs_result_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A result is immutable: % refused.', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER runs_result_is_immutable BEFORE UPDATE OR DELETE ON runs_result
    FOR EACH ROW EXECUTE FUNCTION runs_result_is_immutable();
ALTER TABLE runs_result ENABLE ALWAYS TRIGGER runs_result_is_immutable;

CREATE FUNCTION runs_run_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A run that is % cannot become %.', OLD.state, NEW.state
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER runs_run_ends_once BEFORE UPDATE ON runs_run FOR EACH ROW
    WHEN (OLD.state IN ('done', 'failed', 'cancelled') AND NEW.state IS DISTINCT FROM OLD.state)
    EXECUTE FUNCTION runs_run_ends_once();
ALTER TABLE runs_run ENABLE ALWAYS TRIGGER runs_run_ends_once;
"""

BACKWARDS = """
DROP TRIGGER runs_run_ends_once ON runs_run;
DROP FUNCTION runs_run_ends_once();
DROP TRIGGER runs_result_is_immutable ON runs_result;
DROP FUNCTION runs_result_is_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
