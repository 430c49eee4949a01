import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flagKeys, referencesIn } from '../../src/stale/find-references.ts';

const KEYS = ['new_ui', 'payments.v2', 'dark-mode', "it's", 'größe'];
const find = (text: string, file = 'a.ts'): readonly string[] =>
  referencesIn(text, file, flagKeys(KEYS)).map(({ key, line, kind }) => `${key}:${line}:${kind}`);

describe('names of flags are found', () => {
  it.each<[string, string, string]>([
    ['TypeScript', 'a.ts', 'if (flags.isEnabled("new_ui", { tenant })) {}'],
    ['TypeScript with types', 'a.ts', 'flags.evaluate<boolean>(\n  `new_ui`,\n  false)'],
    ['JavaScript', 'a.mjs', "const on = await client.getBooleanValue('new_ui', false)"],
    ['React', 'a.tsx', "const { value } = useFlag('new_ui', false);"],
    ['Vue', 'a.vue', '<p v-if="flags.isEnabled(\'new_ui\')">'],
    ['Svelte', 'a.svelte', "{#if flags.boolean('new_ui', false)}"],
    ['Python', 'a.py', 'client.get_boolean_value(flag_key="new_ui", default_value=False)'],
    ['Go', 'a.go', 'v, err := client.BooleanValue(context.Background(), "new_ui", false, ec)'],
    ['Java', 'A.java', 'boolean on = client.getBooleanValue("new_ui", false);'],
    ['Kotlin', 'a.kt', 'val on = client.getBooleanDetails("new_ui", false)'],
    ['C#', 'a.cs', 'var on = await client.GetBooleanValueAsync("new_ui", false);'],
    ['Ruby', 'a.rb', "client.fetch_boolean_value(flag_key: 'new_ui', default_value: false)"],
    ['PHP', 'a.php', "$on = $client->getBooleanValue('new_ui', false);"],
    ['Swift', 'a.swift', 'let on = client.getBooleanValue(key: "new_ui", defaultValue: false)'],
    ['Rust', 'a.rs', 'let on = flags.is_enabled("new_ui");'],
    ['Dart', 'a.dart', "final on = await client.getBooleanValue('new_ui', false);"],
  ])('as calls of %s', (_, file, text) => {
    const found = referencesIn(text, file, flagKeys(KEYS));
    expect(found.map(({ key, kind }) => [key, kind])).toEqual([['new_ui', 'call']]);
    // A misspelt one is found as well.
    const misspelt = referencesIn(text.replace('new_ui', 'new_iu'), file, flagKeys(KEYS));
    expect(misspelt.map(({ key, kind }) => [key, kind])).toEqual([['new_iu', 'call']]);
  });

  it.each<[string, string, string]>([
    ['constants', 'a.ts', "export const NEW_UI = 'new_ui';"],
    ['a comparison of one quote in a comment', 'a.ts', "// don't\nconst a = 'new_ui';"],
    ['an apostrophe on the line', 'a.tsx', "<p>don't</p> <Flag name='new_ui' />"],
    ['an unclosed text', 'a.py', '"\nx = "new_ui"'],
    ['attributes', 'a.html', '<div data-flag="new_ui">'],
    ['attributes without quotes', 'a.html', '<div data-flag=new_ui>'],
    ['symbols of Ruby', 'a.rb', 'on?(:new_ui)'],
    ['values of YAML', 'a.yaml', 'page:\n  flag: new_ui # the new page'],
    ['items of YAML', 'a.yml', 'flags:\n  - new_ui\n'],
    ['flow lists of YAML', 'a.yml', 'requires: [a, new_ui]\n'],
    ['quoted values of YAML', 'a.yml', "flag: 'new_ui'\n"],
  ])('in %s', (_, file, text) => {
    expect(find(text, file).map((each) => each.split(':')[0])).toEqual(['new_ui']);
  });

  it.each<[string, string, string]>([
    ['a part of a text', 'a.ts', "'the new_ui page' + 'new_ui2'"],
    ['a name without quotes', 'a.ts', 'const new_ui = old_ui;'],
    ['a text that ends with another quote', 'a.ts', `"new_ui' + x`],
    ['keys of YAML, which files of flags have', 'a.yaml', 'flags:\n  new_ui: {}\n  "dark-mode": {}\n'],
    ['comments of YAML', 'a.yaml', 'a: b # new_ui'],
    ['the methods of others', 'a.ts', "z.string('nope'); page.evaluate('nope'); schema.object('nope')"],
    ['names that are put together', 'a.ts', "flags.isEnabled('new_' + page)"],
    ['sentences', 'a.ts', "flags.explain('what is this?')"],
    ['other functions', 'a.ts', "t('nope'); describe('nope', () => {}); import('nope')"],
  ])('but not in %s', (_, file, text) => {
    expect(find(text, file)).toEqual([]);
  });

  it('with dots, dashes, quotes and letters of any language in them', () => {
    expect(find(`a("payments.v2"); b('dark-mode'); c("it's"); d('it\\'s'); e(\`größe\`)`)).toEqual([
      'payments.v2:1:text',
      'dark-mode:1:text',
      "it's:1:text",
      "it's:1:text",
      'größe:1:text',
    ]);
  });

  it('with the lines on which they stand, in their order', () => {
    const text = "\n'new_ui'\r\n\n  flags.boolean('dark-mode', false); f('new_ui')\n";
    expect(find(text)).toEqual(['new_ui:2:text', 'dark-mode:4:call', 'new_ui:4:text']);
  });

  it('wherever they stand between quotes, among anything', () => {
    const noise = fc.string({
      unit: fc.constantFrom('"', "'", '`', '\\', '\n', ' ', '(', ',', 'a', ':', '=', '<', '>'),
    });
    fc.assert(
      fc.property(
        noise,
        noise,
        fc.constantFrom(...KEYS.slice(0, 3)),
        fc.constantFrom('"', "'", '`'),
        (a, b, key, quote) => {
          for (const file of ['a.ts', 'a.rb', 'a.html']) {
            const found = referencesIn(`${a}${quote}${key}${quote}${b}`, file, flagKeys(KEYS));
            const line = a.split('\n').length;
            expect(found).toContainEqual(expect.objectContaining({ key, line }));
          }
        },
      ),
    );
  });
});
