import type { NotedServiceHooks, ServiceCommand } from '@x/backup-store';

/** Command lines, given to `sh`, that stop and start what works with the data that is restored. */
export interface ServiceFlags {
  readonly stopCommand?: string | undefined;
  readonly startCommand?: string | undefined;
}

/** A command line as a program, for now and for whoever comes after this process was killed. */
export const lineCommand = (line: string, cwd: string): ServiceCommand => ({ command: 'sh', args: ['-c', line], cwd });

/** The hooks that the options name; `undefined` when they name none. */
export function serviceOf({ stopCommand, startCommand }: ServiceFlags, cwd: string): NotedServiceHooks | undefined {
  if (stopCommand === undefined && startCommand === undefined) return undefined;
  const stopBy = stopCommand === undefined ? undefined : lineCommand(stopCommand, cwd);
  const startBy = startCommand === undefined ? undefined : lineCommand(startCommand, cwd);
  return {
    stopBy,
    startBy,
    stop: stopBy && (async ({ signal }) => await runService(stopBy, signal)),
    // Once the service is stopped, it is started again whatever happens.
    start: startBy && (async () => await runService(startBy)),
  };
}

/** Runs what stops or starts a service. @throws What has failed. */
export async function runService(by: ServiceCommand, signal?: AbortSignal): Promise<void> {
  const { runCommand } = await import('@x/backup-store/command');
  await runCommand({ ...by, signal });
}
