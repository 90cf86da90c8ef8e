/** Starts the language server, and starts it again when its settings change. */

import { homedir } from "node:os";
import * as vscode from "vscode";
import { LanguageClient, State } from "vscode-languageclient/node";
import { findProgram } from "./command";

const SECTION = "fourlayer";
const DEFAULT_COMMAND = ["fourlayer", "server", "--stdio"];

/** What the server reads; open and unsaved counts, so every kind of file is sent. TOML is no language of VS Code's own. */
const DOCUMENTS = [
  ...["typescript", "typescriptreact", "json", "jsonc", "sql", "prisma", "toml"].map((language) => ({
    scheme: "file",
    language,
  })),
  { scheme: "file", pattern: "**/{fourlayer,.fourlayer}.toml" },
  { scheme: "file", pattern: "**/*.prisma" },
];

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): Promise<void> {
  const started = (server = new Server(context));
  context.subscriptions.push(
    started,
    vscode.commands.registerCommand("fourlayer.restartServer", () => started.restart()),
    vscode.commands.registerCommand("fourlayer.showOutput", () => started.output.show()),
    vscode.workspace.onDidChangeConfiguration((change) =>
      // Granting trust counts as a change too. The rest of the section is the server's: it is told, and asks.
      ["enable", "server"].some((name) => change.affectsConfiguration(`${SECTION}.${name}`))
        ? started.restart()
        : undefined,
    ),
  );
  return started.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** At most one running server. Starts and stops follow one another, however fast they are asked for. */
class Server implements vscode.Disposable {
  readonly output = vscode.window.createOutputChannel("fourlayer", { log: true });
  private readonly status = vscode.languages.createLanguageStatusItem(SECTION, DOCUMENTS);
  private client: LanguageClient | undefined;
  private told: string | undefined;
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly context: vscode.ExtensionContext) {
    this.status.name = "fourlayer";
    this.status.command = { command: "fourlayer.showOutput", title: "Show output" };
  }

  /** Stop the server and start it with the settings of now. */
  restart(): Promise<void> {
    return this.next(async () => {
      await this.end();
      await this.begin();
    });
  }

  stop(): Promise<void> {
    return this.next(() => this.end());
  }

  dispose(): void {
    void this.stop().finally(() => {
      this.status.dispose();
      this.output.dispose();
    });
  }

  private next(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work).catch((error: unknown) => {
      this.output.error(String(error));
    });
    return this.turn;
  }

  private async begin(): Promise<void> {
    const settings = vscode.workspace.getConfiguration(SECTION);
    if (!settings.get<boolean>("enable", true)) {
      this.show("switched off", vscode.LanguageStatusSeverity.Information);
      return;
    }
    const found = findProgram(words(settings.get<unknown>("server.command")), {
      workspaceFolder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
      userHome: homedir(),
      environment: process.env,
      windows: process.platform === "win32",
    });
    if ("problem" in found) {
      this.fail(`The language server cannot be started. ${found.problem} ${REMEDY}`);
      return;
    }
    this.show("starting", vscode.LanguageStatusSeverity.Information, true);
    const client = (this.client = new LanguageClient(
      SECTION,
      "fourlayer",
      // Started outside of the workspace: `python -m` would import what lies in the current folder.
      { command: found.program, args: [...found.args], options: { cwd: this.context.extensionPath } },
      {
        documentSelector: DOCUMENTS,
        outputChannel: this.output,
        diagnosticCollectionName: SECTION,
        initializationFailedHandler: () => false,
      },
    ));
    client.onDidChangeState(({ newState }) => {
      if (this.client === client) {
        this.follow(newState, client);
      }
    });
    try {
      await client.start();
    } catch (error) {
      this.fail(`The language server ${found.program} did not start: ${String(error)} ${REMEDY}`);
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.running(false);
    if (client === undefined) {
      return;
    }
    try {
      await client.dispose();
    } catch (error) {
      this.output.warn(`The language server did not stop cleanly: ${String(error)}`);
    }
  }

  private follow(state: State, client: LanguageClient): void {
    const running = state === State.Running;
    this.running(running);
    if (running) {
      const version = client.initializeResult?.serverInfo?.version ?? "";
      this.show(`running ${version}`.trim(), vscode.LanguageStatusSeverity.Information);
    } else if (state === State.Stopped) {
      this.show("stopped", vscode.LanguageStatusSeverity.Warning);
    }
  }

  private running(yes: boolean): void {
    void vscode.commands.executeCommand("setContext", "fourlayer.running", yes);
  }

  private show(text: string, severity: vscode.LanguageStatusSeverity, busy = false): void {
    this.status.text = `fourlayer: ${text}`;
    this.status.severity = severity;
    this.status.busy = busy;
  }

  /** Say what is wrong: in the output, in the status, and in a message, unless the same one is still open. */
  private fail(message: string): void {
    this.output.error(message);
    this.show("not running", vscode.LanguageStatusSeverity.Error);
    if (this.told === message) {
      return;
    }
    this.told = message;
    void vscode.window.showErrorMessage(message, "Open settings", "Show output").then((choice) => {
      this.told = undefined;
      if (choice === "Open settings") {
        void vscode.commands.executeCommand("workbench.action.openSettings", "fourlayer.server.command");
      } else if (choice === "Show output") {
        this.output.show();
      }
    });
  }
}

const REMEDY =
  "Install fourlayer with Python 3.11 or newer (pip install fourlayer), or name the program in the setting fourlayer.server.command.";

/** The setting as words, whatever it was set to. */
function words(setting: unknown): readonly string[] {
  return Array.isArray(setting) && setting.every((word) => typeof word === "string")
    ? setting
    : DEFAULT_COMMAND;
}
