import { createHash, randomBytes, scrypt } from 'node:crypto';

import { ByteReader } from '../bytes/reader.ts';
import { ByteWriter } from '../bytes/writer.ts';
import { FORMAT_VERSION, KIND, type SealContext } from '../envelope/header.ts';
import { openObject, sealObject } from '../envelope/object.ts';
import { BackupError } from '../errors.ts';
import { subkey } from './subkeys.ts';

/** Ways to get at the root key. The numbers stand in slots. */
export const SLOT = { keyFile: 1, passphrase: 2, recoveryCode: 3 } as const;

/** A number of {@link SLOT}. */
export type SlotType = (typeof SLOT)[keyof typeof SLOT];

const PARAMETER_BYTES = 40;
const CHECKSUM_BYTES = 32;
/** scrypt (RFC 7914) with N = 2^17, r = 8, p = 1: 128 MiB and about half a second. */
const SCRYPT = { logN: 17, r: 8, p: 1 };
/** For the empty passphrase: it protects nothing, so it need not be slow. */
const SCRYPT_EMPTY = { logN: 10, r: 8, p: 1 };
/** Readers refuse more than this before they spend memory on it: 1 GiB. */
const LIMITS = { logN: [10, 20], r: [1, 8], p: [1, 4] } as const;

/** What a slot says of itself without being opened. */
export interface SlotParameters {
  readonly type: SlotType;
  readonly logN: number;
  readonly r: number;
  readonly p: number;
  /** 32 bytes. */
  readonly salt: Uint8Array;
  readonly bytes: Buffer;
}

/** Makes the parameters of a new slot. */
export function newSlotParameters(type: SlotType, emptyPassphrase: boolean): SlotParameters {
  const { logN, r, p } = emptyPassphrase ? SCRYPT_EMPTY : SCRYPT;
  const salt = randomBytes(32);
  const bytes = Buffer.concat([Uint8Array.of(FORMAT_VERSION, type, logN, r, p, 0, 0, 0), salt]);
  return { type, logN, r, p, salt, bytes };
}

/**
 * Reads a slot's parameters, with bounds, and checks the checksum at its end (which tells accidents, not
 * attackers: those fail at the seal).
 *
 * @throws {BackupError} `OBJECT_DAMAGED`, `OBJECT_TRUNCATED`, `OBJECT_INVALID`, `UNSUPPORTED_FORMAT`.
 */
export function parseSlot(object: Uint8Array, name: string): { parameters: SlotParameters; sealed: Uint8Array } {
  if (object.length < PARAMETER_BYTES + CHECKSUM_BYTES) {
    throw new BackupError('OBJECT_TRUNCATED', `Expected ${name} to be a key slot, got ${object.length} bytes`, {
      object: name,
    });
  }
  const body = object.subarray(0, object.length - CHECKSUM_BYTES);
  if (
    !createHash('sha256')
      .update(body)
      .digest()
      .equals(object.subarray(object.length - CHECKSUM_BYTES))
  ) {
    throw new BackupError(
      'OBJECT_DAMAGED',
      `Expected key slot ${name} to match its checksum; its bytes were changed or cut`,
      { object: name },
    );
  }
  const bytes = Buffer.from(body.subarray(0, PARAMETER_BYTES));
  const [version, type, logN, r, p] = bytes as unknown as [number, number, number, number, number];
  if (version > FORMAT_VERSION) {
    throw new BackupError(
      'UNSUPPORTED_FORMAT',
      `Expected ${name} in format version ${FORMAT_VERSION}, got ${version}`,
      { object: name },
    );
  }
  const within = (value: number, [low, high]: readonly [number, number]): boolean => value >= low && value <= high;
  if (type < 1 || type > 3 || !within(logN, LIMITS.logN) || !within(r, LIMITS.r) || !within(p, LIMITS.p)) {
    throw new BackupError(
      'OBJECT_INVALID',
      `Expected key slot ${name} with a known type and scrypt parameters within bounds`,
      { object: name },
    );
  }
  return {
    parameters: { type: type as SlotType, logN, r, p, salt: bytes.subarray(8), bytes },
    sealed: body.subarray(PARAMETER_BYTES),
  };
}

/** The key that seals a slot. Only passphrases are derived slowly; the other secrets are random. */
export async function slotKey(parameters: SlotParameters, secret: Uint8Array): Promise<Buffer> {
  if (parameters.type !== SLOT.passphrase) return subkey(secret, 'slot');
  const { logN, r, p, salt } = parameters;
  const N = 2 ** logN;
  return await new Promise((resolve, reject) => {
    scrypt(secret, salt, 32, { N, r, p, maxmem: 128 * N * r + 1024 * 1024 * p }, (error, key) =>
      error ? reject(error) : resolve(subkey(key, 'slot')),
    );
  });
}

function context(repositoryId: Uint8Array, name: string, parameters: SlotParameters): SealContext {
  return { repositoryId, label: new Uint8Array(8), kind: KIND.slot, name, extra: parameters.bytes };
}

/** What a slot hands out. */
export interface SlotContent {
  /** 32 bytes. */
  readonly rootKey: Buffer;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
}

/** Encodes a slot object. */
export async function encodeSlot(
  repositoryId: Uint8Array,
  name: string,
  slot: { parameters: SlotParameters; secret: Uint8Array; content: SlotContent },
): Promise<Buffer> {
  const content = new ByteWriter(64).raw(slot.content.rootKey).varint(slot.content.createdMs).take();
  const key = await slotKey(slot.parameters, slot.secret);
  const body = Buffer.concat([
    slot.parameters.bytes,
    sealObject(key, context(repositoryId, name, slot.parameters), content),
  ]);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

/** Opens a slot; `undefined` when the secret is not the one it was made with. */
export async function openSlot(
  repositoryId: Uint8Array,
  name: string,
  slot: { parameters: SlotParameters; sealed: Uint8Array; secret: Uint8Array },
): Promise<SlotContent | undefined> {
  const key = await slotKey(slot.parameters, slot.secret);
  let content: Buffer;
  try {
    content = openObject(key, context(repositoryId, name, slot.parameters), slot.sealed);
  } catch {
    // The checksum was right, so this is another secret's slot (or a forged one: the same to whoever asks).
    return undefined;
  }
  const reader = new ByteReader(content, name);
  const opened = { rootKey: Buffer.from(reader.raw(32)), createdMs: reader.varint() };
  reader.end();
  return opened;
}
