import { resolvePath } from '../config/locations.ts';
import type { Context } from '../program/context.ts';
import { readInputText } from './files.ts';
import { readStandardInput } from './secret-file.ts';

/**
 * Reads the text of a file that was named on the command line; `-` is standard input.
 *
 * @param what What it holds, for messages: `flags`.
 * @throws {CliError} `UNREADABLE`.
 */
export async function readNamed(context: Context, file: string, what: string): Promise<string> {
  if (file === '-') return readStandardInput(context);
  const path = resolvePath(file, context.workingDirectory);
  return readInputText(path, what, 'Check the path; - is standard input.');
}
