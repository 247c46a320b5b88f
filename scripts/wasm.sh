#!/usr/bin/env bash
# The browser half: src → wasm32 → wasm-bindgen → wasm-opt, with the style sheets and public/ → target/site.
# What is up to date is skipped; cargo itself knows which sources the browser half has.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
binaryen=132.0.0 # Debian's 108 writes modules that Chromium refuses

wasm_bindgen() {
    local wanted
    wanted=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
    if [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $wanted" ]; then return; fi
    printf 'Se compila wasm-bindgen %s (unos 4 minutos, una sola vez).\n' "$wanted"
    # Not --locked: a registry mirror may lag behind its lock file.
    cargo install wasm-bindgen-cli --version "$wanted" --force --root "$data/tools" --target-dir "$data/tools/build" \
        || fail "No se pudo compilar wasm-bindgen $wanted." "revise la conexión y repita"
    rm -rf "$data/tools/build"
    hash -r
}

wasm_opt=$data/tools/binaryen-$binaryen/node_modules/.bin/wasm-opt
install_wasm_opt() {
    [ -e "$wasm_opt" ] && return
    printf 'Se instala wasm-opt %s.\n' "$binaryen"
    npm install --prefix "$data/tools/binaryen-$binaryen" --no-progress "binaryen@$binaryen" >"$data/log/npm.log" 2>&1 \
        || fail "npm no pudo instalar binaryen $binaryen." "lea $data/log/npm.log"
}

compile() {
    local arguments=(build --lib --target wasm32-unknown-unknown --profile wasm-release --features hydrate)
    # Two compilers must not share a target folder.
    if has_wasm_target; then
        built=$root/target/wasm
        cargo "${arguments[@]}" --target-dir "$built"
    else
        built=$root/target/wasm-debian
        RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-19 \
            /usr/bin/cargo "${arguments[@]}" --target-dir "$built" -Zbuild-std=std,panic_abort
    fi || fail "La parte del navegador no compila." "lea el error de arriba"
    built=$built/wasm32-unknown-unknown/wasm-release/okla.wasm
}

# Everything the site is made of, by name, size and time.
inputs() { find "$built" scripts/wasm.sh scripts/site.mjs style public Cargo.lock -type f -printf '%p %s %T@\n' 2>/dev/null | sort | sha256sum; }

assemble() {
    local new=$root/target/site.new
    if [ "$(cat "$site.inputs" 2>/dev/null)" = "$(inputs)" ] && [ -d "$site" ]; then return; fi
    printf 'Se empaqueta la parte del navegador.\n'
    rm -rf "$new"
    mkdir -p "$new/pkg"
    if [ -d public ]; then cp -r public/. "$new"; fi
    wasm-bindgen "$built" --target web --no-typescript --out-dir "$new/pkg" --out-name okla || fail "wasm-bindgen no pudo con $built." "rm '$built' y repita"
    "$wasm_opt" -Oz --enable-bulk-memory --enable-mutable-globals --enable-nontrapping-float-to-int --enable-sign-ext \
        --enable-reference-types --enable-multivalue "$new/pkg/okla_bg.wasm" -o "$new/pkg/okla_bg.wasm" || fail "wasm-opt no pudo con okla_bg.wasm." "rm -r '$data/tools/binaryen-$binaryen' y repita"
    node scripts/site.mjs style/main.css "$new/pkg" || fail "No se pudieron juntar las hojas de estilo." "lea el error de arriba"
    rm -rf "$site"
    mv "$new" "$site"
    inputs >"$site.inputs"
}

wasm_bindgen
install_wasm_opt
compile
assemble
