import { malformed } from '../structure-error.ts';
import { quoted } from '../quoted.ts';

const escapes: Readonly<Record<string, number>> = {
  n: 10,
  r: 13,
  t: 9,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
};

/** A text of protocol 0 between quotes, with the escapes of Python's `repr`. Each character is a byte. */
export function unquoted(line: string, at: number): string {
  const quote = line[0];
  const sound = line.length >= 2 && (quote === "'" || quote === '"') && line.endsWith(quote);
  if (!sound) throw malformed(`Expected a text between quotes, got ${quoted(line)}`, at);
  return line.slice(1, -1).replace(/\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|(\n)|([^]))/g, (all, ...found) => {
    const [hex, octal, ended, letter] = found as (string | undefined)[];
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    if (ended !== undefined) return '';
    const code = letter === undefined || !Object.hasOwn(escapes, letter) ? undefined : escapes[letter];
    return code === undefined ? all : String.fromCharCode(code);
  });
}

/** A text of protocol 0 in Python's `raw-unicode-escape`: `\u` and `\U` after an odd number of backslashes. */
export function rawUnicode(line: string, at: number): string {
  return line.replace(/(\\+)(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g, (all, ...found) => {
    const [slashes, short, long] = found as [string, string | undefined, string | undefined];
    if (slashes.length % 2 === 0) return all;
    const code = Number.parseInt(short ?? long ?? '', 16);
    if (code > 0x10ffff) throw malformed(`Expected a character, got ${quoted(all)}`, at);
    return slashes.slice(1) + String.fromCodePoint(code);
  });
}

/** A whole number in decimal digits. Python reads more (`0x10`, `1_0`, ` 1`), which its pickler never writes, and others do not read. */
export function wholeNumber(line: string, at: number): number | bigint {
  const digits = line.replace(/L$/, '');
  if (!/^-?\d{1,1000}$/.test(digits)) throw malformed(`Expected a whole number, got ${quoted(line)}`, at);
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}

/** A place of the memo. */
export function memoPlace(line: string, at: number): number {
  if (!/^\d{1,15}$/.test(line)) throw malformed(`Expected a place of the memo, got ${quoted(line)}`, at);
  return Number(line);
}

/** A floating point number. */
export function floating(line: string, at: number): number {
  if (/^-?(?:inf|nan)$/.test(line))
    return line.endsWith('nan') ? Number.NaN : line.startsWith('-') ? -Infinity : Infinity;
  if (!/^-?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i.test(line)) throw malformed(`Expected a number, got ${quoted(line)}`, at);
  return Number(line);
}
