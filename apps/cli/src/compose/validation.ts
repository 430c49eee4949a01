import type {
  RestoreInto,
  RestoreValidator,
  RequiredAssets,
  RestoredCopy,
  ScratchCopy,
} from '@x/backup-store/validate';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { type LivePlace, type LiveServer, parseLive } from './live-url.ts';

/** Loads what validates restores. */
export const validation = async (): Promise<typeof import('@x/backup-store/validate')> =>
  import('@x/backup-store/validate');

/** Places for a trial, and what is live beside them. */
export interface TrialPlaces extends AsyncDisposable {
  readonly restoreInto: Readonly<Record<string, RestoreInto>>;
}

/**
 * Where sources are restored to for a trial: servers that are named, and places of their own for the kinds that need none. What is live is
 * only looked at.
 *
 * @throws {CliError} `USAGE`.
 */
export async function trialPlaces(
  urls: { readonly scratch: readonly string[]; readonly live: readonly string[] },
  place: Pick<Context, 'env' | 'workingDirectory'>,
): Promise<TrialPlaces> {
  const scratch = new Map<string, LiveServer>();
  for (const text of urls.scratch) {
    const named = parseLive(text, place);
    if (named.kind !== 'postgres' && named.kind !== 'mysql')
      throw usageError(
        `Expected a server like postgres://user@host/postgres or mysql://user@host to restore to, got ${named.kind}`,
        'Databases of SQLite, files of Redis and records need none: leave it out.',
      );
    scratch.set(onlyOne('--scratch', named.kind, scratch), named);
  }
  const live = new Map<string, LivePlace>();
  for (const text of urls.live) {
    const named = parseLive(text, place);
    live.set(onlyOne('--live', named.kind, live), named);
  }
  return await placesOf(scratch, live);
}

function onlyOne(flag: string, kind: string, known: ReadonlyMap<string, unknown>): string {
  if (!known.has(kind)) return kind;
  throw usageError(`Expected one ${flag} of kind ${kind}, got two`, 'Validate twice, once with each.');
}

async function placesOf(
  scratch: ReadonlyMap<string, LiveServer>,
  live: ReadonlyMap<string, LivePlace>,
): Promise<TrialPlaces> {
  const servers: Record<string, RestoreInto> = {};
  const [postgres, mysql] = [scratch.get('postgres'), scratch.get('mysql')];
  const [sqlite, records] = [live.get('sqlite'), live.get('records')];
  const serverOf = (kind: 'postgres' | 'mysql'): LiveServer['server'] | undefined => {
    const found = live.get(kind);
    return found?.kind === kind ? found.server : undefined;
  };
  if (postgres !== undefined) {
    const { scratchPostgres } = await import('@x/backup-store/postgres');
    servers['postgres'] = scratchPostgres(postgres.server, { live: serverOf('postgres') });
  }
  if (mysql !== undefined) {
    const { scratchMysql } = await import('@x/backup-store/mysql');
    servers['mysql'] = scratchMysql(mysql.server, { live: serverOf('mysql') });
  }
  const { scratchSqlite } = await import('@x/backup-store/sqlite');
  const { scratchRedis } = await import('@x/backup-store/redis');
  const { scratchRecords } = await import('@x/backup-store/merge');
  const open = records?.kind === 'records' ? await records.open() : undefined;
  return {
    restoreInto: {
      ...servers,
      sqlite: scratchSqlite({ live: sqlite?.kind === 'sqlite' ? sqlite.path : undefined }),
      redis: scratchRedis(),
      records: scratchRecords({ live: open?.target }),
    },
    [Symbol.asyncDispose]: async () => await open?.[Symbol.asyncDispose](),
  };
}

/** A command line, given to `sh` in the sandbox, that has to end with 0. Its last line of output goes to the report. */
export function commandValidator(line: string): RestoreValidator {
  return async ({ sandbox, snapshot, copies, signal }) => {
    const { runCommand } = await import('@x/backup-store/command');
    const env = {
      HOLDFAST_SANDBOX: sandbox,
      HOLDFAST_SNAPSHOT: snapshot.id,
      HOLDFAST_TENANT: snapshot.tenant.name,
      HOLDFAST_SCRATCH: copies.flatMap(({ locations }) => locations).join(' '),
    };
    const { stdout } = await runCommand({ command: 'sh', args: ['-c', line], cwd: sandbox, env, signal });
    const said = stdout.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
    return said === '' ? `${line} ended with 0` : said;
  };
}

/** `table.column=FOLDER`: what the column names has to be in the folder. */
interface ColumnRule {
  readonly column: string;
  readonly folder: string;
}

/** @throws {CliError} `USAGE`. */
export function parseColumnRule(text: string): ColumnRule {
  const [, column, folder] = /^([^=.\s]+(?:\.[^=.\s]+){1,2})=(.+)$/.exec(text) ?? [];
  if (column !== undefined && folder !== undefined) return { column, folder };
  throw usageError(
    `Expected table.column=FOLDER, got ${JSON.stringify(text)}`,
    'As rooms.photo=/srv/uploads: each path in the column has to be below that folder of the snapshot.',
  );
}

/** Paths, and what columns of the restored databases name; `undefined` when neither is asked for. */
export function requiredAssets(
  paths: readonly string[] | undefined,
  rules: readonly ColumnRule[] | undefined,
): RequiredAssets | undefined {
  if (paths === undefined && rules === undefined) return undefined;
  return async ({ copies }: RestoredCopy) => {
    const wanted = [...(paths ?? [])];
    for (const { column, folder } of rules ?? [])
      wanted.push(...(await valuesOf(copies, column)).map((value) => `${folder.replace(/\/+$/, '')}/${value}`));
    return wanted;
  };
}

async function valuesOf(copies: readonly ScratchCopy[], column: string): Promise<readonly string[]> {
  if (copies.length === 0)
    throw usageError(
      `Expected a database that has ${column}, got none`,
      'Say by --scratch where databases are restored to.',
    );
  const found = await Promise.all(copies.map(async (copy) => (await copy.values?.(column)) ?? []));
  return found.flat();
}
