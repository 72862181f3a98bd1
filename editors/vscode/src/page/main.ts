import type { Chip, FromPage, ToPage } from "../chat/messages.ts";
import { Turn } from "./turn.ts";
import { Words } from "./words.ts";

declare function acquireVsCodeApi(): { postMessage: (message: FromPage) => void };

const vscode = acquireVsCodeApi();
const log = byId("log");
const question = byId("question") as HTMLTextAreaElement;
const send = byId("send");
const stop = byId("stop");
const about = byId("about");
const attached = byId("attached");
const found = byId("found");
const said = byId("said");
const words = new Words(question, byId("words"), (message) => { vscode.postMessage(message); });
let turn: Turn | undefined;
let asked = ""; // the last question, until there is an answer

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`no ${id}`);
  }
  return found;
}

function answering(yes: boolean): void {
  const hasFocus = document.activeElement === send || document.activeElement === stop;
  send.hidden = yes;
  stop.hidden = !yes;
  if (hasFocus) {
    question.focus(); // a button that is hidden would take it along
  }
}

function ask(): void {
  const text = question.value.trim();
  if (text !== "") {
    vscode.postMessage({ kind: "ask", text });
    asked = text;
    fill("");
  }
}

function fill(text: string): void {
  question.value = text;
  vscode.postMessage({ kind: "draft", text });
}

/** Name what goes along with the question; the button leaves it out, or takes it along again. */
function showAlong(chip: HTMLElement, name: string, isOff: boolean): void {
  chip.hidden = name === "";
  chip.classList.toggle("off", isOff);
  chip.textContent = isOff ? `+ ${name}` : `${name} ×`;
  chip.title = isOff ? `The question goes without ${name}. Take it along` : `${name} goes along with the question. Leave it out`;
  chip.setAttribute("aria-label", chip.title);
}

/** A chip for each thing that was attached; it takes it away again. */
function showAttached(chips: Chip[]): void {
  attached.replaceChildren(...chips.map(({ id, name, title }) => {
    const chip = document.createElement("button");
    chip.type = "button";
    chip.className = "quiet chip";
    chip.textContent = `${name} ×`;
    chip.title = `${title}. Leave it out`;
    chip.setAttribute("aria-label", chip.title);
    chip.addEventListener("click", () => {
      vscode.postMessage({ kind: "detach", id });
      question.focus();
    });
    return chip;
  }));
}

/** Follow the answer, unless the reader has scrolled up. */
function following(change: () => void): void {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  change();
  if (atEnd) {
    log.scrollTop = log.scrollHeight;
  }
}

window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
  following(() => {
    switch (data.kind) {
      case "clear":
        log.replaceChildren();
        turn = undefined;
        answering(false);
        break;
      case "question":
        turn?.end();
        asked = asked === data.text ? asked : "";
        turn = new Turn(log, data.text, {
          act: (kind, text) => { vscode.postMessage({ kind, text }); },
          open: (used) => { vscode.postMessage({ kind: "open", used }); },
          say: (text) => { said.textContent = text; },
        });
        answering(true);
        break;
      case "piece":
        turn?.add(data.part, data.text);
        break;
      case "answer":
        turn?.finish(data.answer);
        said.textContent = turn?.spoken() ?? ""; // once, not at each piece
        turn = undefined;
        answering(false);
        if (data.answer.reason === "error" && asked !== "" && question.value === "") {
          fill(asked); // to be asked again without being typed again
        }
        asked = "";
        break;
      case "draft":
        if (data.text !== "") {
          fill(data.text + question.value); // something may have been typed already
        }
        break;
      case "focus":
        question.focus();
        break;
      case "about":
        showAlong(about, data.name, data.isOff);
        break;
      case "attached":
        showAttached(data.chips);
        break;
      case "found":
        showAlong(found, data.names, data.isOff);
    }
  });
});
byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
question.addEventListener("keydown", (event) => {
  if (words.takes(event)) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    ask();
  }
});
question.addEventListener("input", () => { vscode.postMessage({ kind: "draft", text: question.value }); });
about.addEventListener("click", () => {
  vscode.postMessage({ kind: "leaveOut" });
  question.focus();
});
// VS Code lets files through while Shift is held.
document.addEventListener("dragover", (event) => { event.preventDefault(); });
document.addEventListener("drop", (event) => {
  event.preventDefault();
  const dropped = event.dataTransfer?.getData("application/vnd.code.uri-list") ?? "";
  const list = dropped === "" ? (event.dataTransfer?.getData("text/uri-list") ?? "") : dropped;
  const uris = list.split(/\r?\n/).filter((each) => each !== "" && !each.startsWith("#"));
  if (uris.length > 0) {
    vscode.postMessage({ kind: "drop", uris });
  }
});
// The view is given the focus as a whole: who opens it wants to type.
window.addEventListener("focus", () => {
  if (document.activeElement === document.body) {
    question.focus();
  }
});
found.addEventListener("click", () => {
  vscode.postMessage({ kind: "leaveOutFound" });
  question.focus();
});
stop.addEventListener("click", () => { vscode.postMessage({ kind: "stop" }); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !stop.hidden) {
    vscode.postMessage({ kind: "stop" });
  }
});
vscode.postMessage({ kind: "ready" });
