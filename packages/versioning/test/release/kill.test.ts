import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair, parsePrivateKey } from '@x/integrity';
import { beforeAll, describe, expect, test } from 'vitest';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import type { ReleaseManager } from '../../src/index.ts';
import { type ReleaserEnd, runReleaser } from './releaser.ts';
import { leftovers, newShop, NOON, type Shop } from './shop.ts';

/** Two for each of nine steps, the plan, the claim, the end, what two of the steps write to the history, and four contents. */
const WRITES = 2 * 9 + 3 + 2 + 4;

const { privateKey } = generateKeyPair();
const pem = String(privateKey.key.export({ type: 'pkcs8', format: 'pem' }));

/** A shop with a remote that releases are pushed to. */
interface PushingShop extends Shop {
  /** What the remote has: its tags, and the head of its branch. */
  pushed(): readonly string[];
  manager(): ReleaseManager;
  release(killAt?: number): Promise<ReleaserEnd>;
}

function pushingShop(): PushingShop {
  const shop = newShop();
  const { folder, stored } = shop;
  const remote = mkdtempSync(join(tmpdir(), 'holdfast-remote-'));
  // What a bare clone would have, and what git would write of it.
  cpSync(join(folder, '.git'), remote, { recursive: true });
  execFileSync('git', ['config', 'core.bare', 'true'], { cwd: remote });
  appendFileSync(
    join(folder, '.git/config'),
    `[remote "origin"]\n\turl = ${remote}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n`,
  );
  return {
    ...shop,
    pushed: () =>
      execFileSync('git', ['for-each-ref', '--format=%(refname) %(objectname)'], { cwd: remote, encoding: 'utf8' })
        .trim()
        .split('\n'),
    manager: () => shop.manager({ privateKey: parsePrivateKey(pem), workspace: { remote: 'origin' } }),
    release: async (killAt) => runReleaser({ folder, stored, remote: 'origin', privateKey: pem, at: NOON, killAt }),
    [Symbol.dispose]: () => {
      shop[Symbol.dispose]();
      rmSync(remote, { recursive: true, force: true });
    },
  };
}

/** All that a release has changed, which depends on nothing but what it was made from. */
async function outcome(shop: PushingShop): Promise<unknown> {
  const [release] = await shop.manager().listReleases();
  const { manifest, commit, size } = release ?? {};
  const tag = shop.checkout.git('rev-parse', 'v1.1.0');
  return { manifest, commit, size, tag, pushed: shop.pushed(), status: shop.checkout.git('status', '--porcelain') };
}

describe('a release whose process is killed', () => {
  let expected: unknown;
  let untouched: readonly string[];

  beforeAll(async () => {
    using shop = pushingShop();
    untouched = shop.pushed();
    const end = await shop.release();
    // Else a write would be left out below.
    expect(end).toMatchObject({ killed: false, writes: WRITES });
    expected = await outcome(shop);
  });

  /** Where there is time, a process is killed at each write; else at every fourth one, so in or beside each step. */
  const every = Array.from({ length: WRITES }, (_, index) => index + 1);

  test.each(every.filter((killAt) => IS_THOROUGH || killAt % 4 === 2))(
    'at write %i ends in the same bytes when it is resumed',
    async (killAt) => {
      using shop = pushingShop();
      expect(await shop.release(killAt)).toEqual({ killed: true });
      const manager = shop.manager();
      const [run] = await manager.runs();
      const isPublished = (await manager.listReleases()).length > 0;
      // Until then, nobody else sees anything of it.
      if (!isPublished) expect(shop.pushed()).toEqual(untouched);
      if (run === undefined) {
        // Killed before it claimed the version, it is not there to be resumed; in the very end there is nothing left to do.
        if (!isPublished) await manager.createRelease({ createdBy: 'ann' });
      } else {
        expect(run.isRunning).toBe(false);
        await manager.resumeRelease();
      }
      expect(await outcome(shop)).toEqual(expected);
      expect(await manager.runs()).toEqual([]);
      expect((await manager.verifyRelease('1.1.0')).verdict).toBe('verified');
      expect(leftovers(shop)).toEqual([]);
    },
  );

  /** The last write before the history says that it is released. */
  const published = WRITES - 6;

  test.each(every.filter((killAt) => killAt <= published && killAt % (IS_THOROUGH ? 2 : 10) === 1))(
    'at write %i is gone when it is undone',
    async (killAt) => {
      using shop = pushingShop();
      const before = shop.checkout.git('for-each-ref');
      expect(await shop.release(killAt)).toEqual({ killed: true });
      const manager = shop.manager();
      if ((await manager.runs()).length > 0) await manager.undoRelease();
      expect(shop.checkout.git('for-each-ref')).toBe(before);
      expect(shop.checkout.git('status', '--porcelain')).toBe('');
      expect(shop.pushed()).toEqual(untouched);
      expect(await manager.runs()).toEqual([]);
      expect(leftovers(shop)).toEqual([]);
      // The version is free again.
      await manager.createRelease({ createdBy: 'ann' });
      expect(await outcome(shop)).toEqual(expected);
    },
  );

  test.each([published + 2, WRITES - 2])('at write %i is out, and cannot be undone', async (killAt) => {
    using shop = pushingShop();
    expect(await shop.release(killAt)).toEqual({ killed: true });
    const manager = shop.manager();
    expect(await manager.runs()).toMatchObject([{ version: '1.1.0', isPublished: true, isRunning: false }]);
    await expect(manager.undoRelease()).rejects.toMatchObject({ code: 'RELEASE_PUBLISHED' });
  });
});
