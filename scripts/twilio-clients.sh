#!/usr/bin/env bash
# The official Twilio clients, pinned, under .data/tools: the tests drive the simulator with them.
# Does nothing when both are already there at these versions.
set -euo pipefail
cd "$(dirname "$0")/.."

node_version=6.2.0
node_dir=.data/tools/twilio-node
mkdir -p .data/tools

scripts/venv.sh .data/tools/twilio-python twilio 9.13.0

installed=$(sed -n 's/^ *"version": "\(.*\)",$/\1/p' "$node_dir/node_modules/twilio/package.json" 2>/dev/null || true)
if [[ "$installed" != "$node_version" ]]; then
    echo "twilio-node $node_version → $node_dir"
    mkdir -p "$node_dir"
    npm install --prefix "$node_dir" --silent --no-audit --no-fund --save-exact "twilio@$node_version"
fi
