/** Earlier instructions, the latest first, and what the box for a new one lists. */

const MOST = 30;

export interface Row {
  instruction: string;
  isTyped: boolean;
}

/** The instruction comes to the front, and stands there once. */
export function remembered(past: readonly string[], instruction: string): string[] {
  return [instruction, ...past.filter((each) => each !== instruction)].slice(0, MOST);
}

/** What was typed comes first, so that Enter takes it. */
export function rows(past: readonly string[], typed: string): Row[] {
  const instruction = typed.trim();
  const earlier = past.filter((each) => each !== instruction).map((each) => ({ instruction: each, isTyped: false }));
  return instruction === "" ? earlier : [{ instruction, isTyped: true }, ...earlier];
}
