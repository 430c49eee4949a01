import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DeployRunStep } from '../../../src/deploy/index.ts';
import type { DeployRunState } from '../../../src/deploy/run/journal.ts';
import { NO_MIGRATIONS } from '../../../src/deploy/run/plan.ts';
import { planRecovery, planRestoring } from '../../../src/deploy/run/plan-recovery.ts';
import type { RecoveryFacts } from '../../../src/deploy/run/recovery.ts';

const DEPLOY: readonly DeployRunStep[] = [
  'pre-checks',
  'maintenance-on',
  'safety-backup',
  'expand',
  'stage',
  'switch',
  'service',
  'post-checks',
  'data',
  'contract',
  'good',
];
const ROLLBACK: readonly DeployRunStep[] = [
  'validate',
  'maintenance-on',
  'safety-backup',
  'migrations-back',
  'restore-data',
  'check-files',
  'switch',
  'service',
  'post-checks',
  'good',
];
const MIGRATIONS = { expand: ['0001', '0002'], data: ['0003'], contract: ['0004'], back: ['0003', '0002'] };
const IDS = ['0001', '0002', '0003', '0004'];

interface Case {
  readonly state: DeployRunState;
  readonly facts: RecoveryFacts;
}

/** Any run that may be stopped anywhere, with any database. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    isRollback: fc.boolean(),
    steps: fc.nat({ max: 11 }),
    hasBackup: fc.boolean(),
    hasFailed: fc.boolean(),
    applied: fc.subarray(IDS),
    reversible: fc.subarray(IDS),
    interrupted: fc.subarray(IDS),
    losing: fc.subarray(IDS),
    restoreData: fc.constantFrom('offer' as const, 'automatic' as const, 'never' as const),
    mayRestore: fc.boolean(),
    mayLeave: fc.boolean(),
    mayLose: fc.boolean(),
    hasService: fc.boolean(),
    expandMigrations: fc.constantFrom('keep' as const, 'back' as const),
  })
  .map(({ isRollback, steps, hasBackup, hasFailed, hasService, applied, reversible, interrupted, losing, ...rest }) => {
    const kind = isRollback ? 'rollback' : 'deploy';
    const all = (isRollback ? ROLLBACK : DEPLOY).filter((step) => hasService || step !== 'service');
    const begun = all.slice(0, steps);
    const done = new Map(
      begun.slice(0, -1).map((step) => [step, step === 'safety-backup' && hasBackup ? { backup: 'b' } : {}]),
    );
    const plan = {
      kind,
      version: '2.0.0',
      from: '1.0.0',
      steps: all.map((step) => ({ step, what: '' })),
      migrations: isRollback ? { ...NO_MIGRATIONS, back: MIGRATIONS.back } : { ...MIGRATIONS, back: [] },
    };
    const failure = hasFailed ? { code: 'X', message: 'x' } : undefined;
    const state = {
      plan,
      begun,
      done,
      failure,
      reports: [],
      before: new Map(),
      undone: new Set(),
    } as unknown as DeployRunState;
    const there = applied.filter((id) => !interrupted.includes(id) || applied.includes(id));
    const facts: RecoveryFacts = {
      applied: new Set(there),
      reversible: new Set(reversible.filter((id) => there.includes(id))),
      interrupted: new Set(interrupted.filter((id) => there.includes(id))),
      losing: new Set(losing.filter((id) => there.includes(id))),
      ...rest,
    };
    return { state, facts };
  });

const stepsOf = ({ state, facts }: Case): readonly DeployRunStep[] => {
  const way = planRecovery(state, facts);
  return 'reason' in way ? [] : way.steps.map(({ step }) => step);
};

test('a way back has only what was begun, each once', () => {
  fc.assert(
    fc.property(cases, (each) => {
      const steps = stepsOf(each);
      const { begun } = each.state;
      expect(new Set(steps).size).toBe(steps.length);
      const isBegun = (step: DeployRunStep): boolean =>
        begun.includes(step) ||
        (step === 'data' && begun.includes('contract')) ||
        (step === 'service' && (steps.includes('restore-data') || begun.includes('restore-data')));
      expect(steps.filter((step) => step !== 'restore-data' && !isBegun(step))).toEqual([]);
    }),
  );
});

test('the service starts the release before, and never before the link leads there', () => {
  fc.assert(
    fc.property(cases, (each) => {
      const steps = stepsOf(each);
      const { begun } = each.state;
      if (steps.length > 0 && begun.includes('service')) expect(steps).toContain('switch');
      if (steps.includes('service') && steps.includes('switch')) {
        expect(steps.indexOf('switch')).toBeLessThan(steps.indexOf('service'));
      }
    }),
  );
});

test('no contract is taken back, and data are restored only where that was said', () => {
  fc.assert(
    fc.property(cases, ({ state, facts }) => {
      const way = planRecovery(state, facts);
      if ('reason' in way) return;
      const back = way.steps
        .filter(({ step }) => step === 'data' || step === 'expand')
        .flatMap(({ migrations = [] }) => migrations);
      expect(back).not.toContain('0004');
      expect(back.every((id) => facts.applied.has(id) && facts.reversible.has(id))).toBe(true);
      const restores = way.steps.some(({ step }) => step === 'restore-data');
      // As long as nobody can have written since, data that a rollback has restored go back unasked.
      const { begun, done, plan } = state;
      const isOurs = plan.steps.some(({ step }) => step === 'service');
      const isStill = plan.kind === 'rollback' && !(isOurs ? begun.includes('service') : done.has('restore-data'));
      if (restores) expect(isStill || facts.restoreData === 'automatic' || facts.mayRestore).toBe(true);
      expect(restores && state.done.get('safety-backup')?.backup === undefined).toBe(false);
    }),
  );
});

test('what drops data is taken back only where a person does so, or where no backup could come back instead', () => {
  fc.assert(
    fc.property(cases, ({ state, facts }) => {
      const way = planRecovery(state, facts);
      const back = 'reason' in way ? [] : (way.steps.find(({ step }) => step === 'data')?.migrations ?? []);
      if (!back.some((id) => facts.losing.has(id))) return;
      const hasBackup = state.done.get('safety-backup')?.backup !== undefined;
      expect(hasBackup && (facts.restoreData === 'automatic' || facts.mayRestore)).toBe(false);
      expect(facts.mayLose || !hasBackup || facts.restoreData === 'never').toBe(true);
    }),
  );
});

test('what expand migrations have added stays once the new release has run', () => {
  fc.assert(
    fc.property(cases, ({ state, facts }) => {
      fc.pre(state.begun.includes('switch') && facts.expandMigrations === 'keep');
      const way = planRecovery(state, facts);
      expect('reason' in way ? [] : way.steps.map(({ step }) => step)).not.toContain('expand');
    }),
  );
});

test('with leave to do so, there always is a way back, and it says what it leaves', () => {
  fc.assert(
    fc.property(cases, ({ state, facts }) => {
      const strict = planRecovery(state, { ...facts, mayLeave: false });
      const way = planRecovery(state, { ...facts, mayLeave: true });
      if ('reason' in strict) expect(way).toMatchObject({ leaves: strict });
      else expect(way).toEqual(strict);
    }),
  );
});

test.each([
  [undefined, undefined],
  [['0001'], { steps: [{ step: 'restore-data', restores: 'b' }], notes: [] }],
])(
  'an expand that can not go back is no reason to restore data, unless it takes something away (%j)',
  (destructive, way) => {
    const state = {
      plan: { migrations: { ...MIGRATIONS, back: [], destructive } },
      begun: [],
      done: new Map([['safety-backup', { backup: 'b' }]]),
      recovery: { steps: [{ step: 'expand', migrations: ['0002', '0001'] }], notes: [], at: '' },
      undone: new Set(),
    } as unknown as DeployRunState;
    expect(planRestoring(state)?.steps[0]).toEqual(way?.steps[0]);
  },
);
