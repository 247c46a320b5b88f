#!/usr/bin/env bash
# make deny: what deny.toml says of every crate: its licence, where it comes from, and which we want not to have.
# Known vulnerabilities come from GitHub, which not every network reaches: make deny ADVISORIES=1
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
version=0.20.2
checks=(bans licenses sources)
if [ -n "${ADVISORIES:-}" ]; then checks=(advisories "${checks[@]}"); fi

if [ "$(cargo deny --version 2>/dev/null)" != "cargo-deny $version" ]; then
    printf 'Se compila cargo-deny %s (unos 6 minutos, una sola vez).\n' "$version"
    cargo install cargo-deny --locked --version "$version" --force --root "$data/tools" --target-dir "$data/tools/build" \
        || fail "No se pudo compilar cargo-deny $version." "revise la conexión y repita"
    rm -rf "$data/tools/build"
    hash -r
fi
cargo deny --locked check "${checks[@]}" || fail "Una dependencia no cumple deny.toml." "lea arriba cuál y por qué"
