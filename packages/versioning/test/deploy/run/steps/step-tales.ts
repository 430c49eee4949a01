import { CONTRACTED, NEXT } from '../shop-machine.ts';
import type { StepJob } from './step-job.ts';
import { type StepMachine, steppedMachine } from './step-machine.ts';

/** What a machine comes to. */
export interface Stand {
  /** The release that runs and is current. */
  readonly version: string | undefined;
  readonly applied: readonly string[];
  readonly orders: readonly unknown[];
}

/** Something that is done to a machine, all that is written down of it, and what it comes to. */
export interface StepTale {
  readonly title: string;
  readonly job: StepJob;
  /** The machine before it. */
  readonly prepare: () => Promise<StepMachine>;
  /** What is written down, in its order. */
  readonly records: readonly string[];
  /** The first of the records that it is killed beside. Default: the first one. */
  readonly from?: string | undefined;
  /** Why maintenance was on before, by hand: it stays on. */
  readonly maintenance?: string | undefined;
  /** The code of the error that it ends with. */
  readonly code?: string | undefined;
  readonly before: Stand;
  readonly resumed: Stand;
  /** @param isPast Whether the work that leads to a record was done before the kill. */
  readonly undone: (isPast: (record: string) => boolean) => Stand;
}

const FIRST_STAND: Stand = {
  version: '1.0.0',
  applied: ['0001_orders'],
  orders: [
    { id: 1, price: 3 },
    { id: 2, price: 4 },
  ],
};
/** What `expand` has added stays, and is empty. */
const KEPT: Stand = {
  version: '1.0.0',
  applied: ['0001_orders', '0002_cents'],
  orders: [
    { id: 1, price: 3, cents: null },
    { id: 2, price: 4, cents: null },
  ],
};
const CONTRACTED_STAND: Stand = {
  version: '1.1.0',
  applied: ['0001_orders', '0002_cents', '0003_fill', '0004_no_price'],
  orders: [
    { id: 1, cents: 300 },
    { id: 2, cents: 400 },
  ],
};
/** With an order that came in since. */
const LATER_CONTRACTED: Stand = { ...CONTRACTED_STAND, orders: [...CONTRACTED_STAND.orders, { id: 3, cents: 500 }] };

const nextOrders = (last: number | null): Stand => ({
  version: '1.1.0',
  applied: ['0001_orders', '0002_cents', '0003_fill'],
  orders: [
    { id: 1, price: 3, cents: 300 },
    { id: 2, price: 4, cents: 400 },
    { id: 3, price: null, cents: last },
  ],
});

async function released(migrations: Readonly<Record<string, string>>): Promise<StepMachine> {
  const machine = await steppedMachine();
  await machine.add('1.1.0', migrations);
  return machine;
}

async function movedOn(migrations: Readonly<Record<string, string>>): Promise<StepMachine> {
  const machine = await released(migrations);
  await machine.deployer().deployRelease('1.1.0');
  machine.sql('insert into orders (cents) values (500)');
  return machine;
}

const whole = (...steps: readonly string[]): readonly string[] =>
  steps.flatMap((step) => [`begun ${step}`, `done ${step}`]);
const back = (...steps: readonly string[]): readonly string[] => steps.map((step) => `undone ${step}`);
const begin = ['planned', 'history running'];
const failing = (step: string): readonly string[] => [`begun ${step}`, `failed ${step}`, 'turned'];
const end = (outcome: string): readonly string[] => ['ended', `history ${outcome}`];

const untilSwitch = whole('pre-checks', 'maintenance-on', 'safety-backup', 'expand', 'stage', 'switch', 'service');
const untilLink = whole('validate', 'maintenance-on', 'safety-backup');
const fromLink = whole('check-files', 'switch', 'service');

const DEPLOY: StepJob = { action: 'deploy', version: '1.1.0' };
const ROLLBACK: StepJob = { action: 'rollback', version: '1.0.0' };
const RESTORE: StepJob = { action: 'restore', version: '1.0.0' };

/** Deploys and rollbacks that come to their end. */
const straight: readonly StepTale[] = [
  {
    title: 'a deploy',
    job: DEPLOY,
    prepare: async () => released(CONTRACTED),
    records: [
      ...begin,
      ...untilSwitch,
      ...whole('post-checks', 'data', 'contract', 'maintenance-off', 'good'),
      ...end('succeeded'),
    ],
    before: FIRST_STAND,
    resumed: CONTRACTED_STAND,
    // The contract step leaves the safety backup as the only way.
    undone: (isPast) => (isPast('begun switch') && !isPast('done contract') ? KEPT : FIRST_STAND),
  },
  {
    title: 'a rollback',
    job: ROLLBACK,
    prepare: async () => movedOn(NEXT),
    records: [
      ...begin,
      ...untilLink,
      ...whole('migrations-back'),
      ...fromLink,
      ...whole('post-checks', 'maintenance-off', 'good'),
      ...end('succeeded'),
    ],
    before: nextOrders(500),
    resumed: { ...FIRST_STAND, orders: [...FIRST_STAND.orders, { id: 3, price: null }] },
    // What a column had that was taken away is computed again.
    undone: (isPast) => nextOrders(isPast('done migrations-back') ? null : 500),
  },
  {
    title: 'a rollback that restores data',
    job: RESTORE,
    prepare: async () => {
      const machine = await movedOn(CONTRACTED);
      await machine.deployer().maintenance.on('stocktaking');
      return machine;
    },
    maintenance: 'stocktaking',
    records: [
      ...begin,
      ...untilLink,
      ...whole('restore-data'),
      ...fromLink,
      ...whole('post-checks', 'maintenance-off', 'good'),
      ...end('succeeded'),
    ],
    before: LATER_CONTRACTED,
    resumed: FIRST_STAND,
    undone: () => LATER_CONTRACTED,
  },
];

/** And those that go back by themselves: killed from when a step has failed. */
const wayBack: readonly StepTale[] = [
  {
    title: 'a deploy that goes back as its checks fail',
    job: { ...DEPLOY, sick: '1.1.0' },
    prepare: async () => released(NEXT),
    records: [
      ...begin,
      ...untilSwitch,
      ...failing('post-checks'),
      ...back('switch', 'service', 'stage', 'maintenance-on'),
      ...end('rolled-back'),
    ],
    from: 'failed post-checks',
    code: 'CHECKS_FAILED',
    before: FIRST_STAND,
    resumed: KEPT,
    undone: () => KEPT,
  },
  {
    title: 'a deploy that takes all migrations back as one fails',
    job: { ...DEPLOY, expandMigrations: 'back' },
    prepare: async () => released({ ...NEXT, '0004_broken.up.sql': '-- kind: data\nupdate nowhere set cents = 1;' }),
    records: [
      ...begin,
      ...untilSwitch,
      ...whole('post-checks'),
      ...failing('data'),
      ...back('data', 'switch', 'service', 'expand', 'stage', 'maintenance-on'),
      ...end('rolled-back'),
    ],
    from: 'failed data',
    code: 'MIGRATION_FAILED',
    before: FIRST_STAND,
    resumed: FIRST_STAND,
    undone: () => FIRST_STAND,
  },
  {
    title: 'a deploy that restores data as a contract fails',
    job: { ...DEPLOY, restoreData: 'automatic' },
    prepare: async () =>
      released({ ...CONTRACTED, '0005_broken.up.sql': '-- kind: contract\nalter table nowhere drop column x;' }),
    records: [
      ...begin,
      ...untilSwitch,
      ...whole('post-checks', 'data'),
      ...failing('contract'),
      ...back('restore-data', 'switch', 'service', 'stage', 'maintenance-on'),
      ...end('rolled-back'),
    ],
    from: 'failed contract',
    code: 'MIGRATION_FAILED',
    before: FIRST_STAND,
    resumed: FIRST_STAND,
    undone: () => FIRST_STAND,
  },
  {
    title: 'a rollback that goes forward again',
    job: { ...ROLLBACK, sick: '1.0.0' },
    prepare: async () => movedOn(NEXT),
    records: [
      ...begin,
      ...untilLink,
      ...whole('migrations-back'),
      ...fromLink,
      ...failing('post-checks'),
      ...back('migrations-back', 'switch', 'service', 'maintenance-on'),
      ...end('failed'),
    ],
    from: 'failed post-checks',
    code: 'CHECKS_FAILED',
    before: nextOrders(500),
    resumed: nextOrders(null),
    undone: () => nextOrders(null),
  },
  {
    title: 'a rollback that brings restored data back to those of before',
    job: { ...RESTORE, sick: '1.0.0', restoreData: 'automatic' },
    prepare: async () => movedOn(CONTRACTED),
    records: [
      ...begin,
      ...untilLink,
      ...whole('restore-data'),
      ...fromLink,
      ...failing('post-checks'),
      ...back('restore-data', 'switch', 'service', 'maintenance-on'),
      ...end('failed'),
    ],
    from: 'failed post-checks',
    code: 'CHECKS_FAILED',
    before: LATER_CONTRACTED,
    resumed: LATER_CONTRACTED,
    undone: () => LATER_CONTRACTED,
  },
];

/** All that is done with steps. */
export const TALES: readonly StepTale[] = [...straight, ...wayBack];
