// Runs in the browser, bundled by chromium.test.ts.
import * as face from '../../src/browser.ts';
import { factsOf } from './facts.ts';

async function report(): Promise<string> {
  const names = ['process', 'Buffer', 'require'].filter((name) => name in globalThis);
  try {
    return JSON.stringify({ names, facts: await factsOf(face) });
  } catch (error) {
    return JSON.stringify({ names, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

await fetch('/report', { method: 'POST', body: await report() });
