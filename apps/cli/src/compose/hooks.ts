import type { BackupSource } from '@x/backup-store';
import { usageError } from '../errors.ts';
import { lineCommand } from './services.ts';

/** Command lines, given to sh, that bring to rest what is backed up, and let it go. */
export interface HookLines {
  readonly quiesce?: string | undefined;
  readonly resume?: string | undefined;
}

/** Hooks that several sources share: each line runs once, whichever source is the first to rest or the last to go. */
class SharedHooks {
  readonly #lines: HookLines;
  readonly #folder: string;
  #resting: Promise<void> | undefined;
  #held = 0;

  constructor(lines: HookLines, folder: string) {
    this.#lines = lines;
    this.#folder = folder;
  }

  /** When it fails, it fails for all: none of them is read while others still write. */
  async quiesce(signal: AbortSignal): Promise<void> {
    this.#held++;
    const { quiesce } = this.#lines;
    this.#resting ??= quiesce === undefined ? Promise.resolve() : this.#run(quiesce, signal);
    await this.#resting;
  }

  async resume(): Promise<void> {
    this.#held--;
    if (this.#held > 0) return;
    // A backup that begins again brings all to rest again.
    this.#resting = undefined;
    if (this.#lines.resume !== undefined) await this.#run(this.#lines.resume);
  }

  async #run(line: string, signal?: AbortSignal): Promise<void> {
    const { runCommand } = await import('@x/backup-store/command');
    await runCommand({ command: 'sh', args: ['-c', line], cwd: this.#folder, signal });
  }
}

/**
 * The same sources, with hooks around the reading of all of them.
 *
 * @param at What the hooks belong to, and the folder that they run in.
 * @throws {CliError} `USAGE` for hooks of nothing but files.
 */
export async function hooked(
  sources: readonly BackupSource[],
  lines: HookLines,
  at: { readonly what: string; readonly folder: string },
): Promise<readonly BackupSource[]> {
  if (lines.quiesce === undefined && lines.resume === undefined) return sources;
  if (sources.length === 0)
    throw usageError(
      `Expected a database or a program to be backed up with quiesce and resume of ${at.what}, got files alone`,
      'Hooks belong to sources: add one, or stop what writes the files before the backup.',
    );
  const { withHooks } = await import('@x/backup-store/command');
  const hooks = new SharedHooks(lines, at.folder);
  return sources.map((source) =>
    withHooks(source, {
      quiesce: async ({ signal }) => await hooks.quiesce(signal),
      resume: async () => await hooks.resume(),
      resumeBy: lines.resume === undefined ? undefined : lineCommand(lines.resume, at.folder),
    }),
  );
}
