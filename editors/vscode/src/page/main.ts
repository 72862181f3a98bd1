import type { FromPage, ToPage } from "../chat/messages.ts";
import { Turn } from "./turn.ts";

declare function acquireVsCodeApi(): { postMessage: (message: FromPage) => void };

const vscode = acquireVsCodeApi();
const log = byId("log");
const question = byId("question") as HTMLTextAreaElement;
const send = byId("send");
const stop = byId("stop");
const about = byId("about");
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
function showSubject(name: string, isOff: boolean): void {
  about.hidden = name === "";
  about.classList.toggle("off", isOff);
  about.textContent = isOff ? `+ ${name}` : `${name} ×`;
  about.title = isOff ? `The question goes without ${name}. Take it along` : `${name} goes along with the question. Leave it out`;
  about.setAttribute("aria-label", about.title);
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
        turn = new Turn(log, data.text, (kind, text) => { vscode.postMessage({ kind, text }); });
        answering(true);
        break;
      case "piece":
        turn?.add(data.part, data.text);
        break;
      case "answer":
        turn?.finish(data.answer);
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
        showSubject(data.name, data.isOff);
    }
  });
});
byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
question.addEventListener("keydown", (event) => {
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
// The view is given the focus as a whole: who opens it wants to type.
window.addEventListener("focus", () => {
  if (document.activeElement === document.body) {
    question.focus();
  }
});
stop.addEventListener("click", () => { vscode.postMessage({ kind: "stop" }); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !stop.hidden) {
    vscode.postMessage({ kind: "stop" });
  }
});
vscode.postMessage({ kind: "ready" });
