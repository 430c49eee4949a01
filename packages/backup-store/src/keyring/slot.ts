import { createHash, scrypt } from 'node:crypto';

import { ByteReader } from '../bytes/reader.ts';
import { ByteWriter } from '../bytes/writer.ts';
import { KIND, type SealContext } from '../envelope/header.ts';
import { openObject, sealObject } from '../envelope/object.ts';
import { keyForSlot, keyFromSlot } from './slot-pair.ts';
import { FORM, PARAMETER_BYTES, pairedParameters, SLOT, type SlotParameters } from './slot-parameters.ts';
import { subkey } from './subkeys.ts';

/** The key that seals a slot. Only passphrases are derived slowly; the other secrets are random. */
export async function slotKey(
  parameters: Pick<SlotParameters, 'type' | 'logN' | 'r' | 'p' | 'salt'>,
  secret: Uint8Array,
): Promise<Buffer> {
  if (parameters.type !== SLOT.passphrase) return subkey(secret, 'slot');
  const { logN, r, p, salt } = parameters;
  const N = 2 ** logN;
  return await new Promise((resolve, reject) => {
    scrypt(secret, salt, 32, { N, r, p, maxmem: 128 * N * r + 1024 * 1024 * p }, (error, key) =>
      error ? reject(error) : resolve(subkey(key, 'slot')),
    );
  });
}

/** The seal is bound to all that stands before it; what is long, by its digest, as HKDF takes 1,024 bytes in Node. */
function context(repositoryId: Uint8Array, name: string, { bytes }: SlotParameters): SealContext {
  const rest = bytes.subarray(PARAMETER_BYTES);
  const head = bytes.subarray(0, PARAMETER_BYTES);
  const extra = rest.length === 0 ? head : Buffer.concat([head, createHash('sha256').update(rest).digest()]);
  return { repositoryId, label: new Uint8Array(8), kind: KIND.slot, name, extra };
}

/** What a slot hands out. */
export interface SlotContent {
  /** 32 bytes. */
  readonly rootKey: Buffer;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
}

/** Encodes a slot object with a slot key that was derived before. */
export function encodeDerivedSlot(
  repositoryId: Uint8Array,
  name: string,
  slot: { readonly parameters: SlotParameters; readonly key: Uint8Array; readonly content: SlotContent },
): Buffer {
  const content = new ByteWriter(64).raw(slot.content.rootKey).varint(slot.content.createdMs).take();
  const body = Buffer.concat([
    slot.parameters.bytes,
    sealObject(slot.key, context(repositoryId, name, slot.parameters), content),
  ]);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

/** Encodes a slot object. */
export async function encodeSlot(
  repositoryId: Uint8Array,
  name: string,
  slot: { parameters: SlotParameters; secret: Uint8Array; content: SlotContent },
): Promise<Buffer> {
  const key = await slotKey(slot.parameters, slot.secret);
  return encodeDerivedSlot(repositoryId, name, { ...slot, key });
}

/** Encodes a slot object for the secret of another slot, of which the first 40 bytes and the public key are known. */
export function encodePairedSlot(
  repositoryId: Uint8Array,
  name: string,
  slot: { readonly parameters: Uint8Array; readonly publicKey: Uint8Array; readonly content: SlotContent },
): Buffer {
  const { key, ephemeral } = keyForSlot(slot.publicKey);
  const parameters = pairedParameters(slot.parameters, ephemeral, name);
  return encodeDerivedSlot(repositoryId, name, { parameters, key, content: slot.content });
}

/** Opens a slot; `undefined` when the secret is not the one it was made with. */
export async function openSlot(
  repositoryId: Uint8Array,
  name: string,
  slot: { parameters: SlotParameters; sealed: Uint8Array; secret: Uint8Array },
): Promise<SlotContent | undefined> {
  const { parameters } = slot;
  const own = await slotKey(parameters, slot.secret);
  const key = parameters.form === FORM.pair ? keyFromSlot(own, parameters.wrap) : own;
  if (key === undefined) return undefined;
  let content: Buffer;
  try {
    content = openObject(key, context(repositoryId, name, parameters), slot.sealed);
  } catch {
    // The checksum was right, so this is another secret's slot (or a forged one: the same to whoever asks).
    return undefined;
  }
  const reader = new ByteReader(content, name);
  const opened = { rootKey: Buffer.from(reader.raw(32)), createdMs: reader.varint() };
  reader.end();
  return opened;
}
