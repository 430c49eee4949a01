import { setTimeout } from 'node:timers/promises';

import { listAll } from '@x/storage';

import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { KeyringRecord, SlotRecord } from '../keyring/keyring-record.ts';
import { MAX_SLOTS, readSlots } from '../keyring/slots.ts';
import { slotId, slotName, SLOTS } from '../layout/names.ts';
import { upTo } from '../run/random.ts';

const MAX_RACES = 50;
/** Longest pause after a lost race, in milliseconds. */
const MAX_PAUSE = 50;
/** While the root key is rotated each slot is there twice, and no more are looked at than so many. */
const MAX_COUNTING_SLOTS = (MAX_SLOTS - 4) / 2;

/** What is to become of the slots. */
export interface KeyChange {
  /** Slots to be made, with the bytes of each. */
  readonly make: readonly { readonly record: SlotRecord; readonly object: Uint8Array }[];
  /** Ids of slots that are not to count any more. */
  readonly drop: readonly string[];
  /** The root key from then on; absent when it stays. */
  readonly rootKey?: Uint8Array | undefined;
  /** What else is to change in the record. */
  readonly also?: Partial<KeyringRecord> | undefined;
  /** Looks at what was stored, before it counts. @throws when it is not as it must be. */
  readonly check?: (() => Promise<void>) | undefined;
  /** Called as soon as it counts. */
  readonly committed?: (() => void) | undefined;
}

/** What keys are changed with. */
export interface KeyStore {
  readonly sealed: SealedStore;
  readonly keyring: Keyring;
}

/** The same, and how to read the keyring anew: compared with what this machine has seen of it. */
export interface ChangingKeys extends KeyStore {
  load(): Promise<void>;
}

/** The slots that count; in a repository that records none, those that are there. */
export async function countingSlots({ sealed, keyring }: KeyStore): Promise<readonly SlotRecord[]> {
  if (keyring.record.slots !== undefined) return keyring.record.slots;
  const { slots, damaged } = await readSlots(sealed);
  return [
    ...slots.map(({ name, parameters }) => ({ id: slotId(name), type: parameters.type })),
    ...damaged.map(({ object = '' }) => ({ id: slotId(object), type: 0 })),
  ];
}

/**
 * Changes which slots count, all at once or not at all, whoever else does and wherever it is killed:
 *
 * 1. A record of the keyring says which slots are about to be made. It makes those of others who have not finished retired ones.
 * 2. The slots are created, and looked at.
 * 3. The next record says that they count, and those that are dropped do not. Whoever has lost a race on the way begins again.
 * 4. Slots that are retired are deleted, as far as they are there: also those that somebody else has left.
 *
 * @param decide Called with what is in force; again after a lost race.
 */
export async function changeKeys(
  keys: ChangingKeys,
  decide: (counting: readonly SlotRecord[]) => Promise<KeyChange>,
): Promise<KeyChange> {
  const { sealed, keyring } = keys;
  for (let race = 0; race < MAX_RACES; race++) {
    await keys.load();
    // Somebody with the same repository at hand may read it anew at any time.
    const { number, record } = keyring;
    const counting = await countingSlots(keys);
    const change = await decide(counting);
    const kept = counting.filter(({ id }) => !change.drop.includes(id));
    if (kept.length + change.make.length > MAX_COUNTING_SLOTS) throw tooMany(counting.length);
    const { pending = [], retired = [] } = record;
    const left = await thoseThere(sealed, [...retired, ...pending]);
    const base = { number, record, kept, left };
    if ((await announce(keys, change, base)) && (await finish(keys, change, base))) {
      await sweep(keys);
      return change;
    }
    await setTimeout(upTo(MAX_PAUSE));
  }
  throw new BackupError('KEYS_BUSY', `Expected to change keys, lost ${MAX_RACES} races`, {
    hint: 'Somebody else changes them all the time. Try again.',
  });
}

const tooMany = (count: number): BackupError =>
  new BackupError('INVALID_OPTION', `Expected at most ${MAX_COUNTING_SLOTS} keys, got one more than ${count}`, {
    hint: 'Remove one that is not needed any more.',
  });

/** What a change is made of. */
interface Base {
  /** Of the record that was read. */
  readonly number: number;
  readonly record: KeyringRecord;
  readonly kept: readonly SlotRecord[];
  /** Ids of slots that somebody has left. */
  readonly left: readonly string[];
}

async function announce({ keyring }: KeyStore, { make }: KeyChange, base: Base): Promise<boolean> {
  if (make.length === 0) return true;
  const { record, number, left } = base;
  return await keyring.replace({ ...record, pending: make.map((each) => each.record.id), retired: left }, { number });
}

async function finish(
  { sealed, keyring }: KeyStore,
  change: KeyChange,
  { number, record: before, kept, left }: Base,
): Promise<boolean> {
  const { make, drop, also, rootKey } = change;
  const slots = [...kept, ...make.map(({ record }) => record)];
  const record = { ...before, ...also, slots, pending: [], retired: [...left, ...drop] };
  const discard = async (): Promise<void> => {
    for (const { record: made } of make) await sealed.store.delete(slotName(made.id)).catch(() => undefined);
  };
  try {
    for (const { record: made, object } of make) await sealed.store.createIfAbsent(slotName(made.id), object);
    await change.check?.();
  } catch (error) {
    await discard();
    throw error;
  }
  // If this fails, nobody knows whether it counts: then nothing may go.
  if (await keyring.replace(record, { number: make.length === 0 ? number : number + 1, rootKey })) {
    change.committed?.();
    return true;
  }
  await discard();
  return false;
}

/** Deletes what is retired. What stays, as of a store that lets nobody delete, goes with a later change. */
async function sweep({ sealed, keyring }: KeyStore): Promise<void> {
  for (const id of keyring.record.retired ?? []) await sealed.store.delete(slotName(id)).catch(() => undefined);
}

/** Those of the slots whose objects are there. */
async function thoseThere(sealed: SealedStore, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const there: string[] = [];
  for await (const { key } of listAll(sealed.store, SLOTS)) if (ids.includes(slotId(key))) there.push(slotId(key));
  return there;
}
