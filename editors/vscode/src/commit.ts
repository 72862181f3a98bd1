import * as vscode from "vscode";
import { ProgressType, type LanguageClient } from "vscode-languageclient/node";
import { withoutNew } from "./plain.ts";
import * as words from "./words.ts";

/** What is used of the extension Git, which is part of VS Code. */
interface Repository {
  rootUri: vscode.Uri;
  inputBox: { value: string };
}
interface Git {
  getAPI(version: 1): { repositories: Repository[]; getRepository(uri: vscode.Uri): Repository | null };
}

interface Message {
  text: string;
  changes: "staged" | "tracked" | null;
  /** Why there is none. */
  message: string | null;
}
const SO_FAR = new ProgressType<{ text: string }>();
let asked = 0;

/** A message for what is staged, written into the box that Git commits with. `where` is what the button stands above. */
export async function write(client: LanguageClient, where: unknown): Promise<void> {
  const repository = await chosen(where);
  if (repository === undefined) {
    return;
  }
  await vscode.commands.executeCommand("workbench.view.scm");
  await words.progress("writing a commit message", (_, cancelled) => fill(repository, client, cancelled));
}

/** The box holds what it held before where no message came of it; what the user types into it meanwhile stays. */
async function fill({ rootUri, inputBox }: Repository, client: LanguageClient, cancelled: vscode.CancellationToken): Promise<void> {
  const before = inputBox.value;
  const ours = new Set([before]); // VS Code tells the last values late, so each of them may stand there
  const stop = new vscode.CancellationTokenSource();
  cancelled.onCancellationRequested(() => { stop.cancel(); });
  const put = (text: string): void => {
    if (!ours.has(inputBox.value)) {
      stop.cancel();
    } else if (!stop.token.isCancellationRequested) {
      inputBox.value = withoutNew(text, "");
      ours.add(inputBox.value);
    }
  };
  const token = `hearth-commit-${++asked}`;
  const pieces = client.onProgress(SO_FAR, token, ({ text }) => { put(text); });
  try {
    const params = { uri: client.code2ProtocolConverter.asUri(rootUri), partialResultToken: token };
    const answer = await client.sendRequest<Message>("hearth/commitMessage", params, stop.token);
    put(answer.text === "" ? before : answer.text);
    void tell(answer, before, () => { inputBox.value = before; });
  } catch (error) {
    if (!stop.token.isCancellationRequested) {
      throw error;
    }
    if (ours.has(inputBox.value)) {
      inputBox.value = before;
    }
  } finally {
    pieces.dispose();
    stop.dispose();
  }
}

async function tell({ text, changes, message }: Message, before: string, restore: () => void): Promise<void> {
  if (text === "") {
    await words.inform(message ?? "there is no commit message.");
    return;
  }
  const unstaged = changes === "tracked" ? "nothing is staged, so the message is about all changes of tracked files." : "";
  if (before.trim() === "" || before === text) {
    await (unstaged === "" ? undefined : words.inform(unstaged));
  } else if ((await words.inform(`${unstaged} The new message has taken the place of yours.`.trim(), "Restore mine")) !== undefined) {
    restore();
  }
}

/** The repository of the button, of the open file, or the only one; else the user chooses. */
async function chosen(where: unknown): Promise<Repository | undefined> {
  const git = vscode.extensions.getExtension<Git>("vscode.git");
  const api = git === undefined ? undefined : (git.isActive ? git.exports : await git.activate()).getAPI(1);
  const named = (where as Partial<Repository> | undefined)?.rootUri ?? vscode.window.activeTextEditor?.document.uri;
  const found = named === undefined ? null : api?.getRepository(named);
  if (found !== null && found !== undefined) {
    return found;
  }
  const all = api?.repositories ?? [];
  if (all.length === 0) {
    void words.inform("no git repository is open.");
  }
  if (all.length < 2) {
    return all[0];
  }
  const rows = all.map((repository) => ({ label: vscode.workspace.asRelativePath(repository.rootUri), repository }));
  return (await vscode.window.showQuickPick(rows, { title: "Hearth: a commit message for which repository?" }))?.repository;
}
