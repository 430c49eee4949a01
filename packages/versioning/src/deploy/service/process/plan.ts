import type { ServiceAction, ServiceSpec, ServiceVerb } from '../contract.ts';
import type { Wanted } from './model.ts';
import type { ProcessSettings } from './options.ts';

/** What a verb would do, in words. */
export function planProcess(
  verb: ServiceVerb,
  {
    spec,
    settings,
    wanted,
  }: { readonly spec: ServiceSpec; readonly settings: ProcessSettings; readonly wanted: Wanted | undefined },
): readonly ServiceAction[] {
  return steps(verb, { spec, settings, wanted }).map((text) => ({ kind: 'own', text, needsRoot: false }));
}

type Basis = Parameters<typeof planProcess>[1];

function steps(verb: ServiceVerb, basis: Basis): string[] {
  const { settings, wanted } = basis;
  const isRunning = wanted?.active !== undefined;
  const making = wanted === undefined ? [`make ${settings.state} and the folders of the logs`] : [];
  switch (verb) {
    case 'install':
      return making;
    case 'start':
      return isRunning ? ['see that it runs'] : [...making, ...starting(basis)];
    case 'stop':
      return stopping(basis);
    case 'uninstall':
      return [...stopping(basis), ...(wanted === undefined ? [] : [`remove ${settings.state}`])];
    case 'restart':
      return [...making, ...(isRunning ? ['stop the service'] : []), ...starting(basis)];
    case 'handOver':
      if (!isRunning) return [...making, ...starting(basis)];
      if (settings.address.kind.startsWith('fixed')) return ['stop the service', ...starting(basis)];
      return [
        `start a copy beside the one that runs: ${basis.spec.command.join(' ')}`,
        'wait until it is healthy',
        ...(settings.hook === undefined ? [] : [`run ${settings.hook.join(' ')}`]),
        ...(settings.front === undefined
          ? []
          : ['have the proxy pass requests on to it', 'wait for the last requests of the old one']),
        'stop the old one',
      ];
  }
}

function starting({ spec, settings: { front, hook } }: Basis): string[] {
  const address =
    front === undefined ? undefined : 'socket' in front.listen ? front.listen.socket : `port ${front.listen.port}`;
  return [
    `start ${spec.command.join(' ')}`,
    'wait until it is healthy',
    ...(address === undefined ? [] : [`serve ${address}`]),
    ...(hook === undefined ? [] : [`run ${hook.join(' ')}`]),
  ];
}

function stopping({ settings, wanted }: Basis): string[] {
  if (wanted?.active === undefined) return [];
  return [...(settings.front === undefined ? [] : ['stop serving the address']), 'stop the service'];
}
