import type { ServiceSpec, ServiceStatus } from './contract.ts';
import { systemSleep } from '../../clock.ts';
import { serviceFailed } from './service-failure.ts';

const LOOK_MS = 100;
/** How long a manager may take until a service runs, in milliseconds. */
const START_MS = 60_000;

/**
 * Waits until a service has run for a while without being started again: managers call one started as soon as there is a process.
 *
 * @throws {VersioningError} `SERVICE_FAILED` with the last lines of its output.
 */
export async function untilSettled(
  spec: ServiceSpec,
  look: () => Promise<ServiceStatus>,
  { settledMs, signal }: { readonly settledMs: number; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const begin = performance.now();
  let since: number | undefined;
  let restarts: number | undefined;
  for (;;) {
    const status = await look();
    const now = performance.now();
    if (status.state === 'failed' || status.state === 'missing' || status.state === 'unknown')
      throw await serviceFailed(spec, 'to run', status.detail ?? `one that is ${status.state}`);
    restarts ??= status.restarts;
    if (status.restarts !== restarts)
      throw await serviceFailed(spec, 'to run', 'one that has ended and was started again');
    if (status.state === 'running') since ??= now;
    else since = undefined;
    if (since !== undefined && now - since >= settledMs) return;
    if (now - begin > START_MS + settledMs) throw await serviceFailed(spec, 'to run', `one that is ${status.state}`);
    await systemSleep(LOOK_MS, signal);
  }
}
