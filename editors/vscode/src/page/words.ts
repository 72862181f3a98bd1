import type { FromPage } from "../chat/messages.ts";

interface Word {
  word: string;
  says: string;
  message: FromPage;
}

const ATTACH: Word[] = [
  { word: "#file", says: "attach a file", message: { kind: "attach", what: "file" } },
  { word: "#selection", says: "attach the selection", message: { kind: "attach", what: "selection" } },
  { word: "#symbol", says: "attach a class or a function", message: { kind: "attach", what: "symbol" } },
  { word: "#problems", says: "attach the problems", message: { kind: "attach", what: "problems" } },
  { word: "#changes", says: "attach the uncommitted changes", message: { kind: "attach", what: "changes" } },
];
const ACT: Word[] = [
  { word: "/edit", says: "edit the code as you say", message: { kind: "command", name: "edit" } },
  { word: "/explain", says: "explain it", message: { kind: "command", name: "explain" } },
  { word: "/fix", says: "fix a problem", message: { kind: "command", name: "fix" } },
  { word: "/document", says: "write documentation", message: { kind: "command", name: "document" } },
  { word: "/types", says: "add types", message: { kind: "command", name: "types" } },
  { word: "/simplify", says: "simplify it", message: { kind: "command", name: "simplify" } },
  { word: "/tests", says: "write tests", message: { kind: "command", name: "tests" } },
  { word: "/new", says: "begin a new chat", message: { kind: "command", name: "new" } },
];

/** The list above the input, while a word is typed that attaches something (`#`) or, at the beginning, acts (`/`). */
export class Words {
  #shown: Word[] = [];
  #chosen = 0;

  constructor(
    private readonly input: HTMLTextAreaElement, private readonly list: HTMLElement, private readonly send: (message: FromPage) => void,
  ) {
    input.addEventListener("input", () => { this.#look(); });
    input.addEventListener("blur", () => { this.#show([]); });
  }

  /** Whether the key was for the list. */
  takes({ key, shiftKey, isComposing }: KeyboardEvent): boolean {
    if (this.#shown.length === 0 || isComposing) {
      return false;
    }
    if (key === "ArrowDown" || key === "ArrowUp") {
      const step = key === "ArrowDown" ? 1 : this.#shown.length - 1;
      this.#chosen = (this.#chosen + step) % this.#shown.length;
      this.#draw();
      return true;
    }
    if (key === "Escape") {
      this.#show([]);
      return true;
    }
    const word = this.#shown[this.#chosen];
    if (word !== undefined && ((key === "Enter" && !shiftKey) || key === "Tab")) {
      this.#take(word);
      return true;
    }
    return false;
  }

  #look(): void {
    const before = this.input.value.slice(0, this.input.selectionStart);
    const typed = /(?:^|\s)(#\w*)$/.exec(before)?.[1] ?? /^\s*(\/\w*)$/.exec(before)?.[1] ?? "";
    const words = typed.startsWith("#") ? ATTACH : ACT;
    this.#show(typed === "" ? [] : words.filter(({ word }) => word.startsWith(typed)));
  }

  #show(words: Word[]): void {
    this.#shown = words;
    this.#chosen = 0;
    this.#draw();
  }

  #draw(): void {
    this.list.hidden = this.#shown.length === 0;
    this.list.replaceChildren(...this.#shown.map((word, index) => {
      const item = document.createElement("li");
      const name = document.createElement("b");
      name.textContent = word.word;
      item.id = `word-${index}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(index === this.#chosen));
      item.append(name, ` ${word.says}`);
      item.addEventListener("mousedown", (event) => {
        event.preventDefault(); // the input keeps the focus
        this.#take(word);
      });
      return item;
    }));
    if (this.#shown.length === 0) {
      this.input.removeAttribute("aria-activedescendant");
    } else {
      this.input.setAttribute("aria-activedescendant", `word-${this.#chosen}`);
    }
  }

  /** The word was for us: it goes, and what it says is done. */
  #take({ message }: Word): void {
    const end = this.input.selectionStart;
    const start = this.input.value.slice(0, end).search(/[#/]\w*$/);
    this.input.setRangeText("", start, end, "end");
    this.#show([]);
    this.send({ kind: "draft", text: this.input.value });
    this.send(message);
  }
}
