# shellcheck shell=bash
# One running site: its environment, simulator and server. Sourced by scripts/run.sh and end2end/run, which set
# $state: the folder with its env, pids, logs and simulated truth.

# kept NAME: the value the env file holds from an earlier start, or nothing.
kept() {
    if [ -f "$state/env" ]; then (set +eu; . "$state/env"; printf '%s' "${!1-}"); fi
}

# simulator_port: the same at every start while it is free.
simulator_port() {
    local url
    url=$(kept OKLA_SIM_URL)
    if [ -n "$url" ] && ! listening "${url##*:}"; then printf '%s' "${url##*:}"; else free_port "$state simulator"; fi
}

# quoted NAME VALUE …: lines NAME='VALUE' that any shell reads back, whatever the folder is called.
quoted() {
    while [ $# -gt 0 ]; do
        printf "%s='%s'\n" "$1" "${2//\'/\'\\\'\'}"
        shift 2
    done
}

# write_env BINARY ADDRESS DATABASE_URL: $state/env, shell-quoted lines KEY=value; secrets made once are kept.
write_env() {
    local simulator sid token key new=$state/env.new
    simulator=http://127.0.0.1:$(simulator_port)
    sid=$(kept TWILIO_ACCOUNT_SID)
    token=$(kept TWILIO_AUTH_TOKEN)
    key=$(kept OKLA_SECRET_KEY)
    umask 077 # secrets here, phone numbers in the logs and in the simulated truth
    quoted \
        OKLA_BIN "$1" LEPTOS_SITE_ADDR "$2" PUBLIC_URL "http://$2" LEPTOS_SITE_ROOT "$site" DATABASE_URL "$3" \
        OKLA_SECRET_KEY "${key:-$(secret)$(secret)}" OKLA_DEMO 1 OKLA_SIM_URL "$simulator" \
        TWILIO_ACCOUNT_SID "${sid:-AC$(secret)}" TWILIO_AUTH_TOKEN "${token:-$(secret)}" TWILIO_WHATSAPP_NUMBER +18095550100 \
        TWILIO_API_BASE_URL "$simulator" TWILIO_CONTENT_BASE_URL "$simulator" TWILIO_MESSAGING_BASE_URL "$simulator" \
        >"$new"
    mv "$new" "$state/env"
    set -a
    . "$state/env"
    set +a
    # Half of a real account in the caller's shell must not mix with the demo's.
    unset TWILIO_API_KEY_SID TWILIO_API_KEY_SECRET
}

# launch NAME URL ARGUMENT…: the subcommand as a process of its own session (Ctrl-C reaches only the script), and waits
# until the URL answers. Descriptor 9 is the script's lock and not for it.
launch() {
    local name=$1 url=$2
    shift 2
    mkdir -p "$state/log"
    if [ -f "$state/log/$name.log" ]; then mv "$state/log/$name.log" "$state/log/$name.log.1"; fi
    setsid "$OKLA_BIN" "$@" >"$state/log/$name.log" 2>&1 </dev/null 9>&- &
    printf '%d' $! >"$state/$name.pid"
    answers "$url" 60 "$state/$name.pid" && return
    tail -n 5 "$state/log/$name.log" >&2
    fail "No arranca: okla $1." "lea $state/log/$name.log"
}

launch_simulator() { launch simulator "$OKLA_SIM_URL/sim/messages" twilio-sim --listen "${OKLA_SIM_URL#http://}" --state "$state/sim.jsonl"; }
launch_server() {
    launch server "$PUBLIC_URL/readyz" serve
    # Now that the application has its templates, free text 24 hours after a person's last message ends as at WhatsApp.
    curl --silent --fail --output /dev/null --request PUT --header 'Content-Type: application/json' \
        --data '{"enforceWindow":true}' "$OKLA_SIM_URL/sim/settings" \
        || fail "El simulador no aceptó sus ajustes." "lea $state/log/simulator.log"
}

# end_site: the server first, so that what is in flight still finds its simulator.
end_site() {
    end "$state/server.pid" 30
    end "$state/simulator.pid" 5
}
