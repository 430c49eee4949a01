import type { ServiceCall, ServiceSpec } from '../contract.ts';
import type { Controller } from './controller.ts';
import type { InstanceBasis } from './instance.ts';
import type { ProcessSettings } from './options.ts';

/** What a verb works with. */
export interface VerbContext {
  readonly spec: ServiceSpec;
  readonly settings: ProcessSettings;
  readonly controller: Controller;
  readonly call: ServiceCall;
}

/** Says what is done next. */
export const tell = ({ call }: VerbContext, text: string): void => call.onAction?.(text);

/** What a new copy would be made of. */
export const basisOf = ({ spec, settings, call }: VerbContext): InstanceBasis => ({
  spec,
  settings,
  version: call.version,
});
