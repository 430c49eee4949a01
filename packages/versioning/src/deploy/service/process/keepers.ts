import { keeperEnvironment } from './environment.ts';
import { FRONT, type Front, type Instance, type StatePaths } from './model.ts';

/** What may be left of an instance that nobody wants any more. */
const LEFTOVER_STOP_MS = 10_000;
/** The port is not served while the proxy is not there. */
const FRONT_RESTART_MS = 200;
/** How long requests under way may take when the proxy is stopped, in milliseconds. */
const FRONT_STOP_MS = 30_000;

/** The proxy, as an instance that the supervisor keeps like any other. */
export function frontInstance(
  front: Front,
  { paths, command }: { readonly paths: StatePaths; readonly command: readonly [string, ...string[]] },
): Instance {
  return {
    ...plain(FRONT, paths),
    environment: keeperEnvironment(process.env),
    digest: JSON.stringify(front),
    command,
    restartDelayMs: FRONT_RESTART_MS,
    stopTimeoutMs: FRONT_STOP_MS,
  };
}

/** An instance of which nothing is known but that it was started. */
export function leftover(id: string, paths: StatePaths): Instance {
  return { ...plain(id, paths), stopTimeoutMs: id === FRONT ? FRONT_STOP_MS : LEFTOVER_STOP_MS };
}

function plain(id: string, { folder, keeperLog }: StatePaths): Instance {
  return {
    id,
    digest: '',
    command: [''],
    workingDirectory: folder,
    environment: {},
    own: {},
    stdout: keeperLog,
    stderr: keeperLog,
    restartDelayMs: 0,
    stopTimeoutMs: 0,
  };
}
