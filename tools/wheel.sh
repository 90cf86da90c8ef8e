#!/usr/bin/env bash
# wheel.sh PYTHON FOLDER: build the wheel, check its contents, install it into an empty environment and run it there.
set -euo pipefail
python=$(realpath -s "$1")
mkdir -p "$2"
folder=$(realpath "$2")
repository=$(cd "$(dirname "$0")/.." && pwd)

rm -f "$folder"/*.whl
"$python" -m build --wheel --outdir "$folder" "$repository" >"$folder/build.log" 2>&1 || { cat "$folder/build.log"; exit 1; }
wheel=$(echo "$folder"/*.whl)
"$(dirname "$python")/check-wheel-contents" --ignore W009 --toplevel fourlayer,fourlayer_rules "$wheel" >"$folder/contents.log" 2>&1 || { cat "$folder/contents.log"; exit 1; }

[ -x "$folder/venv/bin/python" ] || "$python" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check --root-user-action=ignore --force-reinstall --no-deps "$wheel"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check --root-user-action=ignore "$wheel"

# from a folder where the sources are not importable
cd "$folder"
"$folder/venv/bin/fourlayer" --version
status=0
"$folder/venv/bin/fourlayer" check --root "$repository/examples/monorepo" --no-cache --output-format json >check.json || status=$?
"$folder/venv/bin/python" - "$status" <<'PY'
import json
import sys

status, report = int(sys.argv[1]), json.load(open("check.json"))
trouble = [problem for problem in report["problems"] if problem["kind"] != "inert-rule"]
assert status == 1, f"exit code {status} where findings exist"
assert report["findings"], "the installed wheel finds nothing in the sample monorepo"
assert not trouble, trouble
print(f"wheel: {len(report['findings'])} findings in the sample monorepo")
PY
