import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MigrateOptions } from '../../../src/migrate/index.ts';
import { planMigrating, type Planning } from '../../../src/migrate/planning/plan.ts';
import { statusOf } from '../../../src/migrate/planning/status.ts';
import { type RunnableMigration, scriptOf } from '../../../src/migrate/source/script.ts';
import type { AppliedRow } from '../../../src/migrate/state/state.ts';

type Kind = RunnableMigration['kind'];

const migrationsOf = (kinds: readonly Kind[]): RunnableMigration[] =>
  kinds.map((kind, index) => {
    const script = scriptOf(`${index}_a`, `select ${index};`, 'sqlite');
    return { id: `${index}_a`, kind, description: '', forward: script, backward: script };
  });

const rowOf = ({ id, kind, forward }: RunnableMigration, place: number): AppliedRow => {
  const { checksum } = forward;
  return { id, place, checksum, kind, description: '', state: 'applied', appliedAt: '2026-01-01', by: 'ann', ms: 0 };
};

/** Plans and does what is planned, where it is not refused. */
function upped(planning: Planning, options: MigrateOptions): Planning {
  let steps;
  try {
    ({ steps } = planMigrating(planning, 'up', options));
  } catch (error) {
    expect(error).toMatchObject({ code: 'MIGRATION_OUT_OF_ORDER' });
    return planning;
  }
  const { rows } = planning.state;
  const added = steps.map(({ id }, index) =>
    rowOf(planning.migrations.find((each) => each.id === id) as RunnableMigration, rows.length + index + 1),
  );
  return { ...planning, state: { rows: [...rows, ...added], journal: [] } };
}

const kind = fc.constantFrom<Kind>('expand', 'data', 'contract');
const runs = fc.array(fc.option(fc.uniqueArray(kind, { minLength: 1 }), { nil: undefined }));

test('whatever phases are run in whatever order, what is not refused makes nothing late', () => {
  fc.assert(
    fc.property(fc.array(kind), runs, (kinds, phases) => {
      const migrations = migrationsOf(kinds);
      let planning: Planning = { dialect: 'sqlite', migrations, state: { rows: [], journal: [] } };
      for (const each of phases) planning = upped(planning, { phases: each });
      const states = new Set(statusOf(migrations, planning.state, planning.dialect).map(({ state }) => state));
      states.delete('applied');
      states.delete('pending');
      expect([...states]).toEqual([]);
      // All that is left can be run at once, and all of it taken back.
      planning = upped(planning, {});
      expect(planning.state.rows).toHaveLength(migrations.length);
      const { steps } = planMigrating(planning, 'down', { to: '', backup: { id: 'nightly' } });
      expect(steps.map(({ id }) => id)).toEqual(planning.state.rows.map(({ id }) => id).toReversed());
    }),
  );
});

test('a deploy that runs phase after phase is never refused', () => {
  fc.assert(
    fc.property(fc.array(fc.array(kind)), (deploys) => {
      const all: Kind[] = [];
      let rows: readonly AppliedRow[] = [];
      for (const kinds of deploys) {
        all.push(...kinds);
        const migrations = migrationsOf(all);
        let planning: Planning = { dialect: 'sqlite', migrations, state: { rows, journal: [] } };
        for (const phase of ['expand', 'data', 'contract'] as const) planning = upped(planning, { phases: [phase] });
        expect(planning.state.rows).toHaveLength(migrations.length);
        ({ rows } = planning.state);
      }
    }),
  );
});
