import { type AnyAlgorithm, checkAlgorithm, DIGEST_BYTES, type LegacyOptions } from '../algorithm.ts';
import { IntegrityError } from '../errors.ts';
import { checkSafe, compareKeys, type PathKey, pathOf } from './entry-path.ts';
import type { Manifest } from './model.ts';
import { readSumsLine, type SumsLine } from './sums-line.ts';

/** Options of {@link parseSums}. */
export interface ParseSumsOptions extends LegacyOptions {
  /**
   * What the sums were made with. Needed where lines don't say it: 64 digits are taken for `sha256` and 128 for
   * `sha512`, but may be `blake3` and `blake2b` (`b2sum`). Tagged lines of other algorithms are passed over.
   */
  readonly algorithm?: AnyAlgorithm | undefined;
}

/** More is no list of sums that a person or a tool would make. */
const MAX_BYTES = 256 * 1024 * 1024;
/** A digest, and a path of 4096 bytes with each of them escaped, several times over. */
const MAX_LINE_BYTES = 65_536;
/** Of UTF-8, read as one character per byte. */
const BYTE_ORDER_MARK = /^\u00ef\u00bb\u00bf/;

/**
 * Reads a `SHA256SUMS`: what `sha256sum`, `md5sum`, `sha1sum`, `sha512sum` and `b2sum` write with or without `--tag` and
 * `--binary`, what BSD's `sha256` and `openssl dgst` write, and what people make of it (comments that begin with `#`,
 * blank lines, CRLF, a byte order mark). It is read as coreutils 9 reads it, but a line that is none of these is an
 * error, not passed over. Pass bytes where names may not be UTF-8.
 *
 * `./` before a path and double slashes are removed. The result has `scope: 'listed'`, so other files may lie beside
 * those listed. Pass it to `verifyManifest`.
 *
 * @throws {IntegrityError} `INVALID_MANIFEST` with the number of the line; `UNSAFE_PATH` for one that is absolute or
 * leads out of the directory; `TOO_LARGE` above 256 MiB, or 64 KiB in a line; `LEGACY_ALGORITHM` for MD5 and SHA-1
 * without `legacy: true`; `UNKNOWN_ALGORITHM`.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { parseSums, verifyManifest } from '@x/integrity';
 *
 * const report = await verifyManifest('downloads', parseSums(await readFile('downloads/SHA256SUMS')));
 * console.log(report.ok);
 * ```
 */
export function parseSums(text: string | Uint8Array, options: ParseSumsOptions = {}): Manifest {
  if (options.algorithm !== undefined) checkAlgorithm(options.algorithm, options);
  if (text.length > MAX_BYTES) throw tooLarge(`at most ${MAX_BYTES} bytes, got ${text.length}`);
  const bytes =
    typeof text === 'string' ? Buffer.from(text, 'utf8') : Buffer.from(text.buffer, text.byteOffset, text.length);
  const all = bytes.toString('latin1').replace(BYTE_ORDER_MARK, '');
  const sums = new Map<PathKey, string>();
  let algorithm = options.algorithm;
  for (const { line, number } of linesOf(all)) {
    const sum = soundLine(line, number);
    if (sum.isTagged && options.algorithm !== undefined && sum.algorithm !== options.algorithm) continue;
    algorithm ??= sum.algorithm;
    checkDigits(sum, algorithm, number);
    const key = plainPath(sum.name, number);
    if ((sums.get(key) ?? sum.hex) !== sum.hex) throw invalid('one digest for each file, got two of the same', number);
    sums.set(key, sum.hex);
  }
  if (algorithm === undefined || sums.size === 0) throw invalid('at least one sum, got none');
  return manifestOf(sums, checkAlgorithm(algorithm, options));
}

function manifestOf(sums: ReadonlyMap<PathKey, string>, algorithm: AnyAlgorithm): Manifest {
  const entries = [...sums]
    .sort(([a], [b]) => compareKeys(a, b))
    .map(([key, hex]) => ({ ...pathOf(key), kind: 'file' as const, digest: `${algorithm}:${hex}` }));
  return { format: 'holdfast-manifest', version: 1, algorithm, scope: 'listed', entries, problems: [] };
}

/** The lines that say something, numbered from 1, without their ends. */
function* linesOf(text: string): Generator<{ line: string; number: number }, void, undefined> {
  for (let start = 0, number = 1; start < text.length; number++) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed;
    if (end - start > MAX_LINE_BYTES) throw tooLarge(`at most ${MAX_LINE_BYTES} bytes in a line, got more`, number);
    const line = text.slice(start, end).replace(/\r$/, '');
    if (line !== '' && !line.startsWith('#')) yield { line, number };
    start = end + 1;
  }
}

function soundLine(line: string, number: number): SumsLine {
  if (line.includes('\0')) {
    throw invalid('text, got a NUL', number, 'A file of PowerShell may be UTF-16: convert it to UTF-8.');
  }
  const sum = readSumsLine(line);
  if (sum !== undefined) return sum;
  throw invalid('"<hex>  <path>" or "SHA256 (<path>) = <hex>"', number);
}

function checkDigits(
  { hex, algorithm: own, isTagged }: SumsLine,
  algorithm: AnyAlgorithm | undefined,
  number: number,
): void {
  const hint = 'Say with the option algorithm which sums count.';
  if (algorithm === undefined) throw invalid('digits of a known algorithm', number, hint);
  if (hex.length !== 2 * DIGEST_BYTES[algorithm] || (isTagged && own !== algorithm)) {
    throw invalid(`a digest of ${algorithm}`, number, hint);
  }
}

/** Without `./` and double slashes, as `find` and shells add them. */
function plainPath(name: string, number: number): PathKey {
  if (name === '-') throw invalid('the path of a file, got "-", the standard input', number);
  const path = name.startsWith('/')
    ? name
    : name
        .split('/')
        .filter((part, index, parts) => part !== '.' && (part !== '' || index === parts.length - 1))
        .join('/');
  if (path === '' || path.endsWith('/')) throw invalid('the path of a file, got that of a directory', number);
  checkSafe(path);
  return path;
}

function invalid(expectation: string, number?: number, hint?: string): IntegrityError {
  const where = number === undefined ? '' : ` in line ${number}`;
  return new IntegrityError('INVALID_MANIFEST', `Expected ${expectation}${where}.`, { hint });
}

function tooLarge(expectation: string, number?: number): IntegrityError {
  const where = number === undefined ? '' : ` (line ${number})`;
  return new IntegrityError('TOO_LARGE', `Expected ${expectation}${where}.`);
}
