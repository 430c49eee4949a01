/** Any value as a text. Objects, which may fail when they are asked for one, are only named. Never throws. */
export function scalarText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null) return '[object]';
  return typeof value === 'function' ? '[function]' : String(value);
}
