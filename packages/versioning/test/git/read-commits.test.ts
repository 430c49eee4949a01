import { expect, test } from 'vitest';
import { readCommits } from '../../src/index.ts';
import { newCheckout } from './checkout.ts';

test('messages are read as UTF-8, whatever git is set to print', async () => {
  using checkout = newCheckout();
  checkout.commit('fix: olá');
  checkout.git('config', 'i18n.logOutputEncoding', 'ISO-8859-1');
  const texts: string[] = [];
  for await (const { text } of readCommits({ folder: checkout.folder })) texts.push(text.trim());
  expect(texts).toEqual(['fix: olá']);
});
