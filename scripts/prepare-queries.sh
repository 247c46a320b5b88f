#!/usr/bin/env bash
# Fills .sqlx from a real database with migrations/ applied: for whoever changed a query. The build itself needs no database.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source scripts/queries.sh

trap 'scripts/postgres.sh stop "$data/pg-test"' EXIT
scripts/postgres.sh start "$data/pg-test" fast
migrated_database okla_build
describe_queries "$(mktemp -d)" cargo check
rm -rf .sqlx
mv "$described" .sqlx
chmod 755 .sqlx
printf '.sqlx tiene ahora %d consultas.\n' "$(find .sqlx -name '*.json' | wc -l)"
