/**
 * A glob that matches exactly one path relative to the source's root. Bytes that are not UTF-8 become `?`,
 * which stands for any one character.
 */
export function literalPattern(path: Buffer): string {
  const text = path.toString('utf8');
  return `/${text.replaceAll(/[\\*?[\]{}!]/g, String.raw`\$&`).replaceAll('\uFFFD', '?')}`;
}
