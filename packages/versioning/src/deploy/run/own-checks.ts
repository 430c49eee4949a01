import { rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { listArtifact } from '../../artifact/list-artifact.ts';
import { isVersioningError } from './failure.ts';
import type { Check, CheckOutcome, CheckResult } from '../checks/contract.ts';
import { withMigrator } from './migrate-database.ts';
import { goneWarnings, migrationSources } from './known-migrations.ts';
import type { DeployPlan } from './plan.ts';
import type { DeployTools, DeployWork } from './tools.ts';

/** What a check of ours has found. */
interface Found {
  readonly outcome?: CheckOutcome | undefined;
  readonly found: string;
  readonly limit?: string | undefined;
  readonly hint?: string | undefined;
}

/** A check of one look. What it throws is what it has found. */
function ownCheck(
  kind: string,
  { clock }: Pick<DeployTools, 'clock'>,
  look: (signal?: AbortSignal) => Promise<Found>,
): Check {
  return {
    name: kind,
    kind,
    async run({ signal }): Promise<CheckResult> {
      const begun = clock();
      const about = { name: kind, kind, attempts: 1 };
      try {
        const found = await look(signal);
        return { ...about, ...found, outcome: found.outcome ?? 'ok', ms: clock() - begun };
      } catch (error) {
        signal?.throwIfAborted();
        const hint = isVersioningError(error) ? error.hint : undefined;
        return { ...about, outcome: 'fail', found: (error as Error).message, hint, ms: clock() - begun };
      }
    },
  };
}

/** What is looked at before anything is done. */
export function preChecksOf(work: DeployWork): readonly Check[] {
  const { tools, journal } = work;
  const { plan } = journal.state;
  const own: Readonly<Record<DeployPlan['kind'], readonly Check[]>> = {
    deploy: [releaseCheck(work), ownCheck('migrations', tools, async (signal) => migrationsFound(tools, plan, signal))],
    // Before migrations go back: a target that is damaged is nothing to go back for.
    rollback: [ownCheck('files', tools, async (signal) => ({ found: await filesFound(work, signal) }))],
    restart: [],
  };
  return [
    ...own[plan.kind],
    ownCheck('service', tools, async (signal) => serviceFound(tools, signal)),
    ...tools.preChecks,
  ];
}

/** What is looked at after the switch: whether the service runs, and then what was asked for. */
export function postChecksOf({ tools }: DeployWork): readonly Check[] {
  const { service } = tools;
  const runs = ownCheck('service', tools, async (signal) => {
    const { state, detail } = (await service?.status({ signal })) ?? { state: 'running' };
    const found = `${state}${detail === undefined ? '' : `, ${detail}`}`;
    // Some managers can't tell; then the other checks have to.
    return { outcome: state === 'running' ? 'ok' : state === 'unknown' ? 'warn' : 'fail', found, limit: 'running' };
  });
  return [...(service === undefined ? [] : [runs]), ...tools.postChecks];
}

/** The artefact is fetched and verified before anything is done with it, and there has to be room for its files. */
function releaseCheck({ tools, journal, scratch }: DeployWork): Check {
  return ownCheck('release', tools, async (signal) => {
    const { version } = journal.state.plan;
    const { artifact, status, yank } = await tools.releases.getRelease(version, { signal });
    if (status === 'yanked') {
      return {
        outcome: 'fail',
        found: `${version} was yanked: ${yank?.reason ?? ''}`,
        hint: 'Deploy another version.',
      };
    }
    if (artifact === undefined) {
      return { outcome: 'fail', found: `${version} has no artefact`, hint: 'Release it with one.' };
    }
    await fetchArtifact({ tools, journal, scratch, signal });
    const contents = await listArtifact(join(scratch, 'release', artifact.name), { digest: artifact.digest, signal });
    const needed = contents.reduce((sum, { size }) => sum + size, 0) + artifact.size;
    return roomFor(needed, tools, `${contents.length} files and folders, as they were released`);
  });
}

/** Fetches the artefact of a release, each time anew: a copy that was cut short is no copy. */
export async function fetchArtifact({ tools, journal, scratch, signal }: DeployWork): Promise<void> {
  const folder = join(scratch, 'release');
  await rm(folder, { recursive: true, force: true });
  await tools.releases.exportRelease(journal.state.plan.version, folder, { signal });
}

async function roomFor(needed: number, { place }: DeployTools, found: string): Promise<Found> {
  const { bavail, bsize } = await statfs(place.layout.releases);
  const free = bavail * bsize;
  if (free >= needed) return { found };
  return {
    outcome: 'fail',
    found: `${free} bytes free at ${place.layout.releases}`,
    limit: `at least ${needed} bytes`,
    hint: 'Make room with `holdfast deploy clean`.',
  };
}

/** Looks at the files of the target, and says so. @throws {VersioningError} `DIGEST_MISMATCH`, `NOT_STAGED`. */
export async function filesFound({ tools, journal }: DeployWork, signal?: AbortSignal): Promise<string> {
  const { version, fileCheck: how = 'quick' } = journal.state.plan;
  await tools.place.checkFiles(version, { how, signal });
  return `those of ${version} are as they were staged${how === 'full' ? ', each byte' : ''}`;
}

/** Whether the database can be reached and takes the migrations of the release. */
async function migrationsFound(tools: DeployTools, plan: DeployPlan, signal?: AbortSignal): Promise<Found> {
  const sources = migrationSources([plan.version], await tools.history.list({ signal }));
  const found = await withMigrator(tools, { sources, signal }, async (migrator, gone) => ({
    ...(await migrator.plan('up', { signal })),
    gone: goneWarnings(gone),
  }));
  if (found === undefined) {
    const { migrations } = await tools.releases.getRelease(plan.version, { signal });
    const has = migrations.forward.length;
    if (has === 0) return { found: 'none' };
    return {
      outcome: 'warn',
      found: `${has} in the release, and no database to run them on`,
      hint: 'Name it as `migrate.database` of the configuration.',
    };
  }
  const warnings = found.warnings.map(({ id, line, message }) => `${id}, line ${line}: ${message}`);
  const told = [...found.gone, ...warnings].join('; ');
  const count = `${found.steps.length} to run`;
  return told === '' ? { found: count } : { outcome: 'warn', found: `${count}; ${told}` };
}

async function serviceFound({ service }: DeployTools, signal?: AbortSignal): Promise<Found> {
  if (service === undefined) return { found: 'none to restart' };
  const { state, detail } = await service.status({ signal });
  const found = `${state}${detail === undefined ? '' : `, ${detail}`}`;
  return { outcome: state === 'unknown' ? 'warn' : 'ok', found };
}
