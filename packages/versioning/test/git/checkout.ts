import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A checkout of a repository of its own, whose commits have given times. */
export interface Checkout extends Disposable {
  readonly folder: string;
  git(...args: readonly string[]): string;
  /** The commit that was made last, on what is checked out. */
  head(): string;
  /** Changes a file and commits it. @returns The hash. */
  commit(message: string, file?: string): string;
  tag(name: string): void;
}

const NAME = {
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.com',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.com',
};

/** A checkout that others begin as copies of, which is faster than making them. */
export interface Template {
  readonly folder: string;
  /** How many commits it has, all made by {@link Checkout.commit}. */
  readonly commits: number;
}

const DAY_SECONDS = 86_400;

/** Makes a repository in a folder that is removed again. */
export function newCheckout(template?: Template): Checkout {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  let count = template?.commits ?? 0;
  let seconds = Date.UTC(2026, 0, 1) / 1000 + count * DAY_SECONDS;
  const git = (...args: readonly string[]): string => {
    const date = `${seconds} +0000`;
    // Settings of the machine, such as signing, are none of ours.
    const env = {
      ...process.env,
      ...NAME,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
    };
    return execFileSync('git', args, {
      cwd: folder,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  };
  /** Read from its files, which takes no process: after a commit it stands in them. */
  const head = (): string => {
    const [, ref] = /^ref: (.*)\n$/.exec(readFileSync(join(folder, '.git/HEAD'), 'utf8')) ?? [];
    return readFileSync(join(folder, '.git', ref ?? 'HEAD'), 'utf8').trim();
  };
  if (template === undefined) {
    git('init', '--quiet', '--template=', '--initial-branch=main');
    // As git leaves it, without the dozen examples.
    mkdirSync(join(folder, '.git/hooks'));
  } else {
    // With their times, as git compares them with its index.
    cpSync(template.folder, folder, { recursive: true, preserveTimestamps: true });
  }
  return {
    folder,
    git,
    head,
    commit(message, file = 'file.txt') {
      seconds += DAY_SECONDS;
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${count++}\n`);
      git('add', '-A');
      git('commit', '--quiet', '--cleanup=verbatim', '-m', message);
      return head();
    },
    tag: (name) => void git('tag', '-a', '-m', name, name),
    [Symbol.dispose]: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
