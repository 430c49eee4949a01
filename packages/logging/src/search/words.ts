/** A word is letters, digits and `_`, of any script. */
const WORD = /[\p{L}\p{N}_]+/gu;

/** A text in the form that is compared: without regard to case. The two small sigmas are one letter, whichever the place in a word asks for. */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  return lower.includes('ς') ? lower.replaceAll('ς', 'σ') : lower;
}

/** A text as an expression that finds just this text. */
export function literally(text: string): string {
  return text.replaceAll(/[\^$\\.*+?()[\]{}|/]/g, String.raw`\$&`);
}

/** The words of a folded text. */
export function wordsOf(text: string): readonly string[] {
  return text.match(WORD) ?? [];
}

/** The scalar values of a record, as texts. Its `time` is none: there is a way to ask for times. */
export function textsOf(fields: Readonly<Record<string, unknown>>): string[] {
  const texts: string[] = [];
  for (const [name, value] of Object.entries(fields)) if (name !== 'time') collect(value, texts);
  return texts;
}

function collect(root: unknown, texts: string[]): void {
  // No recursion: lines of others may be nested without end.
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'number' || typeof value === 'boolean') texts.push(String(value));
    else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) waiting.push(each);
  }
}
