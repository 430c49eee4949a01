import { serviceFailed } from '../service-failure.ts';
import { runProgram } from '../program.ts';
import { baseEnvironment } from './environment.ts';
import type { Address, Instance } from './model.ts';
import { tell, type VerbContext } from './verb-context.ts';

/** Runs the command that tells another proxy where the service is now. @throws {VersioningError} `SERVICE_FAILED` when it fails. */
export async function tellFront(
  context: VerbContext,
  { to, from }: { readonly to: Instance; readonly from?: Instance | undefined },
): Promise<void> {
  const { settings, spec, call } = context;
  if (settings.hook === undefined) return;
  tell(context, `run ${settings.hook[0]}`);
  const env = {
    ...baseEnvironment(process.env),
    ...spec.environment,
    ...(to.version === undefined ? {} : { VERSION: to.version }),
    ...addressVariables('', to.address),
    ...addressVariables('PREVIOUS_', from?.address),
  };
  const { code, said } = await runProgram(settings.hook, { cwd: spec.workingDirectory, env, signal: call.signal });
  if (code !== 0)
    throw await serviceFailed(spec, 'to be told to its proxy', `exit code ${code} of ${settings.hook[0]}: ${said}`);
}

function addressVariables(prefix: string, address: Address | undefined): Record<string, string> {
  if (address === undefined) return {};
  return 'port' in address ? { [`${prefix}PORT`]: String(address.port) } : { [`${prefix}SOCKET_PATH`]: address.socket };
}
