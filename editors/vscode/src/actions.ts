import * as vscode from "vscode";
import { CodeActionResolveRequest, type CodeAction, type LanguageClient } from "vscode-languageclient/node";
import type { Documents } from "./documents.ts";
import { review } from "./review.ts";

/** In the lightbulb stand the actions of all extensions. */
const MARK = "Hearth: ";
const EDIT = vscode.CodeActionKind.RefactorRewrite.append("hearth.instruct");
type Offered = vscode.Command | vscode.CodeAction;

/** What the server makes of an action; `isSure`: it does not change what the program does. */
export interface Proposal {
  edit: vscode.WorkspaceEdit;
  isSure: boolean;
}

/** What is offered at a place: the server's actions, and an edit in the user's own words where there are any. */
export function offered(
  found: Offered[] | null | undefined, document: vscode.TextDocument, range: vscode.Range, only: vscode.CodeActionKind | undefined,
): Offered[] {
  const actions = found ?? [];
  for (const action of actions) {
    action.title = MARK + action.title;
  }
  if (actions.length === 0 || only?.contains(EDIT) === false) {
    return actions;
  }
  const edit = new vscode.CodeAction(`${MARK}Edit…`, EDIT);
  edit.command = { title: edit.title, command: "hearth.edit", arguments: [document.uri, new vscode.Range(range.start, range.end)] };
  return [...actions, edit];
}

/**
 * The action with what the server adds to it. An edit that may change what the program does is taken out: it is shown as
 * a diff, since VS Code's own preview has such edits unticked, and its "Apply" then does nothing.
 */
export async function resolve(
  action: vscode.CodeAction, token: vscode.CancellationToken, client: LanguageClient, documents: Documents,
): Promise<vscode.CodeAction> {
  if (action.command !== undefined) {
    return action;
  }
  const proposal = await propose(await client.code2ProtocolConverter.asCodeAction(action, token), client, token);
  const [one] = proposal?.edit.entries() ?? [];
  if (proposal === undefined || one === undefined) {
    return action;
  }
  if (!proposal.isSure) {
    void review(one[0], one[1], action.title.replace(MARK, ""), documents);
  } else if (isOpen(one[0])) {
    action.edit = proposal.edit;
  } else {
    void write(proposal.edit, one[0]); // a file of tests
  }
  return action;
}

/** Carry out one of the server's actions, as the lightbulb does. */
export async function take(action: CodeAction, client: LanguageClient, documents: Documents): Promise<void> {
  const proposal = await propose(action, client);
  const [one] = proposal?.edit.entries() ?? [];
  if (proposal === undefined || one === undefined) {
    return; // the server has said why
  }
  if (!proposal.isSure) {
    await review(one[0], one[1], action.title, documents);
  } else if (isOpen(one[0])) {
    await vscode.workspace.applyEdit(proposal.edit);
  } else {
    await write(proposal.edit, one[0]);
  }
}

/** Ask the model. Undefined where nothing came of it; the server has said why. */
export async function propose(
  action: CodeAction, client: LanguageClient, token?: vscode.CancellationToken,
): Promise<Proposal | undefined> {
  const found = (await client.sendRequest(CodeActionResolveRequest.type, action, token)) as CodeAction | null;
  const edit = await client.protocol2CodeConverter.asWorkspaceEdit(found?.edit, token);
  return found === null || edit === undefined ? undefined : { edit, isSure: !needsReview(found) };
}

/** Have a file written that is in no editor, and show it: who asked for it wants to read it. */
async function write(edit: vscode.WorkspaceEdit, uri: vscode.Uri): Promise<void> {
  if (await vscode.workspace.applyEdit(edit)) {
    await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside, preview: false });
  }
}

function isOpen(uri: vscode.Uri): boolean {
  return vscode.window.visibleTextEditors.some(({ document }) => document.uri.toString() === uri.toString());
}

function needsReview({ edit }: CodeAction): boolean {
  return Object.values(edit?.changeAnnotations ?? {}).some((note) => note.needsConfirmation === true);
}
