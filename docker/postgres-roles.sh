#!/bin/sh
# Runs once, when the cluster is made: the owner role migrates, the app role reads and writes rows and owns nothing.
set -eu
owner_password=$(cat /run/secrets/database_owner_password)
app_password=$(cat /run/secrets/database_password)
psql --set ON_ERROR_STOP=1 --set owner_password="$owner_password" --set app_password="$app_password" \
    --username postgres --dbname duoscope <<'SQL'
CREATE ROLE duoscope_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE duoscope_app LOGIN PASSWORD :'app_password';
ALTER DATABASE duoscope OWNER TO duoscope_owner;
REVOKE ALL ON DATABASE duoscope FROM PUBLIC;
GRANT CONNECT ON DATABASE duoscope TO duoscope_app;
ALTER SCHEMA public OWNER TO duoscope_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO duoscope_app;
ALTER DEFAULT PRIVILEGES FOR ROLE duoscope_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO duoscope_app;
ALTER DEFAULT PRIVILEGES FOR ROLE duoscope_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO duoscope_app;
SQL
