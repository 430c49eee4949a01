import type { ObjectStore } from '@x/storage';

import type { IndexedPack } from '../blob-index/segment.ts';
import { BackupError } from '../errors.ts';
import { packName } from '../layout/names.ts';
import { PieceStream } from './piece-stream.ts';
import type { SealedPack } from './seal-messages.ts';

/** Where packs go. */
export interface UploadTarget {
  readonly store: ObjectStore;
  readonly label: string;
  readonly session: string;
  readonly epoch: number;
  /** Told of each pack that is stored. */
  readonly onStored: (pack: IndexedPack) => void;
  /** Asked before a piece is stored, with the bytes that there will be then. @throws when that is too much: the run can't go on. */
  readonly onBytes: (bytes: number) => void;
  /** Told when a write failed; the run can't go on. */
  readonly onFailure: (error: unknown) => void;
}

/** Streams packs to the store while threads are still filling them. */
export class PackUpload {
  readonly #target: UploadTarget;
  readonly #streams = new Map<string, PieceStream>();
  readonly #uploads = new Map<string, Promise<void>>();
  readonly #aborter = new AbortController();
  /** Stored bytes of packs so far, also of unfinished ones. */
  bytes = 0;
  /** The same with what waits for the store. */
  #given = 0;
  #isRefused = false;
  /** Blobs in stored packs. */
  blobs = 0;

  constructor(target: UploadTarget) {
    this.#target = target;
  }

  /** A piece of a pack; `release` gives it back to the thread that made it. */
  piece(pack: string, bytes: Uint8Array, release: (piece: Uint8Array) => void): void {
    this.#given += bytes.length;
    // The thread that made it must not wait for ever.
    if (!this.#isAllowed()) return release(bytes);
    let stream = this.#streams.get(pack);
    if (stream === undefined) {
      stream = new PieceStream((piece) => {
        this.bytes += piece.length;
        release(piece);
      });
      this.#streams.set(pack, stream);
      const upload = this.#store(pack, stream);
      // `onFailure` is told at once; whoever waits for all packs gets it too, but nobody may be waiting yet.
      upload.catch(() => undefined);
      this.#uploads.set(pack, upload);
    }
    stream.push(bytes);
  }

  /** Whether what was given so far may be stored. */
  #isAllowed(): boolean {
    if (this.#isRefused) return false;
    try {
      this.#target.onBytes(this.#given);
      return true;
    } catch (error) {
      this.#isRefused = true;
      this.#target.onFailure(error);
      return false;
    }
  }

  async #store(pack: string, stream: PieceStream): Promise<void> {
    const name = packName(this.#target.label, this.#target.session, pack);
    try {
      const { created } = await this.#target.store.createIfAbsent(name, stream, { signal: this.#aborter.signal });
      if (!created)
        throw new BackupError('OBJECT_INVALID', `Expected no object named ${name}, got one`, { object: name });
    } catch (error) {
      this.#target.onFailure(error);
      throw error;
    }
  }

  /** A pack's last piece has come. */
  finish(pack: string, sealed: SealedPack): void {
    // It may lack pieces: it must not become an object.
    if (this.#isRefused) return;
    const { session, epoch } = this.#target;
    this.#streams.get(pack)?.end();
    const upload = this.#uploads.get(pack)?.then(() => {
      this.blobs += sealed.blobs;
      const identity = { salt: sealed.salt, commitment: sealed.commitment };
      this.#target.onStored({ session, id: pack, epoch, size: sealed.size, identity, directory: sealed.directory });
      this.#uploads.delete(pack);
      this.#streams.delete(pack);
    });
    if (upload === undefined) return;
    upload.catch(() => undefined);
    this.#uploads.set(pack, upload);
  }

  /** Waits until all packs are stored. */
  async settled(): Promise<void> {
    await Promise.all(this.#uploads.values());
  }

  /** Gives up what is unfinished; nothing of it stays. */
  async abort(reason: unknown): Promise<void> {
    this.#aborter.abort(reason);
    for (const stream of this.#streams.values()) stream.end();
    await Promise.allSettled(this.#uploads.values());
  }
}
