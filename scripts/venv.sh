#!/usr/bin/env bash
# A virtual environment with one pinned package of PyPI's: scripts/venv.sh FOLDER NAME VERSION
# Does nothing when it is already there at that version.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$1 name=$2 version=$3
installed=$("$folder/bin/python" -c 'import sys, importlib.metadata as m; print(m.version(sys.argv[1]))' "$name" 2>/dev/null || true)
if [[ "$installed" == "$version" ]]; then exit 0; fi

echo "$name $version → $folder"
rm -rf "$folder"
mkdir -p "$(dirname "$folder")"
if ! python3 -m venv "$folder"; then
    echo "python3 cannot make a virtual environment; install it with: apt-get install -y python3-venv" >&2
    exit 1
fi
"$folder/bin/pip" install --quiet --disable-pip-version-check "$name==$version"
