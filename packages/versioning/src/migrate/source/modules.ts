import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileFailure } from '../../artifact/file-failure.ts';
import { shown } from '../../errors.ts';
import { invalidMigration } from '../../migrations/files/invalid-migration.ts';
import type { MigrationKind } from '../../migrations/model.ts';
import type { MigrationDatabase } from '../driver.ts';
import type { Dialect } from '../model.ts';
import { checksumOf, type RunnableMigration, type Script, type Validation } from './script.ts';

const NAME = /^(?<id>\d+_(?<name>[A-Za-z0-9][A-Za-z0-9_-]*))\.(?:ts|js|mjs)$/;
const KINDS: ReadonlySet<unknown> = new Set<MigrationKind>(['expand', 'data', 'contract']);

/** What a module of a migration may export. */
type Exported = Readonly<Record<string, unknown>>;
type Work = (database: MigrationDatabase) => Promise<unknown>;

/**
 * Loads the migrations of a folder that are modules: `0008_prices.ts` with `up`, and `down` where there is a way back. Their checksum is that of the file alone; what it imports may
 * change without notice.
 *
 * @throws {VersioningError} `INVALID_MIGRATION`, `READ_FAILED`.
 */
export async function loadModules(folder: string, dialect: Dialect): Promise<RunnableMigration[]> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).toSorted();
  const loaded: RunnableMigration[] = [];
  for (const file of names) loaded.push(await loadModule(folder, file, dialect));
  return loaded;
}

async function loadModule(folder: string, file: string, dialect: Dialect): Promise<RunnableMigration> {
  const path = resolve(join(folder, file));
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw fileFailure('READ_FAILED', 'a migration that can be read', { path, cause });
  });
  const checksum = checksumOf(bytes);
  const exported = await importModule(path, file, checksum);
  const { id = file, name = '' } = NAME.exec(file)?.groups ?? {};
  const { kind = 'expand', description = name.replaceAll(/[_-]+/g, ' ').trim() } = exported;
  if (!KINDS.has(kind)) throw badExport(file, 'kind: expand, data or contract', kind);
  if (typeof description !== 'string') throw badExport(file, 'description: a text', description);
  const script = (work: Work): Script => scriptOf(file, exported, { dialect, work, checksum });
  const up = workOf(file, exported, 'up');
  if (up === undefined) throw badExport(file, 'a function up', exported['up']);
  const down = workOf(file, exported, 'down');
  return {
    id,
    kind: kind as MigrationKind,
    description,
    forward: script(up),
    ...(down === undefined ? {} : { backward: { ...script(down), validations: [] } }),
  };
}

/** Node keeps a module under its address: with the checksum in it, one that was corrected is another one. */
async function importModule(path: string, file: string, checksum: string): Promise<Exported> {
  try {
    return (await import(`${pathToFileURL(path).href}?${checksum}`)) as Exported;
  } catch (cause) {
    const got = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw invalidMigration(
      'a module that can be loaded',
      { got: got ?? '', hint: 'Correct it; node FILE says more.' },
      { file },
    );
  }
}

function workOf(file: string, exported: Exported, name: 'up' | 'down'): Work | undefined {
  const work = exported[name];
  if (work === undefined || typeof work === 'function') return work as Work | undefined;
  throw badExport(file, `${name}: a function`, work);
}

interface ModuleScript {
  readonly dialect: Dialect;
  readonly work: Work;
  readonly checksum: string;
}

function scriptOf(file: string, exported: Exported, { dialect, work, checksum }: ModuleScript): Script {
  const { transaction, validate = [] } = exported;
  if (transaction !== undefined && transaction !== 'none') throw badExport(file, "transaction: 'none'", transaction);
  const validations = [validate].flat();
  if (!validations.every((each): each is Validation => typeof each === 'string' || typeof each === 'function')) {
    throw badExport(file, 'validate: a query, a function, or several', validate);
  }
  // Nobody knows what a module does, and the schema of MySQL has no transactions.
  const isTransactional = transaction === undefined && dialect !== 'mysql';
  return { checksum, text: checksum, statements: [], work, validations, isTransactional };
}

function badExport(file: string, expectation: string, got: unknown): Error {
  return invalidMigration(`${expectation}, exported`, { got: shown(got), hint: 'Correct the module.' }, { file });
}
