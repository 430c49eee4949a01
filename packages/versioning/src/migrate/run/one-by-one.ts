import { VersioningError } from '../../errors.ts';
import { checksumOf } from '../source/script.ts';
import { isDefinition, isSetting, runsOutside } from '../source/transactions.ts';
import type { JournalEntry } from '../state/state.ts';
import { migrationFailed } from './failures.ts';
import { type MigrationRun, momentOf, pause, rowOf, tell } from './run.ts';
import { validate } from './validate.ts';

/** A statement, or all that a module does. */
interface Piece {
  /** From 1 on. */
  readonly number: number;
  readonly text: string;
  readonly isOutside: boolean;
  /** Whether it does one thing, so that "it is there already" says that all of it is done. Of what a module does, it says nothing. */
  readonly canSettle: boolean;
  /** Whether it is gone with its connection, and so has to be run by each. */
  readonly isSetting: boolean;
  readonly work: () => Promise<unknown>;
}

/**
 * Runs a migration statement by statement, each noted before and after, and goes on with what an earlier run has left. Returns how
 * many were run now.
 *
 * @throws {VersioningError} `MIGRATION_FAILED`; the reason of `signal`.
 */
export async function runOneByOne(run: MigrationRun, known: readonly JournalEntry[]): Promise<number> {
  const startMs = run.clock();
  await markBegun(run, startMs);
  let count = 0;
  for (const piece of piecesOf(run)) {
    const before = knownOf(piece, known);
    if (before === 'ended' && !piece.isSetting) continue;
    await pause(run);
    await runPiece(run, piece, before);
    count++;
  }
  await validate(run, false);
  await markEnded(run, startMs);
  return count;
}

/** What an earlier run has come to. That nobody saw a statement end says nothing of another one in its place. */
function knownOf({ number, text }: Piece, known: readonly JournalEntry[]): JournalEntry['state'] | undefined {
  const entry = known.find(({ statement }) => statement === number);
  return entry?.state === 'begun' && entry.checksum !== checksumOf(text) ? 'failed' : entry?.state;
}

async function markBegun(run: MigrationRun, startMs: number): Promise<void> {
  const { step, store, script, migration } = run;
  if (step.direction === 'down') return store.changeRow(step.id, { state: 'reverting' });
  const { rows } = await store.read();
  if (!rows.some(({ id }) => id === step.id)) return store.addRow(rowOf(run, 'running', startMs));
  // What is left of it may have been corrected since.
  return store.changeRow(step.id, { checksum: script.checksum, backChecksum: migration.backward?.checksum ?? '' });
}

/** In one transaction: what is left of a journal would be believed by a later run. */
async function markEnded(run: MigrationRun, startMs: number): Promise<void> {
  const { step, store, connection } = run;
  await connection.begin();
  if (step.direction === 'down') await store.removeRow(step.id);
  else {
    const { appliedAt, by, ms } = rowOf(run, 'applied', startMs);
    await store.changeRow(step.id, { state: 'applied', appliedAt, by, ms });
  }
  await store.forget(step.id);
  await connection.commit();
}

function piecesOf({ script, connection }: MigrationRun): Piece[] {
  const { work, text } = script;
  if (work !== undefined) {
    return [{ number: 1, text, isOutside: true, canSettle: false, isSetting: false, work: () => work(connection) }];
  }
  return script.statements.map((statement, index) => ({
    number: index + 1,
    text: statement.text,
    isOutside: runsOutside(connection.dialect, statement.words),
    canSettle: isDefinition(statement.words),
    isSetting: isSetting(statement.words),
    work: () => connection.query(statement.text),
  }));
}

async function runPiece(run: MigrationRun, piece: Piece, before: JournalEntry['state'] | undefined): Promise<void> {
  const note = (state: JournalEntry['state']): Promise<void> =>
    run.store.note(
      {
        id: run.step.id,
        direction: run.step.direction,
        statement: piece.number,
        checksum: checksumOf(piece.text),
        state,
      },
      momentOf(run),
    );
  try {
    if (piece.isOutside) await runOutside(run, piece, { note, before });
    else await runWithNote(run, piece, note);
  } catch (error) {
    // Seen to have failed: next time, that it "is there already" means what it says. Where the connection is gone, nobody knows, nor how an earlier one ended.
    if (before !== 'begun') await note('failed').catch(() => undefined);
    if (error instanceof VersioningError) throw error;
    throw migrationFailed(run, { cause: error, statement: piece.number, isUndone: false });
  }
  tell(run, 'statement', piece.number);
}

type Note = (state: JournalEntry['state']) => Promise<void>;

/** With the note in the same transaction, nobody has to find out later whether it was finished. */
async function runWithNote({ connection }: MigrationRun, { work }: Piece, note: Note): Promise<void> {
  await connection.begin();
  try {
    await work();
    await note('ended');
    await connection.commit();
  } catch (error) {
    await connection.rollback().catch(() => undefined);
    throw error;
  }
}

interface Noting {
  readonly note: Note;
  readonly before: JournalEntry['state'] | undefined;
}

async function runOutside(run: MigrationRun, piece: Piece, { note, before }: Noting): Promise<void> {
  const { driver, connection } = run;
  // A statement that nobody saw end stays that until it is known.
  if (before !== 'begun') await note('begun');
  try {
    if (before !== undefined && piece.canSettle) await driver.clear?.(connection, piece.text);
    await piece.work();
  } catch (error) {
    if (before === undefined || !piece.canSettle || driver.settle === undefined) throw error;
    const failure = { sql: piece.text, error, wasInterrupted: before === 'begun' };
    const settled = await driver.settle(connection, failure);
    if (settled === undefined) throw error;
    if (settled === 'again') await piece.work();
    else tell(run, 'settled', piece.number);
  }
  await note('ended');
}
