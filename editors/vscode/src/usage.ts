import * as vscode from "vscode";

interface Item {
  insertText: string;
  command: vscode.Command;
}

interface Shown {
  item: Item;
  uri: string;
  start: number;
  taken: number;
}

/**
 * Tells the server what becomes of a suggestion. VS Code reports only a whole acceptance (by the item's command);
 * that a part was taken is seen from the text that appears at once.
 */
export class Usage implements vscode.Disposable {
  #shown: Shown | undefined;
  readonly #listener = vscode.workspace.onDidChangeTextDocument((event) => { this.#changed(event); });

  constructor(private readonly notify: (method: string, params: unknown) => void) {}

  offered(document: vscode.TextDocument, position: vscode.Position, found: vscode.InlineCompletionItem | undefined): void {
    if (found?.command === undefined || typeof found.insertText !== "string") {
      return;
    }
    const { title, command, arguments: argv } = found.command;
    const item = { insertText: found.insertText, command: { title, command, arguments: argv as unknown[] } };
    const start = document.offsetAt(found.range?.start ?? position);
    this.#shown = { item, uri: document.uri.toString(), start, taken: document.offsetAt(position) - start };
    this.notify("textDocument/didShowCompletion", { item });
  }

  accepted(): void {
    this.#shown = undefined;
  }

  rejected(): void {
    if (this.#shown !== undefined) {
      this.notify("hearth/didRejectCompletion", { item: this.#shown.item });
      this.#shown = undefined;
    }
  }

  dispose(): void {
    this.#listener.dispose();
  }

  #changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const shown = this.#shown;
    const change = contentChanges[0];
    if (shown?.uri !== document.uri.toString() || change === undefined) {
      return;
    }
    const rest = shown.item.insertText.slice(shown.taken);
    const follows = change.rangeOffset <= shown.start + shown.taken && rest.startsWith(change.text) && change.text !== "";
    if (!follows) {
      this.#shown = undefined;
      return;
    }
    shown.taken += change.text.length;
    if (change.text.length > 1 && shown.taken < shown.item.insertText.length) {
      this.notify("textDocument/didPartiallyAcceptCompletion", { item: shown.item, acceptedLength: shown.taken });
    }
  }
}
