import type { Answer, Used } from "../chat/messages.ts";
import { render } from "./markdown.ts";

/** What can be done with an answer. */
export interface Deeds {
  act: (kind: "copy" | "insert" | "apply" | "goOn", text: string) => void;
  open: (used: Used) => void;
  /** To who hears instead of seeing. */
  say: (text: string) => void;
}

const SPOKEN = 2000; // characters
const COPIED = 1500; // milliseconds

const ENDS: Record<string, string> = {
  limit: "Cut off here: the answer was too long.",
  stopped: "Stopped.",
};

/** One question and its answer on the page. */
export class Turn {
  #text = "";
  #thinking = "";
  #due = false;
  #spoken = "";
  readonly #element = element("section", "turn");
  readonly #thoughts = element("details", "thinking");
  readonly #answer = element("div", "answer");

  constructor(log: HTMLElement, question: string, private readonly deeds: Deeds) {
    const summary = element("summary", "", "Reasoning");
    this.#thoughts.append(summary, element("p"));
    this.#thoughts.hidden = true;
    this.#answer.append(element("p", "waiting", "…"));
    this.#element.append(element("h2", "question", question), this.#thoughts, this.#answer);
    log.append(this.#element);
    this.#element.scrollIntoView();
  }

  add(part: "text" | "thinking", text: string): void {
    if (part === "text") {
      this.#text += text;
    } else {
      this.#thinking += text;
    }
    if (!this.#due) {
      this.#due = true;
      requestAnimationFrame(() => {
        if (this.#due) {
          this.#draw();
        }
      });
    }
  }

  /** Another question came before the answer was complete. */
  end(): void {
    this.finish({ text: this.#text, thinking: this.#thinking, used: [], reason: "stopped" });
  }

  /** The answer for a screen reader. */
  spoken(): string {
    return this.#element.querySelector(".error")?.textContent ?? this.#spoken;
  }

  finish({ text, thinking, used, leftOut = [], reason, message, forgotten = 0 }: Answer): void {
    this.#text = text;
    this.#thinking = thinking;
    this.#draw();
    this.#spoken = this.#answer.textContent.slice(0, SPOKEN); // without the buttons that follow
    for (const block of this.#answer.querySelectorAll("pre")) {
      block.tabIndex = 0;
      block.after(this.#buttons(block.textContent, /language-(\S+)/.exec(block.firstElementChild?.className ?? "")?.[1] ?? ""));
    }
    const said = reason === "error" ? message : ENDS[reason];
    if (said !== undefined) {
      this.#element.append(element("p", reason === "error" ? "error" : "end", said));
    }
    if (reason === "limit") {
      const button = element("button", "quiet", "Continue");
      button.addEventListener("click", () => {
        button.remove();
        this.deeds.act("goOn", "");
      });
      this.#element.append(button);
    }
    if (forgotten > 0) {
      const questions = forgotten === 1 ? "The first question of this chat does" : `The first ${forgotten} questions of this chat do`;
      this.#element.append(element("p", "end", `${questions} not fit the model's window any more.`));
    }
    if (used.length > 0) {
      this.#element.append(this.#sources(used));
    }
    for (const { name, reason: why } of leftOut) {
      this.#element.append(element("p", "end", `Not shown to the model: ${name} (${why})`));
    }
  }

  #draw(): void {
    this.#due = false;
    this.#thoughts.hidden = this.#thinking === "";
    this.#thoughts.lastElementChild?.replaceChildren(this.#thinking.trim());
    this.#answer.innerHTML = render(this.#text);
  }

  #buttons(code: string, language: string): HTMLElement {
    const row = element("div", "row code");
    row.append(element("span", "language", language));
    for (const [kind, label] of [["copy", "Copy"], ["insert", "Insert at cursor"], ["apply", "Apply…"]] as const) {
      const button = element("button", "quiet", label);
      button.addEventListener("click", () => {
        this.deeds.act(kind, code);
        if (kind === "copy") {
          button.textContent = "Copied";
          this.deeds.say("Copied");
          setTimeout(() => { button.textContent = label; }, COPIED);
        }
      });
      row.append(button);
    }
    return row;
  }

  #sources(used: Used[]): HTMLElement {
    const details = element("details", "used");
    const list = element("ul");
    for (const each of used) {
      const { path, range, why, uri } = each;
      const lines = range === null ? "" : `:${range.start.line + 1}–${range.end.line}`;
      const isFile = range !== null || typeof uri === "string";
      const name = element(isFile ? "button" : "code", isFile ? "quiet place" : "", path + lines);
      name.addEventListener("click", () => {
        if (isFile) {
          this.deeds.open(each);
        }
      });
      const item = element("li");
      item.append(name, ` ${why}`);
      list.append(item);
    }
    details.append(element("summary", "", `Shown to the model: ${used.length} ${used.length === 1 ? "passage" : "passages"}`), list);
    return details;
  }
}

function element(tag: string, kind = "", text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = kind;
  made.textContent = text;
  return made;
}
