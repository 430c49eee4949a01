import type {
  RestoreInto,
  RestoreValidator,
  RequiredAssets,
  RestoredCopy,
  ScratchCopy,
} from '@x/backup-store/validate';
import type { Environment } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import { parsePostgres } from './database-url.ts';

/** Loads what validates restores. */
export const validation = async (): Promise<typeof import('@x/backup-store/validate')> =>
  import('@x/backup-store/validate');

/** Where databases are restored to: a server for each URL. @throws {CliError} `USAGE`. */
export async function scratchServers(
  urls: readonly string[],
  env: Environment,
): Promise<Readonly<Record<string, RestoreInto>>> {
  const servers: Record<string, RestoreInto> = {};
  for (const text of urls) {
    const { options } = parsePostgres(text, env);
    const { scratchPostgres } = await import('@x/backup-store/postgres');
    servers['postgres'] = scratchPostgres({
      url: options.url,
      password: options.password,
      executor: options.executor,
      binDirectory: options.binDirectory,
    });
  }
  return servers;
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
