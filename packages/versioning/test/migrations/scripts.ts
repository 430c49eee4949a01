import { type MigrationFile, type Migrations, planMigrations } from '../../src/index.ts';

/** Files by name: their text, or their bytes. */
export type Scripts = Readonly<Record<string, string | Uint8Array>>;

export function filesOf(scripts: Scripts): MigrationFile[] {
  return Object.entries(scripts).map(([name, content]) => ({ name, bytes: Buffer.from(content) }));
}

export function planned(scripts: Scripts): Migrations {
  return planMigrations(filesOf(scripts));
}
