import { VersioningError } from '../../errors.ts';
import type { CurrentState, DeployLayout } from '../layout/model.ts';
import { demandLayout } from '../layout/plan-layout.ts';
import { releaseFolder, versionName } from '../layout/release-name.ts';
import { isInstalling } from '../stage/unfinished.ts';
import { isFolderThere, type Pointer, pointerOf, readCurrent, readLink } from './read-current.ts';

/** What `applySwitch` will do, as data. */
export interface SwitchPlan {
  /** The version that will be current; `undefined`: none. */
  readonly version: string | undefined;
  /** What is current now. */
  readonly from: CurrentState;
  readonly pointer: Pointer;
  /** `repair`: what is there leads nowhere, or is only half switched. */
  readonly action: 'nothing' | 'make' | 'replace' | 'repair' | 'remove';
}

/** Options of {@link planSwitch}. */
export interface PlanSwitchOptions {
  /** Default: the file on Windows and where there is one already, else the link. */
  readonly pointer?: Pointer | undefined;
  /** Whether a link that leads out of `releases` is replaced. Default: it is refused. */
  readonly force?: boolean | undefined;
}

/**
 * Plans to make a release current. Nothing is changed.
 *
 * @param version `undefined` takes `current` away: the way back from a first deploy.
 * @throws {VersioningError} `NOT_STAGED` for a release that is not there; `LAYOUT_BLOCKED` where a folder or file, or a link that leads elsewhere, is in the place of `current`;
 * `LAYOUT_MISSING`, `INVALID_VERSION`, `READ_FAILED`.
 */
export async function planSwitch(
  layout: DeployLayout,
  version: string | undefined,
  options: PlanSwitchOptions = {},
): Promise<SwitchPlan> {
  await demandLayout(layout);
  const name = version === undefined ? undefined : versionName(version);
  if (name !== undefined && !(await isReady(layout, name))) {
    throw new VersioningError('NOT_STAGED', `Expected the release ${name} in ${layout.releases}, got none`, {
      hint: 'Stage it first: `holdfast deploy run` does. `holdfast deploy list` says which there are.',
    });
  }
  const pointer = options.pointer ?? (await pointerOf(layout));
  const from = await readCurrent(layout);
  const link = await readLink(layout);
  if (link.kind === 'occupied') throw occupied(layout);
  if (link.kind === 'foreign' && !isCircle(link.target) && options.force !== true) throw foreign(layout, link.target);
  return { version: name, from, pointer, action: actionOf(name, from, link) };
}

/** Its folder is there, and nothing is being installed in it. */
async function isReady(layout: DeployLayout, version: string): Promise<boolean> {
  return (await isFolderThere(releaseFolder(layout, version))) && !(await isInstalling(layout, version));
}

function actionOf(version: string | undefined, from: CurrentState, link: CurrentState): SwitchPlan['action'] {
  if (version === undefined) return link.kind === 'none' && from.kind === 'none' ? 'nothing' : 'remove';
  if (from.kind === 'none' && link.kind === 'none') return 'make';
  if (from.kind !== 'release' || link.kind !== 'release') return 'repair';
  if (from.version !== link.version) return 'repair';
  return from.version === version ? 'nothing' : 'replace';
}

/** A link to itself: nobody has put anything there. */
const isCircle = (target: string): boolean => target === 'current' || target === './current';

function occupied(layout: DeployLayout): VersioningError {
  return new VersioningError(
    'LAYOUT_BLOCKED',
    `Expected a link, or nothing, at ${layout.current}, got a folder or file`,
    {
      hint: 'It would be lost. Move it away, such as to releases/v0.0.0 if it is a release, and start again.',
    },
  );
}

function foreign(layout: DeployLayout, target: string): VersioningError {
  return new VersioningError(
    'LAYOUT_BLOCKED',
    `Expected ${layout.current} to lead to a release beside it, got ${target}`,
    {
      hint: 'Somebody else has made it. Remove the link when it is not needed any more, or force the switch.',
    },
  );
}
