import type { DeployLayout } from '../layout/model.ts';
import { applySwitch, removeLeftovers } from './apply-switch.ts';
import { planSwitch } from './plan-switch.ts';
import { pointerOf, readCurrent, readLink } from './read-current.ts';
import { readSwitchJournal, writeSwitchJournal } from './switch-journal.ts';

/** What {@link recoverSwitch} found. */
export interface SwitchRecovery {
  /** What was repaired, for people. */
  readonly repaired: readonly string[];
  /** The version to which a switch was begun that has not happened: call `planSwitch` and `applySwitch` again, or leave it. */
  readonly open?: string | undefined;
}

/**
 * Repairs what a switch that was killed has left: links beside `current`, and a link that does not lead where the pointer file says. Where nothing was left, nothing is
 * written. Call it under the lock, before anything else.
 *
 * @throws {VersioningError} `INVALID_DEPLOY_RECORD`, `LAYOUT_BLOCKED`, `WRITE_FAILED`, `READ_FAILED`.
 */
export async function recoverSwitch(layout: DeployLayout): Promise<SwitchRecovery> {
  const repaired = (await removeLeftovers(layout)).map((path) => `removed ${path}`);
  const [pointer, current, link] = [await pointerOf(layout), await readCurrent(layout), await readLink(layout)];
  const version = current.kind === 'release' ? current.version : undefined;
  if (pointer === 'file' && version !== undefined && !(link.kind === 'release' && link.version === version)) {
    await applySwitch(layout, await planSwitch(layout, version, { pointer }));
    repaired.push(`made current lead to ${version} again`);
  }
  const journal = await readSwitchJournal(layout);
  if (journal?.phase !== 'begun') return { repaired };
  if (journal.to !== version) return { repaired, open: journal.to };
  await writeSwitchJournal(layout, { ...journal, phase: 'done' });
  return { repaired: [...repaired, `finished the switch to ${version ?? 'nothing'}`] };
}
