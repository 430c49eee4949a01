/** What the fonts that every reader of PDF has can show (WinAnsi). */
const SHOWN = String.raw`\n\u0020-\u007E\u00A0-\u00FF€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ`;
const FOREIGN = new RegExp(`[^${SHOWN}]`, 'gu');
const IS_SHOWN = new RegExp(`^[${SHOWN}]+$`, 'u');

/**
 * A text as the fonts of a page can show it: letters lose marks that these don't have, and what is left is told by its number (`\u{6A21}`), so that nobody takes one
 * name for another.
 */
export function printable(text: string): string {
  return text.normalize('NFC').replace(FOREIGN, (character) => {
    if (/\s/.test(character)) return ' ';
    const plain = character.normalize('NFKD').replace(/\p{M}/gu, '');
    if (IS_SHOWN.test(plain)) return plain;
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
  });
}

/** Whether some characters of a text are told by their numbers. */
export function isEscaped(text: string): boolean {
  return printable(text) !== text.normalize('NFC') && printable(text).includes('\\u{') && !text.includes('\\u{');
}
