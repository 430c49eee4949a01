import { VersioningError } from '../../errors.ts';
import type { Check } from '../checks/contract.ts';
import { runChecks } from '../checks/run-checks.ts';
import type { Service, ServiceAction } from '../service/contract.ts';
import type { Strategy, StrategyAction, StrategyCall, StrategyOutcome } from './contract.ts';

/** Options of {@link localRestartStrategy}. */
export interface LocalRestartOptions {
  readonly service: Service;
  /** Run after it. */
  readonly checks?: readonly Check[] | undefined;
  /** The version that is current on this machine. */
  readonly current: () => Promise<string | undefined>;
}

/**
 * Starts the service of the current release again. Nothing is brought: another version than the current one is refused.
 *
 * `run` throws `STRATEGY_FAILED` for another version, and for checks that fail afterwards; those of the service.
 *
 * @example
 * ```ts
 * import { httpCheck, localRestartStrategy, type Service } from '@x/versioning/deploy';
 *
 * export const restartOf = (service: Service) =>
 *   localRestartStrategy({
 *     service,
 *     current: async () => '1.0.4',
 *     checks: [httpCheck({ url: 'http://127.0.0.1:8080/health' })],
 *   });
 * ```
 */
export function localRestartStrategy({ service, checks = [], current }: LocalRestartOptions): Strategy {
  return {
    name: 'local-restart',
    async plan({ version, signal }): Promise<readonly StrategyAction[]> {
      const actions = await service.plan('restart', { version, signal });
      const last = checks.map(({ name }): StrategyAction => ({ kind: 'own', text: `check ${name}` }));
      return [...actions.map(actionOf), ...last];
    },
    async run(call): Promise<StrategyOutcome> {
      const { version, signal } = call;
      refuseOther(version, await current());
      await service.run('restart', { version, signal });
      call.onLine?.(`restarted ${service.spec.name}`);
      await refuseIll(checks, call);
      return { isLive: true, detail: `restarted ${service.spec.name}, version ${version}` };
    },
  };
}

function actionOf(action: ServiceAction): StrategyAction {
  if (action.kind === 'run') return { kind: 'run', command: action.command };
  return { kind: 'own', text: action.kind === 'write' ? `write ${action.path}` : action.text };
}

function refuseOther(version: string, current: string | undefined): void {
  if (version === current) return;
  throw new VersioningError(
    'STRATEGY_FAILED',
    `Expected the version that is current (${current ?? 'none'}), got ${version}`,
    {
      hint: 'A restart brings no other version: deploy it by another strategy.',
    },
  );
}

async function refuseIll(checks: readonly Check[], { version, signal, onLine }: StrategyCall): Promise<void> {
  const { outcome, results } = await runChecks(checks, { version, signal });
  signal?.throwIfAborted();
  for (const each of results) onLine?.(`${each.outcome} ${each.name}: ${each.found}`);
  if (outcome !== 'fail') return;
  const failed = results.filter((each) => each.outcome === 'fail').map(({ name, found }) => `${name} (${found})`);
  throw new VersioningError(
    'STRATEGY_FAILED',
    `Expected the service to be well after its restart, got: ${failed.join(', ')}`,
    {
      hint: 'See the log of the service; or go back with `holdfast deploy rollback`.',
    },
  );
}
