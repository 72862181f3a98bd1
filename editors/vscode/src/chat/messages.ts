/** What the extension and the page of the chat view say to each other. */

export interface Used {
  path: string;
  /** Null for what lies in no file. */
  uri?: string | null;
  range: { start: { line: number }; end: { line: number } } | null;
  why: string;
}

export interface Answer {
  text: string;
  thinking: string;
  used: Used[];
  /** What was to go along with the question and did not. */
  leftOut?: { name: string; reason: string }[];
  /** "eog", "limit", "stopped" or "error". */
  reason: string;
  message?: string;
  /** So many of the oldest questions the model was not shown. */
  forgotten?: number;
}

/** Something that was attached to the next question. */
export interface Chip {
  id: number;
  name: string;
  title: string;
}

export type Attachable = "file" | "selection" | "symbol" | "problems" | "changes";

export type ToPage =
  | { kind: "clear" }
  | { kind: "question"; text: string }
  | { kind: "draft"; text: string }
  | { kind: "focus" }
  /** What goes along with the next question; `isOff`: the user leaves it out. */
  | { kind: "about"; name: string; isOff: boolean }
  | { kind: "attached"; chips: Chip[] }
  /** The definitions that the question names and that go along; `isOff`: the user leaves them out. */
  | { kind: "found"; names: string; isOff: boolean }
  | { kind: "piece"; part: "text" | "thinking"; text: string }
  | { kind: "answer"; answer: Answer };

export type FromPage =
  | { kind: "ready" }
  | { kind: "ask"; text: string }
  /** What stands in the input. */
  | { kind: "draft"; text: string }
  /** Leave out what would go along, or take it along again. */
  | { kind: "leaveOut" }
  | { kind: "leaveOutFound" }
  | { kind: "attach"; what: Attachable }
  | { kind: "detach"; id: number }
  /** Files were dropped on the page. */
  | { kind: "drop"; uris: string[] }
  /** A word behind a slash: an action on the code in the editor. */
  | { kind: "command"; name: string }
  | { kind: "open"; used: Used }
  | { kind: "stop" }
  /** "goOn": the answer came to its limit, and is wanted to its end. */
  | { kind: "copy" | "insert" | "apply" | "goOn"; text: string };
