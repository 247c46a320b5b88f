#!/usr/bin/env bash
# make bench: each promised figure against a yardstick measured in the same run, on a PostgreSQL that is thrown away.
# Smaller: OKLA_BENCH_MESSAGES=20000 OKLA_BENCH_ROWS=200000 OKLA_BENCH_SECONDS=3 OKLA_BENCH_MEMORY_SECONDS=60 make bench
# Some of it: OKLA_BENCH_ONLY=panel,live,sends,callbacks,pace,memory,decision,replay,export. OKLA_BENCH_KEEP=1 keeps the database for the next run.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
steps=3
dir=$data/bench
mkdir -p "$dir"

exec 9>"$dir/lock"
flock -n 9 || fail "Ya hay una medición en marcha en esta carpeta."

step "Se compila (la primera vez, unos 8 minutos con dos núcleos)"
scripts/install.sh run
SQLX_OFFLINE=true cargo build --release --features ssr --bin okla --bench bench || fail "No compila." "lea el error de arriba"

step "Arranca un PostgreSQL solo para medir"
throw_away() {
    scripts/postgres.sh stop "$data/pg-bench" || true
    if [ "${OKLA_BENCH_KEEP:-}" != 1 ]; then rm -rf "$data/pg-bench" "$dir/seeded"; fi
}
trap 'exit 130' INT TERM HUP
trap throw_away EXIT
scripts/postgres.sh start "$data/pg-bench" bench 9>&-
if [ "$(scripts/postgres.sh psql "$data/pg-bench" postgres -c "SELECT count(*) FROM pg_database WHERE datname = 'okla'")" = 0 ]; then
    scripts/postgres.sh psql "$data/pg-bench" postgres -c 'CREATE DATABASE okla'
fi

step "Se mide ($(nproc) núcleos)"
pgbench=$(compgen -G '/usr/lib/postgresql/*/bin/pgbench' | sort -V | tail -n 1)
status=0
DATABASE_URL="$(scripts/postgres.sh url "$data/pg-bench")/okla" OKLA_BIN="$CARGO_TARGET_DIR/release/okla" \
    OKLA_BENCH_PGBENCH="$pgbench" OKLA_BENCH_DIR="$dir" SQLX_OFFLINE=true \
    cargo bench --quiet --features ssr --bench bench 9>&- || status=$?
# Every run's figures stay.
if [ -f "$dir/latest.csv" ]; then cp "$dir/latest.csv" "$dir/$(date -u +%Y%m%dT%H%M%SZ).csv"; fi
printf '\nDuró %s. Las cifras de cada corrida quedan en %s\n' "$(elapsed)" "$dir"
exit "$status"
