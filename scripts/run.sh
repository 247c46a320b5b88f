#!/usr/bin/env bash
# make run: from a bare machine to the running site. What is there already is skipped; Ctrl-C stops all it started.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
state=$data
source scripts/site.sh
steps=7
address=${LEPTOS_SITE_ADDR:-127.0.0.1:3000}

exec 9>"$data/run.lock"
flock -n 9 || fail "La página ya corre desde esta carpeta: $(kept PUBLIC_URL)" "úsela, o deténgala con: make stop"
printf '%d' $$ >"$data/run.pid"

stop_all() {
    trap '' INT TERM HUP
    printf '\nDeteniendo el servidor, el simulador y la base de datos…\n'
    end_site
    scripts/postgres.sh stop "$data/pg" || true
    printf 'Todo detenido. No se perdió nada: «make run» sigue donde quedó.\n'
}

[[ $address =~ ^.+:[0-9]{1,5}$ ]] || fail "LEPTOS_SITE_ADDR=$address no es dirección:puerto." "LEPTOS_SITE_ADDR=127.0.0.1:3100 make run"
end_site # what a killed start left behind
port=${address##*:}
if listening "$port"; then fail "El puerto $port ya lo usa otro programa." "LEPTOS_SITE_ADDR=127.0.0.1:$((port + 100)) make run"; fi

step "Se revisan los programas que hacen falta"
scripts/install.sh run

step "Se compila el servidor (la primera vez, unos 6 minutos con dos núcleos)"
SQLX_OFFLINE=true cargo build --release --features ssr --bin okla || fail "El servidor no compila." "lea el error de arriba"

step "Se prepara la parte del navegador (la primera vez, unos 6 minutos)"
scripts/wasm.sh

step "Arranca PostgreSQL, solo para esta carpeta"
trap 'exit 130' INT TERM HUP
trap stop_all EXIT
scripts/postgres.sh start "$data/pg" 9>&-
if [ ! -f "$data/seeded" ]; then
    # A database whose seeding was cut short holds nobody's work: it starts over.
    scripts/postgres.sh psql "$data/pg" postgres -c 'DROP DATABASE IF EXISTS okla WITH (FORCE)' -c 'CREATE DATABASE okla' \
        || fail "No se pudo crear la base de datos." "lea $data/pg/log"
    rm -f "$data/sim.jsonl"
fi
write_env "$CARGO_TARGET_DIR/release/okla" "$address" "$(scripts/postgres.sh url "$data/pg")/okla"

step "Se ponen al día las tablas"
"$OKLA_BIN" migrate || fail "No se pudieron aplicar las migraciones." "lea el error de arriba"
# Repeating it duplicates nothing; a new password wants it again.
wanted=$(printf '%s' "${OKLA_DEMO_PASSWORD:-}" | sha256sum)
if [ "$(cat "$data/seeded" 2>/dev/null)" != "$wanted" ]; then
    # A history, once, so that the panel has something to say.
    history=()
    if [ ! -f "$data/seeded" ]; then history=(--messages 3000 --days 90); fi
    "$OKLA_BIN" demo seed "${history[@]}" || fail "No se pudieron cargar los datos de prueba." "lea el error de arriba"
    printf '%s' "$wanted" >"$data/seeded"
fi

step "Arranca el simulador de Twilio ($OKLA_SIM_URL)"
launch_simulator

step "Arranca el servidor"
launch_server

cat <<TEXT

OKLA Contacto está lista:  $PUBLIC_URL   (en $(elapsed) min)

  Comprador       comprador@okla.test
  Concesionario   concesionario@okla.test
  Administrador   admin@okla.test
  Contraseña de los tres: ${OKLA_DEMO_PASSWORD:-demo-okla-2026}

  El teléfono de WhatsApp simulado: $PUBLIC_URL/demo/telefono
  El registro del servidor: $data/log/server.log
  Para detener todo: Ctrl-C aquí, o «make stop» en otra terminal.
TEXT

trap 'exit 0' INT TERM HUP
status=0
wait "$(cat "$data/server.pid")" || status=$?
tail -n 5 "$data/log/server.log" >&2
fail "El servidor terminó solo (código $status)." "lea $data/log/server.log y repita: make run"
