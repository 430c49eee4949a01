import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CliError } from '../errors.ts';
import { parseConfigText } from './parse.ts';

/** Name of the configuration file. */
export const CONFIG_NAME = 'holdfast.config.json';

/** A configuration file as it was found. */
export interface FoundConfig {
  readonly path: string;
  /** What relative paths in it are relative to. */
  readonly directory: string;
  readonly text: string;
}

/** A configuration file that is valid. */
export interface LoadedConfig {
  readonly path: string;
  readonly directory: string;
  readonly content: unknown;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CliError(
      'CONFIG_INVALID',
      `Expected a readable configuration file, got ${code ?? 'an error'} for ${path}`,
      {
        cause: error,
        hint: 'Check that the path is a file and that you may read it.',
      },
    );
  }
}

/** The file named, or `holdfast.config.json` in the working directory or the nearest folder above that has one. */
export function findConfig(named: string | undefined, workingDirectory: string): FoundConfig | undefined {
  if (named !== undefined) {
    const path = resolve(workingDirectory, named);
    const text = read(path);
    if (text !== undefined) return { path, directory: dirname(path), text };
    throw new CliError('CONFIG_NOT_FOUND', `Expected a configuration file at ${path}, got nothing`, {
      hint: 'Correct --config, or leave it out to use the nearest holdfast.config.json.',
    });
  }
  for (let directory = resolve(workingDirectory); ; directory = dirname(directory)) {
    const path = join(directory, CONFIG_NAME);
    const text = read(path);
    if (text !== undefined) return { path, directory, text };
    if (directory === dirname(directory)) return undefined;
  }
}

/** Finds, reads and validates the configuration. @throws {CliError} `CONFIG_NOT_FOUND`, `CONFIG_INVALID`. */
export async function loadConfig(
  named: string | undefined,
  workingDirectory: string,
): Promise<LoadedConfig | undefined> {
  const found = findConfig(named, workingDirectory);
  if (found === undefined) return undefined;
  const { content, problems } = await parseConfigText(found.text);
  if (problems.length === 0) return { path: found.path, directory: found.directory, content };
  const [first] = problems;
  throw new CliError('CONFIG_INVALID', `${found.path}: ${problems.map((problem) => problem.message).join('; ')}`, {
    hint: first?.hint ?? 'Run `holdfast config validate` after correcting the file.',
    details: problems.map((problem) => problem.message),
  });
}
