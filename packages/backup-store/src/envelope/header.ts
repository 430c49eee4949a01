import { hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

import { BackupError } from '../errors.ts';

/** The format version this program writes, and the newest it reads. */
export const FORMAT_VERSION = 0;

/** Kinds of stored objects. The numbers stand in headers. */
export const KIND = {
  slot: 1,
  config: 2,
  keyring: 3,
  session: 4,
  pack: 5,
  index: 6,
  commit: 7,
  epoch: 8,
  forget: 9,
  history: 10,
  journal: 11,
} as const;

/** A number of {@link KIND}. */
export type Kind = (typeof KIND)[keyof typeof KIND];

/** Bytes of a header. */
export const HEADER_BYTES = 80;
const MAGIC = Buffer.from('HOLDFAST', 'latin1');
const SALT_AT = 16;
const COMMITMENT_AT = 48;

/**
 * What an object's key is bound to. An object that is copied to another name, tenant, kind or repository
 * gets another key there, and fails before a byte of it is decrypted.
 */
export interface SealContext {
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  /** The tenant's label, 8 bytes; zeros for objects of the whole repository. */
  readonly label: Uint8Array;
  readonly kind: Kind;
  /** The full key in the store. */
  readonly name: string;
  /** Further public bytes that must not change, such as the parameters of a key slot. */
  readonly extra?: Uint8Array | undefined;
}

/** Salt and key commitment: what must be known of an object, beside its context, to derive its key. */
export interface SealIdentity {
  /** 32 random bytes. */
  readonly salt: Uint8Array;
  /** 32 bytes that no other key, salt or context gives. */
  readonly commitment: Uint8Array;
}

interface DerivedKey {
  readonly key: Buffer;
  readonly commitment: Buffer;
}

/** HKDF-SHA-256 (RFC 5869) to 64 bytes: the AES key, then the commitment. */
function derive(subkey: Uint8Array, salt: Uint8Array, context: SealContext): DerivedKey {
  const info = Buffer.concat([
    Buffer.from('holdfast/seal', 'latin1'),
    Uint8Array.of(FORMAT_VERSION, context.kind),
    context.repositoryId,
    context.label,
    Buffer.from(context.name, 'latin1'),
    Uint8Array.of(0),
    context.extra ?? new Uint8Array(0),
  ]);
  const bytes = Buffer.from(hkdfSync('sha256', subkey, salt, info, 64));
  return { key: bytes.subarray(0, 32), commitment: bytes.subarray(32) };
}

/** A fresh key for one object, and the header that goes before it. */
export function newObjectKey(
  subkey: Uint8Array,
  context: SealContext,
): { key: Buffer; header: Buffer; identity: SealIdentity } {
  const salt = randomBytes(32);
  const { key, commitment } = derive(subkey, salt, context);
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header[8] = FORMAT_VERSION;
  header[9] = context.kind;
  salt.copy(header, SALT_AT);
  commitment.copy(header, COMMITMENT_AT);
  return { key, header, identity: { salt, commitment } };
}

/** A subkey, or all that an object may have been sealed with since keys were rotated: the commitment says with which. */
export type Subkeys = Uint8Array | readonly Uint8Array[];

/** @throws {BackupError} `OBJECT_DAMAGED` when `identity` belongs to another key, name, tenant, kind or repository. */
export function objectKey(subkeys: Subkeys, identity: SealIdentity, context: SealContext): Buffer {
  for (const subkey of subkeys instanceof Uint8Array ? [subkeys] : subkeys) {
    const { key, commitment } = derive(subkey, identity.salt, context);
    if (timingSafeEqual(commitment, identity.commitment)) return key;
  }
  throw new BackupError(
    'OBJECT_DAMAGED',
    `Expected ${context.name} to be sealed for this name and key, got another header`,
    {
      object: context.name,
      hint: 'The object was changed, or moved here from another place. Run `verify` to see what is affected.',
    },
  );
}

/**
 * Reads a header.
 *
 * @throws {BackupError} `OBJECT_TRUNCATED`, `OBJECT_DAMAGED` (not ours), `UNSUPPORTED_FORMAT` (newer).
 */
export function parseHeader(bytes: Uint8Array, context: SealContext): SealIdentity {
  const object = context.name;
  if (bytes.length < HEADER_BYTES) {
    throw new BackupError(
      'OBJECT_TRUNCATED',
      `Expected ${object} to have a header of ${HEADER_BYTES} bytes, got ${bytes.length}`,
      { object },
    );
  }
  if (!MAGIC.equals(bytes.subarray(0, 8))) {
    throw new BackupError('OBJECT_DAMAGED', `Expected ${object} to begin with HOLDFAST, got other bytes`, { object });
  }
  const version = bytes[8] as number;
  if (version > FORMAT_VERSION) {
    throw new BackupError(
      'UNSUPPORTED_FORMAT',
      `Expected ${object} in format version ${FORMAT_VERSION}, got version ${version}`,
      {
        object,
        hint: 'Use a newer version of this program, or run `verify` if none has written here.',
      },
    );
  }
  if (bytes[9] !== context.kind || bytes.subarray(10, SALT_AT).some((byte) => byte !== 0)) {
    throw new BackupError(
      'OBJECT_DAMAGED',
      `Expected ${object} to be an object of kind ${context.kind}, got kind ${bytes[9]}`,
      { object },
    );
  }
  return {
    salt: Buffer.from(bytes.subarray(SALT_AT, COMMITMENT_AT)),
    commitment: Buffer.from(bytes.subarray(COMMITMENT_AT, HEADER_BYTES)),
  };
}
