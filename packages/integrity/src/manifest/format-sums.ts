import type { Digest } from '../digest-value.ts';
import { checkManifest } from './check-manifest.ts';
import type { PathKey } from './entry-path.ts';
import type { Manifest } from './model.ts';
import { SUM_TAGS } from './sums-names.ts';

/** Options of {@link formatSums}. */
export interface SumsOptions {
  /** `gnu`: `<hex>  <path>`, the default. `bsd`: `SHA256 (<path>) = <hex>`, which names the algorithm. */
  readonly style?: 'gnu' | 'bsd' | undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': String.raw`\\`, '\n': String.raw`\n`, '\r': String.raw`\r` };

/**
 * Writes the files of a manifest as a `SHA256SUMS`, which `sha256sum -c` (`md5sum`, `b2sum` and so on) checks when it is
 * run in the directory. Directories, links and all but digests are left out, as that format has no place for them.
 *
 * Returns bytes, since names may not be UTF-8. Names with a backslash or a line end are escaped as coreutils 9 does it
 * (a backslash before the digest, then `\\`, `\n` and `\r`); a file called `-` becomes `./-`, or it would be read as the
 * standard input.
 *
 * @throws {IntegrityError} `INVALID_MANIFEST` or `UNSAFE_PATH` for a manifest that was made or altered by hand.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { createManifest, formatSums } from '@x/integrity';
 *
 * await writeFile('SHA256SUMS', formatSums(await createManifest('dist'), { style: 'bsd' }));
 * ```
 */
export function formatSums(manifest: Manifest, options: SumsOptions = {}): Uint8Array<ArrayBuffer> {
  const { entries } = checkManifest(manifest);
  const tag = options.style === 'bsd' ? SUM_TAGS[manifest.algorithm] : undefined;
  const lines: string[] = [];
  for (const [key, { kind, digest = '' }] of entries) {
    if (kind === 'file') lines.push(lineOf(key, digest.slice(manifest.algorithm.length + 1), tag));
  }
  return Buffer.from(lines.join(''), 'latin1');
}

/**
 * One line of a `SHA256SUMS`, without its end, for a path of any kind: absolute, or `-` for the standard input. Most users want
 * {@link formatSums}.
 */
export function formatSum(path: string, { algorithm, hex }: Digest, options: SumsOptions = {}): string {
  const tag = options.style === 'bsd' ? SUM_TAGS[algorithm] : undefined;
  const key = Buffer.from(path, 'utf8').toString('latin1');
  return Buffer.from(sumOf(key, hex, tag).slice(0, -1), 'latin1').toString('utf8');
}

function lineOf(key: PathKey, hex: string, tag: string | undefined): string {
  return sumOf(key === '-' ? './-' : key, hex, tag);
}

function sumOf(path: string, hex: string, tag: string | undefined): string {
  const name = path.replaceAll(/[\\\n\r]/g, (character) => ESCAPES[character] as string);
  const mark = name === path ? '' : '\\';
  return tag === undefined ? `${mark}${hex}  ${name}\n` : `${mark}${tag} (${name}) = ${hex}\n`;
}
