import type { PackInfo } from '../blob-index/segment.ts';
import { BLOCK_BYTES, SEALED_BLOCK_BYTES } from '../envelope/blocks.ts';
import { HEADER_BYTES } from '../envelope/header.ts';
import { blockCount, openBlocks } from '../envelope/range.ts';
import { readStored } from '../envelope/sealed-store.ts';
import { isBackupError } from '../errors.ts';
import { PackKeys } from '../pack/pack-keys.ts';
import type { OpenTenant } from '../run/context.ts';
import type { BlobCheck } from './check-job.ts';
import { Findings } from './findings.ts';
import type { Verification } from './verification.ts';

interface DamagedTail {
  readonly name: string;
  readonly pack: PackInfo;
  /** Blobs of the pack by the number of their frame. */
  readonly blobs: ReadonlyMap<number, readonly BlobCheck[]>;
  /** Why its directory can't be read from the pack alone. */
  readonly error: unknown;
}

/**
 * Finds out what is lost of a pack whose directory can't be read: the index has all that headers and directory say, so
 * only damaged blocks that hold parts of frames lose anything.
 */
export async function checkTail(check: Verification, open: OpenTenant, tail: DamagedTail): Promise<void> {
  const { findings } = check;
  const { name, error } = tail;
  let damaged: number[];
  try {
    damaged = await damagedBlocks(check, open, tail);
  } catch (other) {
    findings.addError(other, name);
    return;
  }
  const lost = lostBlobs(open, tail, damaged);
  // An object of which every block opens and which breaks a rule was written so.
  if (isBackupError(error, 'OBJECT_INVALID') && damaged.length === 0) findings.addError(error, name);
  else if (lost.length > 0) Findings.lose(findings.addError(error, name), open, lost);
  else if (damaged.length === 0) findings.addSpare(error, name, BOTH_HEADERS);
  else findings.addSpare(error, name, `Block ${damaged.join(', ')} is damaged, ${NO_CONTENT}`);
}

const BOTH_HEADERS = 'Neither of its two headers opens; the index has what they say';
const NO_CONTENT = 'which holds no data: only padding, and of the directory what the index has as well';

function endOfFrames({ view }: OpenTenant, { blobs }: DamagedTail): number {
  let end = 0;
  for (const number of blobs.keys()) {
    const { offset, stored } = view.index.frame(number);
    end = Math.max(end, offset + stored);
  }
  return end;
}

/** The blocks from the end of the last frame on that do not open. */
async function damagedBlocks(check: Verification, open: OpenTenant, tail: DamagedTail): Promise<number[]> {
  const { sealed } = check.context;
  const object = new PackKeys(sealed.repositoryId, open.tenant).open(tail.pack);
  const { size, name } = object;
  const first = Math.min(blockCount(size) - 1, Math.floor(endOfFrames(open, tail) / BLOCK_BYTES));
  const range = { start: HEADER_BYTES + first * SEALED_BLOCK_BYTES, end: size - HEADER_BYTES };
  const bytes = await readStored(sealed.store, name, { range, signal: check.options.signal });
  const damaged: number[] = [];
  for (let at = 0, block = first; at < bytes.length; at += SEALED_BLOCK_BYTES, block++) {
    try {
      openBlocks(object, block, bytes.subarray(at, at + SEALED_BLOCK_BYTES));
    } catch (error) {
      if (!isBackupError(error)) throw error;
      damaged.push(block);
    }
  }
  return damaged;
}

/** Blobs of the frames that have a part in one of these blocks. */
function lostBlobs({ view }: OpenTenant, { blobs }: DamagedTail, blocks: readonly number[]): number[] {
  return [...blobs].flatMap(([number, list]) => {
    const { offset, stored } = view.index.frame(number);
    const isHit = blocks.some((block) => offset < (block + 1) * BLOCK_BYTES && offset + stored > block * BLOCK_BYTES);
    return isHit ? list.map((blob) => blob.number) : [];
  });
}
