import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { codeOf } from '../artifact/file-failure.ts';
import { VersioningError } from '../errors.ts';
import { gitEnvironment } from './git-environment.ts';
import { gitFailure } from './git-failure.ts';

/** Where and how `git` runs. */
export interface GitOptions {
  /** A folder of the checkout. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

/** {@link GitOptions} of one call. */
export interface GitCall extends GitOptions {
  /** Variables beside those of this process. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** How a `git` ended whose failure is an answer, too. */
export interface GitAnswer {
  readonly code: number | null;
  readonly output: string;
  /** What it and its hooks said, with credentials and all: show it with `firstSaid` or `allSaid`. */
  readonly complaints: string;
}

/** What is kept of complaints. */
const MOST_COMPLAINTS = 100_000;

interface RunningGit {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly complaints: () => string;
  /** @throws {VersioningError} `GIT_NOT_FOUND`; the reason of the signal. */
  readonly ended: () => Promise<number | null>;
}

/** Nothing is ever piped in: a git whose parent is killed would take half a message for a whole one. */
function start(args: readonly string[], { folder, signal, environment }: GitCall): RunningGit {
  signal?.throwIfAborted();
  const child = spawn('git', args, {
    cwd: folder,
    env: gitEnvironment(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal === undefined ? {} : { signal }),
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaints.length < MOST_COMPLAINTS) complaints += text;
  });
  const end = new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => {
      // What git has started may hold its pipes for long; nobody waits for that.
      child.stdout.destroy();
      child.stderr.destroy();
      reject(error);
    });
    child.on('close', resolve);
  });
  // It is looked at in the end; till then nobody waits for it.
  end.catch(() => undefined);
  const ended = (): Promise<number | null> =>
    end.catch((cause: unknown) => {
      signal?.throwIfAborted();
      throw notStarted(folder, cause);
    });
  return { child, complaints: () => complaints, ended };
}

/**
 * Runs `git` and hands on what it prints, piece by piece.
 *
 * @throws {VersioningError} `GIT_NOT_FOUND`, `GIT_LOCKED`, `GIT_FAILED` with what it said; the reason of `signal`.
 */
export async function* streamGit(args: readonly string[], options: GitCall): AsyncGenerator<Buffer> {
  const { child, complaints, ended } = start(args, options);
  try {
    try {
      for await (const piece of child.stdout) yield piece as Buffer;
    } catch (error) {
      // Where the stream was cut off because git was, that is the reason.
      await ended();
      throw error;
    }
    if ((await ended()) !== 0) throw gitFailure(args, complaints());
  } finally {
    // Whoever stops listening needs no more of it.
    if (child.exitCode === null) child.kill();
  }
}

/** Runs `git` and returns all that it prints. @throws {VersioningError} as {@link streamGit}. */
export async function runGit(args: readonly string[], options: GitCall): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of streamGit(args, options)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** Runs `git` and returns how it ended, well or not. @throws {VersioningError} `GIT_NOT_FOUND`; the reason of `signal`. */
export async function askGit(args: readonly string[], options: GitCall): Promise<GitAnswer> {
  const { child, complaints, ended } = start(args, options);
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  const code = await ended();
  return { code, output: Buffer.concat(pieces).toString('utf8'), complaints: complaints() };
}

function notStarted(folder: string, cause: unknown): VersioningError {
  // A folder that is not there gives the same code as a program that is not there.
  return new VersioningError('GIT_NOT_FOUND', `Expected to run git in ${folder}, got ${codeOf(cause) ?? 'an error'}`, {
    cause,
    hint: 'Install git 2.30 or later, and check that the folder is there.',
  });
}
