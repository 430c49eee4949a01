import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readCheckout } from '../../src/index.ts';
import { newCheckout } from './checkout.ts';
import {
  failure,
  IS_POSIX,
  newReleaseCheckout,
  rootOf,
  type ReleaseCheckout,
  withoutMachineSettings,
} from './release-checkout.ts';

let checkout: ReleaseCheckout;
beforeEach(() => {
  withoutMachineSettings();
  checkout = newReleaseCheckout();
});
afterEach(() => {
  checkout[Symbol.dispose]();
  vi.unstubAllEnvs();
});

describe('a checkout', () => {
  test('is its commit and branch, and clean without changes', async () => {
    expect(await checkout.state()).toEqual({
      root: rootOf(checkout.folder),
      commit: checkout.git('rev-parse', 'HEAD'),
      commitDateMs: Date.UTC(2026, 0, 2),
      branch: 'main',
      upstream: undefined,
      isDirty: false,
      changed: { count: 0, first: [] },
      untracked: { count: 0, first: [] },
      isShallow: false,
      remotes: [],
    });
  });

  test.runIf(IS_POSIX)('tells changed files from untracked ones, whatever their names and the settings', async () => {
    for (const file of ['a b', 'c\td', 'é', 'gone', 'moved']) checkout.commit('feat: a file', `in/${file}`);
    checkout.git('config', 'status.showUntrackedFiles', 'no');
    checkout.write('in/a b', 'changed');
    checkout.write('in/c\td', 'changed');
    checkout.write('in/é', 'staged');
    checkout.git('add', 'in/é');
    checkout.git('rm', '--quiet', 'in/gone');
    checkout.git('mv', 'in/moved', 'in/two  spaces');
    checkout.write('new folder/one', '');
    checkout.write('new folder/two', '');
    checkout.write('ignored', '');
    checkout.write('.git/info/exclude', 'ignored\n');
    const { isDirty, changed, untracked } = await checkout.state();
    expect(isDirty).toBe(true);
    expect(changed.first.toSorted()).toEqual(['in/a b', 'in/c\td', 'in/gone', 'in/moved', 'in/two  spaces', 'in/é']);
    expect(untracked).toEqual({ count: 1, first: ['new folder/'] });
  });

  test('names the first of many files and counts all', async () => {
    for (let each = 0; each < 30; each++) checkout.write(`${each}.txt`, '');
    const { changed, untracked } = await checkout.state();
    expect([changed.count, untracked.count, untracked.first.length]).toEqual([0, 30, 20]);
  });

  test('with a conflict has the file among the changed ones', async () => {
    checkout.git('switch', '--quiet', '--create', 'side');
    checkout.commit('feat: side', 'both.txt');
    checkout.git('switch', '--quiet', 'main');
    checkout.commit('feat: main', 'both.txt');
    expect(() => checkout.git('merge', 'side')).toThrow();
    expect((await checkout.state()).changed).toEqual({ count: 1, first: ['both.txt'] });
  });

  test('is the same in a folder below, and has no branch when HEAD is detached', async () => {
    const commit = checkout.commit('feat: deep', 'a/b/c.txt');
    checkout.git('checkout', '--quiet', '--detach');
    const state = await readCheckout({ folder: join(checkout.folder, 'a/b') });
    expect([state.root, state.commit, state.branch]).toEqual([rootOf(checkout.folder), commit, undefined]);
  });

  test('of a worktree has its own branch, and a submodule is a checkout of its own', async () => {
    const worktree = join(checkout.beside, 'worktree');
    checkout.git('worktree', 'add', '--quiet', '-b', 'feature/x', worktree);
    expect(await readCheckout({ folder: worktree })).toMatchObject({
      root: rootOf(worktree),
      branch: 'feature/x',
    });
    using inner = newCheckout();
    const commit = inner.commit('feat: inner');
    checkout.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '--quiet', inner.folder, 'inner');
    const folder = join(checkout.folder, 'inner');
    expect(await readCheckout({ folder })).toMatchObject({ root: rootOf(folder), commit, isDirty: false });
    expect((await checkout.state()).changed.first).toEqual(['.gitmodules', 'inner']);
  });

  test('has its upstream and remotes, without credentials', async () => {
    const origin = checkout.addOrigin();
    checkout.git('push', '--quiet', 'origin', 'main:release/1.x');
    checkout.git('branch', '--quiet', '--set-upstream-to=origin/release/1.x');
    checkout.git('remote', 'add', 'web', 'https://ann:s3cret@example.com/x.git');
    checkout.git('remote', 'set-url', '--push', 'web', 'ssh://git@example.com/x.git');
    checkout.git('remote', 'add', 'token', 'https://ghp_s3cret@example.com/x.git?key=s3cret');
    const state = await checkout.state();
    expect(state.upstream).toEqual({ remote: 'origin', branch: 'release/1.x' });
    expect(state.remotes).toEqual([
      { name: 'origin', url: origin, pushUrls: [origin] },
      { name: 'token', url: 'https://example.com/x.git', pushUrls: ['https://example.com/x.git'] },
      { name: 'web', url: 'https://example.com/x.git', pushUrls: ['ssh://git@example.com/x.git'] },
    ]);
    checkout.git('branch', '--quiet', '--track', 'local', 'main');
    checkout.git('switch', '--quiet', 'local');
    expect((await checkout.state()).upstream).toBeUndefined();
  });

  test('of a shallow clone says so', async () => {
    checkout.commit('feat: second');
    const clone = join(checkout.beside, 'clone');
    checkout.git('clone', '--quiet', '--depth=1', `file://${checkout.folder}`, clone);
    expect(await readCheckout({ folder: clone })).toMatchObject({ isShallow: true, upstream: { remote: 'origin' } });
  });

  test('is the one of the folder, whatever a hook of another repository has set', async () => {
    using other = newCheckout();
    other.commit('feat: other');
    const before = await checkout.state();
    vi.stubEnv('GIT_DIR', join(other.folder, '.git'));
    vi.stubEnv('GIT_WORK_TREE', other.folder);
    vi.stubEnv('GIT_INDEX_FILE', join(other.folder, '.git/index'));
    vi.stubEnv('GIT_TRACE', '1');
    expect(await checkout.state()).toEqual(before);
  });

  test('needs a repository with a commit and a folder', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
    try {
      expect(await failure(readCheckout({ folder: empty }))).toMatchObject({
        code: 'NOT_A_CHECKOUT',
        hint: 'Run it in a checkout, or name one.',
      });
      checkout.git('init', '--quiet', '--bare', join(empty, 'bare'));
      expect(await failure(readCheckout({ folder: join(empty, 'bare') }))).toMatchObject({
        code: 'NOT_A_CHECKOUT',
        hint: 'Run it in a checkout, or name one.',
      });
      mkdirSync(join(empty, 'new'));
      checkout.git('init', '--quiet', join(empty, 'new'));
      expect((await failure(readCheckout({ folder: join(empty, 'new') }))).code).toBe('NO_COMMITS');
    } finally {
      rmSync(empty, { recursive: true });
    }
  });
});
