/** A part of one line that goes, and what comes in its place. Columns count UTF-16 code units. */
export interface Piece {
  line: number;
  from: number;
  to: number;
  text: string;
}

/** A change of whole lines, line by line. */
export interface Change {
  pieces: Piece[];
  /** The new lines that have no old line to stand beside. */
  rest: string[];
}

const PART_OF_A_WORD = /[\p{L}\p{N}_$]/u;

/** What becomes of the lines from `first` on: each old line beside the new one at its place. */
export function compare(first: number, old: string[], fresh: string[]): Change {
  const pieces = old.flatMap((before, index) => {
    const after = fresh[index];
    const line = first + index;
    return after === undefined ? [{ line, from: 0, to: before.length, text: "" }] : within(line, before, after);
  });
  return { pieces, rest: fresh.slice(old.length) };
}

/** The words of one line that change; nothing if none does. */
function within(line: number, before: string, after: string): Piece[] {
  if (before === after) {
    return [];
  }
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) {
    head++;
  }
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) {
    tail++;
  }
  while (head > 0 && (cuts(before, head) || cuts(after, head))) {
    head--;
  }
  while (tail > 0 && (cuts(before, before.length - tail) || cuts(after, after.length - tail))) {
    tail--;
  }
  return [{ line, from: head, to: before.length - tail, text: after.slice(head, after.length - tail) }];
}

/** Whether a word, or a character of two code units, goes on across that column. */
function cuts(text: string, column: number): boolean {
  const [before, after] = [text[column - 1] ?? "", text[column] ?? ""];
  return (PART_OF_A_WORD.test(before) && PART_OF_A_WORD.test(after)) || /^[\udc00-\udfff]/.test(after);
}

/** Whether a Tab there would indent the line, rather than go into its text. */
export function isIndentation(line: string, column: number): boolean {
  return line.slice(0, column).trim() === "";
}

/** Text for a place that folds blanks and knows no tabs: it keeps its width there. */
export function unfolded(text: string, tabSize: number): string {
  return text.replaceAll("\t", " ".repeat(tabSize)).replaceAll(" ", "\u00a0");
}
