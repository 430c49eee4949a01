/** Longest text of a file that a message quotes, in UTF-16 units. */
const MAX_QUOTED = 120;

/** Text from a file as it may stand in a message: quoted, without control characters, cut. */
export function quoted(text: string): string {
  const cut = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  // JSON leaves characters that turn the direction of text or end a line for some terminals.
  return JSON.stringify(cut).replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
