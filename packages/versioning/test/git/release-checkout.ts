import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { vi } from 'vitest';
import { type Checkout as CheckoutState, type GitIdentity, readCheckout, VersioningError } from '../../src/index.ts';
import { type Checkout, newCheckout, type Template } from './checkout.ts';

/** Windows has other names of files, ids of processes and kinds of programs. */
export const IS_POSIX: boolean = process.platform !== 'win32';
/** Where all programs have to be there. */
export const IS_LINUX_CI: boolean = process.env['CI'] !== undefined && process.platform === 'linux';

/** 2026-02-03T04:05:06.789Z: git keeps no parts of a second. */
export const DATE_MS: number = Date.UTC(2026, 1, 3, 4, 5, 6, 789);
export const ANN: GitIdentity = { name: 'Ann', email: 'ann@example.com', dateMs: DATE_MS - 789 };

/** A checkout whose git knows who writes, with a first commit, and folders beside it for remotes and keys. */
export interface ReleaseCheckout extends Checkout {
  /** A folder that goes when the checkout goes. */
  readonly beside: string;
  state(): Promise<CheckoutState>;
  write(file: string, content: string): void;
  /** Puts a script in the place of a hook. */
  hook(name: string, script: string): void;
  /** Makes a bare repository with `main` the remote `origin`, which `main` follows. @returns Its folder. */
  addOrigin(): string;
}

/** Keeps the settings of the machine, such as signing, out of the git that the sources run. */
export function withoutMachineSettings(): void {
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
}

/** What makes a template the first time that it is asked, for all who ask in this process. */
function once(make: () => Template): () => Template {
  let made: Template | undefined;
  return () => (made ??= make());
}

/** A first commit by somebody known. */
const firstCommit = once(() => {
  const checkout = newCheckout();
  process.once('exit', () => checkout[Symbol.dispose]());
  checkout.git('config', 'user.name', ANN.name);
  checkout.git('config', 'user.email', ANN.email);
  checkout.commit('feat: first');
  return { folder: checkout.folder, commits: 1 };
});

/** And a second one, which has a `package.json`. */
const secondCommit = once(() => {
  const checkout = newCheckout(firstCommit());
  process.once('exit', () => checkout[Symbol.dispose]());
  checkout.commit('feat: begin', 'package.json');
  return { folder: checkout.folder, commits: 2 };
});

/** @param commits How many it begins with; the second one has a `package.json`. */
export function newReleaseCheckout(commits: 1 | 2 = 1): ReleaseCheckout {
  const checkout = newCheckout(commits === 1 ? firstCommit() : secondCommit());
  const beside = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const { folder } = checkout;
  const git = (...args: readonly string[]): string => checkout.git(...args);
  return {
    ...checkout,
    beside,
    state: () => readCheckout({ folder }),
    write(file, content) {
      mkdirSync(join(folder, file, '..'), { recursive: true });
      writeFileSync(join(folder, file), content);
    },
    hook: (name, script) => {
      writeHook(join(folder, '.git'), name, script);
    },
    addOrigin() {
      const origin = join(beside, 'origin.git');
      // What a push into a new bare repository leaves, without the processes of one.
      const main = git('rev-parse', 'refs/heads/main');
      const settings = readFileSync(join(folder, '.git/config'), 'utf8');
      mkdirSync(join(origin, 'refs/heads'), { recursive: true });
      cpSync(join(folder, '.git/objects'), join(origin, 'objects'), { recursive: true });
      writeFileSync(join(origin, 'HEAD'), 'ref: refs/heads/main\n');
      writeFileSync(join(origin, 'refs/heads/main'), `${main}\n`);
      writeFileSync(join(origin, 'config'), settings.replace('bare = false', 'bare = true'));
      const fetched = '+refs/heads/*:refs/remotes/origin/*';
      const remote = `[remote "origin"]\n\turl = ${JSON.stringify(origin)}\n\tfetch = ${fetched}\n`;
      const followed = `[branch "main"]\n\tremote = origin\n\tmerge = refs/heads/main\n`;
      appendFileSync(join(folder, '.git/config'), `${remote}${followed}`);
      mkdirSync(join(folder, '.git/refs/remotes/origin'), { recursive: true });
      writeFileSync(join(folder, '.git/refs/remotes/origin/main'), `${main}\n`);
      return origin;
    },
    [Symbol.dispose]: () => {
      rmSync(beside, { recursive: true, force: true });
      checkout[Symbol.dispose]();
    },
  };
}

export function writeHook(repository: string, name: string, script: string): void {
  const file = join(repository, 'hooks', name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** A folder as git writes it. */
export const rootOf = (folder: string): string => realpathSync.native(folder).replaceAll(sep, '/');

/** What a failure is, its words and its way out. */
export async function failure(work: Promise<unknown>): Promise<VersioningError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof VersioningError) return error;
  throw new Error(`Expected a VersioningError, got ${String(error)}`, { cause: error });
}

/** Whether a program can be started. */
export function has(program: string, argument: string): boolean {
  try {
    execFileSync(program, [argument], { stdio: 'ignore' });
    return true;
  } catch (error) {
    // It was started, and did not like the argument.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}
