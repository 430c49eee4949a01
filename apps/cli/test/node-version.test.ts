import { expect, test } from 'vitest';
import { oldNodeSentence } from '../src/node-version.ts';

test.each(['22.19.0', '22.20.1', '24.0.0', '26.1.0'])('%s is new enough', (version) => {
  expect(oldNodeSentence(version)).toBeUndefined();
});

test.each(['18.20.4', '20.20.2', '22.18.0'])('%s gets one sentence', (version) => {
  expect(oldNodeSentence(version)).toMatch(/^holdfast: Expected Node\.js 22\.19 or newer, got [^\n]*\.$/);
});
