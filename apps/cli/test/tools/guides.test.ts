import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/all.ts';
import { GLOBAL_OPTIONS } from '../../src/program/global-options.ts';

const DOCS = new URL('../../../../docs/', import.meta.url);
const GUIDES = ['getting-started.md', ...readdirSync(new URL('guides', DOCS)).map((name) => `guides/${name}`)];

/** Calls of the program in blocks of code, without what is quoted or said beside them. */
function callsIn(text: string): readonly string[] {
  // Blocks of all kinds are taken one after the other: the end of one of JSON would else begin another.
  const blocks = [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
    .filter(([, language]) => language === '' || language === 'sh')
    .map(([, , block = '']) => block);
  return blocks
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replaceAll(/"[^"]*"|'[^']*'/g, 'TEXT').replace(/#.*/, ''))
    .flatMap((line) => line.split(/&&|\|\|?|;|\$\(/))
    .map((call) => /^\s*(?:\$ )?holdfast ([a-z].*)$/.exec(call)?.[1]?.trim())
    .filter((call) => call !== undefined);
}

test.each(GUIDES)('what %s calls is there, with the options that it names', (path) => {
  const calls = callsIn(readFileSync(new URL(path, DOCS), 'utf8'));
  expect(calls.length).toBeGreaterThan(0);
  for (const call of calls) {
    const words = call.split(/\s+/);
    const command = COMMANDS.find((each) =>
      [each.path, ...(each.aliases ?? []).map((alias) => [...each.path.slice(0, -1), alias])].some((name) =>
        name.every((word, index) => word === words[index]),
      ),
    );
    expect(command, call).toBeDefined();
    const known = [...(command?.options ?? []), ...GLOBAL_OPTIONS].flatMap(({ flags }) => flags.split(/[ ,]+/));
    for (const word of words.filter((each) => each.startsWith('-') && each !== '-')) {
      expect(known, `${call}: ${word}`).toContain(word.split('=')[0]);
    }
  }
});
