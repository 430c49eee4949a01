import { randomBytes } from 'node:crypto';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { parseShape, type Machine } from '../support/cli.ts';
import { leaveOpenSession } from '../support/open-session.ts';
import { preparedMachine } from '../support/prepared-machine.ts';
import { digestTree, writeTree } from '../support/tree.ts';

const MiB = 1024 * 1024;

let machine: Machine;
let data: string;
/** Ids of the snapshots, oldest first. */
let ids: readonly string[];

async function backUp(name: string, ...args: readonly string[]): Promise<string> {
  const { snapshot } = await machine.json('BackupRun', ['backup', 'create', 'data', '--name', name, ...args]);
  return snapshot?.id ?? '';
}

/** Three snapshots, each of which needs 2 MiB that no other needs. */
const prepared = preparedMachine(async (fresh) => {
  machine = fresh;
  data = join(machine.cwd, 'data');
  await machine.json('Created', ['init']);
  await writeTree(data, { 'kept/always.bin': randomBytes(MiB), 'notes.txt': 'notes\n' });
  const made: string[] = [];
  for (const name of ['one', 'two', 'three']) {
    await writeFile(join(data, 'changing.bin'), randomBytes(2 * MiB));
    made.push(await backUp(name));
  }
  return made;
});

beforeEach(async () => {
  ({ machine, made: ids } = await prepared());
});

const names = async (): Promise<readonly (string | undefined)[]> =>
  (await machine.json('SnapshotList', ['backup', 'list'])).snapshots.map(({ name }) => name);

/** Everything stored, without the time of the folder itself: opening a store tries out there what the file system can do. */
async function stored(): Promise<Readonly<Record<string, string>>> {
  const { '.': _, ...rest } = await digestTree(machine.repository);
  return rest;
}

async function packedBytes(): Promise<number> {
  const found = (await readdir(machine.repository, { recursive: true })).filter((name) => name.startsWith('packs'));
  const facts = await Promise.all(found.map((name) => stat(join(machine.repository, name))));
  return facts.reduce((sum, each) => sum + (each.isFile() ? each.size : 0), 0);
}

/** The newest snapshot comes back as its source is now, and nothing that is stored is damaged. */
async function expectWhole(): Promise<void> {
  await machine.json('RestoreRun', ['backup', 'restore', 'three', '--to', 'back']);
  expect(await digestTree(join(machine.cwd, 'back/data'))).toEqual(await digestTree(data));
  expect((await machine.json('VerifyReport', ['backup', 'verify', '--level', 'full'])).findings).toEqual([]);
}

test('what only forgotten snapshots need is deleted, and the rest restores', async () => {
  const before = await packedBytes();
  const forgotten = await machine.json('ForgetRun', ['backup', 'forget', 'one', ids[1]?.slice(0, 10) ?? '']);
  expect(forgotten).toMatchObject({ dryRun: false, forgotten: [{ id: ids[0] }, { id: ids[1] }], givenUp: [] });
  expect(await names()).toEqual(['three']);
  expect(await packedBytes()).toBe(before);

  const run = await machine.json('PruneRun', ['backup', 'prune', '--max-unused', '0%']);
  expect(run).toMatchObject({
    status: 'ok',
    dryRun: false,
    result: { tenants: [{ tenant: 'default', waitsFor: [] }] },
  });
  const [done] = run.result?.tenants ?? [];
  const after = await packedBytes();
  expect(before - after).toBe((done?.bytesFreed ?? 0) - (done?.bytesWritten ?? 0));
  expect(before - after).toBeGreaterThan(3.9 * MiB);
  expect((await machine.json('RepositoryStats', ['backup', 'stats'])).tenants).toMatchObject([
    { snapshots: 1, bytesPacked: after },
  ]);
  expect(await machine.json('RepositoryStatus', ['status'])).toMatchObject({ snapshots: 1, latest: { id: ids[2] } });
  await expectWhole();
});

test('dry runs change no byte of the repository, and say what the real ones do', async () => {
  const before = await stored();
  const planned = await machine.json('ForgetRun', ['backup', 'forget', 'one', 'two', '--dry-run']);
  expect(planned).toMatchObject({ dryRun: true, forgotten: [{ name: 'one' }, { name: 'two' }] });
  const text = await machine.run(['backup', 'forget', 'one', '--dry-run']);
  expect(text.stdout).toContain('1 snapshot would be forgotten\n');
  expect(text.stderr).toBe('Nothing was changed.\n');
  expect(await stored()).toEqual(before);

  await machine.json('ForgetRun', ['backup', 'forget', 'one', 'two']);
  const forgotten = await stored();
  const { plan, result } = await machine.json('PruneRun', ['backup', 'prune', '--dry-run']);
  const described = await machine.run(['backup', 'prune', '--dry-run', '--verbose']);
  expect(await stored()).toEqual(forgotten);
  expect(result).toBeUndefined();
  const [tenant] = plan?.tenants ?? [];
  expect(tenant?.worthwhile).toBe(true);
  const packs = [...(tenant?.delete ?? []), ...(tenant?.repack ?? [])];
  for (const { object } of packs) expect(described.stdout).toContain(object);
  for (const word of ['would free about', 'read ', 'write ', 'requests ']) expect(described.stdout).toContain(word);

  const { result: done } = await machine.json('PruneRun', ['backup', 'prune']);
  expect(done?.tenants).toMatchObject([{ epoch: tenant?.epoch, packsDeleted: packs.length }]);
  const nothing = await machine.run(['backup', 'prune', '--dry-run']);
  expect(nothing.stdout).toMatch(/^prune of default: nothing to do; /);
});

test('forget says where the space is, and prune in words what it did', async () => {
  const forget = await machine.run(['backup', 'forget', 'one']);
  expect(forget.code).toBe(0);
  expect(forget.stdout).toMatch(/^ID .*\n.* one .*\n1 snapshot is forgotten\n$/);
  expect(forget.stderr).toContain('The space comes back with `holdfast backup prune`');
  const quiet = await machine.run(['backup', 'forget', 'two', '--quiet']);
  expect(quiet).toMatchObject({ code: 0, stdout: `${ids[1]}\n`, stderr: '' });
  const prune = await machine.run(['backup', 'prune']);
  expect(prune.code).toBe(0);
  expect(prune.stdout).toMatch(
    /^prune of default: ok; \d+ packs? deleted, \S+ MiB freed, \S+ .?i?B written, 0 backups ended\n\S+ MiB less than before, in .*\n$/,
  );
  expect(prune.stderr).toMatch(/^plan 0 %: 0\/1 catalogs read, /);
  const silent = await machine.run(['backup', 'prune', '--quiet']);
  expect(silent).toMatchObject({ code: 0, stdout: '', stderr: '' });
});

test('when one of the ids is unknown or ambiguous, none is forgotten', async () => {
  await backUp('two');
  for (const [wrong, exit, code] of [
    ['nobody', 4, 'SNAPSHOT_NOT_FOUND'],
    ['two', 2, 'SNAPSHOT_AMBIGUOUS'],
  ] as const) {
    const { code: ended, stdout } = await machine.run(['backup', 'forget', 'one', wrong, '--json']);
    expect({ wrong, ended, code: parseShape('Failed', stdout).error.code }).toEqual({ wrong, ended: exit, code });
  }
  const elsewhere = await machine.run(['backup', 'forget', 'one', '--tenant', 'acme']);
  expect(elsewhere.code).toBe(4);
  expect(await names()).toEqual(['one', 'two', 'three', 'two']);
});

test('latest is the newest of this machine and these paths, here too', async () => {
  await writeTree(machine.cwd, { 'other/file': 'x', 'holdfast.config.json': '{"sources": {"paths": ["data"]}}' });
  await machine.json('BackupRun', ['backup', 'create', 'other', '--name', 'four']);
  expect((await machine.json('ForgetRun', ['backup', 'forget', 'latest'])).forgotten).toMatchObject([{ id: ids[2] }]);
  expect(await names()).toEqual(['one', 'two', 'four']);
});

test('7: prune refuses while a snapshot is missing, until it is given up by its whole id', async () => {
  const [, middle = ''] = ids;
  const commits = (await readdir(machine.repository, { recursive: true })).filter((name) => name.startsWith('commits'));
  await rm(join(machine.repository, commits.find((name) => name.endsWith(middle)) ?? ''));
  const before = await stored();
  for (const args of [
    ['backup', 'prune'],
    ['backup', 'prune', '--dry-run'],
  ]) {
    const refused = await machine.run([...args, '--json']);
    expect(refused.code).toBe(7);
    expect(parseShape('Failed', refused.stdout).error).toMatchObject({
      code: 'PRUNE_REFUSED',
      hint: expect.stringContaining('Nothing was deleted.'),
    });
  }
  const text = await machine.run(['backup', 'prune']);
  expect(text.stderr).toMatch(/\nhint: Nothing was deleted\..*holdfast backup forget/);
  expect((await machine.run(['backup', 'forget', middle.slice(0, 8)])).code).toBe(4);
  expect(await stored()).toEqual(before);

  const planned = await machine.run(['backup', 'forget', middle, '--dry-run']);
  expect(planned.stdout).toContain(`${middle} was taken away, and would be given up\n`);
  expect(await machine.json('ForgetRun', ['backup', 'forget', middle])).toMatchObject({
    forgotten: [],
    givenUp: [middle],
  });
  expect((await machine.json('PruneRun', ['backup', 'prune'])).status).toBe('ok');
  await expectWhole();
});

test('one tenant is pruned and the other left alone', async () => {
  await backUp('theirs', '--tenant', 'acme');
  await machine.json('ForgetRun', ['backup', 'forget', 'one', 'theirs']);
  const tenants = async (...args: readonly string[]) =>
    (await machine.json('PruneRun', ['backup', 'prune', ...args])).result?.tenants ?? [];
  const [theirs, ...others] = await tenants('--tenant', 'acme');
  expect(theirs?.tenant).toBe('acme');
  expect(theirs?.packsDeleted).toBeGreaterThan(0);
  expect(others).toEqual([]);
  const all = await tenants();
  expect(all.map(({ tenant, packsDeleted }) => [tenant, packsDeleted > 0])).toEqual([
    ['default', true],
    ['acme', false],
  ]);
  const unknown = await machine.run(['backup', 'prune', '--tenant', 'nobody', '--json']);
  expect(unknown.code).toBe(4);
  expect(parseShape('Failed', unknown.stdout).error.code).toBe('TENANT_NOT_FOUND');
});

test('a round waits for a backup that did not end, says for which, and goes on when that is ended', async () => {
  const session = await leaveOpenSession(machine);
  await machine.json('ForgetRun', ['backup', 'forget', 'one', 'two']);
  const before = await packedBytes();
  const plan = await machine.run(['backup', 'prune', '--dry-run']);
  expect(plan.stdout).toContain(`waits for 1 backup to end\n    session ${session}, silent since `);

  const partial = await machine.run(['backup', 'prune', '--wait', '0s']);
  expect(partial.code).toBe(3);
  expect(partial.stdout).toMatch(/^prune of default: partial, waits for 1 backup; 0 packs deleted, /);
  expect(partial.stderr).toContain(`  session ${session}, silent since `);
  expect(partial.stderr).toContain('The next prune goes on with the round');
  expect(partial.stderr).toContain('`holdfast backup prune --fence-after 0s`');
  await writeFile(join(machine.cwd, 'holdfast.config.json'), '{"prune": {"wait": "0s"}}');
  const json = await machine.run(['backup', 'prune', '--json']);
  expect(json.code).toBe(3);
  const waiting = parseShape('PruneRun', json.stdout);
  expect(waiting).toMatchObject({ status: 'partial', result: { tenants: [{ waitsFor: [{ session }] }] } });
  expect(await packedBytes()).toBe(before);

  const silent = await machine.run(['backup', 'prune', '--quiet', '--wait', '1s']);
  expect(silent.stderr).toContain(
    `Waiting for 1 backup of default that began before, up to 1.0 s:\n  session ${session}`,
  );
  const ended = await machine.json('PruneRun', ['backup', 'prune', '--fence-after', '0s']);
  expect(ended).toMatchObject({ status: 'ok', result: { tenants: [{ sessionsFenced: 1, waitsFor: [] }] } });
  expect(await packedBytes()).toBeLessThan(before - 3.9 * MiB);
  await expectWhole();
});

test('Ctrl-C while prune waits ends it cleanly, and the next prune goes on with the round', async () => {
  await leaveOpenSession(machine);
  await machine.json('ForgetRun', ['backup', 'forget', 'one']);
  let interrupted = false;
  const first = await machine.run(['backup', 'prune', '--wait', '1h'], {
    onStderr: (child, text) => {
      if (interrupted || !text.includes('wait 0 %: 0/1 backups ended')) return;
      interrupted = true;
      child.kill('SIGINT');
    },
  });
  expect(first).toMatchObject({ code: 130, signal: null, stdout: '' });
  expect(first.stderr).toContain('Stopping cleanly. Press Ctrl-C again to stop at once.');
  expect(first.stderr).toContain('hint: Nothing is damaged. Run the same command again to go on.');
  const next = await machine.json('PruneRun', ['backup', 'prune', '--fence-after', '0s']);
  expect(next.result?.tenants).toMatchObject([{ epoch: 1, sessionsFenced: 1 }]);
  expect(next.result?.tenants[0]?.packsDeleted).toBeGreaterThan(0);
  await expectWhole();
});
