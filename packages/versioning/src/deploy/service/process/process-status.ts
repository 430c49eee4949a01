import type { ServiceStatus } from '../contract.ts';
import type { Situation } from './controller.ts';
import { FRONT } from './model.ts';

/** What is known of a service, from what runs of it. */
export function processStatus({ wanted, alive, reports, supervisor }: Situation): ServiceStatus {
  const pids = [...alive].filter(([id]) => id !== FRONT).map(([, { pid }]) => pid);
  if (wanted === undefined) return { state: 'missing', pids };
  const { active } = wanted;
  if (active === undefined) {
    if (pids.length === 0) return { state: 'stopped', pids };
    return { state: 'running', pids, detail: 'it is being stopped; "stop" goes on with that' };
  }
  const report = reports.get(active);
  const isAlone = supervisor === undefined;
  const version = wanted.instances.find(({ id }) => id === active)?.version;
  const known = { pids, version, since: report?.since, restarts: report?.restarts };
  if (!alive.has(active)) {
    const how = report?.detail ?? 'it is not there';
    const then = isAlone
      ? 'nobody starts it again, as its supervisor has ended'
      : 'it is started again after its delay';
    const isBeginning = report === undefined || (report.detail === undefined && !isAlone);
    return { ...known, state: isBeginning && !isAlone ? 'starting' : 'failed', detail: `${how}; ${then}` };
  }
  if (isAlone)
    return {
      ...known,
      state: 'running',
      detail: 'nobody starts it again when it ends, as its supervisor has ended; "start" does',
    };
  const isHalfway = wanted.next !== undefined || wanted.retiring !== undefined;
  return {
    ...known,
    state: 'running',
    detail: isHalfway ? 'a new copy is taking over; "handOver" goes on with that' : undefined,
  };
}
