import { shown, VersioningError } from '../../errors.ts';
import type { Clock } from '../../clock.ts';
import { applyEnv } from '../layout/apply-env.ts';
import type { DeployedRelease, DeployLayout } from '../layout/model.ts';
import { planEnv } from '../layout/plan-env.ts';
import { releaseFolder } from '../layout/release-name.ts';
import { readMaintenance, turnMaintenanceOff, turnMaintenanceOn } from '../maintenance/maintenance.ts';
import { checkStaged } from '../stage/check-staged.ts';
import { removeUnfinished, stageRelease } from '../stage/stage-release.ts';
import { type ReleaseStates, releaseStates } from '../states/release-states.ts';
import { applySwitch } from '../switch/apply-switch.ts';
import { planSwitch } from '../switch/plan-switch.ts';
import { readCurrent } from '../switch/read-current.ts';
import { recoverSwitch } from '../switch/recover-switch.ts';
import { removeRelease } from '../clean/remove-release.ts';
import { putAside } from '../clean/evidence.ts';
import { userOf } from '../clean/user-of.ts';
import type { DeployPlace, FileCheckOptions, StageCall, StagedHere } from './place.ts';

/** Who works on a layout, and with what. */
export interface LayoutPlaceOptions {
  readonly by: string;
  readonly clock: Clock;
  readonly install?: readonly [string, ...string[]] | undefined;
  readonly maintenanceHook?: readonly [string, ...string[]] | undefined;
}

/** The files of a machine, laid out as {@link DeployLayout} says. */
export function layoutPlace(layout: DeployLayout, options: LayoutPlaceOptions): DeployPlace {
  const { by, clock, install, maintenanceHook: hook } = options;
  const states = releaseStates(layout, { clock });
  const known = async (version: string): Promise<DeployedRelease | undefined> =>
    (await states.list()).find((each) => each.version === version);
  return {
    layout,
    current: async () => readCurrent(layout),
    releases: async () => states.list(),
    stage: async (call) => stage({ layout, states, known, by, clock, install }, call),
    refreshEnv: async (version) => applyEnv(releaseFolder(layout, version), await planEnv(layout)),
    discard: async (version, run) => {
      await removeUnfinished(layout);
      await states.forget(version, { by, run });
    },
    checkFiles: async (version, call) => demandFiles(layout, version, call),
    switchTo: async (version) => {
      await recoverSwitch(layout);
      await applySwitch(layout, await planSwitch(layout, version), { clock });
    },
    mark: async (version, state, run) => states.mark(version, state, { by, run }),
    maintenance: {
      isOn: async () => (await readMaintenance(layout)) !== undefined,
      on: async (reason, run) => void (await turnMaintenanceOn(layout, { reason, by, run }, { hook, clock })),
      off: async (run) => {
        await turnMaintenanceOff(layout, { hook, run });
        return readMaintenance(layout);
      },
    },
  };
}

interface Staging extends Pick<LayoutPlaceOptions, 'by' | 'clock' | 'install'> {
  readonly layout: DeployLayout;
  readonly states: ReleaseStates;
  readonly known: (version: string) => Promise<DeployedRelease | undefined>;
}

/** One that was good before, and is as it was, needs nothing. One that was bad, or was changed since, is built anew. */
async function stage(
  staging: Staging,
  { version, run, artifact, digest, contents, signal }: StageCall,
): Promise<StagedHere> {
  const { layout, states, known, by, install } = staging;
  const before = await known(version);
  if (before?.state === 'good') {
    await demandFiles(layout, version, { how: 'full', signal });
    return { release: before };
  }
  const isOdd = before !== undefined && before.state !== 'building' && !(await isAsStaged(layout, version, signal));
  const aside = isOdd ? await makeRoom(staging, before, run) : undefined;
  await states.mark(version, 'building', { by, run });
  await stageRelease(layout, {
    version,
    content: { kind: 'artifact', path: artifact, digest, contents, isVerified: true },
    install: install === undefined ? undefined : { command: install },
    signal,
  });
  await states.mark(version, 'staged', { by, run });
  const staged = await known(version);
  if (staged === undefined) throw new Error('What was staged is not there');
  return { release: staged, aside };
}

/** What was changed in a release that failed may be why it did. */
async function makeRoom(
  { layout, states, by, clock }: Staging,
  { version, state }: DeployedRelease,
  run: string,
): Promise<string | undefined> {
  await refuseLive(layout, version);
  const hasFailed = state === 'bad' || state === 'rolled-back';
  const aside = hasFailed ? await putAside(layout, version, clock()) : undefined;
  if (aside === undefined) await removeRelease(layout, version);
  await states.forget(version, { by, run });
  return aside;
}

/** It could not be put back under a process that works in it. @throws {VersioningError} `RELEASE_IN_USE`. */
async function refuseLive(layout: DeployLayout, version: string): Promise<void> {
  const user = await userOf(layout, version);
  if (user === undefined) return;
  throw new VersioningError(
    'RELEASE_IN_USE',
    `Expected nobody to use ${version}, whose files have to be put in place anew, got ${user}`,
    { hint: 'End that process, or release the same under another version and deploy that.' },
  );
}

async function isAsStaged(layout: DeployLayout, version: string, signal?: AbortSignal): Promise<boolean> {
  const differences = await checkStaged(layout, version, { signal });
  return differences.every(({ kind }) => kind === 'added');
}

/** What a release has written beside its files is its own business. @throws {VersioningError} `DIGEST_MISMATCH`. */
async function demandFiles(layout: DeployLayout, version: string, { how, signal }: FileCheckOptions): Promise<void> {
  const differences = await checkStaged(layout, version, { quick: how === 'quick', signal });
  const odd = differences.filter(({ kind }) => kind !== 'added');
  const [first] = odd;
  if (first === undefined) return;
  const more = odd.length === 1 ? '' : `, and ${odd.length - 1} more`;
  throw new VersioningError(
    'DIGEST_MISMATCH',
    `Expected the files of ${version} as they were staged, got ${shown(first.path)}, which is ${first.kind}${more}`,
    { hint: 'Somebody has changed the release. Deploy another version.' },
  );
}
