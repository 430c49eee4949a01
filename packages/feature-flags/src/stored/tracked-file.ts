import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Clock, systemClock } from '../clock.ts';
import { flagsFormatOf } from '../definition/parse-flags.ts';
import { fileFlags, type FileFlagsOptions } from '../file/file-flags.ts';
import { changing, type ChangeStep } from '../history/changing.ts';
import { checkVersion } from '../history/plan-change.ts';
import type { EditableFlags } from '../store/editable.ts';
import { openPlace, settled, textOf, writeNewest } from './file-state.ts';

/** Options of {@link trackedFile}. */
export interface TrackedFileOptions extends FileFlagsOptions {
  /** The folder of the history. Default: beside the file, `flags.yaml.history`. */
  readonly history?: string | undefined;
  /** Milliseconds since 1970. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/**
 * A file of flags that programs and people edit, and its history in a folder beside it. The file is the truth: what somebody wrote
 * into it becomes a version of its own before the next change. Comments and order stay as they are, and so do links.
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
  const path = resolve(file);
  const { history = `${path}.history`, clock = systemClock, ...reading } = options;
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0o644;
  const place = openPlace(path, history, { format: flagsFormatOf(path) ?? 'json', mode });
  const { journal } = place;

  const step: ChangeStep = async (plan, note, call) => {
    const state = await settled(place, clock(), call.signal);
    if (state === undefined) return undefined;
    const { newest } = state;
    const version = newest?.version ?? 0;
    checkVersion(version, call.ifVersion);
    const planned = await plan(state);
    if (planned === undefined) return { made: newest, before: undefined };
    // Somebody at an editor was faster.
    if ((await textOf(path)) !== state.text) return undefined;
    const made = await journal.append(version, { ...note, nowMs: clock(), ...planned }, call.signal);
    if (made === undefined) return undefined;
    await writeNewest(place, made, call.signal);
    return { made, before: state.definitions };
  };

  return { ...fileFlags(path, reading), ...changing(journal, step) };
}
