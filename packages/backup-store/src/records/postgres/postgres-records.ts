import { checkAborted } from '../../run/abort.ts';
import type { SourceDetail } from '../../source/contract.ts';
import type { RecordAdapter, RecordModule, RecordModules, RecordReader, RecordTarget } from '../contract.ts';
import { choiceOf, referredFirst, tableOf, tablesByModule } from '../table-options.ts';
import { exactText, inTransaction, type PostgresClient } from './client.ts';
import { withRefusals } from './failure.ts';
import { quietMoment } from './moment.ts';
import { readDeleted, readIds, readRows, type TableReading } from './read-table.ts';
import { type PostgresTable, type TableShape, tableShape } from './table.ts';
import { changeRow } from './write-table.ts';

/** Options of {@link postgresRecords}. */
export interface PostgresRecordsOptions {
  /** A connection for this alone as long as it is read or written, with no transaction under way. */
  readonly client: PostgresClient;
  readonly tables: readonly PostgresTable[];
}

/**
 * Rows of PostgreSQL tables as records: to back up, all in one transaction that sees one moment and writes nothing, and to restore
 * to. The id is the text of the primary key, or a JSON list of the texts of its columns. Small integers, `true` and `false` are
 * kept as such, every other value as its text, and all come back exactly.
 *
 * Takes any client that has `query(text, values)`, such as that of `pg`; needs no package itself.
 *
 * @throws {BackupError} `INVALID_OPTION`, at once; `DATABASE_...` by what the server has said; what else the client throws.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { type PostgresClient, postgresRecords, recordsSource } from '@x/backup-store/records';
 *
 * async function backUpTenant(client: PostgresClient, tenantId: string): Promise<void> {
 *   const where = { sql: 'tenant_id = $1', values: [tenantId] };
 *   const { source } = postgresRecords({
 *     client,
 *     tables: [
 *       { table: 'bookings', updatedAt: 'updated_at', deletedAt: 'deleted_at', where },
 *       { table: 'rooms', where },
 *     ],
 *   });
 *   await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 *   await repository.backup({ tenant: tenantId, sources: [recordsSource({ name: 'hotel', ...source })] });
 * }
 * ```
 */
export function postgresRecords(options: PostgresRecordsOptions): RecordAdapter {
  const tables = tablesByModule(options.tables);
  const client = withRefusals(options.client);
  return { source: sourceOf(client, tables), target: targetOf(client, tables) };
}

type Tables = ReadonlyMap<string, PostgresTable>;

function sourceOf(client: PostgresClient, tables: Tables): RecordModules {
  let moment: number | undefined;
  let isOpen = false;
  const moduleOf = ([name, table]: [string, PostgresTable]): RecordModule => {
    const reading = async (signal: AbortSignal): Promise<TableReading> => ({
      client,
      signal,
      shape: await tableShape(client, table),
      isWithin: true,
    });
    return {
      name,
      readsChanges: table.updatedAt !== undefined,
      moment: async () => ((await tableShape(client, table)).hasZone ? moment : undefined),
      async *read({ signal, since }) {
        yield* readRows(await reading(signal), since);
      },
      schema: async () => schemaOf(await tableShape(client, table), table),
      ...(table.deletedAt === undefined
        ? {
            async *ids({ signal }) {
              yield* readIds(await reading(signal));
            },
            ordersIds: async () => await isUtf8(client),
          }
        : {
            async *deleted({ signal, since }) {
              yield* readDeleted(await reading(signal), since);
            },
          }),
    };
  };
  return {
    modules: [...tables].map((each) => moduleOf(each)),
    async open() {
      // Before the snapshot is taken: what begins from now on has a later time.
      moment = await quietMoment(client);
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      isOpen = true;
      // The first query decides which moment is seen.
      await exactText(client);
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await client.query('ROLLBACK');
    },
  };
}

/** The collation `C` goes by the bytes of the server's encoding. */
async function isUtf8(client: PostgresClient): Promise<boolean> {
  const { rows } = await client.query("SELECT current_setting('server_encoding') AS encoding");
  return rows[0]?.['encoding'] === 'UTF8';
}

function targetOf(client: PostgresClient, tables: Tables): RecordTarget {
  const shapeOf = async (module: string): Promise<TableShape> => await tableShape(client, tableOf(tables, module));
  return {
    modules: async () => await inOrder(client, tables),
    schema: async (module) => schemaOf(await shapeOf(module), tableOf(tables, module)),
    async *read(module, { signal }) {
      yield* readRows({ client, signal, shape: await shapeOf(module), isWithin: false });
    },
    apply: async (changes, { signal }) =>
      // One moment for all that is read in it, and nothing is put over what others change meanwhile.
      await inTransaction(client, 'BEGIN ISOLATION LEVEL REPEATABLE READ', async () => {
        await client.query('SET CONSTRAINTS ALL DEFERRED');
        const view: RecordReader = {
          seesChanges: true,
          async *read(module, reading) {
            yield* readRows({ client, signal: reading.signal, shape: await shapeOf(module), isWithin: true });
          },
        };
        const shapes = new Map<string, TableShape>();
        let count = 0;
        for await (const change of typeof changes === 'function' ? changes(view) : changes) {
          checkAborted(signal);
          const { module } = change;
          const shape = shapes.get(module) ?? (await shapeOf(module));
          shapes.set(module, shape);
          await changeRow(client, shape, change);
          count++;
        }
        checkAborted(signal);
        return count;
      }),
  };
}

async function inOrder(client: PostgresClient, tables: Tables): Promise<readonly string[]> {
  const shapes = new Map<string, TableShape>();
  for (const [module, table] of tables) shapes.set(module, await tableShape(client, table));
  const moduleOf = new Map([...shapes].map(([module, { oid }]) => [oid, module] as const));
  return referredFirst(
    [...tables.keys()],
    (module) => shapes.get(module)?.refersTo.flatMap((oid) => moduleOf.get(oid) ?? []) ?? [],
  );
}

function schemaOf({ columns, id }: TableShape, table: PostgresTable): SourceDetail {
  const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]));
  return { columns: types, id: id.map(({ name }) => name), ...choiceOf(table) };
}
