import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fsStore, memoryStore, type ObjectStore, withFaults, withTrace } from '@x/storage';
import { afterEach, describe, expect, test } from 'vitest';
import { createFlags, type EditableFlags, type FlagEdit, type FlagVersion } from '../../src/index.ts';
import { localSignal, storedFlags, type StoredFlagsOptions } from '../../src/stored/index.ts';
import { NOW } from '../fixtures.ts';

const NOTE = { by: 'ann', why: 'because' };
const set = (key: string, percentage: number): FlagEdit[] => [
  { kind: 'set', key, definition: { rollout: { percentage, unit: 'tenant' } } },
];
const open = (store: ObjectStore = memoryStore(), options: StoredFlagsOptions = {}): EditableFlags =>
  storedFlags(store, { clock: () => NOW, pollMs: 0, ...options });

async function versions(store: EditableFlags, ...call: Parameters<EditableFlags['history']>): Promise<FlagVersion[]> {
  const found: FlagVersion[] = [];
  for await (const version of store.history(...call)) found.push(version);
  return found;
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  folders.push(folder);
  return folder;
}

describe('a store', () => {
  test('without any version has no flags', async () => {
    const store = open();
    expect(await store.load(undefined)).toEqual({ definitions: { flags: {} }, version: '0' });
    expect(await store.load('0')).toBeUndefined();
    expect(await versions(store)).toEqual([]);
  });

  test('says who changed what, when and why, newest first', async () => {
    const store = open();
    await store.change(set('a', 10), { by: 'ann', why: 'for a start' });
    await store.change([{ kind: 'patch', key: 'a', patch: { rollout: { percentage: 25 } } }, ...set('b', 1)], {
      by: 'bob',
      why: 'no complaints',
    });
    expect(await versions(store)).toEqual([
      {
        version: 2,
        atMs: NOW,
        by: 'bob',
        why: 'no complaints',
        rollbackTo: undefined,
        changes: [
          {
            key: 'a',
            before: { rollout: { percentage: 10, unit: 'tenant' } },
            after: { rollout: { percentage: 25, unit: 'tenant' } },
          },
          { key: 'b', before: undefined, after: { rollout: { percentage: 1, unit: 'tenant' } } },
        ],
        sharedChanges: [],
      },
      expect.objectContaining({ version: 1, by: 'ann', why: 'for a start' }),
    ]);
    expect((await versions(store, { key: 'b' })).map(({ version }) => version)).toEqual([2]);
    expect((await versions(store, { before: 2 })).map(({ version }) => version)).toEqual([1]);
    expect(await store.at(1)).toEqual({ flags: { a: { rollout: { percentage: 10, unit: 'tenant' } } } });
  });

  test('goes back to a version, whole or for some flags, and keeps what was in between', async () => {
    const store = open();
    await store.change([...set('a', 10), ...set('b', 10)], NOTE);
    await store.change([...set('a', 20), ...set('b', 20), ...set('c', 20)], NOTE);
    const part = await store.rollback(1, { by: 'ann', why: 'complaints' }, { keys: ['a', 'c'] });
    expect(part).toMatchObject({ version: 3, rollbackTo: 1, by: 'ann', why: 'complaints' });
    expect(part?.changes.map(({ key }) => key)).toEqual(['a', 'c']);
    await store.rollback(1, NOTE);
    expect(await store.at(4)).toEqual(await store.at(1));
    await store.rollback(2, NOTE);
    expect(await store.at(5)).toEqual(await store.at(2));
    expect(await versions(store)).toHaveLength(5);
  });

  test('says what a change would make, and makes nothing', async () => {
    const store = open();
    await store.change(set('a', 10), NOTE);
    const made = await store.change(set('a', 20), { by: 'bob', why: 'to see' }, { dryRun: true });
    expect(made).toMatchObject({
      version: 2,
      by: 'bob',
      changes: [{ key: 'a', after: { rollout: { percentage: 20 } } }],
    });
    expect(await store.change(set('a', 10), NOTE, { dryRun: true })).toBeUndefined();
    expect(await versions(store)).toHaveLength(1);
  });

  test('makes no version of what changes nothing', async () => {
    const store = open();
    expect(await store.change([], NOTE)).toBeUndefined();
    await store.change(set('a', 10), NOTE);
    expect(await store.change(set('a', 10), { by: 'bob', why: 'again' })).toBeUndefined();
    expect(await store.rollback(1, NOTE)).toBeUndefined();
    expect(await versions(store)).toHaveLength(1);
  });

  const REFUSED: readonly (readonly [string, string, (store: EditableFlags) => Promise<unknown>])[] = [
    ['a percentage above 100', 'INVALID_FLAGS', (store) => store.change(set('a', 101), NOTE)],
    ['a change without a name', 'INVALID_CHANGE', (store) => store.change(set('a', 1), { by: ' ', why: 'x' })],
    ['a change without a reason', 'INVALID_CHANGE', (store) => store.change(set('a', 1), { by: 'ann', why: '' })],
    ['a change without a note', 'INVALID_CHANGE', (store) => store.change(set('a', 1), undefined as never)],
    ['an edit of no kind', 'INVALID_CHANGE', (store) => store.change([{ kind: 'bogus', key: 'a' } as never], NOTE)],
    ['a patch of nothing', 'INVALID_CHANGE', (store) => store.change([{ kind: 'patch', key: 'a' } as never], NOTE)],
    ['a flag that is not there', 'FLAG_NOT_FOUND', (store) => store.change([{ kind: 'remove', key: 'z' }], NOTE)],
    ['another version than expected', 'FLAGS_CONFLICT', (store) => store.change(set('a', 1), NOTE, { ifVersion: 7 })],
    ['a version that is not there', 'VERSION_NOT_FOUND', (store) => store.at(9)],
    ['a rollback to a version that is none', 'VERSION_NOT_FOUND', (store) => store.rollback(0.5, NOTE)],
  ];
  test.each(REFUSED)('refuses %s with %s, and stays as it is', async (_, code, act) => {
    const store = open();
    await store.change(set('a', 10), NOTE);
    await expect(act(store)).rejects.toMatchObject({ code });
    expect(await versions(store)).toHaveLength(1);
  });
});

describe('many writers', () => {
  test('lose no edit, in one folder', async () => {
    const folder = newFolder();
    await open(fsStore(folder)).change(set('shared', 0), NOTE);
    const writers = Array.from({ length: 6 }, () => open(fsStore(folder, { durable: false })));
    await Promise.all(
      writers.map(async (store, writer) => {
        for (let i = 0; i < 4; i++) {
          await store.change(
            ({ flags }) => {
              const { rollout } = flags['shared'] as { rollout: { percentage: number } };
              return [
                ...set(`own-${writer}-${i}`, 1),
                { kind: 'patch', key: 'shared', patch: { rollout: { percentage: rollout.percentage + 1 } } },
              ];
            },
            { by: `writer ${writer}`, why: 'at the same time' },
          );
        }
      }),
    );
    const all = await versions(open(fsStore(folder)));
    expect(all.map(({ version }) => version)).toEqual(Array.from({ length: 25 }, (_, i) => 25 - i));
    const { definitions } = (await open(fsStore(folder)).load(undefined)) ?? {};
    expect(Object.keys(definitions?.flags ?? {})).toHaveLength(25);
    expect(definitions?.flags['shared']).toMatchObject({ rollout: { percentage: 24 } });
  });

  test('a change whose answer is lost is made once', async () => {
    let writes = 0;
    const store = open(
      withFaults(memoryStore(), {
        decide: ({ call }) => (call === 'createIfAbsent' && ++writes === 1 ? { kind: 'error-after' } : undefined),
      }),
    );
    expect(await store.change(set('a', 10), NOTE)).toMatchObject({ version: 1 });
    expect(writes).toBe(1);
    expect(await versions(store)).toHaveLength(1);
  });
});

describe('readers', () => {
  test('of one store see a change at once', async () => {
    const store = open();
    await using flags = createFlags({ store, clock: () => NOW });
    await flags.ready();
    const seen = new Promise<readonly string[]>((resolve) => {
      flags.onChange(({ flagsChanged }) => {
        resolve(flagsChanged);
      });
    });
    await store.change(set('a', 100), NOTE);
    expect(await seen).toEqual(['a']);
    expect(flags.isEnabled('a', { tenant: 'acme' })).toBe(true);
  });

  test('of another one see it within one look, and what does not change costs one request', async () => {
    const inner = memoryStore();
    const calls: string[] = [];
    const counted = withTrace(inner, { onEvent: ({ call }) => calls.push(call) });
    await open(inner).change(set('a', 100), NOTE);
    await using flags = createFlags({ store: open(counted, { pollMs: 5 }) });
    await flags.ready();
    calls.length = 0;
    await flags.refresh();
    expect(new Set(calls)).toEqual(new Set(['stat']));
    const seen = new Promise<void>((resolve) => {
      flags.onChange(() => {
        resolve();
      });
    });
    await open(inner).change(set('b', 100), NOTE);
    await seen;
    expect(flags.isEnabled('b')).toBe(true);
  });

  test('are told by a signal, without looking', async () => {
    const inner = memoryStore();
    const signal = localSignal(`flags-${Math.random()}`);
    await using flags = createFlags({ store: open(inner, { signal }) });
    await flags.ready();
    const seen = new Promise<void>((resolve) => {
      flags.onChange(() => {
        resolve();
      });
    });
    await open(inner, { signal }).change(set('b', 100), NOTE);
    await seen;
    expect(flags.isEnabled('b')).toBe(true);
  });

  test('keep the last good flags when a version is damaged, and say so', async () => {
    const inner = memoryStore();
    const store = open(inner);
    await store.change(set('a', 100), NOTE);
    await using flags = createFlags({ store });
    await flags.ready();
    await inner.put('flags/000000000002', new TextEncoder().encode('{"format":"something else"}'));
    await flags.refresh();
    expect(flags.state).toBe('stale');
    expect(flags.problem).toMatchObject({ code: 'INVALID_HISTORY' });
    expect(flags.isEnabled('a')).toBe(true);
  });

  test('refuse of a version that a newer program wrote only the flag that it does not know, and save none such', async () => {
    const inner = memoryStore();
    const store = open(inner);
    await store.change([...set('a', 100), ...set('b', 0)], NOTE);
    await using flags = createFlags({ store });
    await flags.ready();
    const newer = { a: { waves: 3 }, b: {} };
    const record = {
      token: 't',
      format: 'holdfast-flags-0',
      version: 2,
      at: new Date(NOW).toISOString(),
      by: 'bob',
      why: 'waves',
    };
    const text = JSON.stringify({ flags: newer }, undefined, 1);
    const body = JSON.stringify({ ...record, document: { format: 'json', text } });
    await inner.put('flags/000000000002', new TextEncoder().encode(body));
    await flags.refresh();
    expect([flags.isEnabled('a'), flags.isEnabled('b'), flags.state]).toEqual([true, true, 'stale']);
    expect(flags.findings).toMatchObject([
      { flag: 'a', path: '/flags/a/waves', line: 4, column: 13, code: 'UNKNOWN_FIELD' },
    ]);
    expect((await versions(store)).map(({ version, changes }) => [version, changes.length])).toEqual([
      [2, 2],
      [1, 2],
    ]);
    await store.change(set('b', 1), NOTE);
    expect((await store.load(undefined))?.definitions.flags['a']).toEqual(newer.a);
    await store.change(set('a', 1), NOTE);
    await expect(store.rollback(2, NOTE)).rejects.toMatchObject({ code: 'INVALID_FLAGS' });
    await expect(store.rollback(2, NOTE, { keys: ['a'] })).rejects.toMatchObject({ code: 'INVALID_FLAGS' });
    await flags.refresh();
    expect([flags.findings, flags.state]).toEqual([[], 'ready']);
  });

  test('bring back a version where the newest one is refused as a whole, and change nothing else there', async () => {
    const inner = memoryStore();
    const store = open(inner);
    await store.change(set('a', 1), NOTE);
    const at = new Date(NOW).toISOString();
    const document = { format: 'json', text: '{"flags": {}, "waves": 3}' };
    const record = { token: 't', format: 'holdfast-flags-0', version: 2, at, by: 'bob', why: 'waves', document };
    await inner.put('flags/000000000002', new TextEncoder().encode(JSON.stringify(record)));
    await expect(store.change(set('b', 1), NOTE)).rejects.toMatchObject({ code: 'INVALID_FLAGS' });
    await expect(store.rollback(1, NOTE, { keys: ['a'] })).rejects.toMatchObject({ code: 'INVALID_FLAGS' });
    await store.rollback(1, NOTE);
    await store.change(set('b', 1), NOTE);
    expect(Object.keys((await store.load(undefined))?.definitions.flags ?? {})).toEqual(['a', 'b']);
  });

  test('see a history around versions that are damaged, where they ask to be told of these', async () => {
    const inner = memoryStore();
    const store = open(inner);
    for (const percentage of [1, 2, 3, 4]) await store.change(set('a', percentage), NOTE);
    await inner.put('flags/000000000002', new TextEncoder().encode('junk'));
    const told: unknown[] = [];
    const found = await versions(store, { onProblem: (version, { code }) => told.push([version, code]) });
    expect([found.map(({ version }) => version), told]).toEqual([[4, 3, 1], [[2, 'INVALID_HISTORY']]]);
    expect(found[1]?.changes[0]?.before).toEqual({ rollout: { percentage: 1, unit: 'tenant' } });
    await expect(versions(store)).rejects.toMatchObject({ code: 'INVALID_HISTORY' });
  });

  test('refuse a version that was put under another number', async () => {
    const inner = memoryStore();
    const store = open(inner);
    await store.change(set('a', 100), NOTE);
    await store.change(set('a', 0), NOTE);
    const { body } = await inner.get('flags/000000000001');
    const bytes: Uint8Array[] = [];
    for await (const piece of body) bytes.push(piece);
    await inner.put('flags/000000000003', Buffer.concat(bytes));
    await expect(store.load('2')).rejects.toMatchObject({ code: 'INVALID_HISTORY' });
  });
});
