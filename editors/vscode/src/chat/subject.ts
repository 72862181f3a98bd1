import * as vscode from "vscode";
import { quoted } from "../plain.ts";
import { nameOf, subjectOf, type Place } from "./code.ts";
import type { ToPage } from "./messages.ts";

/** What goes along with the next question: the selection or the file in the active editor, unless the user leaves it out. */
export class Subject implements vscode.Disposable {
  #isOff = false;
  readonly #listeners = [
    vscode.window.onDidChangeActiveTextEditor(() => { this.tell(); }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      if (textEditor === vscode.window.activeTextEditor) {
        this.tell();
      }
    }),
  ];

  constructor(private readonly show: (message: ToPage) => void) {}

  get place(): Place | undefined {
    return this.#isOff ? undefined : this.#current();
  }

  leaveOut(): void {
    this.#isOff = !this.#isOff;
    this.tell();
  }

  tell(): void {
    const place = this.#current();
    this.show({ kind: "about", name: place === undefined ? "" : quoted(nameOf(place)), isOff: this.#isOff });
  }

  dispose(): void {
    this.#listeners.forEach((listener) => { listener.dispose(); });
  }

  #current(): Place | undefined {
    return subjectOf(vscode.window.activeTextEditor);
  }
}
