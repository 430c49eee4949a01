import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { undoTag } from '../../src/git/undo-tag.ts';
import {
  applyTag,
  planTag,
  type PlanTagOptions,
  readCheckout,
  type TagPlan,
  type VersioningError,
  verifyTag,
} from '../../src/index.ts';
import {
  ANN,
  DATE_MS,
  failure,
  newReleaseCheckout,
  type ReleaseCheckout,
  withoutMachineSettings,
} from './release-checkout.ts';

const MESSAGE = 'Release 1.2.3\n\n# Added\n\n- größer\n';

let checkout: ReleaseCheckout;
beforeEach(() => {
  withoutMachineSettings();
  checkout = newReleaseCheckout();
});
afterEach(() => {
  checkout[Symbol.dispose]();
  vi.unstubAllEnvs();
});

const plan = async (options: Partial<PlanTagOptions> = {}): Promise<TagPlan> =>
  planTag({ checkout: await checkout.state(), name: 'v1.2.3', message: MESSAGE, dateMs: DATE_MS, ...options });
const codeOf = (error: unknown): unknown => (error as VersioningError).code;
const tags = (): string => checkout.git('for-each-ref', '--format=%(refname) %(objectname)', 'refs/tags');

describe('a plan of a tag', () => {
  test('says all that the tag will be, as data', async () => {
    const planned = await plan();
    expect(planned).toEqual({
      root: (await checkout.state()).root,
      name: 'v1.2.3',
      commit: checkout.git('rev-parse', 'HEAD'),
      message: MESSAGE,
      tagger: ANN,
      signing: undefined,
      isMade: false,
    });
    expect(tags()).toBe('');
  });

  test('takes another commit, and refuses what is none', async () => {
    const first = checkout.git('rev-parse', 'HEAD');
    checkout.commit('feat: second');
    expect((await plan({ commit: first })).commit).toBe(first);
    for (const commit of ['--all', 'nothing', 'f'.repeat(40), 'HEAD^{tree}']) {
      expect((await failure(plan({ commit }))).code).toBe('INVALID_OPTION');
    }
  });

  test('refuses names that git has not', async () => {
    const state = await checkout.state();
    for (const name of ['-d', '', 'a b', 'a..b', 'a.lock', 'a~1', 'a:b', '/a', 'a/', 'HEAD', 'a\nb', 'a\0b', '@{1}']) {
      expect((await failure(plan({ checkout: state, name }))).code, name).toBe('INVALID_OPTION');
    }
  });

  test('refuses messages without text, with NUL or the beginning of a signature, and times that are none', async () => {
    const state = await checkout.state();
    const signed = 'a\n-----BEGIN PGP SIGNATURE-----\n';
    const options = [
      { message: ' \n' },
      { message: 'a\0b' },
      { message: signed },
      { dateMs: Number.NaN },
      { dateMs: -1 },
    ];
    for (const each of options) expect((await failure(plan({ checkout: state, ...each }))).code).toBe('INVALID_OPTION');
  });

  test('refuses a dirty tree and names files, unless that is allowed', async () => {
    checkout.write('new.txt', '');
    const { code, message, hint } = await failure(plan());
    expect([code, message]).toEqual(['DIRTY_TREE', 'Expected a clean tree, got 1 untracked (new.txt)']);
    expect(hint).toContain('git stash');
    expect((await plan({ allowDirty: 'untracked' })).name).toBe('v1.2.3');
    for (const each of [1, 2, 3, 4, 5, 6]) checkout.commit('feat: a file', `${each}.txt`);
    for (const each of [1, 2, 3, 4, 5, 6]) checkout.write(`${each}.txt`, 'changed');
    expect((await failure(plan({ allowDirty: 'untracked' }))).message).toBe(
      'Expected a clean tree, got 6 changed (1.txt, 2.txt, 3.txt, 4.txt, 5.txt, …)',
    );
    expect((await plan({ allowDirty: true })).name).toBe('v1.2.3');
  });

  test('refuses a detached HEAD, unless that is allowed', async () => {
    checkout.git('checkout', '--quiet', '--detach');
    expect((await failure(plan())).code).toBe('DETACHED_HEAD');
    expect((await plan({ allowDetached: true })).name).toBe('v1.2.3');
  });

  test('needs a name and an address', async () => {
    checkout.git('config', '--unset', 'user.email');
    expect((await failure(plan())).code).toBe('IDENTITY_MISSING');
    vi.stubEnv('GIT_COMMITTER_EMAIL', 'ci@example.com');
    expect((await plan()).tagger).toEqual({ ...ANN, email: 'ci@example.com' });
  });

  test('refuses a name that another tag has, and says what that is', async () => {
    const { object } = await applyTag(await plan());
    const on = checkout.git('rev-parse', 'HEAD');
    const next = checkout.commit('feat: second');
    const elsewhere = await failure(plan());
    expect([elsewhere.code, elsewhere.message]).toEqual([
      'TAG_EXISTS',
      `Expected no other tag v1.2.3, got one on ${on}, not on ${next}`,
    ]);
    expect((await failure(plan({ commit: on, message: 'Other' }))).message).toContain(
      'with the message "Release 1.2.3',
    );
    expect((await failure(plan({ commit: on, dateMs: 0 }))).message).toContain(
      'Ann <ann@example.com> at 2026-02-03T04:05:06',
    );
    checkout.git('tag', 'light');
    expect((await failure(plan({ name: 'light' }))).message).toContain('a lightweight one');
    // The very object under another name.
    checkout.git('update-ref', 'refs/tags/copy', object);
    expect((await failure(plan({ name: 'copy', commit: on }))).message).toContain('one that says "v1.2.3"');
  });
});

describe('a tag', () => {
  test('is what was planned, byte for byte, and the same in another clone', async () => {
    const planned = await plan();
    const { created, object } = await applyTag(planned);
    expect(created).toBe(true);
    expect(checkout.git('cat-file', 'tag', object)).toBe(
      `object ${planned.commit}\ntype commit\ntag v1.2.3\ntagger Ann <ann@example.com> 1770091506 +0000\n\n${MESSAGE.trim()}`,
    );
    const clone = join(checkout.beside, 'clone');
    checkout.git('clone', '--quiet', '--no-tags', checkout.folder, clone);
    vi.stubEnv('TZ', 'America/Sao_Paulo');
    const { root } = await readCheckout({ folder: clone });
    expect(await applyTag({ ...planned, root })).toEqual({ created: true, object });
  });

  test('that an earlier attempt has made counts as made', async () => {
    const planned = JSON.parse(JSON.stringify(await plan())) as TagPlan;
    const { object } = await applyTag(planned);
    expect(await applyTag(planned)).toEqual({ created: false, object });
    expect((await plan()).isMade).toBe(true);
  });

  test('is made once by two at once', async () => {
    const planned = await plan();
    const both = await Promise.allSettled([applyTag(planned), applyTag(planned)]);
    const told = both.map((each) => (each.status === 'fulfilled' ? each.value.created : codeOf(each.reason)));
    expect(told.filter((each) => each === true)).toHaveLength(1);
    // The other one finds the tag, or on a slow machine the lock of the first.
    for (const each of told) expect([true, false, 'GIT_LOCKED']).toContain(each);
    expect((await applyTag(planned)).created).toBe(false);
  });

  test('never takes the place of one that has come since the plan', async () => {
    const planned = await plan();
    checkout.git('tag', 'v1.2.3');
    const before = tags();
    expect((await failure(applyTag(planned))).code).toBe('TAG_EXISTS');
    expect((await failure(undoTag(planned))).code).toBe('TAG_EXISTS');
    expect(tags()).toBe(before);
  });

  test('has no signature that was not planned, whatever git is set to', async () => {
    const planned = await plan({ sign: false });
    checkout.git('config', 'tag.gpgSign', 'true');
    checkout.git('config', 'user.signingKey', 'nobody');
    await applyTag(planned);
    expect((await verifyTag({ folder: checkout.folder, name: 'v1.2.3' })).signature.status).toBe('absent');
  });

  test('can be undone, once', async () => {
    const planned = await plan();
    await applyTag(planned);
    expect(await undoTag(planned)).toBe(true);
    expect(await undoTag(planned)).toBe(false);
    expect(tags()).toBe('');
  });

  test('waits for nobody when another git has the lock, and says which file that is', async () => {
    const planned = await plan();
    const lock = join(planned.root, '.git/refs/tags/v1.2.3.lock');
    writeFileSync(lock, '');
    const { code, message } = await failure(applyTag(planned));
    expect([code, message]).toEqual(['GIT_LOCKED', expect.stringContaining(lock)]);
  });

  test('has its whole message, however long', async () => {
    const message = `Release\n\n${'- a line of a changelog, with # and ünïcode\n'.repeat(20_000)}`;
    await applyTag(await plan({ message }));
    expect((await verifyTag({ folder: checkout.folder, name: 'v1.2.3' })).message).toBe(message);
  });

  test('in a repository of SHA-256 is the same', async () => {
    const folder = join(checkout.beside, 'sha256');
    execFileSync('git', ['init', '--quiet', '--object-format=sha256', folder]);
    for (const each of ['user.name', 'user.email'])
      execFileSync('git', ['-C', folder, 'config', each, 'ann@example.com']);
    execFileSync('git', ['-C', folder, 'commit', '--quiet', '--allow-empty', '-m', 'first']);
    const { object } = await applyTag(await plan({ checkout: await readCheckout({ folder }) }));
    expect(object).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('what is read of a tag', () => {
  test('is its object, commit, message and tagger', async () => {
    const { object } = await applyTag(await plan());
    const commit = checkout.git('rev-parse', 'HEAD');
    expect(await verifyTag({ folder: checkout.folder, name: 'v1.2.3', commit })).toEqual({
      name: 'v1.2.3',
      object,
      isAnnotated: true,
      commit,
      writtenName: 'v1.2.3',
      tagger: ANN,
      message: MESSAGE,
      isSigned: false,
      isOnCommit: true,
      signature: { status: 'absent', reason: 'It has no signature.' },
    });
    expect(await verifyTag({ folder: checkout.folder, name: 'v1.2.3', commit: object })).toMatchObject({
      isOnCommit: false,
    });
  });

  test('is its commit when it is lightweight, and none when it leads to a file', async () => {
    checkout.git('tag', 'light');
    checkout.git('tag', 'blob', 'HEAD:file.txt');
    checkout.git('tag', 'light-below/more');
    const commit = checkout.git('rev-parse', 'HEAD');
    const light = await verifyTag({ folder: checkout.folder, name: 'light' });
    expect(light).toMatchObject({ object: commit, commit, isAnnotated: false });
    expect((await verifyTag({ folder: checkout.folder, name: 'blob', commit })).isOnCommit).toBe(false);
    expect((await failure(verifyTag({ folder: checkout.folder, name: 'light-below' }))).code).toBe('TAG_NOT_FOUND');
  });
});
