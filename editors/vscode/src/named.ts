import * as vscode from "vscode";
import { CodeActionRequest, CodeActionTriggerKind, type CodeAction, type Command, type LanguageClient } from "vscode-languageclient/node";
import * as actions from "./actions.ts";
import { placeOf } from "./chat/code.ts";
import type { Documents } from "./documents.ts";
import * as words from "./words.ts";

/** Code actions that have a command: their kinds, the first that is offered is taken, and why there may be none. */
const ACTIONS = {
  fix: { kinds: ["quickfix.hearth.fix", "refactor.rewrite.hearth.bug"], none: "there is no problem here, and no function to look for a bug in." },
  document: { kinds: ["refactor.rewrite.hearth.document"], none: "there is nothing here that lacks documentation." },
  addTypes: { kinds: ["refactor.rewrite.hearth.annotate"], none: "there is no function here that lacks types." },
  simplify: { kinds: ["refactor.rewrite.hearth.simplify"], none: "there is no function here that could be simpler." },
  writeTests: { kinds: ["refactor.hearth.test"], none: "there is no function here that tests could be written for." },
} as const;

export type Name = keyof typeof ACTIONS;
export const NAMES = Object.keys(ACTIONS) as Name[];

/** Carry out an action at the cursor, as the lightbulb does. */
export async function run(name: Name, client: LanguageClient, documents: Documents): Promise<void> {
  const { kinds, none } = ACTIONS[name];
  const place = placeOf(vscode.window.activeTextEditor);
  const action = place === undefined ? undefined : await offered(kinds, client, place.uri, place.range);
  if (action === undefined) {
    void words.inform(place === undefined ? "no file is open in which this could be done." : none);
  } else if (action.disabled !== undefined) {
    void words.inform(action.disabled.reason);
  } else {
    await actions.take(action, client, documents);
  }
}

async function offered(
  kinds: readonly string[], client: LanguageClient, uri: vscode.Uri, range: vscode.Range,
): Promise<CodeAction | undefined> {
  const convert = client.code2ProtocolConverter;
  const there = vscode.languages.getDiagnostics(uri).filter((each) => each.range.intersection(range) !== undefined);
  const found = await client.sendRequest(CodeActionRequest.type, {
    textDocument: { uri: convert.asUri(uri) },
    range: convert.asRange(range),
    context: { diagnostics: await convert.asDiagnostics(there), only: [...kinds], triggerKind: CodeActionTriggerKind.Invoked },
  });
  const all = (found ?? []).filter(isAction);
  return kinds.flatMap((kind) => all.filter((each) => each.kind === kind))[0];
}

function isAction(each: CodeAction | Command): each is CodeAction {
  return typeof each.command !== "string";
}
