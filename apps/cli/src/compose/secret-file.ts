import { readFile } from 'node:fs/promises';
import { resolvePath } from '../config/locations.ts';
import { CliError } from '../errors.ts';
import type { Context } from '../program/context.ts';

/** All of standard input, as text. */
export async function readStandardInput({ input }: Pick<Context, 'input'>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * The secret in a file, without the line break at its end; `-` is standard input, where a terminal is asked.
 *
 * @throws {CliError} `SECRET_UNREADABLE`.
 */
export async function readSecretFile(context: Context, file: string, what: string): Promise<string> {
  if (file === '-' && context.prompt.available) return context.prompt.secret(what);
  const path = file === '-' ? 'standard input' : resolvePath(file, context.workingDirectory);
  let text: string;
  try {
    text = file === '-' ? await readStandardInput(context) : await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'an error';
    throw new CliError('SECRET_UNREADABLE', `Expected a file with the ${what.toLowerCase()}, got ${code} for ${path}`, {
      cause: error,
      hint: 'Check the path and that you may read the file.',
    });
  }
  const secret = text.replace(/\r?\n$/, '');
  if (secret !== '') return secret;
  throw new CliError('SECRET_UNREADABLE', `Expected the ${what.toLowerCase()} in ${path}, got an empty text`, {
    hint: 'Write it to the file, on one line.',
  });
}
