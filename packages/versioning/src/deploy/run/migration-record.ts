import { join } from 'node:path';
import { VersioningError } from '../../errors.ts';
import type { Migration, Migrations } from '../../migrations/model.ts';
import type { DeployLayout } from '../layout/model.ts';
import { folderName } from '../layout/release-name.ts';
import { readWhole, writeWhole } from '../layout/whole-file.ts';

const FORMAT = 'holdfast-release-migrations';

const placeOf = (layout: DeployLayout, version: string): string =>
  join(layout.state, 'migrations', `${folderName(version)}.json`);

/**
 * Writes down the migrations of a release before they are run. They stay in the database when the release is cleaned up here and gone from where
 * it came from, and without their text there would be no way back and no next deploy.
 *
 * @throws {VersioningError} `WRITE_FAILED`, `INVALID_VERSION`.
 */
export async function recordMigrations(layout: DeployLayout, version: string, migrations: Migrations): Promise<void> {
  const { forward, backward } = migrations;
  const text = `${JSON.stringify({ format: FORMAT, formatVersion: 0, version, forward, backward })}\n`;
  const place = placeOf(layout, version);
  // A release never changes, and a record that is there needs no second trip to the disk.
  if ((await readWhole(place)) !== text) await writeWhole(place, text, { mode: 0o600 });
}

/** What was written down of a release; `undefined` where nothing was. @throws {VersioningError} `INVALID_DEPLOY_RECORD`, `READ_FAILED`. */
export async function recordedMigrations(layout: DeployLayout, version: string): Promise<Migrations | undefined> {
  const place = placeOf(layout, version);
  const text = await readWhole(place);
  if (text === undefined) return undefined;
  try {
    const { format, formatVersion, forward, backward } = Object(JSON.parse(text)) as Record<string, unknown>;
    if (format === FORMAT && formatVersion === 0 && isList(forward) && isList(backward)) return { forward, backward };
  } catch {
    // Not JSON: refused below.
  }
  throw new VersioningError(
    'INVALID_DEPLOY_RECORD',
    `Expected the migrations of a release at ${place}, got something else`,
    {
      hint: 'It was changed outside of Holdfast, or a newer version wrote it. Put it back from a copy, or the release.',
    },
  );
}

const isList = (value: unknown): value is readonly Migration[] =>
  Array.isArray(value) &&
  value.every(({ id, sql, kind }: Partial<Migration>) => [id, sql, kind].every((each) => typeof each === 'string'));
