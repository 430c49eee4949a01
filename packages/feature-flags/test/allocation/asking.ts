// Asks flags millions of times in a process of its own, and writes how many bytes a call takes. Needs --expose-gc, and a young
// generation that holds what a round leaves, so that nothing is collected before it is counted.
import { createFlags, type FlagContext } from '../../src/index.ts';

const ROUNDS = 9;
const CALLS = 20_000;
/** Until the engine has made machine code of everything. */
const WARM_UP = 100_000;

const TENANTS = ['acme', 'globex', 'Pousada São João', '用户42', '👍'];
const rollout = { percentage: 50, unit: 'tenant' };
const flags = createFlags({
  definition: {
    flags: {
      static: {},
      percentage: { rollout },
      'tenants, then percentage': { rollout, targetTenants: TENANTS.slice(1), excludeTenants: ['initech'] },
      required: { rollout, requires: ['percentage'], killSwitch: { tenants: ['initech'] } },
      listed: { segments: ['some'] },
    },
    segments: { some: { tenants: TENANTS.slice(2) } },
  },
});

let kept: unknown;
const asks: Readonly<Record<string, (context: FlagContext) => boolean>> = {
  ...Object.fromEntries(flags.list().map(({ key }) => [key, (context) => flags.isEnabled(key, context)])),
  // What is measured has to be seen: this one makes an object.
  wasteful(context) {
    kept = { context };
    return kept !== undefined && flags.isEnabled('percentage', context);
  },
};

/** Bytes of the heap that a call takes, in the round in the middle: a first one may be about other things. */
function bytesOf(ask: (context: FlagContext) => boolean, context: FlagContext): number {
  let on = 0;
  const times = (calls: number): void => {
    for (let call = 0; call < calls; call++) if (ask(context)) on++;
  };
  times(WARM_UP);
  const rounds = Array.from({ length: ROUNDS }, () => {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    times(CALLS);
    return (process.memoryUsage().heapUsed - before) / CALLS;
  });
  if (on < 0) throw new Error('the calls must not be optimised away');
  return rounds.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] as number;
}

const found = Object.entries(asks).map(([name, ask]): [string, Record<string, number>] => [
  name,
  Object.fromEntries(TENANTS.map((tenant) => [tenant, bytesOf(ask, { tenant })])),
]);
process.stdout.write(JSON.stringify(Object.fromEntries(found)));
