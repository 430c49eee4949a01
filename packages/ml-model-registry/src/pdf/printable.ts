/** Characters of the fonts that every reader of PDF has (WinAnsi): the others would come out as something else. */
const OWN = String.raw`\n\u0020-\u007E\u00A0-\u00FF€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ`;
const FOREIGN = new RegExp(`[^${OWN}]`, 'gu');
const ALL_OWN = new RegExp(`^[${OWN}]+$`, 'u');
/** Marks on Latin, Greek and Cyrillic letters. */
const MARKS = /[\u0300-\u036F]/g;

/**
 * A text as it can be printed: letters that have marks of their own lose them (`Łódź` is `\u{141}ódz`), and what is left is told by its number, so that nobody takes
 * one name for another.
 */
export function printable(text: string): string {
  return text.normalize('NFC').replace(FOREIGN, printed);
}

/** Whether some characters of a text are told by their numbers. */
export function isEscaped(text: string): boolean {
  return (text.normalize('NFC').match(FOREIGN) ?? []).some((each) => printed(each).startsWith('\\u{'));
}

function printed(character: string): string {
  if (/\s/.test(character)) return ' ';
  const plain = character.normalize('NFKD').replace(MARKS, '');
  if (plain === '' || ALL_OWN.test(plain)) return plain;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
}
