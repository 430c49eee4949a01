import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Strategy, StrategyProfile } from '@x/versioning/deploy';
import type { OwnStrategyConfig } from '../config/deploy-strategies.ts';
import type { Effective } from '../config/merge.ts';
import { CliError, usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { durationOf } from './deploy-checks.ts';
import { configFolder } from './tenant-modules.ts';

/** Names of the strategies that come along: nobody's own is called so. */
const KNOWN_STRATEGIES = ['local', 'local-restart', 'remote-ci', 'hybrid', 'server-controlled'] as const;

const PLACE = '"own" in "strategies" of "deploy" in holdfast.config.json';

/** Strategies of one's own, by name, as they are configured. @throws {CliError} `USAGE` for a name that is taken. */
function ownStrategies({ settings }: Effective): Readonly<Record<string, OwnStrategyConfig>> {
  const own = settings['deploy.strategies']?.own ?? {};
  const taken = KNOWN_STRATEGIES.find((name) => Object.hasOwn(own, name));
  if (taken === undefined) return own;
  throw usageError(
    `Expected a name of its own for a strategy, got ${taken}, which comes along`,
    `Rename it: ${PLACE}.`,
  );
}

/** What advice knows of strategies of one's own. @throws {CliError} `USAGE`. */
export function ownProfiles(effective: Effective): readonly StrategyProfile[] {
  return Object.entries(ownStrategies(effective)).map(([name, config]) => ({
    name,
    base: config.base ?? 50,
    carriesChanges: config.carriesChanges ?? true,
    needsRemote: config.needsRemote ?? false,
    buildsHere: config.buildsHere ?? false,
    copiesFiles: config.copiesFiles ?? false,
    isTested: config.isTested ?? false,
    isAttended: config.isAttended ?? true,
  }));
}

/** What a strategy is made of. */
interface OwnParts {
  readonly name: string;
  readonly deploy: typeof import('@x/versioning/deploy');
}

/**
 * A strategy of one's own. A module of it is trusted as the configuration is that names it.
 *
 * @throws {CliError} `USAGE` for a name that is not configured, and for one with neither or both of command and module; `UNREADABLE` for a module.
 */
export async function ownStrategy(
  context: Context,
  effective: Effective,
  { name, deploy }: OwnParts,
): Promise<Strategy> {
  const own = ownStrategies(effective);
  const config = Object.hasOwn(own, name) ? own[name] : undefined;
  if (config === undefined) {
    const names = [...KNOWN_STRATEGIES, ...Object.keys(own)].join(', ');
    throw usageError(`Expected a strategy (${names}), got ${JSON.stringify(name)}`, `Yours are ${PLACE}.`);
  }
  const { command, module, timeout } = config;
  if ((command === undefined) === (module === undefined)) {
    const got = command === undefined ? 'neither' : 'both';
    throw usageError(`Expected a command or a module for the strategy ${name}, got ${got}`, `See ${PLACE}.`);
  }
  const folder = configFolder(context, effective);
  if (module !== undefined) return moduleStrategy(name, resolve(folder, module));
  const timeoutMs = durationOf(timeout, `deploy.strategies.own.${name}.timeout`);
  return deploy.commandStrategy({ name, command: command as [string, ...string[]], folder, timeoutMs });
}

async function moduleStrategy(name: string, path: string): Promise<Strategy> {
  const loading = import(pathToFileURL(path).href) as Promise<{ readonly strategy?: Partial<Strategy> | undefined }>;
  const { strategy } = await loading.catch((cause: unknown) => {
    const got = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new CliError('UNREADABLE', `Expected the module of the strategy ${name} to load, got: ${got}`, { cause });
  });
  if (typeof strategy?.plan === 'function' && typeof strategy.run === 'function') return strategy as Strategy;
  throw usageError(
    `Expected an export "strategy" with functions plan and run, got something else in ${path}`,
    'The type is Strategy of @x/versioning/deploy.',
  );
}
