import { rm } from 'node:fs/promises';
import type { Service, ServiceCall, ServiceSpec, ServiceVerb } from '../contract.ts';
import { systemSleep } from '../../../clock.ts';
import { serviceLogs } from '../service-logs.ts';
import { type Claim, takeClaim } from './claim.ts';
import { Controller } from './controller.ts';
import { statePaths, type Wanted } from './model.ts';
import { checkSystem, type ProcessServiceOptions, processSettings } from './options.ts';
import { planProcess } from './plan.ts';
import { processStatus } from './process-status.ts';
import { readState } from './state-file.ts';
import type { VerbContext } from './verb-context.ts';
import { handOver, install, restart, start, stop } from './verbs.ts';

/** How often it is tried to get at a service that another call is changing, in milliseconds. */
const TURN_MS = 50;

const VERBS: Readonly<Record<Exclude<ServiceVerb, 'uninstall'>, (context: VerbContext) => Promise<void>>> = {
  install,
  start,
  stop,
  restart,
  handOver,
};

/**
 * A service of plain processes, on Linux and macOS machines without a service manager, or where a user has none of their own. A small supervisor starts it again whenever it ends; supervisor
 * and service outlive whoever has started them, and the next call finds them. It does not come back by itself when the machine starts: call `start` from there.
 *
 * With a `port` or a `socket`, a small proxy of its own listens there and passes on what comes, so that `handOver` loses nothing: it starts the new copy at
 * another address, waits until it is healthy, switches, lets the old one answer what it has begun, and stops it. One that does not become healthy is stopped, and the old one goes on.
 *
 * @throws {VersioningError} `INVALID_OPTION`.
 * @example
 * ```ts
 * import { processService } from '@x/versioning/deploy';
 *
 * const spec = {
 *   name: 'shop',
 *   command: ['node', 'server.js'],
 *   workingDirectory: '/srv/shop/releases/current',
 *   environment: { API_ROOT: '/srv/shop' },
 *   stdout: '/srv/shop/shared/logs/service_stdout.log',
 *   stderr: '/srv/shop/shared/logs/service_stderr.log',
 * } as const;
 * const shop = processService(spec, { state: '/srv/shop/.holdfast/service', port: 8080, health: { path: '/health' } });
 * await shop.run('handOver', { version: '1.2.3' });
 * console.log((await shop.status()).state);
 * ```
 */
export function processService(spec: ServiceSpec, options: ProcessServiceOptions): Service {
  const settings = processSettings(spec, options);
  const contextOf = (call: ServiceCall): VerbContext => {
    const controller = new Controller(settings.state, { keeper: settings.keeper, signal: call.signal });
    return { spec, settings, call, controller };
  };
  return {
    kind: 'process',
    spec,
    plan: async (verb) =>
      planProcess(verb, { spec, settings, wanted: await readState<Wanted>(statePaths(settings.state).wanted) }),
    async run(verb, call = {}): Promise<void> {
      checkSystem(spec);
      const context = contextOf(call);
      const turn = await takeTurn(context);
      try {
        await (verb === 'uninstall' ? stop(context) : VERBS[verb](context));
      } finally {
        await turn.release();
      }
      if (verb === 'uninstall') await remove(context);
    },
    status: async () => processStatus(await contextOf({}).controller.situation()),
    logs: (logOptions) => serviceLogs(spec, logOptions),
  };
}

/** Of two calls at once, one waits for the other. */
async function takeTurn({ controller, call: { signal } }: VerbContext): Promise<Claim> {
  for (;;) {
    signal?.throwIfAborted();
    const claim = await takeClaim(controller.paths.claims, 'control');
    if (claim !== undefined) return claim;
    await systemSleep(TURN_MS, signal);
  }
}

async function remove({ controller, settings }: VerbContext): Promise<void> {
  // The supervisor ends by itself, and writes its last report there.
  await controller.until(async () => ((await controller.situation()).supervisor === undefined ? true : undefined));
  await rm(settings.state, { recursive: true, force: true });
}
