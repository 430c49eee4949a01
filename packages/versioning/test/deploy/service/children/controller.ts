// Changes a service, and is killed before its so many-th action: `node controller.ts '{"spec":…,"options":…,"verb":"handOver","killAt":3}'`.
import type { ServiceSpec, ServiceVerb } from '../../../../src/deploy/service/contract.ts';
import type { ProcessServiceOptions } from '../../../../src/deploy/service/process/options.ts';
import { processService } from '../../../../src/deploy/service/process/process-service.ts';

const { spec, options, verb, version, killAt } = JSON.parse(process.argv[2] ?? '') as {
  readonly spec: ServiceSpec;
  readonly options: ProcessServiceOptions;
  readonly verb: ServiceVerb;
  readonly version: string;
  readonly killAt: number;
};
let actions = 0;
await processService(spec, options).run(verb, {
  version,
  onAction: () => {
    if (++actions === killAt) process.kill(process.pid, 'SIGKILL');
  },
});
process.stdout.write(`${actions}`);
