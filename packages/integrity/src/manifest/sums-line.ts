import { type AnyAlgorithm, DIGEST_BYTES } from '../algorithm.ts';
import { BY_DIGITS, SUM_TAGS } from './sums-names.ts';

/** What one line says. */
export interface SumsLine {
  /** As it stands there, without escapes: one character per byte. */
  readonly name: string;
  readonly hex: string;
  /** `undefined` where there is no tag, and the number of digits is no algorithm's. */
  readonly algorithm: AnyAlgorithm | undefined;
  readonly isTagged: boolean;
}

const ALGORITHM_OF_TAG: ReadonlyMap<string, AnyAlgorithm> = new Map([
  ...Object.entries(SUM_TAGS).map(([name, tag]): [string, AnyAlgorithm] => [tag, name as AnyAlgorithm]),
  // What openssl dgst calls them since 3.0.
  ['SHA2-256', 'sha256'],
  ['SHA2-512', 'sha512'],
]);

const HEX = /^[0-9A-Fa-f]{8,128}$/;
const TAG = /^([A-Za-z0-9-]{1,16}) ?\(/;

/**
 * Takes a line apart as coreutils does (`split_3` in its digest.c): blanks, a backslash if the name is escaped, then
 * `<hex>  <name>`, `<hex> *<name>` or `TAG (<name>) = <hex>`; also `TAG(<name>)= <hex>` of OpenSSL. One blank before the
 * name, as BSD's `-r` writes it, is taken too.
 *
 * @returns `undefined` if it is none of these.
 */
export function readSumsLine(line: string): SumsLine | undefined {
  let text = line.replace(/^[ \t]+/, '');
  const isEscaped = text.startsWith('\\');
  if (isEscaped) text = text.slice(1);
  const parts = taggedParts(text) ?? plainParts(text);
  if (parts === undefined || !HEX.test(parts.hex)) return undefined;
  const name = isEscaped ? unescaped(parts.name) : parts.name;
  if (name === undefined || name === '') return undefined;
  const algorithm = parts.tag === undefined ? BY_DIGITS.get(parts.hex.length) : ALGORITHM_OF_TAG.get(parts.tag);
  if (parts.tag !== undefined && (algorithm === undefined || parts.hex.length !== 2 * DIGEST_BYTES[algorithm])) {
    return undefined;
  }
  return { name, hex: parts.hex.toLowerCase(), algorithm, isTagged: parts.tag !== undefined };
}

interface Parts {
  readonly tag?: string;
  readonly name: string;
  readonly hex: string;
}

function taggedParts(text: string): Parts | undefined {
  const head = TAG.exec(text);
  if (head === null) return undefined;
  // The last one: the name may have parentheses too.
  const end = text.lastIndexOf(')');
  const hex = /^[ \t]*=[ \t]*([0-9A-Fa-f]+)$/.exec(text.slice(end + 1))?.[1];
  if (hex === undefined || end < head[0].length) return undefined;
  return { tag: head[1] as string, name: text.slice(head[0].length, end), hex };
}

function plainParts(text: string): Parts | undefined {
  const end = text.search(/[ \t]/);
  if (end < 0) return undefined;
  const rest = text.slice(end + 1);
  const hasMark = rest.length > 1 && (rest.startsWith(' ') || rest.startsWith('*'));
  return { hex: text.slice(0, end), name: hasMark ? rest.slice(1) : rest };
}

const UNESCAPED: Readonly<Record<string, string>> = { '\\': '\\', n: '\n', r: '\r' };

/** The name behind the escapes; `undefined` when one of them is unknown or cut off. */
function unescaped(name: string): string | undefined {
  let isSound = true;
  const text = name.replaceAll(/\\(.?)/gs, (_all, character: string) => {
    const meant = UNESCAPED[character];
    isSound &&= meant !== undefined;
    return meant ?? '';
  });
  return isSound ? text : undefined;
}
