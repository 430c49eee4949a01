import { createHash, randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import type { BlobRef } from '../catalog/entry.ts';
import { joinPath } from '../run/display-path.ts';
import type { Problems } from './problems.ts';

const SAMPLES = 8;
const MAX_BYTES = 1024 * 1024;

/**
 * A few files that are taken for unchanged, drawn at random, to be read after all: content that differs under the
 * same times is bit rot, or a program that sets times back.
 */
export class UnchangedSample {
  readonly #kept: { path: Buffer; sha256: Buffer }[] = [];
  #seen = 0;

  /** Reservoir sampling (Vitter, ACM TOMS 11/1, algorithm R): each file has the same chance. */
  offer(path: Buffer, content: readonly BlobRef[]): void {
    const [blob] = content;
    if (content.length !== 1 || blob === undefined || blob.length > MAX_BYTES) return;
    const place = this.#seen++ < SAMPLES ? this.#kept.length : randomInt(this.#seen);
    if (place < SAMPLES) this.#kept[place] = { path: Buffer.from(path), sha256: Buffer.from(blob.sha256) };
  }

  /** Reads the files drawn and reports those that differ. Files that vanished since are no finding. */
  async check(root: Buffer, problems: Problems): Promise<void> {
    for (const { path, sha256 } of this.#kept) {
      const absolute = joinPath(root, path);
      const bytes = await readFile(absolute).catch(() => undefined);
      if (bytes === undefined || createHash('sha256').update(bytes).digest().equals(sha256)) continue;
      problems.add(absolute, {
        code: 'SILENT_CHANGE',
        message:
          'The content differs from the last backup, but size and times do not: damaged disk, or a program that sets times back',
      });
    }
  }
}
