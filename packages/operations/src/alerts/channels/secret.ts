import { readFile } from 'node:fs/promises';
import { OperationsError } from '../../errors.ts';
import { ChannelError } from '../channel.ts';

/** Where a secret is: in a file, or in a variable of the environment. It is read each time that it is needed, and stands nowhere else. */
export type SecretSource = { readonly file: string } | { readonly env: string };

const LONGEST = 64 * 1024;

/** Whether a value says where a secret is. */
export const isSecretSource = (value: unknown): value is SecretSource =>
  typeof value === 'object' && value !== null && ('file' in value || 'env' in value);

/**
 * Reads a secret, without the line break at its end. Neither it nor a part of it is in an error.
 *
 * @throws {ChannelError} when it is not there: what was to be sent waits until it is.
 */
export async function readSecret(source: SecretSource, what: string): Promise<string> {
  const text = 'file' in source ? await textOf(source.file, what) : (process.env[source.env] ?? '');
  const secret = text.replace(/\r?\n$/, '');
  if (secret !== '' && secret.length <= LONGEST) return secret;
  const where = 'file' in source ? source.file : `the variable ${source.env}`;
  throw new ChannelError(`Expected ${what} in ${where}, got ${secret === '' ? 'nothing' : 'more than 64 KiB'}`);
}

async function textOf(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    throw new ChannelError(`Expected ${what} in ${file}, got ${code}`, {
      hint: 'Check the path, and who may read it.',
    });
  }
}

/** @throws {OperationsError} `INVALID_ALERTS` for what is no place of a secret, such as the secret itself. */
export function checkSecretSource(value: unknown, what: string): void {
  if (value === undefined || isSecretSource(value)) return;
  throw new OperationsError('INVALID_ALERTS', `Expected {"file"} or {"env"} for ${what}, got something else`, {
    hint: 'A secret stands in a file or in a variable, never in a configuration.',
  });
}
