#!/usr/bin/env bash
# make test: format, lints, unit and integration tests on a real PostgreSQL, and the pages in a real Chromium.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source scripts/queries.sh
steps=8
passed=0
failed=0
scratch=$(mktemp -d)

# end2end/run stops its own site; the database stops here, whatever happened.
finish() {
    scripts/postgres.sh stop "$data/pg-test" || true
    rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# count PATTERN FILE: the sum of the numbers before PATTERN in a tool's closing lines.
count() { sed -nE "s/^.*[^0-9]([0-9]+) $1.*$/\1/p" "$2" | awk '{ sum += $1 } END { print sum + 0 }'; }

step "Se revisan los programas que hacen falta"
scripts/install.sh test

step "Formato"
cargo fmt --check || fail "Hay archivos sin formato." "cargo fmt"

step "Arranca PostgreSQL, solo para las pruebas"
scripts/postgres.sh start "$data/pg-test" fast
migrated_database okla_build
new_database okla_tests

step "Reglas de estilo del servidor, y cada consulta contra la base de datos real"
mkdir "$scratch/queries"
describe_queries "$scratch/queries" cargo clippy -- -D warnings
diff -rq "$described" .sqlx >"$scratch/diff" || { cat "$scratch/diff"; fail "La carpeta .sqlx no está al día." "scripts/prepare-queries.sh"; }

step "Reglas de estilo de la parte del navegador"
cargo clippy --lib --features hydrate -- -D warnings || fail "La parte del navegador no cumple las reglas." "lea el error de arriba"

step "Pruebas unitarias y de integración"
runner=(cargo nextest run --no-fail-fast)
if ! cargo nextest --version >/dev/null 2>&1; then runner=(cargo test --no-fail-fast); fi
status=0
DATABASE_URL="$(scripts/postgres.sh url "$data/pg-test")/okla_tests" SQLX_OFFLINE=true \
    "${runner[@]}" --features ssr,kill-points 2>&1 | tee "$scratch/unit" || status=1
grep -E '^ +Summary|^test result' "$scratch/unit" >"$scratch/summary" || status=1
passed=$(count passed "$scratch/summary")
failed=$(count failed "$scratch/summary")

step "Se prepara la parte del navegador"
scripts/wasm.sh

step "La página entera en Chromium"
end2end/run 2>&1 | tee "$scratch/end2end" || status=1
grep -E '^ +[0-9]+ (passed|failed|flaky|interrupted|did not run)' "$scratch/end2end" >"$scratch/summary" || status=1
passed=$((passed + $(count passed "$scratch/summary")))
failed=$((failed + $(count '(failed|flaky|interrupted|did not run)' "$scratch/summary")))

printf '\nDuró %s.\n%d passed, %d failed\n' "$(elapsed)" "$passed" "$failed"
if [ "$status" != 0 ]; then fail "Las pruebas no pasan." "lea los fallos de arriba"; fi
