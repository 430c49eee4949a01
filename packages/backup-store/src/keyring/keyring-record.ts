import { BackupError } from '../errors.ts';
import type { RootLink } from './lineage.ts';
import type { ErasureRecord, TenantKeys, TenantRecord } from './tenant.ts';

/** Most tenants a record may list. */
const MAX_TENANTS = 100_000;
const MAX_ERASED = 1_000_000;
/** Most keys a tenant may have had, and most slots that a record may name. */
const MAX_OLDER_KEYS = 10_000;
const MAX_NAMED_SLOTS = 4096;

/** A key slot as the keyring records it. Members that this version does not know are kept. */
export interface SlotRecord {
  /** 16 hex digits: `keys/slots/<id>`. */
  readonly id: string;
  /** A number of `SLOT`, or one that a newer version has made. */
  readonly type: number;
  readonly label?: string | undefined;
  /** ISO 8601: when the secret was made; absent in what was made before slots were recorded. */
  readonly createdAt?: string | undefined;
  readonly createdBy?: string | undefined;
  /** 40 bytes, base64: the parameters that the secret is derived with. */
  readonly parameters?: string | undefined;
  /** 32 bytes, base64: a new root key can be sealed to it without the secret. */
  readonly publicKey?: string | undefined;
  /** Of an age slot. */
  readonly recipients?: readonly string[] | undefined;
}

/** A tenant that was erased. Nothing of its keys is left. */
export interface ErasedTenant extends ErasureRecord {
  /** 16 hex digits: what is stored below it is garbage, unless another tenant has the same. */
  readonly label: string;
  /** As of a tenant. */
  readonly id?: string | undefined;
  /** Others have had the same keys when it was erased, so these are still there. */
  readonly shared?: boolean | undefined;
  readonly name: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** What the keyring holds. Members that this version does not know are kept. */
export interface KeyringRecord {
  readonly tenants: readonly TenantRecord[];
  /** Somebody has added a tenant by hand: from then on no backup makes one. */
  readonly addedByHand?: boolean | undefined;
  /** In the order of their erasures. */
  readonly erased?: readonly ErasedTenant[] | undefined;
  /** The slots that count; absent in a repository whose keys were never changed since slots are recorded. */
  readonly slots?: readonly SlotRecord[] | undefined;
  /** Ids of slots that somebody is about to add: they do not count yet. */
  readonly pending?: readonly string[] | undefined;
  /** Ids of slots that do not count any more and are to be deleted. */
  readonly retired?: readonly string[] | undefined;
  /** All root keys so far, oldest first; absent when it was never rotated. */
  readonly lineage?: readonly RootLink[] | undefined;
  /** The configuration in force, since the first rotation: no root key before can speak for it. */
  readonly config?: unknown;
}

/** Checks a record that was authenticated. @throws {BackupError} `OBJECT_INVALID`. */
export function keyringRecord(value: Readonly<Record<string, unknown>>, object: string): KeyringRecord {
  const { tenants, erased = [], slots = [], pending = [], retired = [], lineage = [] } = value;
  const areTenants = isList(tenants, MAX_TENANTS, isTenantRecord) && isList(erased, MAX_ERASED, isErasedTenant);
  const areSlots =
    isList(slots, MAX_NAMED_SLOTS, isSlotRecord) &&
    [pending, retired].every((ids) => isList(ids, MAX_NAMED_SLOTS, isSlotId));
  if (!areTenants || !areSlots || !isList(lineage, MAX_OLDER_KEYS + 1, isRootLink)) {
    throw new BackupError('OBJECT_INVALID', `Expected ${object} to list tenants, keys and slots`, { object });
  }
  return value as unknown as KeyringRecord;
}

const isList = (value: unknown, most: number, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length <= most && value.every(isItem);

const isSlotId = (id: unknown): boolean => typeof id === 'string' && /^[0-9a-f]{16}$/.test(id);

const isBase64 = (text: unknown, length: number): boolean =>
  typeof text === 'string' && Buffer.from(text, 'base64').length === length;

const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object';

function isRootLink(value: unknown): value is RootLink {
  if (!isObject(value) || !isBase64(value['key'], 32)) return false;
  return value['signature'] === undefined || isBase64(value['signature'], 64);
}

function areTenantKeys(value: unknown): value is TenantKeys {
  return isObject(value) && isBase64(value['key'], 32) && isBase64(value['keeperKey'], 32);
}

function isTenantRecord(value: unknown): value is TenantRecord {
  if (!isObject(value) || !areTenantKeys(value)) return false;
  const { olderKeys = [], quotaBytes = 0, retention = {}, hold, erasing } = value as Record<string, unknown>;
  return (
    isNamed(value) &&
    isList(olderKeys, MAX_OLDER_KEYS, areTenantKeys) &&
    Number.isSafeInteger(quotaBytes) &&
    isObject(retention) &&
    [hold, erasing].every((act) => act === undefined || isAct(act))
  );
}

const isErasedTenant = (value: unknown): boolean => isObject(value) && isNamed(value) && isAct(value);

function isNamed({ label, id = label, name, createdAt }: Readonly<Record<string, unknown>>): boolean {
  return isSlotId(label) && isSlotId(id) && typeof name === 'string' && typeof createdAt === 'string';
}

function isAct(value: unknown): boolean {
  return isObject(value) && ['at', 'by', 'reason'].every((member) => typeof value[member] === 'string');
}

function isSlotRecord(value: unknown): value is SlotRecord {
  if (!isObject(value)) return false;
  const { id, type, label = '', createdAt = '', createdBy = '', parameters, publicKey, recipients = [] } = value;
  const texts = [label, createdAt, createdBy].every((text) => typeof text === 'string');
  return (
    isSlotId(id) &&
    Number.isSafeInteger(type) &&
    texts &&
    (parameters === undefined || isBase64(parameters, 40)) &&
    (publicKey === undefined || isBase64(publicKey, 32)) &&
    isList(recipients, MAX_NAMED_SLOTS, (each) => typeof each === 'string')
  );
}
