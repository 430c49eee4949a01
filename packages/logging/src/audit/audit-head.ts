import { mkdir, open, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { type Chain, type ChainState, createChain, formatSegmentHeader } from '@x/integrity';
import { LogError } from '../errors.ts';
import { syncFolder } from '../files/close-file.ts';
import { dayOf, firstNumber, type LogFile } from '../files/log-file.ts';
import { linesOf } from '../files/read-blocks.ts';
import { takeApart } from './audit-line.ts';
import {
  auditFolder,
  cutOf,
  givenOrigin,
  headerOf,
  readSmall,
  saveOrigin,
  saveState,
  segmentsOf,
  statePath,
  writeSmall,
} from './segments.ts';
import { chainAfter } from './chain-after.ts';

/** The segment that lines are added to. */
interface OpenSegment {
  readonly file: LogFile;
  /** Bytes of whole lines. */
  bytes: number;
}

/**
 * The end of the chain as it is on the disk, for who holds the lock: it goes on with what other processes have added, and puts aside a line
 * that was torn when its writer died.
 */
export class AuditHead {
  readonly #directory: string;
  readonly #wantedOrigin: string | undefined;
  #chain: Chain | undefined;
  #segment: OpenSegment | undefined;

  constructor(directory: string, origin: string | undefined) {
    this.#directory = directory;
    this.#wantedOrigin = origin;
  }

  /** The chain, after {@link catchUp}. */
  get chain(): Chain {
    if (this.#chain === undefined) throw new LogError('AUDIT_DAMAGED', 'Expected a chain that was read, got none');
    return this.#chain;
  }

  /** Whatever is known may be wrong: it is read again. */
  forget(): void {
    this.#chain = undefined;
    this.#segment = undefined;
  }

  /** Reads what others have added. @throws {LogError} `AUDIT_DAMAGED`, `LOG_UNREADABLE`, `LOG_UNWRITABLE`. */
  async catchUp(): Promise<void> {
    const files = await segmentsOf(this.#directory);
    const last = files.at(-1);
    if (last === undefined) {
      const cut = await cutOf(this.#directory);
      this.#chain = cut === undefined ? await this.#begin() : createChain(cut.state.origin, cut.state);
      this.#segment = undefined;
      return;
    }
    if (last.compressed || this.#chain === undefined || this.#segment?.file.id !== last.id) {
      await this.#enter(last, files);
    }
    if (this.#segment !== undefined) await this.#readOn(this.#segment);
  }

  /** A new chain, under the name that it was given, or a random one: no two have the same. */
  async #begin(): Promise<Chain> {
    const given = await givenOrigin(this.#directory);
    if (given !== undefined) return createChain(given);
    const chain = createChain(this.#wantedOrigin ?? `holdfast-audit/${randomUUID()}`);
    await saveOrigin(this.#directory, chain.origin);
    return chain;
  }

  /** Makes the last segment the one that is added to. */
  async #enter(last: LogFile, files: readonly LogFile[]): Promise<void> {
    const header = await headerOf(last);
    if (header === undefined) {
      if (last.compressed) throw damaged(last, 0, 'a header');
      // Torn when it was begun: nothing in it was ever acknowledged.
      await this.#putAside(last, 0);
      await rm(last.path, { force: true });
      this.forget();
      await this.catchUp();
      return;
    }
    const { origin, first } = header;
    if (last.compressed) {
      // Somebody else has done so: lines are added to the next one.
      this.#chain = await chainAfter(this.#directory, files, { origin });
      this.#segment = undefined;
      return;
    }
    const state = await readSmall<ChainState>(statePath(last)).catch(() => undefined);
    let chain = chainFrom(header, state);
    if (chain === undefined) {
      chain = await chainAfter(this.#directory, files.slice(0, -1), { origin, size: first });
      // All of the log was read for it: the next one need not. Without it nothing is lost but time.
      await saveState(last, chain.state()).catch(() => undefined);
    }
    this.#chain = chain;
    this.#segment = { file: last, bytes: formatSegmentHeader(header).length + 1 };
  }

  async #readOn(segment: OpenSegment): Promise<void> {
    const handle = await open(segment.file.path, 'r+');
    try {
      const { size } = await handle.stat();
      if (size < segment.bytes) throw damaged(segment.file, this.chain.size, `${segment.bytes} bytes`);
      if (size === segment.bytes) return;
      const bytes = Buffer.alloc(size - segment.bytes);
      await handle.read(bytes, 0, bytes.length, segment.bytes);
      const end = bytes.lastIndexOf(0x0a) + 1;
      for (const line of linesOf({ offset: segment.bytes, bytes: bytes.subarray(0, end) })) {
        const { number, previous, hash, body } = takeApart(line.bytes);
        const { size: wanted, link } = this.chain;
        const fits = number === wanted && previous !== undefined && Buffer.from(link).equals(previous);
        if (!fits || hash === undefined || !Buffer.from(this.chain.append(body).hash).equals(hash)) {
          this.forget();
          throw damaged(segment.file, wanted, 'a record that follows the one before');
        }
      }
      segment.bytes += end;
      if (end === bytes.length) return;
      await this.#putAside(segment.file, segment.bytes);
      await handle.truncate(segment.bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** Keeps what is after the last whole line, for who wants to look at it. */
  async #putAside(file: LogFile, offset: number): Promise<void> {
    const folder = join(auditFolder(this.#directory), 'torn');
    await mkdir(folder, { recursive: true });
    const handle = await open(file.path, 'r');
    try {
      const { size } = await handle.stat();
      const bytes = Buffer.alloc(size - offset);
      await handle.read(bytes, 0, bytes.length, offset);
      if (bytes.length > 0) await writeSmall(join(folder, `${file.id}.${offset}.${randomUUID().slice(0, 8)}`), bytes);
    } finally {
      await handle.close();
    }
  }

  /** The segment for lines of a day: the last one, or a new one. Its header is not written yet. */
  segmentFor(
    nowMs: number,
    maxBytes: number,
  ): { readonly path: string; readonly bytes: number; readonly header: string } {
    const day = dayOf(nowMs);
    const last = this.#segment;
    if (last !== undefined && last.bytes < maxBytes && day <= last.file.day) {
      return { path: last.file.path, bytes: last.bytes, header: '' };
    }
    const id = `${day}.${String(this.chain.size).padStart(16, '0')}.jsonl`;
    const path = join(auditFolder(this.#directory), id);
    return { path, bytes: 0, header: `${formatSegmentHeader(this.chain.header())}\n` };
  }

  /** Writes lines, durably. @throws Whatever the system says; then {@link forget}. */
  async write(
    target: { readonly path: string; readonly bytes: number },
    text: string,
    state: ChainState,
  ): Promise<void> {
    const isNew = target.bytes === 0;
    const bytes = Buffer.from(text);
    const file = fileAt(target.path);
    if (isNew) await saveState(file, state);
    const handle = await open(target.path, isNew ? 'wx' : 'r+', 0o640);
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, target.bytes + done);
        done += bytesWritten;
      }
      await handle.datasync();
    } catch (error) {
      // What was not acknowledged is not to be there, where that can be had.
      await handle.truncate(target.bytes).catch(() => undefined);
      throw error;
    } finally {
      await handle.close();
    }
    if (isNew) await syncFolder(dirname(target.path));
    this.#segment = { file, bytes: target.bytes + bytes.length };
  }
}

function fileAt(path: string): LogFile {
  const id = basename(path);
  return { stream: 'audit', id, day: id.slice(0, 10), path, compressed: false };
}

function chainFrom(
  { origin, first, previous }: { origin: string; first: number; previous: Uint8Array },
  state: ChainState | undefined,
): Chain | undefined {
  if (state?.size !== first || state.link !== Buffer.from(previous).toString('hex')) return undefined;
  try {
    return createChain(origin, state);
  } catch {
    return undefined;
  }
}

function damaged(file: LogFile, number: number, expected: string): LogError {
  const from = Math.max(number, firstNumber(file));
  return new LogError('AUDIT_DAMAGED', `Expected ${expected} at record ${from} in ${file.path}, got something else`, {
    hint: 'See what holdfast logs verify says. To go on, move the folder of the audit log aside, and keep it: a new chain begins.',
  });
}
