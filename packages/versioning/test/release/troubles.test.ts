import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair } from '@x/integrity';
import { type ObjectStore, StorageError } from '@x/storage';
import { describe, expect, test, vi } from 'vitest';
import { startReleaser } from './releaser.ts';
import { newShop, NOON, type Shop } from './shop.ts';

/** A storage that fails from a write on, as a disk that is full. */
function failingFrom(store: ObjectStore, write: number): ObjectStore {
  let writes = 0;
  return {
    ...store,
    createIfAbsent: async (...call) => {
      writes += 1;
      if (writes === write) throw new StorageError('NO_SPACE', 'Expected room for an object, got none');
      return store.createIfAbsent(...call);
    },
  };
}

const state = (shop: Shop): readonly string[] => [
  shop.checkout.git('for-each-ref'),
  shop.checkout.git('status', '--porcelain'),
];

describe('a step that fails', () => {
  test.each([3, 6, 9, 12, 17])('at write %i takes back all that was done, and says why', async (write) => {
    using shop = newShop();
    const before = state(shop);
    const failing = shop.manager({ store: failingFrom(shop.store, write) });
    await expect(failing.createRelease()).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(state(shop)).toEqual(before);
    expect(await shop.manager().runs()).toEqual([]);
    expect(await shop.manager().listReleases()).toEqual([]);
    // And the version is free.
    expect((await shop.manager().createRelease()).version).toBe('1.1.0');
  });

  test('a hook that refuses the commit: what it said is told, and everything is as before', async () => {
    using shop = newShop();
    const hook = join(shop.folder, '.git/hooks/pre-commit');
    writeFileSync(hook, '#!/bin/sh\necho "no releases on Fridays" >&2\nexit 1\n', { mode: 0o755 });
    const before = state(shop);
    await expect(shop.manager().createRelease()).rejects.toMatchObject({
      code: 'COMMIT_REFUSED',
      message: expect.stringContaining('no releases on Fridays') as string,
    });
    expect(state(shop)).toEqual(before);
  });

  test('a hook that rewrites what is committed is told of, and everything is as before', async () => {
    using shop = newShop();
    const hook = join(shop.folder, '.git/hooks/pre-commit');
    // As programs do that format what is staged.
    writeFileSync(hook, '#!/bin/sh\nsed -i "s/^- /* /" CHANGELOG.md && git add CHANGELOG.md\n', { mode: 0o755 });
    const before = state(shop);
    await expect(shop.manager().createRelease()).rejects.toMatchObject({
      code: 'FILE_CHANGED',
      message: expect.stringContaining('CHANGELOG.md') as string,
    });
    expect(state(shop)).toEqual(before);
    expect(await shop.manager().runs()).toEqual([]);
  });

  test('an abort takes everything back, too', async () => {
    using shop = newShop();
    const before = state(shop);
    const stop = new AbortController();
    const store: ObjectStore = {
      ...shop.store,
      createIfAbsent: async (key, ...call) => {
        if (key.startsWith('releases/content')) stop.abort(new Error('stopped'));
        return shop.store.createIfAbsent(key, ...call);
      },
    };
    await expect(shop.manager({ store }).createRelease({}, { signal: stop.signal })).rejects.toThrow('stopped');
    expect(state(shop)).toEqual(before);
    expect(await shop.manager().runs()).toEqual([]);
  });
});

describe('a remote', () => {
  /** A shop whose remote somebody else has pushed to since. */
  function behind(): Shop & { readonly remote: string } {
    const shop = newShop();
    const remote = mkdtempSync(join(tmpdir(), 'holdfast-remote-'));
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
    shop.checkout.git('remote', 'add', 'origin', remote);
    shop.checkout.git('push', '--quiet', 'origin', 'main');
    const head = shop.checkout.git('rev-parse', 'HEAD');
    shop.checkout.commit('feat: of somebody else', 'other.txt');
    shop.checkout.git('push', '--quiet', 'origin', 'main');
    shop.checkout.git('reset', '--quiet', '--hard', head);
    return {
      ...shop,
      remote,
      [Symbol.dispose]: () => {
        shop[Symbol.dispose]();
        rmSync(remote, { recursive: true, force: true });
      },
    };
  }

  test('that would not take the branch stops the release before it is published, and nothing is left', async () => {
    using shop = behind();
    const before = state(shop);
    const manager = shop.manager({ workspace: { remote: 'origin' } });
    await expect(manager.createRelease()).rejects.toMatchObject({ code: 'PUSH_REJECTED' });
    expect(await manager.listReleases()).toEqual([]);
    expect(state(shop)).toEqual(before);
  });

  test('whose hook refuses leaves a release that is published and pushed later', async () => {
    using shop = behind();
    shop.checkout.git('pull', '--quiet', '--ff-only', 'origin', 'main');
    const hook = join(shop.remote, 'hooks/pre-receive');
    writeFileSync(hook, '#!/bin/sh\necho "the freeze ends on Monday" >&2\nexit 1\n', { mode: 0o755 });
    const manager = shop.manager({ workspace: { remote: 'origin' } });
    await expect(manager.createRelease()).rejects.toMatchObject({
      code: 'PUSH_REJECTED',
      hint: expect.stringContaining('holdfast release resume') as string,
    });
    expect(await manager.runs()).toMatchObject([{ version: '1.1.0', isPublished: true, at: 'push' }]);
    rmSync(hook);
    expect((await manager.resumeRelease()).version).toBe('1.1.0');
    expect(execFileSync('git', ['tag'], { cwd: shop.remote, encoding: 'utf8' })).toContain('v1.1.0');
    expect(await manager.runs()).toEqual([]);
  });
});

describe('a run that was begun', () => {
  /** A shop with a release that stopped for want of space, and was not taken back. */
  async function stopped(write: number): Promise<Shop> {
    const shop = newShop();
    // From then on nothing can be written, so that nothing can be taken back either.
    let writes = 0;
    const store: ObjectStore = {
      ...shop.store,
      createIfAbsent: async (...call) => {
        writes += 1;
        if (writes >= write) throw new StorageError('NO_SPACE', 'Expected room for an object, got none');
        return shop.store.createIfAbsent(...call);
      },
    };
    await shop
      .manager({ store })
      .createRelease()
      .catch(() => undefined);
    return shop;
  }

  test('is not gone on with in a tree where somebody has worked since', async () => {
    using shop = await stopped(8);
    const manager = shop.manager();
    expect(await manager.runs()).toMatchObject([{ version: '1.1.0', at: 'artifact', done: ['files', 'commit'] }]);
    appendFileSync(join(shop.folder, 'src/prices.js'), '// later\n');
    await expect(manager.resumeRelease()).rejects.toMatchObject({ code: 'DIRTY_TREE' });
    shop.checkout.git('checkout', '--quiet', 'src/prices.js');
    expect((await manager.resumeRelease()).version).toBe('1.1.0');
  });

  test('keeps its version from others until it ends', async () => {
    using shop = await stopped(8);
    shop.checkout.git('reset', '--quiet', '--hard', 'HEAD~1');
    await expect(shop.manager().planRelease({ version: '1.1.0' })).rejects.toMatchObject({ code: 'RELEASE_UNDER_WAY' });
  });

  test('is gone on with by one of two who try', async () => {
    using shop = await stopped(12);
    const ends = await Promise.allSettled([shop.manager().resumeRelease(), shop.manager().resumeRelease()]);
    const codes = ends.flatMap((end) =>
      end.status === 'rejected' ? [(end.reason as { readonly code: string }).code] : [],
    );
    expect(codes).toEqual(['RELEASE_TAKEN_OVER']);
    expect(await shop.manager().listReleases()).toHaveLength(1);
  });

  test('is signed by the key that it was begun with, or not at all', async () => {
    using shop = await stopped(8);
    expect((await shop.manager().runs())[0]?.plan.signedBy).toBeUndefined();
    await shop.manager().undoRelease();
    const { privateKey } = generateKeyPair();
    const plan = await shop.manager({ privateKey }).planRelease();
    await expect(shop.manager().createRelease(plan)).rejects.toMatchObject({ code: 'SIGNING_KEY_MISSING' });
  });

  test('whose undoing has begun can only be undone', async () => {
    using shop = await stopped(8);
    // It is given up, and then nothing can be written.
    const failing = shop.manager({ store: failingFrom(shop.store, 3) });
    await expect(failing.undoRelease()).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(await shop.manager().runs()).toMatchObject([{ isGivenUp: true }]);
    await expect(shop.manager().resumeRelease()).rejects.toMatchObject({ code: 'RELEASE_GIVEN_UP' });
    await shop.manager().undoRelease();
    expect(await shop.manager().runs()).toEqual([]);
    expect(shop.checkout.git('status', '--porcelain')).toBe('');
  });

  test.skipIf(process.platform === 'win32')(
    'is left to the process that works on it, and taken from it only when somebody says so',
    async () => {
      using shop = newShop();
      const { folder, stored } = shop;
      const { privateKey } = generateKeyPair();
      const pem = String(privateKey.key.export({ type: 'pkcs8', format: 'pem' }));
      const child = await startReleaser({ folder, stored, privateKey: pem, at: NOON, stopAt: 9 });
      const ended = once(child, 'close');
      const manager = shop.manager({ privateKey });
      await vi.waitFor(async () => {
        expect((await manager.runs())[0]?.at).toBe('artifact');
      }, 240_000);
      expect(await manager.runs()).toMatchObject([{ isRunning: true, pid: child.pid }]);
      await expect(manager.resumeRelease()).rejects.toMatchObject({ code: 'RELEASE_RUNNING' });
      expect((await manager.resumeRelease({ takeOver: true })).version).toBe('1.1.0');
      let said = '';
      child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
      child.kill('SIGCONT');
      await ended;
      // It finds that it is no longer its own.
      expect(said).toContain('RELEASE_TAKEN_OVER');
      expect(await manager.listReleases()).toHaveLength(1);
      expect((await manager.verifyRelease('1.1.0')).verdict).toBe('verified');
    },
  );

  test('that is not there can neither be gone on with nor undone', async () => {
    using shop = newShop();
    await expect(shop.manager().resumeRelease()).rejects.toMatchObject({ code: 'RELEASE_NOT_FOUND' });
    await expect(shop.manager().undoRelease()).rejects.toMatchObject({ code: 'RELEASE_NOT_FOUND' });
  });
});
