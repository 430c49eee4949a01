import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileFailure } from '../../../artifact/file-failure.ts';
import type { Controller } from './controller.ts';
import { tellFront } from './hook.ts';
import { digestOf, newInstance } from './instance.ts';
import { FRONT, type Instance, NOTHING, type Wanted } from './model.ts';
import type { ProcessSettings } from './options.ts';
import { basisOf, tell, type VerbContext } from './verb-context.ts';
import { drained, gone, healthy, served } from './waits.ts';

const naming = ({ id, version }: Instance): string =>
  version === undefined ? `copy ${id}` : `copy ${id} of ${version}`;
const instanceOf = ({ instances }: Wanted, id: string | undefined): Instance | undefined =>
  instances.find((each) => each.id === id);
const alone = (instance: Instance, { front }: ProcessSettings): Wanted => ({
  format: 1,
  instances: [instance],
  active: instance.id,
  front,
});

/** Makes the folders. */
export async function install(context: VerbContext): Promise<void> {
  const { spec, controller } = context;
  tell(context, `make ${controller.paths.folder} and the folders of the logs`);
  await makeFolder(controller.paths.folder, 0o700);
  for (const path of [spec.stdout, spec.stderr]) await makeFolder(dirname(path), 0o777);
  if (!(await controller.isInstalled())) await controller.want(NOTHING);
}

async function makeFolder(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode });
  } catch (error) {
    throw fileFailure('WRITE_FAILED', 'to make a folder', { path, cause: error });
  }
}

/** Starts it, unless it runs. What an interrupted hand-over has left is brought to its end. */
export async function start(context: VerbContext): Promise<void> {
  const { controller, settings } = context;
  await install(context);
  const wanted = await controller.wanted();
  if (wanted.retiring !== undefined) return retire(context, wanted);
  const active = instanceOf(wanted, wanted.active);
  const { alive } = await controller.situation();
  if (active !== undefined && alive.has(active.id)) {
    tell(context, `see that ${naming(active)} runs`);
    await controller.want(alone(active, settings));
    return comesUp(context, active);
  }
  // One that waits to be started again is started now, as a new one.
  return startNew(context);
}

async function startNew(context: VerbContext): Promise<void> {
  const { controller, settings } = context;
  const instance = await newInstance(basisOf(context), NOTHING);
  tell(context, `start ${naming(instance)}`);
  await controller.want(alone(instance, settings));
  await comesUp(context, instance);
}

async function comesUp(context: VerbContext, instance: Instance): Promise<void> {
  await healthy(context, instance);
  await served(context, instance);
  await tellFront(context, { to: instance });
  await gone(context, (id) => id !== instance.id && id !== FRONT);
}

/** Stops it: first the address takes nothing new, then what is under way ends, then the service. */
export async function stop(context: VerbContext): Promise<void> {
  const { controller } = context;
  if (!(await controller.isInstalled())) return;
  const wanted = await controller.wanted();
  if (wanted.front !== undefined) {
    tell(context, 'stop serving the address');
    await controller.want({ ...wanted, front: undefined });
    await gone(context, (id) => id === FRONT);
  }
  tell(context, 'stop the service');
  await controller.want(NOTHING);
  await gone(context, () => true);
}

/** Stops what runs and starts it anew. Meanwhile the proxy, where there is one, lets requests wait. */
export async function restart(context: VerbContext): Promise<void> {
  const { controller, settings } = context;
  await install(context);
  tell(context, 'stop the service');
  await controller.want({ format: 1, instances: [], front: settings.front });
  await gone(context, (id) => id !== FRONT);
  await startNew(context);
}

/** Starts a new copy beside the old one, has it take over when it is healthy, and stops the old one when its last requests are answered. */
export async function handOver(context: VerbContext): Promise<void> {
  const { controller, settings } = context;
  const wanted = await controller.wanted();
  const active = instanceOf(wanted, wanted.active);
  if (active === undefined) return start(context);
  if (settings.address.kind.startsWith('fixed')) return restart(context);
  const digest = await digestOf(basisOf(context));
  if (wanted.retiring !== undefined) {
    await retire(context, wanted);
    // A call that was killed after the switch had done what is asked for.
    return active.digest === digest ? undefined : handOver(context);
  }
  const next = await nextTo(context, { wanted, active, digest });
  tell(context, `start ${naming(next)} beside ${naming(active)}`);
  await controller.want({ ...alone(active, settings), instances: [active, next], next: next.id });
  try {
    await healthy(context, next);
  } catch (error) {
    await giveUp(context, active);
    throw error;
  }
  tell(context, `switch from ${naming(active)} to ${naming(next)}`);
  const switched: Wanted = { ...alone(next, settings), instances: [active, next], retiring: active.id };
  await controller.want(switched);
  await retire(context, switched);
}

/** The copy that a killed call has begun, if it is of the same; a new one else. */
async function nextTo(
  context: VerbContext,
  { wanted, active, digest }: { readonly wanted: Wanted; readonly active: Instance; readonly digest: string },
): Promise<Instance> {
  const begun = instanceOf(wanted, wanted.next);
  if (begun?.digest === digest) {
    const { alive } = await context.controller.situation();
    if (alive.has(begun.id)) return begun;
  }
  if (begun !== undefined) {
    tell(context, `stop ${naming(begun)}, which an interrupted call has left`);
    await context.controller.want(alone(active, context.settings));
    await gone(context, (id) => id === begun.id);
  }
  return newInstance(basisOf(context), wanted);
}

/** Waits for the last requests of the old copy, and stops it. */
async function retire(context: VerbContext, wanted: Wanted): Promise<void> {
  const { controller, settings } = context;
  const active = instanceOf(wanted, wanted.active) as Instance;
  const old = instanceOf(wanted, wanted.retiring) as Instance;
  try {
    await served(context, active);
    await tellFront(context, { to: active, from: old });
  } catch (error) {
    await goBack(context, old);
    throw error;
  }
  if (settings.front !== undefined) tell(context, 'wait for the last requests of the old one');
  await drained(context, { active, old });
  tell(context, 'stop the old one');
  await controller.want(alone(active, settings));
  await gone(context, (id) => id !== active.id && id !== FRONT);
}

/** The old copy keeps what it has; the new one is stopped. */
async function giveUp(context: VerbContext, active: Instance): Promise<void> {
  // Also when the call was aborted.
  const controller: Controller = context.controller.withoutSignal();
  await controller.want(alone(active, context.settings));
  await gone({ ...context, controller }, (id) => id !== active.id && id !== FRONT);
}

/** Nobody could be told of the new copy: the old one gets its place back. */
async function goBack(context: VerbContext, old: Instance): Promise<void> {
  if (context.call.signal?.aborted === true) return;
  await tellFront(context, { to: old }).catch(() => undefined);
  await giveUp(context, old);
}
