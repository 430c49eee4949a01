import { createDecipheriv, hkdfSync } from 'node:crypto';

/*
 * What the document says of the envelope, once more and with nothing but Node: the engine must not explain itself.
 */

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** HKDF-SHA-256. */
function hkdf(key: Uint8Array, salt: Uint8Array, info: Uint8Array | string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, info, length));
}

/** The subkey for a label. */
export const subkey = (key: Uint8Array, label: string): Buffer =>
  hkdf(key, Buffer.alloc(0), `holdfast/key/${label}`, 32);

/** What an object's key is bound to. */
export interface Binding {
  readonly repositoryId: Uint8Array;
  readonly label: Uint8Array;
  readonly kind: number;
  readonly name: string;
  readonly extra?: Uint8Array | undefined;
}

/** A sealed object, opened, with all that is on the way there. */
export interface Opened {
  readonly salt: Buffer;
  readonly commitment: Buffer;
  readonly info: Buffer;
  readonly derived: Buffer;
  readonly nonce: Buffer;
  /** The first (and only) block, as stored, without its tag. */
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
  readonly content: Buffer;
  /** Bytes of padding. */
  readonly padding: number;
}

/** Opens an object of one block. `trailer`: bytes after the blocks (80 in packs). */
export function openSealed(sealed: Buffer, key: Uint8Array, binding: Binding, trailer = 0): Opened {
  const { repositoryId, label, kind, name, extra } = binding;
  const info = Buffer.concat([
    Buffer.from('holdfast/seal'),
    Uint8Array.of(0, kind),
    repositoryId,
    label,
    Buffer.from(name),
    Uint8Array.of(0),
    extra ?? new Uint8Array(0),
  ]);
  const salt = sealed.subarray(16, 48);
  const commitment = sealed.subarray(48, 80);
  const derived = hkdf(key, salt, info, 64);
  if (!derived.subarray(32).equals(commitment)) throw new Error(`The commitment of ${name} is not the derived one`);
  const block = sealed.subarray(80, sealed.length - trailer);
  const nonce = Buffer.from('000000000000000000000001', 'hex');
  const decipher = createDecipheriv('aes-256-gcm', derived.subarray(0, 32), nonce);
  const ciphertext = block.subarray(0, -16);
  const tag = block.subarray(-16);
  decipher.setAuthTag(tag);
  const plaintext = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  const end = plaintext.lastIndexOf(0x80);
  if (end < 0 || plaintext.subarray(end + 1).some((byte) => byte !== 0)) throw new Error(`${name} has no padding`);
  const content = plaintext.subarray(0, end);
  return { salt, commitment, info, derived, nonce, ciphertext, tag, content, padding: plaintext.length - end };
}

/** Reads fields and keeps the bytes of each line of fields. */
export class Fields {
  readonly #bytes: Buffer;
  #at: number;
  #lineStart: number;
  readonly lines: string[] = [];

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
    this.#lineStart = at;
  }

  get position(): number {
    return this.#at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  raw(length: number): Buffer {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  u8(): number {
    return this.raw(1)[0] as number;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  bytes(): Buffer {
    return this.raw(this.varint());
  }

  /** Ends a line: offset, the bytes since the last one, and what they mean. */
  line(meaning: string): void {
    const shown = wrapped(hex(this.#bytes.subarray(this.#lineStart, this.#at)), 64);
    const at = String(this.#lineStart).padStart(5);
    this.lines.push(`${at}  ${(shown[0] ?? '').padEnd(64)}  ${meaning}`.trimEnd());
    this.lines.push(...shown.slice(1).map((part) => `       ${part}`));
    this.#lineStart = this.#at;
  }
}

/** Text in pieces of a width. */
export function wrapped(text: string, width: number): string[] {
  return text.match(new RegExp(`.{1,${width}}`, 'gsu')) ?? [];
}

/** A name and its value in columns; a long value goes on below, where it can after a comma. */
export function row(name: string, value: string): string {
  const lines: string[] = [];
  let line = '';
  for (const part of value.split(/(?<=,)/u).flatMap((piece) => wrapped(piece, 96))) {
    if (line.length + part.length > 96) {
      lines.push(line);
      line = '';
    }
    line += part;
  }
  return [...lines, line].map((each, i) => `${(i === 0 ? name : '').padEnd(14)}${each}`.trimEnd()).join('\n');
}

/** A block of the document. */
export const fence = (...rows: string[]): string => ['```text', ...rows, '```'].join('\n');
