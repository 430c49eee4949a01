import { join } from 'node:path';
import type { DeployLayout, Service, ServiceSpec } from '@x/versioning/deploy';
import type { ServiceType } from '../config/deploys.ts';
import type { Settings } from '../config/fields.ts';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';

type DeployModule = typeof import('@x/versioning/deploy');

/** How services are made. */
export interface ServiceParts {
  readonly deploy: DeployModule;
  readonly layout: DeployLayout;
  readonly settings: Settings;
}

/** The service of the configuration; `undefined` where there is none. @throws {CliError} `USAGE`. */
export function configuredService(context: Context, parts: ServiceParts): Service | undefined {
  const { settings, layout } = parts;
  const service = settings['deploy.service'] ?? {};
  const name = settings['deploy.service.name'];
  const { command } = service;
  if (name === undefined && command === undefined) return undefined;
  if (name === undefined) throw usageError('Expected a name for the service, got none', 'Name it with --service.');
  const type = settings['deploy.service.type'] ?? 'process';
  if (command === undefined && type !== 'compose' && type !== 'command') {
    throw usageError(
      `Expected the command of the service ${JSON.stringify(name)}, got none`,
      'Write it as "command" in the section "deploy.service" of holdfast.config.json: ["node", "server.mjs"].',
    );
  }
  return serviceOf(context, parts, { type, spec: specOf(layout, settings, { name, command: command ?? [name] }) });
}

function specOf(
  layout: DeployLayout,
  settings: Settings,
  { name, command }: Pick<ServiceSpec, 'name' | 'command'>,
): ServiceSpec {
  const { user, group, environment = {} } = settings['deploy.service'] ?? {};
  const port = settings['deploy.service.port'];
  const logs = join(layout.shared, 'logs');
  return {
    name,
    command,
    user,
    group,
    workingDirectory: layout.current,
    environment: {
      API_ROOT: layout.root,
      ...(port === undefined ? {} : { PORT: String(port) }),
      ...environment,
    },
    environmentFile: join(layout.current, '.env'),
    stdout: join(logs, 'service_stdout.log'),
    stderr: join(logs, 'service_stderr.log'),
  };
}

async function currentVersion({ readCurrent }: DeployModule, layout: DeployLayout): Promise<string | undefined> {
  const current = await readCurrent(layout);
  return current.kind === 'release' ? current.version : undefined;
}

/** What each kind of keeper needs beside the service itself. @throws {CliError} `USAGE`. */
function serviceOf(
  context: Context,
  { deploy, layout, settings }: ServiceParts,
  { type, spec }: { readonly type: ServiceType; readonly spec: ServiceSpec },
): Service {
  const { serviceOf: made } = deploy;
  const {
    files = ['compose.yaml'],
    project = spec.name,
    commands,
    scope = 'system',
    front,
  } = settings['deploy.service'] ?? {};
  switch (type) {
    case 'process': {
      const keeper = new URL(context.entry.pathname.endsWith('.ts') ? './keeper.ts' : './keeper.js', context.entry);
      const port = settings['deploy.service.port'];
      return made('process', spec, { state: join(layout.state, 'service'), port, front, keeper });
    }
    case 'systemd':
      return made('systemd', spec, { scope });
    case 'compose':
      return made('compose', spec, {
        project,
        files,
        service: spec.name,
        version: () => currentVersion(deploy, layout),
      });
    case 'command':
      if (commands !== undefined) return made('command', spec, commands);
      throw usageError(
        'Expected commands that start and stop the service, got none',
        'Write them as "commands" in "deploy.service".',
      );
    case 'nssm':
    case 'windows':
      return made(type, spec, {});
  }
}
