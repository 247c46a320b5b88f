#!/usr/bin/env bash
# make soak: the long proofs. Kills at every point, faults, limits under fire, schedules, and the API under a fuzzer.
# OKLA_SOAK=SEED draws other ones; SOAK_ONLY=kills runs only the proofs whose name holds that.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
state=$data/soak
source scripts/site.sh
source scripts/queries.sh
steps=4
export OKLA_SOAK=${OKLA_SOAK:-1}
scratch=$(mktemp -d)

finish() {
    end_site
    scripts/postgres.sh stop "$data/pg-test" || true
    rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP
mkdir -p "$state"
end_site # what a killed run left behind

step "Se revisan los programas que hacen falta"
scripts/install.sh run

step "Arranca PostgreSQL, solo para las pruebas"
scripts/postgres.sh start "$data/pg-test" fast
new_database okla_tests
new_database okla_soak

step "Las pruebas largas, con la semilla $OKLA_SOAK (unos 60 minutos con dos núcleos)"
# One after the other: each has servers of its own, and a proof about time-outs wants the machine for itself.
runner=(cargo nextest run --no-fail-fast -j 1 --success-output final --features ssr,kill-points "soak::${SOAK_ONLY:-}")
if ! cargo nextest --version >/dev/null 2>&1; then
    runner=(cargo test --no-fail-fast --features ssr,kill-points "soak::${SOAK_ONLY:-}" -- --nocapture --test-threads=1)
fi
status=0
DATABASE_URL="$(scripts/postgres.sh url "$data/pg-test")/okla_tests" SQLX_OFFLINE=true \
    "${runner[@]}" 2>&1 | tee "$scratch/proofs" || status=1

step "La API, tres minutos contra schemathesis"
if [ -x scripts/schemathesis.sh ] && [ -z "${SOAK_ONLY:-}" ]; then
    rm -f "$state/sim.jsonl"
    write_env "$CARGO_TARGET_DIR/debug/okla" "127.0.0.1:$(free_port "$state server")" "$(scripts/postgres.sh url "$data/pg-test")/okla_soak"
    "$OKLA_BIN" migrate
    "$OKLA_BIN" demo seed
    launch_simulator
    launch_server
    # A limit that is reached would hide all that lies behind it.
    for limit in platform_day dealer_hour user_hour pair_day; do "$OKLA_BIN" limits set "$limit" none; done
    token=$("$OKLA_BIN" token create --email concesionario@okla.test | awk '{ print $NF }')
    scripts/schemathesis.sh "$PUBLIC_URL" "$token" 180 2>&1 | tee "$scratch/api" || status=1
else
    printf 'Se deja para otra vez.\n'
fi

printf '\nLo que se probó, con la semilla %s, en %s:\n' "$OKLA_SOAK" "$(elapsed)"
grep -E '^ +(PASS|FAIL|SIGABRT|TIMEOUT) |^test .* \.\.\. ' "$scratch/proofs" | sort -u || status=1
grep -E '^ +[0-9]+ (keys|messages|schedules|tries)' "$scratch/proofs" || true
if [ "$status" != 0 ]; then fail "Algo no resistió." "lea los fallos de arriba"; fi
printf 'Todo resistió.\n'
