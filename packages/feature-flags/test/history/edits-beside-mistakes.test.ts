import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { editDefinitions, type FlagEdit, type FlagError, memoryFlags, parseFlags } from '../../src/index.ts';
import type { FlagDocument, FlagsState } from '../../src/history/document.ts';
import { planChange, planRollback } from '../../src/history/plan-change.ts';

const stateOf = async (document: FlagDocument): Promise<FlagsState> => ({
  document,
  definitions: await parseFlags(document.text, { format: document.format }),
});

const disable = (key: string): FlagEdit => ({ kind: 'patch', key, patch: { enabled: false } });

const YAML = [
  '# all flags',
  'flags:',
  '  bad:   # somebody is at it',
  '      enabeld:   "true"   # a typo',
  '      rollout: {percentage:    1_0,  unit: tenant }',
  '      # more to come',
  '',
  '  good: { owner: web } # checkout',
  "  flow:   {'enabeld': [ 0x10, 1e3 ]} # another",
  '',
  '  uses: { segments: [ odd ] }',
  '  needs: { requires: [ good ] }',
  'segments:',
  '  odd: { tennants:  [acme] }',
  '',
].join('\n');

const JSON_TEXT = `{
  "flags": {
    "bad": { "enabeld":   true, "rollout": {"percentage": 1e1, "unit": "tenant",
       "salt": 1.0} },
    "good": { "owner": "web" },
    "twice": { "enabled":  true, "enabled": false },
    "also": {"owner": "web"}, "also":   {"enabled": false},
    "uses": { "segments": ["odd"] },
    "needs": { "requires": ["good"] },
    "__proto__": {  }
  },
  "segments": { "odd": { "tennants":  ["acme"] } }
}
`;

describe('an edit beside mistakes', () => {
  it('in YAML changes the flag, and no letter of what is wrong', async () => {
    const made = await planChange(await stateOf({ format: 'yaml', text: YAML }), [disable('good')]);
    expect(made?.document.text).toBe(YAML.replace('{ owner: web }', '{ owner: web, enabled: false }'));
  });

  it('in JSON changes the flag, and no letter of what is wrong, nor a name that stands twice', async () => {
    const made = await planChange(await stateOf({ format: 'json', text: JSON_TEXT }), [disable('good')]);
    const text = made?.document.text ?? '';
    for (const line of JSON_TEXT.split('\n').slice(2, 4)) expect(text).toContain(line);
    expect(text).toContain('"twice": { "enabled":  true, "enabled": false },');
    expect(text).toContain('"also": {"owner": "web"},\n    "also": {"enabled": false},');
    expect(text).toContain('"__proto__": {  }');
    expect(text).toContain('"odd": { "tennants":  ["acme"] }');
    expect(made?.definitions.flags['good']).toEqual({ owner: 'web', enabled: false });
  });

  it.each<[string, FlagEdit, string, string]>([
    ['leaves the flag wrong', { kind: 'patch', key: 'bad', patch: { owner: 'web' } }, '/flags/bad/enabeld', 'one of'],
    [
      'makes a wrong flag',
      { kind: 'set', key: 'new', definition: { segments: ['none'] } },
      '/flags/new/segments/0',
      '',
    ],
    ['breaks a flag that requires it', { kind: 'remove', key: 'good' }, '/flags/needs/requires/0', 'got "good"'],
    [
      'uses a segment that is wrong',
      { kind: 'set', key: 'new', definition: { segments: ['odd'] } },
      '/flags/new',
      '/segments/odd/tennants',
    ],
    ['closes a circle', { kind: 'patch', key: 'good', patch: { requires: ['needs'] } }, '/flags/good/requires', '→'],
  ])('that %s is refused, and says what is new', async (_, edit, path, message) => {
    for (const document of [{ format: 'yaml', text: YAML } as const, { format: 'json', text: JSON_TEXT } as const]) {
      const planned = planChange(await stateOf(document), [edit]);
      await expect(planned).rejects.toMatchObject({ code: 'INVALID_FLAGS', message: expect.stringContaining(message) });
      const problems = (await planned.catch(
        (error: unknown) => (error as FlagError).problems,
      )) as FlagError['problems'];
      expect(problems[0]?.path).toBe(path);
      for (const problem of problems)
        expect(['/flags/flow/enabeld', '/segments/odd/tennants']).not.toContain(problem.path);
    }
  });

  it('mends what it names: by another definition, by a patch or by taking it away', async () => {
    const state = await stateOf({ format: 'yaml', text: YAML });
    const mending: readonly FlagEdit[] = [
      { kind: 'set', key: 'bad', definition: {} },
      { kind: 'patch', key: 'flow', patch: { enabeld: null } },
    ];
    const made = await planChange(state, mending);
    expect(made?.definitions.flags).toMatchObject({ bad: {}, flow: {} });
    const rest = await planChange(made as FlagsState, [{ kind: 'remove', key: 'uses' }, disable('needs')]);
    expect(rest?.document.text).toContain('  odd: { tennants:  [acme] }');
    // It uses what is wrong, and did before.
    expect((await planChange(state, [disable('uses')]))?.definitions.flags['uses']).toMatchObject({ enabled: false });
  });

  it('does not choose between two that stand there: a patch is refused, another definition ends it', async () => {
    for (const document of [
      { format: 'json', text: JSON_TEXT } as const,
      {
        format: 'yaml',
        text: 'flags:\n  twice: { enabled: true, enabled: false }\n  also: { owner: web }\n  also: {}\n',
      } as const,
    ]) {
      const state = await stateOf(document);
      for (const key of ['twice', 'also']) {
        await expect(planChange(state, [{ kind: 'patch', key, patch: { owner: 'web' } }])).rejects.toMatchObject({
          problems: [expect.objectContaining({ code: 'REPEATED_NAME' })],
        });
        await expect(planRollback({ ...state, definitions: { flags: {} } }, state, [key])).rejects.toMatchObject({
          code: 'INVALID_FLAGS',
        });
        const made = await planChange(state, [{ kind: 'set', key, definition: { owner: 'ops' } }]);
        const again = await planChange(made as FlagsState, [{ kind: 'patch', key, patch: { owner: 'web' } }]);
        expect(again?.definitions.flags[key]).toEqual({ owner: 'web' });
      }
    }
  });

  it('that replaces everything has to be good altogether', async () => {
    const state = await stateOf({ format: 'yaml', text: YAML });
    const { definitions } = state;
    const replace = [
      { kind: 'replace', definitions: { ...definitions, flags: { ...definitions.flags, n: {} } } },
    ] as const;
    await expect(planChange(state, replace)).rejects.toMatchObject({ code: 'INVALID_FLAGS' });
    await expect(planRollback({ ...state, definitions: { flags: {} } }, state, undefined)).rejects.toThrow(/enabeld/);
    const repeated = await parseFlags('{"flags": {"a": {}, "a": {}}}');
    await expect(planChange(state, [{ kind: 'replace', definitions: repeated }])).rejects.toThrow(/once/);
  });

  it('goes on where the text can only be kept in meaning, and where a flag is nested as deep as it likes', async () => {
    const odd = 'flags: { ? bad : { enabeld: 1 }, good: {}, x: &x { enabeld: 2 }, y: *x }\n';
    const made = await planChange(await stateOf({ format: 'yaml', text: odd }), [disable('good')]);
    expect(made?.definitions.flags).toEqual({
      bad: { enabeld: 1 },
      good: { enabled: false },
      x: { enabeld: 2 },
      y: { enabeld: 2 },
    });
    const deep = `{"flags": {"deep": ${'['.repeat(100_000)}${']'.repeat(100_000)}, "good": {}}}`;
    const other = await planChange(await stateOf({ format: 'json', text: deep }), [disable('good')]);
    expect(other?.document.text).toContain('['.repeat(100_000));
  });

  it('is possible beside more mistakes than are listed', async () => {
    const fields = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`f${index}`, 1]));
    const flags = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`bad${index}`, fields]));
    const text = JSON.stringify({ flags: { ...flags, good: {} } });
    const state = await stateOf({ format: 'json', text });
    const made = await planChange(state, [{ kind: 'set', key: 'bad0', definition: {} }, disable('good')]);
    expect(made?.definitions.flags['bad0']).toEqual({});
  });

  it('in memory follows the same rule, and a name that stood twice is not forgotten', async () => {
    const store = memoryFlags(await parseFlags(JSON_TEXT));
    await store.change([disable('good')], { by: 'a', why: 'b' });
    const found = await store.load(undefined);
    expect(found?.definitions.flags['good']).toEqual({ owner: 'web', enabled: false });
    await expect(
      store.change([{ kind: 'patch', key: 'twice', patch: { owner: 'x' } }], { by: 'a', why: 'b' }),
    ).rejects.toThrow(/once/);
    await expect(store.change([{ kind: 'remove', key: 'good' }], { by: 'a', why: 'b' })).rejects.toThrow(/needs/);
  });

  it('keeps the text of what is wrong and adds no mistake, whatever it is', async () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const name = fc.oneof(fc.constantFrom('a', 'b', 'good', '__proto__', 'x y', '1'), fc.string({ maxLength: 4 }));
    const bad = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(bad, fc.nat(4), async (flags, indent) => {
        const before = { flags: { ...flags, good: {} } };
        const text = JSON.stringify(before, undefined, indent);
        const state = await stateOf({ format: 'json', text });
        const made = await planChange(state, [disable('good')]);
        expect(made?.definitions).toEqual(editDefinitions(state.definitions, [disable('good')]));
        const yaml = await stateOf({ format: 'yaml', text });
        expect((await planChange(yaml, [disable('good')]))?.definitions).toEqual(made?.definitions);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps each letter and comment of what is wrong in YAML, however it is indented', async () => {
    const wrong = fc.record({ enabeld: fc.jsonValue({ maxDepth: 3 }), rollout: fc.jsonValue({ maxDepth: 2 }) });
    const depth = fc.integer({ min: 1, max: 5 });
    await fc.assert(
      fc.asyncProperty(wrong, depth, depth, fc.constantFrom('\n', '\r\n'), async (flag, indent, deeper, lineEnd) => {
        const body = stringify(flag, { indent, lineWidth: 30 }).replaceAll(/^(?=.)/gm, ' '.repeat(2 + deeper));
        const bad = `  bad:   # why\n${body}  # after it\n`.replaceAll('\n', lineEnd);
        const text = `flags:${lineEnd}${bad}${lineEnd}  good: { owner: web }${lineEnd}`;
        const made = await planChange(await stateOf({ format: 'yaml', text }), [disable('good')]);
        expect(made?.document.text).toContain(bad);
      }),
      { numRuns: 100 },
    );
  });
});
