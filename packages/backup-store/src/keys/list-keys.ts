import type { SlotRecord } from '../keyring/keyring-record.ts';
import { readSlots, type StoredSlots, typeName } from '../keyring/slots.ts';
import { slotId } from '../layout/names.ts';
import type { KeyInfo } from '../repository/keys-contract.ts';
import { countingSlots, type KeyStore } from './change-keys.ts';

/** What the slots that count are, and whether they are there, oldest first. */
export async function listKeys(keys: KeyStore, ownId: string | undefined): Promise<readonly KeyInfo[]> {
  const [counting, stored] = await Promise.all([countingSlots(keys), readSlots(keys.sealed)]);
  const statusOf = statusesOf(stored);
  const time = ({ createdAt = '' }: SlotRecord): string => createdAt;
  return counting
    .toSorted((a, b) => (time(a) < time(b) ? -1 : time(a) > time(b) ? 1 : 0))
    .map((slot) => keyInfo(slot, { current: slot.id === ownId, status: statusOf.get(slot.id) ?? 'missing' }));
}

function statusesOf({ slots, damaged, unknown }: StoredSlots): ReadonlyMap<string, KeyInfo['status']> {
  return new Map<string, KeyInfo['status']>([
    ...slots.map(({ name }) => [slotId(name), 'ok'] as const),
    ...damaged.map(({ object = '' }) => [slotId(object), 'damaged'] as const),
    ...unknown.map(({ object = '' }) => [slotId(object), 'newer'] as const),
  ]);
}

/** A slot as it is shown. */
export function keyInfo(slot: SlotRecord, seen: Pick<KeyInfo, 'current' | 'status'>): KeyInfo {
  const { id, type, label, createdAt, createdBy, recipients } = slot;
  return { id, type: typeName(type), label, createdAt, createdBy, recipients, ...seen };
}
