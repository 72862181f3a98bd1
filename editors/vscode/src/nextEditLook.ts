import * as vscode from "vscode";
import type { InlineEdit } from "./nextEdit.ts";
import { compare, unfolded, type Change } from "./pieces.ts";
import { quoted } from "./plain.ts";

const LONGEST = 120;
const color = (id: string): vscode.ThemeColor => new vscode.ThemeColor(id);
/** As VS Code draws edits itself. High contrast themes have no backgrounds there, but borders. */
const OLD = { backgroundColor: color("inlineEdit.originalChangedTextBackground"), textDecoration: "line-through" };
const NEW = {
  color: color("editor.foreground"),
  backgroundColor: color("inlineEdit.modifiedChangedTextBackground"),
  border: "1px solid",
  borderColor: color("diffEditor.insertedTextBorder"),
};
const BADGE = {
  color: color("editorInlayHint.foreground"),
  backgroundColor: color("editorInlayHint.background"),
  border: "1px solid",
  borderColor: color("contrastBorder"),
  margin: "0 0 0 1.5em",
};

/** How a next edit looks: the change at its place, a mark in the gutter, and a badge at the cursor if that is out of sight. */
export class Look implements vscode.Disposable {
  readonly #old = vscode.window.createTextEditorDecorationType({
    ...OLD, border: "1px solid", borderColor: color("diffEditor.removedTextBorder"),
  });
  readonly #new = vscode.window.createTextEditorDecorationType({});
  readonly #badge = vscode.window.createTextEditorDecorationType({});
  readonly #mark: vscode.TextEditorDecorationType;
  #shownIn: vscode.TextEditor | undefined;

  constructor(extension: vscode.Uri) {
    const icon = (theme: string): { gutterIconPath: vscode.Uri } =>
      ({ gutterIconPath: vscode.Uri.joinPath(extension, "media", `next-edit-${theme}.svg`) });
    this.#mark = vscode.window.createTextEditorDecorationType({
      gutterIconSize: "contain",
      overviewRulerColor: color("editorOverviewRuler.addedForeground"),
      overviewRulerLane: vscode.OverviewRulerLane.Full,
      light: icon("light"),
      dark: icon("dark"),
    });
  }

  /** `key` is the one that takes it from where the cursor is; `asGhost`: ghost text shows what comes. */
  show(editor: vscode.TextEditor, edit: InlineEdit, key: string, asGhost: boolean): void {
    if (this.#shownIn !== editor) {
      this.hide();
    }
    this.#shownIn = editor;
    const isHere = editor.document.uri.toString() === edit.uri.toString();
    const spot = isHere ? placeOf(editor.document, edit) : undefined;
    const isInSight = spot !== undefined && editor.visibleRanges.some((range) => range.contains(spot));
    const drawn = spot === undefined ? { old: [], fresh: [] } : drawing(editor, edit, spot, asGhost, isInSight ? key : "");
    editor.setDecorations(this.#old, drawn.old);
    editor.setDecorations(this.#new, drawn.fresh);
    editor.setDecorations(this.#mark, spot === undefined ? [] : [new vscode.Range(spot, spot)]);
    const isTold = asGhost || (isInSight && drawn.old.length === 0 && drawn.fresh.length > 0);
    const contentText = isInSight ? key : `${key} ${whereTo(edit, isHere)}${about(edit)}`;
    const range = lineEnd(editor.document, isInSight ? lastLine(edit, spot) : editor.selection.active.line);
    editor.setDecorations(this.#badge, isTold ? [] : [{ range, renderOptions: { after: { contentText, ...BADGE } } }]);
  }

  hide(): void {
    for (const type of [this.#old, this.#new, this.#mark, this.#badge]) {
      this.#shownIn?.setDecorations(type, []);
    }
    this.#shownIn = undefined;
  }

  dispose(): void {
    for (const type of [this.#old, this.#new, this.#mark, this.#badge]) {
      type.dispose();
    }
  }
}

/** Where the cursor goes: where the text begins to differ. New lines begin at the end of the one above them. */
export function placeOf(document: vscode.TextDocument, edit: InlineEdit): vscode.Position {
  const { start } = edit.range;
  if (edit.range.isEmpty) {
    return start.line > 0 && start.character === 0 ? document.lineAt(start.line - 1).range.end : start;
  }
  const [first] = changeOf(document, edit).pieces;
  return first === undefined ? document.lineAt(lastLine(edit, start)).range.end : new vscode.Position(first.line, first.from);
}

/** Whether all of it can be seen beside the old lines. */
export function fits(document: vscode.TextDocument, edit: InlineEdit): boolean {
  const { pieces, rest } = changeOf(document, edit);
  return rest.length <= (edit.range.isEmpty ? 1 : 0) && [...pieces.map(({ text }) => text), ...rest].every((text) => text.length <= LONGEST);
}

/** The new lines, for who wants to see all of them. */
function whole(document: vscode.TextDocument, edit: InlineEdit): vscode.MarkdownString {
  return new vscode.MarkdownString().appendCodeblock(newLines(edit).join("\n"), document.languageId);
}

/** New lines say at their end which key takes them: a badge would stand in front of them. */
function drawing(editor: vscode.TextEditor, edit: InlineEdit, spot: vscode.Position, asGhost: boolean, key: string): Drawn {
  const { document } = editor;
  const { pieces, rest } = changeOf(document, edit);
  const tab = typeof editor.options.tabSize === "number" ? editor.options.tabSize : 4;
  const hoverMessage = edit.text === "" ? [] : [whole(document, edit)];
  const old = pieces.map(({ line, from, to }) => ({ range: new vscode.Range(line, from, line, to), hoverMessage }));
  const fresh: vscode.DecorationOptions[] = pieces.filter(({ text }) => text !== "").map(({ line, to, text }) => {
    const range = new vscode.Range(line, to, line, to);
    return { range, renderOptions: { after: { contentText: unfolded(short(text), tab), ...NEW } } };
  });
  const next = rest.find((line) => line.trim() !== "") ?? rest[0];
  if (next !== undefined && !asGhost) {
    const more = rest.length > 1 ? ` (+${rest.length - 1})` : "";
    const sign = edit.range.isEmpty && edit.range.start.line === 0 ? "\u2191" : "\u21b5"; // above the first line, or behind a line
    const contentText = `${sign} ${unfolded(short(next.trim()), tab)}${more}${old.length === 0 ? `\u00a0\u00a0${key}` : ""}`;
    const range = lineEnd(document, lastLine(edit, spot));
    fresh.push({ range, hoverMessage, renderOptions: { after: { contentText, ...NEW, margin: "0 0 0 1em" } } });
  }
  return { old, fresh };
}

interface Drawn {
  old: vscode.DecorationOptions[];
  fresh: vscode.DecorationOptions[];
}

function changeOf(document: vscode.TextDocument, edit: InlineEdit): Change {
  const { range } = edit;
  return compare(range.start.line, range.isEmpty ? [] : linesOf(document.getText(range)), newLines(edit));
}

/** New lines at the end of a text without a last line end bring one in front of them. */
function newLines({ range, text }: InlineEdit): string[] {
  return linesOf(range.isEmpty && !text.endsWith("\n") ? text.replace(/^\r?\n/, "") : text);
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\r?\n$/, "").split(/\r?\n/);
}

/** The last of the lines that change. A range of whole lines may end at the beginning of the next one. */
function lastLine({ range }: InlineEdit, spot: vscode.Position): number {
  return range.isEmpty ? spot.line : range.end.character === 0 && range.end.line > range.start.line ? range.end.line - 1 : range.end.line;
}

function lineEnd(document: vscode.TextDocument, line: number): vscode.Range {
  const { end } = document.lineAt(line).range;
  return new vscode.Range(end, end);
}

function whereTo(edit: InlineEdit, isHere: boolean): string {
  const line = `line ${edit.range.start.line + 1}`;
  return isHere ? line : `${quoted(vscode.workspace.asRelativePath(edit.uri))}, ${line}`;
}

function about({ title, left }: InlineEdit): string {
  return `${title === "" ? "" : `: ${short(quoted(title))}`}${left > 0 ? ` (${left} more)` : ""}`;
}

function short(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
