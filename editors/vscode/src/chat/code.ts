import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { Documents } from "../documents.ts";
import { withoutNew } from "../plain.ts";
import { review } from "../review.ts";
import { SCHEMES } from "../schemes.ts";
import * as words from "../words.ts";

/** What a question is about; without a range, the whole file. */
export interface Place {
  uri: vscode.Uri;
  range?: vscode.Range;
}

/** What is selected; an empty range is a cursor, and means the code around it. */
export type Selected = Required<Place>;

export function placeOf(editor: vscode.TextEditor | undefined): Selected | undefined {
  const known = editor !== undefined && SCHEMES.includes(editor.document.uri.scheme);
  return known ? { uri: editor.document.uri, range: editor.selection } : undefined;
}

/** What a question of the user's own is about: the selection, or else the whole file. */
export function subjectOf(editor: vscode.TextEditor | undefined): Place | undefined {
  const place = placeOf(editor);
  return place?.range.isEmpty === true ? { uri: place.uri } : place;
}

/** The place that the server's commands name: `{uri, range}`. */
export function placeFrom(wanted: unknown, client: LanguageClient | undefined): Selected | undefined {
  const place = wanted as { uri: string; range: Parameters<LanguageClient["protocol2CodeConverter"]["asRange"]>[0] } | undefined;
  const range = client?.protocol2CodeConverter.asRange(place?.range);
  return place === undefined || range === undefined ? undefined : { uri: vscode.Uri.parse(place.uri), range };
}

export function asParams(place: Place, client: LanguageClient): object {
  const convert = client.code2ProtocolConverter;
  const range = place.range === undefined ? {} : { range: convert.asRange(place.range) };
  return { textDocument: { uri: convert.asUri(place.uri) }, ...range };
}

export function nameOf({ uri, range }: Place): string {
  const name = uri.path.split("/").at(-1) ?? "";
  if (range === undefined) {
    return name;
  }
  const last = range.end.line === range.start.line ? "" : `–${range.end.line + 1}`;
  return `${name}:${range.start.line + 1}${last}`;
}

export async function insert(text: string): Promise<void> {
  const editor = anEditor();
  if (editor === undefined) {
    void words.inform("no file is open that this could be inserted into.");
    return;
  }
  const code = withoutNew(text, editor.document.getText()).replace(/\n$/, "");
  await editor.edit((edit) => { edit.replace(editor.selection, code); });
  await vscode.window.showTextDocument(editor.document, editor.viewColumn);
}

/** Show as a diff what it would be with `text` in the selection's place, or in that of the question; then ask. */
export async function preview(text: string, asked: Place | undefined, documents: Documents): Promise<void> {
  const selected = placeOf(anEditor());
  const place = selected === undefined || selected.range.isEmpty ? (asked ?? selected) : selected;
  if (place?.range === undefined || place.range.isEmpty) {
    void words.inform("select the code that this should replace.");
    return;
  }
  const document = await vscode.workspace.openTextDocument(place.uri);
  const code = withoutNew(text, document.getText());
  const fitting = document.getText(place.range).endsWith("\n") ? code : code.replace(/\n$/, "");
  await review(place.uri, [vscode.TextEdit.replace(place.range, fitting)], "from the chat", documents);
}

function anEditor(): vscode.TextEditor | undefined {
  return vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
}
