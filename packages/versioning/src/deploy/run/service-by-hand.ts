import type { ServiceAction, ServiceCall } from '../service/contract.ts';
import { refused } from './failure.ts';
import type { HandVerb } from './hand-verb.ts';
import type { Ask, Locked } from './held.ts';
import { type DeployTools, isoNow } from './tools.ts';

/** How it is done. */
export type HandOptions = Pick<ServiceCall, 'signal' | 'onAction'>;

/** A service as people start and stop it. */
export interface ServiceByHand {
  /** What a verb would do, and nothing is done. @throws {VersioningError} `DEPLOY_REFUSED` where there is no service. */
  plan(verb: HandVerb, options?: { readonly signal?: AbortSignal | undefined }): Promise<readonly ServiceAction[]>;
  /**
   * Does it. What starts the service writes the `.env` of the current release anew and tells which version it is, as a deploy does, and so is refused while one is under way.
   *
   * @throws {VersioningError} `DEPLOY_REFUSED` where there is no service; `DEPLOY_LOCKED`; those of the service.
   */
  run(verb: HandVerb, options?: HandOptions): Promise<void>;
}

/** Opens it for the tools of a deployer. */
export function serviceByHand(tools: DeployTools, ask: Ask, locked: Locked): ServiceByHand {
  return {
    plan: async (verb, { signal } = {}) => planByHand(tools, verb, signal),
    run: async (verb, { signal, onAction } = {}) => {
      await ask('service');
      // Whoever wants it stopped should not have to wait for a deploy.
      if (!isStarting(verb)) return runByHand(tools, verb, { signal, onAction });
      return locked({ action: 'service', signal }, async (held, both) =>
        runByHand(held, verb, { signal: both, onAction }),
      );
    },
  };
}

/** Verbs after which the service runs: it has to be the current release with the variables of now, as after a deploy. */
const isStarting = (verb: HandVerb): boolean => verb === 'start' || verb === 'restart';

/** What a verb would do, and nothing is done. @throws {VersioningError} `DEPLOY_REFUSED` without a service. */
async function planByHand(
  tools: Pick<DeployTools, 'place' | 'service'>,
  verb: HandVerb,
  signal?: AbortSignal,
): Promise<readonly ServiceAction[]> {
  const service = serviceOf(tools);
  const version = isStarting(verb) ? await currentVersion(tools) : undefined;
  const actions = await service.plan(verb, { version, signal });
  if (version === undefined) return actions;
  return [{ kind: 'own', text: `write the .env of ${version} anew`, needsRoot: false }, ...actions];
}

/** Carries a verb out. What starts it writes its `.env` anew and says which version it is. @throws {VersioningError} as {@link planByHand}, and those of the service. */
async function runByHand(tools: DeployTools, verb: HandVerb, call: HandOptions): Promise<void> {
  const service = serviceOf(tools);
  const version = isStarting(verb) ? await currentVersion(tools) : undefined;
  if (version !== undefined) await tools.place.refreshEnv(version);
  await service.run(verb, { ...call, version });
  const { by, channel } = tools;
  await tools.actions.write({ kind: 'service', by, at: isoNow(tools), channel, verb });
  tools.tell({ kind: 'service.changed', by, verb });
}

async function currentVersion({ place }: Pick<DeployTools, 'place'>): Promise<string | undefined> {
  const current = await place.current();
  return current.kind === 'release' ? current.version : undefined;
}

function serviceOf({ service }: Pick<DeployTools, 'service'>): NonNullable<DeployTools['service']> {
  if (service !== undefined) return service;
  throw refused('Expected a service, got none', 'Give the deployer one.');
}
