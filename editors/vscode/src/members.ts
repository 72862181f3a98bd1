import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

interface Asked {
  textDocument: { uri: string; version: number };
  position: { line: number; character: number };
}

interface Member {
  name: string;
  kind?: number;
  detail?: string;
}

const MAX_NAMES = 1000;
const MAX_DETAIL = 200; // characters

/** Tells the server which names the other extensions know behind a dot. */
export function answerMembers(client: LanguageClient): vscode.Disposable {
  return client.onRequest("hearth/members", async ({ textDocument, position }: Asked) => {
    const uri = client.protocol2CodeConverter.asUri(textDocument.uri);
    const at = new vscode.Position(position.line, position.character);
    const command = "vscode.executeCompletionItemProvider";
    const found = await vscode.commands.executeCommand<vscode.CompletionList | undefined>(command, uri, at);
    if (found === undefined) {
      return null;
    }
    const complete = found.isIncomplete !== true && found.items.length <= MAX_NAMES;
    return { names: found.items.slice(0, MAX_NAMES).map(member), complete };
  });
}

function member(item: vscode.CompletionItem): Member {
  const label = typeof item.label === "string" ? item.label : item.label.label;
  return {
    name: item.filterText ?? label,
    // The editor counts kinds from 0, the protocol from 1.
    ...(item.kind !== undefined && { kind: item.kind + 1 }),
    ...(item.detail !== undefined && { detail: item.detail.slice(0, MAX_DETAIL) }),
  };
}
