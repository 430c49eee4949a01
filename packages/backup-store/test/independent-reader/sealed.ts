// A reader of repositories written from docs/formats/repository.md alone: it shares no line with the program, so that
// it fails when the program and the document go apart. This file: numbers, keys and the envelope.
import { createDecipheriv, createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

const blockSize = 65_536;
const storedBlockSize = blockSize + 16;
const headerSize = 80;

/** What the key of a sealed object is bound to. */
export interface SealedName {
  readonly repositoryId: Buffer;
  readonly kind: number;
  /** One, or all that the object may have been sealed with since keys were rotated. */
  readonly subkey: Buffer | readonly Buffer[];
  /** Hex; eight zero bytes when absent. */
  readonly label?: string | undefined;
  readonly key: string;
  readonly extra?: Buffer | undefined;
}

/** Throws an error that says what is wrong with the repository, unless `fact` holds. */
export function demand(fact: boolean, what: string): asserts fact {
  if (!fact) throw new Error(what);
}

/** SHA-256 of all parts, one after the other. */
export function sha256(...parts: (Buffer | string)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** HMAC-SHA-256. */
export function hmac(key: Buffer, data: Buffer): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** HKDF(key, "holdfast/key/" || label). */
export function subkey(key: Buffer, label: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `holdfast/key/${label}`, 32));
}

/** The same of each of several keys. */
export function subkeys(keys: readonly Buffer[], label: string): Buffer[] {
  return keys.map((key) => subkey(key, label));
}

/** Checks a header and its commitment. Returns the AES key of the object. */
export function openHeader(name: SealedName, header: Buffer): Buffer {
  demand(header.length === headerSize && header.toString('latin1', 0, 8) === 'HOLDFAST', `${name.key}: no header`);
  demand(header[8] === 0, `${name.key}: a newer format`);
  demand(header[9] === name.kind, `${name.key}: another kind of object`);
  demand(header.subarray(10, 16).equals(Buffer.alloc(6)), `${name.key}: reserved bytes are set`);
  return openCommitment(name, header.subarray(16, 48), header.subarray(48, 80));
}

/** Derives the AES key of an object, whose salt and commitment may come from a header or from an index segment. */
export function openCommitment(name: SealedName, salt: Buffer, commitment: Buffer): Buffer {
  const info = Buffer.concat([
    Buffer.from('holdfast/seal'),
    Buffer.from([0, name.kind]),
    name.repositoryId,
    Buffer.from(name.label ?? '0000000000000000', 'hex'),
    Buffer.from(name.key, 'ascii'),
    Buffer.from([0]),
    name.extra ?? Buffer.alloc(0),
  ]);
  const derived = (Buffer.isBuffer(name.subkey) ? [name.subkey] : name.subkey)
    .map((each) => Buffer.from(hkdfSync('sha256', each, salt, info, 64)))
    .find((each) => timingSafeEqual(each.subarray(32), commitment));
  demand(derived !== undefined, `${name.key}: changed, or sealed with another key`);
  return derived.subarray(0, 32);
}

/** The number of blocks of a body of this size. */
export function blockCount(body: number): number {
  const blocks = Math.ceil(body / storedBlockSize);
  demand(body >= 17 && body - storedBlockSize * (blocks - 1) >= 17, 'A sealed object is cut');
  return blocks;
}

/** Where the blocks are that hold the plaintext `[start, end)`, end > start. */
export function blockRange(start: number, end: number): { first: number; last: number; offset: number } {
  const first = Math.floor(start / blockSize);
  return { first, last: Math.floor((end - 1) / blockSize), offset: headerSize + storedBlockSize * first };
}

/** Decrypts blocks that follow each other, of which the first has number `first`, of an object of `count` blocks. */
export function openBlocks(key: Buffer, stored: Buffer, { first, count }: { first: number; count: number }): Buffer {
  const plain: Buffer[] = [];
  for (let at = 0, block = first; at < stored.length; at += storedBlockSize, block += 1) {
    const piece = stored.subarray(at, at + storedBlockSize);
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(block, 7);
    nonce[11] = block === count - 1 ? 1 : 0;
    const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
    cipher.setAuthTag(piece.subarray(-16));
    plain.push(cipher.update(piece.subarray(0, -16)), cipher.final());
  }
  return Buffer.concat(plain);
}

/** Takes the padding off. */
export function unpad(plain: Buffer): Buffer {
  let end = plain.length;
  while (end > 0 && plain[end - 1] === 0) end -= 1;
  demand(end > 0 && plain[end - 1] === 0x80, 'A sealed object has no padding');
  return plain.subarray(0, end - 1);
}

/** Opens a whole sealed object and returns its content. */
export function openSealed(name: SealedName, object: Buffer): Buffer {
  const end = object.length - (name.kind === 5 ? headerSize : 0);
  const count = blockCount(end - headerSize);
  const header = object.subarray(0, headerSize);
  const key = openHeader(name, header);
  if (name.kind === 5) demand(object.subarray(end).equals(header), `${name.key}: its two headers differ`);
  return unpad(openBlocks(key, object.subarray(headerSize, end), { first: 0, count }));
}

/** Reads the numbers and byte strings of binary structures. */
export class Cursor {
  readonly data: Buffer;
  at = 0;

  constructor(data: Buffer) {
    this.data = data;
  }

  get left(): number {
    return this.data.length - this.at;
  }

  raw(count: number): Buffer {
    demand(count <= this.left, 'A structure ends too early');
    this.at += count;
    return this.data.subarray(this.at - count, this.at);
  }

  u8(): number {
    return this.raw(1).readUInt8();
  }

  varint(max: number = Number.MAX_SAFE_INTEGER): number {
    let value = 0;
    for (let index = 0; index < 8; index += 1) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte > 0x7f) continue;
      demand(value <= max, `A number is above its limit of ${max}`);
      return value;
    }
    throw new Error('A number is longer than 8 bytes');
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  bytes(max: number): Buffer {
    return this.raw(this.varint(max));
  }

  end(): void {
    demand(this.left === 0, 'A structure is followed by other bytes');
  }
}
