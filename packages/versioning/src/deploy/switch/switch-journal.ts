import { join } from 'node:path';
import { VersioningError } from '../../errors.ts';
import type { CurrentState, DeployLayout } from '../layout/model.ts';
import { readWhole, writeWhole } from '../layout/whole-file.ts';
import type { Pointer } from './read-current.ts';

/** The last switch, as it is written down before and after. */
export interface SwitchEntry {
  readonly phase: 'begun' | 'done';
  readonly to: string | undefined;
  readonly from: CurrentState;
  readonly pointer: Pointer;
  /** ISO 8601, UTC. */
  readonly at: string;
}

const FORMAT = 'holdfast-switch';

const placeOf = (layout: DeployLayout): string => join(layout.state, 'switch.json');

/** That it is done need not outlive a power failure: what is current tells it, too. @throws {VersioningError} `WRITE_FAILED`. */
export async function writeSwitchJournal(layout: DeployLayout, entry: SwitchEntry): Promise<void> {
  const text = `${JSON.stringify({ format: FORMAT, formatVersion: 0, ...entry })}\n`;
  await writeWhole(placeOf(layout), text, { mode: 0o600, durable: entry.phase === 'begun' });
}

/** The last switch; `undefined` where there was none. @throws {VersioningError} `INVALID_DEPLOY_RECORD`, `READ_FAILED`. */
export async function readSwitchJournal(layout: DeployLayout): Promise<SwitchEntry | undefined> {
  const text = await readWhole(placeOf(layout));
  if (text === undefined) return undefined;
  try {
    const { format, formatVersion, ...entry } = JSON.parse(text) as Record<string, unknown>;
    if (format === FORMAT && formatVersion === 0) return entry as unknown as SwitchEntry;
  } catch {
    // Not JSON: refused below.
  }
  throw new VersioningError(
    'INVALID_DEPLOY_RECORD',
    `Expected the journal of a switch at ${placeOf(layout)}, got something else`,
    {
      hint: 'It was changed outside of Holdfast, or a newer version wrote it. Look at releases/current, then remove the file.',
    },
  );
}
