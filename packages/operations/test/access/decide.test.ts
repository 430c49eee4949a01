import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTIONS, type Action, createAccess, type Grant, type Permission } from '../../src/access/index.ts';

const ALL = Object.keys(ACTIONS) as Action[];
const ofRole = (role: Grant): ReturnType<typeof createAccess> => createAccess({ users: { ann: role } });

describe('the roles that are there', () => {
  it('a master may do everything', () => {
    expect(ALL.filter((action) => !ofRole('master').can('ann', action))).toEqual([]);
  });

  it('an operator may do all but erase, change keys or access, lift holds, and what takes their place', () => {
    expect(ALL.filter((action) => !ofRole('operator').can('ann', action))).toEqual([
      'access.change',
      'alerts.release',
      'keys.change',
      'logs.prune',
      'models.override',
      'records.erase',
      'tenant.release',
      'tenant.erase',
    ]);
  });

  it('an auditor changes nothing, and does not read contents of backups', () => {
    const mayDo = ALL.filter((action) => ofRole('auditor').can('ann', action));
    expect(mayDo.filter((action) => ACTIONS[action] === 'change')).toEqual([]);
    expect(ALL.filter((action) => ACTIONS[action] === 'read' && !mayDo.includes(action))).toEqual(['backup.read']);
  });
});

it.each<[readonly Permission[], Action, string | undefined, boolean]>([
  [['backup.create'], 'backup.create', 'a', true],
  [['backup.create'], 'backup.forget', 'a', false],
  [['backup.*'], 'backup.forget', undefined, true],
  [['backup.*', '!backup.forget'], 'backup.forget', 'a', false],
  [['!backup.forget', 'backup.*'], 'backup.forget', 'a', false],
  [[{ allow: ['backup.*'], tenants: ['a'] }], 'backup.create', 'a', true],
  [[{ allow: ['backup.*'], tenants: ['a'] }], 'backup.create', 'ab', false],
  [[{ allow: ['backup.*'], tenants: ['a'] }], 'backup.create', undefined, false],
  [[{ allow: ['backup.*'], tenants: ['a-*'] }], 'backup.create', 'a-1', true],
  [['backup.*', { deny: ['backup.prune'], tenants: ['a'] }], 'backup.prune', 'a', false],
  [['backup.*', { deny: ['backup.prune'], tenants: ['a'] }], 'backup.prune', 'b', true],
  // All tenants are asked for, and one of them is denied.
  [['backup.*', { deny: ['backup.prune'], tenants: ['a'] }], 'backup.prune', undefined, false],
  [[], 'backup.list', undefined, false],
])('%j: %s of %s is %s', (permissions, action, tenant, expected) => {
  const access = createAccess({ roles: { own: permissions }, users: { ann: 'own' } });
  expect(access.can('ann', action, { tenant })).toBe(expected);
});

describe('who is asked about', () => {
  it('nobody who was not named may do anything', () => {
    expect(createAccess({ users: { ann: 'master' } }).decide('eve', 'backup.list')).toMatchObject({
      allowed: false,
      why: 'unknown-user',
    });
  });

  it('without users only whom the application calls master may', () => {
    const access = createAccess();
    expect(access.can('ann', 'backup.list')).toBe(false);
    expect(access.can({ name: 'ann', grants: ['master'] }, 'tenant.erase')).toBe(true);
    expect(access.decide({ name: 'ann', grants: ['master', 'king'] }, 'backup.list').why).toBe('unknown-role');
    expect(access.decide({ name: 'ann', grants: [{ role: 1 } as never] }, 'backup.list').why).toBe('unknown-role');
  });

  it('names of the language itself are no users and no actions', () => {
    const access = createAccess({ users: { ann: 'master' } });
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(access.can(name, 'backup.list')).toBe(false);
      expect(access.decide('ann', name).why).toBe('unknown-action');
    }
  });

  it('a role limited to tenants gives nothing elsewhere, and its denials neither', () => {
    const access = createAccess({
      users: {
        ann: ['auditor', { role: 'master', tenants: ['a'] }],
        ben: [{ role: 'operator', tenants: ['a'] }, 'master'],
      },
    });
    expect(access.can('ann', 'tenant.erase', { tenant: 'a' })).toBe(true);
    expect(access.decide('ann', 'tenant.erase', { tenant: 'b' })).toMatchObject({ why: 'other-tenant' });
    expect(access.can('ann', 'backup.list')).toBe(true);
    expect(access.can('ben', 'tenant.erase', { tenant: 'a' })).toBe(false);
    expect(access.can('ben', 'tenant.erase', { tenant: 'b' })).toBe(true);
  });

  it('an explanation says for whom each action is allowed, and by what', () => {
    const access = createAccess({
      roles: {
        own: [
          { allow: ['backup.*'], tenants: ['a', 'b-*'] },
          { deny: ['backup.prune'], tenants: ['a'] },
        ],
      },
      users: { ann: 'own', ben: ['operator', 'own'] },
    });
    const of = (user: string, action: Action): unknown =>
      access.explain(user).actions.find((each) => each.action === action);
    expect(of('ann', 'backup.create')).toMatchObject({ allowed: 'some', tenants: ['a', 'b-*'] });
    expect(of('ann', 'backup.prune')).toMatchObject({ allowed: 'some', tenants: ['b-*'], except: ['a'] });
    expect(of('ann', 'keys.change')).toMatchObject({ allowed: 'none', reasons: [] });
    expect(of('ben', 'backup.prune')).toMatchObject({ allowed: 'some', tenants: ['*'], except: ['a'] });
    expect(of('ben', 'keys.change')).toMatchObject({ allowed: 'none', reasons: [{ permission: '!keys.change' }] });
  });
});

it.each([
  [{ roles: { master: ['*'] } }, 'means always the same'],
  [{ roles: { own: ['backup.creat'] } }, 'backup.creat'],
  [{ roles: { own: ['!bakup.*'] } }, 'bakup'],
  [{ roles: { own: [{ alow: ['*'] }] } }, 'alow'],
  [{ roles: { own: [{ allow: ['*'], tenants: [] }] } }, 'at least one tenant'],
  [{ roles: { own: [{ allow: ['*'], tenants: ['a*b'] }] } }, 'a*b'],
  [{ roles: { own: '*' } }, 'a list of permissions'],
  [{ users: { ann: 'king' } }, 'king'],
  [{ users: { ann: { role: 'master', tenants: 'a' } } }, 'a role or a list'],
  [{ users: { ' ': 'master' } }, 'names on one line'],
  [{ users: [] }, 'an object'],
  [{ unrecorded: 'maybe' }, 'unrecorded'],
])('%j allows nothing, and says what is wrong', (options, text) => {
  let said: unknown;
  try {
    createAccess(options as never);
  } catch (error) {
    said = error;
  }
  expect(said).toMatchObject({ code: 'INVALID_ACCESS' });
  const { message, hint } = said as { message: string; hint: string };
  expect(`${message} ${hint}`).toContain(text);
});

const patterns = fc.constantFrom('*', 'backup.*', 'tenant.*', 'backup.forget', 'tenant.erase', 'keys.list');
const permission = fc.record({
  effect: fc.constantFrom('allow', 'deny'),
  pattern: patterns,
  tenants: fc.option(fc.subarray(['a', 'b', 'a*'], { minLength: 1 }), { nil: undefined }),
});
const written = ({
  effect,
  pattern,
  tenants,
}: {
  effect: string;
  pattern: string;
  tenants: string[] | undefined;
}): Permission => ({
  [effect]: [pattern],
  ...(tenants === undefined ? {} : { tenants }),
});
const asked = fc.record({
  action: fc.constantFrom<Action>('backup.forget', 'tenant.erase', 'keys.list', 'backup.create'),
  tenant: fc.constantFrom('a', 'ab', 'b', 'c', undefined),
});

describe('laws', () => {
  it('another denial allows nothing new, and one permission less neither', () => {
    fc.assert(
      fc.property(fc.array(permission, { maxLength: 6 }), permission, asked, (list, extra, { action, tenant }) => {
        const may = (all: (typeof extra)[]): boolean =>
          createAccess({ roles: { own: all.map(written) }, users: { ann: 'own' } }).can('ann', action, { tenant });
        const before = may(list);
        if (may([...list, { ...extra, effect: 'deny' }])) expect(before).toBe(true);
        const grants = list.filter(({ effect }) => effect === 'allow');
        if (may([...list.filter(({ effect }) => effect === 'deny'), ...grants.slice(1)])) expect(before).toBe(true);
      }),
    );
  });

  it('what is allowed for all tenants is allowed for each of them', () => {
    fc.assert(
      fc.property(fc.array(permission, { maxLength: 6 }), asked, (list, { action, tenant }) => {
        const access = createAccess({ roles: { own: list.map(written) }, users: { ann: 'own' } });
        if (access.can('ann', action)) expect(access.can('ann', action, { tenant })).toBe(true);
      }),
    );
  });
});
