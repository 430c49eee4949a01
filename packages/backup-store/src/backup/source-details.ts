import { canonicalJson } from '../bytes/canonical-json.ts';
import { BackupError } from '../errors.ts';
import type { SourceDetails } from '../source/contract.ts';

const MAX_BYTES = 64 * 1024;

/** What a source has said of itself. */
export class DetailsSoFar {
  #details: SourceDetails | undefined;

  get details(): SourceDetails | undefined {
    return this.#details;
  }

  /** @throws {BackupError} `INVALID_OPTION` for what is no JSON, or too much of it. */
  add(more: SourceDetails): void {
    const text = canonicalJson({ ...this.#details, ...more });
    if (Buffer.byteLength(text) > MAX_BYTES) {
      throw new BackupError(
        'INVALID_OPTION',
        `Expected a source's details to be at most ${MAX_BYTES} bytes of JSON, got more`,
      );
    }
    // As they will be read back.
    this.#details = JSON.parse(text) as SourceDetails;
  }
}
