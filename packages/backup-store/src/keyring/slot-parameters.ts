import { createHash, randomBytes } from 'node:crypto';

import { FORMAT_VERSION } from '../envelope/header.ts';
import { BackupError } from '../errors.ts';
import { PUBLIC_KEY_BYTES } from './slot-pair.ts';

/** Ways to get at the root key. The numbers stand in slots. */
export const SLOT = { keyFile: 1, passphrase: 2, recoveryCode: 3, age: 4 } as const;

/** A number of {@link SLOT}. */
export type SlotType = (typeof SLOT)[keyof typeof SLOT];

/** How the root key is sealed: with the slot's own key, or (since the root key was rotated) to the slot's public key. */
export const FORM = { own: 0, pair: 1 } as const;

/** Bytes of the parameters that all slots begin with. */
export const PARAMETER_BYTES = 40;
const CHECKSUM_BYTES = 32;
const LENGTH_BYTES = 4;
/** scrypt (RFC 7914) with N = 2^17, r = 8, p = 1: 128 MiB and about half a second. */
const SCRYPT = { logN: 17, r: 8, p: 1 };
/** For the empty passphrase: it protects nothing, so it need not be slow. */
const SCRYPT_EMPTY = { logN: 10, r: 8, p: 1 };
/** Readers refuse more than this before they spend memory on it: 1 GiB. */
const LIMITS = { logN: [10, 20], r: [1, 8], p: [1, 4] } as const;

/** What a slot says of itself without being opened. */
export interface SlotParameters {
  readonly type: SlotType;
  readonly form: (typeof FORM)[keyof typeof FORM];
  readonly logN: number;
  readonly r: number;
  readonly p: number;
  /** 32 bytes. */
  readonly salt: Uint8Array;
  /** All that stands before what is sealed: the seal is bound to it. */
  readonly bytes: Buffer;
  /** Of an age slot, the age file that holds its secret; of form `pair`, the ephemeral public key; else empty. */
  readonly wrap: Uint8Array;
}

const EMPTY = new Uint8Array(0);

/** Makes the parameters of a new slot. */
export function newSlotParameters(type: SlotType, emptyPassphrase: boolean): SlotParameters {
  const { logN, r, p } = emptyPassphrase || type === SLOT.age ? SCRYPT_EMPTY : SCRYPT;
  const salt = randomBytes(32);
  const bytes = Buffer.concat([Uint8Array.of(FORMAT_VERSION, type, logN, r, p, 0, 0, 0), salt]);
  return { type, form: FORM.own, logN, r, p, salt, bytes, wrap: EMPTY };
}

/** Makes the parameters of a new slot whose secret is in an age file. */
export function newAgeParameters(file: Uint8Array): SlotParameters {
  const parameters = newSlotParameters(SLOT.age, false);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(file.length);
  return { ...parameters, bytes: Buffer.concat([parameters.bytes, length, file]), wrap: file };
}

/** The parameters of a slot that is sealed to a public key instead; its secret is derived as before. */
export function pairedParameters(bytes: Uint8Array, ephemeral: Uint8Array, name: string): SlotParameters {
  const head = Buffer.from(bytes.subarray(0, PARAMETER_BYTES));
  head[5] = FORM.pair;
  return parseParameters(Buffer.concat([head, ephemeral]), name).parameters;
}

/**
 * Reads a slot's parameters, with bounds, and checks the checksum at its end (which tells accidents, not
 * attackers: those fail at the seal).
 *
 * @throws {BackupError} `OBJECT_DAMAGED`, `OBJECT_TRUNCATED`, `OBJECT_INVALID`; `UNSUPPORTED_FORMAT` for a type or form
 * that this version does not know.
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
  return parseParameters(body, name);
}

function parseParameters(body: Uint8Array, name: string): { parameters: SlotParameters; sealed: Uint8Array } {
  const head = Buffer.from(body.subarray(0, PARAMETER_BYTES));
  const [version, type, logN, r, p, form] = head as unknown as [number, number, number, number, number, number];
  const isKnown = type <= SLOT.age && (form === FORM.own || (form === FORM.pair && type !== SLOT.age));
  if (version > FORMAT_VERSION || !isKnown) {
    throw new BackupError(
      'UNSUPPORTED_FORMAT',
      `Expected ${name} in format version ${FORMAT_VERSION} and of a known type, got version ${version}, type ${type}`,
      { object: name, hint: 'A newer version of this program has made it.' },
    );
  }
  const within = (value: number, [low, high]: readonly [number, number]): boolean => value >= low && value <= high;
  if (type < 1 || !within(logN, LIMITS.logN) || !within(r, LIMITS.r) || !within(p, LIMITS.p)) {
    throw new BackupError(
      'OBJECT_INVALID',
      `Expected key slot ${name} with a known type and scrypt parameters within bounds`,
      { object: name },
    );
  }
  const wrap = wrapOf(body.subarray(PARAMETER_BYTES), { type, form }, name);
  const end = wrap.byteOffset - body.byteOffset + wrap.length;
  const bytes = Buffer.from(body.subarray(0, end));
  const common = { logN, r, p, salt: head.subarray(8), bytes, wrap: Buffer.from(wrap) };
  return {
    parameters: { ...common, type: type as SlotType, form },
    sealed: body.subarray(end),
  };
}

/** What stands between the parameters and the sealed object. */
function wrapOf(rest: Uint8Array, { type, form }: { type: number; form: number }, name: string): Uint8Array {
  const [start, length] =
    type === SLOT.age ? [LENGTH_BYTES, lengthOf(rest)] : [0, form === FORM.pair ? PUBLIC_KEY_BYTES : 0];
  if (length <= rest.length - start) return rest.subarray(start, start + length);
  throw new BackupError('OBJECT_INVALID', `Expected key slot ${name} to hold what its parameters say, got less`, {
    object: name,
  });
}

const lengthOf = (rest: Uint8Array): number =>
  rest.length < LENGTH_BYTES ? Infinity : Buffer.from(rest.buffer, rest.byteOffset, rest.byteLength).readUInt32LE();
