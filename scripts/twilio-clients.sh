#!/usr/bin/env bash
# The official Twilio clients, pinned, under .data/tools: the tests drive the simulator with them.
# Does nothing when both are already there at these versions.
set -euo pipefail
cd "$(dirname "$0")/.."

python_version=9.13.0
node_version=6.2.0
venv=.data/tools/twilio-python
node_dir=.data/tools/twilio-node
mkdir -p .data/tools

if [[ "$("$venv/bin/python" -c 'import twilio; print(twilio.__version__)' 2>/dev/null || true)" != "$python_version" ]]; then
    echo "twilio-python $python_version → $venv"
    rm -rf "$venv"
    if ! python3 -m venv "$venv"; then
        echo "python3 cannot make a virtual environment; install it with: apt-get install -y python3-venv" >&2
        exit 1
    fi
    "$venv/bin/pip" install --quiet --disable-pip-version-check "twilio==$python_version"
fi

installed=$(sed -n 's/^ *"version": "\(.*\)",$/\1/p' "$node_dir/node_modules/twilio/package.json" 2>/dev/null || true)
if [[ "$installed" != "$node_version" ]]; then
    echo "twilio-node $node_version → $node_dir"
    mkdir -p "$node_dir"
    npm install --prefix "$node_dir" --silent --no-audit --no-fund --save-exact "twilio@$node_version"
fi
