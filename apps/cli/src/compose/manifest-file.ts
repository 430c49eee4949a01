import type { Manifest } from '@x/integrity';
import type { Context } from '../program/context.ts';
import { readInput } from './files.ts';
import { type AlgorithmFlags, integrity } from './integrity.ts';

/**
 * The manifest in a file, of either form.
 *
 * @throws {CliError} `UNREADABLE`; {IntegrityError} `INVALID_MANIFEST`, `UNSAFE_PATH`, `TOO_LARGE`, `LEGACY_ALGORITHM`.
 */
export async function manifestIn(context: Context, file: string, flags: AlgorithmFlags): Promise<Manifest> {
  const { parseManifest, parseSums } = await integrity(context);
  const hint = '`holdfast integrity manifest DIR --output FILE` makes one; a SHA256SUMS is one too.';
  const bytes = await readInput(file, 'a manifest', hint);
  try {
    // A byte order mark is one of the blanks.
    return /^\s*\{/.test(bytes.toString('utf8', 0, 64)) ? parseManifest(bytes) : parseSums(bytes, flags);
  } catch (error) {
    // Which of the files on the command line it is about.
    if (error instanceof Error) error.message = `${file}: ${error.message}`;
    throw error;
  }
}
