# shellcheck shell=bash
# The query macros against a live database. Sourced by scripts/test.sh and scripts/prepare-queries.sh.

# new_database NAME: empty, in the test cluster.
new_database() {
    scripts/postgres.sh psql "$data/pg-test" postgres -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)" -c "CREATE DATABASE $1" \
        || fail "No se pudo crear la base de datos $1." "lea $data/pg-test/log"
}

# migrated_database NAME: new, with every migration applied in order.
migrated_database() {
    local file
    new_database "$1"
    for file in migrations/*.sql; do
        scripts/postgres.sh psql "$data/pg-test" "$1" -1 -f "$file" >/dev/null || fail "La migración $file no se aplica." "lea el error de arriba"
    done
}

# describe_queries FOLDER CARGO_COMMAND…: compiles every target against okla_build, so that each query is proved, and
# leaves what sqlx learned of them in FOLDER (which it names in $described).
describe_queries() {
    described=$1
    shift
    # The macros run only when the crate is compiled, and cargo does not know that they look at a database.
    touch src/lib.rs
    DATABASE_URL="$(scripts/postgres.sh url "$data/pg-test")/okla_build" SQLX_OFFLINE_DIR=$described \
        "$1" "$2" --features ssr,kill-points --all-targets "${@:3}" || fail "No compila contra la base de datos real." "lea el error de arriba"
}
