import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Tenant } from '../keyring/tenant.ts';
import type { RunContext } from '../run/context.ts';
import type { SnapshotCheck } from './facts.ts';

const MAC_CHARS = 64;
/** Room for half a million checks. */
const MAX_BYTES = 64 * 1024 * 1024;

type Checks = ReadonlyMap<string, readonly SnapshotCheck[]>;

/**
 * How this machine has last checked each snapshot of a tenant, once for each level. A file in the cache folder: the hex
 * HMAC-SHA-256 of the rest with a subkey of the tenant, a line feed, and JSON. Without it, or when it was changed, nothing counts
 * as checked. What is told of a forgotten snapshot stays in the repository.
 */
export class SnapshotChecks {
  readonly #file: string;
  readonly #key: Buffer;
  #checks: Checks;

  private constructor(file: string, key: Buffer, checks: Checks) {
    this.#file = file;
    this.#key = key;
    this.#checks = checks;
  }

  static async read({ cacheFolder }: RunContext, tenant: Tenant): Promise<SnapshotChecks> {
    const file = join(cacheFolder, 'checks', `${tenant.label}-snapshots`);
    const key = tenant.subkey('checks');
    return new SnapshotChecks(file, key, await readChecks(file, key));
  }

  /** At most one of each level, the newest first. */
  of(snapshot: string): readonly SnapshotCheck[] {
    return this.#checks.get(snapshot) ?? [];
  }

  /** Adds checks to what others have stored meanwhile, of snapshots that are still there. Failing is no reason to fail a check. */
  async add(found: ReadonlyMap<string, SnapshotCheck>, isThere: (snapshot: string) => boolean): Promise<void> {
    const stored = await readChecks(this.#file, this.#key);
    const merged = new Map([...stored].filter(([id]) => isThere(id)));
    for (const [id, check] of found) {
      const others = (merged.get(id) ?? []).filter(({ level }) => level !== check.level);
      merged.set(
        id,
        [check, ...others].toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)),
      );
    }
    this.#checks = merged;
    await write(this.#file, merged, this.#key).catch(() => undefined);
  }
}

async function readChecks(file: string, key: Buffer): Promise<Checks> {
  try {
    if ((await stat(file)).size > MAX_BYTES) return new Map();
    const text = await readFile(file, 'utf8');
    const body = text.slice(MAC_CHARS + 1);
    const stated = Buffer.from(text.slice(0, MAC_CHARS), 'hex');
    const mac = createHmac('sha256', key).update(body).digest();
    if (stated.length !== mac.length || !timingSafeEqual(stated, mac)) return new Map();
    return new Map(Object.entries(JSON.parse(body) as Record<string, SnapshotCheck[]>));
  } catch {
    return new Map();
  }
}

async function write(file: string, checks: Checks, key: Buffer): Promise<void> {
  const body = JSON.stringify(Object.fromEntries(checks));
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temp = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await using handle = await open(temp, 'wx', 0o600);
    await handle.writeFile(`${createHmac('sha256', key).update(body).digest('hex')}\n${body}`);
  } catch (error) {
    await rm(temp, { force: true });
    throw error;
  }
  await rename(temp, file);
}
