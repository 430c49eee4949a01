import { VersioningError } from '../../errors.ts';
import type { Direction } from '../model.ts';
import { checksumOf, type RunnableMigration, type Script } from '../source/script.ts';
import type { AppliedRow, DatabaseState } from '../state/state.ts';

/** Which texts of a migration are others than when it was applied. A way back that was added or taken away since is no edited one. */
export function editedTexts({ forward, backward }: RunnableMigration, row: AppliedRow): readonly Direction[] {
  const { checksum, backChecksum = '' } = row;
  const isBackEdited = backChecksum !== '' && backward !== undefined && backward.checksum !== backChecksum;
  return [...(checksum === forward.checksum ? [] : (['up'] as const)), ...(isBackEdited ? (['down'] as const) : [])];
}

/** @throws {VersioningError} `MIGRATION_EDITED` for one that is to be taken back by another text than it was applied with. One that is half taken back may be corrected. */
export function refuseEditedBack(migration: RunnableMigration, row: AppliedRow): void {
  const { id, backward } = migration;
  if (row.state !== 'applied' || !editedTexts(migration, row).includes('down')) return;
  throw new VersioningError(
    'MIGRATION_EDITED',
    `Expected the way back of ${id} as it was on ${row.appliedAt} (${row.backChecksum}), got another text (${backward?.checksum})`,
    {
      hint: `Put ${id}.down.sql back, or accept the new one: migrator.repair('${id}'), \`holdfast migrate repair ${id}\`.`,
      place: { file: id },
    },
  );
}

/** @throws {VersioningError} `MIGRATION_EDITED` for a migration whose text is not the one that was applied. */
export function refuseEdited(
  { id, forward, backward }: RunnableMigration,
  row: AppliedRow,
  state: DatabaseState,
): void {
  if (row.state === 'reverting' && isFinishedPartEdited({ id, script: backward, direction: 'down' }, state)) {
    throw backEdited(id);
  }
  if (row.checksum === forward.checksum) return;
  if (row.state === 'running' && !isFinishedPartEdited({ id, script: forward, direction: 'up' }, state)) return;
  const what = row.state === 'running' ? 'what was finished of it' : 'it';
  throw new VersioningError(
    'MIGRATION_EDITED',
    `Expected ${id} as ${what} was applied on ${row.appliedAt} (${row.checksum}), got another text (${forward.checksum})`,
    {
      hint: `Put its text back, or accept the new one: migrator.repair('${id}'), \`holdfast migrate repair ${id}\`.`,
      place: { file: id },
    },
  );
}

/** Its statements are known by their number: of a text with another one between, the wrong ones would be passed over. */
function backEdited(id: string): VersioningError {
  return new VersioningError(
    'MIGRATION_EDITED',
    `Expected the way back of ${id} with what was finished of it, got another text`,
    {
      hint: `Put what was finished back, or take the rest back by hand and say so: migrator.repair('${id}', { as: 'pending' }), \`holdfast migrate repair ${id} --as pending\`.`,
      place: { file: id },
    },
  );
}

interface Half {
  readonly id: string;
  readonly script: Script | undefined;
  readonly direction: Direction;
}

/** Of a migration that was interrupted, what is still to be done may be corrected. */
function isFinishedPartEdited({ id, script, direction }: Half, { journal }: DatabaseState): boolean {
  return journal
    .filter((entry) => entry.id === id && entry.direction === direction && entry.state === 'ended')
    .some(({ statement, checksum }) => {
      // All that a module does is one piece, under the checksum of its file.
      const now = script?.work === undefined ? script?.statements[statement - 1]?.text : script.text;
      return now === undefined || checksumOf(now) !== checksum;
    });
}

/** @throws {VersioningError} `MIGRATION_MISSING`. */
export function missing({ id, appliedAt }: AppliedRow): VersioningError {
  return new VersioningError(
    'MIGRATION_MISSING',
    `Expected the migration ${id}, which was applied on ${appliedAt}, got none of that name`,
    { hint: 'Take the version of the software that has it, or put its files back.' },
  );
}

/** An interrupted migration that has to be dealt with first. */
export function interrupted({ id, state }: AppliedRow, way: string): VersioningError {
  const what = state === 'running' ? 'begun' : 'half taken back';
  return new VersioningError(
    'MIGRATION_INTERRUPTED',
    `Expected no interrupted migration, got ${id}, which is ${what}`,
    {
      hint: `${way} Once it is put right by hand: migrator.repair('${id}', { as: 'applied' }) or { as: 'pending' }, \`holdfast migrate repair ${id} --as applied\`.`,
    },
  );
}

/** An id that is none. */
export function notFound(id: string, option: string): VersioningError {
  return new VersioningError('MIGRATION_NOT_FOUND', `Expected the id of a migration as ${option}, got "${id}"`, {
    hint: 'The ids are those of the status, such as 0007_add_slots.',
  });
}
