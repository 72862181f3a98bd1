import * as vscode from "vscode";

/** The part of the API of VS Code's own git extension that is used here. */
interface Repository {
  rootUri: vscode.Uri;
  diff: (cached?: boolean) => Promise<string>;
}

interface Git {
  getAPI: (version: 1) => { repositories: Repository[] };
}

/** What is changed and not committed, in the repository of the active editor, else in the first; "" where git knows of none. */
export async function diff(): Promise<string> {
  const extension = vscode.extensions.getExtension<Git>("vscode.git");
  const git = await extension?.activate().then((found) => found.getAPI(1), () => undefined);
  const here = vscode.window.activeTextEditor?.document.uri.path ?? "";
  const repositories = git?.repositories ?? [];
  const repository = repositories.find(({ rootUri }) => here.startsWith(`${rootUri.path}/`)) ?? repositories[0];
  const parts = await Promise.all([repository?.diff(true), repository?.diff(false)].map(async (part) => part?.catch(() => "")));
  return parts.filter((part) => part !== undefined && part !== "").join("\n");
}
