// Runs inside VS Code's extension host, on a copy of the sample monorepo. Exports run(); a rejection is a failure.
const assert = require("node:assert/strict");
const fs = require("node:fs");
const vscode = require("vscode");

const ROOT = vscode.workspace.workspaceFolders[0].uri;
const INTEGRATIONS = "packages/integrations";

async function until(what, condition, detail = () => "") {
  const end = Date.now() + 20_000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what}: it never came to be ${JSON.stringify(detail())}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

function at(path) {
  return vscode.Uri.joinPath(ROOT, path);
}

async function open(path) {
  const document = await vscode.workspace.openTextDocument(at(path));
  await vscode.window.showTextDocument(document, { preview: false });
  return document;
}

function findings(uri, rule) {
  return vscode.languages.getDiagnostics(uri).filter((one) => one.source === "fourlayer" && (one.code?.value ?? one.code) === rule);
}

function expect(uri, rule, count) {
  return until(
    `${count} findings of ${rule}`,
    () => findings(uri, rule).length === count && (count ? findings(uri, rule) : true),
    () => vscode.languages.getDiagnostics(uri).map((one) => one.message),
  );
}

async function replaceAll(document, text) {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

async function fix(document, finding, title) {
  const actions = await vscode.commands.executeCommand(
    "vscode.executeCodeActionProvider", document.uri, finding.range, vscode.CodeActionKind.QuickFix.value, 50);
  const action = actions.find((one) => title.test(one.title));
  assert.ok(action, actions.map((one) => one.title).join("; "));
  if (action.edit) assert.ok(await vscode.workspace.applyEdit(action.edit));
  if (action.command) await vscode.commands.executeCommand(action.command.command, ...(action.command.arguments ?? []));
}

const tests = {
  async "findings appear, with their place and page"() {
    const document = await open(`${INTEGRATIONS}/google-calendar/index.ts`);
    const [found] = await expect(document.uri, "default-export", 1);
    assert.ok(vscode.extensions.getExtension("fourlayer.fourlayer").isActive);
    assert.equal(document.getText(found.range), "default");
    assert.equal(found.severity, vscode.DiagnosticSeverity.Error);
  },

  async "a quick fix changes the document"() {
    const document = await open(`${INTEGRATIONS}/jira/JiraAdapter.ts`);
    const [found] = await expect(document.uri, "default-export", 1);
    await fix(document, found, /export/i);
    await until("a named export", () => document.getText().includes("export class JiraAdapter"));
    await expect(document.uri, "default-export", 0);
  },

  async "health.ts is created, and counts before it is saved"() {
    const document = await open(`${INTEGRATIONS}/zendesk/index.ts`);
    const missing = await expect(document.uri, "missing-file", 4);
    await fix(document, missing.find((one) => one.message.includes("health.ts")), /^Create health\.ts$/);
    await expect(document.uri, "missing-file", 3);
    const health = await open(`${INTEGRATIONS}/zendesk/health.ts`);
    assert.match(health.getText(), /export async function check\w*Health/);
    await health.save();
    assert.match(fs.readFileSync(health.fileName, "utf8"), /export async function check\w*Health/);
    await expect(document.uri, "missing-file", 3);
  },

  async "a finding goes and comes with another, unsaved file"() {
    const adapter = await open(`${INTEGRATIONS}/intercom/IntercomAdapter.ts`);
    await expect(adapter.uri, "adapter-contract", 1);
    const base = await open(`${INTEGRATIONS}/base/EnterpriseAdapter.ts`);
    const broken = base.getText();
    const mended = broken
      .replace(/abstract (fetchEntity\(.*): Promise<NormalizedEntity \| null>;/, "async $1: Promise<null> { return null; }")
      .replace(/abstract (pushUpdate\(.*): Promise<void>;/, "async $1: Promise<void> {}")
      .replace(/protected abstract (doDisconnect\(\)): Promise<void>;/, "protected async $1: Promise<void> {}");
    for (let round = 0; round < 2; round += 1) {
      await replaceAll(base, mended);
      await expect(adapter.uri, "adapter-contract", 0);
      await replaceAll(base, broken);
      await expect(adapter.uri, "adapter-contract", 1);
    }
  },

  async "the rules setting counts while the server runs"() {
    const { uri } = await open(`${INTEGRATIONS}/google-calendar/index.ts`);
    const settings = vscode.workspace.getConfiguration("fourlayer");
    await settings.update("rules", { "default-export": "warning" }, vscode.ConfigurationTarget.Workspace);
    await until("a warning", () => findings(uri, "default-export")[0]?.severity === vscode.DiagnosticSeverity.Warning);
    await settings.update("rules", undefined, vscode.ConfigurationTarget.Workspace);
    await until("an error", () => findings(uri, "default-export")[0]?.severity === vscode.DiagnosticSeverity.Error);
  },

  async "the server stops and starts with its settings, and on command"() {
    const { uri } = await open(`${INTEGRATIONS}/google-calendar/index.ts`);
    const settings = vscode.workspace.getConfiguration("fourlayer");
    await settings.update("enable", false, vscode.ConfigurationTarget.Workspace);
    await expect(uri, "default-export", 0);
    await settings.update("enable", undefined, vscode.ConfigurationTarget.Workspace);
    await expect(uri, "default-export", 1);
    await settings.update("server.command", ["no-such-program"], vscode.ConfigurationTarget.Workspace);
    await expect(uri, "default-export", 0);
    await settings.update("server.command", undefined, vscode.ConfigurationTarget.Workspace);
    await expect(uri, "default-export", 1);
    await vscode.commands.executeCommand("fourlayer.restartServer");
    await expect(uri, "default-export", 1);
  },
};

exports.run = async () => {
  const failed = [];
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      console.log(`passed: ${name}`);
    } catch (error) {
      failed.push(name);
      console.log(`failed: ${name}: ${error.stack}`);
    }
  }
  if (failed.length > 0) throw new Error(failed.join("; "));
};
