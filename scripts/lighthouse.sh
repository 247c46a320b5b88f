#!/usr/bin/env bash
# make lighthouse: the panel and a vehicle's page as Lighthouse scores them on a phone. Wants a running site (make run).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
state=$data
source scripts/site.sh

is_ours "$data/server.pid" || fail "La página no corre." "make run"
scripts/install.sh test
chromium=$(command -v chromium || command -v chromium-browser) || fail "No hay Chromium." "make test lo instala"
if ! cmp -s end2end/lighthouse/package-lock.json end2end/lighthouse/node_modules/.okla-lock; then
    (cd end2end/lighthouse && npm ci --no-progress) || fail "No se pudo instalar Lighthouse." "revise la conexión"
    cp end2end/lighthouse/package-lock.json end2end/lighthouse/node_modules/.okla-lock
fi
node end2end/lighthouse/run.mjs "$(kept PUBLIC_URL)" "$data/lighthouse" "$chromium"
printf 'Los informes quedan en %s\n' "$data/lighthouse"
