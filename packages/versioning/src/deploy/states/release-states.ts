import { randomUUID } from 'node:crypto';
import { fsStore, isStorageError, ledger, type Ledger } from '@x/storage';
import { inLanes } from '../../lanes.ts';
import { type Clock, systemClock } from '../../clock.ts';
import type { DeployedRelease, DeployedState, DeployLayout } from '../layout/model.ts';
import { buildingFolder, releaseFolder, versionName } from '../layout/release-name.ts';
import { readStaged } from '../stage/staged-record.ts';
import { isFolderThere, readCurrent } from '../switch/read-current.ts';
import { decodeState, encodeState, type StateEntry } from './state-entry.ts';
import { demandTransition } from './transitions.ts';

/** Who marks a release, and in which deploy. */
export interface MarkOptions {
  readonly by: string;
  /** The deploy or rollback that it belongs to. */
  readonly run: string;
}

/** What becomes of the releases on this machine, kept as a ledger: nothing is ever rewritten. */
export interface ReleaseStates {
  /**
   * Writes down that a release has a state. The same state of the same run again changes nothing.
   *
   * @throws {VersioningError} `STATE_NOT_ALLOWED`, `INVALID_VERSION`, `INVALID_DEPLOY_RECORD`.
   */
  mark(version: string, state: DeployedState, options: MarkOptions): Promise<void>;
  /** Writes down that a release was removed: it is not listed any more, and may be built anew. */
  forget(version: string, options: MarkOptions): Promise<void>;
  /** The releases whose files are there, or are being built, the last one that got a state first. */
  list(): Promise<readonly DeployedRelease[]>;
  /** All that was written down of a release, oldest first. */
  history(version: string): Promise<readonly StateEntry[]>;
}

/** Lost races before a change is given up. */
const ATTEMPTS = 100;
const MOST_BYTES = 64 * 1024;

/**
 * Opens the states of the releases of a layout. Nothing is read yet.
 *
 * @example
 * ```ts
 * import { deployLayout, releaseStates } from '@x/versioning/deploy';
 *
 * const states = releaseStates(deployLayout({ root: '/srv/shop' }));
 * for (const { version, state, isCurrent } of await states.list()) console.log(isCurrent ? '*' : ' ', version, state);
 * ```
 */
export function releaseStates(
  layout: DeployLayout,
  options: { readonly clock?: Clock | undefined } = {},
): ReleaseStates {
  const { clock = systemClock } = options;
  const book = new StateBook(ledger(fsStore(layout.state), 'states', { maxBytes: MOST_BYTES }), clock);
  return {
    mark: async (version, state, mark) => book.write(versionName(version), state, mark),
    forget: async (version, mark) => book.write(versionName(version), 'removed', mark),
    list: async () => list(layout, await book.read()),
    history: async (version) => (await book.read()).filter((entry) => entry.version === versionName(version)),
  };
}

/** The ledger and what was read of it. */
class StateBook {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #entries: StateEntry[] = [];

  constructor(entries: Ledger, clock: Clock) {
    this.#ledger = entries;
    this.#clock = clock;
  }

  /** All entries, oldest first. */
  async read(): Promise<readonly StateEntry[]> {
    const latest = await this.#ledger.latest();
    const from = this.#entries.length;
    const numbers = Array.from({ length: Math.max(0, (latest?.n ?? 0) - from) }, (_, index) => from + 1 + index);
    const bodies = new Map<number, Uint8Array>();
    await inLanes(numbers, async (n) => void bodies.set(n, n === latest?.n ? latest.body : await this.#body(n)));
    for (const n of numbers) this.#entries.push(decodeState(bodies.get(n) ?? new Uint8Array(), n));
    return this.#entries;
  }

  async write(version: string, state: StateEntry['state'], { by, run }: MarkOptions): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const last = (await this.read()).findLast((entry) => entry.version === version);
      if (last?.state === state && (last.run === run || state === 'removed')) return;
      if (state !== 'removed') demandTransition(version, last?.state === 'removed' ? undefined : last?.state, state);
      else if (last === undefined) return;
      const at = new Date(this.#clock()).toISOString();
      const bytes = encodeState({ version, state, at, by, run }, randomUUID());
      if (await this.#ledger.appendAt(this.#entries.length + 1, bytes)) return;
    }
    throw new Error('Expected to write to the states of releases, got a hundred lost races');
  }

  async #body(n: number): Promise<Uint8Array> {
    try {
      return await this.#ledger.read(n);
    } catch (error) {
      // A gap is no entry, too.
      if (isStorageError(error, 'NOT_FOUND')) return new Uint8Array();
      throw error;
    }
  }
}

async function list(layout: DeployLayout, entries: readonly StateEntry[]): Promise<readonly DeployedRelease[]> {
  const current = await readCurrent(layout);
  const newest = [...Map.groupBy(entries, ({ version }) => version)].toSorted(
    ([, a], [, b]) => entries.lastIndexOf(b.at(-1) as StateEntry) - entries.lastIndexOf(a.at(-1) as StateEntry),
  );
  const releases: DeployedRelease[] = [];
  for (const [version, own] of newest) {
    const release = await describe(layout, own);
    if (release !== undefined)
      releases.push({ ...release, isCurrent: current.kind === 'release' && current.version === version });
  }
  return releases;
}

async function describe(layout: DeployLayout, entries: readonly StateEntry[]): Promise<DeployedRelease | undefined> {
  const last = entries.at(-1);
  if (last === undefined || last.state === 'removed') return undefined;
  const { version, state } = last;
  const folder = releaseFolder(layout, version);
  const isThere = await isFolderThere(folder);
  if (!isThere && !(state === 'building' && (await isFolderThere(buildingFolder(layout, version))))) return undefined;
  const staged = isThere ? await readStaged(layout, version) : undefined;
  return {
    version,
    folder,
    state,
    isCurrent: false,
    contents: staged?.contents,
    bytes: staged?.bytes ?? 0,
    stagedAt: staged?.stagedAt,
    activatedAt: entries.findLast((entry) => entry.state === 'active')?.at,
    changedAt: last.at,
  };
}
