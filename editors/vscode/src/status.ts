import * as vscode from "vscode";
import { onDidChangeBusy } from "./busy.ts";
import { shown, type Status } from "./statusText.ts";

/** The item in the status bar: what the server is doing, and the way to the menu. */
export class StatusItem implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem("hearth.status", vscode.StatusBarAlignment.Right, 100);
  #status: Status = { kind: "starting", message: "" };
  #isBusy = false;
  readonly #listening: vscode.Disposable;

  constructor(private readonly languageOff: (id: string) => boolean) {
    this.#listening = vscode.Disposable.from(
      onDidChangeBusy((isBusy) => { this.#isBusy = isBusy; this.update(this.#status); }),
      vscode.window.onDidChangeActiveTextEditor(() => { this.update(this.#status); }),
      vscode.workspace.onDidChangeConfiguration(() => { this.update(this.#status); }),
    );
    this.#item.name = "Hearth";
    this.#item.command = "hearth.menu";
    this.update(this.#status);
    this.#item.show();
  }

  get current(): Status {
    return this.#status;
  }

  update(status: Status): void {
    this.#status = status;
    const language = vscode.window.activeTextEditor?.document.languageId;
    const off = language !== undefined && this.languageOff(language) ? { off: language } : {};
    const { text, tooltip, colour } = shown(status, { ...off, busy: this.#isBusy });
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = { label: tooltip };
    this.#item.backgroundColor = colour === undefined ? undefined : new vscode.ThemeColor(colour);
  }

  dispose(): void {
    this.#listening.dispose();
    this.#item.dispose();
  }
}
