import * as vscode from "vscode";

/** Settings of this extension alone; the server does not know them. */
const OWN = new Set(["path"]);

/**
 * What the user set, as the server reads it. Defaults are left out, since they would hide the user's hearth.toml.
 */
export function chosen(): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration("hearth");
  const result: Record<string, unknown> = {};
  for (const name of names()) {
    const found = configuration.inspect(name);
    const value = configuration.get(name);
    const isSet = found?.globalValue !== undefined || JSON.stringify(value) !== JSON.stringify(found?.defaultValue);
    if (isSet && !OWN.has(name)) {
      put(result, name.split("."), value);
    }
  }
  return result;
}

export async function set(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration("hearth").update(name, value, vscode.ConfigurationTarget.Global);
}

interface Manifest {
  contributes: { configuration: { properties: Record<string, unknown> }[] };
}

function names(): string[] {
  const manifest = vscode.extensions.getExtension("hearth.hearth")?.packageJSON as Manifest | undefined;
  const sections = manifest?.contributes.configuration ?? [];
  return sections.flatMap((section) => Object.keys(section.properties)).map((name) => name.replace(/^hearth\./, ""));
}

function put(target: Record<string, unknown>, path: string[], value: unknown): void {
  const [first = "", ...rest] = path;
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  put((target[first] ??= {}) as Record<string, unknown>, rest, value);
}
