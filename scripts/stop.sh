#!/usr/bin/env bash
# make stop: ends what `make run` started, also what a lost terminal or a killed script left behind.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
state=$data
source scripts/site.sh

exec 9>"$data/run.lock"
if ! flock -n 9; then
    kill -TERM "$(cat "$data/run.pid")"
    flock -w 90 9 || fail "«make run» no termina." "repita: make stop"
fi
end_site
scripts/postgres.sh stop "$data/pg" 9>&-
printf 'Todo detenido.\n'
