import { describe, expect, it } from 'vitest';
import { importFlags, type ImportNote } from '../../src/import/index.ts';
import { flagsOf } from '../fixtures.ts';

const old = { enabled: true, description: 'A calendar', rollout_percentage: 25, target_tenants: ['acme', 'globex'] };

const imported = (document: unknown): ReturnType<typeof importFlags> => importFlags(document, { from: 'legacy' });
const notesOf = (flag: unknown): readonly ImportNote[] => imported({ f: flag }).notes;

describe('flags of older systems', () => {
  it.each<[string, unknown]>([
    ['by name', { new_ui: old }],
    ['by name in "flags"', { flags: { new_ui: old } }],
    ['in a list', [{ name: 'new_ui', ...old }]],
    ['in a list in "flags"', { flags: [{ name: 'new_ui', ...old }] }],
    ['in a text', JSON.stringify({ new_ui: old })],
    ['with what tables add', [{ id: 7, name: 'new_ui', ...old, created_at: '2020-01-01', updated_at: null }]],
  ])('are read %s', (_, document) => {
    expect(imported(document).definitions).toEqual({
      flags: {
        new_ui: {
          enabled: true,
          description: 'A calendar',
          rollout: { percentage: 25, unit: 'tenant' },
          targetTenants: ['acme', 'globex'],
        },
      },
    });
  });

  it.each([[undefined], [null], [[]]])('are for everybody where the target tenants are %j', (target_tenants) => {
    const { definitions, notes } = imported({ f: { enabled: true, target_tenants, rollout_percentage: null } });
    expect([definitions.flags['f'], notes]).toEqual([{ enabled: true }, []]);
    expect(flagsOf(definitions).isEnabled('f', { tenant: 'anybody' })).toBe(true);
  });

  it('restrict by tenants, and the percentage applies among them', () => {
    const target_tenants = Array.from({ length: 40 }, (_, index) => `t${index}`);
    const { definitions } = imported({ f: { enabled: true, rollout_percentage: 50, target_tenants } });
    const flags = flagsOf(definitions);
    const among = target_tenants.filter((tenant) => flags.isEnabled('f', { tenant }));
    expect(among.length).toBeGreaterThan(8);
    expect(among.length).toBeLessThan(32);
    expect(Array.from({ length: 99 }, (_, at) => flags.isEnabled('f', { tenant: `o${at}` }))).not.toContain(true);
  });

  it('may number their tenants', () => {
    const { definitions } = imported({ f: { enabled: true, target_tenants: [42] } });
    expect(flagsOf(definitions).isEnabled('f', { tenant: '42' })).toBe(true);
  });

  it('say that a percentage is of other tenants than before', () => {
    expect(notesOf({ enabled: true, rollout_percentage: 25 })).toMatchObject([{ flag: 'f', isDisabled: false }]);
    for (const rollout_percentage of [0, 100]) expect(notesOf({ enabled: true, rollout_percentage })).toEqual([]);
  });

  it.each<[unknown, string]>([
    [{}, 'Expected enabled: true or false'],
    [true, 'Expected enabled: true or false'],
    [{ enabled: 'yes' }, 'Expected enabled: true or false'],
    [{ enabled: true, excluded_users: ['u'] }, 'got excluded_users'],
    [{ enabled: true, rollout_percentage: 101 }, 'Expected a percentage from 0 to 100'],
    [{ enabled: true, rollout_percentage: '25' }, 'Expected a percentage from 0 to 100'],
    [{ enabled: true, target_tenants: 'acme' }, 'Expected a list of target tenants'],
    [{ enabled: true, target_tenants: [null] }, 'Expected texts or numbers'],
    [{ enabled: true, description: 7 }, 'Expected a text'],
  ])('that say %j are disabled, not guessed', (flag, message) => {
    const { definitions, notes } = imported({ f: flag });
    expect(notes).toMatchObject([{ flag: 'f', message: expect.stringContaining(message), isDisabled: true }]);
    expect(flagsOf(definitions).isEnabled('f')).toBe(false);
  });

  it('that are there twice are disabled, and what has no name is left out', () => {
    const { definitions, notes } = imported([{ name: 'f', enabled: true }, { name: 'f', enabled: false }, old]);
    expect(Object.keys(definitions.flags)).toEqual(['f']);
    expect(flagsOf(definitions).isEnabled('f')).toBe(false);
    expect(notes[0]?.message).toBe('Expected one flag of this name, got 2');
  });

  it('may be called flags', () => {
    expect(Object.keys(imported({ flags: { enabled: true } }).definitions.flags)).toEqual(['flags']);
  });
});
