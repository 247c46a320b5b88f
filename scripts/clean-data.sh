#!/usr/bin/env bash
# make clean-data: forgets the demo database and what the simulator knows of it; tools and builds stay.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/stop.sh
rm -rf "$data/pg" "$data/seeded" "$data"/sim.jsonl*
printf 'Se borraron los datos de prueba. «make run» los carga de nuevo.\n'
