import * as vscode from "vscode";

const NOTICED_MS = 150; // what is quicker would only flicker
const changed = new vscode.EventEmitter<boolean>();
let waiting = 0;

/** Whether a suggestion is waited for, for longer than an instant. */
export const onDidChangeBusy = changed.event;

/** What the work gives; who looks at the status bar sees that it takes its time. */
export async function noticed<T>(work: PromiseLike<T> | T): Promise<T> {
  let counted = 0;
  const timer = setTimeout(() => {
    counted = 1;
    changed.fire(++waiting > 0);
  }, NOTICED_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    waiting -= counted;
    changed.fire(waiting > 0);
  }
}
