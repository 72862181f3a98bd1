import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { propose } from "./actions.ts";
import { nameOf, placeOf, type Selected } from "./chat/code.ts";
import type { Documents } from "./documents.ts";
import { remembered, rows, type Row } from "./instructions.ts";
import { quoted } from "./plain.ts";
import { review, type Verdict } from "./review.ts";
import * as words from "./words.ts";

const PAST = "edit.instructions";
type Item = Row & vscode.QuickPickItem;

/** Code is changed as the user says: a box for the instruction, a diff, and the box again for who wants it otherwise. */
export class Editing {
  constructor(private readonly state: vscode.Memento, private readonly documents: Documents) {}

  /** `where` is what a code action was offered for; without it, it is the selection or the code around the cursor. */
  async run(client: LanguageClient, where?: Selected): Promise<void> {
    const first = where ?? placeOf(vscode.window.activeTextEditor);
    if (first === undefined) {
      void words.inform("open a file, and select code or place the cursor in it, to have it changed.");
      return;
    }
    let place: Selected = first;
    let said = "";
    for (;;) {
      const instruction = await this.#ask(place, said);
      if (instruction === undefined) {
        return;
      }
      const { uri }: Selected = place;
      const { version } = await vscode.workspace.openTextDocument(uri);
      if ((await this.#carryOut(client, place, version, instruction)) !== "Retry") {
        return;
      }
      said = instruction;
      const now = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
      if (now !== undefined && now.document.version !== version) {
        place = { uri, range: now.selection }; // the lines are others by now
      }
    }
  }

  async #carryOut(client: LanguageClient, { uri, range }: Selected, version: number, instruction: string): Promise<Verdict> {
    const convert = client.code2ProtocolConverter;
    const data = { action: "instruct", uri: convert.asUri(uri), range: convert.asRange(range), version, instruction };
    const proposal = await propose({ title: instruction, data }, client);
    const [one] = proposal?.edit.entries() ?? [];
    if (one !== undefined) {
      return review(one[0], one[1], instruction, this.documents, true);
    }
    return (await words.inform(`nothing was changed for “${instruction}”.`, "Retry")) ?? "Discard";
  }

  /** Undefined when the user leaves the box. It stays open beside the code, which they may want to read again. */
  async #ask(place: Selected, value: string): Promise<string | undefined> {
    const past = this.state.get<string[]>(PAST, []);
    const box = vscode.window.createQuickPick<Item>();
    box.title = quoted(`Hearth: edit ${nameOf(place)}`);
    box.placeholder = "What should be changed?";
    box.ignoreFocusOut = true;
    const list = (typed: string): void => { box.items = rows(past, typed).map(item); };
    box.onDidChangeValue(list);
    box.value = value;
    // Else all of it is selected, and the next key replaces the old words. Not in the types of older VS Codes.
    Object.assign(box, { valueSelection: [value.length, value.length] });
    list(value);
    const instruction = await new Promise<string | undefined>((resolve) => {
      box.onDidAccept(() => {
        const [row] = box.selectedItems;
        const taken = row?.isTyped === false ? row.instruction : box.value.trim();
        if (taken !== "") {
          resolve(taken);
        }
      });
      box.onDidHide(() => { resolve(undefined); });
      box.show();
    });
    box.dispose();
    if (instruction !== undefined) {
      await this.state.update(PAST, remembered(past, instruction));
    }
    return instruction;
  }
}

function item(row: Row): Item {
  const description = row.isTyped ? "Enter: change the code so" : "earlier";
  return { ...row, label: quoted(row.instruction), description, alwaysShow: row.isTyped };
}
