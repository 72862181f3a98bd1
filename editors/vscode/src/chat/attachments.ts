import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { quoted } from "../plain.ts";
import * as words from "../words.ts";
import { nameOf, placeOf, type Place } from "./code.ts";
import { diff } from "./changes.ts";
import type { Attachable, Chip, ToPage } from "./messages.ts";

export type Item = Chip & ({ place: Place } | { symbol: string } | { whole: "problems" | "changes" });
const SEVERITIES = ["error", "warning", "information", "hint"];
const MOST_FILES = 5000;
const NOT_OFFERED = "**/{.*,node_modules,__pycache__}/**";

/** What the user attached to the next question, besides its subject; each has a chip above the input. */
export class Attachments {
  #items: Item[] = [];
  #next = 1;

  constructor(private readonly show: (message: ToPage) => void) {}

  get items(): Item[] {
    return this.#items;
  }

  /** Ask for what is not said yet, and attach it. */
  async add(what: Attachable): Promise<void> {
    if (what === "file") {
      await this.#chooseFile();
    } else if (what === "symbol") {
      const name = (await vscode.window.showInputBox({ title: "Hearth: attach a definition", prompt: "The name of a class or a function" }))?.trim();
      if (name !== undefined && name !== "") {
        this.#put({ symbol: name }, name, `The definition of ${name} goes along`);
      }
    } else if (what === "selection") {
      this.#addSelection();
    } else {
      const title = what === "problems" ? "The problems that are shown in the file, else in all files, go along" : "The uncommitted changes go along";
      this.#put({ whole: what }, what, title);
    }
  }

  addPlace(place: Place): void {
    this.#put({ place }, nameOf(place), `${nameOf(place)} goes along with the question`);
  }

  remove(id: number): void {
    this.#items = this.#items.filter((each) => each.id !== id);
    this.tell();
  }

  /** What goes along with the question that is asked now, and not with the next one. */
  take(): Item[] {
    const taken = this.#items;
    this.#items = [];
    this.tell();
    return taken;
  }

  /** The question got no answer. */
  putBack(taken: Item[]): void {
    this.#items = [...taken, ...this.#items];
    this.tell();
  }

  tell(): void {
    this.show({ kind: "attached", chips: this.#items.map(({ id, name, title }) => ({ id, name: quoted(name), title: quoted(title) })) });
  }

  #addSelection(): void {
    const place = placeOf(vscode.window.activeTextEditor);
    if (place === undefined || place.range.isEmpty) {
      void words.inform("select code to attach it.");
    } else {
      this.addPlace(place);
    }
  }

  async #chooseFile(): Promise<void> {
    const files = await vscode.workspace.findFiles("**/*", NOT_OFFERED, MOST_FILES);
    const items = files.map((uri) => ({ uri, label: quoted(uri.path.split("/").at(-1) ?? ""), description: quoted(vscode.workspace.asRelativePath(uri)) }));
    items.sort((one, other) => one.description.localeCompare(other.description));
    const chosen = await vscode.window.showQuickPick(items, { title: "Hearth: attach a file", matchOnDescription: true });
    if (chosen !== undefined) { // one at a time: in a list of many choices Enter alone takes none
      this.addPlace({ uri: chosen.uri });
    }
  }

  #put(what: { place: Place } | { symbol: string } | { whole: "problems" | "changes" }, name: string, title: string): void {
    if (!this.#items.some((each) => each.name === name && each.title === title)) {
      this.#items.push({ ...what, id: this.#next++, name, title });
    }
    this.tell();
  }
}

/** As the server wants them; what a word of the question names is among them. */
export async function asParams(items: Item[], question: string, client: LanguageClient): Promise<object[]> {
  const found = await Promise.all(items.map(async (each) => asParam(each, client)));
  for (const what of ["problems", "changes"] as const) {
    const isThere = items.some((each) => "whole" in each && each.whole === what);
    if (!isThere && new RegExp(`(?<![\\w#])#${what}\\b`).test(question)) {
      found.push(await whole(what, client));
    }
  }
  return found;
}

async function asParam(item: Item, client: LanguageClient): Promise<object> {
  if ("symbol" in item) {
    return { kind: "symbol", name: item.symbol };
  }
  if ("whole" in item) {
    return whole(item.whole, client);
  }
  const { uri, range } = item.place;
  const convert = client.code2ProtocolConverter;
  return range === undefined
    ? { kind: "file", uri: convert.asUri(uri) }
    : { kind: "selection", uri: convert.asUri(uri), range: convert.asRange(range) };
}

async function whole(what: "problems" | "changes", client: LanguageClient): Promise<object> {
  return what === "problems" ? { kind: what, problems: problems(client) } : { kind: what, text: await diff() };
}

/** Of the file in the editor; where that has none, of all files. */
function problems(client: LanguageClient): object[] {
  const uri = vscode.window.activeTextEditor?.document.uri;
  const own = uri === undefined ? [] : [[uri, vscode.languages.getDiagnostics(uri)] as const];
  const found = own.some(([, there]) => there.length > 0) ? own : vscode.languages.getDiagnostics();
  return found.flatMap(([file, there]) => there.map(({ range, message, severity, source }) => ({
    uri: client.code2ProtocolConverter.asUri(file),
    range: client.code2ProtocolConverter.asRange(range),
    message,
    severity: SEVERITIES[severity] ?? "",
    source: source ?? "",
  })));
}
