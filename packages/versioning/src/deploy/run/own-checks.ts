import type { Check } from '../checks/contract.ts';
import { dependencyChecks } from './dependency-checks.ts';
import { goneWarnings, migrationSources } from './known-migrations.ts';
import { withMigrator } from './migrate-database.ts';
import { type Found, ownCheck } from './own-check.ts';
import type { DeployPlan } from './plan.ts';
import type { DeployTools, DeployWork } from './tools.ts';

/** What is looked at before anything is done. */
export function preChecksOf(work: DeployWork): readonly Check[] {
  const { tools, journal } = work;
  const { plan } = journal.state;
  const own: Readonly<Record<DeployPlan['kind'], readonly Check[]>> = {
    deploy: [
      releaseCheck(work),
      ownCheck('migrations', tools, async (signal) => migrationsFound(tools, plan, signal)),
      ...dependencyChecks(work),
    ],
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
export function postChecksOf({ tools }: Pick<DeployWork, 'tools'>): readonly Check[] {
  const { service } = tools;
  const runs = ownCheck('service', tools, async (signal) => {
    const { state, detail } = (await service?.status({ signal })) ?? { state: 'running' };
    const found = `${state}${detail === undefined ? '' : `, ${detail}`}`;
    // Some managers can't tell; then the other checks have to.
    return { outcome: state === 'running' ? 'ok' : state === 'unknown' ? 'warn' : 'fail', found, limit: 'running' };
  });
  return [...(service === undefined ? [] : [runs]), ...tools.postChecks];
}

/** The artefact is fetched and verified before anything is done with it, and there has to be room for it and for its files. */
function releaseCheck({ tools, journal, artifact }: DeployWork): Check {
  return ownCheck('release', tools, async (signal) => {
    const { version } = journal.state.plan;
    const release = await tools.releases.getRelease(version, { signal });
    const { status, yank } = release;
    if (status === 'yanked') {
      return {
        outcome: 'fail',
        found: `${version} was yanked: ${yank?.reason ?? ''}`,
        hint: 'Deploy another version.',
      };
    }
    if (release.artifact === undefined) {
      return { outcome: 'fail', found: `${version} has no artefact`, hint: 'Release it with one.' };
    }
    const { entries } = await artifact.verified(signal);
    return { found: `${entries.length} files and folders, as they were released` };
  });
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
