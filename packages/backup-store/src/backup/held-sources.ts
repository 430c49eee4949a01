import { codeOf } from '../errors.ts';
import type { BackupSource, SourceRun } from '../source/contract.ts';
import { checkAborted } from '../run/abort.ts';
import { orAborted } from '../run/or-aborted.ts';
import type { NotedService } from '../repository/service-contract.ts';
import { nameOf, type ServiceNotes } from '../service/notes.ts';
import type { FileFailed } from './file-jobs.ts';

/** Sources that are brought to rest for a run, and have to be let go whatever becomes of it. */
export class HeldSources {
  readonly #held: BackupSource[] = [];
  readonly #notes: Pick<ServiceNotes, 'write'>;
  readonly #tenant: string;
  /** By the program that lets them go: several sources may share one. */
  readonly #noted = new Map<string, NotedService>();
  readonly #failures = new Map<BackupSource, FileFailed>();
  /** The reading of one of them, which has to end before it is let go. */
  reading: Promise<unknown> | undefined;

  constructor(notes: Pick<ServiceNotes, 'write'>, tenant: string) {
    this.#notes = notes;
    this.#tenant = tenant;
  }

  /** What was wrong with bringing this source to rest, or letting it go. */
  failure(source: BackupSource): FileFailed | undefined {
    return this.#failures.get(source);
  }

  /** Brings all to rest, in order. One that fails does not keep the others from it. */
  async quiesce(sources: readonly BackupSource[], run: (source: BackupSource) => SourceRun): Promise<void> {
    for (const source of sources) {
      const parts = run(source);
      checkAborted(parts.signal);
      // Before it is called: what is half at rest has to be let go too.
      this.#held.push(source);
      try {
        await this.#note(source);
        await orAborted(parts.signal, Promise.resolve(source.quiesce?.(parts)));
      } catch (error) {
        checkAborted(parts.signal);
        this.#failures.set(source, failedBy(error));
      }
    }
  }

  /** Lets all go that are still held, the last first. Never throws. @returns Those that could not be. */
  async resume(): Promise<readonly (readonly [BackupSource, FileFailed])[]> {
    const failed: (readonly [BackupSource, FileFailed])[] = [];
    const left = new Set<string>();
    for (let source = this.#held.pop(); source !== undefined; source = this.#held.pop()) {
      try {
        await source.resume?.();
      } catch (error) {
        if (source.resumeBy !== undefined) left.add(nameOf(source.resumeBy));
        const { message } = failedBy(error);
        failed.push([
          source,
          { ok: false, code: 'RESUME_FAILED', message: `The source was read, but not let go: ${message}` },
        ]);
      }
    }
    for (const [name, note] of this.#noted) await (left.has(name) ? note.left() : note.started());
    this.#noted.clear();
    return failed;
  }

  /** Before it is brought to rest: should this process be killed, whoever comes next lets it go. */
  async #note(source: BackupSource): Promise<void> {
    const { resumeBy } = source;
    if (source.quiesce === undefined || resumeBy === undefined || this.#noted.has(nameOf(resumeBy))) return;
    const facts = { tenant: this.#tenant, reason: 'a backup', startBy: resumeBy };
    this.#noted.set(nameOf(resumeBy), await this.#notes.write(facts));
  }
}

/** What was thrown, as an outcome. */
export function failedBy(error: unknown): FileFailed {
  return { ok: false, code: codeOf(error), message: error instanceof Error ? error.message : String(error) };
}
