import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { canonicalJson, type PrivateKey } from '@x/integrity';
import { fsStore } from '@x/storage';
import { createReleaseManager, type ReleaseManager, type ReleaseManifest } from '../../src/index.ts';
import { encodeEvent, type ReleaseEvent } from '../../src/release/events.ts';
import type { ReleaseManagerOptions } from '../../src/release/manager.ts';
import { newShop, NOON } from './shop.ts';

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A release that was made once, in folders of its own that may be changed. */
export interface StoredRelease extends Disposable {
  /** The checkout. */
  readonly folder: string;
  /** The storage. */
  readonly stored: string;
  readonly manifest: ReleaseManifest;
  /** Digest of the manifest. */
  readonly digest: string;
  manager(options?: Partial<ReleaseManagerOptions>): ReleaseManager;
  /** A copy of everything, to be changed. */
  copy(): StoredRelease;
  git(...args: readonly string[]): string;
  pathOf(digest: string): string;
  content(digest: string): Buffer;
  /** Stores content where nobody checks it. @returns Its digest. */
  put(bytes: Uint8Array): string;
  /** Writes the history anew, with a chain that holds. */
  rewrite(change: (event: ReleaseEvent) => ReleaseEvent): void;
  /** Puts another manifest in the place of the release's, and has the history say so. */
  forge(manifest: object): void;
}

/** Makes release 1.1.0 of a shop, signed. */
export async function makeStoredRelease(privateKey: PrivateKey): Promise<StoredRelease> {
  using shop = newShop();
  const made = await shop.manager({ privateKey }).createRelease({
    createdBy: 'ann',
    buildId: 'ci-4711',
    notes: 'Now in Japan.',
    flags: { yen: true },
    channel: 'stable',
  });
  // Few files are copied sooner than many.
  shop.checkout.git('gc', '--quiet', '--prune=now');
  rmSync(join(shop.folder, '.git/hooks'), { recursive: true, force: true });
  const copied = copyOf(shop);
  const manifest = JSON.parse(readFileSync(pathIn(copied.stored, made.manifest), 'utf8')) as ReleaseManifest;
  return opened(copied, manifest, made.manifest);
}

interface Folders {
  readonly folder: string;
  readonly stored: string;
}

function copyOf({ folder, stored }: Folders): Folders {
  const target = mkdtempSync(join(tmpdir(), 'holdfast-stored-'));
  cpSync(folder, join(target, 'folder'), { recursive: true });
  cpSync(stored, join(target, 'stored'), { recursive: true });
  return { folder: join(target, 'folder'), stored: join(target, 'stored') };
}

const pathIn = (stored: string, digest: string): string => join(stored, 'releases/content', digest.replace(':', '/'));

function opened(folders: Folders, manifest: ReleaseManifest, digest: string): StoredRelease {
  const { folder, stored } = folders;
  const put = (bytes: Uint8Array): string => {
    const name = sha256(bytes);
    writeFileSync(pathIn(stored, name), bytes);
    return name;
  };
  const rewrite = (change: (event: ReleaseEvent) => ReleaseEvent): void => {
    const history = join(stored, 'releases/one/history');
    let previous: string | undefined;
    for (const [index, name] of readdirSync(history).toSorted().entries()) {
      const {
        n: _n,
        previous: _p,
        token,
        format: _f,
        formatVersion: _v,
        ...event
      } = JSON.parse(readFileSync(join(history, name), 'utf8')) as Record<string, unknown>;
      const place = { n: index + 1, previous, token: String(token) };
      const bytes = encodeEvent(change(event as unknown as ReleaseEvent), place);
      writeFileSync(join(history, name), bytes);
      previous = sha256(bytes);
    }
  };
  return {
    folder,
    stored,
    manifest,
    digest,
    manager: (options) =>
      createReleaseManager({
        storage: fsStore(stored, { durable: false }),
        workspace: { folder },
        clock: () => Date.parse(NOON),
        ...options,
      }),
    copy: () => opened(copyOf(folders), manifest, digest),
    git: (...args) =>
      execFileSync('git', ['-C', folder, ...args], {
        encoding: 'utf8',
        env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      }).trim(),
    pathOf: (name) => pathIn(stored, name),
    content: (name) => readFileSync(pathIn(stored, name)),
    put,
    rewrite,
    forge: (forged) => {
      const name = put(new TextEncoder().encode(canonicalJson(JSON.parse(JSON.stringify(forged)))));
      const { artifact, signature } = forged as ReleaseManifest;
      const said = { manifest: name, size: artifact?.size ?? 0, isSigned: signature !== undefined };
      rewrite((event) => (event.kind === 'released' ? { ...event, release: { ...event.release, ...said } } : event));
    },
    [Symbol.dispose]: () => {
      rmSync(join(folder, '..'), { recursive: true, force: true });
    },
  };
}
