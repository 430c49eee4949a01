import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Clock, systemClock } from '../clock.ts';
import { flagsFormatOf } from '../definition/parse-flags.ts';
import { fileFlags, type FileFlagsOptions } from '../file/file-flags.ts';
import { changing, type ChangeStep } from '../history/changing.ts';
import { checkVersion } from '../history/plan-change.ts';
import type { EditableFlags } from '../store/editable.ts';
import { withFileLock } from './file-lock.ts';
import { markWritten, openPlace, settled, textOf } from './file-state.ts';
import { prepareFile, sweepPrepared } from './replace-file.ts';

/** Options of {@link trackedFile}. */
export interface TrackedFileOptions extends Omit<FileFlagsOptions, 'seal'> {
  /** The folder of the history. Default: beside the file, `flags.yaml.history`; for a link, beside what it leads to. */
  readonly history?: string | undefined;
  /** Milliseconds since 1970. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/**
 * A file of flags that programs and people edit, and its history in a folder beside it. The file is the truth: what somebody wrote
 * into it becomes a version of its own before the next change. Comments and order stay as they are, and so do links and permissions; layout may be
 * made even. Programs take turns, by a lock beside the file.
 *
 * @example
 * ```ts
 * import { trackedFile } from '@x/feature-flags/stored';
 *
 * const store = trackedFile('flags.yaml');
 * await store.change([{ kind: 'patch', key: 'new_ui', patch: { rollout: { percentage: 25 } } }], {
 *   by: 'ann@example.com',
 *   why: 'No complaints at 10 %',
 * });
 * await store.rollback(1, { by: 'ann@example.com', why: 'Complaints' });
 * ```
 */
export function trackedFile(file: string, options: TrackedFileOptions = {}): EditableFlags {
  const path = realPath(resolve(file));
  const { history = `${path}.history`, clock = systemClock, pollMs } = options;
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0o644;
  const place = openPlace(path, history, { format: flagsFormatOf(path), mode });
  const { journal } = place;

  const step: ChangeStep = (plan, about, call) =>
    withFileLock(`${path}.lock`, call.signal, async () => {
      await sweepPrepared(path);
      const isBroken = about.rollbackTo !== undefined && about.isWhole === true;
      const state = await settled(place, { nowMs: clock(), isBroken, signal: call.signal });
      const { version } = state;
      checkVersion(version, call.ifVersion);
      const planned = await plan(state);
      if (planned === undefined) return { made: undefined, before: state.definitions };
      const prepared = await prepareFile(path, planned.document.text);
      try {
        const input = { note: about.note, rollbackTo: about.rollbackTo, nowMs: clock(), ...planned };
        // Somebody at an editor knows no lock: what they wrote is looked at again.
        const isSame = async (): Promise<boolean> => (await textOf(path)) === state.text;
        const made = (await isSame()) ? await journal.append(version, input, call.signal) : undefined;
        if (made === undefined || !(await isSame())) return undefined;
        await prepared.commit();
        await markWritten(place, made.version);
        return { made, before: state.definitions };
      } finally {
        await prepared.discard();
      }
    });

  return { ...fileFlags(path, { pollMs }), ...changing(journal, step) };
}

/** One file has one history, whatever names lead to it. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
