import { spawn } from 'node:child_process';
import { VersioningError } from '../errors.ts';

/** Where and how `git` runs. */
export interface GitOptions {
  /** A folder of the checkout. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

/** The same answers on every machine, whatever its language and settings. */
const ENVIRONMENT = { LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' };
/** What is kept of complaints. */
const MOST_COMPLAINTS = 10_000;

/**
 * Runs `git` and hands on what it prints, piece by piece.
 *
 * @throws {VersioningError} `GIT_NOT_FOUND`, `GIT_FAILED` with what it said; the reason of `signal`.
 */
export async function* streamGit(args: readonly string[], { folder, signal }: GitOptions): AsyncGenerator<Buffer> {
  signal?.throwIfAborted();
  const child = spawn('git', args, {
    cwd: folder,
    env: { ...process.env, ...ENVIRONMENT },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal === undefined ? {} : { signal }),
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaints.length < MOST_COMPLAINTS) complaints += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  // It is looked at in the end; till then nobody waits for it.
  ended.catch(() => undefined);
  try {
    for await (const piece of child.stdout) yield piece as Buffer;
    const code = await ended.catch((cause: unknown) => {
      signal?.throwIfAborted();
      throw notStarted(folder, cause);
    });
    if (code !== 0) throw failed(args, complaints);
  } finally {
    // Whoever stops listening needs no more of it.
    if (child.exitCode === null) child.kill();
  }
}

/** Runs `git` and returns all that it prints. @throws {VersioningError} as {@link streamGit}. */
export async function runGit(args: readonly string[], options: GitOptions): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of streamGit(args, options)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

function notStarted(folder: string, cause: unknown): VersioningError {
  // A folder that is not there gives the same code as a program that is not there.
  return new VersioningError('GIT_NOT_FOUND', `Expected to run git in ${folder}, got ${codeOf(cause)}`, {
    cause,
    hint: 'Install git 2.30 or later, and check that the folder is there.',
  });
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'an error';

function failed(args: readonly string[], complaints: string): VersioningError {
  const [command = ''] = args;
  const said = complaints.trim().split('\n')[0] ?? '';
  const isOutside = /not a git repository/i.test(complaints);
  return new VersioningError('GIT_FAILED', `Expected git ${command} to succeed, got: ${said || 'nothing it said'}`, {
    hint: isOutside ? 'Run it in a checkout, or name one.' : 'Run the same command by hand to see more.',
  });
}
