import * as vscode from "vscode";
import type { Documents } from "./documents.ts";
import * as words from "./words.ts";

const REVIEWING = "hearth.reviewing";
const RETRYABLE = "hearth.retryable";
export type Verdict = "Apply" | "Discard" | "Retry";
let decide: ((verdict: Verdict) => void) | undefined;

/**
 * Show as a diff what the edits would make of a document, and make them when the user says so. "Retry" is among the
 * answers where the caller `canRetry`.
 */
export async function review(
  uri: vscode.Uri, edits: vscode.TextEdit[], what: string, documents: Documents, canRetry = false,
): Promise<Verdict> {
  const document = await vscode.workspace.openTextDocument(uri);
  const version = document.version;
  const name = uri.path.split("/").at(-1) ?? "";
  const proposed = documents.put(name, applied(document, edits));
  // a cell's language is not that of its file's name
  await vscode.languages.setTextDocumentLanguage(await vscode.workspace.openTextDocument(proposed), document.languageId);
  await vscode.commands.executeCommand("vscode.diff", uri, proposed, `${name}: ${what}`);
  const said = await verdict(proposed, `${what}. Apply it to ${name}?`, canRetry);
  if (said === "Retry") {
    await vscode.window.showTextDocument(document); // the editor takes the focus now, not from what is shown next
  }
  if (said !== "Apply") {
    return said;
  }
  if (document.version !== version) {
    void words.warn(`${name} has changed meanwhile, so nothing was applied.`);
    return "Discard";
  }
  const edit = new vscode.WorkspaceEdit();
  edit.set(uri, edits);
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document);
  return said;
}

/** For the buttons in the diff's title. */
export function settle(said: Verdict): void {
  decide?.(said);
}

/** What the user says by the message, by the buttons in the title, or by closing the diff. */
async function verdict(proposed: vscode.Uri, question: string, canRetry: boolean): Promise<Verdict> {
  decide?.("Discard");
  await vscode.commands.executeCommand("setContext", REVIEWING, true);
  await vscode.commands.executeCommand("setContext", RETRYABLE, canRetry);
  const closed = vscode.window.tabGroups.onDidChangeTabs(() => {
    if (tabOf(proposed) === undefined) {
      settle("Discard");
    }
  });
  const said = await new Promise<Verdict>((resolve) => {
    decide = resolve;
    const buttons: Verdict[] = canRetry ? ["Apply", "Retry", "Discard"] : ["Apply", "Discard"];
    void words.inform(question, ...buttons).then((pressed) => {
      if (pressed !== undefined) {
        resolve(pressed);
      }
    });
  });
  decide = undefined;
  closed.dispose();
  await vscode.commands.executeCommand("setContext", REVIEWING, false);
  const tab = tabOf(proposed);
  if (tab !== undefined) {
    await vscode.window.tabGroups.close(tab);
  }
  return said;
}

function tabOf(proposed: vscode.Uri): vscode.Tab | undefined {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.find(({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.toString() === proposed.toString());
}

function applied(document: vscode.TextDocument, edits: vscode.TextEdit[]): string {
  const spans = edits.map(({ range, newText }) => ({ start: document.offsetAt(range.start), end: document.offsetAt(range.end), newText }));
  const lastFirst = spans.sort((one, other) => other.start - one.start);
  return lastFirst.reduce((text, { start, end, newText }) => text.slice(0, start) + newText + text.slice(end), document.getText());
}
