import * as vscode from "vscode";
import { CAN_GROW, OURS } from "./growth.ts";
import type { InlineEdit } from "./nextEdit.ts";
import { placeOf } from "./nextEditLook.ts";
import { SCHEMES } from "./schemes.ts";

interface Place {
  document: vscode.TextDocument;
  version: number;
  position: vscode.Position;
  text: string;
}

/** New lines at the end of the cursor's line: VS Code's own ghost text shows and inserts them. */
export class Ghost implements vscode.Disposable {
  #place: Place | undefined;
  #provider: vscode.Disposable | undefined;

  /** Whether it is shown so. It is asked for once: the user may see something else there later. */
  show(editor: vscode.TextEditor, edit: InlineEdit): boolean {
    const { document, selection } = editor;
    const isPossible = CAN_GROW && vscode.workspace.getConfiguration("editor", document).get("inlineSuggest.enabled", true);
    const isNewLines = edit.range.isEmpty && edit.range.start.line > 0 && edit.uri.toString() === document.uri.toString();
    const position = isPossible && isNewLines ? placeOf(document, edit) : undefined;
    if (position?.isEqual(selection.active) !== true) {
      this.end();
      return false;
    }
    if (!this.isAt(document, position)) {
      this.end();
      const end = document.eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n";
      const text = edit.text.endsWith("\n") ? end + edit.text.slice(0, -end.length) : edit.text;
      this.#place = { document, version: document.version, position, text };
      this.#provider = vscode.languages.registerInlineCompletionItemProvider(SCHEMES.map((scheme) => ({ scheme })), {
        provideInlineCompletionItems: (asked, at) =>
          this.isAt(asked, at) ? [new vscode.InlineCompletionItem(text, new vscode.Range(at, at))] : undefined,
      });
      void vscode.commands.executeCommand("editor.action.inlineSuggest.trigger", OURS);
    }
    return true;
  }

  isAt(document: vscode.TextDocument, position: vscode.Position): boolean {
    const place = this.#place;
    return place?.document === document && place.version === document.version && place.position.isEqual(position);
  }

  /** Whether this change inserts it. */
  isTaken(document: vscode.TextDocument, changes: readonly vscode.TextDocumentContentChangeEvent[]): boolean {
    const place = this.#place;
    const [change, ...others] = changes;
    return place?.document === document && others.length === 0 && change?.text === place.text && change.range.start.isEqual(place.position);
  }

  end(): void {
    const editor = vscode.window.activeTextEditor;
    const isSeen = editor !== undefined && this.isAt(editor.document, editor.selection.active);
    this.#place = undefined;
    this.#provider?.dispose();
    this.#provider = undefined;
    if (isSeen) {
      void vscode.commands.executeCommand("editor.action.inlineSuggest.hide");
    }
  }

  dispose(): void {
    this.#provider?.dispose();
  }
}
