"""Nothing of reading is written in a study whose data are locked, nor its protocol: PostgreSQL refuses, whoever asks.

The study's row is read with a lock that everybody who writes may share and that whoever locks the data must have alone:
what is being signed meanwhile is either in before the lock, or refused.
"""

from django.db import migrations

TABLES = (
    "reading_readingsession", "reading_round", "reading_assignment", "reading_reading", "reading_amendment",
    "reading_consensus", "reading_qareview", "reading_sliderequest", "reading_qualificationitem",
    "reading_casesignout", "studies_protocol",
)  # fmt: skip

FUNCTION = """
CREATE FUNCTION reading_locked_data_stay() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    data jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    the_specimen uuid := data ->> 'specimen_id';
    the_study uuid := data ->> 'study_id';
    locked timestamptz;
BEGIN
    IF data ? 'case_id' THEN
        SELECT study_id INTO the_study FROM cases_case WHERE id = (data ->> 'case_id')::uuid;
    ELSIF the_study IS NULL AND the_specimen IS NULL AND data ? 'reading_id' THEN
        SELECT specimen_id INTO the_specimen FROM reading_reading WHERE id = (data ->> 'reading_id')::uuid;
    ELSIF the_study IS NULL AND the_specimen IS NULL AND data ? 'round_id' THEN
        SELECT specimen_id INTO the_specimen FROM reading_round WHERE id = (data ->> 'round_id')::uuid;
    END IF;
    IF the_study IS NULL THEN
        SELECT slide.study_id INTO the_study FROM slides_specimen AS specimen
            JOIN slides_slide AS slide ON slide.id = specimen.slide_id WHERE specimen.id = the_specimen;
    END IF;
    SELECT locked_at INTO locked FROM studies_study WHERE id = the_study FOR KEY SHARE;
    IF locked IS NOT NULL THEN
        RAISE EXCEPTION 'the data of this study are locked (% of %)', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
"""
#: For each of TABLES in the place of THE_TABLE.
TRIGGER = """
CREATE TRIGGER locked_data_stay BEFORE INSERT OR UPDATE OR DELETE ON THE_TABLE
    FOR EACH ROW EXECUTE FUNCTION reading_locked_data_stay();
ALTER TABLE THE_TABLE ENABLE ALWAYS TRIGGER locked_data_stay;
"""
NO_TRIGGER = "DROP TRIGGER locked_data_stay ON THE_TABLE;"


def for_all(statement: str) -> str:
    return "".join(statement.replace("THE_TABLE", table) for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("reading", "0003_session_per_protocol_version"),
        ("studies", "0004_locked_is_for_good"),
        ("slides", "0003_presentation_reading_session"),
    ]
    operations = [
        migrations.RunSQL(
            FUNCTION + for_all(TRIGGER), for_all(NO_TRIGGER) + "DROP FUNCTION reading_locked_data_stay();"
        )
    ]
