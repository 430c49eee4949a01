import { randomBytes } from 'node:crypto';

import { BackupError } from '../errors.ts';
import type { RepositoryConfig } from '../identity/config.ts';
import type { SlotRecord } from '../keyring/keyring-record.ts';
import type { OwnKey } from '../keyring/open-keyring.ts';
import { withSuccessor } from '../keyring/lineage.ts';
import { encodePairedSlot } from '../keyring/slot.ts';
import { SLOT } from '../keyring/slot-parameters.ts';
import { typeName } from '../keyring/slots.ts';
import { withNewKeys } from '../keyring/tenant.ts';
import { newSlotId, slotName } from '../layout/names.ts';
import type { KeyChange, KeyStore } from './change-keys.ts';
import { derivedKey, makeKey, slotOf } from './new-key.ts';

/** A rotation that was decided. */
export interface RootRotationPlan extends Pick<KeyChange, 'make' | 'drop' | 'also'> {
  readonly rootKey: Buffer;
  readonly rotations: number;
}

/**
 * Plans a new root key: a slot with it for each that counts, and new keys for all tenants. A slot is sealed to the public key of
 * its secret, or to its recipients; the secrets themselves are where they belong, and not here.
 *
 * @throws {BackupError} `ROTATION_REFUSED`.
 */
export async function planRootRotation(
  { sealed, keyring }: KeyStore,
  counting: readonly SlotRecord[],
  from: { readonly own: OwnKey | undefined; readonly config: RepositoryConfig; readonly createdMs: number },
): Promise<RootRotationPlan> {
  const { record } = keyring;
  const content = { rootKey: randomBytes(32), createdMs: from.createdMs };
  const made = await Promise.all(
    counting.map(async (slot) => {
      const id = newSlotId();
      return { slot, next: await successorOf(slot, { sealed, id, content, own: from.own }) };
    }),
  );
  const lost = made.flatMap(({ slot, next }) => (next === undefined ? [slot] : []));
  if (lost.length > 0) throw cantCarry(lost);
  const successor = { rootKey: content.rootKey, repositoryId: sealed.repositoryId };
  const lineage = withSuccessor(record.lineage, keyring.rootKey, successor);
  return {
    make: made.flatMap(({ next }) => (next === undefined ? [] : [next])),
    drop: counting.map(({ id }) => id),
    rootKey: content.rootKey,
    also: { tenants: withNewKeys(record.tenants), lineage, config: record.config ?? from.config },
    rotations: lineage.length - 1,
  };
}

const cantCarry = (slots: readonly SlotRecord[]): BackupError =>
  new BackupError('ROTATION_REFUSED', `Expected to carry over all keys, got ${slots.length} that can't be`, {
    hint: 'Nothing was changed. Put a new secret in the place of each of them, or remove it; then rotate the root key.',
    details: slots.map(({ id, type, label }) => `${id} ${typeName(type)}${label === undefined ? '' : ` ${label}`}`),
  });

interface Successor {
  readonly sealed: KeyStore['sealed'];
  readonly id: string;
  readonly content: { readonly rootKey: Buffer; readonly createdMs: number };
  readonly own: OwnKey | undefined;
}

/** The slot that takes the place of another; `undefined` when nothing here can seal one for its secret. */
async function successorOf(
  slot: SlotRecord,
  { sealed, id, content, own }: Successor,
): Promise<KeyChange['make'][number] | undefined> {
  const repositoryId = sealed.repositoryId.toString('hex');
  const { type, recipients, parameters, publicKey } = slot;
  if (type === SLOT.age && recipients !== undefined) {
    const key = await makeKey({ recipients }, { createdMs: content.createdMs }, repositoryId);
    return { record: { ...slot, id }, object: slotOf(sealed, key, { id, content }) };
  }
  if (own !== undefined && own.id === slot.id && 'secret' in own.secret) {
    // The secret is at hand, so no public key stands between it and the root key.
    const key = await derivedKey(own.secret, { createdMs: content.createdMs });
    const { parameters: used, publicKey: pair } = key.record;
    const record = { ...slot, id, parameters: used, publicKey: pair };
    return { record, object: slotOf(sealed, key, { id, content }) };
  }
  const isKnown = type === SLOT.keyFile || type === SLOT.passphrase || type === SLOT.recoveryCode;
  if (!isKnown || parameters === undefined || publicKey === undefined) return undefined;
  const what = {
    parameters: Buffer.from(parameters, 'base64'),
    publicKey: Buffer.from(publicKey, 'base64'),
    content,
  };
  return { record: { ...slot, id }, object: encodePairedSlot(sealed.repositoryId, slotName(id), what) };
}
