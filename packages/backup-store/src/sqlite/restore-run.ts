import { existsSync } from 'node:fs';
import { BackupError, codeOf } from '../errors.ts';
import { checkAborted } from '../run/abort.ts';
import { askSqlite, type SqliteFacts } from './ask-sqlite.ts';
import { damaged } from './failure.ts';
import { untilFree } from './holders.ts';
import type { LivePlace } from './live-place.ts';
import type { PrivateFolder } from './private-folder.ts';
import { applySteps, findOld, planPutBack, planReplacement } from './replacement.ts';
import { type RestoreJournal, type RestorePhase, writeJournal } from './restore-journal.ts';
import type { SqliteRestoreHooks } from './restore-options.ts';

const WAIT_MS = 10_000;

/**
 * The part of a restore that a crash may interrupt: each phase is in the journal before what it allows is done. What the journal
 * says when a process has died decides whether the next one goes on to the new database or back to the old one.
 */
export class RestoreRun {
  readonly #place: LivePlace;
  readonly #folder: PrivateFolder;
  readonly #hooks: SqliteRestoreHooks;
  #journal: RestoreJournal;

  constructor(parts: {
    readonly place: LivePlace;
    readonly folder: PrivateFolder;
    readonly hooks: SqliteRestoreHooks;
    /** Of one that was killed. */
    readonly journal?: RestoreJournal | undefined;
  }) {
    this.#place = parts.place;
    this.#folder = parts.folder;
    this.#hooks = parts.hooks;
    this.#journal = parts.journal ?? { phase: 'stopping', hadOld: true, sidecars: [] };
  }

  /**
   * Puts the new database, which is beside the old one, in its place.
   *
   * @param facts What it has said of itself there.
   * @throws {BackupError} What has failed, when nothing was replaced yet; `RESTORE_ROLLED_BACK` afterwards.
   */
  async replace(facts: SqliteFacts): Promise<void> {
    const { signal } = this.#hooks;
    const place = this.#place;
    this.#enter('stopping');
    try {
      await this.#stop();
      await untilFree(place.target, { ...this.#patience(), signal });
      await this.#save();
      checkAborted(signal);
      this.#enter('replacing', findOld(place));
      applySteps(place, planReplacement(place, this.#journal));
      this.#hooks.onEvent?.({ type: 'database.replaced' });
      await checkInPlace(place.target, facts);
      await this.#hooks.check?.(place.target);
      this.#enter('validated');
      this.#hooks.onEvent?.({ type: 'database.validated' });
    } catch (error) {
      throw await this.#putBack(error);
    }
    await this.#goOn();
  }

  /** Ends a restore that was killed. @returns The database that is there now. */
  async recover(): Promise<'old' | 'new'> {
    const { phase } = this.#journal;
    if (phase === 'validated' || phase === 'done') {
      if (phase === 'done') await this.#finish('new');
      else await this.#goOn();
      return 'new';
    }
    if (phase === 'replacing' || phase === 'putting-back') {
      // After a crash of the machine somebody may have started it in between.
      await this.#stop();
      await untilFree(this.#place.target, this.#patience());
      this.#restoreOld('KILLED');
    }
    await this.#hooks.start?.();
    await this.#finish('old');
    return 'old';
  }

  #enter(phase: RestorePhase, more: Partial<RestoreJournal> = {}): void {
    const journal = { ...this.#journal, ...more, phase };
    writeJournal(this.#place, journal);
    this.#journal = journal;
  }

  async #stop(): Promise<void> {
    if (this.#hooks.stop === undefined) return;
    await this.#hooks.stop({ signal: this.#hooks.signal });
    this.#hooks.onEvent?.({ type: 'service.stopped' });
  }

  /** That takes its time, in which somebody may have opened it again. */
  async #save(): Promise<void> {
    const { save, signal, onEvent } = this.#hooks;
    const { target } = this.#place;
    if (save === undefined || !existsSync(target)) return;
    await save(target);
    onEvent?.({ type: 'database.saved' });
    await untilFree(target, { ...this.#patience(), signal });
  }

  /** Without somebody to stop it, what has the database open will not let it go either. */
  #patience(): { readonly waitMs: number } {
    return { waitMs: this.#hooks.stop === undefined ? 0 : (this.#hooks.waitMs ?? WAIT_MS) };
  }

  /** From a database that is sound where it is. */
  async #goOn(): Promise<void> {
    try {
      await this.#hooks.start?.();
    } catch (error) {
      throw await this.#putBack(error);
    }
    if (this.#hooks.start !== undefined) this.#hooks.onEvent?.({ type: 'service.started' });
    this.#enter('done');
    await this.#finish('new');
  }

  async #finish(state: 'old' | 'new'): Promise<void> {
    await this.#folder.remove();
    this.#hooks.onEvent?.({ type: 'restore.finished', state });
  }

  #restoreOld(reason: string): void {
    this.#enter('putting-back');
    applySteps(this.#place, planPutBack(this.#place, this.#journal, existsSync));
    this.#enter('put-back');
    this.#hooks.onEvent?.({ type: 'database.putBack', reason });
  }

  /** @returns What to throw. */
  async #putBack(error: unknown): Promise<unknown> {
    const { phase } = this.#journal;
    const details: string[] = [];
    const attempt = async (what: string, step: (() => Promise<void>) | undefined): Promise<void> => {
      try {
        await step?.();
      } catch (cause) {
        details.push(`${what}: ${(cause as Error).message}`);
      }
    };
    // It was started and does not work, which is not to say that it has ended.
    if (phase === 'validated') await attempt('the service could not be stopped again', async () => await this.#stop());
    if (phase !== 'stopping') this.#restoreOld(codeOf(error));
    await attempt('the service did not start with the old database', this.#hooks.start);
    await this.#finish('old');
    if (phase === 'stopping' && details.length === 0) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new BackupError(
      'RESTORE_ROLLED_BACK',
      `Expected the restored ${this.#place.target} to work, got ${JSON.stringify(message)}; the old one is back`,
      { cause: error, details, hint: details.length === 0 ? undefined : `Look at the service: ${details.join('; ')}` },
    );
  }
}

/** Opens it as a service does: what an old `-wal` adds to it, say, would show here. */
async function checkInPlace(path: string, facts: SqliteFacts): Promise<void> {
  const { pageCount, schemaVersion } = await askSqlite('facts', { path }, { path });
  if (pageCount === facts.pageCount && schemaVersion === facts.schemaVersion) return;
  throw damaged(path, [
    `${pageCount} pages of schema ${schemaVersion} where ${facts.pageCount} of ${facts.schemaVersion} were`,
  ]);
}
