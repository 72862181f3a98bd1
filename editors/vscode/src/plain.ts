/**
 * Characters that nobody sees: controls, those that turn the direction of writing, those without width, and what is drawn as
 * nothing. Pairs of the first and the last one; of surrogates only lone ones count.
 */
const HIDDEN: [number, number][] = [
  [0x00, 0x08], [0x0b, 0x1f], [0x7f, 0x9f], [0xad, 0xad], [0x34f, 0x34f], [0x61c, 0x61c], [0x115f, 0x1160], [0x17b4, 0x17b5],
  [0x180b, 0x180f], [0x200b, 0x200f], [0x2028, 0x202e], [0x2060, 0x206f], [0x3164, 0x3164], [0xd800, 0xdfff], [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff], [0xffa0, 0xffa0], [0xfff0, 0xfffb], [0xfffe, 0xffff], [0x1bca0, 0x1bca3], [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];
const LONGEST = 1000;
const SEEN = /^[\t\n\x20-\x7e]*$/;
const SCHEME = /\b(command|file|data|javascript|vbscript|mailto|vscode[\w-]*|(?!https?:)[a-z][a-z0-9+.-]{0,30}(?=:\/\/)):(?=\S)/gi;

/** The text without the hidden characters that another text, such as a document's, has not. */
export function withoutNew(text: string, there: string): string {
  if (SEEN.test(text)) {
    return text;
  }
  return Array.from(text).filter((each) => !isHidden(each) || there.includes(each)).join("");
}

/** What others wrote, as one line in which nothing is hidden and nothing is a link or an icon. */
export function quoted(text: string): string {
  const line = withoutNew(text.slice(0, 8 * LONGEST).replace(/\s+/g, " "), "").trim();
  const inert = line.replace(/\](?=[([])/g, "] ").replace(/\$(?=\()/g, "$ ").replace(/<(?=[a-z][a-z0-9+.-]*:)/gi, "< ").replace(SCHEME, "$1 :");
  return inert.length > LONGEST ? `${inert.slice(0, LONGEST - 1)}…` : inert;
}

function isHidden(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return HIDDEN.some(([first, last]) => first <= code && code <= last);
}
