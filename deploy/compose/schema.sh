#!/bin/sh
# Creates Temporal's two databases and brings their schemas up to date. It is safe to run this again: the script leaves what
# exists as it is. temporal-sql-tool reads the connection from the SQL_* variables.
set -eu

# Runs a command. If it fails because an earlier run did the work, the script goes on; any other failure ends the script.
once() {
  said=$("$@" 2>&1) && return
  case $said in
    *'already exists'*) ;;
    *'password authentication failed'*)
      echo "schema: PostgreSQL refuses the password of its user $SQL_USER. The database keeps its first password: put that" \
        'one into .env as POSTGRES_PASSWORD. docs/operations.md says how to change it.' >&2
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
