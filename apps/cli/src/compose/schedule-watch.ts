import { resolve } from 'node:path';
import type { Scheduler } from '@x/operations';
import type { FolderWatch, WatchEvent, WatchFoldersOptions } from '@x/operations/watch';
import { optionalDuration } from '../config/duration.ts';
import type { Settings } from '../config/fields.ts';
import type { WatchedFolders } from '../config/schedule.ts';

/** Jobs that run when what is in folders has changed and come to rest. */
export interface JobWatch {
  /** All of them: a job has one for each of its tenants. */
  readonly jobs: readonly string[];
  readonly options: Omit<WatchFoldersOptions, 'onChange' | 'onEvent'>;
}

/** What of a configuration is watched; pure. Folders are relative to `base`. */
export function jobWatches(settings: Settings, base: string): readonly JobWatch[] {
  return Object.entries(settings['schedule.jobs'] ?? {}).flatMap(([name, { watch, tenants }]) =>
    watch === undefined
      ? []
      : [{ jobs: tenants?.map((tenant) => `${name}/${tenant}`) ?? [name], options: optionsOf(watch, base) }],
  );
}

function optionsOf(watch: WatchedFolders, base: string): JobWatch['options'] {
  const { folders, extensions, ignore, debounce, maxWait, polling, poll } = watch;
  return {
    folders: folders.map((folder) => resolve(base, folder)),
    extensions,
    ignore,
    debounceMs: optionalDuration(debounce),
    maxWaitMs: optionalDuration(maxWait),
    polling,
    pollMs: optionalDuration(poll),
  };
}

/** Told what becomes of the watches of a job. */
export type OnWatch = (job: string, event: WatchEvent) => void;

/** Watches until they are closed. A folder that can't be watched is told of: the other jobs go on. */
export async function watchJobs(
  scheduler: Pick<Scheduler, 'runNow'>,
  watches: readonly JobWatch[],
  onWatch: OnWatch,
): Promise<readonly FolderWatch[]> {
  if (watches.length === 0) return [];
  const { watchFolders } = await import('@x/operations/watch');
  const begun = watches.flatMap(({ jobs, options }) =>
    jobs.map(async (job) => {
      const onEvent = (event: WatchEvent): void => onWatch(job, event);
      // Another process that has the job may have begun before the change: it is run once more.
      const onChange = async (): Promise<boolean> => (await scheduler.runNow(job, 'change')) !== undefined;
      try {
        return [await watchFolders({ ...options, onChange, onEvent })];
      } catch (error) {
        const { code } = error as { readonly code?: unknown };
        const message = error instanceof Error ? error.message : String(error);
        onEvent({ type: 'watch.failed', error: { code: typeof code === 'string' ? code : undefined, message } });
        return [];
      }
    }),
  );
  return (await Promise.all(begun)).flat();
}
