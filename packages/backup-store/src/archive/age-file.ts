import type { RandomAccess } from '@x/integrity/archive';
import { BackupError } from '../errors.ts';
import { CHUNK_BYTES, NONCE_BYTES, openChunk, payloadKey, TAG_BYTES } from './age-stream.ts';
import { damaged } from './failure.ts';

const SEALED_BYTES = CHUNK_BYTES + TAG_BYTES;
/** Of a header: 20 hybrid recipients have 40 KiB. */
const MAX_HEADER_BYTES = 1 << 20;
const MAGIC = 'age-encryption.org/v1\n';
const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----';
/** Chunks that are kept open: those around a place that is read in small pieces. */
const KEPT_CHUNKS = 4;

/** Whether a file that begins like this is one of age. @throws {BackupError} `INVALID_OPTION` for one in its armour. */
export function isAge(start: Buffer): boolean {
  if (!start.toString('latin1').startsWith(ARMOR)) return start.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC));
  throw new BackupError('INVALID_OPTION', 'Expected an age file in its binary form, got one in armour', {
    hint: 'Decrypt it with `age --decrypt`, and import what comes out.',
  });
}

/** The plain content of an age file, from anywhere in it: nothing of it is written anywhere. */
export class AgeFile implements RandomAccess {
  readonly #file: RandomAccess;
  readonly #key: Buffer;
  readonly #start: number;
  readonly #sealed: number;
  readonly #kept = new Map<number, Buffer>();
  /** Bytes of the plain content. */
  readonly size: number;

  private constructor(file: RandomAccess, key: Buffer, place: { readonly start: number; readonly end: number }) {
    this.#file = file;
    this.#key = key;
    this.#start = place.start;
    this.#sealed = place.end - place.start;
    this.size = this.#sealed - TAG_BYTES * Math.ceil(this.#sealed / SEALED_BYTES);
  }

  /** @throws {BackupError} `WRONG_KEY`, `ARCHIVE_DAMAGED`. */
  static async open(file: RandomAccess, size: number, identities: readonly string[]): Promise<AgeFile> {
    const header = await headerOf(file);
    const nonce = Buffer.alloc(NONCE_BYTES);
    const start = header.length + NONCE_BYTES;
    if (size < start + TAG_BYTES) throw damaged('a whole age file', 'one that was cut');
    await readFully(file, nonce, header.length);
    const opened = new AgeFile(file, payloadKey(await fileKeyOf(header, identities), nonce), { start, end: size });
    // The last chunk knows that it is: what was cut off would be missed here.
    await opened.#chunk(opened.#last);
    return opened;
  }

  get #last(): number {
    return Math.ceil(this.#sealed / SEALED_BYTES) - 1;
  }

  async read(target: Buffer, { position }: { readonly position: number }): Promise<{ readonly bytesRead: number }> {
    let done = 0;
    while (done < target.length && position + done < this.size) {
      const number = Math.floor((position + done) / CHUNK_BYTES);
      const chunk = await this.#chunk(number);
      const copied = chunk.copy(target, done, position + done - number * CHUNK_BYTES);
      if (copied === 0) break;
      done += copied;
    }
    return { bytesRead: done };
  }

  async #chunk(number: number): Promise<Buffer> {
    const kept = this.#kept.get(number);
    if (kept !== undefined) return kept;
    const from = number * SEALED_BYTES;
    const sealed = Buffer.allocUnsafe(Math.min(SEALED_BYTES, this.#sealed - from));
    await readFully(this.#file, sealed, this.#start + from);
    let plain: Buffer;
    try {
      plain = openChunk(this.#key, { number, isLast: number === this.#last }, sealed);
    } catch (cause) {
      throw damaged('an age file as it was written', `other bytes in chunk ${number}, or a file that was cut`, cause);
    }
    this.#kept.set(number, plain);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_CHUNKS) break;
      this.#kept.delete(oldest);
    }
    return plain;
  }
}

/** Up to the line that has the header's own code. */
async function headerOf(file: RandomAccess): Promise<Buffer> {
  const start = Buffer.alloc(MAX_HEADER_BYTES);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(start.subarray(length), { position: length });
    length += bytesRead;
    const line = start.subarray(0, length).indexOf('\n--- ');
    const end = line < 0 ? -1 : start.subarray(0, length).indexOf('\n', line + 1);
    if (end >= 0) return start.subarray(0, end + 1);
    if (bytesRead === 0 || length === start.length) throw damaged('the header of an age file', 'none that ends');
  }
}

async function fileKeyOf(header: Buffer, identities: readonly string[]): Promise<Uint8Array> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  try {
    for (const each of identities) decrypter.addIdentity(each);
  } catch {
    // Not with its cause, which may have the secret.
    throw new BackupError('INVALID_OPTION', 'Expected identities of age, got another text', {
      hint: 'An identity begins with AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1.',
    });
  }
  try {
    return await decrypter.decryptHeader(header);
  } catch (cause) {
    throw new BackupError('WRONG_KEY', 'Expected an identity that the archive is encrypted to, got others', {
      cause,
      hint: 'Give the identity of one of the recipients that it was exported to. If it is the right one, the beginning of the file was changed.',
    });
  }
}

/** Fills `target`. @throws {BackupError} `ARCHIVE_DAMAGED` where the file ends before. */
export async function readFully(file: RandomAccess, target: Buffer, position: number): Promise<void> {
  for (let done = 0; done < target.length;) {
    const { bytesRead } = await file.read(target.subarray(done), { position: position + done });
    if (bytesRead === 0) throw damaged('a whole archive', 'one that was cut');
    done += bytesRead;
  }
}
