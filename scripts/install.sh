#!/usr/bin/env bash
# Brings what is missing, and only that: scripts/install.sh run|test
# System packages by apt (as root, by sudo without a password, or it prints the line to run), Rust by rustup where its
# downloads work and by Debian's own packages where they do not.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
purpose=${1:-run}

# apt_install PACKAGE…
apt_install() {
    local line="apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $*" status=0
    case " $* " in
        *" postgresql "*)
            # Debian's package would create and start a cluster of its own on 5432: nobody asked for that one.
            local quiet=/etc/postgresql-common/createcluster.d
            line="mkdir -p $quiet && echo create_main_cluster=false >$quiet/okla.conf && $line && rm $quiet/okla.conf"
            ;;
    esac
    has apt-get || fail "Faltan programas ($*) y este sistema no tiene apt." "instálelos con el gestor de su sistema y repita"
    as_root "$line" || status=$?
    if [ "$status" = 126 ]; then fail "Hace falta instalar: $*" "ejecute esta línea y repita:

  sudo sh -c '$line'
"; fi
    [ "$status" = 0 ] || fail "apt no pudo instalar: $*" "lea lo que apt dijo arriba"
}

# version_at_least HAVE WANT
version_at_least() { printf '%s\n%s\n' "$2" "$1" | sort -V -C; }

system_packages() {
    local missing=()
    has cc || missing+=(gcc libc6-dev)
    has curl || missing+=(curl)
    [ -s /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
    has node npm || missing+=(nodejs npm)
    compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
    if [ "$purpose" = test ]; then
        has "${OKLA_CHROMIUM:-chromium}" || missing+=(chromium fonts-dejavu-core)
        /usr/bin/python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
    fi
    if [ ${#missing[@]} -gt 0 ]; then apt_install "${missing[@]}"; fi
    version_at_least "$(node --version)" v18 || fail "Node $(node --version) es demasiado viejo." "instale Node 18 o uno más nuevo"
}

rust() {
    local wanted debian=(rustc-web cargo-web)
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    if ! has cargo rustc; then
        printf 'Se instala Rust.\n'
        if ! curl -fsS --connect-timeout 15 --max-time 120 https://sh.rustup.rs -o "$data/tools/rustup.sh" \
            || ! timeout 900 sh "$data/tools/rustup.sh" -y --no-modify-path --profile minimal --component clippy,rustfmt; then
            printf 'Las descargas de rustup no funcionan aquí: se usan los paquetes de Debian.\n'
            apt_install "${debian[@]}"
        fi
        hash -r
    fi
    version_at_least "$(rustc --version | cut -d' ' -f2)" "$wanted" \
        || fail "Rust $(rustc --version | cut -d' ' -f2) es demasiado viejo; hace falta $wanted." "rustup update stable"
    if [ "$purpose" = test ] && ! cargo clippy --version >/dev/null 2>&1; then
        rustup component add clippy rustfmt 2>/dev/null || apt_install rust-web-clippy rustfmt-web
    fi
}

browser_half() {
    if has_wasm_target || has_debian_wasm; then return; fi
    printf 'Se instala wasm32 para la parte del navegador.\n'
    if has rustup && timeout 300 rustup target add wasm32-unknown-unknown; then return; fi
    printf 'Las descargas de rustup no funcionan aquí: se usan los paquetes de Debian.\n'
    apt_install rustc-web cargo-web rust-web-src lld-19
}

end_to_end() {
    if [ end2end/node_modules/.package-lock.json -nt end2end/package-lock.json ]; then return; fi
    printf 'Se instala Playwright.\n'
    npm ci --prefix end2end --no-progress >"$data/log/npm.log" 2>&1 || fail "npm no pudo instalar Playwright." "lea $data/log/npm.log"
    touch end2end/node_modules/.package-lock.json
}

system_packages
rust
browser_half
if [ "$purpose" = test ]; then
    end_to_end
    scripts/twilio-clients.sh
fi
