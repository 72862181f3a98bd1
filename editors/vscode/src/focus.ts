import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { Resting } from "./resting.ts";
import { SCHEMES } from "./schemes.ts";

const REST_MS = 300;

interface Rested {
  textDocument: { uri: string };
  position: { line: number; character: number };
  /** Of the document: the same place is another one in another text. */
  version: number;
}

/** Tells the server where the cursor has come to rest, so that it reads ahead and the first answer there is quick. */
export class Focus implements vscode.Disposable {
  readonly #resting = new Resting<Rested>(REST_MS, ({ textDocument, position }) => {
    void this.client()?.sendNotification("textDocument/didFocus", { textDocument, position });
  });
  readonly #listeners = [
    vscode.window.onDidChangeActiveTextEditor(() => { this.#moved(); }),
    vscode.window.onDidChangeTextEditorSelection(() => { this.#moved(); }),
    vscode.window.onDidChangeWindowState(() => { this.#moved(); }),
  ];

  constructor(private readonly client: () => LanguageClient | undefined) {}

  /** A server has started. */
  started(): void {
    this.#resting.forget();
    this.#moved();
  }

  dispose(): void {
    this.#resting.stop();
    this.#listeners.forEach((listener) => { listener.dispose(); });
  }

  #moved(): void {
    this.#resting.moved(() => this.#place());
  }

  #place(): Rested | undefined {
    const client = this.client();
    const editor = vscode.window.activeTextEditor;
    const isThere = editor !== undefined && vscode.window.state.focused && SCHEMES.includes(editor.document.uri.scheme);
    if (!isThere || client?.isRunning() !== true) {
      return undefined;
    }
    const { uri, version } = editor.document;
    const convert = client.code2ProtocolConverter;
    return { textDocument: { uri: convert.asUri(uri) }, position: convert.asPosition(editor.selection.active), version };
  }
}
