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
}

export type ToPage =
  | { kind: "clear" }
  | { kind: "question"; text: string }
  | { kind: "piece"; part: "text" | "thinking"; text: string }
  | { kind: "answer"; answer: Answer };

export type FromPage =
  | { kind: "ready" }
  | { kind: "ask"; text: string }
  | { kind: "stop" }
  | { kind: "copy" | "insert" | "apply"; text: string };
