import type { ServiceStatus } from '../contract.ts';

/** A container as `docker compose ps --format json` has it. */
export interface ComposeContainer {
  readonly Service?: string | undefined;
  readonly State?: string | undefined;
  /** Empty without a health check; `starting`, `healthy` or `unhealthy`. */
  readonly Health?: string | undefined;
  readonly ExitCode?: number | undefined;
}

/** Signals that `stop` sends, as exit codes: whoever has no handler for them ends so. */
const STOPPED_CODES: ReadonlySet<number> = new Set([0, 130, 137, 143]);

/** Reads the output of `ps`: an object on each line since Compose 2.21, one list before. */
export function parseContainers(output: string): ComposeContainer[] {
  const text = output.trim();
  if (text === '') return [];
  if (text.startsWith('[')) return JSON.parse(text) as ComposeContainer[];
  // Warnings may stand between.
  const lines = text.split('\n').filter((line) => line.trim().startsWith('{'));
  return lines.map((line) => JSON.parse(line) as ComposeContainer);
}

/** What the containers of a service say about it: the worst of them counts. */
export function composeStatus(containers: readonly ComposeContainer[]): ServiceStatus {
  const states = containers.map(stateOf);
  const worst = (['failed', 'unknown', 'starting', 'stopped', 'running'] as const)
    .map((state) => states.find((each) => each.state === state))
    .find((each) => each !== undefined);
  // Processes in containers have other ids there, and may be on another machine.
  return { pids: [], ...(worst ?? { state: 'missing' }) };
}

function stateOf({ State = '', Health = '', ExitCode = 0 }: ComposeContainer): Pick<ServiceStatus, 'state' | 'detail'> {
  switch (State) {
    case 'running':
      if (Health === 'unhealthy') return { state: 'failed', detail: 'its health check fails' };
      return Health === 'starting'
        ? { state: 'starting', detail: 'its health check has not passed yet' }
        : { state: 'running' };
    case 'restarting':
      return { state: 'failed', detail: `it ended with exit code ${ExitCode}; it is started again` };
    case 'dead':
      return { state: 'failed', detail: 'the container is dead' };
    case 'exited':
      return STOPPED_CODES.has(ExitCode)
        ? { state: 'stopped' }
        : { state: 'failed', detail: `it ended with exit code ${ExitCode}` };
    case 'created':
    case 'paused':
    case 'removing':
      return { state: 'stopped', detail: `the container is ${State}` };
    default:
      return { state: 'unknown', detail: `the container is ${State}` };
  }
}
