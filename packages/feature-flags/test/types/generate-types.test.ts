import { expect, it } from 'vitest';
import { type FlagDefinitions, generateTypes } from '../../src/index.ts';

it('every flag has the type of its variants, with texts as themselves', () => {
  const definitions: FlagDefinitions = {
    flags: {
      new_ui: { description: 'The new page */ really' },
      'button-colour': { variants: { red: 'red', blue: 'blue' }, default: 'red' },
      limit: { state: 'ENABLED', variants: { low: 1, high: 9 } },
      theme: { variants: { a: { dark: true, sizes: [1, 2], name: 'x' }, b: {} }, default: 'a' },
    },
  };
  expect(generateTypes(definitions))
    .toBe(`/** The values of flags by their names. Generated: edit the flags, not this file. */
export type FlagValues = {
  /** The new page *\\/ really */
  readonly "new_ui": boolean;
  readonly "button-colour": "red" | "blue";
  readonly "limit": number;
  readonly "theme": {
    readonly "dark": boolean;
    readonly "sizes": readonly (number)[];
    readonly "name": "x";
  } | Readonly<Record<string, never>>;
};
`);
});
