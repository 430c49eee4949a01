/** A path as text; `undefined` where it is none. */
export function textOf(path: Buffer): string | undefined {
  const text = path.toString('utf8');
  return Buffer.from(text, 'utf8').equals(path) ? text : undefined;
}
