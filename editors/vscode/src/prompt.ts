import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { Documents } from "./documents.ts";
import * as words from "./words.ts";

interface Inspection {
  prompt: string;
  prompt_tokens: number;
  cached_tokens: number;
  pieces: { source: string; path: string; tokens: number; reason: string }[];
  left_out: { path: string; source: string; reason: string }[];
  next_edit?: string;
  members: { names: string[]; count: number; complete: boolean } | null;
}

/** What a completion at the cursor would send to the model, as a document. */
export async function show(client: LanguageClient, documents: Documents): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    void words.inform("open a file and place the cursor where you want to see the prompt.");
    return;
  }
  const textDocument = client.code2ProtocolConverter.asTextDocumentIdentifier(editor.document);
  const position = client.code2ProtocolConverter.asPosition(editor.selection.active);
  const found = await client.sendRequest<Inspection | null>("hearth/inspect", { textDocument, position });
  if (found === null) {
    void words.warn("nothing is sent to a model from here. The log says why.");
    return;
  }
  await documents.show("prompt.txt", asText(found));
}

function asText(found: Inspection): string {
  return [
    `${found.prompt_tokens} tokens, ${found.cached_tokens} of them computed already`,
    "",
    "What it is made of:",
    ...found.pieces.map((piece) => `  ${piece.path || piece.source}: about ${piece.tokens} tokens, ${piece.reason}`),
    ...(found.left_out.length > 0 ? ["", "Left out:"] : []),
    ...found.left_out.map((each) => `  ${each.path}: ${each.reason}`),
    ...members(found.members),
    "",
    "The prompt:",
    "",
    found.prompt,
    ...(found.next_edit === undefined ? [] : ["", "What the model for next edits is asked:", "", found.next_edit]),
  ].join("\n");
}

function members(found: Inspection["members"]): string[] {
  if (found === null) {
    return [];
  }
  const kind = found.complete ? "only one of these" : "rather one of these";
  return ["", `Behind the dot ${kind} ${found.count} names:`, `  ${found.names.join(", ")}`];
}
