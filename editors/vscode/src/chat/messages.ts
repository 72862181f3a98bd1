/** What the extension and the page of the chat view say to each other. */

export interface Used {
  path: string;
  range: { start: { line: number }; end: { line: number } } | null;
  why: string;
}

export interface Answer {
  text: string;
  thinking: string;
  used: Used[];
  /** "eog", "limit", "stopped" or "error". */
  reason: string;
  message?: string;
  /** So many of the oldest questions the model was not shown. */
  forgotten?: number;
}

export type ToPage =
  | { kind: "clear" }
  | { kind: "question"; text: string }
  | { kind: "draft"; text: string }
  | { kind: "focus" }
  /** What goes along with the next question; `isOff`: the user leaves it out. */
  | { kind: "about"; name: string; isOff: boolean }
  | { kind: "piece"; part: "text" | "thinking"; text: string }
  | { kind: "answer"; answer: Answer };

export type FromPage =
  | { kind: "ready" }
  | { kind: "ask"; text: string }
  /** What stands in the input. */
  | { kind: "draft"; text: string }
  /** Leave out what would go along, or take it along again. */
  | { kind: "leaveOut" }
  | { kind: "stop" }
  /** "goOn": the answer came to its limit, and is wanted to its end. */
  | { kind: "copy" | "insert" | "apply" | "goOn"; text: string };
