#!/usr/bin/env bash
# A PostgreSQL of this folder's own:
#   scripts/postgres.sh start FOLDER [fast|bench] · stop FOLDER · status FOLDER · url FOLDER (ends before /database) · psql FOLDER DATABASE …
# It listens on 127.0.0.1 only, asks for a password, has no socket, and knows no other cluster.
# `fast` is for tests: what a power cut would do to it does not matter, how quick it is does. `bench` is as safe as any
# other, with the memory and the connections that a server of its own would be given.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# -ge 2 ] || fail "Uso: scripts/postgres.sh start|stop|status|url|psql CARPETA …"
mkdir -p "$2"
home=$(cd "$2" && pwd -P)
bin=

# PostgreSQL refuses root: then it runs as the owner of its folder, else as «postgres» or «nobody».
if [ "$(id -u)" != 0 ]; then
    as_owner() { "$@"; }
    [ -O "$home" ] || fail "La base de datos de $home es de otro usuario." "ejecute como ese usuario, o borre la carpeta: sudo rm -rf '$home'"
else
    owner=$(stat -c %U "$home")
    if [ "$owner" = root ] || [ "$owner" = UNKNOWN ]; then
        owner=nobody
        if id postgres >/dev/null 2>&1; then owner=postgres; fi
        chown "$owner" "$home"
    fi
    chmod 700 "$home"
    drop=(setpriv "--reuid=$owner" "--regid=$(id -g "$owner")" --clear-groups)
    # Below a closed folder (/root) that user needs one right more to reach its own files.
    "${drop[@]}" test -x "$home/." || drop+=(--inh-caps=+dac_override --ambient-caps=+dac_override)
    as_owner() { (cd / && HOME=/ exec "${drop[@]}" -- "$@"); }
fi

# The programs of the data's own version; for new data the newest from 15 on.
find_programs() {
    local version
    if [ -f "$home/data/PG_VERSION" ]; then
        version=$(cat "$home/data/PG_VERSION")
    else
        version=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort -rn | head -1)
    fi
    bin=/usr/lib/postgresql/${version:-ninguna}/bin
    [ -x "$bin/postgres" ] || fail "No se encuentra PostgreSQL (se buscó en $bin)." "scripts/install.sh run"
    [ "$version" -ge 15 ] || fail "PostgreSQL $version es demasiado viejo; hace falta el 15 o uno más nuevo."
}

# create_cluster [fast|bench]
create_cluster() {
    as_owner rm -rf "$home/data" "$home/new"
    (umask 077 && secret >"$home/password")
    if [ "$(id -u)" = 0 ]; then chown "$owner" "$home/password"; fi
    local auth=scram-sha-256
    # A debug build takes tens of milliseconds for each scram handshake; on loopback the plain password is as safe.
    if [ "${1:-}" = fast ]; then auth=password; fi
    as_owner "$bin/initdb" -D "$home/new" -U okla -E UTF8 --locale=C.UTF-8 --auth="$auth" --pwfile="$home/password" \
        >"$data/log/initdb.log" 2>&1 || fail "No se pudo crear la base de datos." "lea $data/log/initdb.log"
    local settings=("listen_addresses = '127.0.0.1'" "unix_socket_directories = ''" "timezone = 'UTC'" "log_timezone = 'UTC'")
    if [ "${1:-}" = fast ]; then
        settings+=("fsync = off" "synchronous_commit = off" "full_page_writes = off" "max_connections = 300")
    fi
    if [ "${1:-}" = bench ]; then
        settings+=("shared_buffers = 1GB" "max_wal_size = 8GB" "max_connections = 200")
    fi
    printf '%s\n' "${settings[@]}" | as_owner tee -a "$home/new/postgresql.conf" >/dev/null
    # Only a finished cluster bears the final name: an interrupted creation starts over.
    as_owner mv "$home/new" "$home/data"
}

# tenants: the processes that work in this cluster's folder; each PostgreSQL process has it as its working folder.
tenants() { find /proc/[0-9]*/cwd -maxdepth 0 -lname "$home/data" 2>/dev/null; }

running() {
    local pid
    pid=$(as_owner head -1 "$home/data/postmaster.pid" 2>/dev/null) && [ "$(readlink "/proc/$pid/cwd")" = "$home/data" ]
}

# What a killed server leaves: children that need a moment to notice, and a pid file whose number may by now be
# anyone's, with which PostgreSQL would refuse to start. The file goes only when nobody works in the folder any more.
clear_remains() {
    local tenths=100
    while [ -n "$(tenants)" ]; do
        [ "$tenths" -gt 0 ] || fail "Quedan procesos de una base de datos que se cortó: $(tenants | tr '\n' ' ')" "espere un momento y repita"
        sleep 0.1
        tenths=$((tenths - 1))
    done
    as_owner rm -f "$home/data/postmaster.pid"
}

start() {
    local attempt
    [ -f "$home/data/PG_VERSION" ] || create_cluster "${1:-}"
    running && return
    clear_remains
    # A port may be taken between the look and the start.
    for attempt in 1 2 3 4 5; do
        free_port "$home-$attempt" | as_owner tee "$home/port" >/dev/null
        if as_owner "$bin/pg_ctl" -D "$home/data" -l "$home/log" -w -t 120 -s -o "-p $(cat "$home/port")" start >/dev/null 2>&1; then
            return
        fi
    done
    tail -n 5 "$home/log" >&2
    fail "PostgreSQL no arranca." "lea $home/log"
}

find_programs
case $1 in
    start) start "${3:-}" ;;
    stop) if running; then as_owner "$bin/pg_ctl" -D "$home/data" -m fast -w -t 60 -s stop; fi ;;
    status) running ;;
    url) printf 'postgres://okla:%s@127.0.0.1:%s' "$(cat "$home/password")" "$(cat "$home/port")" ;;
    psql)
        PGOPTIONS='-c client_min_messages=warning' PGPASSWORD=$(cat "$home/password") exec "$bin/psql" -h 127.0.0.1 -p "$(cat "$home/port")" -U okla -d "$3" \
            -XqAt -v ON_ERROR_STOP=1 "${@:4}"
        ;;
    *) fail "No se conoce la orden «$1»." "start, stop, status, url o psql" ;;
esac
