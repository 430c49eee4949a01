// Runs migrations up or down, and is killed after a statement: the first argument has it as JSON.
import { createMigrator, mysqlDriver, postgresDriver, sqliteDriver } from '../../../src/migrate/index.ts';

interface Call {
  readonly dialect: 'sqlite' | 'postgres' | 'mysql';
  readonly address: string;
  readonly folder: string;
  readonly direction: 'up' | 'down';
  /** The statement behind which this process is killed; none for one that its parent kills. */
  readonly killAfter?: number;
}

const { dialect, address, folder, direction, killAfter } = JSON.parse(process.argv[2] ?? '') as Call;
const open = { sqlite: sqliteDriver, postgres: postgresDriver, mysql: mysqlDriver }[dialect];
const migrator = createMigrator({
  driver: open(address),
  migrations: folder,
  onEvent: (event) => {
    process.stdout.write(`${JSON.stringify(event)}\n`);
    if (event.type === 'statement' && event.statement === killAfter) process.kill(process.pid, 'SIGKILL');
  },
});
await migrator.apply(await migrator.plan(direction));
