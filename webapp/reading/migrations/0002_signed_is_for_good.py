"""What was signed or decided is never changed or deleted, and nobody signs after an exposure that was not planned:
PostgreSQL refuses, whoever asks."""

from django.db import migrations

TABLES = ("reading_reading", "reading_amendment", "reading_consensus", "reading_casesignout")

FUNCTIONS = """
CREATE FUNCTION reading_signed_is_for_good() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was signed or decided is for good (% of %)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION reading_not_after_exposure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM blinding_exposure AS seen
               WHERE seen.person_id = NEW.reader_id AND seen.specimen_id = NEW.specimen_id AND NOT seen.planned) THEN
        RAISE EXCEPTION 'the reader was shown what others said of this specimen'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER not_after_exposure BEFORE INSERT ON reading_reading
    FOR EACH ROW EXECUTE FUNCTION reading_not_after_exposure();
ALTER TABLE reading_reading ENABLE ALWAYS TRIGGER not_after_exposure;
"""

#: For each of TABLES in the place of THE_TABLE.
TRIGGERS = """
CREATE TRIGGER signed_is_for_good BEFORE UPDATE OR DELETE ON THE_TABLE
    FOR EACH ROW EXECUTE FUNCTION reading_signed_is_for_good();
CREATE TRIGGER all_signed_is_for_good BEFORE TRUNCATE ON THE_TABLE
    FOR EACH STATEMENT EXECUTE FUNCTION reading_signed_is_for_good();
ALTER TABLE THE_TABLE ENABLE ALWAYS TRIGGER signed_is_for_good;
ALTER TABLE THE_TABLE ENABLE ALWAYS TRIGGER all_signed_is_for_good;
"""
NO_TRIGGERS = """
DROP TRIGGER all_signed_is_for_good ON THE_TABLE;
DROP TRIGGER signed_is_for_good ON THE_TABLE;
"""
NO_FUNCTIONS = """
DROP TRIGGER not_after_exposure ON reading_reading;
DROP FUNCTION reading_not_after_exposure();
DROP FUNCTION reading_signed_is_for_good();
"""


def for_all(statements: str) -> str:
    return "".join(statements.replace("THE_TABLE", table) for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("reading", "0001_initial"), ("blinding", "0003_opening_admission")]
    operations = [migrations.RunSQL(FUNCTIONS + for_all(TRIGGERS), for_all(NO_TRIGGERS) + NO_FUNCTIONS)]
