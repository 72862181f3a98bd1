import * as vscode from "vscode";
import { shown, type Status } from "./statusText.ts";

/** The item in the status bar: what the server is doing, and the way to the menu. */
export class StatusItem implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem("hearth.status", vscode.StatusBarAlignment.Right, 100);
  #status: Status = { kind: "starting", message: "" };

  constructor() {
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
    const { text, tooltip, colour } = shown(status);
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = { label: tooltip };
    this.#item.backgroundColor = colour === undefined ? undefined : new vscode.ThemeColor(colour);
  }

  dispose(): void {
    this.#item.dispose();
  }
}
