import * as vscode from "vscode";
import { CodeActionResolveRequest, type CodeAction, type LanguageClient } from "vscode-languageclient/node";
import type { Documents } from "./documents.ts";
import { review } from "./review.ts";

/**
 * The action with what the server adds to it. An edit that may change what the program does is taken out: it is shown as
 * a diff, since VS Code's own preview has such edits unticked, and its "Apply" then does nothing.
 */
export async function resolve(
  action: vscode.CodeAction, token: vscode.CancellationToken, client: LanguageClient, documents: Documents,
): Promise<vscode.CodeAction> {
  const asked = await client.code2ProtocolConverter.asCodeAction(action, token);
  const found = (await client.sendRequest(CodeActionResolveRequest.type, asked, token)) as CodeAction | null;
  if (found === null) {
    return action; // the server has said why
  }
  const sure = !needsReview(found);
  const resolved = await client.protocol2CodeConverter.asCodeAction(found, token);
  const [one] = resolved.edit?.entries() ?? [];
  if (sure || one === undefined) {
    return resolved;
  }
  delete resolved.edit;
  void review(one[0], one[1], resolved.title, documents);
  return resolved;
}

function needsReview({ edit }: CodeAction): boolean {
  return Object.values(edit?.changeAnnotations ?? {}).some((note) => note.needsConfirmation === true);
}
