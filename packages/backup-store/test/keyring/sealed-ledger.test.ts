import { memoryStore, type ObjectStore, readObject, StorageError } from '@x/storage';
import { describe, expect, test } from 'vitest';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import { KIND } from '../../src/envelope/header.ts';
import { SealedLedger } from '../../src/keyring/sealed-ledger.ts';
import { noise } from '../fixtures/content.ts';
import { failureOf } from '../fixtures/place.ts';
import { flipped, sealedStore } from '../fixtures/sealing.ts';

const seal = { kind: KIND.config, subkey: noise(32, 'root key') };
const FIRST = 'state/000000000002';
const COPY = 'state-copy/000000000002';

const ledgerIn = (store: ObjectStore): SealedLedger => new SealedLedger(sealedStore(store), 'state', seal);

/** A ledger with an old and a new entry. */
async function twoEntries(): Promise<ObjectStore> {
  const store = memoryStore();
  const book = ledgerIn(store);
  await book.append(1, Buffer.from('old'));
  await book.append(2, Buffer.from('new'));
  return store;
}

const latestIn = async (store: ObjectStore): Promise<string> => (await ledgerIn(store).latest()).content.toString();

describe('sealed ledgers', () => {
  test('of two that append under one number, one wins, and the newest counts', async () => {
    const store = memoryStore();
    const [one, other] = [ledgerIn(store), ledgerIn(store)];
    const wins = await Promise.all([one.append(1, Buffer.from('one')), other.append(1, Buffer.from('other'))]);
    expect(wins.filter(Boolean)).toHaveLength(1);
    expect(await one.flaws()).toEqual([]);
    expect(await one.append(2, Buffer.from('second'))).toBe(true);
    const latest = await other.latest();
    expect(latest).toMatchObject({ number: 2, name: FIRST });
    expect(latest.content.toString()).toBe('second');
  });

  test('an older record put in the place of a newer one, and of its copy, is noticed', async () => {
    const store = await twoEntries();
    for (const name of [FIRST, COPY]) await store.put(name, await readObject(store, name.replace('2', '1')));
    expect(await failureOf(ledgerIn(store).latest())).toMatchObject({ code: 'OBJECT_DAMAGED', object: FIRST });
  });

  test('a copy in the place of the first does not pass for it, nor the other way round', async () => {
    const store = await twoEntries();
    const [first, copy] = [await readObject(store, FIRST), await readObject(store, COPY)];
    await store.put(FIRST, copy);
    await store.put(COPY, first);
    expect(await failureOf(ledgerIn(store).latest())).toMatchObject({ code: 'OBJECT_DAMAGED', object: FIRST });
  });

  test('an empty ledger is missing by the name of its first record', async () => {
    expect(await failureOf(ledgerIn(memoryStore()).latest())).toMatchObject({
      code: 'OBJECT_MISSING',
      object: 'state/000000000001',
    });
  });
});

/** Where there is time, a bit of each byte is flipped; else of each of these, and of every seventh after them. */
const HEADER = 128;

describe('the second copy', () => {
  test.each([FIRST, COPY])('a bit flipped at any byte of %s costs nothing, and is named', async (name) => {
    const store = await twoEntries();
    const good = await readObject(store, name);
    for (let at = 0; at < good.length; at += at < HEADER || IS_THOROUGH ? 1 : 7) {
      await store.put(name, flipped(good, at, at % 8));
      expect(await latestIn(store), `byte ${at}`).toBe('new');
      expect(await ledgerIn(store).flaws(), `byte ${at}`).toMatchObject([{ name, again: expect.any(Function) }]);
    }
  });

  test.each(['gone', 'emptied', 'cut', 'made longer', 'of a newer version'])(
    'a first one that is %s is replaced',
    async (how) => {
      const store = await twoEntries();
      const good = await readObject(store, FIRST);
      const damages: Record<string, Uint8Array> = {
        emptied: Buffer.alloc(0),
        cut: good.subarray(0, 1000),
        'made longer': Buffer.concat([good, Buffer.alloc(4096)]),
        'of a newer version': flipped(good, 8),
      };
      await store.delete(FIRST);
      const damaged = damages[how];
      if (damaged !== undefined) await store.put(FIRST, damaged);
      expect(await ledgerIn(store).latest()).toMatchObject({ number: 2, name: COPY });
      // Also for the next number: the newest one counts, whichever row it is left in.
      expect(await ledgerIn(store).append(3, Buffer.from('newer'))).toBe(true);
      expect(await latestIn(store)).toBe('newer');
    },
  );

  test('a disk that can’t read the first one any more costs nothing, one that does not answer is no damage', async () => {
    const inner = await twoEntries();
    const failing = (code: 'IO_FAILED' | 'UNAVAILABLE'): ObjectStore => ({
      ...inner,
      get: async (key, call) => {
        if (key === FIRST) throw new StorageError(code, 'no');
        return await inner.get(key, call);
      },
    });
    expect(await latestIn(failing('IO_FAILED'))).toBe('new');
    expect(await failureOf(latestIn(failing('UNAVAILABLE')))).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await failureOf(ledgerIn(failing('UNAVAILABLE')).flaws())).toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('one that says something else is named, and the first counts', async () => {
    const store = await twoEntries();
    await store.put(COPY, sealedStore(store).seal(COPY, seal, Buffer.from('other')));
    expect(await latestIn(store)).toBe('new');
    expect(await ledgerIn(store).flaws()).toMatchObject([{ name: COPY, error: { code: 'OBJECT_INVALID' } }]);
  });

  test('when both are damaged both are named, and nothing can be made of them', async () => {
    const store = await twoEntries();
    for (const name of [FIRST, COPY]) await store.put(name, flipped(await readObject(store, name), 100));
    expect(await ledgerIn(store).flaws()).toMatchObject([
      { name: FIRST, again: undefined },
      { name: COPY, again: undefined },
    ]);
  });
});
