import type { ServiceStatus } from '../contract.ts';

/** What is asked of `systemctl show`. */
export const SHOWN_PROPERTIES: readonly string[] = [
  'LoadState',
  'ActiveState',
  'SubState',
  'Result',
  'MainPID',
  'ControlGroup',
  'NRestarts',
  'ExecMainCode',
  'ExecMainStatus',
  'ActiveEnterTimestamp',
];

/** Takes the lines of `systemctl show` apart. */
export function parseProperties(output: string): Map<string, string> {
  const lines = output.split('\n').filter((line) => line.includes('='));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1).trimEnd()]));
}

/**
 * What the properties of a unit say about the service.
 *
 * @param pids All processes of its control group, as far as known.
 */
export function systemdStatus(properties: ReadonlyMap<string, string>, pids: readonly number[]): ServiceStatus {
  const main = Number(properties.get('MainPID') ?? 0);
  const known = {
    pids: pids.length > 0 ? pids : main > 0 ? [main] : [],
    since: sinceOf(properties.get('ActiveEnterTimestamp') ?? ''),
    restarts: properties.has('NRestarts') ? Number(properties.get('NRestarts')) : undefined,
  };
  return { ...known, ...stateOf(properties) };
}

function stateOf(properties: ReadonlyMap<string, string>): Pick<ServiceStatus, 'state' | 'detail'> {
  const load = properties.get('LoadState') ?? '';
  if (load === 'not-found') return { state: 'missing' };
  if (load !== 'loaded') return { state: 'unknown', detail: `the unit is ${load === '' ? 'not told of' : load}` };
  const sub = properties.get('SubState') ?? '';
  switch (properties.get('ActiveState')) {
    case 'active':
      return { state: 'running' };
    case 'reloading':
      return { state: 'running', detail: 'it is being reloaded' };
    case 'deactivating':
      return { state: 'running', detail: 'it is being stopped' };
    case 'activating':
      return sub === 'auto-restart'
        ? { state: 'failed', detail: `${endOf(properties)}; it is started again after its delay` }
        : { state: 'starting' };
    case 'failed':
      return { state: 'failed', detail: endOf(properties) };
    case 'inactive':
      return { state: 'stopped' };
    default:
      return { state: 'unknown', detail: `systemd calls it ${properties.get('ActiveState') ?? 'nothing'}` };
  }
}

/** `ExecMainCode` is that of waitid(2): 1 for an exit, else a signal. */
function endOf(properties: ReadonlyMap<string, string>): string {
  const status = properties.get('ExecMainStatus') ?? '?';
  const how = properties.get('ExecMainCode') === '1' ? `exit code ${status}` : `signal ${status}`;
  return `it ended with ${how} (${properties.get('Result') ?? 'unknown'})`;
}

/** Such as `Fri 2026-11-27 21:57:18 UTC`: `systemctl` is run with that time zone. */
function sinceOf(stamp: string): string | undefined {
  const found = /(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}) UTC/.exec(stamp);
  return found === null ? undefined : `${found[1]}T${found[2]}.000Z`;
}
