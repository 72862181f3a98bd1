import * as vscode from "vscode";

interface Item {
  insertText: string;
  command: vscode.Command;
}

/** `item` is the one that is shown as far as is known: which of them the user looks at, VS Code does not tell. */
interface Shown {
  item: Item;
  others: Item[];
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
  #dismissed: { document: vscode.TextDocument; version: number } | undefined;
  readonly #listener = vscode.workspace.onDidChangeTextDocument((event) => { this.#changed(event); });

  constructor(private readonly notify: (method: string, params: unknown) => void) {}

  offered(document: vscode.TextDocument, position: vscode.Position, found: vscode.InlineCompletionItem[]): void {
    const [item, ...others] = found.flatMap(asSent);
    if (item === undefined) {
      return;
    }
    const start = document.offsetAt(found[0]?.range?.start ?? position);
    this.#shown = { item, others, uri: document.uri.toString(), start, taken: document.offsetAt(position) - start };
    this.notify("textDocument/didShowCompletion", { item });
  }

  /** The user asks for a suggestion: what they dismissed may come back. */
  asked(): void {
    this.#dismissed = undefined;
  }

  accepted(): void {
    this.#shown = undefined;
  }

  rejected(): void {
    const document = vscode.window.activeTextEditor?.document;
    this.#dismissed = document && { document, version: document.version };
    if (this.#shown !== undefined) {
      this.notify("hearth/didRejectCompletion", { item: this.#shown.item });
      this.#shown = undefined;
    }
  }

  /** Whether the user has dismissed what was shown, and typed nothing since. */
  isDismissed(document: vscode.TextDocument): boolean {
    return this.#dismissed?.document === document && this.#dismissed.version === document.version;
  }

  /** Whether a suggestion is shown at the cursor there, as far as is known. */
  isShown(document: vscode.TextDocument, cursor: vscode.Position): boolean {
    const shown = this.#shown;
    return shown?.uri === document.uri.toString() && shown.start + shown.taken === document.offsetAt(cursor);
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
    const follows = (item: Item): boolean => item.insertText.slice(shown.taken).startsWith(change.text);
    const item = [shown.item, ...shown.others].find(follows);
    if (item === undefined || change.rangeOffset > shown.start + shown.taken || change.text === "") {
      this.#shown = undefined;
      return;
    }
    shown.others = shown.others.filter((other) => other !== item && follows(other));
    shown.item = item;
    shown.taken += change.text.length;
    if (change.text.length > 1 && shown.taken < shown.item.insertText.length) {
      this.notify("textDocument/didPartiallyAcceptCompletion", { item: shown.item, acceptedLength: shown.taken });
    }
  }
}

function asSent(found: vscode.InlineCompletionItem): Item[] {
  if (found.command === undefined || typeof found.insertText !== "string") {
    return [];
  }
  const { title, command, arguments: argv } = found.command;
  return [{ insertText: found.insertText, command: { title, command, arguments: argv as unknown[] } }];
}
