import type { RestorePlace, UnfinishedRestore } from '@x/backup-store';
import type { Context } from '../program/context.ts';
import { databaseOf, serverOf } from './into.ts';
import { parseDatabase } from './database-url.ts';
import { mergeTarget, RECORDS } from './merge-target.ts';
import { isSqliteUrl, parseSqliteUrl } from './sqlite-url.ts';

/** A place that has to be let go in the end. */
export interface HeldPlace extends AsyncDisposable {
  readonly place: RestorePlace;
}

/** The place that an unfinished restore has noted; `undefined` for one to files. @throws {CliError} `USAGE`, `UNREADABLE`. */
export async function restoredPlace(context: Context, { into }: UnfinishedRestore): Promise<HeldPlace | undefined> {
  if (into === undefined) return undefined;
  const { name, address = '' } = into;
  if (address.startsWith(RECORDS)) {
    const target = mergeTarget(context, address.slice(RECORDS.length));
    return {
      place: {
        name,
        current: {},
        look: () => Promise.reject(new Error('It is only gone back in.')),
        goBack: async (before, run) => {
          const { modules = [] } = before.state as { readonly modules?: readonly string[] };
          await (await target.place(modules)).goBack(before, run);
        },
      },
      [Symbol.asyncDispose]: async () => await target[Symbol.asyncDispose](),
    };
  }
  return { place: await databasePlace(context, address), [Symbol.asyncDispose]: async () => undefined };
}

async function databasePlace({ workingDirectory, env }: Context, address: string): Promise<RestorePlace> {
  if (isSqliteUrl(address)) {
    const { sqliteTablesPlace } = await import('@x/backup-store/sqlite');
    return sqliteTablesPlace({ to: parseSqliteUrl(address, workingDirectory).path });
  }
  const named = parseDatabase(address, env);
  if (named.kind === 'redis') {
    const { redisPlace } = await import('@x/backup-store/redis');
    return redisPlace(named.options);
  }
  const server = serverOf(named, databaseOf(named));
  if (named.kind === 'mysql') return (await import('@x/backup-store/mysql')).mysqlPlace(server);
  return (await import('@x/backup-store/postgres')).postgresPlace(server);
}
