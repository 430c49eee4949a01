import { ageStart, CHUNK_BYTES, sealChunk } from './age-stream.ts';
import type { Output, WrittenOutput } from './output.ts';

/** Encrypts what is written to it, for recipients of age. */
export class AgeOutput implements Output {
  readonly #output: Output;
  readonly #key: Buffer;
  readonly #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #filled = 0;
  #number = 0;

  private constructor(output: Output, key: Buffer) {
    this.#output = output;
    this.#key = key;
  }

  /** @throws {BackupError} `INVALID_OPTION` for what are no recipients. */
  static async start(output: Output, recipients: readonly string[]): Promise<AgeOutput> {
    const { start, key } = await ageStart(recipients);
    await output.write(start);
    return new AgeOutput(output, key);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      // Only the last chunk may be short, and which is the last is known when there is more.
      if (this.#filled === CHUNK_BYTES) await this.#seal(false);
      const piece = bytes.subarray(done, done + CHUNK_BYTES - this.#filled);
      this.#chunk.set(piece, this.#filled);
      this.#filled += piece.length;
      done += piece.length;
    }
  }

  async complete(): Promise<WrittenOutput> {
    await this.#seal(true);
    return await this.#output.complete();
  }

  async discard(): Promise<void> {
    await this.#output.discard();
  }

  async #seal(isLast: boolean): Promise<void> {
    const plain = this.#chunk.subarray(0, this.#filled);
    await this.#output.write(sealChunk(this.#key, { number: this.#number++, isLast }, plain));
    this.#filled = 0;
  }
}
