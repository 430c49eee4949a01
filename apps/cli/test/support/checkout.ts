import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import type { Machine } from './cli.ts';
import { type Tree, writeTree } from './tree.ts';

/** A git checkout on a machine of a test. */
export interface TestCheckout {
  readonly folder: string;
  readonly git: (...args: readonly string[]) => string;
  /** Writes files and commits everything. */
  readonly commit: (message: string, tree: Tree) => Promise<void>;
}

/** Makes a checkout with a branch `main` in the working directory of a machine, or another folder. */
export async function newCheckout(machine: Machine, folder: string = machine.cwd): Promise<TestCheckout> {
  await mkdir(folder, { recursive: true });
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: folder, env: machine.env, encoding: 'utf8' }).trim();
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Ann');
  git('config', 'user.email', 'ann@example.com');
  return {
    folder,
    git,
    commit: async (message, tree) => {
      await writeTree(folder, tree);
      git('add', '--all');
      git('commit', '--quiet', `--message=${message}`);
    },
  };
}
