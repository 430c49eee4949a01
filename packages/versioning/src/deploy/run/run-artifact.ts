import { rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { digest as digestOf } from '@x/integrity';
import { readArchive } from '../../artifact/archive.ts';
import { formatContents } from '../../artifact/contents-text.ts';
import type { ArtifactContent, ArtifactEntry } from '../../artifact/model.ts';
import { withArtifact } from '../../artifact/opened-artifact.ts';
import { VersioningError } from '../../errors.ts';
import type { ReleaseArtifact } from '../../release/model.ts';
import { isVersioningError } from './failure.ts';
import type { DeployPlace } from './place.ts';
import type { ReleaseSource } from './source.ts';

/** An artefact that this process has read to its end, and that is what the release says. */
export interface VerifiedArtifact {
  readonly path: string;
  readonly digest: string;
  readonly entries: readonly ArtifactEntry[];
  /** The same with digests, where the source of releases has them. */
  readonly contents?: readonly ArtifactContent[] | undefined;
  /** Text of the `package.json` at its top. */
  readonly packageJson?: string | undefined;
}

/** Whose artefact it is, and where it is put. */
export interface RunArtifactOptions {
  readonly tools: { readonly releases: ReleaseSource; readonly place: DeployPlace };
  readonly version: string;
  /** The folder of what a run needs in between. */
  readonly scratch: string;
}

/** A `package.json` is smaller. */
const MOST_JSON_BYTES = 1024 * 1024;

/**
 * The copy of an artefact that one run works with. It is fetched once, and read once to be held against its digest: whoever needs it later in the same process can rely on that. What another process
 * has left is read again, as it may be cut short.
 */
export class RunArtifact {
  readonly #options: RunArtifactOptions;
  #verified: Promise<VerifiedArtifact> | undefined;
  #isRefused = false;

  constructor(options: RunArtifactOptions) {
    this.#options = options;
  }

  /**
   * The copy; it is fetched when it is asked for first, if there is room for it and for its files.
   *
   * @throws {VersioningError} `RELEASE_NOT_FOUND` without an artefact; `WRITE_FAILED` without room; `DIGEST_MISMATCH`, `RELEASE_DAMAGED` and others of artefacts.
   */
  async verified(signal?: AbortSignal): Promise<VerifiedArtifact> {
    const work = (this.#verified ??= this.#verify(signal));
    try {
      return await work;
    } catch (error) {
      // Whoever asks next may have more luck, or a signal that was not given.
      if (this.#verified === work && !this.#isRefused) this.#verified = undefined;
      throw error;
    }
  }

  /** Fetches it now. What is in the way of that is told to whoever asks for it: fetched once more, it would be the same. */
  async fetch(signal?: AbortSignal): Promise<void> {
    try {
      await this.verified(signal);
    } catch (error) {
      signal?.throwIfAborted();
      this.#verified = Promise.reject(error);
      this.#isRefused = true;
      this.#verified.catch(() => undefined);
    }
  }

  async #verify(signal: AbortSignal | undefined): Promise<VerifiedArtifact> {
    const { tools, version, scratch } = this.#options;
    const { artifact } = await tools.releases.getRelease(version, { signal });
    if (artifact === undefined) {
      throw new VersioningError('RELEASE_NOT_FOUND', `Expected an artefact of ${version}, got none`, {
        hint: 'Release it with one.',
      });
    }
    const contents = await this.#contents(artifact, signal);
    const folder = join(scratch, 'release');
    const path = join(folder, artifact.name);
    const left = await this.#left(path, artifact, signal);
    const files = sizeOf(left?.entries ?? contents ?? []);
    await this.#demandRoom({ artifact: left === undefined ? artifact.size : 0, files });
    if (left !== undefined) return { ...left, contents };
    await rm(folder, { recursive: true, force: true });
    await tools.releases.exportRelease(version, folder, { signal });
    const fetched = await opened(path, artifact, signal);
    if (contents === undefined) await this.#demandRoom({ artifact: 0, files: sizeOf(fetched.entries) });
    return { ...fetched, contents };
  }

  /** What a process before this one has fetched, when it is whole. */
  async #left(path: string, artifact: ReleaseArtifact, signal?: AbortSignal): Promise<VerifiedArtifact | undefined> {
    const found = await stat(path).catch(() => undefined);
    if (found?.size !== artifact.size) return undefined;
    try {
      return await opened(path, artifact, signal);
    } catch (error) {
      if (isVersioningError(error) && error.code === 'DIGEST_MISMATCH') return undefined;
      throw error;
    }
  }

  /** A list counts only when it is the one whose digest the release has. */
  async #contents(
    { contents }: ReleaseArtifact,
    signal: AbortSignal | undefined,
  ): Promise<readonly ArtifactContent[] | undefined> {
    const { tools, version } = this.#options;
    const list = await tools.releases.contents?.(version, { signal });
    if (list === undefined) return undefined;
    const digest = String(await digestOf(new TextEncoder().encode(formatContents(list))));
    if (digest === contents.digest) return list;
    throw new VersioningError(
      'RELEASE_DAMAGED',
      `Expected the list of contents ${contents.digest} of ${version}, got ${digest}`,
      { hint: 'Put the release back from a copy of the storage.' },
    );
  }

  /** The artefact lies beside the journal, its files among releases, which may be a disk of its own. @throws {VersioningError} `WRITE_FAILED`. */
  async #demandRoom({ artifact, files }: { readonly artifact: number; readonly files: number }): Promise<void> {
    const { tools, version } = this.#options;
    const { layout } = tools.place;
    const [state, releases] = await Promise.all([stat(layout.state), stat(layout.releases)]);
    const there = (await tools.place.releases()).find((each) => each.version === version);
    // What is staged already is not written once more, or takes the place of what it was; changed files of one that failed are kept.
    const isKept = there?.state === 'bad' || there?.state === 'rolled-back';
    const written = there === undefined || there.state === 'building' || isKept ? files : 0;
    const isOne = state.dev === releases.dev;
    if (!isOne) await demandFree(layout.state, artifact);
    await demandFree(layout.releases, isOne ? artifact + written : written);
  }
}

const sizeOf = (entries: readonly Pick<ArtifactEntry, 'size'>[]): number =>
  entries.reduce((sum, { size }) => sum + size, 0);

async function demandFree(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new VersioningError('WRITE_FAILED', `Expected at least ${needed} bytes free at ${folder}, got ${free}`, {
    hint: 'Make room with `holdfast deploy clean`.',
  });
}

/** Reads all of an artefact, and what is in it. @throws {VersioningError} `DIGEST_MISMATCH` and others of artefacts. */
async function opened(
  path: string,
  { digest }: Pick<ReleaseArtifact, 'digest'>,
  signal: AbortSignal | undefined,
): Promise<VerifiedArtifact> {
  return withArtifact({ path, digest, signal }, async ({ file, size }) => {
    const entries = await readArchive(file, { size, limits: undefined, signal });
    const manifest = entries.find((entry) => entry.path === 'package.json' && entry.kind === 'file');
    return {
      path,
      digest,
      entries,
      packageJson:
        manifest === undefined || manifest.size > MOST_JSON_BYTES ? undefined : await textOf(manifest.content()),
    };
  });
}

async function textOf(pieces: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  // The piece is filled anew.
  for await (const piece of pieces) all.push(Buffer.from(piece));
  return Buffer.concat(all).toString('utf8');
}
