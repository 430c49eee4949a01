import { shown } from '../../errors.ts';
import type { DeployedState } from '../layout/model.ts';
import type { Deployment } from './contract.ts';
import { refused } from './failure.ts';
import type { DeployTools } from './tools.ts';

/** The good release that was current before: what the deploy of this one came from, or else the last one that was good. */
export async function previousGood(tools: DeployTools, from: string, history: readonly Deployment[]): Promise<string> {
  const releases = await tools.place.releases();
  const good = releases.filter(({ version, state }) => version !== from && state === 'good');
  const deploy = history.find(
    ({ kind, version, outcome }) => kind === 'deploy' && version === from && outcome === 'succeeded',
  );
  const before = good.find(({ version }) => version === deploy?.from);
  const activated = ({ activatedAt = '' }: { readonly activatedAt?: string | undefined }): string => activatedAt;
  const own = activated(releases.find(({ version }) => version === from) ?? {});
  const last = good
    .filter((each) => activated(each) < own)
    .toSorted((a, b) => (activated(a) < activated(b) ? 1 : -1))[0];
  const found = before ?? last;
  if (found !== undefined) return found.version;
  throw refused(`Expected a good release before ${from}, got none`, 'Name the version, or deploy another one.');
}

/** @throws {VersioningError} `DEPLOY_REFUSED` for a release to which a rollback does not lead. */
export async function demandTarget(tools: DeployTools, version: string, from: string): Promise<void> {
  if (version === from)
    throw refused(`Expected another release than the current one, got ${from}`, 'It is current already.');
  const found = (await tools.place.releases()).find((each) => each.version === version);
  if (found === undefined) {
    throw refused(
      `Expected a release that is here, got ${shown(version)}`,
      'See `holdfast deploy list`; `holdfast deploy run` brings one that is not.',
    );
  }
  const refusal = REFUSED[found.state];
  if (refusal === undefined) return;
  throw refused(`Expected a release that was good, got ${version}, which ${refusal.is}`, refusal.hint);
}

/** What a rollback leads to has run here and was well: only then is going back safer than staying. */
const REFUSED: Partial<Record<DeployedState, { readonly is: string; readonly hint: string }>> = {
  building: {
    is: 'is not here as a whole',
    hint: 'Deploy it: `holdfast deploy run` brings the rest.',
  },
  staged: {
    is: 'has never been good here',
    hint: 'Deploy it: `holdfast deploy run` looks at its migrations first, which a rollback would only take back.',
  },
  active: {
    is: 'has never been good here',
    hint: 'Deploy it: `holdfast deploy run` does, with its checks.',
  },
  bad: { is: 'was not', hint: 'See `holdfast deploy history` for why.' },
};
