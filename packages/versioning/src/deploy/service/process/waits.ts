import { serviceFailed } from '../service-failure.ts';
import { probe } from './health.ts';
import { FRONT, type Instance } from './model.ts';
import type { VerbContext } from './verb-context.ts';

/** How long the proxy may take to come up, and how long it may be refused its address, in milliseconds. */
const UP_MS = 15_000;
const REFUSED_MS = 2000;

/** Waits until a copy does its work. @throws {VersioningError} `SERVICE_FAILED` when it has ended, or takes too long. */
export async function healthy({ controller, settings, spec }: VerbContext, instance: Instance): Promise<void> {
  const { timeoutMs, settledMs, path } = settings.health;
  // One that is there and healthy needs somebody to start it again, too.
  await controller.supervisor();
  const begin = performance.now();
  const restarts = (await controller.situation()).reports.get(instance.id)?.restarts ?? 0;
  let since: number | undefined;
  let got = 'no process';
  const failure = await controller.until(async () => {
    const { alive, reports } = await controller.situation();
    const report = reports.get(instance.id);
    const now = performance.now();
    if (!alive.has(instance.id)) {
      if (report?.state === 'waiting' && report.detail !== undefined) return `one that ${report.detail}`;
    } else if (report !== undefined && report.restarts > restarts) {
      return `one that ${report.detail ?? 'ended'}`;
    } else if (instance.address === undefined) {
      since ??= now;
      if (now - since >= settledMs) return '';
    } else {
      const found = await probe(instance.address, path);
      if (found === undefined) return '';
      got = found;
    }
    return now - begin > timeoutMs ? `${got} for ${timeoutMs} ms` : undefined;
  });
  if (failure !== '') throw await serviceFailed(spec, 'to become healthy', failure);
}

/** Waits until the built-in proxy, where there is one, passes on what comes to a copy. @throws {VersioningError} `SERVICE_FAILED`. */
export async function served({ controller, settings, spec }: VerbContext, instance: Instance): Promise<void> {
  if (settings.front === undefined) return;
  const begin = performance.now();
  const wanted = JSON.stringify(settings.front);
  const failure = await controller.until(async () => {
    const [{ alive }, front] = await Promise.all([controller.situation(), controller.front()]);
    const ms = performance.now() - begin;
    // The report of an earlier proxy says nothing of this one.
    if (front === undefined || alive.get(FRONT)?.pid !== front.pid || JSON.stringify(front.front) !== wanted)
      return ms > UP_MS ? 'a proxy that does not come up' : undefined;
    if (front.isListening && front.active === instance.id) return '';
    return ms > REFUSED_MS ? front.failure : undefined;
  });
  if (failure !== '') throw await serviceFailed(spec, 'to be served at its address', failure);
}

/** Waits until an old copy has answered what came before the switch, or its time is over. */
export async function drained(
  { controller, settings }: VerbContext,
  { active, old }: { readonly active: Instance; readonly old: Instance },
): Promise<void> {
  if (settings.front === undefined) return;
  const end = performance.now() + settings.drainMs;
  await controller.until(async () => {
    const front = await controller.front();
    const isDrained = front?.active === active.id && !front.draining.includes(old.id);
    return isDrained || performance.now() > end ? true : undefined;
  });
}

/** Waits until there is no process of some copies any more. */
export async function gone({ controller }: VerbContext, which: (id: string) => boolean): Promise<void> {
  await controller.until(async () => {
    const { alive } = await controller.situation();
    return [...alive.keys()].some(which) ? undefined : true;
  });
}
