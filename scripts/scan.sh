#!/usr/bin/env bash
# make scan: a passive look at every answer of a site of its own, by nobody and by each role: drHEADer weighs the headers
# of each page, Wapiti looks at the policy, the cookies and the methods. Fails on anything of medium weight or above.
# Wants what `make test` built before: target/debug/okla and target/site.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
state=$data/scan
source scripts/site.sh
source scripts/queries.sh

own_cluster=no
finish() {
    end_site
    if [ "$own_cluster" = yes ]; then scripts/postgres.sh stop "$data/pg-test"; fi
}
[ -x "$CARGO_TARGET_DIR/debug/okla" ] && [ -d "$site" ] || fail "Falta compilar la página." "make test"
scripts/install.sh test
scripts/venv.sh .data/tools/drheader drheaderplus 3.0.4
scripts/venv.sh .data/tools/wapiti wapiti3 3.2.3

mkdir -p "$state"
end_site
rm -f "$state/sim.jsonl"
if ! scripts/postgres.sh status "$data/pg-test"; then own_cluster=yes; fi
trap finish EXIT
trap 'exit 130' INT TERM HUP
scripts/postgres.sh start "$data/pg-test" fast
new_database okla_scan
write_env "$CARGO_TARGET_DIR/debug/okla" "127.0.0.1:$(free_port "$state server")" "$(scripts/postgres.sh url "$data/pg-test")/okla_scan"
"$OKLA_BIN" migrate
"$OKLA_BIN" demo seed --messages 200 --days 5
launch_simulator
# As behind a proxy that speaks TLS: cookies and headers are then those of a live site.
url=$PUBLIC_URL
PUBLIC_URL=https://${url#http://} launch server "$url/readyz" serve

status=0
.data/tools/drheader/bin/python scripts/scan.py "$url" "${OKLA_DEMO_PASSWORD:-demo-okla-2026}" || status=1

report=$state/wapiti.json
.data/tools/wapiti/bin/wapiti --url "$url/" --module http_headers,csp,cookieflags,methods --max-scan-time 120 --flush-session \
    --no-bugreport --verbose 0 --store-session "$state/wapiti" --format json --output "$report" >"$state/log/wapiti.log" 2>&1 \
    || fail "Wapiti no terminó." "lea $state/log/wapiti.log"
# All that these modules find weighs little to Wapiti itself: here any of it is a failure.
python3 - "$report" <<'PYTHON' || status=1
import json, sys
report = json.load(open(sys.argv[1]))
found = [one["info"] for kind in ("vulnerabilities", "anomalies") for all in report[kind].values() for one in all]
pages = report["infos"]["crawled_pages_nbr"]
print(f"Wapiti: {pages} páginas, {len(found)} hallazgos", *found, sep="\n  ")
sys.exit(bool(found) or pages < 10)
PYTHON
[ "$status" = 0 ] || fail "El examen halló algo." "lea los hallazgos de arriba"
