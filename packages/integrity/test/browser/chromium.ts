import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Where Chromium or Chrome is on this machine. */
export const chromium: string | undefined = places.find((place) => existsSync(place));

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Serves a page with one script, and gives what the script posts. */
function serve(script: string): { readonly server: Server; readonly posted: Promise<string> } {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      response.end();
      text(request).then(resolve, reject);
    } else if (request.url === '/script.js') {
      response.setHeader('content-type', 'text/javascript').end(script);
    } else {
      response
        .setHeader('content-type', 'text/html')
        .end('<!doctype html><script type="module" src="/script.js"></script>');
    }
  });
  return { server, posted: promise };
}

/** The browser starts processes of its own, which end with the group. */
function end(browser: ChildProcess): void {
  if (browser.pid === undefined || browser.exitCode !== null) return;
  if (process.platform === 'win32') browser.kill();
  else process.kill(-browser.pid, 'SIGKILL');
}

/** Runs a module script on a page of its own and returns what it posts to the server that it came from. */
export async function runInChromium(program: string, script: string): Promise<string> {
  const profile = await mkdtemp(join(tmpdir(), 'integrity-browser-'));
  const { server, posted } = serve(script);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = spawn(program, [...flags, `--user-data-dir=${profile}`, url], {
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = Promise.all([once(browser, 'exit'), text(browser.stderr)]);
  const early = gone.then(([, output]): never => {
    throw new Error(`The browser ended before the page was done: ${output.slice(-2000)}`);
  });
  try {
    return await Promise.race([posted, early]);
  } finally {
    end(browser);
    await gone;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
