#!/usr/bin/env bash
# make sizes: what a first visit downloads and what the idle server holds, against their limits. Wants a running site.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
state=$data
source scripts/site.sh

is_ours "$data/server.pid" || fail "La página no corre." "make run"
url=$(kept PUBLIC_URL)
over=0

# weight PATH: its bytes on the wire, as a browser asks for it.
weight() {
    curl -fsS -H 'Accept-Encoding: br, gzip' -o /dev/null -w '%{size_download}' "$url$1" || fail "No responde: $1"
}

# show NAME VALUE UNIT LIMIT
show() {
    local mark=✓
    if [ "$2" -gt "$4" ]; then mark=✗; over=1; fi
    printf '%s %-44s %4d %s   (límite %d)\n' "$mark" "$1" "$2" "$3" "$4"
}

# kilobytes BYTES: rounded up, 1 kB = 1,000 bytes.
kilobytes() { printf '%d' $((($1 + 999) / 1000)); }

html=$(curl -fsS "$url/")
page=$(weight /)
browser=0
# Style sheets and scripts count for the page; what the islands bring (modulepreload, the module itself) for WASM.
while read -r link; do
    case $link in
        *.css\"* | *src=*) page=$((page + $(weight "$(sed -E 's/.*(href|src)="([^"]+)".*/\2/' <<<"$link")"))) ;;
        *) browser=$((browser + $(weight "$(sed -E 's/.*href="([^"]+)".*/\1/' <<<"$link")"))) ;;
    esac
done < <(grep -oE '<(link|script)[^>]*(href|src)="[^"]+\.(css|js|wasm)[^"]*"' <<<"$html")
memory=$(awk '/^VmRSS/ { print int(($2 * 1024 + 999999) / 1000000) }' "/proc/$(cat "$data/server.pid")/status")

show "Primera página: HTML, estilos y scripts" "$(kilobytes "$page")" kB 60
show "Parte del navegador: WASM y su script" "$(kilobytes "$browser")" kB 150
show "Memoria del servidor" "$memory" MB 60
exit $over
