import type { FromPage, ToPage } from "../chat/messages.ts";
import { Turn } from "./turn.ts";

declare function acquireVsCodeApi(): { postMessage: (message: FromPage) => void };

const vscode = acquireVsCodeApi();
const log = byId("log");
const question = byId("question") as HTMLTextAreaElement;
const send = byId("send");
const stop = byId("stop");
let turn: Turn | undefined;

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`no ${id}`);
  }
  return found;
}

function answering(yes: boolean): void {
  send.hidden = yes;
  stop.hidden = !yes;
}

function ask(): void {
  const text = question.value.trim();
  if (text !== "") {
    vscode.postMessage({ kind: "ask", text });
    question.value = "";
  }
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
stop.addEventListener("click", () => { vscode.postMessage({ kind: "stop" }); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !stop.hidden) {
    vscode.postMessage({ kind: "stop" });
  }
});
vscode.postMessage({ kind: "ready" });
