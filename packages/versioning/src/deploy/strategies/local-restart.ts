import type { Deployer } from '../deployer.ts';
import type { Strategy, StrategyAction, StrategyCall, StrategyOutcome } from './contract.ts';

/** Options of {@link localRestartStrategy}. */
export interface LocalRestartOptions {
  /** That of this machine. Its service is restarted, and its checks are run. */
  readonly deployer: Pick<Deployer, 'planDeploy' | 'deployRelease'>;
}

/**
 * Starts the service of the current release again, with its variables of now. Nothing is brought: another version than the current one is refused. It is the same as `deployRelease(version, { strategy: 'local-restart' })`,
 * with its lock, its checks and its place in the history, for whoever chooses among strategies.
 *
 * `run` throws what `deployRelease` throws: `DEPLOY_REFUSED` for another version, `CHECKS_FAILED`, those of the service.
 *
 * @example
 * ```ts
 * import { type Deployer, localRestartStrategy } from '@x/versioning/deploy';
 *
 * export const restartOf = (deployer: Deployer) => localRestartStrategy({ deployer });
 * ```
 */
export function localRestartStrategy({ deployer }: LocalRestartOptions): Strategy {
  const strategy = 'local-restart';
  return {
    name: strategy,
    async plan({ version, signal }): Promise<readonly StrategyAction[]> {
      const { steps } = await deployer.planDeploy(version, { strategy, signal });
      return steps.map(({ step, what }) => ({ kind: 'own', text: `${step}: ${what}` }));
    },
    async run({ version, signal, onLine }: StrategyCall): Promise<StrategyOutcome> {
      const { steps } = await deployer.deployRelease(version, { strategy, signal });
      for (const { step, detail } of steps) onLine?.(`${step}: ${detail}`);
      return { isLive: true, detail: `restarted ${version}` };
    },
  };
}
