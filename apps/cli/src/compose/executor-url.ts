import { dockerExec, type Executor, ssh } from '@x/backup-store/command';
import { usageError } from '../errors.ts';

/** Where the programs of a database run, as its URL says. */
export interface ProgramPlace {
  readonly executor?: Executor | undefined;
  readonly binDirectory?: string | undefined;
}

const PARAMETERS = ['docker', 'docker-client', 'docker-user', 'ssh', 'ssh-client', 'ssh-option', 'bin'] as const;

/**
 * Takes what says where programs run out of the parameters of a URL: `docker=CONTAINER` (with `docker-user`, and `docker-client=podman`),
 * `ssh=user@host` (with `ssh-option`, several times), and `bin`, the folder of the programs there.
 *
 * @throws {CliError} `USAGE`.
 */
export function takeProgramPlace(parameters: URLSearchParams): ProgramPlace {
  const one = (name: (typeof PARAMETERS)[number]): string | undefined => parameters.get(name) ?? undefined;
  const [container, host, binDirectory] = [one('docker'), one('ssh'), one('bin')];
  const docker = { client: one('docker-client'), user: one('docker-user') };
  const remote = { client: one('ssh-client'), options: parameters.getAll('ssh-option') };
  for (const name of PARAMETERS) parameters.delete(name);
  refuse(container === '' || host === '', 'docker and ssh to name a container or a host, got none');
  refuse(container !== undefined && host !== undefined, 'either docker or ssh, got both');
  refuse(
    container === undefined && (docker.client ?? docker.user) !== undefined,
    'docker with docker-client and docker-user',
  );
  refuse(
    host === undefined && (remote.client !== undefined || remote.options.length > 0),
    'ssh with ssh-client and ssh-option',
  );
  const executor =
    container !== undefined ? dockerExec(container, docker) : host === undefined ? undefined : ssh(host, remote);
  return { ...(executor === undefined ? {} : { executor }), ...(binDirectory === undefined ? {} : { binDirectory }) };
}

function refuse(isWrong: boolean, expected: string): void {
  if (!isWrong) return;
  throw usageError(
    `Expected ${expected}`,
    'Write it as ?docker=CONTAINER or ?ssh=user@host; the URL is what is meant there.',
  );
}
