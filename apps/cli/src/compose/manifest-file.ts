import type { Manifest } from '@x/integrity';
import { readFile } from 'node:fs/promises';
import { CliError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { type AlgorithmFlags, integrity } from './integrity.ts';

/**
 * The manifest in a file, of either form.
 *
 * @throws {CliError} `UNREADABLE`; {IntegrityError} `INVALID_MANIFEST`, `UNSAFE_PATH`, `TOO_LARGE`, `LEGACY_ALGORITHM`.
 */
export async function manifestIn(context: Context, file: string, flags: AlgorithmFlags): Promise<Manifest> {
  const { parseManifest, parseSums } = await integrity(context);
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'an error';
    throw new CliError('UNREADABLE', `Expected a manifest in ${file}, got ${code}`, {
      cause,
      hint: '`holdfast integrity manifest DIR --output FILE` makes one; a SHA256SUMS is one too.',
    });
  }
  return /^\s*\{/.test(bytes.subarray(0, 64).toString('latin1'))
    ? parseManifest(bytes.toString('utf8'))
    : parseSums(bytes, flags);
}
