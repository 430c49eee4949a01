import type { AnyAlgorithm, Ignored, PrivateKey, PublicKey } from '@x/integrity';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import type { OptionDefinition } from '../program/command.ts';
import { readSecretFile } from './secret-file.ts';

// Loaded when a command needs it, as the engine is.
export const integrity = (context: Context): Promise<typeof import('@x/integrity')> =>
  context.timed('load integrity', () => import('@x/integrity'));

/** How content is digested. */
export interface AlgorithmFlags {
  readonly algorithm?: AnyAlgorithm | undefined;
  readonly legacy?: boolean | undefined;
}

export const ALGORITHM_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--algorithm <name>',
    description: 'digest to compute; sha256 by default',
    choices: ['sha256', 'sha512', 'blake2b', 'blake3', 'xxh3-128', 'crc32', 'md5', 'sha1'],
  },
  { flags: '--legacy', description: 'allow md5 and sha1, to compare with old values only' },
];

/** What is not compared. */
export interface IgnoreFlags {
  readonly ignore?: Ignored | undefined;
}

export const IGNORE_OPTION: OptionDefinition = {
  flags: '--ignore <what>',
  description: 'mode or mtime: do not compare it; may be repeated',
  parse: ignored,
  repeatable: true,
};

function ignored(text: string): Ignored[number] {
  if (text === 'mode' || text === 'mtime') return text;
  throw usageError(`Expected mode or mtime, got ${JSON.stringify(text)}`, 'Content always counts.');
}

/** A path as it was typed, made absolute. */
export const pathOf = (context: Context, path: string): string => resolvePath(path, context.workingDirectory);

/** Where the passphrase of a private key comes from; otherwise it is asked for. */
export interface KeyPassphrase {
  readonly passphraseFile?: string | undefined;
  readonly passphrase?: string | undefined;
}

/**
 * The private key in a file; its passphrase comes from a file or the environment, or is asked for.
 *
 * @throws {IntegrityError} `READ_FAILED`, `INVALID_KEY`, `PASSPHRASE_NEEDED`, `WRONG_PASSPHRASE`; {CliError} `SECRET_UNREADABLE`.
 */
export async function privateKeyIn(
  context: Context,
  file: string,
  { passphraseFile, passphrase: given }: KeyPassphrase,
): Promise<PrivateKey> {
  const { loadPrivateKey } = await integrity(context);
  const path = pathOf(context, file);
  const load = async (passphrase?: string): Promise<PrivateKey> => {
    const { privateKey, warnings } = await loadPrivateKey(path, { passphrase });
    for (const { message } of warnings) context.messages.warn(message);
    return privateKey;
  };
  if (passphraseFile !== undefined) return load(await readSecretFile(context, passphraseFile, 'Passphrase of the key'));
  try {
    return await load(given);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'PASSPHRASE_NEEDED' || !context.prompt.available) throw error;
    return load(await context.prompt.secret(`Passphrase of ${file}`));
  }
}

/** The public keys in files. */
export async function publicKeysIn(context: Context, files: readonly string[]): Promise<readonly PublicKey[]> {
  const { loadPublicKey } = await integrity(context);
  return Promise.all(files.map((file) => loadPublicKey(pathOf(context, file))));
}
