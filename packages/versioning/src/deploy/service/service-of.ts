import { shown, VersioningError } from '../../errors.ts';
import { commandService, type CommandServiceOptions, noService } from './command-service.ts';
import { composeService, type ComposeServiceOptions } from './compose/compose-service.ts';
import type { Service, ServiceSpec } from './contract.ts';
import type { ProcessServiceOptions } from './process/options.ts';
import { processService } from './process/process-service.ts';
import { systemdService, type SystemdServiceOptions } from './systemd/systemd-service.ts';
import {
  type NssmServiceOptions,
  nssmService,
  windowsService,
  type WindowsServiceOptions,
} from './windows/windows-service.ts';

/** What keeps a service, by name, with the options of each. */
export interface ServiceTypes {
  readonly systemd: SystemdServiceOptions;
  readonly process: ProcessServiceOptions;
  readonly compose: ComposeServiceOptions;
  readonly nssm: NssmServiceOptions;
  readonly windows: WindowsServiceOptions;
  readonly command: CommandServiceOptions;
  readonly none: Readonly<Record<string, never>>;
}

type Factory<T extends keyof ServiceTypes> = (spec: ServiceSpec, options: ServiceTypes[T]) => Service;

const FACTORIES: { readonly [T in keyof ServiceTypes]: Factory<T> } = {
  systemd: systemdService,
  process: processService,
  compose: composeService,
  nssm: nssmService,
  windows: windowsService,
  command: commandService,
  none: noService,
};

/**
 * A service by the name of what keeps it, for whoever has that from a file or a command line.
 *
 * @throws {VersioningError} `INVALID_OPTION` for another name, and as the factory of the type does.
 */
export function serviceOf<T extends keyof ServiceTypes>(type: T, spec: ServiceSpec, options: ServiceTypes[T]): Service {
  if (Object.hasOwn(FACTORIES, type)) return (FACTORIES[type] as Factory<T>)(spec, options);
  throw new VersioningError(
    'INVALID_OPTION',
    `Expected one of ${Object.keys(FACTORIES).join(', ')} as the type of a service, got ${shown(type)}`,
  );
}
