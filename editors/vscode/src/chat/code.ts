import * as vscode from "vscode";
import type { LanguageClient, TextEdit } from "vscode-languageclient/node";
import type { Documents } from "../documents.ts";
import { quoted, withoutNew } from "../plain.ts";
import { review } from "../review.ts";
import { SCHEMES } from "../schemes.ts";
import * as words from "../words.ts";
import type { Used } from "./messages.ts";

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

/** Put it at the cursor, indented as its place is. */
export async function insert(text: string, client: LanguageClient | undefined): Promise<void> {
  const editor = anEditor();
  if (editor === undefined) {
    void words.inform("no file is open that this could be inserted into.");
    return;
  }
  const { document, selection } = editor;
  const found = await fit(client, { uri: document.uri, range: selection }, text, "cursor");
  const plain = [vscode.TextEdit.insert(selection.end, withoutNew(text, document.getText()).replace(/\n$/, ""))];
  await write(document.uri, found?.edits ?? plain);
  await vscode.window.showTextDocument(document, editor.viewColumn);
}

/**
 * Show as a diff what it would be with `text` in its place, then ask: the selection, else the definition of the same name,
 * else the place that the question was about, else what the user chooses.
 */
export async function preview(
  text: string, asked: Place | undefined, documents: Documents, client: LanguageClient | undefined,
): Promise<void> {
  const place = placeOf(anEditor());
  if (place === undefined) {
    await open(text);
    return;
  }
  const found = (await fit(client, place, text, "auto"))
    ?? (asked?.range?.isEmpty === false ? await fit(client, asked as Selected, text, "selection") : undefined);
  if (found !== undefined) {
    await review(found.uri, found.edits, `from the chat, in the place of ${found.what}`, documents);
    return;
  }
  const name = place.uri.path.split("/").at(-1) ?? "";
  const choices = [
    { label: "Insert at the cursor", how: "cursor" },
    { label: quoted(`Replace all of ${name}`), how: "file" },
    { label: "Open as a new file", how: "new" },
  ] as const;
  const chosen = await vscode.window.showQuickPick(choices, { title: quoted(`Hearth: nothing in ${name} has the name of this code`) });
  if (chosen?.how === "new") {
    await open(text);
  } else if (chosen !== undefined) {
    const put = await fit(client, place, text, chosen.how);
    if (put === undefined) {
      void words.inform(`the code does not fit into ${name}.`);
    } else {
      await review(put.uri, put.edits, "from the chat", documents);
    }
  }
}

type How = "auto" | "cursor" | "selection" | "file";

interface Fitting {
  uri: vscode.Uri;
  edits: vscode.TextEdit[];
  what: string;
}

/** The server knows where code belongs, and how it is indented there. */
async function fit(client: LanguageClient | undefined, place: Selected, text: string, how: How): Promise<Fitting | undefined> {
  if (client?.isRunning() !== true) {
    return undefined;
  }
  await vscode.workspace.openTextDocument(place.uri);
  const params = { ...asParams(place, client), code: text, how };
  const found = await client.sendRequest<{ edits: TextEdit[]; what: string } | null>("hearth/chat/fit", params);
  const edits = await client.protocol2CodeConverter.asTextEdits(found?.edits);
  return found === null || edits === undefined ? undefined : { uri: place.uri, edits, what: found.what };
}

async function write(uri: vscode.Uri, edits: vscode.TextEdit[]): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.set(uri, edits);
  await vscode.workspace.applyEdit(edit);
}

async function open(text: string): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: withoutNew(text, "") }));
}

/** Show what the model was shown. */
export async function show({ path, uri, range }: Used): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = uri === null || uri === undefined ? folder && vscode.Uri.joinPath(folder, path) : vscode.Uri.parse(uri);
  if (file === undefined || !SCHEMES.includes(file.scheme)) {
    return;
  }
  const options = range === null ? {} : { selection: new vscode.Range(range.start.line, 0, Math.max(range.start.line, range.end.line - 1), 1e6) };
  await vscode.window.showTextDocument(file, options).then(undefined, () => {
    void words.inform(`${path} cannot be opened.`);
  });
}

function anEditor(): vscode.TextEditor | undefined {
  return vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
}
