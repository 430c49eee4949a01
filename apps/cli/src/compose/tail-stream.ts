import { Writable } from 'node:stream';

/** Characters that are kept of what a command says. */
const KEPT = 4000;

/** A stream that keeps the end of what is written to it. */
export class TailStream extends Writable {
  #text = '';

  override _write(part: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#text = (this.#text + part.toString('utf8')).slice(-KEPT);
    done();
  }

  text(): string {
    return this.#text;
  }
}
