import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Intent, type IntentRemoval, notesOfIntents, parseIntent, planIntentRemoval } from '../../src/index.ts';
import { intent, intentText } from './repository.ts';

const NOTHING: IntentRemoval = { remove: [], move: [], write: [], keep: [] };

describe('after a release', () => {
  const intents = [
    intent('a', { p: 'minor' }),
    intent('b', { p: 'minor', q: 'patch', r: 'none' }),
    intent('c', { q: 'patch', r: 'minor' }),
    intent('d', {}),
    intent('e', { p: 'patch', q: 'none' }),
    intent('f', { p: 'patch', q: '{ level: none, section: Thanks }' }),
  ];
  const files = (...ids: string[]): string[] => ids.map((id) => `.changeset/${id}.md`);

  test('of everything, all files go', () => {
    expect(planIntentRemoval(intents)).toEqual({ ...NOTHING, remove: files('a', 'b', 'c', 'd', 'e', 'f') });
  });

  test('of nothing, all stay', () => {
    expect(planIntentRemoval(intents, { packages: [] }).keep.map(({ file }) => file)).toEqual(
      files('a', 'b', 'c', 'd', 'e', 'f'),
    );
  });

  test('of some packages, files about others stay, and those about both are written again without them', () => {
    expect(planIntentRemoval(intents, { packages: ['p'] })).toEqual({
      ...NOTHING,
      remove: files('a', 'd', 'e'),
      write: [
        { file: '.changeset/b.md', text: intentText({ q: 'patch', r: 'none' }) },
        { file: '.changeset/f.md', text: intentText({ q: '{ level: none, section: Thanks }' }) },
      ],
      keep: [{ file: '.changeset/c.md', waitsFor: ['q', 'r'] }],
    });
  });

  test('of the only package, a file without a name goes', () => {
    const [only] = [parseIntent('---\nfix\n---\nWords.', { file: '.changeset/a.md' })];
    expect(planIntentRemoval([only], { packages: ['p'] }).remove).toEqual(['.changeset/a.md']);
    expect(planIntentRemoval([only], { packages: [] }).keep).toEqual([{ file: '.changeset/a.md', waitsFor: ['.'] }]);
  });
});

describe('after a pre-release', () => {
  test('files move to where the version for everybody finds them, and go with that', () => {
    const intents = [intent('a', { p: 'minor' }), intent('pre/b', { p: 'patch' })];
    expect(planIntentRemoval(intents, { channel: 'beta' })).toEqual({
      ...NOTHING,
      move: [{ from: '.changeset/a.md', to: '.changeset/pre/a.md' }],
    });
    expect(planIntentRemoval(intents)).toEqual({ ...NOTHING, remove: ['.changeset/a.md', '.changeset/pre/b.md'] });
  });

  test('of some packages, a file is parted, and put together again by the next one', () => {
    const first = planIntentRemoval([intent('a', { p: 'minor', q: 'patch' })], { packages: ['p'], channel: 'beta' });
    expect(first).toEqual({
      ...NOTHING,
      write: [
        { file: '.changeset/a.md', text: intentText({ q: 'patch' }) },
        { file: '.changeset/pre/a.md', text: intentText({ p: 'minor' }) },
      ],
    });
    const parted = [intent('a', { q: 'patch' }), intent('pre/a', { p: 'minor' })];
    expect(planIntentRemoval(parted, { packages: ['q'], channel: 'beta' })).toEqual({
      ...NOTHING,
      remove: ['.changeset/a.md'],
      write: [{ file: '.changeset/pre/a.md', text: intentText({ p: 'minor', q: 'patch' }) }],
    });
  });

  test('a new file under the name of an old one takes nothing from it', () => {
    const again = [intent('a', { p: 'patch' }, 'New.'), intent('pre/a', { p: 'minor' }, 'Old.')];
    expect(planIntentRemoval(again, { channel: 'beta' }).write).toEqual([
      { file: '.changeset/pre/a.md', text: intentText({ p: 'minor' }, 'Old.\n\nNew.') },
    ]);
  });
});

test('in any order of releases, every package is told of every change once', () => {
  const names = ['p', 'q', 'r'];
  const level = fc.constantFrom('minor', 'patch');
  const files = fc.array(fc.dictionary(fc.constantFrom(...names), level), { minLength: 1, maxLength: 4 });
  const steps = fc.array(fc.record({ packages: fc.subarray(names), channel: fc.constantFrom(undefined, 'beta') }));
  fc.assert(
    fc.property(files, steps, (written, released) => {
      let intents: readonly Intent[] = written.map((releases, index) =>
        intent(`i${index}`, releases, `Change ${index}.`),
      );
      const told = new Map<string, string[]>(names.map((name) => [name, []]));
      for (const options of [...released, { packages: names, channel: undefined }]) {
        if (options.channel === undefined) {
          for (const name of options.packages) {
            const entries = notesOfIntents(intents, { package: name }).sections.flatMap((section) => section.entries);
            told.get(name)?.push(...entries.map(({ text }) => text));
          }
        }
        intents = carriedOut(intents, planIntentRemoval(intents, options));
      }
      expect(intents).toEqual([]);
      for (const name of names) {
        const meant = written.flatMap((releases, index) => (Object.hasOwn(releases, name) ? [`Change ${index}.`] : []));
        expect(told.get(name)?.toSorted()).toEqual(meant);
      }
    }),
  );
});

/** What the folder holds afterwards. */
function carriedOut(intents: readonly Intent[], { remove, move, write }: IntentRemoval): readonly Intent[] {
  const files = new Map(intents.map((each) => [each.file, each]));
  for (const file of remove) files.delete(file);
  for (const { from, to } of move) {
    const moved = files.get(from) as Intent;
    files.delete(from);
    files.set(to, { ...moved, file: to, id: `pre/${moved.id}`, isPreReleased: true });
  }
  for (const { file, text } of write) files.set(file, parseIntent(text, { file }));
  return [...files.values()];
}
