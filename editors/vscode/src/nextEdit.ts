import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { Ghost } from "./nextEditGhost.ts";
import { fits, Look, placeOf } from "./nextEditLook.ts";
import { isIndentation } from "./pieces.ts";
import { SCHEMES } from "./schemes.ts";
import type { Usage } from "./usage.ts";

const ASK = "textDocument/copilotInlineEdit";
const INVOKED = 1, AUTOMATIC = 2; // as of inline completions
/** After the user's last change. */
const PAUSE_MS = 250;
/** It goes when the cursor has been on so many other lines: the user is about something else. */
const MOST_LINES_VISITED = 8;
const TAB = "\u21e5", OTHER_KEY = "Alt+\u21b5";

/** As the server sends it; positions as in the protocol. */
interface Sent {
  text: string;
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
  textDocument: { uri: string; version: number };
  command: { title: string; command: string; arguments: [string, ...unknown[]] };
  hearth?: { title: string; left: number };
}

/** What the server would change next, in the terms of VS Code. */
export interface InlineEdit {
  uri: vscode.Uri;
  version: number;
  range: vscode.Range;
  text: string;
  title: string;
  left: number;
}

interface Offer {
  sent: Sent;
  edit: InlineEdit;
  /** The document that was asked about. */
  from: vscode.TextDocument;
  wasShown: boolean;
  /** Where it brought the cursor to: there a Tab takes it even in front of the line's text. */
  jumpedTo: vscode.Position | undefined;
  line: number;
  visited: number;
}

type Reason = "rejected" | "ignored" | "replaced";

/** The next edit: asked for after the user's, shown where it is, gone to and made with Tab, declined with Escape. */
export class NextEdit implements vscode.Disposable {
  #offer: Offer | undefined;
  #asking: vscode.CancellationTokenSource | undefined;
  #pause: NodeJS.Timeout | undefined;
  #key = "";
  #taking: Promise<void> = Promise.resolve();
  readonly #look: Look;
  readonly #ghost = new Ghost();
  readonly #listeners = [
    vscode.workspace.onDidChangeTextDocument((event) => { this.#changed(event); }),
    vscode.workspace.onDidSaveTextDocument((document) => { this.#askSoon(document); }),
    vscode.window.onDidChangeActiveTextEditor((editor) => { this.#focused(editor); }),
    vscode.window.onDidChangeTextEditorSelection(() => { this.#moved(); }),
    vscode.window.onDidChangeTextEditorVisibleRanges(() => { this.refresh(); }),
  ];

  constructor(extension: vscode.Uri, private readonly client: () => LanguageClient | undefined, private readonly usage: Usage) {
    this.#look = new Look(extension);
  }

  /** The user wants to see the next edit: also what was declined comes. */
  async askByHand(): Promise<void> {
    await this.#ask(INVOKED);
  }

  /** Go to the place; at the place, make the edit. Keys that come fast wait for each other. */
  async take(): Promise<void> {
    this.#taking = this.#taking.catch(() => undefined).then(() => this.#take());
    await this.#taking;
  }

  async #take(): Promise<void> {
    const offer = this.#offer;
    if (offer === undefined) {
      return; // a key that came too fast
    } else if (isAt(offer.edit, vscode.window.activeTextEditor)) {
      await this.#apply(offer);
    } else {
      await this.#goTo(offer);
    }
  }

  decline(): void {
    this.#drop("rejected");
  }

  /** The user dismisses ghost text; whether it was a next edit. */
  declineGhost(): boolean {
    const editor = vscode.window.activeTextEditor;
    const isOurs = editor !== undefined && this.#ghost.isAt(editor.document, editor.selection.active);
    if (isOurs) {
      this.decline();
    }
    return isOurs;
  }

  /** Whether the ghost text there is a next edit: nothing else is suggested meanwhile. */
  isGhost(document: vscode.TextDocument, position: vscode.Position): boolean {
    return this.#ghost.isAt(document, position);
  }

  /** The server that it came from has gone. */
  forget(): void {
    this.#asking?.cancel();
    this.#offer = undefined;
    this.refresh();
  }

  dispose(): void {
    clearTimeout(this.#pause);
    this.#asking?.cancel();
    this.#look.dispose();
    this.#ghost.dispose();
    this.#listeners.forEach((listener) => { listener.dispose(); });
  }

  #askSoon(document: vscode.TextDocument): void {
    clearTimeout(this.#pause);
    if (document === vscode.window.activeTextEditor?.document) {
      this.#pause = setTimeout(() => { void this.#ask(AUTOMATIC); }, PAUSE_MS);
    }
  }

  async #ask(triggerKind: number): Promise<void> {
    clearTimeout(this.#pause);
    this.#asking?.cancel();
    const client = this.client();
    const editor = vscode.window.activeTextEditor;
    if (client?.isRunning() !== true || !isOffered(client) || editor === undefined || !SCHEMES.includes(editor.document.uri.scheme)) {
      return;
    }
    const asking = new vscode.CancellationTokenSource();
    this.#asking = asking;
    const { document } = editor;
    const { code2ProtocolConverter: convert } = client;
    const textDocument = { uri: convert.asUri(document.uri), version: document.version };
    const params = { textDocument, position: convert.asPosition(editor.selection.active), context: { triggerKind } };
    const answer = await client.sendRequest<{ edits: Sent[] }>(ASK, params, asking.token).catch(() => undefined);
    const [sent] = answer?.edits ?? [];
    if (sent === undefined || asking.token.isCancellationRequested) {
      return;
    }
    const edit = read(sent, client);
    if (versionOf(edit.uri) !== edit.version || document.version !== textDocument.version) {
      return;
    }
    this.#drop("replaced");
    const { line } = editor.selection.active;
    this.#offer = { sent, edit, from: document, wasShown: false, jumpedTo: undefined, line, visited: 0 };
    this.refresh();
  }

  async #goTo(offer: Offer): Promise<void> {
    const document = await vscode.workspace.openTextDocument(offer.edit.uri);
    if (document.version !== offer.edit.version) {
      this.#drop("ignored");
      return;
    }
    const place = placeOf(document, offer.edit);
    offer.jumpedTo = place;
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(place, place);
    editor.revealRange(new vscode.Range(place, place), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    this.refresh();
    if (!fits(document, offer.edit) && !this.#ghost.isAt(document, place)) {
      await vscode.commands.executeCommand("editor.action.showHover", { focus: "noAutoFocus" });
    }
  }

  async #apply(offer: Offer): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.version !== offer.edit.version) {
      this.#drop("ignored");
      return;
    }
    const { range, text } = offer.edit;
    this.#offer = undefined;
    this.refresh();
    const start = editor.document.offsetAt(range.start);
    if (await editor.edit((builder) => { builder.replace(range, text); })) {
      const end = editor.document.positionAt(start + text.replace(/\r?\n$/, "").length);
      editor.selection = new vscode.Selection(end, end);
      void this.#accepted(offer);
    }
  }

  /** The document has it. The next one may be known by now. */
  async #accepted({ sent: { command } }: Offer): Promise<void> {
    const params = { command: command.command, arguments: command.arguments };
    await this.client()?.sendRequest("workspace/executeCommand", params).catch(() => undefined);
    await this.#ask(AUTOMATIC);
  }

  #changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (contentChanges.length === 0) {
      return;
    }
    const offer = this.#offer;
    if (offer !== undefined && this.#ghost.isTaken(document, contentChanges)) {
      this.#offer = undefined;
      this.refresh();
      void this.#accepted(offer);
      return;
    }
    if (offer !== undefined && (document === offer.from || document.uri.toString() === offer.edit.uri.toString())) {
      this.#drop("ignored");
    }
    this.#asking?.cancel();
    this.#askSoon(document);
  }

  #focused(editor: vscode.TextEditor | undefined): void {
    if (editor === undefined) {
      return; // on the way to another one, or to what is no editor
    }
    const { uri } = editor.document;
    if (this.#offer !== undefined && ![this.#offer.from.uri, this.#offer.edit.uri].some((each) => each.toString() === uri.toString())) {
      this.#drop("ignored");
    }
    this.refresh();
    if (this.#offer === undefined) {
      this.#askSoon(editor.document);
    }
  }

  #moved(): void {
    const offer = this.#offer;
    const line = vscode.window.activeTextEditor?.selection.active.line ?? 0;
    if (offer !== undefined && line !== offer.line) {
      offer.line = line;
      offer.visited = isAt(offer.edit, vscode.window.activeTextEditor) ? 0 : offer.visited + 1;
      if (offer.visited >= MOST_LINES_VISITED) {
        this.#drop("ignored");
      }
    }
    this.refresh();
  }

  #drop(reason: Reason): void {
    const offer = this.#offer;
    this.#offer = undefined;
    this.refresh();
    if (offer?.wasShown === true && this.client()?.isRunning() === true) {
      void this.client()?.sendNotification("hearth/didRejectInlineEdit", { item: offer.sent, reason });
    }
  }

  /** Bring the screen and the keys in line with what there is; also when other ghost text came or went. */
  refresh(): void {
    const editor = vscode.window.activeTextEditor;
    const offer = this.#visible(editor);
    if (offer === undefined || editor === undefined) {
      this.#look.hide();
      this.#ghost.end();
      this.#setKeys("");
      return;
    }
    const { active } = editor.selection;
    const isTabFree = offer.jumpedTo?.isEqual(active) === true || !isIndentation(editor.document.lineAt(active.line).text, active.character);
    this.#setKeys(isTabFree ? TAB : OTHER_KEY); // before it can be seen: who sees it presses the key
    const asGhost = this.#ghost.show(editor, offer.edit);
    this.#look.show(editor, offer.edit, isTabFree ? TAB : OTHER_KEY, asGhost);
    if (!offer.wasShown) {
      offer.wasShown = true;
      void this.client()?.sendNotification("textDocument/didShowInlineEdit", { item: offer.sent });
    }
  }

  /** Which key takes it, for the conditions of the keys; "" for none. This runs at each move of the cursor. */
  #setKeys(key: string): void {
    if (key !== this.#key) {
      this.#key = key;
      void vscode.commands.executeCommand("setContext", "hearth.nextEdit", key !== "");
      void vscode.commands.executeCommand("setContext", "hearth.nextEditTab", key === TAB);
    }
  }

  /** The offer, unless something else has the place: a selection, several cursors, ghost text. */
  #visible(editor: vscode.TextEditor | undefined): Offer | undefined {
    if (editor === undefined || editor.selections.length !== 1 || !editor.selection.isEmpty) {
      return undefined;
    }
    const { document, selection } = editor;
    return this.usage.isShown(document, selection.active) ? undefined : this.#offer;
  }
}

function read({ text, range, textDocument, hearth }: Sent, client: LanguageClient): InlineEdit {
  const convert = client.protocol2CodeConverter;
  const { title = "", left = 0 } = hearth ?? {};
  return { uri: convert.asUri(textDocument.uri), version: textDocument.version, range: convert.asRange(range), text, title, left };
}

function isOffered(client: LanguageClient): boolean {
  const experimental = client.initializeResult?.capabilities.experimental as { hearth?: { nextEdit?: boolean } } | undefined;
  return experimental?.hearth?.nextEdit === true;
}

function versionOf(uri: vscode.Uri): number | undefined {
  return vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString())?.version;
}

/** Whether the cursor is on the lines of the edit, or on one beside them. */
function isAt({ uri, range }: InlineEdit, editor: vscode.TextEditor | undefined): boolean {
  const line = editor?.selection.active.line ?? -9;
  return editor?.document.uri.toString() === uri.toString() && line >= range.start.line - 1 && line <= range.end.line + 1;
}
