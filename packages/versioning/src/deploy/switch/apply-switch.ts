import { readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, fileFailure } from '../../artifact/file-failure.ts';
import { VersioningError } from '../../errors.ts';
import { syncFolder } from '../../files/replace-file.ts';
import { type Clock, systemClock } from '../../clock.ts';
import type { CurrentState, DeployLayout } from '../layout/model.ts';
import { folderName } from '../layout/release-name.ts';
import { writeWhole } from '../layout/whole-file.ts';
import type { SwitchPlan } from './plan-switch.ts';
import { pointerFile, readCurrent, readLink } from './read-current.ts';
import { writeSwitchJournal } from './switch-journal.ts';

/**
 * Makes a release current as planned. With a link it is one `rename`: whoever opens `releases/current` finds the old release or the new one, and nothing in between. May be called again
 * after a kill at any point.
 *
 * @returns Whether anything was changed.
 * @throws {VersioningError} `PLAN_OUTDATED` when `current` is no longer what the plan began with; `WRITE_FAILED`, `READ_FAILED`.
 */
export async function applySwitch(
  layout: DeployLayout,
  plan: SwitchPlan,
  { clock = systemClock }: { readonly clock?: Clock | undefined } = {},
): Promise<boolean> {
  await removeLeftovers(layout);
  const current = await readCurrent(layout);
  if (isDone(current, await readLink(layout), plan)) return false;
  if (!isSame(current, plan.from) && !isTarget(current, plan)) throw outdated(layout, current);
  const entry = { to: plan.version, from: plan.from, pointer: plan.pointer };
  await writeSwitchJournal(layout, { ...entry, phase: 'begun', at: new Date(clock()).toISOString() });
  await writing(
    layout,
    plan.pointer === 'link' ? replaceLink(layout, plan.version) : replacePointer(layout, plan.version),
  );
  await writeSwitchJournal(layout, { ...entry, phase: 'done', at: new Date(clock()).toISOString() });
  return true;
}

/** The link that becomes `current`, and the one that was. */
const nextLink = (layout: DeployLayout): string => join(layout.releases, '.current.next');
const oldLink = (layout: DeployLayout): string => join(layout.releases, '.current.old');

/** Takes away the links of a switch that was killed. @returns Those that were there. */
export async function removeLeftovers(layout: DeployLayout): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of [nextLink(layout), oldLink(layout)]) {
    if ((await readlink(path).catch(() => undefined)) === undefined) continue;
    await writing(layout, rm(path, { force: true }));
    found.push(path);
  }
  return found;
}

async function replaceLink(layout: DeployLayout, version: string | undefined): Promise<void> {
  if (version === undefined) {
    await rm(layout.current, { force: true });
  } else {
    await symlink(folderName(version), nextLink(layout));
    await rename(nextLink(layout), layout.current);
  }
  // Whoever goes back to links has one thing that counts.
  await rm(pointerFile(layout), { force: true });
  await syncFolder(layout.releases);
}

/** The file first, in one step: from then on it is what counts. Then the link follows it, which takes two steps where it can't be replaced. */
async function replacePointer(layout: DeployLayout, version: string | undefined): Promise<void> {
  if (version === undefined) await rm(pointerFile(layout), { force: true });
  else await writeWhole(pointerFile(layout), `${folderName(version)}\n`, { mode: 0o644 });
  await followPointer(layout, version);
}

/** Makes the link lead where the file says. */
async function followPointer(layout: DeployLayout, version: string | undefined): Promise<void> {
  const isWindows = process.platform === 'win32';
  if (version !== undefined) {
    const name = folderName(version);
    // A junction needs no rights, and a whole path.
    await (isWindows
      ? symlink(join(layout.releases, name), nextLink(layout), 'junction')
      : symlink(name, nextLink(layout)));
  }
  await rename(layout.current, oldLink(layout)).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
  if (version !== undefined) await rename(nextLink(layout), layout.current);
  await rm(oldLink(layout), { force: true });
  await syncFolder(layout.releases);
}

const isTarget = (state: CurrentState, { version }: SwitchPlan): boolean =>
  version === undefined ? state.kind === 'none' : state.kind === 'release' && state.version === version;

const isDone = (current: CurrentState, link: CurrentState, plan: SwitchPlan): boolean =>
  isTarget(current, plan) && isTarget(link, plan);

const isSame = (a: CurrentState, b: CurrentState): boolean => JSON.stringify(a) === JSON.stringify(b);

function outdated(layout: DeployLayout, found: CurrentState): VersioningError {
  const got = found.kind === 'release' ? `the release ${found.version}` : found.kind;
  return new VersioningError('PLAN_OUTDATED', `Expected ${layout.current} to be what the plan began with, got ${got}`, {
    hint: 'Somebody has switched meanwhile. Plan anew.',
  });
}

async function writing<T>(layout: DeployLayout, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw fileFailure('WRITE_FAILED', 'a link that can be replaced', { path: layout.current, cause });
  }
}
