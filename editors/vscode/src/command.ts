/** Finds the program that serves. Knows nothing of VS Code. */

import { accessSync, constants, statSync } from "node:fs";
import * as path from "node:path";

/** What the words of a command may refer to. */
export interface Surroundings {
  /** Absolute path of the first workspace folder. */
  readonly workspaceFolder: string | undefined;
  readonly userHome: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly windows: boolean;
}

/** A program by its absolute path, with its arguments; or why there is none. */
export type Found =
  | { readonly program: string; readonly args: readonly string[] }
  | { readonly problem: string; readonly name: string };

/**
 * The program of a configured command.
 *
 * A bare name is looked for on PATH here rather than by the operating system, which on Windows would look
 * into the current folder first: a workspace must not be able to slip a program in.
 */
export function findProgram(command: readonly string[], around: Surroundings): Found {
  const [name, ...args] = command.map((word) => expanded(word, around));
  if (name === undefined || name.trim() === "") {
    return { problem: "fourlayer.server.command is empty.", name: "" };
  }
  if (/[/\\]/.test(name)) {
    const program = path.resolve(around.workspaceFolder ?? around.userHome, name);
    const exists = variants(program, around).find(isProgram);
    return exists === undefined
      ? { problem: `${program} does not exist or cannot be executed.`, name }
      : { program: exists, args };
  }
  for (const folder of (searchPath(around) ?? "").split(around.windows ? ";" : ":")) {
    if (!path.isAbsolute(folder)) {
      continue;
    }
    const exists = variants(path.join(folder, name), around).find(isProgram);
    if (exists !== undefined) {
      return { program: exists, args };
    }
  }
  return { problem: `There is no program "${name}" on PATH.`, name };
}

function expanded(word: string, around: Surroundings): string {
  return word
    .replaceAll("${workspaceFolder}", () => around.workspaceFolder ?? "")
    .replaceAll("${userHome}", () => around.userHome);
}

function searchPath(around: Surroundings): string | undefined {
  if (!around.windows) {
    return around.environment["PATH"];
  }
  const name = Object.keys(around.environment).find((key) => key.toUpperCase() === "PATH");
  return name === undefined ? undefined : around.environment[name];
}

/** Windows starts `.exe` files alone without a shell, and a shell is not wanted. */
function variants(program: string, around: Surroundings): readonly string[] {
  return around.windows && !/\.exe$/i.test(program) ? [`${program}.exe`] : [program];
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
