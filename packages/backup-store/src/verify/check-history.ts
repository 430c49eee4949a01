import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Tenant } from '../keyring/tenant.ts';
import type { RunContext } from '../run/context.ts';

const MAGIC = Buffer.from('HFCHECK0', 'latin1');
const MARK_BYTES = 16;
const RECORD_BYTES = MARK_BYTES + 6;
const MAC_BYTES = 32;
/** Room for ten million packs. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Stands for a pack's name: it says nothing of it. */
const markOf = (name: string): string =>
  createHash('sha256').update(name).digest().subarray(0, MARK_BYTES).toString('latin1');

/**
 * When this machine has last read each pack of a tenant in full and found it well. One small file in the cache folder,
 * which only decides what a sample reads first: without it, or when it was changed, all packs count as never checked.
 *
 * The file: magic, then per pack the first 16 bytes of the SHA-256 of its name and 6 bytes of milliseconds since 1970
 * (little-endian), then an HMAC-SHA-256 of all that with a subkey of the tenant.
 */
export class CheckHistory {
  readonly #file: string;
  readonly #key: Buffer;
  readonly #now: number;
  readonly #before: ReadonlyMap<string, number>;
  /** What this run has found: a time, or `undefined` for a pack that is not well. */
  readonly #found = new Map<string, number | undefined>();

  private constructor(at: { file: string; key: Buffer; now: number }, before: ReadonlyMap<string, number>) {
    this.#file = at.file;
    this.#key = at.key;
    this.#now = at.now;
    this.#before = before;
  }

  static async read({ cacheFolder, clock }: RunContext, tenant: Tenant): Promise<CheckHistory> {
    const at = { file: join(cacheFolder, 'checks', tenant.label), key: tenant.subkey('checks'), now: clock() };
    return new CheckHistory(at, await readTimes(at.file, at.key));
  }

  /** When the pack was last found well, in milliseconds since 1970. A time that is yet to come counts for none. */
  at(name: string): number | undefined {
    const mark = markOf(name);
    if (this.#found.has(mark)) return this.#found.get(mark);
    const before = this.#before.get(mark);
    return before !== undefined && before <= this.#now ? before : undefined;
  }

  /** The pack was read in full and is well. */
  isWell(name: string, atMs: number): void {
    this.#found.set(markOf(name), atMs);
  }

  /** Something is wrong with the pack: it comes first next time, and until it is well. */
  isNotWell(name: string): void {
    this.#found.set(markOf(name), undefined);
  }

  /**
   * Keeps what this run has found, together with what others have stored meanwhile, of the packs that there are. A
   * machine that can't remember is no reason to fail a check.
   */
  async save(packs: Iterable<string>): Promise<void> {
    if (this.#found.size === 0) return;
    const stored = await readTimes(this.#file, this.#key);
    const times = new Map<string, number>();
    for (const name of packs) {
      const mark = markOf(name);
      const time = this.#found.has(mark) ? this.#found.get(mark) : stored.get(mark);
      if (time !== undefined) times.set(mark, time);
    }
    await write(this.#file, encode(times, this.#key)).catch(() => undefined);
  }
}

function encode(times: ReadonlyMap<string, number>, key: Buffer): Buffer {
  const body = Buffer.alloc(MAGIC.length + times.size * RECORD_BYTES);
  let at = MAGIC.copy(body);
  for (const [mark, time] of times) {
    body.write(mark, at, 'latin1');
    body.writeUIntLE(time, at + MARK_BYTES, 6);
    at += RECORD_BYTES;
  }
  return Buffer.concat([body, createHmac('sha256', key).update(body).digest()]);
}

async function readTimes(file: string, key: Buffer): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  const bytes = await readSmall(file).catch(() => Buffer.alloc(0));
  const end = bytes.length - MAC_BYTES;
  if (end < MAGIC.length || (end - MAGIC.length) % RECORD_BYTES !== 0) return times;
  const mac = createHmac('sha256', key).update(bytes.subarray(0, end)).digest();
  if (!MAGIC.equals(bytes.subarray(0, MAGIC.length)) || !timingSafeEqual(mac, bytes.subarray(end))) return times;
  for (let at = MAGIC.length; at < end; at += RECORD_BYTES) {
    const mark = bytes.toString('latin1', at, at + MARK_BYTES);
    times.set(mark, bytes.readUIntLE(at + MARK_BYTES, 6));
  }
  return times;
}

async function readSmall(file: string): Promise<Buffer> {
  return (await stat(file)).size > MAX_BYTES ? Buffer.alloc(0) : await readFile(file);
}

async function write(file: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temp = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await using handle = await open(temp, 'wx', 0o600);
    await handle.writeFile(bytes);
  } catch (error) {
    await rm(temp, { force: true });
    throw error;
  }
  await rename(temp, file);
}
