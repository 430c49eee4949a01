import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
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
  /** Makes a bare repository the remote `origin` and pushes `main`. @returns Its folder. */
  addOrigin(): string;
}

/** Keeps the settings of the machine, such as signing, out of the git that the sources run. */
export function withoutMachineSettings(): void {
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
}

let template: Template | undefined;

/** A first commit by somebody known, made once in a process. */
function firstCommit(): Template {
  if (template !== undefined) return template;
  const checkout = newCheckout();
  process.once('exit', () => checkout[Symbol.dispose]());
  checkout.git('config', 'user.name', ANN.name);
  checkout.git('config', 'user.email', ANN.email);
  checkout.commit('feat: first');
  template = { folder: checkout.folder, commits: 1 };
  return template;
}

export function newReleaseCheckout(): ReleaseCheckout {
  const checkout = newCheckout(firstCommit());
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
      git('init', '--quiet', '--bare', '--initial-branch=main', origin);
      git('remote', 'add', 'origin', origin);
      git('push', '--quiet', '--set-upstream', 'origin', 'main');
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
