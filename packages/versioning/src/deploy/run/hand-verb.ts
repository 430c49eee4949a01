import type { ServiceVerb } from '../service/contract.ts';

/** What people do with a service by hand. */
export type HandVerb = Exclude<ServiceVerb, 'handOver'>;
