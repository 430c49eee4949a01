// Control characters: C0, delete and C1, line and paragraph separators, and the marks that reverse the direction of text.
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * A file name or other foreign text as it may go to a terminal: characters that could move the cursor, change
 * colours or hide text are written as escapes.
 */
export function displayText(text: string): string {
  return text.replaceAll(UNSAFE, (char) => {
    const code = char.charCodeAt(0);
    if (char === '\n') return '\\n';
    if (char === '\t') return '\\t';
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

/** Cuts the middle out of a text that is longer than `width` characters. */
export function shorten(text: string, width: number): string {
  const chars = [...text];
  if (chars.length <= width) return text;
  if (width <= 1) return '…'.slice(0, Math.max(0, width));
  const tail = Math.ceil((width - 1) / 2);
  return `${chars.slice(0, width - 1 - tail).join('')}…${chars.slice(chars.length - tail).join('')}`;
}

/** Permission bits and kind as `ls -l` writes them. */
export function formatMode(kind: string, mode: number): string {
  const first: Readonly<Record<string, string>> = {
    directory: 'd',
    symlink: 'l',
    socket: 's',
    fifo: 'p',
    'block-device': 'b',
    'char-device': 'c',
  };
  let text = first[kind] ?? '-';
  for (const [shift, special, mark] of [
    [6, 0o4000, 's'],
    [3, 0o2000, 's'],
    [0, 0o1000, 't'],
  ] as const) {
    const bits = mode >> shift;
    text += bits & 4 ? 'r' : '-';
    text += bits & 2 ? 'w' : '-';
    const execute = (bits & 1) !== 0;
    if (mode & special) text += execute ? mark : mark.toUpperCase();
    else text += execute ? 'x' : '-';
  }
  return text;
}
