# shellcheck shell=bash
# Shared by every script here: where things lie, and how a step, a failure and a free port are told.
# Sourced, never run: `source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"`.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
data=$root/.data
site=$root/target/site
# Another target folder or database inherited from the caller's shell would build or touch the wrong thing.
export CARGO_TARGET_DIR=$root/target
unset DATABASE_URL SQLX_OFFLINE SQLX_OFFLINE_DIR CARGO_BUILD_TARGET
PATH=$data/tools/bin:${HOME:-/root}/.cargo/bin:$PATH
# PostgreSQL's user must be able to pass through .data to its own folder; nobody but us reads what else is there.
(umask 077 && mkdir -p "$data/log" "$data/tools" && chmod 711 "$data")

# Some containers' npm has no certificate or home of its own to write to; ours stays inside .data.
export npm_config_cache=$data/tools/npm-cache npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false

# fail SENTENCE [REMEDY]: ends the script with one sentence and what to do.
fail() {
    printf '\n✗ %s\n' "$1" >&2
    if [ -n "${2:-}" ]; then printf '  Remedio: %s\n' "$2" >&2; fi
    exit 1
}

# step SENTENCE: announces a numbered step; `steps` is set by the script that counts them.
step_number=0
step() {
    step_number=$((step_number + 1))
    printf '\n[%d/%d · %s] %s\n' "$step_number" "$steps" "$(elapsed)" "$1"
}

# elapsed: how long this script has run, as 3:07.
elapsed() { printf '%d:%02d' $((SECONDS / 60)) $((SECONDS % 60)); }

# has COMMAND…: every command is on PATH.
has() {
    local name
    for name; do command -v "$name" >/dev/null 2>&1 || return 1; done
}

# as_root SHELL_LINE: runs it as root or by sudo without a password; returns 126 where neither is possible.
as_root() {
    if [ "$(id -u)" = 0 ]; then sh -c "$1"
    elif has sudo && sudo -n true 2>/dev/null; then sudo -n sh -c "$1"
    else return 126; fi
}

# listening PORT: something answers on 127.0.0.1:PORT.
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port SALT: a port nobody listens on, below the kernel's own range; the same one for the same folder while it is free.
free_port() {
    local port
    port=$((20000 + $(printf '%s' "$root$1" | cksum | cut -d' ' -f1) % 11000))
    while listening "$port"; do port=$((port + 1)); done
    printf '%d' "$port"
}

# secret: 32 random hexadecimal digits.
secret() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

# is_ours PIDFILE: the process it names lives and is the program we started there, not a stranger with its number.
is_ours() {
    local pid exe
    pid=$(cat "$1" 2>/dev/null) && [ -n "$pid" ] && exe=$(readlink "/proc/$pid/exe" 2>/dev/null) || return 1
    [[ $exe == "$CARGO_TARGET_DIR"/* ]]
}

# end PIDFILE SECONDS: asks the process to end, waits, and only then insists.
end() {
    local pid tenths=$(($2 * 10))
    if is_ours "$1"; then
        pid=$(cat "$1")
        kill -TERM "$pid" 2>/dev/null || true
        while is_ours "$1" && [ "$tenths" -gt 0 ]; do sleep 0.1; tenths=$((tenths - 1)); done
        if is_ours "$1"; then kill -KILL "$pid" 2>/dev/null || true; fi
    fi
    rm -f "$1"
}

# answers URL SECONDS [PIDFILE]: waits until the URL answers 2xx; gives up early when the process has ended.
answers() {
    local tenths=$(($2 * 10))
    until curl --silent --fail --output /dev/null --max-time 2 "$1"; do
        [ "$tenths" -gt 0 ] || return 1
        if [ -n "${3:-}" ]; then is_ours "$3" || return 1; fi
        sleep 0.1
        tenths=$((tenths - 1))
    done
}

# has_wasm_target: the Rust on PATH can build for the browser by itself.
has_wasm_target() { [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ]; }

# has_debian_wasm: Debian's Rust is there with the source of its standard library, from which wasm32 can be built.
has_debian_wasm() { [ -x /usr/bin/cargo ] && [ -d /usr/lib/rustlib/src/rust/library/std ] && has wasm-ld-19; }
