import type { Answer } from "./messages.ts";

export interface Streamed {
  text: string;
  thinking: string;
}

const NO_ANSWER = "The server gave no answer. Its log may say why.";

/** The answer to show for what the server said at the end: where it broke off, what was streamed stays. */
export function ending(said: Partial<Answer> | null | undefined, streamed: Streamed): Answer {
  const { text = "", thinking = "", used = [], leftOut, reason = "error", message = NO_ANSWER, forgotten = 0 } = said ?? {};
  const along = leftOut === undefined ? { used } : { used, leftOut };
  if (reason !== "error") {
    return { text, thinking, ...along, reason, forgotten };
  }
  return { text: longer(text, streamed.text), thinking: longer(thinking, streamed.thinking), ...along, reason, message };
}

function longer(one: string, other: string): string {
  return one.length < other.length ? other : one;
}
