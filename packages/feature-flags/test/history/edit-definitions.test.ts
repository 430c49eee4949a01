import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { checkDefinitions, editDefinitions, type FlagDefinitions, type FlagEdit, parseFlags } from '../../src/index.ts';
import { changesBetween, isSame } from '../../src/history/changes.ts';
import { rewritten } from '../../src/history/document.ts';
import { anyDefinitions } from '../fixtures.ts';

const TWO: FlagDefinitions = { flags: { a: { rollout: { percentage: 10, unit: 'tenant' } }, b: { enabled: false } } };

describe('edits', () => {
  test('a patch changes what it names, takes away what is null, and leaves the rest', () => {
    const edit: FlagEdit = { kind: 'patch', key: 'a', patch: { rollout: { percentage: 25 }, owner: 'web' } };
    expect(editDefinitions(TWO, [edit]).flags['a']).toEqual({
      rollout: { percentage: 25, unit: 'tenant' },
      owner: 'web',
    });
    const gone: FlagEdit = { kind: 'patch', key: 'a', patch: { rollout: null } };
    expect(editDefinitions(TWO, [gone]).flags['a']).toEqual({});
    expect(TWO.flags['a']).toEqual({ rollout: { percentage: 10, unit: 'tenant' } });
  });

  test('follow each other', () => {
    const edits: FlagEdit[] = [
      { kind: 'set', key: 'c', definition: {} },
      { kind: 'patch', key: 'c', patch: { enabled: false } },
      { kind: 'remove', key: 'b' },
    ];
    expect(editDefinitions(TWO, edits)).toEqual({ flags: { a: TWO.flags['a'], c: { enabled: false } } });
  });

  test.each(['patch', 'remove'] as const)('a %s of a flag that is not there is FLAG_NOT_FOUND', (kind) => {
    const edit = { kind, key: 'toString', patch: {} } as FlagEdit;
    expect(() => editDefinitions(TWO, [edit])).toThrow(expect.objectContaining({ code: 'FLAG_NOT_FOUND' }));
  });

  test('a flag called __proto__ is a flag like others here, and is refused where flags are checked', () => {
    const edits: FlagEdit[] = [
      { kind: 'set', key: '__proto__', definition: {} },
      { kind: 'patch', key: 'a', patch: JSON.parse('{"__proto__": {"enabled": true}}') as Record<string, never> },
    ];
    const edited = editDefinitions(TWO, edits);
    expect(Object.getPrototypeOf(edited.flags)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['enabled']).toBeUndefined();
    expect(checkDefinitions(edited).length).toBeGreaterThan(0);
  });
});

describe('changes', () => {
  test('name flags that came, went or differ, and what flags share', () => {
    const after: FlagDefinitions = {
      flags: { a: TWO.flags['a'] as object, c: {} },
      segments: { beta: { tenants: ['x'] } },
    };
    expect(changesBetween(TWO, after)).toEqual({
      changes: [
        { key: 'b', before: { enabled: false }, after: undefined },
        { key: 'c', before: undefined, after: {} },
      ],
      sharedChanges: ['segments'],
    });
  });

  test('the order of members is no change, that of lists is one', () => {
    expect(isSame({ a: 1, b: [1, 2], c: undefined }, { b: [1, 2], a: 1 })).toBe(true);
    expect(isSame({ b: [1, 2] }, { b: [2, 1] })).toBe(false);
    expect(isSame([], {})).toBe(false);
    expect(isSame({ a: undefined, b: 1 }, { c: 1, a: undefined })).toBe(false);
  });
});

describe('a document', () => {
  const yaml = `# Ours
flags:
  # The booking page
  a:
    rollout: { percentage: 10, unit: tenant } # slowly
  b: &off { enabled: false }
  c: *off
`;

  test('in YAML keeps comments and what did not change', async () => {
    const before = await parseFlags(yaml);
    const after = editDefinitions(before, [{ kind: 'patch', key: 'a', patch: { rollout: { percentage: 25 } } }]);
    const {
      document: { text },
    } = await rewritten({ format: 'yaml', text: yaml }, before, { after });
    expect(text).toBe(yaml.replace('10', '25'));
  });

  test('in YAML says what it should where an alias would have changed two flags', async () => {
    const before = await parseFlags(yaml);
    for (const key of ['b', 'c']) {
      const after = editDefinitions(before, [{ kind: 'patch', key, patch: { owner: 'web' } }]);
      const {
        document: { text },
      } = await rewritten({ format: 'yaml', text: yaml }, before, { after });
      expect(await parseFlags(text)).toEqual(after);
    }
  });

  test('in YAML keeps comments of lists, of lines that change, and beside anchors; and keys that are numbers', async () => {
    const text = [
      '# top',
      'flags:',
      '    a:',
      '        rollout: &r { percentage: 10 } # slowly',
      '        targetTenants:',
      '            - acme # the first',
      '            - globex # the second',
      '    b: { rollout: *r } # the same',
      '    123: { enabled: true } # a number',
      '',
    ].join('\n');
    const before = await parseFlags(text);
    const after = editDefinitions(before, [
      { kind: 'patch', key: 'a', patch: { rollout: { percentage: 20 }, targetTenants: ['acme', 'initech', 'globex'] } },
      { kind: 'patch', key: '123', patch: { enabled: false } },
    ]);
    const made = await rewritten({ format: 'yaml', text: text.replaceAll('\n', '\r\n') }, before, { after });
    expect(made.definitions).toEqual(after);
    for (const comment of ['# top', '# slowly', '# the first', '# the second', '# the same', '# a number'])
      expect(made.document.text).toContain(comment);
    expect(made.document.text).toContain('\r\n    a:\r\n');
  });

  test('in JSON keeps its indentation', async () => {
    const text = '{\n\t"flags": {\n\t\t"a": {}\n\t}\n}\n';
    const before = await parseFlags(text);
    const after = editDefinitions(before, [{ kind: 'set', key: 'b', definition: {} }]);
    const made = await rewritten({ format: 'json', text }, before, { after });
    expect(made.document.text).toBe('{\n\t"flags": {\n\t\t"a": {},\n\t\t"b": {}\n\t}\n}\n');
  });

  test('says after any edit what the edit says, in both formats', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyDefinitions,
        anyDefinitions,
        fc.constantFrom('json', 'yaml'),
        async (before, after, format) => {
          const first = await rewritten(
            { format, text: format === 'json' ? '{}' : 'flags: {}' },
            { flags: {} },
            { after: before },
          );
          expect(await parseFlags(first.document.text, { format })).toEqual(before);
          const second = await rewritten(first.document, before, { after });
          expect(await parseFlags(second.document.text, { format })).toEqual(after);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('that would not be sound is refused', async () => {
    const after = { flags: { a: { rollout: { percentage: 101 } } } };
    const made = rewritten({ format: 'yaml', text: yaml }, await parseFlags(yaml), { after });
    await expect(made).rejects.toMatchObject({ code: 'INVALID_FLAGS' });
  });
});
