import * as vscode from "vscode";
import type { LanguageClient, StaticFeature } from "vscode-languageclient/node";
import { CAN_GROW } from "./growth.ts";

/** What this client can do beyond the standard: `experimental.hearth` in the server's PROTOCOL.md. */
export const EXTRAS: StaticFeature = {
  fillClientCapabilities: (capabilities) => {
    const known = { documentText: true, definitions: true, members: true };
    const ours = { ...known, buttons: true, chooseModel: true, nextEdit: { otherFiles: true } };
    capabilities.experimental = { hearth: { ...ours, completionGrew: CAN_GROW } };
  },
  initialize: () => undefined,
  getState: () => ({ kind: "static" }),
  clear: () => undefined,
};

/** Give the server an open document's text when it doubts its own copy; null when it is not open. */
export function answerDocumentText(client: LanguageClient): vscode.Disposable {
  return client.onRequest("hearth/documentText", ({ uri }: { uri: string }) => {
    const found = vscode.workspace.textDocuments.find((each) => client.code2ProtocolConverter.asUri(each.uri) === uri);
    return found === undefined ? null : { text: found.getText(), version: found.version };
  });
}
