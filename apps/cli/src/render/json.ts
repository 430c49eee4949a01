const plain = (_: string, item: unknown): unknown => (typeof item === 'bigint' ? String(item) : item);

/** JSON on one line, without a line break. Big integers become texts, since most readers would round them. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value, plain);
}

/** The same for people: indented. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, plain, 2);
}
