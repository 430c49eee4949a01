import type { PruneResult, TenantPrunePlan, TenantPruneResult } from '@x/backup-store';
import pc from 'picocolors';
import { expect, test } from 'vitest';
import { prunePlanLines, pruneResultLines, waitingLines, waitLines } from '../../src/render/prune.ts';

const MiB = 1024 * 1024;
const nowMs = Date.UTC(2026, 10, 26, 12, 10, 0);
const open = { session: 'ab'.repeat(16), lastSeenAt: '2026-11-26T12:08:00.000Z' };
const colors = pc.createColors(false);

const plan: TenantPrunePlan = {
  tenant: 'default',
  epoch: 3,
  worthwhile: true,
  delete: [{ object: 'packs/a/s/1', bytes: 20 * MiB, liveBytes: 0 }],
  repack: [{ object: 'packs/a/s/2', bytes: 10 * MiB, liveBytes: 4 * MiB }],
  waitsFor: [],
  bytesFreed: 26 * MiB,
  bytesUnused: MiB,
  costs: {
    bytesRead: 4 * MiB,
    bytesWritten: 4 * MiB,
    requests: { list: 12, get: 1400, create: 7, delete: 2 },
  },
};

const done: TenantPruneResult = {
  tenant: 'default',
  epoch: 3,
  packsDeleted: 2,
  bytesFreed: 30 * MiB,
  bytesWritten: 4 * MiB,
  sessionsFenced: 0,
  waitsFor: [],
};

const result = (...tenants: readonly TenantPruneResult[]): PruneResult => {
  const status = tenants.some(({ waitsFor }) => waitsFor.length > 0) ? 'partial' : 'ok';
  return { status, tenants, held: [], durationMs: 1500 };
};

test('a plan says what is freed and what that costs', () => {
  expect(prunePlanLines({ held: [], tenants: [plan] }, { all: false, nowMs })).toEqual([
    'prune of default, round 3: would free about 26 MiB',
    '  delete    1 pack, 20 MiB',
    '  repack    1 pack, 10 MiB, of which 4.0 MiB are needed',
    '  unused    1.0 MiB stay in packs that are needed in part',
    '  read      4.0 MiB',
    '  write     4.0 MiB',
    '  requests  about 12 list, 1,400 get, 7 create, 2 delete',
  ]);
});

test('packs are named when everything is asked for', () => {
  const lines = prunePlanLines({ held: [], tenants: [plan] }, { all: true, nowMs });
  expect(lines).toContain('  - packs/a/s/1 (20 MiB)');
  expect(lines).toContain('  M packs/a/s/2 (10 MiB, 4.0 MiB needed)');
});

test('a plan names the backups it waits for, also when there is nothing else to do', () => {
  const silent = /^ {4}session (ab){16}, silent since 2026-11-2\d .* \(2 min 0 s\)$/;
  const waits = prunePlanLines({ held: [], tenants: [{ ...plan, waitsFor: [open] }] }, { all: false, nowMs });
  expect(waits.slice(-2)).toEqual(['  waits for 1 backup to end', expect.stringMatching(silent)]);
  const idle = { ...plan, worthwhile: false, waitsFor: [open] };
  expect(prunePlanLines({ held: [], tenants: [idle, { ...idle, waitsFor: [] }] }, { all: true, nowMs })).toEqual([
    'prune of default: nothing to do; 1.0 MiB stay unused in packs that are needed in part',
    '  1 backup did not end so far',
    expect.stringMatching(silent),
    'prune of default: nothing to do; 1.0 MiB stay unused in packs that are needed in part',
  ]);
});

test('a result has a line for each tenant and one for all', () => {
  const idle = { ...done, tenant: 'a\u001b[2J', packsDeleted: 0, bytesFreed: 0, bytesWritten: 0 };
  const partial = { ...idle, tenant: 'slow', sessionsFenced: 1, waitsFor: [open, open] };
  expect(pruneResultLines(result(done, idle, partial), colors)).toEqual([
    'prune of default: ok; 2 packs deleted, 30 MiB freed, 4.0 MiB written, 0 backups ended',
    'prune of a\\x1b[2J: ok; nothing to delete',
    'prune of slow: partial, waits for 2 backups; 0 packs deleted, 0 B freed, 0 B written, 1 backup ended',
    '26 MiB less than before, in 1.5 s',
  ]);
});

test('what a round waits for is told with the time since when it is silent, and nothing when there is none', () => {
  expect(waitingLines(result(done), nowMs)).toEqual([]);
  expect(waitingLines(result(done, { ...done, tenant: 'slow', waitsFor: [open] }), nowMs)).toEqual([
    'A round of slow waits for 1 backup that did not end:',
    expect.stringMatching(/^ {2}session (ab){16}, silent since 2026-11-2\d .* \(2 min 0 s\)$/),
    'The next prune goes on with the round, and deletes then what nobody needs.',
  ]);
});

test('a wait is told before it begins, with its end and how to do without', () => {
  const waiting = { tenant: 'slow', backups: [open], waitMs: 600_000, fenceAfterMs: 3_600_000 };
  expect(waitLines(waiting, nowMs)).toEqual([
    'Waiting for 1 backup of slow that began before, up to 10 min 0 s:',
    expect.stringMatching(/^ {2}session (ab){16}, silent since 2026-11-2\d .* \(2 min 0 s\)$/),
    'One that is silent for 1 h 0 min is ended. `--wait 0s` does not wait: the next prune goes on.',
  ]);
});

test('a clock that is behind the one of the repository makes no negative times', () => {
  const [, line] = waitingLines(result({ ...done, waitsFor: [open] }), nowMs - 3_600_000);
  expect(line).toMatch(/\(0 ms\)$/);
});
