#!/usr/bin/env bash
# The deployment guide, tried with the very files it hands out: two servers, not in demo mode, behind nginx (or Caddy) with
# TLS, Twilio played by the simulator. What docs/desplegar.md promises, it has seen here.
#   scripts/try-deploy.sh [nginx|caddy]      OKLA_BIN: the binary (target/debug/okla); OKLA_OLD_BIN: one of an earlier
#   version, to begin with and be relieved by OKLA_BIN; OKLA_SITE: its browser half (target/site)
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
proxy=${1:-nginx}
state=$data/deploy
guide=$root/docs/desplegar
new=${OKLA_BIN:-$CARGO_TARGET_DIR/debug/okla}
old=${OKLA_OLD_BIN:-$new}
seconds=${OKLA_TRY_SECONDS:-40}
PATH=$PATH:/usr/sbin

for program in "$proxy" openssl python3 curl; do
    has "$program" || fail "Falta $program." "sudo apt install nginx-light (o caddy) openssl python3 curl"
done
[ -x "$new" ] || fail "Falta el binario $new." "cargo build --features ssr"

finish() {
    trap '' INT TERM HUP
    for pid in "$state"/run/*.pid; do
        if [ -f "$pid" ]; then kill -TERM "$(cat "$pid")" 2>/dev/null || true; fi
    done
    wait
    scripts/postgres.sh stop "$data/pg-deploy" || true
}
trap finish EXIT
trap 'exit 130' INT TERM HUP
rm -rf "$state"
(umask 077 && mkdir -p "$state/run" "$state/log" "$state/releases/old" "$state/releases/new")

held() { printf '✔ %s\n' "$1"; }

# --- the machine: a database whose owner is no superuser, a certificate, the releases, the guide's own files ---
scripts/postgres.sh start "$data/pg-deploy"
server=$(scripts/postgres.sh url "$data/pg-deploy")
scripts/postgres.sh psql "$data/pg-deploy" postgres -c 'drop database if exists okla with (force)' -c 'drop role if exists okla_owner' \
    -c "create role okla_owner login password 'prueba'" -c 'create database okla owner okla_owner'
database=postgres://okla_owner:prueba@127.0.0.1:${server##*:}/okla

first=$(free_port "$state one")
second=$(free_port "$state two")
front=$(free_port "$state front")
plain=$(free_port "$state plain")
twilio=$(free_port "$state twilio")
# An authority and its certificate: a self-signed one is refused as a server's, as Twilio would.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=Prueba -keyout "$state/ca-key.pem" -out "$state/ca.pem" 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$state/key.pem" -out "$state/request.pem" 2>/dev/null
openssl x509 -req -in "$state/request.pem" -CA "$state/ca.pem" -CAkey "$state/ca-key.pem" -CAcreateserial -days 2 \
    -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n') -out "$state/cert.pem" 2>/dev/null
export SSL_CERT_FILE=$state/ca.pem # the simulator and the servers trust it

site_of=${OKLA_SITE:-$site}
for version in old new; do
    mkdir -p "$state/releases/$version/site/pkg"
    if [ -d "$site_of/pkg" ]; then cp -r "$site_of/." "$state/releases/$version/site"; fi
    cp -r public/. "$state/releases/$version/site"
    printf '%s' "$version" >"$state/releases/$version/site/pkg/VERSION"
    printf '/* %s */' "$version" >"$state/releases/$version/site/pkg/okla.css"
done
ln -s "$old" "$state/releases/old/okla"
ln -s "$new" "$state/releases/new/okla"
release() { ln -sfn "$state/releases/$1" "$state/current"; }

set_up() { sed -i -E "s|^#? ?($1)=.*|\1='$2'|" "$state/okla.env"; }
(umask 077 && grep -v '^# DATABASE_URL' "$guide/okla.env.ejemplo" >"$state/okla.env")
set_up DATABASE_URL "$database"
set_up PUBLIC_URL "https://localhost:$front"
set_up OKLA_SECRET_KEY "$(secret)$(secret)"
set_up TWILIO_ACCOUNT_SID "AC$(secret)"
set_up TWILIO_AUTH_TOKEN "$(secret)"
set_up TWILIO_WHATSAPP_NUMBER +18095550100
set_up OKLA_METRICS_TOKEN prueba
# What only a simulator allows: to be the Twilio, and to be looked at again soon.
printf "%s='%s'\n" TWILIO_API_BASE_URL "http://127.0.0.1:$twilio" OKLA_VERIFY_INTERVAL_SECONDS 2 >>"$state/okla.env"

# okla …: the current release as the guide's oklactl runs it.
okla() {
    (
        set -a
        # shellcheck disable=SC1091
        . "$state/okla.env"
        exec "$state/current/okla" "$@"
    )
}
# start PORT: what systemd does with okla@PORT; `exec`, so that the pid is the server's.
start() {
    (
        set -a
        # shellcheck disable=SC1091
        . "$state/okla.env"
        cd -P "$state/current"
        export LEPTOS_SITE_ADDR=127.0.0.1:$1 LEPTOS_SITE_ROOT=site
        exec setsid ./okla serve "${@:2}" >>"$state/log/okla-$1.log" 2>&1 </dev/null
    ) &
    printf '%d' $! >"$state/run/okla-$1.pid"
}
# stop PORT: as systemd does.
stop() {
    local pid
    pid=$(cat "$state/run/okla-$1.pid")
    kill -TERM "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
}
wait_ready() { answers "http://127.0.0.1:$1/readyz" 60 || fail "El servidor de $1 no está listo." "lea $state/log/okla-$1.log"; }

start_proxy() {
    if [ "$proxy" = caddy ]; then
        {
            printf '{\n\tadmin off\n\tauto_https disable_redirects\n}\n'
            sed -E "s|:3001|:$first|; s|:3002|:$second|; s|^contacto.ejemplo.do|https://localhost:$front|" "$guide/Caddyfile" \
                | sed -E "/^https:/a tls $state/cert.pem $state/key.pem"
        } >"$state/Caddyfile"
        XDG_DATA_HOME=$state/run XDG_CONFIG_HOME=$state/run setsid caddy run --config "$state/Caddyfile" --adapter caddyfile \
            >"$state/log/caddy.log" 2>&1 </dev/null &
        printf '%d' $! >"$state/run/proxy.pid"
    else
        sed -E "s|:3001|:$first|; s|:3002|:$second|" "$guide/okla-servidores.conf" >"$state/servers.conf"
        {
            if [ "$(id -u)" = 0 ]; then printf 'user root;\n'; fi
            printf 'worker_processes 2;\npid %s;\nerror_log %s;\nevents {}\nhttp {\naccess_log %s;\n' \
                "$state/run/proxy.pid" "$state/log/nginx-error.log" "$state/log/nginx-access.log"
            for kind in client_body proxy fastcgi uwsgi scgi; do printf '%s_temp_path %s/run/%s;\n' "$kind" "$state" "$kind"; done
            sed -E "/\[::\]/d; s|listen 80;|listen 127.0.0.1:$plain;|; s|listen 443|listen $front|; s|contacto.ejemplo.do;|localhost;|
                s|/etc/nginx/okla-servidores.conf|$state/servers.conf|; s|(ssl_certificate) .*|\1 $state/cert.pem;|; s|(ssl_certificate_key) .*|\1 $state/key.pem;|" "$guide/nginx.conf"
            printf '}\n'
        } >"$state/nginx.conf"
        nginx -q -t -c "$state/nginx.conf" 2>"$state/log/nginx-test.log" || fail "nginx no acepta su archivo." "lea $state/log/nginx-test.log"
        nginx -c "$state/nginx.conf"
    fi
    answers "http://127.0.0.1:$first/healthz" 60 || fail "El servidor no responde." "lea $state/log"
    curl --silent --retry 20 --retry-delay 1 --retry-all-errors --cacert "$state/ca.pem" --fail --output /dev/null "https://localhost:$front/healthz" \
        || fail "El proxy no responde." "lea $state/log"
}

# relieve: both servers, one after the other, as the guide says.
relieve() {
    local port
    if [ "$proxy" = nginx ]; then
        OKLA_SERVIDORES=$state/servers.conf OKLA_RECARGA="nginx -c $state/nginx.conf -s reload" OKLA_REINICIO=$state/restart \
            "$guide/okla-relevo" "$first" "$second"
    else
        for port in "$first" "$second"; do
            "$state/restart" "okla@$port"
            wait_ready "$port"
            sleep 5
        done
    fi
}
# The restart runs in okla-relevo's process: it asks this script for it and waits.
mkfifo "$state/run/wanted" "$state/run/done"
cat >"$state/restart" <<RESTART
#!/bin/sh
printf '%s\n' "\$1" >"$state/run/wanted"
read -r answer <"$state/run/done"
RESTART
chmod +x "$state/restart"
# relieving: relieves in the background and restarts whatever it asks for.
relieving() {
    relieve >"$state/log/relevo.log" 2>&1 &
    local pid=$! name port began
    for _ in 1 2; do
        read -r name <"$state/run/wanted"
        port=${name#okla@}
        began=$(date +%s%N)
        stop "$port"
        printf '  el servidor de %s se detuvo en %d ms\n' "$port" $((($(date +%s%N) - began) / 1000000))
        start "$port"
        printf 'ok\n' >"$state/run/done"
    done
    wait "$pid" || fail "El relevo no terminó." "lea $state/log/relevo.log"
}

client() {
    python3 scripts/try-deploy.py "$state" "https://localhost:$front" "http://127.0.0.1:$twilio" "$database" "$@"
}

# --- the first day ---
release old
if okla serve >"$state/log/unmigrated.log" 2>&1; then fail "Sirvió una base de datos sin migrar."; fi
grep -q 'La base de datos no está al día' "$state/log/unmigrated.log" || fail "No dijo por qué." "lea $state/log/unmigrated.log"
held "sin migrar no arranca: $(sed -E 's/.*okla: //; s/\(falta .*\)/(falta …)/' "$state/log/unmigrated.log" | tail -1)"
okla migrate >"$state/log/migrate.log"
held "un dueño sin privilegios aplica $(grep -c ^aplicada "$state/log/migrate.log") migraciones"

(
    set -a
    # shellcheck disable=SC1091
    . "$state/okla.env"
    exec "$state/current/okla" twilio-sim --listen "127.0.0.1:$twilio" --state "$state/sim.jsonl" >"$state/log/simulator.log" 2>&1 </dev/null
) &
printf '%d' $! >"$state/run/simulator.pid"
answers "http://127.0.0.1:$twilio/sim/messages" 30 || fail "El simulador no arranca." "lea $state/log/simulator.log"
curl --silent --fail --output /dev/null --request PUT --data '{"enforceWindow":true}' "http://127.0.0.1:$twilio/sim/settings"

okla dealer add --slug auto-feria --name 'Auto Feria' --phone +18095550101 >/dev/null
printf 'una clave larga de prueba' | okla user add --email jefa@auto-feria.do --role dealer --dealer auto-feria >/dev/null
printf 'otra clave larga de prueba' | okla user add --email admin@ejemplo.do --role admin >/dev/null
okla vehicles import docs/ejemplo-inventario.csv --dealer auto-feria >/dev/null
okla token create --email jefa@auto-feria.do | awk 'END { print $NF }' >"$state/token"
for limit in platform_day dealer_hour user_hour pair_day dealer_day; do okla limits set "$limit" none >/dev/null; done
okla templates submit >"$state/log/templates.log" 2>&1 || true
sleep 2
okla templates sync >>"$state/log/templates.log" 2>&1
start "$first"
wait_ready "$first"
start "$second"
wait_ready "$second"
start_proxy
# A server says only after some seconds that it delivers.
for attempt in {1..20}; do
    if okla check >"$state/log/check.log" 2>"$state/log/check-noise.log"; then break; fi
    if [ "$attempt" = 20 ]; then cat "$state/log/check.log" >&2 && fail "okla check no pasa."; fi
    sleep 1
done
held "okla check: $(grep -c ✔ "$state/log/check.log") comprobaciones pasan, con el aviso firmado por $proxy"

# --- what a proxy must leave alone ---
client proxy

# --- an upgrade under load ---
before=$(okla audit verify 2>&1 | tail -1)
client load "$seconds" >"$state/log/load.json" &
load=$!
sleep 5
release new
okla migrate >"$state/log/migrate-new.log"
held "migrado con los servidores de antes en marcha: $(tr '\n' ' ' <"$state/log/migrate-new.log")"
for port in "$first" "$second"; do
    curl --silent --fail --output /dev/null "http://127.0.0.1:$port/readyz" || fail "Tras migrar, el servidor de $port no está listo."
done
relieving
if wait "$load"; then
    held "$(cat "$state/log/load.json")"
elif [ "$proxy" = caddy ]; then # it cannot let a server finish first; the guide says so
    printf '– %s\n' "$(head -1 "$state/log/load.json")"
else
    cat "$state/log/load.json" >&2
    fail "Algo falló durante el relevo."
fi
client connections

# --- a copy, a disaster, and the copy again ---
client sign-in
client queue 12 # accepted, with Twilio out of reach: they wait
PGOPTIONS='' pg_dump --format=custom --file="$state/okla.dump" "$database"
client release 12 # Twilio takes them after the copy was made
stop "$first"
stop "$second"
scripts/postgres.sh psql "$data/pg-deploy" postgres -c 'drop database okla with (force)' -c 'create database okla owner okla_owner'
pg_restore --exit-on-error --no-owner --jobs=2 --dbname="$database" "$state/okla.dump"
okla migrate >/dev/null
# The copy is younger than a silent server: it says so, and waits.
for attempt in {1..60}; do
    if okla restored >"$state/log/restored.log" 2>&1; then break; fi
    if [ "$attempt" = 60 ]; then fail "okla restored no pasa." "lea $state/log/restored.log"; fi
    sleep 1
done
grep -q 'buscarán en Twilio: 12$' "$state/log/restored.log" || fail "No dudó de las 12." "lea $state/log/restored.log"
okla audit verify >"$state/log/audit.log" || fail "La auditoría no resistió." "lea $state/log/audit.log"
okla figures check >"$state/log/figures.log" || fail "Las cifras no resistieron." "lea $state/log/figures.log"
held "restaurada: $(tail -1 "$state/log/audit.log") $(cat "$state/log/figures.log")"
start "$first" --no-workers
wait_ready "$first"
client restored
stop "$first"
start "$first"
start "$second"
wait_ready "$first"
wait_ready "$second"
client exactly-once 12
client reread 12
printf '\nTodo resistió con %s, en %s (antes: %s).\n' "$proxy" "$(elapsed)" "$before"
