import type { Deployer, DeployEvent, Service, ServiceAction } from '@x/versioning/deploy';
import { SERVICE_TYPES } from '../config/deploys.ts';
import { usageError } from '../errors.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { repositoryBackup } from './deploy-backup.ts';
import { configuredChecks, durationOf } from './deploy-checks.ts';
import { configuredMigrator } from './deploy-database.ts';
import { configuredService } from './deploy-service.ts';
import { openReleases } from './releases.ts';
import { userName } from './user.ts';

function whole(most: number, what: string): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (value >= 1 && value <= most) return value;
    throw usageError(`Expected ${what}, got ${JSON.stringify(text)}`, `Write a whole number from 1 to ${most}.`);
  };
}

/** Options of every command about deploys. */
export const DEPLOY_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--root <folder>',
    description: 'folder of releases and shared data on this machine (HOLDFAST_DEPLOY_ROOT)',
  },
  { flags: '--service <name>', description: 'what runs the current release' },
  {
    flags: '--service-type <type>',
    description: 'who runs it (default: process)',
    choices: SERVICE_TYPES,
  },
  { flags: '--port <n>', description: 'the port that it serves, given to it as PORT', parse: whole(65_535, 'a port') },
  {
    flags: '--keep <n>',
    description: 'good releases that stay (default: 5)',
    parse: whole(1000, 'a number of releases'),
  },
  { flags: '--channel <name>', description: 'what this machine is: dev, staging, prod (default), or any word' },
];

/** How a machine is opened. */
export interface DeploysOptions {
  readonly onEvent?: ((event: DeployEvent) => void) | undefined;
}

/** A machine and what runs there. */
export interface OpenedDeploys {
  readonly deployer: Deployer;
  readonly service?: Service | undefined;
  /** How somebody would do by hand what is to be done for a service. */
  readonly describeAction: (action: ServiceAction) => string;
}

/**
 * Opens the deployments that the configuration means.
 *
 * @throws {CliError} `USAGE` without a root, and for services and checks that can't be; {VersioningError} `INVALID_OPTION`, `INVALID_CHECK`.
 */
export async function openDeploys(context: Context, options: DeploysOptions = {}): Promise<OpenedDeploys> {
  const effective = await context.effective();
  const { settings } = effective;
  const root = settings['deploy.root'];
  if (root === undefined) {
    throw usageError(
      'Expected the root of a deployment, got none',
      'Name it with --root, or as "root" in "deploy" of holdfast.config.json.',
    );
  }
  const deploy = await context.timed('load deploys', () => import('@x/versioning/deploy'));
  const { manager } = await openReleases(context);
  const layoutOptions = {
    root,
    backups: settings['deploy.backups'],
    sharedFolders: settings['deploy.shared'],
    links: settings['deploy.links'],
    env: settings['deploy.env'],
  };
  const layout = deploy.deployLayout(layoutOptions);
  const service = configuredService(context, { deploy, layout, settings });
  const backup = hasBackup(settings) ? repositoryBackup(context) : undefined;
  if (settings['deploy.backup'] === 'required' && settings.repository === undefined) {
    throw usageError(
      'Expected a repository for safety backups, got none',
      'Name it with --repo, HOLDFAST_REPO or "repository" in the configuration.',
    );
  }
  return {
    service,
    describeAction: deploy.formatServiceAction,
    deployer: deploy.createDeployer({
      layout: layoutOptions,
      releases: manager,
      service,
      migrator: configuredMigrator(context, effective),
      backup,
      ...configuredChecks(context, effective, deploy),
      install: settings['deploy.install'],
      requires: settings['deploy.requires'],
      maintenanceHook: settings['deploy.maintenanceHook'],
      restoreData: settings['deploy.restoreData'],
      expandMigrations: settings['deploy.expandMigrations'],
      objectiveMs: durationOf(settings['deploy.objective'], 'deploy.objective'),
      keep: settings['deploy.keep'],
      channel: settings['deploy.channel'],
      by: userName(),
      onEvent: (event) => {
        context.told.deployer(event);
        options.onEvent?.(event);
      },
    }),
  };
}

/** Where a repository is configured, deploys make a backup first, unless that is not wanted. */
function hasBackup(settings: Awaited<ReturnType<Context['effective']>>['settings']): boolean {
  return settings['deploy.backup'] !== 'none' && settings.repository !== undefined;
}
