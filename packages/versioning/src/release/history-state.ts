import type { LoggedEvent } from './events.ts';
import type { RunOwner } from './owner.ts';
import type { ReleaseSummary } from './model.ts';

/** A run that has claimed a version, and neither given it up nor done all that belongs to releasing it. */
export interface OpenRun {
  readonly run: string;
  readonly version: string;
  readonly owner: RunOwner;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Whether the release is in the history, and only has to be pushed. */
  readonly isPublished: boolean;
}

/** What a history comes to. */
export interface HistoryState {
  /** The newest event. */
  readonly last: LoggedEvent | undefined;
  /** By version, in the order in which they were released. */
  readonly releases: ReadonlyMap<string, ReleaseSummary>;
  /** By run. */
  readonly open: ReadonlyMap<string, OpenRun>;
}

export const emptyState: HistoryState = { last: undefined, releases: new Map(), open: new Map() };

/** The state after one more event. What contradicts the state, such as a second release of a version, changes nothing: the first one counts. */
export function stateAfter(state: HistoryState, logged: LoggedEvent): HistoryState {
  const { event } = logged;
  const open = new Map(state.open);
  const releases = new Map(state.releases);
  const { version, at } = event;
  if (event.kind === 'claimed') {
    if (!releases.has(version) && runOf(state, version) === undefined)
      open.set(event.run, { run: event.run, version, owner: event.owner, since: at, isPublished: false });
  } else if (event.kind === 'abandoned') {
    if (open.get(event.run)?.isPublished === false) open.delete(event.run);
  } else if (event.kind === 'completed') {
    open.delete(event.run);
  } else if (event.kind === 'released') {
    const run = open.get(event.run);
    if (run?.version === version && !run.isPublished) {
      releases.set(version, { ...event.release, status: 'released', releasedAt: at });
      if (event.isPending) open.set(event.run, { ...run, isPublished: true });
      else open.delete(event.run);
    }
  } else {
    const release = releases.get(version);
    if (release !== undefined) {
      const { yank: _old, ...rest } = release;
      const { by, reason } = event;
      releases.set(
        version,
        event.kind === 'yanked'
          ? { ...rest, status: 'yanked', yank: { at, by, reason } }
          : { ...rest, status: 'released' },
      );
    }
  }
  return { last: logged, releases, open };
}

/** The run that is at work on a version. */
export function runOf({ open }: HistoryState, version: string): OpenRun | undefined {
  return [...open.values()].find((each) => each.version === version);
}
