#!/bin/sh
# Creates Temporal's two databases and brings their schemas up to date. Safe to run again: what is there already is
# left as it is.
# Connection: the SQL_* variables that temporal-sql-tool reads.
set -eu

# Runs a step that may have been done before; anything else that it says ends this script.
once() {
  said=$("$@" 2>&1) && return
  case $said in
    *'already exists'*) ;;
    *'password authentication failed'*)
      echo "schema: PostgreSQL refuses the password of its user $SQL_USER. The database keeps the password with which" \
        'it was made first: put that one into .env as POSTGRES_PASSWORD. To change it, see docs/operations.md.' >&2
      exit 1
      ;;
    *)
      printf '%s\n' "$said" >&2
      exit 1
      ;;
  esac
}

for schema in temporal visibility; do
  database=temporal
  [ "$schema" = visibility ] && database=temporal_visibility
  once temporal-sql-tool --db "$database" create
  once temporal-sql-tool --db "$database" setup-schema --version 0.0
  temporal-sql-tool --db "$database" update-schema \
    --schema-dir "/etc/temporal/schema/postgresql/v12/$schema/versioned"
done
