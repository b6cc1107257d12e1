#!/bin/sh
# Creates Temporal's two databases and brings their schemas up to date. Safe to run again:
# `create` and `setup-schema` refuse what exists, `update-schema` does only what is missing.
# Connection: the SQL_* variables that temporal-sql-tool reads.
set -eu

for schema in temporal visibility; do
  database=temporal
  [ "$schema" = visibility ] && database=temporal_visibility
  temporal-sql-tool --db "$database" create || true
  temporal-sql-tool --db "$database" setup-schema --version 0.0 || true
  temporal-sql-tool --db "$database" update-schema \
    --schema-dir "/etc/temporal/schema/postgresql/v12/$schema/versioned"
done
