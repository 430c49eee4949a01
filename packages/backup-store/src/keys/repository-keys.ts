import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { RepositoryConfig } from '../identity/config.ts';
import type { SlotRecord } from '../keyring/keyring-record.ts';
import { openKeyring, type OwnKey } from '../keyring/open-keyring.ts';
import { slotSecret, type SlotSecret } from '../keyring/unlock.ts';
import { newSlotId } from '../layout/names.ts';
import type { RepositoryEvent } from '../repository/contract.ts';
import type {
  AddedKey,
  KeyInfo,
  KeyLabels,
  KeyRequest,
  ProofOptions,
  RepositoryKeys,
  RootRotation,
} from '../repository/keys-contract.ts';
import type { Clock } from '../run/clock.ts';
import { changeKeys, type ChangingKeys, type KeyChange } from './change-keys.ts';
import { keyInfo, listKeys } from './list-keys.ts';
import { makeKey, type NewKey, slotOf } from './new-key.ts';
import { proveAccess } from './proof.ts';
import { planRootRotation, type RootRotationPlan } from './rotate-root.ts';

/** What the keys of a repository are changed with. */
export interface KeyContext extends ChangingKeys {
  readonly config: RepositoryConfig;
  readonly clock: Clock;
  /** Where the keyring is. */
  readonly ring: SealedStore;
  /** What it was opened with. */
  own: OwnKey | undefined;
  /** @throws {BackupError} `CLOSED`, `REPOSITORY_CHANGED`. */
  load(): Promise<void>;
  emit(name: RepositoryEvent['name'], details: RepositoryEvent['details']): void;
}

/** {@link RepositoryKeys} of an open repository. */
export class OpenKeys implements RepositoryKeys {
  readonly #context: KeyContext;

  constructor(context: KeyContext) {
    this.#context = context;
    const { sealed, ring, keyring } = context;
    keyring.renew = async () => {
      if (context.own === undefined) return undefined;
      const again = await openKeyring(sealed, context.own.secret, ring);
      context.own = again.own;
      return Buffer.from(again.keyring.rootKey);
    };
  }

  async list(): Promise<readonly KeyInfo[]> {
    await this.#context.load();
    return await listKeys(this.#context, this.#context.own?.id);
  }

  async add(request: KeyRequest, labels: KeyLabels = {}): Promise<AddedKey> {
    const { record, key } = await this.#put(request, labels, []);
    this.#context.emit('key.added', { key: record.id, type: record.type });
    return addedKey(record, key);
  }

  async remove(id: string, options: ProofOptions = {}): Promise<void> {
    await this.#begin();
    const secrets = await this.#secrets(options);
    const { sealed, keyring } = this.#context;
    await changeKeys(this.#context, async (counting) => {
      const slots = without(counting, id);
      const proven = await proveAccess(sealed, { slots, secrets, rootKey: keyring.rootKey });
      return { make: [], drop: [id], committed: () => this.#keep(proven) };
    });
    this.#context.emit('key.removed', { key: id });
  }

  async rotate(id: string, request: KeyRequest, options: KeyLabels & ProofOptions = {}): Promise<AddedKey> {
    await this.#begin();
    const { record, key } = await this.#put(request, options, await this.#secrets(options), id);
    this.#context.emit('key.rotated', { key: id, by: record.id });
    return addedKey(record, key);
  }

  /** Makes a slot, in the place of another one if that is named. */
  async #put(
    request: KeyRequest,
    labels: KeyLabels,
    secrets: readonly SlotSecret[],
    replaced?: string,
  ): Promise<{ readonly record: SlotRecord; readonly key: NewKey }> {
    await this.#begin();
    const { clock, sealed } = this.#context;
    const key = await makeKey(request, { ...labels, createdMs: clock() }, sealed.repositoryId.toString('hex'));
    try {
      const { make } = await changeKeys(this.#context, async (counting) =>
        this.#placing(key, { counting, secrets, replaced }),
      );
      return { record: (make[0] as KeyChange['make'][number]).record, key };
    } catch (error) {
      // Of anything else nobody knows whether the new key counts already.
      if (error instanceof BackupError) await key.undo();
      throw error;
    }
  }

  #placing(
    key: NewKey,
    where: {
      readonly counting: readonly SlotRecord[];
      readonly secrets: readonly SlotSecret[];
      readonly replaced: string | undefined;
    },
  ): KeyChange {
    const { sealed, keyring, clock } = this.#context;
    const { counting, secrets, replaced } = where;
    const { rootKey } = keyring;
    const old = counting.find(({ id }) => id === replaced);
    const kept = replaced === undefined ? counting : without(counting, replaced);
    const record: SlotRecord = { ...key.record, label: key.record.label ?? old?.label, id: newSlotId() };
    const content = { rootKey: Buffer.from(rootKey), createdMs: clock() };
    const object = slotOf(sealed, key, { id: record.id, content });
    let proven: OwnKey | undefined;
    const check = async (): Promise<void> => {
      if (key.secret !== undefined)
        proven = await proveAccess(sealed, { slots: [record], secrets: [key.secret], rootKey });
      else if (replaced !== undefined)
        proven = await proveAccess(sealed, { slots: [record, ...kept], secrets, rootKey });
    };
    const committed = (): void => {
      if (this.#context.own?.id === replaced) this.#keep(proven);
    };
    return { make: [{ record, object }], drop: replaced === undefined ? [] : [replaced], check, committed };
  }

  async rotateRoot(options: ProofOptions = {}): Promise<RootRotation> {
    await this.#begin();
    const secrets = await this.#secrets(options);
    const { sealed, config, clock } = this.#context;
    let plan: RootRotationPlan | undefined;
    await changeKeys(this.#context, async (counting) => {
      const { own } = this.#context;
      const decided = await planRootRotation(this.#context, counting, { own, config, createdMs: clock() });
      plan = decided;
      const slots = decided.make.map(({ record }) => record);
      const { rootKey } = decided;
      let proven: OwnKey | undefined;
      const check = async (): Promise<void> => {
        proven = await proveAccess(sealed, { slots, secrets, rootKey });
      };
      return { ...decided, check, committed: () => this.#keep(proven) };
    });
    const { rotations } = plan as unknown as RootRotationPlan;
    this.#context.emit('root.rotated', { rotations });
    return { rotations, keys: await this.list() };
  }

  /** What opens it from now on. */
  #keep(proven: OwnKey | undefined): void {
    this.#context.own = proven ?? this.#context.own;
  }

  /** @throws {BackupError} `CLOSED`, `INVALID_OPTION`. */
  async #begin(): Promise<void> {
    await this.#context.load();
    if (this.#context.config.encrypted) return;
    throw new BackupError('INVALID_OPTION', 'Expected an encrypted repository, got one without encryption', {
      hint: 'Whoever reads the place can read the data: keys would protect nothing. Make an encrypted one and copy into it.',
    });
  }

  async #secrets({ proof }: ProofOptions): Promise<readonly SlotSecret[]> {
    const { own, sealed } = this.#context;
    const given = proof === undefined ? [] : [await slotSecret(proof, sealed.repositoryId.toString('hex'))];
    return own === undefined ? given : [...given, own.secret];
  }
}

const addedKey = (record: SlotRecord, { recoveryCode }: NewKey): AddedKey => ({
  key: keyInfo(record, { current: false, status: 'ok' }),
  recoveryCode,
});

/** @throws {BackupError} `KEY_NOT_FOUND`. */
function without(slots: readonly SlotRecord[], id: string): readonly SlotRecord[] {
  const kept = slots.filter((slot) => slot.id !== id);
  if (kept.length < slots.length) return kept;
  throw new BackupError('KEY_NOT_FOUND', `Expected the id of a key, got ${JSON.stringify(id)}`, {
    hint: `There are ${slots.map((slot) => slot.id).join(', ')}. Ids change when keys are rotated.`,
  });
}
