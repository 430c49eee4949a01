import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import {
  acquireDeployLock,
  type DeployLayout,
  deployLayout,
  type LockTakeover,
  readDeployLock,
} from '../../../src/deploy/index.ts';
import { LockBook, type LockEntry } from '../../../src/deploy/lock/lock-book.ts';
import { ownLockOwner } from '../../../src/deploy/lock/lock-owner.ts';
import { temporaryFolder } from '../../artifact/tree.ts';
import { newSite } from '../layout/site.ts';

const script = fileURLToPath(new URL('children/lock-holder.ts', import.meta.url));
const NOON = Date.parse('2026-01-31T12:00:00Z');
const HOUR = 3_600_000;

/** A process that takes the lock, says so, and holds it until it is killed. */
async function holder(layout: DeployLayout): Promise<{ readonly said: string; kill(): Promise<void> }> {
  const child = spawn(process.execPath, ['--conditions=source', script, layout.root], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    said: said.toString().trim(),
    kill: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** The lock in the hands of a process on another machine, whose clock says noon. */
async function heldElsewhere(layout: DeployLayout, leaseMs: number): Promise<LockEntry & { readonly kind: 'taken' }> {
  const owner = { ...ownLockOwner('bob'), host: 'another.example', pid: 7 };
  const entry = { kind: 'taken', token: 'theirs', owner, since: new Date(NOON).toISOString(), leaseMs } as const;
  await new LockBook(layout).write(1, entry);
  return entry;
}

const locked = (who: string): object => ({ code: 'DEPLOY_LOCKED', message: expect.stringContaining(who) as string });

describe('the lock of a deployment', () => {
  test('is had by one, who is named to all others, and by the next after it', async () => {
    const { layout } = await newSite();
    expect(await readDeployLock(layout)).toBeUndefined();
    {
      await using lock = await acquireDeployLock(layout, { by: 'ann' });
      await lock.demand();
      expect(lock.takeover).toBeUndefined();
      await expect(acquireDeployLock(layout, { by: 'bob' })).rejects.toMatchObject(locked(`ann on ${hostname()}`));
      expect(await readDeployLock(layout)).toMatchObject({ owner: { by: 'ann', pid: process.pid }, isRunning: true });
    }
    expect(await readDeployLock(layout)).toBeUndefined();
    await using next = await acquireDeployLock(layout, { by: 'bob' });
    expect(next.takeover).toBeUndefined();
  });

  test('goes to one of two processes that want it at once, and to another when that one is killed', async () => {
    const { layout } = await newSite();
    const holders = await Promise.all([holder(layout), holder(layout)]);
    try {
      expect(holders.map(({ said }) => said).toSorted()).toEqual(['DEPLOY_LOCKED', 'taken']);
      await expect(acquireDeployLock(layout, { by: 'ann' })).rejects.toMatchObject(locked('child on'));
    } finally {
      for (const each of holders) await each.kill();
    }
    const seen: LockTakeover[] = [];
    await using lock = await acquireDeployLock(layout, { by: 'ann', onTakeover: (each) => seen.push(each) });
    expect(lock.takeover).toMatchObject({ why: 'gone', owner: { by: 'child' } });
    expect(seen).toEqual([lock.takeover]);
  });

  test('is free when its process has ended and another one has its id', async ({ skip }) => {
    if (process.platform !== 'linux') skip('only Linux tells when a process began');
    const { layout } = await newSite();
    const owner = { ...ownLockOwner('bob'), startedAt: 'a-boot-before/1' };
    await new LockBook(layout).write(1, {
      kind: 'taken',
      token: 'x',
      owner,
      since: new Date().toISOString(),
      leaseMs: HOUR,
    });
    await using lock = await acquireDeployLock(layout, { by: 'ann' });
    expect(lock.takeover).toMatchObject({ why: 'gone' });
  });

  test('proves nothing across containers, which have ids of their own', async ({ skip }) => {
    if (process.platform !== 'linux') skip('only Linux has namespaces');
    const { layout } = await newSite();
    const owner = { ...ownLockOwner('bob'), pid: 4_000_000, space: 'pid:[1]' };
    await new LockBook(layout).write(1, {
      kind: 'taken',
      token: 'x',
      owner,
      since: new Date().toISOString(),
      leaseMs: HOUR,
    });
    await expect(acquireDeployLock(layout, { by: 'ann' })).rejects.toMatchObject(locked('bob on'));
    expect(await readDeployLock(layout)).toMatchObject({ isRunning: 'unknown' });
  });

  test('is lost to force, which is written down, and its owner is told', async () => {
    const { layout } = await newSite();
    await using lock = await acquireDeployLock(layout, { by: 'ann', leaseMs: 60 });
    await using forced = await acquireDeployLock(layout, { by: 'bob', force: true });
    expect(forced.takeover).toMatchObject({ why: 'forced', owner: { by: 'ann' } });
    await expect(lock.demand()).rejects.toMatchObject({ code: 'DEPLOY_LOCK_LOST' });
    expect(lock.lost.aborted).toBe(true);
    await lock.release();
    await forced.demand();
    expect((await new LockBook(layout).latest()).entry).toMatchObject({
      kind: 'taken',
      instead: { why: 'forced', owner: { by: 'ann' } },
    });
  });

  test('that can not be given back keeps nobody from telling what was done, and is given back later', async () => {
    const { layout } = await newSite();
    const lock = await acquireDeployLock(layout, { by: 'ann', leaseMs: 30 });
    const locks = join(layout.state, 'locks');
    await rename(locks, `${locks}.away`);
    await writeFile(locks, '');
    await lock.release();
    await rm(locks);
    await rename(`${locks}.away`, locks);
    await vi.waitFor(async () => expect(await readDeployLock(layout)).toBeUndefined(), 20_000);
  });

  test('that is lost is told without asking, too', async () => {
    const { layout } = await newSite();
    await using lock = await acquireDeployLock(layout, { by: 'ann', leaseMs: 30 });
    const told = once(lock.lost, 'abort');
    await using forced = await acquireDeployLock(layout, { by: 'bob', force: true });
    await told;
    await forced.demand();
    expect(lock.lost.reason).toMatchObject({ code: 'DEPLOY_LOCK_LOST' });
  });
});

describe('a lock on another machine', () => {
  test('counts while its lease does, and some time longer', async () => {
    const { layout } = await newSite();
    await heldElsewhere(layout, HOUR);
    for (const now of [NOON, NOON + HOUR, NOON + 2 * HOUR - 1]) {
      await expect(acquireDeployLock(layout, { by: 'ann', clock: () => now })).rejects.toMatchObject(
        locked('another.example'),
      );
    }
  });

  test('is taken when its lease is long over and nobody renews it', async () => {
    const { layout } = await newSite();
    await heldElsewhere(layout, 50);
    await using lock = await acquireDeployLock(layout, { by: 'ann', clock: () => NOON + HOUR });
    expect(lock.takeover).toMatchObject({ why: 'expired', owner: { host: 'another.example' } });
  });

  test.each([
    ['far ahead of', HOUR],
    ['behind', -HOUR],
  ])('is not taken by one whose clock is %s its owner, who renews it', async (_, skew) => {
    const { layout } = await newSite();
    const { token, leaseMs } = await heldElsewhere(layout, 1500);
    const book = new LockBook(layout);
    let isDone = false;
    const renewing = (async () => {
      for (let beat = 0; !isDone; beat++) {
        await book.beat({ token, beat: String(beat), until: new Date(NOON + leaseMs).toISOString() });
        await wait(leaseMs / 50);
      }
    })();
    await expect(acquireDeployLock(layout, { by: 'ann', clock: () => NOON + skew })).rejects.toMatchObject(
      locked('another.example'),
    );
    isDone = true;
    await renewing;
  });

  test('is not waited for by one who gives up', async () => {
    const { layout } = await newSite();
    await heldElsewhere(layout, 60_000);
    const stop = new AbortController();
    const acquired = acquireDeployLock(layout, { by: 'ann', clock: () => NOON + HOUR, signal: stop.signal });
    setImmediate(() => stop.abort(new Error('enough')));
    await expect(acquired).rejects.toThrow();
  });
});

test('a lock needs a layout, and entries that are its own', async () => {
  const nowhere = deployLayout({ root: join(await temporaryFolder(), 'none') });
  await expect(acquireDeployLock(nowhere, { by: 'ann' })).rejects.toMatchObject({ code: 'LAYOUT_MISSING' });
  const site = await newSite();
  await (await acquireDeployLock(site.layout, { by: 'ann' })).release();
  const entries = (await readdir(join(site.layout.state, 'locks'))).filter((name) => /^\d+$/.test(name));
  await site.write(`.holdfast/locks/${entries.toSorted().at(-1)}`, '{}');
  await expect(readDeployLock(site.layout)).rejects.toMatchObject({ code: 'INVALID_DEPLOY_RECORD' });
});
