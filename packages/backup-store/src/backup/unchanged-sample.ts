import { randomInt } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

import { sha256 } from '../bytes/sha256.ts';
import type { BlobRef } from '../catalog/entry.ts';
import { joinPath } from '../run/display-path.ts';
import type { Problems } from './problems.ts';

const SAMPLES = 8;
const MAX_BYTES = 1024 * 1024;
/** A pipe that has taken the place of a file is not waited for. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** A file as the scan saw it. */
interface ScannedFile {
  readonly path: Buffer;
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/**
 * A few files that are taken for unchanged, drawn at random, to be read after all: content that differs under the
 * same times is bit rot, or a program that sets times back.
 */
export class UnchangedSample {
  readonly #kept: (ScannedFile & { sha256: Buffer })[] = [];
  #seen = 0;

  /** Reservoir sampling (Vitter, ACM TOMS 11/1, algorithm R): each file has the same chance. */
  offer({ path, size, mtimeNs, ctimeNs }: ScannedFile, content: readonly BlobRef[]): void {
    const [blob] = content;
    if (content.length !== 1 || blob === undefined || blob.length > MAX_BYTES) return;
    const place = this.#seen++ < SAMPLES ? this.#kept.length : randomInt(this.#seen);
    if (place >= SAMPLES) return;
    this.#kept[place] = { path: Buffer.from(path), size, mtimeNs, ctimeNs, sha256: Buffer.from(blob.sha256) };
  }

  /** Reads the files drawn and reports those that differ. Files that changed or vanished since the scan are no finding. */
  async check(root: Buffer, problems: Problems): Promise<void> {
    for (const file of this.#kept) {
      const absolute = joinPath(root, file.path);
      const bytes = await readUnchanged(absolute, file).catch(() => undefined);
      if (bytes === undefined || sha256(bytes).equals(file.sha256)) continue;
      problems.add(absolute, {
        code: 'SILENT_CHANGE',
        message:
          'The content differs from the last backup, but size and times do not: damaged disk, or a program that sets times back',
      });
    }
  }
}

/** The content, if the file is still what the scan saw once it was read. */
async function readUnchanged(path: Buffer, scanned: ScannedFile): Promise<Buffer | undefined> {
  await using handle = await open(path, OPEN_FLAGS);
  const bytes = await handle.readFile();
  const now = await handle.stat({ bigint: true });
  const same = now.isFile() && now.mtimeNs === scanned.mtimeNs && now.ctimeNs === scanned.ctimeNs;
  return same && now.size === BigInt(scanned.size) ? bytes : undefined;
}
