import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { OperationsError } from '../errors.ts';

const run = promisify(execFile);

/** Trees of very many manifests still fit, in bytes. */
const MAX_OUTPUT = 256 * 1024 * 1024;

/** Where git works. */
export interface GitPlace {
  /** A folder of the checkout, or a bare repository. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
  /** Variables beside those of this process. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** Variables that would lead git to another repository, or ask somebody. */
const OTHER_PLACES =
  /^GIT_(DIR|WORK_TREE|IMPLICIT_WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|QUARANTINE_PATH|COMMON_DIR|NAMESPACE|PREFIX|CONFIG|TRACE.*|.*_PATHSPECS)$/i;

/**
 * Runs git, and gives what it prints.
 *
 * @throws {OperationsError} `GIT_NOT_FOUND`, `GIT_FAILED` with what it said last.
 */
export async function git(args: readonly string[], { directory, signal, environment }: GitPlace): Promise<string> {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OTHER_PLACES.test(name)));
  const env = { ...own, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', ...environment };
  try {
    const { stdout } = await run('git', [...args], { cwd: directory, env, maxBuffer: MAX_OUTPUT, signal });
    return stdout.trim();
  } catch (error) {
    signal?.throwIfAborted();
    throw failure(args[0] ?? '', directory, error as NodeJS.ErrnoException & { readonly stderr?: string });
  }
}

function failure(
  verb: string,
  directory: string,
  error: Error & { readonly code?: unknown; readonly stderr?: string },
): OperationsError {
  if (error.code === 'ENOENT')
    return new OperationsError(
      'GIT_NOT_FOUND',
      `Expected the program git, and the folder ${directory}; one of them is not there`,
      {
        cause: error,
        hint: 'Install git, or name a folder that is there.',
      },
    );
  const said = (error.stderr ?? '').trim().split('\n').at(-1) ?? '';
  return new OperationsError(
    'GIT_FAILED',
    `Expected git ${verb} to work in ${directory}, got: ${said === '' ? error.message : said}`,
    {
      cause: error,
      hint: 'Try the same with git itself.',
    },
  );
}
