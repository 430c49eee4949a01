import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Clock, systemClock } from '../clock.ts';
import { flagsFormatOf } from '../definition/parse-flags.ts';
import { fileFlags, type FileFlagsOptions } from '../file/file-flags.ts';
import { type Attempted, changing, type ChangeStep, type ChangeSubject, type Plan } from '../history/changing.ts';
import { checkVersion } from '../history/plan-change.ts';
import type { ChangeOptions, EditableFlags } from '../store/editable.ts';
import { withFileLock } from './file-lock.ts';
import { markWritten, openPlace, textOf } from './file-place.ts';
import { prepareFile, sweepPrepared } from './replace-file.ts';
import { type FileState, planSettlement, settle, type Settlement } from './settle-file.ts';

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

  const step: ChangeStep = async (plan, about, call) => {
    const isBroken = about.rollbackTo !== undefined && about.isWhole === true;
    const inspect = (): Promise<Settlement> => planSettlement(place, { isBroken, signal: call.signal });
    if (call.dryRun === true) return attempt(plan, about, { call, state: (await inspect()).state });
    return withFileLock(`${path}.lock`, call.signal, async ({ isInherited }) => {
      if (isInherited) await sweepPrepared(path);
      return attempt(plan, about, { call, state: await settle(place, await inspect(), clock()) });
    });
  };

  async function attempt(
    plan: Plan,
    { note, rollbackTo }: ChangeSubject,
    { call, state }: { readonly call: ChangeOptions; readonly state: FileState },
  ): Promise<Attempted | undefined> {
    const { version, definitions: before } = state;
    checkVersion(version, call.ifVersion);
    const planned = await plan(state);
    if (planned === undefined) return { made: undefined, before };
    const input = { note, rollbackTo, nowMs: clock(), ...planned };
    if (call.dryRun === true) return { made: journal.preview(version, input), before };
    const prepared = await prepareFile(path, planned.document.text);
    try {
      // Somebody at an editor knows no lock: what they wrote is looked at again.
      const isSame = async (): Promise<boolean> => (await textOf(place)) === state.text;
      const made = (await isSame()) ? await journal.append(version, input, call.signal) : undefined;
      if (made === undefined || !(await isSame())) return undefined;
      await prepared.commit();
      await markWritten(place, made.version);
      return { made, before };
    } finally {
      await prepared.discard();
    }
  }

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
