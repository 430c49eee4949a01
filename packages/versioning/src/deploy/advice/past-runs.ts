import { inTimeOrder, liveChanges } from '../metrics/changes.ts';
import type { Deployment } from '../run/contract.ts';

/** Tells of deploys and restarts of a history whether they failed: also those that were taken back later. */
export function isFailedRun(history: readonly Deployment[]): (run: Deployment) => boolean {
  const byChannel = Map.groupBy(inTimeOrder(history), ({ channel }) => channel);
  const failedLive = new Set(
    [...byChannel.values()].flatMap((ordered) =>
      liveChanges(ordered).flatMap(({ deployment, isFailed }) => (isFailed ? [deployment] : [])),
    ),
  );
  return (run) => failedLive.has(run) || run.outcome === 'failed' || run.outcome === 'rolled-back';
}
